"""Steps with their options, and the moves between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.definition.build.conditions import optional
from engine.definition.build.desk import Desk, map_of, place_of, plain, plains, title_of
from engine.definition.build.requirements import Evidence, checkpoints, requirements
from engine.definition.build.selectors import options_of, steps_of
from engine.definition.draft import Kind
from engine.definition.limits import MAX_MOVES
from engine.definition.schema.requirements import CheckpointPart
from engine.definition.schema.steps import BoundsPart, MovePart, OptionSelector, StepMovePart, StepPart
from engine.definition.tree import Text
from engine.definition.troubles import Trouble
from engine.model.algorithm import Bounds, Move, OptionRow, Step, StepKind
from engine.model.formulary import Formulary, Role
from engine.model.place import Place

SAME = "same"
_LEADING = (Role.PRIMARY, Role.AUGMENTATION)


def step(
    desk: Desk,
    name: str,
    part: StepPart,
    place: Place,
    formulary: Formulary,
    evidence: Evidence,
    shared: Mapping[str, CheckpointPart],
) -> Step:
    """Build a step; `shared` are the checkpoints it may mean by name."""
    owner = f"step `{name}`"
    options = {role: tuple(_rows(desk, rows, formulary, owner)) for role, rows in part.options.items()}
    if options and part.kind is not StepKind.TREATMENT:
        desk.trouble(
            "misplaced-key",
            part.node.key_place("options"),
            "options",
            owner,
            "only a step of kind `treatment`",
        )
    if part.result is not None and part.kind is not StepKind.END:
        desk.trouble(
            "misplaced-key", part.node.key_place("result"), "result", owner, "only a step of kind `end`"
        )
    return Step(
        id=name,
        title=title_of(part.title, name),
        kind=part.kind,
        code=plain(part.code),
        group=plain(part.group),
        options=options,
        leading_role=next((role for role in _LEADING if role in options), None),
        inherits_trial=part.trial is not None,
        enter=_bounds(desk, part.enter, evidence, owner),
        leave=_bounds(desk, part.leave, evidence, owner),
        checkpoints=checkpoints(desk, part.checkpoints, owner, "entry", shared),
        result=plain(part.result),
        summary=plain(part.summary),
        body=plains(part.body),
        look=plain(part.look),
        reported=tuple(
            {key: str(value).strip() for key, value in row.node.items() if isinstance(value, Text)}
            for row in part.reported
        ),
        source=plain(part.source),
        place=place,
    )


def _bounds(desk: Desk, part: BoundsPart | None, evidence: Evidence, owner: str) -> Bounds:
    if part is None:
        return Bounds()
    return Bounds(
        requirements(desk, part, evidence, owner),
        optional(desk, part.when, owner),
        frozenset(part.except_kinds),
    )


def _rows(
    desk: Desk, rows: list[OptionSelector | Text], formulary: Formulary, owner: str
) -> Iterator[OptionRow]:
    for row in rows:
        chosen = options_of(desk, row, formulary, owner)
        place = row.place if isinstance(row, OptionSelector) else place_of(row)
        if not isinstance(row, OptionSelector):
            yield OptionRow(chosen, place=place)
            continue
        ways = [key for key in ("option", "together") if key in row.node]
        ways += ["class, kind or group"] if any(key in row.node for key in ("class", "kind", "group")) else []
        if len(ways) != 1 and not row.node.lost:
            detail = (
                "names no treatment" if not ways else f"names treatments in two ways ({' and '.join(ways)})"
            )
            desk.trouble("empty-selector", place, owner=owner, detail=detail)
        elif not chosen and ways == ["class, kind or group"] and not row.node.lost:
            desk.trouble("empty-selector", place, owner=owner, detail="fits no treatment of the formulary")
        yield OptionRow(
            options=chosen,
            together=row.together is not None,
            when=optional(desk, row.when, owner),
            dose_low=row.dose.from_ if row.dose else None,
            dose_high=row.dose.to if row.dose else None,
            by=frozenset(plains(row.by)),
            recommendation=plain(row.recommendation),
            never_first=row.never_first,
            text=plain(row.text),
            source=plain(row.source),
            place=place,
        )


class MoveBuilder:
    """Builds the moves of steps and the shared ones, families written out."""

    def __init__(
        self, desk: Desk, steps: Mapping[str, Step], formulary: Formulary, evidence: Evidence
    ) -> None:
        self.desk = desk
        self.steps = steps
        self.formulary = formulary
        self.evidence = evidence
        self.moves: dict[str, Move] = {}
        self.told_full = False

    def of_step(self, name: str, part: StepPart) -> None:
        """Moves written inside a step."""
        places = map_of(part, "moves")
        for move, one in part.moves.items():
            if self._full(places.key_place(move)):
                return
            self._add(str(move), one, (name,), places.key_place(move))
        self.desk.draft.broken |= places.lost

    def shared(self, name: str, part: MovePart, place: Place) -> None:
        """A shared move, or a family of them."""
        owner = f"move `{name}`"
        if self._full(place):
            return
        if part.for_each is None:
            if "{step}" in name:
                self.desk.trouble("missing-key", place, "for_each", owner)
                return
            self._add(name, part, self._from(part, owner, None), place)
            return
        members = steps_of(self.desk, part.for_each, self.steps, self.formulary, owner)
        if not members and not part.node.lost:
            self.desk.trouble("empty-selector", part.spot("for_each"), owner=owner, detail="fits no step")
        if "{step}" not in name and len(members) > 1:
            self.desk.trouble(
                "misplaced-key",
                part.node.key_place("for_each"),
                "for_each",
                owner,
                "only a move with `{step}` in its id",
            )
            return
        for member in members:
            if self._full(place):
                return
            self._add(name, part, self._from(part, owner, member), place, member)

    def _full(self, place: Place) -> bool:
        """Whether no more moves fit; told once."""
        if len(self.moves) < MAX_MOVES:
            return False
        if not self.told_full:
            self.desk.trouble("too-large", place, detail=f"{MAX_MOVES} moves")
        self.told_full = True
        return True

    def _from(self, part: MovePart, owner: str, member: str | None) -> tuple[str, ...]:
        return steps_of(self.desk, part.from_, self.steps, self.formulary, owner, member)

    def _add(
        self,
        template: str,
        part: StepMovePart,
        sources: tuple[str, ...],
        place: Place,
        member: str | None = None,
    ) -> None:
        name = _filled(template, member)
        desk, owner = self.desk, f"move `{name}`"
        if name in self.moves:
            desk.draft.troubles.add(
                Trouble("duplicate-id", place, name, "move", related=self.moves[name].place)
            )
            return
        target = _filled(str(part.to), member)
        if target != SAME:
            desk.use(Kind.STEP, target, place_of(part.to), owner, verb="leads to", needed=True)
        gate = desk.use_text(Kind.GATE, part.gate, owner)
        origins = tuple(one for one in sources if one != target)
        if not origins and isinstance(part, MovePart) and not part.node.lost and member is None:
            desk.trouble(
                "empty-selector",
                part.spot("from"),
                owner=owner,
                detail="selects no step it could be made from",
            )
        desk.draft.declare(Kind.MOVE, name, place)
        self.moves[name] = Move(
            id=name,
            title=title_of(part.title and _filled(part.title, self._title(member)), name),
            kind=part.kind,
            sources=origins,
            target=None if target == SAME else target,
            requires=requirements(desk, part, self.evidence, owner, member),
            when=optional(desk, part.when, owner, member),
            gate=gate,
            by=frozenset(plains(part.by)),
            opens_episode=part.opens is not None,
            draw=plain(part.draw) or "edge",
            label=tuple(_filled(line, self._title(member)).strip() for line in part.label),
            recommendation=plain(part.recommendation),
            strength=plain(part.strength),
            source=plain(part.source),
            place=place,
        )

    def _title(self, member: str | None) -> str | None:
        return self.steps[member].title if member is not None and member in self.steps else member

    def known_targets(self) -> dict[str, Move]:
        """Moves that lead to a step that exists, for use in what is built on them."""
        return {
            name: move
            for name, move in self.moves.items()
            if move.target is None or move.target in self.steps
        }


def _filled(text: str, member: str | None) -> str:
    return str(text) if member is None else str(text).replace("{step}", member)
