"""Requirements and checkpoints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.definition.build.conditions import optional
from engine.definition.build.desk import Desk, map_of, place_of, plain
from engine.definition.draft import Kind
from engine.definition.schema.base import Part
from engine.definition.schema.requirements import CheckpointPart, RequirementPart
from engine.model.evidence import EvidenceType
from engine.model.formulary import Checkpoint, Requirement
from engine.model.time import Duration, Unit, Window

Evidence = dict[str, EvidenceType]
NONE_SHARED: Mapping[str, CheckpointPart] = {}


def requirements(
    desk: Desk, owner_part: Part, evidence: Evidence, owner: str, step: str | None = None
) -> tuple[Requirement, ...]:
    """What the `requires` of a part asks for."""
    written: dict[str, Window | RequirementPart] = getattr(owner_part, "requires")  # noqa: B009
    places = map_of(owner_part, "requires")
    built: list[Requirement] = []
    for name, said in written.items():
        place = places.key_place(name)
        known = desk.use(Kind.EVIDENCE, name, place, owner)
        part = said if isinstance(said, RequirementPart) else None
        when = optional(desk, part.when, owner, step) if part else None
        fields = part.fields if part else None
        for field in fields or ():
            if known:
                desk.use(Kind.FIELD, field, place_of(field), owner, within=name)
        kind = evidence.get(str(name)) if known else None
        if kind is None:
            continue
        window = (
            said if isinstance(said, Window) else (part.within if part and part.within else kind.valid_for)
        )
        built.append(
            Requirement(
                type=name,
                within=window,
                when=when,
                fields=tuple(str(f) for f in fields if f in kind.fields) if fields else kind.main,
                source=plain(part.source) if part else None,
                because=plain(part.because) if part else None,
                place=place,
            )
        )
    return tuple(built)


def _named(desk: Desk, name: str, owner: str, shared: Mapping[str, CheckpointPart]) -> CheckpointPart | None:
    desk.use(Kind.CHECKPOINT, name, place_of(name), owner)
    return shared.get(str(name))


def checkpoints(
    desk: Desk,
    parts: Iterable[CheckpointPart | str],
    owner: str,
    after: str,
    shared: Mapping[str, CheckpointPart] = NONE_SHARED,
) -> tuple[Checkpoint, ...]:
    """Checkpoints; `after` is the moment one counts from that names none, `shared` those meant by name."""
    built: list[Checkpoint] = []
    for said in parts:
        part = said if isinstance(said, CheckpointPart) else _named(desk, said, owner, shared)
        if part is None:
            continue
        if not (part.at or part.at_weeks or part.at_sessions or part.every) and not part.node.lost:
            desk.trouble("missing-key", part.place, "at", f"a checkpoint of {owner}")
        do = tuple(str(kind) for kind in part.do if desk.use(Kind.EVIDENCE, kind, place_of(kind), owner))
        defaults = Checkpoint("", ())
        built.append(
            Checkpoint(
                after=plain(part.after) or after,
                do=do,
                at=(*part.at, *(Duration(weeks, Unit.WEEK) for weeks in part.at_weeks)),
                at_sessions=tuple(part.at_sessions),
                every=part.every,
                start_at=part.start_at,
                when=optional(desk, part.when, owner),
                early=part.early or defaults.early,
                late=part.late or defaults.late,
                title=plain(part.title),
                source=plain(part.source),
                place=part.place,
            )
        )
    return tuple(built)
