"""Between which values a calculation can lie: what the checker infers and where the core needs a guard.

Whole numbers have 32 bits, and each operation that could leave them is guarded (the result is then
unknown, as in CQL). Decimals have 28 digits before and 8 after the point; a calculation may pass through
30 digits on its way (`10 * 10^27 - 0.00000001` is a valid number), and its end is guarded.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Literal, cast

from engine.criteria.types import (
    DATE,
    DECIMAL_MAX,
    DECIMAL_MIN,
    DECIMAL_PLACES,
    INTEGER_MAX,
    INTEGER_MIN,
    WIDE,
    DateType,
    DecimalType,
    IntegerType,
    QuantityType,
    Type,
)
from engine.criteria.units import ratio

ArithmeticOp = Literal["+", "-", "*", "/"]
WIDEST = Decimal(10) ** 30
"""The largest decimal between two operations; it fits the columns of 38 digits."""
MOST_YEARS = 200
_SHIFT_MOST = {"d": MOST_YEARS * 366, "wk": MOST_YEARS * 52, "month": MOST_YEARS * 12, "year": MOST_YEARS}
_LONGEST_DAYS = {"d": 1, "wk": 7, "month": 31, "year": 366}
_STEP = Decimal(1).scaleb(-DECIMAL_PLACES)

Numeric = IntegerType | DecimalType | QuantityType


def number(type: Type) -> DecimalType:
    """The range of a number of any type, as a decimal without unit."""
    match type:
        case IntegerType(lo, hi):
            return DecimalType(0, Decimal(lo), Decimal(hi))
        case DecimalType():
            return type
        case QuantityType(_, places, lo, hi):
            return DecimalType(places, lo, hi)
        case _:
            raise AssertionError(type)


def negated(type: Numeric) -> Numeric:
    """The range of `-x`. -(-2^31) is the one whole number without an opposite."""
    match type:
        case IntegerType(lo, hi):
            return IntegerType(max(-hi, INTEGER_MIN), min(-lo, INTEGER_MAX))
        case DecimalType(places, lo, hi):
            return DecimalType(places, hi.copy_negate(), lo.copy_negate())
        case QuantityType(unit, places, lo, hi):
            return QuantityType(unit, places, hi.copy_negate(), lo.copy_negate())


def in_unit(type: QuantityType, unit: str) -> DecimalType:
    """The range in a unit that the other is a whole number of."""
    times = cast("Fraction", ratio(type.unit, unit)).numerator
    return DecimalType(type.places, WIDE.multiply(type.lo, times), WIDE.multiply(type.hi, times))


def arithmetic(op: ArithmeticOp, one: IntegerType | DecimalType, other: IntegerType | DecimalType) -> Type:
    """The range of `one op other`, after its guard."""
    if isinstance(one, IntegerType) and isinstance(other, IntegerType) and op != "/":
        low, high = integer_bounds(op, one, other)
        return IntegerType(min(max(low, INTEGER_MIN), INTEGER_MAX), max(min(high, INTEGER_MAX), INTEGER_MIN))
    low, high, places = decimal_bounds(op, number(one), number(other))
    kept = min(places, DECIMAL_PLACES)
    return DecimalType(kept, max(min(low, WIDEST), -WIDEST), min(max(high, -WIDEST), WIDEST))


def integer_bounds(op: ArithmeticOp, one: IntegerType, other: IntegerType) -> tuple[int, int]:
    """Lowest and highest result before any guard."""
    return _corners(op, one.lo, one.hi, other.lo, other.hi)


def decimal_bounds(op: ArithmeticOp, one: DecimalType, other: DecimalType) -> tuple[Decimal, Decimal, int]:
    """Lowest and highest result before any guard, and its decimal places before rounding."""
    if op == "/":
        low, high = _quotient_bounds(one, other)
        return low, high, DECIMAL_PLACES + 1
    places = one.places + other.places if op == "*" else max(one.places, other.places)
    low, high = _decimal_corners(op, one, other)
    return (*_outwards(low, high), places) if places > DECIMAL_PLACES else (low, high, places)


def _outwards(low: Decimal, high: Decimal) -> tuple[Decimal, Decimal]:
    return (
        low.quantize(_STEP, rounding=ROUND_FLOOR, context=WIDE),
        high.quantize(_STEP, rounding=ROUND_CEILING, context=WIDE),
    )


def _corners(op: ArithmeticOp, a: int, b: int, c: int, d: int) -> tuple[int, int]:
    if op == "+":
        return a + c, b + d
    if op == "-":
        return a - d, b - c
    products = (a * c, a * d, b * c, b * d)
    return min(products), max(products)


def _decimal_corners(op: ArithmeticOp, one: DecimalType, other: DecimalType) -> tuple[Decimal, Decimal]:
    a, b, c, d = one.lo, one.hi, other.lo, other.hi
    if op == "+":
        return WIDE.add(a, c), WIDE.add(b, d)
    if op == "-":
        return WIDE.subtract(a, d), WIDE.subtract(b, c)
    products = (WIDE.multiply(a, c), WIDE.multiply(a, d), WIDE.multiply(b, c), WIDE.multiply(b, d))
    return min(products), max(products)


def _quotient_bounds(one: DecimalType, other: DecimalType) -> tuple[Decimal, Decimal]:
    if other.lo > 0 or other.hi < 0:
        ends = [WIDE.divide(x, y) for x in (one.lo, one.hi) for y in (other.lo, other.hi)]
        return _outwards(min(ends), max(ends))
    # The divisor can come as near to nothing as its places allow.
    most = max(one.lo.copy_abs(), one.hi.copy_abs()).scaleb(other.places, context=WIDE)
    return most.copy_negate(), most


def too_wide(type: Type) -> bool:
    """Whether a decimal of this range could leave the 28 digits a result may have."""
    return isinstance(type, DecimalType | QuantityType) and (type.lo < DECIMAL_MIN or type.hi > DECIMAL_MAX)


def shift_limit(unit: str) -> int:
    """The most `unit`s a date may be moved by."""
    return _SHIFT_MOST[unit]


def shifted(date: DateType, by: QuantityType, op: Literal["+", "-", "*", "/"]) -> DateType | None:
    """The range of a moved date; None when a fixed shift is longer than 200 years, or leaves the calendar."""
    most = _SHIFT_MOST[by.unit]
    if by.lo == by.hi and by.lo.copy_abs() > most:
        return None
    low, high = (by.lo, by.hi) if op == "+" else (by.hi.copy_negate(), by.lo.copy_negate())
    first = int(max(low, Decimal(-most))) * _LONGEST_DAYS[by.unit]
    last = int(min(high, Decimal(most))) * _LONGEST_DAYS[by.unit]
    earliest, latest = date.lo.toordinal() + min(first, 0), date.hi.toordinal() + max(last, 0)
    if earliest < 1 or latest > dt.date.max.toordinal():
        return None
    return DateType(dt.date.fromordinal(earliest), dt.date.fromordinal(latest))


_LEAST_DAYS = {"year": 365, "month": 28, "week": 7, "day": 1}


def elapsed(unit: str, since: Type, until: Type) -> IntegerType:
    """How many units can lie between two dates, a little wide."""
    a = since if isinstance(since, DateType) else DATE
    b = until if isinstance(until, DateType) else DATE
    fewest, most = (b.lo - a.hi).days, (b.hi - a.lo).days
    length = _LEAST_DAYS.get(unit, 1)
    if length == 1:
        return IntegerType(fewest, most)
    return IntegerType(fewest // length - 1, most // length + 1)
