"""The readable reading: a core as nested closures. Every other reading must agree with this one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

import engine.criteria.arithmetic as arithmetic
from engine.criteria.core import Core
from engine.criteria.types import WIDE, Facts, Value

Evaluate = Callable[[Facts], Value]
Number = int | Decimal


def closure(core: Core) -> Evaluate:
    """A function from facts to the value of `core`; a fact is read each time its name is met.

    The function raises what the mapping raises: KeyError for a name it does not hold.
    """
    args = [closure(arg) for arg in core.args]
    match core.op:
        case "const":
            value = cast("Value", core.value)
            return lambda _: value
        case "fact":
            name = cast("str", core.value)
            return lambda facts: facts[name]
        case "in":
            return _in(args, frozenset(cast("tuple[Value, ...]", core.value)))
        case "within":
            return _within(args, cast("tuple[Any, Any]", core.value))
        case "whole_part":
            return _whole_part(args, cast("int", core.value))
        case _:
            return _BUILDERS[core.op](args)


def _and(args: list[Evaluate]) -> Evaluate:
    def evaluate(facts: Facts) -> Value:
        result: Value = True
        for arg in args:
            value = arg(facts)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    return evaluate


def _or(args: list[Evaluate]) -> Evaluate:
    def evaluate(facts: Facts) -> Value:
        result: Value = False
        for arg in args:
            value = arg(facts)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    return evaluate


def _not(args: list[Evaluate]) -> Evaluate:
    (operand,) = args

    def evaluate(facts: Facts) -> Value:
        value = operand(facts)
        return None if value is None else not value

    return evaluate


def _is_null(args: list[Evaluate]) -> Evaluate:
    (operand,) = args
    return lambda facts: operand(facts) is None


def _is_true(args: list[Evaluate]) -> Evaluate:
    (operand,) = args
    return lambda facts: operand(facts) is True


def _is_false(args: list[Evaluate]) -> Evaluate:
    (operand,) = args
    return lambda facts: operand(facts) is False


def _strict_pair(function: Callable[[Any, Any], Value]) -> Callable[[list[Evaluate]], Evaluate]:
    """Unknown when either operand is; else `function` of both."""

    def build(args: list[Evaluate]) -> Evaluate:
        left, right = args

        def evaluate(facts: Facts) -> Value:
            a = left(facts)
            if a is None:
                return None
            b = right(facts)
            return None if b is None else function(a, b)

        return evaluate

    return build


def _strict_one(function: Callable[[Any], Value]) -> Callable[[list[Evaluate]], Evaluate]:
    def build(args: list[Evaluate]) -> Evaluate:
        (operand,) = args

        def evaluate(facts: Facts) -> Value:
            value = operand(facts)
            return None if value is None else function(value)

        return evaluate

    return build


def _eq(args: list[Evaluate]) -> Evaluate:
    left, right = args

    def evaluate(facts: Facts) -> Value:
        a, b = left(facts), right(facts)
        return None if a is None or b is None else a == b

    return evaluate


def _ne(args: list[Evaluate]) -> Evaluate:
    left, right = args

    def evaluate(facts: Facts) -> Value:
        a, b = left(facts), right(facts)
        return None if a is None or b is None else a != b

    return evaluate


def _lt(args: list[Evaluate]) -> Evaluate:
    left, right = args

    def evaluate(facts: Facts) -> Value:
        a, b = cast("Any", left(facts)), cast("Any", right(facts))
        return None if a is None or b is None else a < b

    return evaluate


def _le(args: list[Evaluate]) -> Evaluate:
    left, right = args

    def evaluate(facts: Facts) -> Value:
        a, b = cast("Any", left(facts)), cast("Any", right(facts))
        return None if a is None or b is None else a <= b

    return evaluate


def _same(args: list[Evaluate]) -> Evaluate:
    left, right = args
    return lambda facts: left(facts) == right(facts)


def _same_scale(args: list[Evaluate]) -> Evaluate:
    left, right = args

    def evaluate(facts: Facts) -> Value:
        a, b = cast("Decimal | None", left(facts)), cast("Decimal | None", right(facts))
        if a is None or b is None:
            return a is b
        return arithmetic.same_scale(Decimal(a), Decimal(b))

    return evaluate


def _in(args: list[Evaluate], items: frozenset[Value]) -> Evaluate:
    (operand,) = args

    def evaluate(facts: Facts) -> Value:
        value = operand(facts)
        return None if value is None else value in items

    return evaluate


def _add(a: Number, b: Number) -> Number:
    return a + b if isinstance(a, int) and isinstance(b, int) else WIDE.add(a, b)


def _sub(a: Number, b: Number) -> Number:
    return a - b if isinstance(a, int) and isinstance(b, int) else WIDE.subtract(a, b)


def _mul(a: Number, b: Number) -> Number:
    return a * b if isinstance(a, int) and isinstance(b, int) else WIDE.multiply(a, b)


def _neg(a: Number) -> Number:
    return -a if isinstance(a, int) else WIDE.minus(a)


def _within(args: list[Evaluate], ends: tuple[Any, Any]) -> Evaluate:
    (operand,) = args
    low, high = ends

    def evaluate(facts: Facts) -> Value:
        value = cast("Any", operand(facts))
        return value if value is not None and low <= value <= high else None

    return evaluate


def _whole_part(args: list[Evaluate], divisor: int) -> Evaluate:
    return _strict_one(lambda value: arithmetic.whole_part(value, divisor))(args)


def _if(args: list[Evaluate]) -> Evaluate:
    condition, then, otherwise = args
    return lambda facts: then(facts) if condition(facts) is True else otherwise(facts)


def _coalesce(args: list[Evaluate]) -> Evaluate:
    def evaluate(facts: Facts) -> Value:
        for arg in args:
            value = arg(facts)
            if value is not None:
                return value
        return None

    return evaluate


def _min(args: list[Evaluate]) -> Evaluate:
    def evaluate(facts: Facts) -> Value:
        return min((value for arg in args if (value := cast("Any", arg(facts))) is not None), default=None)

    return evaluate


def _max(args: list[Evaluate]) -> Evaluate:
    def evaluate(facts: Facts) -> Value:
        return max((value for arg in args if (value := cast("Any", arg(facts))) is not None), default=None)

    return evaluate


def _count(args: list[Evaluate]) -> Evaluate:
    return lambda facts: sum(arg(facts) is not None for arg in args)


_BUILDERS: dict[str, Callable[[list[Evaluate]], Evaluate]] = {
    "and": _and,
    "or": _or,
    "not": _not,
    "xor": _strict_pair(lambda a, b: a is not b),
    "is_null": _is_null,
    "is_true": _is_true,
    "is_false": _is_false,
    "eq": _eq,
    "ne": _ne,
    "lt": _lt,
    "le": _le,
    "same": _same,
    "same_scale": _same_scale,
    "fold": _strict_one(arithmetic.fold),
    "add": _strict_pair(_add),
    "sub": _strict_pair(_sub),
    "mul": _strict_pair(_mul),
    "div": _strict_pair(arithmetic.quotient),
    "neg": _strict_one(_neg),
    "decimal": _strict_one(Decimal),
    "round": _strict_one(arithmetic.rounded),
    "whole": _strict_one(int),
    "shift_days": _strict_pair(arithmetic.shift_days),
    "shift_months": _strict_pair(arithmetic.shift_months),
    "day_number": _strict_one(dt.date.toordinal),
    "week_number": _strict_one(arithmetic.week_number),
    "month_number": _strict_one(arithmetic.month_number),
    "year_number": _strict_one(lambda date: date.year),
    "month_key": _strict_one(arithmetic.month_key),
    "if": _if,
    "coalesce": _coalesce,
    "min": _min,
    "max": _max,
    "count": _count,
}
