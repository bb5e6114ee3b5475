"""The types a value can have, and the door every fact passes before a criterion reads it.

A type says more than its kind: an Integer carries the range it can lie in, a String the codes it can
be, a Quantity its unit. That is what lets a misspelt code or an overflow be found before any patient is.
At run time a value is a plain `bool`, `int`, `Decimal`, `str` or `date`; a Quantity is the number alone,
in the unit of its type. `None` is unknown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal

Value = bool | int | Decimal | str | dt.date | None
"""What a fact, and the result of a criterion, can be; None is unknown."""

Facts = Mapping[str, Value]
"""Facts at one date, read as `facts[name]`; a mapping may compute them when asked (`__missing__`)."""

INTEGER_MIN, INTEGER_MAX = -(2**31), 2**31 - 1
DECIMAL_MAX = Decimal("9999999999999999999999999999.99999999")
DECIMAL_MIN = DECIMAL_MAX.copy_negate()
DECIMAL_PLACES = 8
WIDE = Context(prec=80)
"""Arithmetic context of the language. The default one rounds at 28 digits, even for `-x` and `abs(x)`."""
DATE_MIN, DATE_MAX = dt.date(1901, 1, 1), dt.date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class BooleanType:
    """Yes or no."""

    def __str__(self) -> str:
        return "yes or no"


@dataclass(frozen=True, slots=True)
class IntegerType:
    """A whole number of 32 bits, within `lo` and `hi` (both inclusive)."""

    lo: int = INTEGER_MIN
    hi: int = INTEGER_MAX

    def __str__(self) -> str:
        return "a whole number"


@dataclass(frozen=True, slots=True)
class DecimalType:
    """A decimal number of at most 28 digits before and 8 after the point, within `lo` and `hi`."""

    places: int = DECIMAL_PLACES
    lo: Decimal = DECIMAL_MIN
    hi: Decimal = DECIMAL_MAX

    def __str__(self) -> str:
        return "a decimal number"


@dataclass(frozen=True, slots=True)
class StringType:
    """A text; with `codes`, one of those and no other."""

    codes: tuple[str, ...] | None = None

    def __str__(self) -> str:
        return "a text" if self.codes is None or len(self.codes) == 1 else "a code"


@dataclass(frozen=True, slots=True)
class DateType:
    """A calendar day; a fact lies from 1901-01-01 to 2099-12-31."""

    lo: dt.date = DATE_MIN
    hi: dt.date = DATE_MAX

    def __str__(self) -> str:
        return "a date"


@dataclass(frozen=True, slots=True)
class QuantityType:
    """A number of `unit`: a UCUM code, or the calendar words `month` and `year`."""

    unit: str
    places: int = DECIMAL_PLACES
    lo: Decimal = DECIMAL_MIN
    hi: Decimal = DECIMAL_MAX

    def __str__(self) -> str:
        return f"a quantity in {self.unit}"


@dataclass(frozen=True, slots=True)
class NullType:
    """The type of `null` alone; it takes the type of what it stands beside."""

    def __str__(self) -> str:
        return "unknown"


@dataclass(frozen=True, slots=True)
class CountType:
    """A count over things some of which are unknown: a range from `.at_least` to `.at_most`.

    It can only be compared with a number, and the answer is unknown when the range allows both.
    """

    lo: int = 0
    hi: int = INTEGER_MAX

    def __str__(self) -> str:
        return "a count"


Type = BooleanType | IntegerType | DecimalType | StringType | DateType | QuantityType | NullType | CountType

BOOLEAN = BooleanType()
INTEGER = IntegerType()
DECIMAL = DecimalType()
STRING = StringType()
DATE = DateType()
NULL = NullType()
COUNT = CountType()
QUANTITY = QuantityType


class FactError(ValueError):
    """A value that cannot be a fact of its type; the message says what would be."""


def facts_door(value: object, type: Type) -> Value:
    """Return `value` as a fact of `type`, or refuse it.

    A whole number becomes a Decimal where the type is Decimal or Quantity, and a Decimal without
    fraction an int where it is Integer; nothing else is converted. The ranges of `types` are kept,
    because overflow checks rest on them.

    Raises:
        FactError: A binary fraction (`float`: 0.8 is not exactly 0.8), NaN or infinity, too many
            digits, a value outside the range or the codes of the type, or of another kind.
    """
    if value is None:
        return None
    if isinstance(value, float):
        raise FactError(
            f"{value!r} is a binary fraction; give a decimal number, such as Decimal('{value!r}')"
        )
    match type:
        case BooleanType():
            if isinstance(value, bool):
                return value
        case IntegerType(lo, hi) | CountType(lo, hi):
            return _integer_door(value, lo, hi)
        case DecimalType(places, lo, hi) | QuantityType(_, places, lo, hi):
            return _decimal_door(value, places, lo, hi)
        case StringType(codes):
            if isinstance(value, str):
                if codes is not None and value not in codes:
                    raise FactError(f"{value!r} is not one of {', '.join(codes)}")
                return value
        case DateType(lo, hi):
            if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
                if not lo <= value <= hi:
                    raise FactError(f"{value} is outside {lo} to {hi}")
                return value
        case NullType():
            pass
    raise FactError(f"{value!r} is not {type}")


def _integer_door(value: object, lo: int, hi: int) -> int:
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise FactError(f"{value!r} is not a whole number")
    if not lo <= value <= hi:
        raise FactError(f"{value} is outside {lo} to {hi}")
    return value


def _decimal_door(value: object, places: int, lo: Decimal, hi: Decimal) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise FactError(f"{value!r} is not a number")
    number = Decimal(value)
    if not number.is_finite():
        raise FactError(f"{value} is not a finite number")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        shorter = number.quantize(Decimal(1).scaleb(-places), context=WIDE)
        if shorter != number:
            raise FactError(f"{value} has more than {places} decimal places")
        number = shorter
    if not lo <= number <= hi:
        raise FactError(f"{value} is outside {lo} to {hi}")
    return number
