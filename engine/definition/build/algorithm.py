"""The whole: one algorithm from its own file and the libraries it uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from engine.definition.build import evidence as evidence_builder
from engine.definition.build import facts, gates
from engine.definition.build import steps as step_builder
from engine.definition.build.desk import Desk, map_of, plain, title_of
from engine.definition.build.formulary import formulary
from engine.definition.build.requirements import Evidence
from engine.definition.draft import Draft, Kind
from engine.definition.limits import MAX_MEMBERS, MAX_STEPS
from engine.definition.schema.base import Part, Sourced
from engine.definition.schema.files import AlgorithmFile, LibraryFile
from engine.definition.schema.formulary import FormularyPart
from engine.definition.tree import plain_of
from engine.definition.troubles import Trouble
from engine.definition.walk import parts_of
from engine.model.algorithm import Algorithm, Approval, Claim, Step
from engine.model.formulary import Formulary
from engine.model.place import Place

Made = TypeVar("Made")
_NAMED = {"evidence": Kind.EVIDENCE, "gates": Kind.GATE, "sources": Kind.SOURCE}


@dataclass
class _Section:
    """One section gathered from all files: each name once, with its part and place."""

    parts: dict[str, object] = field(default_factory=dict[str, object])
    places: dict[str, Place] = field(default_factory=dict[str, Place])


def build(draft: Draft, file: AlgorithmFile, digest: str) -> Algorithm:
    """Build the algorithm. Whatever is wrong is noted in the draft, and what depends on it left out."""
    return _Builder(draft, file).algorithm(digest)


class _Builder:
    def __init__(self, draft: Draft, file: AlgorithmFile) -> None:
        self.draft = draft
        self.file = file
        self.desk = Desk(draft)
        self.files: list[AlgorithmFile | LibraryFile] = [*draft.libraries, file]
        """Libraries first, so that an algorithm's own lines come after what it builds on."""
        self.sections: dict[str, _Section] = {}

    def algorithm(self, digest: str) -> Algorithm:
        file, desk = self.file, self.desk
        self._use_sources()
        sources = self._built("sources", lambda name, part, place: facts.source(name, part, place))
        self._gathered("evidence")
        evidence = self._built(
            "evidence", lambda name, part, place: evidence_builder.evidence_type(desk, name, part, place)
        )
        parameters = self._built(
            "parameters", lambda name, part, place: facts.parameter(desk, name, part, place)
        )
        defines = self._built("define", lambda name, part, place: facts.define(desk, name, part, place))
        series = self._built("series", lambda name, part, place: facts.series(desk, name, part, place))
        treatments = formulary(desk, self._formularies(), evidence)
        self._gathered("gates")
        steps = self._steps(treatments, evidence)
        moves = self._moves(steps, treatments, evidence)
        usable = moves.known_targets()
        made_gates = self._built("gates", lambda name, part, place: gates.gate(desk, name, part, place))
        interrupts = gates.InterruptBuilder(desk, usable, steps, treatments, evidence)
        start = desk.use_text(Kind.STEP, file.start, "`start`")
        onset = None if file.episode is None else desk.fact(file.episode.onset, "`episode`")
        return Algorithm(
            id=str(file.algorithm or ""),
            version=plain(file.version) or "",
            title=title_of(file.title, str(file.algorithm or "")),
            digest=digest,
            status=plain(file.status) or "draft",
            start=start or "",
            steps=steps,
            moves=usable,
            evidence=evidence,
            formulary=treatments,
            trials=facts.trial_rule(desk, file.trials),
            measures=facts.measures(desk, file.measures),
            sources=sources,
            parameters=parameters,
            series=series,
            defines=defines,
            gates=made_gates,
            interrupts=self._built("interrupts", interrupts.build),
            flags=self._built("flags", lambda name, part, place: gates.flag(desk, name, part, place)),
            claims=self._claims(),
            onset=onset,
            severity=facts.severity(desk, file.staging),
            deviation_days=30 if file.deviation_days is None else file.deviation_days,
            language=plain(file.language) or "en",
            summary=plain(file.summary),
            population=plain(file.population),
            country=plain(file.country),
            review_by=file.review_by,
            approvals=tuple(Approval(str(one.name).strip(), one.on) for one in file.approved),
            replaces=self._replaces(),
            libraries={str(one.library): plain(one.version) or "" for one in self.draft.libraries},
            place=file.place,
        )

    def _use_sources(self) -> None:
        """Note every source named, wherever it stands."""
        for file in self.files:
            for found in parts_of(file):
                if isinstance(found.part, Sourced) and found.part.source is not None:
                    self.desk.use_text(
                        Kind.SOURCE, found.part.source, f"`{found.name}`" if found.name else "the file"
                    )

    def _gathered(self, key: str) -> _Section:
        """The parts of a section of all files; a name that comes again is noted with both places."""
        if key in self.sections:
            return self.sections[key]
        section = self.sections[key] = _Section()
        for file in self.files:
            places = map_of(file, key)
            self.draft.broken |= places.lost
            written: dict[str, object] = getattr(file, key)
            for name, part in written.items():
                place = places.key_place(name)
                if str(name) in section.parts:
                    first = section.places[str(name)]
                    self.draft.troubles.add(Trouble("duplicate-id", place, str(name), key, related=first))
                    continue
                if len(section.parts) >= MAX_MEMBERS:
                    self.desk.trouble("too-large", place, detail=f"{MAX_MEMBERS} names under `{key}`")
                    self.draft.incomplete = True
                    break
                section.parts[str(name)] = part
                section.places[str(name)] = place
                if key in _NAMED:
                    self.draft.declare(_NAMED[key], str(name), place)
        return section

    def _built(self, key: str, make: Callable[[str, Part, Place], Made | None]) -> dict[str, Made]:
        section = self._gathered(key)
        made: dict[str, Made] = {}
        for name, part in section.parts.items():
            self.desk.naming = name if key in ("define", "series") else None
            one = make(name, part, section.places[name])
            if one is None:
                self.draft.broken.add(name)
            else:
                made[name] = one
        self.desk.naming = None
        return made

    def _formularies(self) -> dict[str, FormularyPart]:
        return {
            str(index): file.formulary for index, file in enumerate(self.files) if file.formulary is not None
        }

    def _steps(self, treatments: Formulary, evidence: Evidence) -> dict[str, Step]:
        places = map_of(self.file, "steps")
        self.draft.broken |= places.lost
        for name in self.file.steps:
            self.draft.declare(Kind.STEP, str(name), places.key_place(name))
        if len(self.file.steps) > MAX_STEPS:
            self.desk.trouble("too-large", self.file.node.key_place("steps"), detail=f"{MAX_STEPS} steps")
            return {}
        return {
            str(name): step_builder.step(
                self.desk, str(name), part, places.key_place(name), treatments, evidence
            )
            for name, part in self.file.steps.items()
        }

    def _moves(
        self, steps: dict[str, Step], treatments: Formulary, evidence: Evidence
    ) -> step_builder.MoveBuilder:
        moves = step_builder.MoveBuilder(self.desk, steps, treatments, evidence)
        for name, part in self.file.steps.items():
            if str(name) in steps:
                moves.of_step(str(name), part)
        places = map_of(self.file, "moves")
        self.draft.broken |= places.lost
        for name, part in self.file.moves.items():
            moves.shared(str(name), part, places.key_place(name))
        return moves

    def _claims(self) -> dict[str, Claim]:
        places = map_of(self.file, "claims")
        claims: dict[str, Claim] = {}
        for name in self.file.claims:
            node = places[name]
            body = plain_of(node)
            if isinstance(body, dict):
                title = body.pop("title", None)
                claims[str(name)] = Claim(
                    str(name), title_of(title, str(name).replace("-", " ")), body, places.key_place(name)
                )
        return claims

    def _replaces(self) -> dict[str, object] | None:
        part = self.file.replaces
        if part is None:
            return None
        for new in part.steps.values():
            self.desk.use_text(Kind.STEP, new, "`replaces`")
        return {
            "version": str(part.version).strip(),
            "steps": {str(old): str(new) for old, new in part.steps.items()},
        }
