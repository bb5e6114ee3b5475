"""What was typed into an evidence form, read: values to record, or what is wrong, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from api.pages.case.evidence_form import NOT_KNOWN, TOTAL, VISIT, scored_by
from api.pages.case.units import choices, converted, unit_word
from api.words import MONTHS, day_words, number_words
from engine.model.algorithm import Algorithm
from engine.model.errors import EvidenceError
from engine.model.evidence import EvidenceField, EvidenceType, FieldType
from engine.picture.words import listed, sentence_case
from engine.runtime import plan_of, read_record
from engine.runtime.door import FIRST_DATE, read_value

LONGEST_NUMBER: Final = 40


@dataclass
class Given:
    """What a form gave.

    Attributes:
        on: Date of the visit, where it can be read.
        values: Raw values for the engine; None where it was asked and is not known.
        errors: By field name, or `on`.
        unusual: Sentences about numbers that can be and seldom are.
        conversions: Sentences about numbers that were typed in another unit.
    """

    on: date | None = None
    values: dict[str, object] | None = None
    errors: dict[str, str] = field(default_factory=dict[str, str])
    unusual: list[str] = field(default_factory=list[str])
    conversions: list[str] = field(default_factory=list[str])


def read_given(algorithm: Algorithm, evidence: EvidenceType, given: Mapping[str, str], today: date) -> Given:
    """Read a form. Every field is looked at, so that all errors are told at once."""
    return _Reader(algorithm, evidence, given, today).read()


def read_date(given: Mapping[str, str], name: str, what: str, today: date) -> tuple[date | None, str]:
    """A date from its three inputs, and what is wrong with it; neither where all three are empty."""
    parts = [given.get(f"{name}-{part}", "").strip() for part in ("day", "month", "year")]
    if not any(parts):
        return None, ""
    day, month, year = parts
    if not all(parts):
        missing = [word for word, part in zip(("day", "month", "year"), parts, strict=True) if not part]
        return None, f"{what} must have a {listed(missing, 'and a')}"
    try:
        found = date(int(year), _month(month), int(day))
    except (ValueError, OverflowError):
        return None, f"{what} must be a real date, such as {day_words(today)}"
    if len(year) != 4 or found < FIRST_DATE:
        return None, f"{what} must have a year of four digits, such as {today.year}"
    if found > today:
        return None, f"{what} must be today, {day_words(today)}, or earlier"
    return found, ""


def _month(text: str) -> int:
    """`Mar`, `March`, `3`."""
    if text.isascii() and text.isdigit():
        return int(text)
    short = text[:3].title()
    if short not in MONTHS:
        raise ValueError(text)
    return MONTHS.index(short) + 1


class _Reader:
    def __init__(
        self, algorithm: Algorithm, evidence: EvidenceType, given: Mapping[str, str], today: date
    ) -> None:
        self.algorithm, self.evidence, self.given, self.today = algorithm, evidence, given, today
        self.found = Given()

    def read(self) -> Given:
        found = self.found
        found.on, error = read_date(self.given, VISIT, "Date of the visit", self.today)
        if error or found.on is None:
            found.errors[VISIT] = error or "Enter the date of the visit"
        values: dict[str, object] = {}
        for one in self.evidence.fields.values():
            value = self._value(one)
            if value is not None:
                values[one.name] = value
        if self.given.get(NOT_KNOWN):
            self._not_known(values)
        elif not found.errors or list(found.errors) == [VISIT]:
            self._whole(values)
        return found

    def _not_known(self, values: Mapping[str, object]) -> None:
        if values:
            first = next(iter(values))
            self.found.errors[first] = (
                "Take back this answer, or take back that it was asked and is not known"
            )
        else:
            self.found.values = None

    def _whole(self, values: dict[str, object]) -> None:
        """What no single field can tell: whether anything is there, whether the rest follows from it."""
        if not values:
            first = next(iter(self.evidence.fields))
            scored = scored_by(self.evidence)
            self.found.errors[scored[0] if scored else first] = (
                "Answer at least one question, or say that it was asked and is not known"
            )
            return
        if self._counted_short(values):
            return
        try:
            plan = plan_of(self.algorithm)
            read_record(plan, self.evidence.id, values, self.found.on or self.today, self.today)
        except EvidenceError as error:
            self._place(error)
            return
        self.found.values = values

    def _counted_short(self, values: Mapping[str, object]) -> bool:
        """A scale asked by item: either all questions are answered, or the total is given."""
        scored = scored_by(self.evidence)
        if not scored or TOTAL in values:
            return False
        missing = [name for name in scored if name not in values]
        for name in missing:
            n = scored.index(name) + 1
            count = f"{len(scored) - len(missing)} of {len(scored)} answered, no total yet"
            self.found.errors[name] = (
                f"Answer question {n} ({sentence_case(self.evidence.fields[name].title)}): {count}"
            )
        return bool(missing)

    def _place(self, error: EvidenceError) -> None:
        name = error.field.rpartition(".")[2]
        one = self.evidence.fields.get(name)
        if one is None:
            self.found.errors[VISIT] = error.fix or error.message
        elif error.fix.startswith("Enter ") and "or correct the answers" in error.fix:
            total = error.fix.removeprefix("Enter ").partition(",")[0]
            self.found.errors[name] = (
                f"{self._title(one)} must match the answers, which give {total}: correct one of them"
            )
        elif one.required and name not in (self.found.values or {}):
            scored = scored_by(self.evidence)
            asked = f"question {scored.index(name) + 1}" if name in scored else "the question"
            self.found.errors[name] = f"Answer {asked} ({sentence_case(one.title)})"
        else:
            self.found.errors[name] = error.fix or error.message

    def _title(self, one: EvidenceField) -> str:
        """`PHQ-9 total`."""
        alone = len(self.evidence.fields) == 1
        return self.evidence.title if alone else f"{self.evidence.title} {sentence_case(one.title)}"

    def _value(self, one: EvidenceField) -> object | None:
        if one.type is FieldType.DATE:
            found, error = read_date(self.given, one.name, one.title, self.today)
            if error:
                self.found.errors[one.name] = error
            return found
        text = self.given.get(one.name, "").strip()
        if not text:
            return None
        if one.type in (FieldType.INTEGER, FieldType.DECIMAL):
            return self._number(one, text)
        try:
            return read_value(f"{self.evidence.id}.{one.name}", self.evidence.title, one, text, self.today)
        except EvidenceError as error:
            options = listed((one.labels.get(v, v) for v in one.values), "or")
            self.found.errors[one.name] = f"Choose {options}" if options else (error.fix or error.message)
            return None

    def _number(self, one: EvidenceField, text: str) -> object | None:
        try:
            if len(text) > LONGEST_NUMBER or "_" in text:
                raise InvalidOperation
            # A comma is refused: it stands for the point in some countries and for thousands in others.
            number = Decimal(text.replace(" ", ""))
            if not number.is_finite():
                raise InvalidOperation
        except InvalidOperation:
            self.found.errors[one.name] = f"{self._title(one)} must be a number, {self._bounds(one)}"
            return None
        number = self._in_own_unit(one, number)
        if number is None:
            return None
        low = Decimal(0) if one.low is None else one.low
        high = Decimal(1_000_000) if one.high is None else one.high
        if not low <= number <= high:
            self.found.errors[one.name] = f"{self._title(one)} must be {self._bounds(one)}"
            return None
        if one.type is FieldType.INTEGER and number != number.to_integral_value():
            self.found.errors[one.name] = f"{self._title(one)} must be a whole number, {self._bounds(one)}"
            return None
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and exponent < -4:
            self.found.errors[one.name] = f"{self._title(one)} must have at most 4 decimal places"
            return None
        self._usual(one, number)
        return int(number) if one.type is FieldType.INTEGER else number

    def _in_own_unit(self, one: EvidenceField, number: Decimal) -> Decimal | None:
        units = choices(one)
        if not units:
            return number
        chosen = next((u for u in units if u.code == self.given.get(f"{one.name}-unit")), None)
        if chosen is None:
            self.found.errors[one.name] = (
                f"Choose the unit of {self._title(one)}: {listed((u.word for u in units), 'or')}"
            )
            return None
        value = converted(number, chosen)
        if chosen.code != one.unit:
            self.found.conversions.append(
                f"{self._title(one)}: {number_words(number)} {chosen.word} is kept as "
                f"{number_words(value)} {unit_word(one)}"
            )
        return value

    def _usual(self, one: EvidenceField, number: Decimal) -> None:
        """Numbers outside the usual are asked about, not refused."""
        side = ""
        if one.usual_high is not None and number > one.usual_high:
            side = "far above" if number > one.usual_high * 2 else "above"
        elif one.usual_low is not None and number < one.usual_low:
            side = "far below" if number * 2 < one.usual_low else "below"
        if side:
            unit = f" {unit_word(one)}" if unit_word(one) else ""
            self.found.unusual.append(
                f"{self._title(one)} {number_words(number)}{unit} is {side} usual "
                f"({number_words(one.usual_low or 0)} to {number_words(one.usual_high or 0)}{unit})"
            )

    def _bounds(self, one: EvidenceField) -> str:
        low = Decimal(0) if one.low is None else one.low
        unit = f" {unit_word(one)}" if unit_word(one) else ""
        if one.high is None:
            return f"at least {number_words(low)}{unit}"
        return f"{number_words(low)} to {number_words(one.high)}{unit}"
