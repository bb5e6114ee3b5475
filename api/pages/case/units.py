"""Units a number may be typed in beside its own, and how each is brought into it.

Where there is more than one, none is chosen for the person who types. The factors are definitions, not
findings: the pound, the Fahrenheit degree, and units that are other names of the same amount.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from engine.model.evidence import EvidenceField


def _same(number: Decimal) -> Decimal:
    return number


def _pounds(number: Decimal) -> Decimal:
    return number * Decimal("0.45359237")


def _fahrenheit(number: Decimal) -> Decimal:
    return (number - 32) * 5 / 9


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit to choose: its code in the form, its word, and how to get to the field's own unit."""

    code: str
    word: str
    convert: Callable[[Decimal], Decimal] = _same


_CHOICES: Final = {
    "kg": (UnitChoice("kg", "kg"), UnitChoice("lb", "lb", _pounds)),
    "Cel": (UnitChoice("Cel", "°C"), UnitChoice("degF", "°F", _fahrenheit)),
    "mIU/L": (UnitChoice("mIU/L", "mIU/L"), UnitChoice("uIU/mL", "µIU/mL")),
}
_WORDS: Final = {"Cel": "°C", "ms": "ms", "min": "minutes"}
PLACES: Final = Decimal("0.01")
"""A converted number is kept to so many places."""


def choices(field: EvidenceField) -> tuple[UnitChoice, ...]:
    """The units a field may be typed in; none where it has but its own."""
    return _CHOICES.get(field.unit or "", ())


def unit_word(field: EvidenceField) -> str:
    """A field's own unit as people write it."""
    return _WORDS.get(field.unit or "", field.unit or "")


def converted(number: Decimal, choice: UnitChoice) -> Decimal:
    """A typed number in the field's own unit."""
    value = choice.convert(number)
    return number if value == number else value.quantize(PLACES, ROUND_HALF_UP).normalize()
