"""A gate as a form: each question with its answer, on what it rests, and what would answer it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api.pages.case.next_step import GateLine, gate_line
from api.pages.case.reading import Reading
from api.pages.case.reasons import FactRow, fact_row
from api.words import day_words
from engine.model.decision import GateAnswer, GateItemAnswer, ItemResult
from engine.model.evidence import EvidenceField, FieldType
from engine.model.gate import Gate, GateItem

WORDS = {
    ItemResult.PASSES: "yes",
    ItemResult.FAILS: "no",
    ItemResult.BLANK: "not recorded",
    ItemResult.DOES_NOT_APPLY: "does not apply",
}


@dataclass(frozen=True, slots=True)
class ItemField:
    """An evidence field that would answer a question."""

    kind: str
    field: EvidenceField

    @property
    def name(self) -> str:
        """Of its input: `cssrs.risk`."""
        return f"{self.kind}.{self.field.name}"


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One question.

    Attributes:
        basis: What the answer rests on, in words; empty while it is not answered.
        again: Evidence type to record anew where the answer has changed.
        fields: Inputs that would answer it; none where only a form of its own can.
        record: Evidence types with forms of their own that would answer it, with their titles.
    """

    number: int
    id: str
    ask: str
    why: str
    word: str
    facts: tuple[FactRow, ...]
    basis: str
    again: str
    fields: tuple[ItemField, ...]
    record: tuple[tuple[str, str], ...]
    overridable: bool
    leads_to: str

    @property
    def blank(self) -> bool:
        """Whether it still has to be answered."""
        return self.word == "not recorded"


@dataclass(frozen=True, slots=True)
class ItemGroup:
    """Questions under one heading."""

    title: str
    items: tuple[ItemRow, ...]


@dataclass(frozen=True, slots=True)
class GateForm:
    """A gate for a patient today.

    Attributes:
        left: Questions without an answer.
        signable: Whether it can be signed as it stands.
        concludes: What it would conclude as it stands, in words; empty while that is open.
    """

    line: GateLine
    groups: tuple[ItemGroup, ...]
    left: tuple[ItemRow, ...]
    signable: bool
    concludes: str
    suggests: str
    holds_until: str
    by: str


def gate_form(reading: Reading, gate: Gate, answer: GateAnswer) -> GateForm:
    """The form of a gate, its questions under their headings."""
    rows = list(_rows(reading, gate, answer))
    headings = dict.fromkeys(item.heading or "" for item in gate.items)
    heading_of = {item.id: item.heading or "" for item in gate.items}
    groups = tuple(
        ItemGroup(title, tuple(row for row in rows if heading_of[row.id] == title)) for title in headings
    )
    conclusion = gate.conclusions.get(answer.conclusion or (gate.passed if answer.complete else ""))
    suggested = reading.algorithm.moves.get((conclusion.suggest if conclusion else None) or "")
    return GateForm(
        line=gate_line(reading, answer),
        groups=groups,
        left=tuple(row for row in rows if row.blank),
        signable=bool(answer.failing) or answer.complete,
        concludes=conclusion.title if conclusion else "",
        suggests=suggested.title if suggested else "",
        holds_until=day_words(answer.holds_until) if answer.holds_until else "",
        by=" or ".join(role.replace("_", " ") for role in sorted(gate.by)),
    )


def _rows(reading: Reading, gate: Gate, answer: GateAnswer) -> Iterator[ItemRow]:
    answers: Mapping[str, GateItemAnswer] = {item.id: item for item in answer.items}
    for number, item in enumerate(gate.items, start=1):
        yield _row(reading, gate, item, answers[item.id], number)


def _row(reading: Reading, gate: Gate, item: GateItem, answer: GateItemAnswer, number: int) -> ItemRow:
    blank = answer.result is ItemResult.BLANK
    applies = answer.result is not ItemResult.DOES_NOT_APPLY
    facts = tuple(fact_row(reading, fact, item.ask) for fact in answer.facts)
    kinds = tuple(dict.fromkeys(kind for kind, _ in answering(reading, item)))
    conclusion = gate.conclusions.get(item.conclusion)
    return ItemRow(
        number=number,
        id=item.id,
        ask=item.ask,
        why=item.why or "",
        word=WORDS[answer.result],
        facts=facts,
        basis=""
        if blank or not applies
        else "the clinician's word"
        if answer.by_word
        else "what is on record",
        again=kinds[0] if kinds and applies and not blank else "",
        fields=tuple(_fields(reading, item, answer)) if blank else (),
        record=tuple((kind, reading.algorithm.evidence[kind].title) for kind in kinds) if blank else (),
        overridable=item.overridable,
        leads_to=conclusion.title if conclusion else item.conclusion,
    )


def answering(reading: Reading, item: GateItem) -> Iterator[tuple[str, str]]:
    """Evidence types and fields whose records answer an item."""
    algorithm = reading.algorithm
    adherence = algorithm.trials.adherence
    for name in item.answer:
        kind, _, field = name.partition(".")
        if kind in algorithm.evidence:
            yield from ((kind, one) for one in ([field] if field else algorithm.evidence[kind].main))
        elif field == "days_covered_percent" and adherence:
            other, _, own = adherence.partition(".")
            yield other, own


def _fields(reading: Reading, item: GateItem, answer: GateItemAnswer) -> Iterator[ItemField]:
    """Inputs for what is missing. A type with derived or long answers keeps to its own form."""
    known = {fact.fact for fact in answer.facts if fact.value is not None}
    for kind, name in answering(reading, item):
        evidence = reading.algorithm.evidence[kind]
        field = evidence.fields[name]
        required = [f.name for f in evidence.fields.values() if f.required]
        fit = not evidence.derive and required in ([], [name]) and field.type is not FieldType.TEXT
        if fit and f"{kind}.{name}" not in known:
            yield ItemField(kind, field)
