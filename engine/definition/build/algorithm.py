"""The whole: one algorithm from its own file and the libraries it uses."""

from __future__ import annotations

from engine.definition.build import evidence as evidence_builder
from engine.definition.build import facts, gates
from engine.definition.build import steps as step_builder
from engine.definition.build.desk import Desk, map_of, plain, title_of
from engine.definition.build.formulary import formulary
from engine.definition.build.requirements import Evidence
from engine.definition.build.sections import Gatherer
from engine.definition.draft import Draft, Kind
from engine.definition.limits import MAX_STEPS
from engine.definition.schema.base import Sourced
from engine.definition.schema.files import AlgorithmFile
from engine.definition.schema.formulary import FormularyPart
from engine.definition.tree import Map, plain_of
from engine.model.algorithm import Algorithm, Approval, Claim, Parameter, Step
from engine.model.formulary import Formulary


def build(draft: Draft, file: AlgorithmFile, digest: str) -> Algorithm:
    """Build the algorithm. Whatever is wrong is noted in the draft, and what depends on it left out."""
    return _Builder(draft, file).algorithm(digest)


class _Builder:
    def __init__(self, draft: Draft, file: AlgorithmFile) -> None:
        self.draft = draft
        self.file = file
        self.desk = Desk(draft)
        # Libraries first, so that an algorithm's own lines come after what they build on.
        self.files = [*draft.libraries, file]
        self.gatherer = Gatherer(self.desk, self.files)

    def algorithm(self, digest: str) -> Algorithm:
        file, desk, draft = self.file, self.desk, self.draft
        gather, built = self.gatherer.gather, self.gatherer.build
        self._use_sources()
        sources = built(gather("sources", lambda one: one.sources, Kind.SOURCE), facts.source)
        evidence = built(
            gather("evidence", lambda one: one.evidence, Kind.EVIDENCE),
            lambda name, part, place: evidence_builder.evidence_type(desk, name, part, place),
        )
        parameters = built(
            gather("parameters", lambda one: one.parameters, Kind.PARAMETER),
            lambda name, part, place: facts.parameter(desk, name, part, place),
        )
        parameters |= self._settings(parameters)
        defines = built(
            gather("define", lambda one: one.define),
            lambda name, part, place: facts.define(desk, name, part, place),
        )
        series = built(
            gather("series", lambda one: one.series),
            lambda name, part, place: facts.series(desk, name, part, place),
        )
        treatments = formulary(desk, self._formularies(), evidence)
        gate_parts = gather("gates", lambda one: one.gates, Kind.GATE)
        trials = self.gatherer.once("trials", lambda one: one.trials)
        episode = self.gatherer.once("episode", lambda one: one.episode)
        steps = self._steps(treatments, evidence)
        moves = self._moves(steps, treatments, evidence).known_targets()
        interrupts = gates.InterruptBuilder(desk, moves, steps, treatments, evidence)
        start = desk.use_text(Kind.STEP, file.start, "`start`")
        return Algorithm(
            id=str(file.algorithm or ""),
            version=plain(file.version) or "",
            title=title_of(file.title, str(file.algorithm or "")),
            digest=digest,
            status=plain(file.status) or "draft",
            start=start or "",
            steps=steps,
            moves=moves,
            evidence=evidence,
            formulary=treatments,
            trials=facts.trial_rule(desk, trials),
            measures=facts.measures(desk, file.measures),
            sources=sources,
            parameters=parameters,
            series=series,
            defines=defines,
            gates=built(gate_parts, lambda name, part, place: gates.gate(desk, name, part, place)),
            interrupts=built(gather("interrupts", lambda one: one.interrupts), interrupts.build),
            flags=built(
                gather("flags", lambda one: one.flags),
                lambda name, part, place: gates.flag(desk, name, part, place),
            ),
            claims=self._claims(),
            onset=None if episode is None else desk.fact(episode.onset, "`episode`"),
            severity=facts.severity(desk, file.staging),
            deviation_days=30 if file.deviation_days is None else file.deviation_days,
            language=plain(file.language) or "en",
            summary=plain(file.summary),
            population=plain(file.population),
            country=plain(file.country),
            review_by=file.review_by,
            approvals=tuple(Approval(str(one.name).strip(), one.on) for one in file.approved),
            replaces=self._replaces(),
            libraries={str(one.library): plain(one.version) or "" for one in draft.libraries},
            place=file.place,
        )

    def _use_sources(self) -> None:
        """Note every source named, wherever it stands."""
        for found in self.draft.parts:
            if isinstance(found.part, Sourced) and found.part.source is not None:
                owner = f"`{found.name}`" if found.name else "the file"
                self.desk.use_text(Kind.SOURCE, found.part.source, owner)

    def _settings(self, parameters: dict[str, Parameter]) -> dict[str, Parameter]:
        """Parameters of libraries with the values this algorithm gives them."""
        places = map_of(self.file, "settings")
        return {
            str(name): facts.setting(self.desk, parameters[name], said, places.value_place(name))
            for name, said in self.file.settings.items()
            if self.desk.use(Kind.PARAMETER, name, places.key_place(name), "`settings`")
            and name in parameters
        }

    def _formularies(self) -> list[FormularyPart]:
        return [file.formulary for file in self.files if file.formulary is not None]

    def _steps(self, treatments: Formulary, evidence: Evidence) -> dict[str, Step]:
        shared = self.gatherer.gather("checkpoints", lambda one: one.checkpoints, Kind.CHECKPOINT)
        section = self.gatherer.gather("steps", lambda one: one.steps, Kind.STEP, own_first=True)
        if len(section.parts) > MAX_STEPS:
            self.desk.trouble("too-large", self.file.node.key_place("steps"), detail=f"{MAX_STEPS} steps")
            return {}
        # A first step that stands in a library is still drawn and told first.
        names = sorted(section.parts, key=lambda name: name != self.file.start)
        return {
            name: step_builder.step(
                self.desk,
                name,
                section.parts[name],
                section.places[name],
                treatments,
                evidence,
                shared.parts,
            )
            for name in names
        }

    def _moves(
        self, steps: dict[str, Step], treatments: Formulary, evidence: Evidence
    ) -> step_builder.MoveBuilder:
        moves = step_builder.MoveBuilder(self.desk, steps, treatments, evidence)
        for file in (self.file, *self.draft.libraries):
            for name, part in file.steps.items():
                if name in steps:
                    moves.of_step(str(name), part)
        for file in (self.file, *self.draft.libraries):
            places = map_of(file, "moves")
            self.draft.broken |= places.lost
            for name, part in file.moves.items():
                moves.shared(str(name), part, places.key_place(name))
        return moves

    def _claims(self) -> dict[str, Claim]:
        claims: dict[str, Claim] = {}
        section = self.gatherer.gather("claims", lambda one: map_of(one, "claims"), own_first=True)
        for name, node in section.parts.items():
            if isinstance(node, Map):
                body = {key: plain_of(value) for key, value in node.items() if key != "title"}
                title = str(node["title"]) if "title" in node else None
                words = title_of(title, name.replace("-", " "))
                claims[name] = Claim(name, words, body, section.places[name])
        return claims

    def _replaces(self) -> dict[str, object] | None:
        part = self.file.replaces
        if part is None:
            return None
        for new in part.steps.values():
            self.desk.use_text(Kind.STEP, new, "`replaces`")
        steps = {str(old): str(new) for old, new in part.steps.items()}
        return {"version": str(part.version).strip(), "steps": steps}
