"""Entries of a story: ids looked up in the algorithm, values read as the runtime reads them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from engine.definition.build.desk import Desk, map_of, plain
from engine.definition.draft import Criterion, Draft, Kind
from engine.definition.scenarios.expecting import ExpectBuilder, is_null
from engine.definition.scenarios.story import StoryEntry
from engine.definition.schema.scenario import ASKED, DeviatePart, EntryPart, ReportedTreatmentPart, SignPart
from engine.definition.tree import Map, Text
from engine.definition.troubles import Trouble
from engine.model.algorithm import Algorithm
from engine.model.entry import Deviate, DoseChange, Entry, Release, Reported, Retract, Sign, Start, Stop
from engine.model.errors import EvidenceError
from engine.runtime.door import read_record
from engine.runtime.plan import plan_of


def declare(draft: Draft, algorithm: Algorithm) -> None:
    """Note every name of the algorithm that a scenario can use."""
    for name, step in algorithm.steps.items():
        draft.declare(Kind.STEP, name, step.place)
    for name, move in algorithm.moves.items():
        draft.declare(Kind.MOVE, name, move.place)
    for name, option in algorithm.formulary.options.items():
        draft.declare(Kind.OPTION, name, option.place)
    for name, interrupt in algorithm.interrupts.items():
        draft.declare(Kind.INTERRUPT, name, interrupt.place)
    for name, flag in algorithm.flags.items():
        draft.declare(Kind.FLAG, name, flag.place)
    for name, kind in algorithm.evidence.items():
        draft.declare(Kind.EVIDENCE, name, kind.place)
        for field in kind.fields.values():
            draft.declare(Kind.FIELD, f"{name}.{field.name}", field.place)
    for name, gate in algorithm.gates.items():
        draft.declare(Kind.GATE, name, gate.place)
        for item in gate.items:
            draft.declare(Kind.ITEM, f"{name}.{item.id}", item.place)
        for code in gate.conclusions:
            draft.declare(Kind.CONCLUSION, f"{name}.{code}", gate.place)


class EntryBuilder:
    """Builds the entries of one scenario."""

    def __init__(self, draft: Draft, algorithm: Algorithm) -> None:
        self.draft = draft
        self.desk = Desk(draft)
        self.algorithm = algorithm
        self.expect = ExpectBuilder(self.desk, algorithm)

    def reported(self, part: ReportedTreatmentPart) -> Reported:
        """An earlier treatment."""
        self.desk.use_text(Kind.OPTION, part.option, "`history`")
        score = part.score
        if score is not None and score.scale is not None:
            self.desk.use_text(Kind.EVIDENCE, score.scale, "`history`")
        if part.to is not None and part.to < part.from_:
            self.desk.trouble(
                "range-reversed", part.spot("to"), str(part.option), "`history`", f"{part.from_} to {part.to}"
            )
        return Reported(
            option=str(part.option),
            started_on=part.from_,
            stopped_on=part.to,
            role=part.role,
            dose_mg_per_day=part.dose_mg_per_day,
            days_covered_percent=part.days_covered_percent,
            outcome=plain(part.outcome),
            scale=plain(score.scale) if score else None,
            score_before=score.before if score else None,
            score_after=score.after if score else None,
        )

    def note_facts(self, story: Iterable[EntryPart]) -> None:
        """Note the criteria that are expected to have a value, so that they are read together."""
        for entry in story:
            if entry.expect is not None:
                for text in map_of(entry.expect, "facts").keys_at.values():
                    self.desk.criterion(Criterion(text, str(text), "`facts`", condition=False))

    def entry(self, part: EntryPart) -> StoryEntry:
        """One entry with its expectations."""
        use = self.desk.use_text
        for name in part.ask:
            use(Kind.MOVE, name, "`ask`")
        use(Kind.MOVE, part.move, "`move`")
        for one in (*part.start, *part.dose, *part.stop):
            use(Kind.OPTION, one.option, "this entry")
        for release in part.release:
            use(Kind.INTERRUPT, release.interrupt, "`release`")
        for retract in part.retract:
            use(Kind.EVIDENCE, retract.evidence, "`retract`")
        if part.deviate is not None and part.move is None and not part.start and not part.node.lost:
            self.desk.trouble(
                "misplaced-key",
                part.node.key_place("deviate"),
                "deviate",
                "an entry without a move or start",
                "only one with a move or start",
            )
        entry = Entry(
            on=part.on,
            record=self._record(part),
            retract=tuple(
                Retract(str(one.evidence), one.on, plain(one.reason) or "") for one in part.retract
            ),
            start=tuple(Start(str(one.option), one.dose_mg_per_day, one.role) for one in part.start),
            dose=tuple(DoseChange(str(one.option), one.dose_mg_per_day) for one in part.dose),
            stop=tuple(Stop(str(one.option), plain(one.outcome), plain(one.reason)) for one in part.stop),
            sign=tuple(self._sign(one) for one in part.sign),
            release=tuple(Release(str(one.interrupt), plain(one.reason) or "") for one in part.release),
            ask=tuple(str(name) for name in part.ask),
            move=plain(part.move),
            deviate=_deviate(part.deviate),
            note=plain(part.note),
        )
        expect = () if part.expect is None else tuple(self.expect.expectations(part.expect, entry))
        return StoryEntry(entry, expect, part.spot("on"))

    def _sign(self, part: SignPart) -> Sign:
        known = self.desk.use_text(Kind.GATE, part.gate, "`sign`")
        places = map_of(part, "answers")
        for item in part.answers:
            if known:
                self.desk.use(Kind.ITEM, item, places.key_place(item), "`answers`", within=known)
        return Sign(str(part.gate), {str(item): answer for item, answer in part.answers.items()})

    def _record(self, part: EntryPart) -> dict[str, dict[str, object] | None]:
        """Raw values by evidence type; the door of the runtime is asked whether they can be."""
        records = map_of(part, "record")
        built: dict[str, dict[str, object] | None] = {}
        for name in part.record:
            place = records.key_place(name)
            known = self.desk.use(Kind.EVIDENCE, name, place, "`record`")
            node = records[name]
            if isinstance(node, Text):
                if node != ASKED:
                    detail = f"must be a mapping of its fields, or `{ASKED}`"
                    self.desk.trouble("wrong-type", node.shown, str(name), detail=detail)
                built[str(name)] = None
            elif isinstance(node, Map):
                built[str(name)] = self._values(str(name), node, part.on, known)
        return built

    def _values(self, kind: str, node: Map, on: date, known: bool) -> dict[str, object]:
        values: dict[str, object] = {}
        sound = known
        for field, value in node.items():
            if known and not self.desk.use(
                Kind.FIELD, field, node.key_place(field), f"the record of `{kind}`", within=kind
            ):
                sound = False
            elif not isinstance(value, Text):
                self.desk.trouble("wrong-type", node.key_place(field), field, detail="must be a text")
                sound = False
            else:
                values[field] = None if is_null(value) else str(value)
        if sound:
            try:
                read_record(plan_of(self.algorithm), kind, values, on, on)
            except EvidenceError as error:
                field = error.field.rpartition(".")[2]
                place = node.value_place(field) if field in node else node.place
                self.draft.troubles.add(
                    Trouble("impossible-record", place, name=error.fix, detail=error.message)
                )
        return values


def _deviate(part: DeviatePart | str | None) -> Deviate | None:
    if part is None:
        return None
    if isinstance(part, DeviatePart):
        return Deviate(str(part.reason).strip(), part.expires)
    return Deviate(str(part).strip())
