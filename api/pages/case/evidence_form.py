"""Forms made from evidence definitions: what is asked, in which words, and what may be answered."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from api.pages.case.units import UnitChoice, choices, unit_word
from api.words import MONTHS, number_words
from engine.model.algorithm import Algorithm
from engine.model.case import Record
from engine.model.evidence import EvidenceField, EvidenceType, FieldType, Value
from engine.model.formulary import OptionKind
from engine.runtime.trials import SESSION_OPTION

VISIT: Final = "on"
"""Name of the date of the visit; its inputs are `on-day`, `on-month` and `on-year`."""
NOT_KNOWN: Final = "not-known"
TOTAL_HINT: Final = "Worked out from the answers once all of them are given"
DERIVED_HINT: Final = "Leave it empty to have it worked out from the other answers"


class Input(StrEnum):
    """How a field is asked."""

    CHOICE = "choice"
    NUMBER = "number"
    DATE = "date"
    TEXT = "text"
    SELECT = "select"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: what is sent, and the words for it."""

    value: str
    word: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One field as it is asked.

    Attributes:
        number: Its place among the questions of a scale; 0 for all else.
        given: What was typed or chosen, by input name.
        error: What is wrong with it.
    """

    name: str
    title: str
    input: Input
    number: int = 0
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    units: tuple[UnitChoice, ...] = ()
    hint: str = ""
    required: bool = False
    longest: int = 0
    given: Mapping[str, str] = field(default_factory=dict[str, str])
    error: str = ""

    @property
    def legend(self) -> str:
        """Number and title."""
        return f"{self.number}. {self.title}" if self.number else self.title

    def value(self, part: str = "") -> str:
        """What was given for the question, or for one of its inputs (`day`, `unit`)."""
        return self.given.get(f"{self.name}-{part}" if part else self.name, "")

    @property
    def target(self) -> str:
        """Id of the first input, where a link from the error summary lands."""
        return f"{self.name}-day" if self.input is Input.DATE else self.name


@dataclass(frozen=True, slots=True)
class EvidenceForm:
    """A form for one evidence type.

    Attributes:
        scored: Names of the fields whose sum is the total, where it is a scale asked by item.
        total: The total's own input, for when only that is known.
    """

    kind: str
    title: str
    summary: str
    visit: Question
    questions: tuple[Question, ...]
    scored: tuple[str, ...] = ()
    total: Question | None = None
    not_known: bool = False

    @property
    def errors(self) -> tuple[tuple[str, str], ...]:
        """Id of the input and what is wrong with it, in the order of the page."""
        asked = (self.visit, *self.questions, *((self.total,) if self.total else ()))
        return tuple((question.target, question.error) for question in asked if question.error)


Errors = Mapping[str, str]
NO_ERRORS: Final[Errors] = {}


def evidence_form(
    algorithm: Algorithm, evidence: EvidenceType, given: Mapping[str, str], errors: Errors = NO_ERRORS
) -> EvidenceForm:
    """The form of an evidence type, filled with what was given; errors by field name."""
    scored = scored_by(evidence)
    numbers = {name: n for n, name in enumerate(scored, start=1)}
    asked = [
        _question(algorithm, evidence, one, numbers.get(one.name, 0), given, errors)
        for one in evidence.fields.values()
        if not (scored and one.name == TOTAL)
    ]
    asked.sort(key=lambda question: question.name not in numbers and bool(scored))
    total = None
    if scored:
        total = _question(algorithm, evidence, evidence.fields[TOTAL], 0, given, errors)
    return EvidenceForm(
        kind=evidence.id,
        title=evidence.title,
        summary=evidence.summary or "",
        visit=Question(VISIT, "Date of the visit", Input.DATE, given=given, error=errors.get(VISIT, "")),
        questions=tuple(asked),
        scored=scored,
        total=total,
        not_known=bool(given.get(NOT_KNOWN)),
    )


TOTAL: Final = "total"


def scored_by(evidence: EvidenceType) -> tuple[str, ...]:
    """Fields whose answers are the points of the total; none where the scale is not asked by item."""
    line = evidence.derive.get(TOTAL)
    if line is None or TOTAL not in evidence.fields:
        return ()
    named = re.findall(r"[a-z_]\w*", line.text)
    return tuple(name for name in evidence.fields if name in named and evidence.fields[name].labels)


def _question(
    algorithm: Algorithm,
    evidence: EvidenceType,
    one: EvidenceField,
    number: int,
    given: Mapping[str, str],
    errors: Errors,
) -> Question:
    answers = tuple(_answers(algorithm, evidence, one))
    kind = _input(algorithm, evidence, one)
    return Question(
        name=one.name,
        title=one.title if len(evidence.fields) > 1 else evidence.title,
        input=kind,
        number=number,
        choices=answers,
        unit="" if choices(one) else unit_word(one),
        units=choices(one) if kind is Input.NUMBER else (),
        hint=_hint(evidence, one, kind),
        required=one.required,
        longest=len(str(int(one.high))) + 3 if one.high is not None else 8,
        given=given,
        error=errors.get(one.name, ""),
    )


def _input(algorithm: Algorithm, evidence: EvidenceType, one: EvidenceField) -> Input:
    match one.type:
        case FieldType.BOOLEAN | FieldType.CODE:
            return Input.CHOICE
        case FieldType.INTEGER if one.labels:
            return Input.CHOICE
        case FieldType.INTEGER | FieldType.DECIMAL:
            return Input.NUMBER
        case FieldType.DATE:
            return Input.DATE
        case FieldType.TEXT:
            return Input.SELECT if is_session(algorithm, evidence, one) else Input.TEXT


def is_session(algorithm: Algorithm, evidence: EvidenceType, one: EvidenceField) -> bool:
    """Whether a field names the treatment of a session."""
    return evidence.id == algorithm.trials.sessions and one.name == SESSION_OPTION


def _answers(algorithm: Algorithm, evidence: EvidenceType, one: EvidenceField) -> Iterator[Choice]:
    match one.type:
        case FieldType.BOOLEAN:
            yield from (Choice("yes", "Yes"), Choice("no", "No"), Choice("", "Not known"))
        case FieldType.CODE:
            yield from (Choice(code, one.labels.get(code, code.replace("_", " "))) for code in one.values)
            if not one.required:
                yield Choice("", "Not known")
        case FieldType.INTEGER if one.labels:
            yield from (Choice(code, word, code) for code, word in one.labels.items())
        case FieldType.TEXT if is_session(algorithm, evidence, one):
            options = algorithm.formulary.options.values()
            yield from (Choice(o.id, o.title) for o in options if o.kind is not OptionKind.DRUG)
        case _:
            return


def _hint(evidence: EvidenceType, one: EvidenceField, kind: Input) -> str:
    if one.name in evidence.derive:
        return TOTAL_HINT if scored_by(evidence) else DERIVED_HINT
    if kind is Input.NUMBER and one.low is not None and one.high is not None:
        unit = f" {unit_word(one)}" if unit_word(one) else ""
        return f"{number_words(one.low)} to {number_words(one.high)}{unit}"
    return ""


def given_on(day: date) -> dict[str, str]:
    """The inputs of a date of the visit."""
    return given_date(VISIT, day)


def given_date(name: str, day: date) -> dict[str, str]:
    """The inputs of a date."""
    return {
        f"{name}-day": f"{day.day}",
        f"{name}-month": MONTHS[day.month - 1],
        f"{name}-year": f"{day.year}",
    }


def given_of(evidence: EvidenceType, record: Record) -> dict[str, str]:
    """The inputs as they would have been typed for a record, to enter it again with a change."""
    found = given_on(record.observed_on)
    for name, value in record.values.items():
        one = evidence.fields.get(name)
        if one is not None and not (name == TOTAL and scored_by(evidence) and _by_item(evidence, record)):
            found |= _given(name, value, one)
    return found


def _by_item(evidence: EvidenceType, record: Record) -> bool:
    return all(name in record.values for name in scored_by(evidence))


def _given(name: str, value: Value, one: EvidenceField) -> dict[str, str]:
    if isinstance(value, bool):
        return {name: "yes" if value else "no"}
    if isinstance(value, date):
        return given_date(name, value)
    text = f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
    unit = {f"{name}-unit": one.unit} if choices(one) and one.unit else {}
    return {name: text, **unit}
