"""From a checked tree to its core.

Words that say the same (`>`, `between`, `case`) become the same operators, conversions of units and guards
against overflow become visible, and an operation with a constant unknown operand becomes the constant
unknown. A define is lowered once and shared: wherever it is used the same `Core` object stands, so that
results and explanations reach the facts behind it.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import cast

import engine.criteria.ranges as ranges
from engine.criteria.building import (
    MIRRORED,
    as_decimal,
    compare,
    compare_count,
    count_ends,
    ended,
    in_unit,
    is_test,
    negate,
    widened,
)
from engine.criteria.calculating import finer_unit
from engine.criteria.core import FALSE, UNKNOWN, Core, Op, Origin, constant, make
from engine.criteria.names import Name
from engine.criteria.problems import CriterionError, problem
from engine.criteria.syntax import (
    Amount,
    Between,
    Binary,
    Call,
    Case,
    Chain,
    Choice,
    Constant,
    Elapsed,
    InInterval,
    InList,
    Is,
    Reference,
    Unary,
)
from engine.criteria.typed import Checked, Filled, Typed, constant_of
from engine.criteria.types import (
    BOOLEAN,
    DECIMAL_PLACES,
    INTEGER_MAX,
    INTEGER_MIN,
    BooleanType,
    CountType,
    DateType,
    DecimalType,
    IntegerType,
    NullType,
    QuantityType,
    Type,
    Value,
)

MAX_SIZE = 20_000
"""Operators of one criterion with all its defines written out; more is refused."""
MAX_DEPTH = 150
"""Levels of operators, through defines too; it bounds every recursion over a core."""


def lower(checked: Checked) -> Core:
    """The core of a checked criterion.

    Raises:
        CriterionError: `criterion-too-large`, when its defines written out would be too much.
    """
    todo = [checked]
    while todo:
        # The defines it uses first, by a list and not by recursion: a line of them may be long.
        waiting = [one for one in todo[-1].uses if "core" not in one.memo]
        if waiting:
            todo += waiting
        else:
            _lower_one(todo.pop(), checked)
    return cast("Core", checked.memo["core"])


def _lower_one(checked: Checked, asked: Checked) -> None:
    """Lower a criterion, or a define of it; a problem is placed in the text that was asked for."""
    if "core" in checked.memo:
        return
    core = _Lowering(checked).result(checked.typed)
    if core.size > MAX_SIZE or core.depth > MAX_DEPTH:
        of = f"the define `{checked.define}`" if checked is not asked and checked.define else "this"
        message = f"with its defines written out {of} has more than {MAX_SIZE} parts or {MAX_DEPTH} levels"
        fix = "let the defines say less, or use fewer of them"
        found = problem("criterion-too-large", message, asked.text, asked.tree.span, fix=fix)
        raise CriterionError([found])
    checked.memo["core"] = core


class _Lowering:
    def __init__(self, checked: Checked) -> None:
        self.checked = checked

    def origin(self, typed: Typed) -> Origin:
        return Origin(self.checked.text, typed.node.start, typed.node.end, self.checked.define)

    def result(self, typed: Typed) -> Core:
        if isinstance(typed.type, CountType):
            low, high = count_ends(typed)
            return make("if", typed.type, make("eq", BOOLEAN, low, high), low, UNKNOWN)
        return ended(self.go(typed))

    def go(self, typed: Typed) -> Core:
        if isinstance(typed.type, NullType):
            return UNKNOWN
        core = self._lower(typed)
        if isinstance(typed.type, BooleanType) and core.origin is None and core.op != "fact":
            return replace(core, origin=self.origin(typed))
        if core.op == "fact" and isinstance(core.type, BooleanType):
            return replace(core, origin=self.origin(typed))
        return core

    def number(self, typed: Typed) -> Core:
        """A value where a calculation ends: kept within the digits of a result."""
        return ended(self.go(typed))

    def _lower(self, typed: Typed) -> Core:
        node, parts = typed.node, typed.parts
        match node:
            case Constant(value=value):
                return constant(value, typed.type)
            case Amount(value=value):
                return constant(value, typed.type)
            case Reference() | Call(function="Today"):
                return self._reference(typed)
            case Chain():
                return make(node.op, BOOLEAN, *(self.go(part) for part in parts))
            case Unary(op="not"):
                return make("not", BOOLEAN, self.go(parts[0]))
            case Unary(op=op):
                return self.go(parts[0]) if op == "+" else negate(self.go(parts[0]), typed.type)
            case Binary(op="implies"):
                return make("or", BOOLEAN, make("not", BOOLEAN, self.go(parts[0])), self.go(parts[1]))
            case Binary(op="xor"):
                return make("xor", BOOLEAN, self.go(parts[0]), self.go(parts[1]))
            case Binary(op="+" | "-" | "*" | "/"):
                return self._arithmetic(typed, cast("ranges.ArithmeticOp", node.op))
            case Binary(op=op):
                return self._compare(op, parts[0], parts[1])
            case Is(test=test, negated=negated):
                asked = is_test(test, self.number(parts[0]))
                return make("not", BOOLEAN, asked) if negated else asked
            case InList():
                return self._in_list(parts[0], parts[1:])
            case InInterval() | Between():
                lows = isinstance(node, Between) or node.low_closed
                highs = isinstance(node, Between) or node.high_closed
                low = self._compare(">=" if lows else ">", parts[0], parts[1])
                return make("and", BOOLEAN, low, self._compare("<=" if highs else "<", parts[0], parts[2]))
            case Elapsed():
                return self._elapsed(node, typed)
            case Call():
                return self._call(node, typed)
            case Choice():
                return make(
                    "if",
                    typed.type,
                    self.go(parts[0]),
                    self._as(typed.type, parts[1]),
                    self._as(typed.type, parts[2]),
                )
            case Case():
                return self._case(node, typed)
            case _:  # pragma: no cover - braces never get past the checker
                raise AssertionError(node)

    def _reference(self, typed: Typed) -> Core:
        match typed.meaning:
            case Filled(value=value):
                return constant(value, typed.type)
            case Name(name=name):
                return make("fact", typed.type, value=name)
            case Checked():
                return cast("Core", typed.meaning.memo["core"])
            case _:  # pragma: no cover - an unknown name is a problem
                raise AssertionError(typed.node)

    # Comparison

    def _compare(self, op: str, left: Typed, right: Typed) -> Core:
        if isinstance(left.type, CountType):
            return compare_count(op, count_ends(left), self.number(right))
        if isinstance(right.type, CountType):
            return compare_count(MIRRORED[op], count_ends(right), self.number(left))
        a, b = self.number(left), self.number(right)
        return compare(op, a, left.type, b, right.type)

    def _in_list(self, operand: Typed, items: tuple[Typed, ...]) -> Core:
        if not items:
            return FALSE
        core = self.number(operand)
        values: list[Value] = []
        for item in items:
            value = cast("Filled", constant_of(item)).value
            if (
                isinstance(item.type, QuantityType)
                and item.type.unit != cast("QuantityType", operand.type).unit
            ):
                # Units may differ, so each item is compared by itself.
                each = (compare("=", core, operand.type, self.number(one), one.type) for one in items)
                return make("or", BOOLEAN, *each)
            values.append(value)
        if any(isinstance(value, Decimal) for value in values) or not isinstance(core.type, IntegerType):
            core = widened(core)
            values = [as_decimal(value) for value in values]
        return make("in", BOOLEAN, core, value=tuple(dict.fromkeys(values)))

    # Arithmetic

    def _arithmetic(self, typed: Typed, op: ranges.ArithmeticOp) -> Core:
        left, right = typed.parts
        one, other = left.type, right.type
        a, b = self.go(left), self.go(right)
        if isinstance(typed.type, DateType):
            return self._shift(typed.type, a, right, b, op)
        if isinstance(one, NullType) or isinstance(other, NullType):
            return Core("const", (), typed.type, None)
        if isinstance(one, QuantityType) and isinstance(other, QuantityType):
            unit = cast("str", finer_unit(one.unit, other.unit))
            a, one = in_unit(a, one, unit), ranges.in_unit(one, unit)
            b, other = in_unit(b, other, unit), ranges.in_unit(other, unit)
        if isinstance(typed.type, IntegerType):
            low, high = ranges.integer_bounds(op, cast("IntegerType", one), cast("IntegerType", other))
            core = make(_ARITHMETIC[op], typed.type, a, b)
            if low < INTEGER_MIN or high > INTEGER_MAX:
                core = make("within", typed.type, core, value=(INTEGER_MIN, INTEGER_MAX))
            return core
        low, high, places = ranges.decimal_bounds(op, ranges.number(one), ranges.number(other))
        core = make(_ARITHMETIC[op], typed.type, widened(a), widened(b))
        if op != "/" and places > DECIMAL_PLACES:
            core = make("round", typed.type, core)
        if low < -ranges.WIDEST or high > ranges.WIDEST:
            core = make("within", typed.type, core, value=(-ranges.WIDEST, ranges.WIDEST))
        return core

    def _shift(self, of: Type, date: Core, by: Typed, amount: Core, op: str) -> Core:
        if not isinstance(by.type, QuantityType):
            return Core("const", (), of, None)
        unit = by.type.unit
        # CQL moves a date by whole units: 1.9 months is 1 month.
        if amount.op == "const":
            steps = constant(int(cast("Decimal", amount.value)), IntegerType())
        else:
            most = ranges.shift_limit(unit)
            steps = make("whole", IntegerType(-most, most), amount)
            if not -most <= by.type.lo <= by.type.hi <= most:
                steps = make("within", steps.type, steps, value=(-most, most))
        if op == "-":
            steps = negate(steps, steps.type)
        times = {"wk": 7, "year": 12}.get(unit, 1)
        if times != 1:
            if steps.op == "const":
                steps = constant(cast("int", steps.value) * times, IntegerType())
            else:
                steps = make("mul", IntegerType(), steps, constant(times, IntegerType(times, times)))
        return make("shift_days" if unit in ("d", "wk") else "shift_months", of, date, steps)

    def _elapsed(self, node: Elapsed, typed: Typed) -> Core:
        since, until = (self.go(part) for part in typed.parts)
        if node.boundaries or node.unit == "day":
            op = _NUMBERED[node.unit]
            return make("sub", typed.type, make(op, IntegerType(), until), make(op, IntegerType(), since))
        if node.unit == "week":
            days = make("sub", IntegerType(), *(make("day_number", IntegerType(), x) for x in (until, since)))
            return make("whole_part", typed.type, days, value=7)
        keys = make("sub", IntegerType(), *(make("month_key", IntegerType(), x) for x in (until, since)))
        return make("whole_part", typed.type, keys, value=32 if node.unit == "month" else 32 * 12)

    # Functions and choices

    def _call(self, node: Call, typed: Typed) -> Core:
        parts = typed.parts
        match node.function:
            case "IsNull" | "IsTrue" | "IsFalse":
                return is_test(node.function[2:].lower(), self.number(parts[0]))
            case "Count":
                return make("count", typed.type, *(self.number(part) for part in parts))
            case "Exists":
                if not parts:
                    return FALSE
                known = [make("not", BOOLEAN, make("is_null", BOOLEAN, self.number(part))) for part in parts]
                return make("or", BOOLEAN, *known)
            case "Coalesce" | "Min" | "Max":
                if not parts:
                    return Core("const", (), typed.type, None)
                op = cast("Op", node.function.lower())
                return make(op, typed.type, *(self._as(typed.type, part) for part in parts))
            case _:  # pragma: no cover - an unknown function is a problem
                raise AssertionError(node.function)

    def _case(self, node: Case, typed: Typed) -> Core:
        parts = list(typed.parts)
        selector = parts.pop(0) if node.selector is not None else None
        core = self._as(typed.type, parts.pop())
        while parts:
            result = self._as(typed.type, parts.pop())
            when = parts.pop()
            condition = self.go(when) if selector is None else self._compare("=", selector, when)
            core = make("if", typed.type, condition, result, core)
        return core

    def _as(self, of: Type, typed: Typed) -> Core:
        """A value of one branch, in the type of all."""
        core = self.number(typed)
        if isinstance(typed.type, NullType):
            return Core("const", (), of, None)
        if isinstance(of, QuantityType) and isinstance(typed.type, QuantityType):
            return in_unit(core, typed.type, of.unit)
        if isinstance(of, DecimalType):
            return widened(core)
        return core


_ARITHMETIC: dict[str, Op] = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_NUMBERED: dict[str, Op] = {
    "day": "day_number",
    "week": "week_number",
    "month": "month_number",
    "year": "year_number",
}
