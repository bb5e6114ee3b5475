"""Comparisons and conversions as operators, with the shortest way to say each."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import gcd
from typing import Literal, cast

import engine.criteria.ranges as ranges
from engine.criteria.core import COUNT_TEST, FALSE, TRUE, UNKNOWN, Core, Op, constant, make
from engine.criteria.names import Name
from engine.criteria.typed import Checked, Typed, opposite
from engine.criteria.types import (
    BOOLEAN,
    DECIMAL_MAX,
    DECIMAL_MIN,
    INTEGER_MAX,
    INTEGER_MIN,
    WIDE,
    CountType,
    DecimalType,
    IntegerType,
    NullType,
    QuantityType,
    StringType,
    Type,
    Value,
)
from engine.criteria.units import loose_ratio, ratio

MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def compare(op: str, a: Core, one: Type, b: Core, other: Type) -> Core:
    """`a op b` for values of comparable types."""
    if isinstance(one, QuantityType) and isinstance(other, QuantityType):
        factor = loose_ratio(one.unit, other.unit) if op == "~" else ratio(one.unit, other.unit)
        if factor is None:
            # A month is no fixed number of days: CQL leaves `=` unknown.
            return Core("const", (), BOOLEAN, None)
        a, b = times(a, factor.numerator), times(b, factor.denominator)
    elif isinstance(one, IntegerType) and isinstance(other, DecimalType):
        a = widened(a)
    elif isinstance(one, DecimalType) and isinstance(other, IntegerType):
        b = widened(b)
    if op != "~":
        a, b = _whole_pair(a, b)
    if op == "~":
        if isinstance(one, StringType) or isinstance(other, StringType):
            folded = [
                x if isinstance(x.type, NullType) else make("fold", StringType(None), x) for x in (a, b)
            ]
            return make("same", BOOLEAN, *folded)
        scaled = isinstance(one, DecimalType) or isinstance(other, DecimalType)
        return make("same_scale" if scaled and not _either_null(one, other) else "same", BOOLEAN, a, b)
    match op:
        case "=":
            return make("eq", BOOLEAN, a, b)
        case "!=":
            return make("ne", BOOLEAN, a, b)
        case "<":
            return _less(a, b)
        case "<=":
            return _at_most(a, b)
        case ">":
            return _less(b, a)
        case ">=":
            return _at_most(b, a)
        case _:  # pragma: no cover - the grammar has no other
            raise AssertionError(op)


_WHOLE_MOST = 2**62


def _whole_pair(a: Core, b: Core) -> tuple[Core, Core]:
    """Two sides of whole numbers and fixed decimals, as whole numbers: `2 * x <= y` for `x <= 0.5 * y`.

    It is exact, and every reading is quicker without decimals.
    """
    if not (isinstance(a.type, DecimalType | QuantityType) or isinstance(b.type, DecimalType | QuantityType)):
        return a, b
    one, other = _whole(a), _whole(b)
    if one is None or other is None:
        return a, b
    places = max(one[1], other[1])
    x, y = _whole_times(one[0], 10 ** (places - one[1])), _whole_times(other[0], 10 ** (places - other[1]))
    return (a, b) if x is None or y is None else _lowest(x, y)


def _lowest(a: Core, b: Core) -> tuple[Core, Core]:
    """Both sides without the factor they share: `2 * x <= y` for `10 * x <= 5 * y`."""
    (one, x), (other, y) = _factor(a), _factor(b)
    shared = gcd(one, other)
    if shared < 2:
        return a, b
    return _times_whole(one // shared, x), _times_whole(other // shared, y)


def _factor(core: Core) -> tuple[int, Core | None]:
    """A side as a fixed number times the rest; a constant has no rest."""
    if core.op == "const":
        return cast("int", core.value), None
    if core.op == "mul":
        for fixed, rest in (core.args, reversed(core.args)):
            if fixed.op == "const" and fixed.value is not None:
                return cast("int", fixed.value), rest
    return 1, core


def _times_whole(factor: int, rest: Core | None) -> Core:
    if rest is None:
        return _whole_number(factor)
    # It is less than the product it was, so it fits.
    return rest if factor == 1 else cast("Core", _whole_op("mul", rest, _whole_number(factor)))


def _whole(core: Core) -> tuple[Core, int] | None:
    """A whole number that is the value at some decimal places; None where a decimal fact is in it."""
    if core.op == "const" and core.value is None:
        return None
    if isinstance(core.type, IntegerType):
        return core, 0
    match core.op:
        case "const" if isinstance(core.value, Decimal):
            places = max(0, -cast("int", core.value.as_tuple().exponent))
            return _whole_number(int(core.value.scaleb(places, context=WIDE))), places
        case "decimal":
            return core.args[0], 0
        case "neg":
            inner = _whole(core.args[0])
            times = None if inner is None else _whole_times(inner[0], -1)
            return None if inner is None or times is None else (times, inner[1])
        case "add" | "sub" | "mul":
            one, other = _whole(core.args[0]), _whole(core.args[1])
            if one is None or other is None:
                return None
            if core.op == "mul":
                product = _whole_op("mul", one[0], other[0])
                return None if product is None else (product, one[1] + other[1])
            places = max(one[1], other[1])
            x, y = (_whole_times(c, 10 ** (places - p)) for c, p in (one, other))
            found = None if x is None or y is None else _whole_op(core.op, x, y)
            return None if found is None else (found, places)
        case _:
            return None


def _whole_times(core: Core, factor: int) -> Core | None:
    if factor == 1:
        return core
    if core.op == "const":
        return _whole_number(cast("int", core.value) * factor)
    return _whole_op("mul", core, _whole_number(factor))


def _whole_op(op: Literal["add", "sub", "mul"], one: Core, other: Core) -> Core | None:
    """None where 63 bits might not hold the result."""
    sign: ranges.ArithmeticOp = "+" if op == "add" else "-" if op == "sub" else "*"
    low, high = ranges.integer_bounds(sign, cast("IntegerType", one.type), cast("IntegerType", other.type))
    if max(-low, high) > _WHOLE_MOST:
        return None
    return make(op, IntegerType(low, high), one, other)


def _less(a: Core, b: Core) -> Core:
    """`a < b`, with whole weeks, months or years beside a fixed number asked without dividing."""
    if a.op == "whole_part" and b.op == "const" and isinstance(b.value, int) and b.value >= 1:
        return make("lt", BOOLEAN, a.args[0], _whole_number(b.value * cast("int", a.value)))
    if b.op == "whole_part" and a.op == "const" and isinstance(a.value, int) and a.value >= 0:
        return make("le", BOOLEAN, _whole_number((a.value + 1) * cast("int", b.value)), b.args[0])
    return make("lt", BOOLEAN, a, b)


def _at_most(a: Core, b: Core) -> Core:
    """`a <= b`, likewise."""
    if a.op == "whole_part" and b.op == "const" and isinstance(b.value, int) and b.value >= 0:
        return make("lt", BOOLEAN, a.args[0], _whole_number((b.value + 1) * cast("int", a.value)))
    if b.op == "whole_part" and a.op == "const" and isinstance(a.value, int) and a.value >= 1:
        return make("le", BOOLEAN, _whole_number(a.value * cast("int", b.value)), b.args[0])
    return make("le", BOOLEAN, a, b)


def _whole_number(value: int) -> Core:
    return constant(value, IntegerType(value, value))


def _either_null(one: Type, other: Type) -> bool:
    return isinstance(one, NullType) or isinstance(other, NullType)


def count_ends(typed: Typed) -> tuple[Core, Core]:
    """The facts at the two ends of a count, also where a define stands for it."""
    meaning = typed.meaning
    while isinstance(meaning, Checked):
        meaning = meaning.typed.meaning
    name, type_ = cast("Name", meaning).name, cast("CountType", typed.type)
    bound = IntegerType(type_.lo, type_.hi)
    return make("fact", bound, value=f"{name}.at_least"), make("fact", bound, value=f"{name}.at_most")


def compare_count(op: str, ends: tuple[Core, Core], number: Core) -> Core:
    """A range beside a number: true or false only when every value of the range agrees."""
    low, high = ends
    if number.op == "const" and number.value is None:
        return Core("const", (), BOOLEAN, None)
    if isinstance(number.type, DecimalType):
        low, high = widened(low), widened(high)

    def either(sure: Core, never: Core) -> Core:
        unsure = make("if", BOOLEAN, never, FALSE, UNKNOWN)
        return make("if", BOOLEAN, sure, TRUE, unsure, value=COUNT_TEST)

    match op:
        case "<":
            return either(make("lt", BOOLEAN, high, number), make("le", BOOLEAN, number, low))
        case "<=":
            return either(make("le", BOOLEAN, high, number), make("lt", BOOLEAN, number, low))
        case ">":
            return either(make("lt", BOOLEAN, number, low), make("le", BOOLEAN, high, number))
        case ">=":
            return either(make("le", BOOLEAN, number, low), make("lt", BOOLEAN, high, number))
        case _:
            outside = make("or", BOOLEAN, make("lt", BOOLEAN, high, number), make("lt", BOOLEAN, number, low))
            only = make("and", BOOLEAN, make("eq", BOOLEAN, low, number), make("eq", BOOLEAN, high, number))
            return either(only, outside) if op == "=" else either(outside, only)


def is_test(test: str, core: Core) -> Core:
    """`is null`, `is true` or `is false`."""
    op: Op = "is_null" if test == "null" else "is_true" if test == "true" else "is_false"
    return make(op, BOOLEAN, core)


def negate(core: Core, of: Type) -> Core:
    """`-core`; guarded where the lowest whole number could be turned round."""
    if core.op == "const" and isinstance(core.value, int | Decimal):
        turned = opposite(core.value)
        fits = isinstance(turned, Decimal) or turned <= INTEGER_MAX
        return constant(turned if fits else None, of)
    inner = core.type
    negated = make("neg", of, core)
    if isinstance(inner, IntegerType) and inner.lo == INTEGER_MIN:
        return make("within", of, negated, value=(INTEGER_MIN, INTEGER_MAX))
    return negated


def as_decimal(value: Value) -> Value:
    """A whole number as a decimal, every other value as it is."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def widened(core: Core) -> Core:
    """A whole number as a decimal, everything else as it is."""
    if not isinstance(core.type, IntegerType):
        return core
    wide = ranges.number(core.type)
    if core.op == "const":
        return constant(None if core.value is None else Decimal(cast("int", core.value)), wide)
    return make("decimal", wide, core)


def times(core: Core, factor: int) -> Core:
    """A decimal in a smaller unit."""
    if factor == 1 or (core.op == "const" and core.value is None):
        return core
    of = DecimalType(core.type.places) if isinstance(core.type, QuantityType) else core.type
    if core.op == "const":
        return constant(WIDE.multiply(cast("Decimal", core.value), factor), of)
    return make("mul", of, core, constant(Decimal(factor), DecimalType(0, Decimal(factor), Decimal(factor))))


def in_unit(core: Core, of: QuantityType, unit: str) -> Core:
    """A quantity of type `of` in another unit, of which it is a whole number."""
    factor = cast("Fraction", ratio(of.unit, unit))
    return times(core, factor.numerator)


def ended(core: Core) -> Core:
    """A calculation's end: unknown when it has more digits than a result may have."""
    calculated = core.op in ("add", "sub", "mul", "div", "round", "within", "neg")
    if calculated and ranges.too_wide(core.type):
        return make("within", core.type, core, value=(DECIMAL_MIN, DECIMAL_MAX))
    return core
