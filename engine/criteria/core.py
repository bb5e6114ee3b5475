"""The core: about 30 small operators that every reading of a criterion shares.

`lower` turns a checked tree into a core; words that say the same (`>`, `between`, `case`) become the same
operators, conversions of units and guards against overflow become visible, and an operation with a
constant unknown operand becomes the constant unknown. A define is lowered once and shared: wherever it
is used the same `Core` object stands, so that results and explanations reach the facts behind it.

What each operator does with unknown operands:

- `and`, `or`, `not` are Kleene's; `xor` and all comparison and arithmetic are unknown when an operand is;
- `is_null`, `is_true`, `is_false`, `same`, `same_scale`, `count` are never unknown;
- `if` takes its other branch when the condition is not true; `coalesce`, `min`, `max` skip unknowns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal, cast

import engine.criteria.ranges as ranges
from engine.criteria.calculating import finer_unit
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
from engine.criteria.typed import Checked, Filled, Typed, constant_of, opposite
from engine.criteria.types import (
    BOOLEAN,
    DECIMAL_MAX,
    DECIMAL_MIN,
    DECIMAL_PLACES,
    INTEGER_MAX,
    INTEGER_MIN,
    NULL,
    WIDE,
    BooleanType,
    CountType,
    DateType,
    DecimalType,
    IntegerType,
    NullType,
    QuantityType,
    StringType,
    Type,
    Value,
)
from engine.criteria.units import loose_ratio, ratio

Op = Literal[
    "const",  # value
    "fact",  # value: the name to read
    "and",
    "or",
    "not",
    "xor",
    "is_null",
    "is_true",
    "is_false",
    "eq",
    "ne",
    "lt",
    "le",
    "same",  # equal, two unknowns being equal
    "same_scale",  # the same for decimals, rounded to the fewer places of the two
    "fold",  # a text without case and with single blanks
    "in",  # value: tuple of constants
    "add",
    "sub",
    "mul",
    "div",  # unknown for a divisor of nothing; rounded to 8 places
    "neg",
    "decimal",  # a whole number as a decimal
    "round",  # to 8 places, halves away from nothing
    "within",  # value: (lowest, highest); unknown outside
    "whole",  # a decimal without its fraction
    "shift_days",
    "shift_months",  # the day is clamped to the length of the month
    "day_number",
    "week_number",  # counts Sundays
    "month_number",
    "year_number",
    "month_key",  # month_number * 32 + day of month
    "whole_part",  # value: divisor; the quotient without its fraction
    "if",
    "coalesce",
    "min",
    "max",
    "count",  # how many operands are known
]

MAX_SIZE = 20_000
"""Operators of one criterion with all its defines written out; more is refused."""
MAX_DEPTH = 150
"""Levels of operators, through defines too; it bounds every recursion over a core."""
COUNT_TEST = "count test"
"""Value of an `if` that compares a count: explanations take it as one leaf."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a part was written: offsets into `text`, which is that of `define` or of the criterion."""

    text: str
    start: int
    end: int
    define: str | None

    @property
    def written(self) -> str:
        """The words themselves."""
        return self.text[self.start : self.end]


@dataclass(frozen=True, slots=True, eq=False)
class Core:
    """One operator. Two cores are the same only when they are the same object.

    Attributes:
        value: The constant, the name of the fact, or what the operator's comment says.
        size: Operators below and including this one, shared ones counted at each use.
        depth: Levels below and including this one.
        origin: Of a condition, where it was written.
    """

    op: Op
    args: tuple[Core, ...]
    type: Type
    value: object = None
    size: int = 1
    depth: int = 1
    origin: Origin | None = None


UNKNOWN = Core("const", (), NULL, None)
TRUE = Core("const", (), BOOLEAN, True)
FALSE = Core("const", (), BOOLEAN, False)


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
            _lower_one(todo.pop())
    return cast("Core", checked.memo["core"])


def _lower_one(checked: Checked) -> None:
    if "core" in checked.memo:
        return
    core = _Lowering(checked).result(checked.typed)
    if core.size > MAX_SIZE or core.depth > MAX_DEPTH:
        tree = checked.tree
        raise CriterionError(
            [
                problem(
                    "criterion-too-large",
                    f"with its defines written out this has more than {MAX_SIZE} parts or {MAX_DEPTH} levels",
                    checked.text,
                    tree.span,
                    fix="let the defines say less, or use fewer of them",
                )
            ]
        )
    checked.memo["core"] = core


def walk_once(core: Core) -> Iterator[Core]:
    """Every operator once, operands before what uses them."""
    seen: set[int] = set()
    stack: list[tuple[Core, bool]] = [(core, False)]
    while stack:
        node, done = stack.pop()
        if done:
            yield node
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((arg, False) for arg in reversed(node.args))


STRICT = {
    "eq", "ne", "lt", "le", "xor", "in", "fold", "add", "sub", "mul", "div", "neg", "decimal", "round",
    "within", "whole", "whole_part", "shift_days", "shift_months",
    "day_number", "week_number", "month_number", "year_number", "month_key",
}  # fmt: skip
"""Operators that are unknown whenever an operand is."""


def make(op: Op, of: Type, *args: Core, value: object = None, origin: Origin | None = None) -> Core:
    """An operator; unknown at once when it is strict and an operand is the constant unknown."""
    if op in STRICT and any(arg.op == "const" and arg.value is None for arg in args):
        return Core("const", (), of, None, origin=origin)
    size = depth = 1
    for arg in args:
        size += arg.size
        depth = max(depth, arg.depth + 1)
    return Core(op, args, of, value, size, depth, origin)


def constant(value: Value, of: Type) -> Core:
    """A constant. Its type is kept, so that a column gets the right one."""
    return Core("const", (), of, value)


class _Lowering:
    def __init__(self, checked: Checked) -> None:
        self.checked = checked

    def origin(self, typed: Typed) -> Origin:
        return Origin(self.checked.text, typed.node.start, typed.node.end, self.checked.define)

    def result(self, typed: Typed) -> Core:
        if isinstance(typed.type, CountType):
            low, high = _count_ends(typed)
            return make("if", typed.type, make("eq", BOOLEAN, low, high), low, UNKNOWN)
        return _end(self.go(typed))

    def go(self, typed: Typed) -> Core:
        core = self._lower(typed)
        if isinstance(typed.type, BooleanType) and core.origin is None and core.op != "fact":
            return replace(core, origin=self.origin(typed))
        if core.op == "fact" and isinstance(core.type, BooleanType):
            return replace(core, origin=self.origin(typed))
        return core

    def number(self, typed: Typed) -> Core:
        """A value where a calculation ends: kept within the digits of a result."""
        return _end(self.go(typed))

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
                return self.go(parts[0]) if op == "+" else _negate(self.go(parts[0]), typed.type)
            case Binary(op="implies"):
                return make("or", BOOLEAN, make("not", BOOLEAN, self.go(parts[0])), self.go(parts[1]))
            case Binary(op="xor"):
                return make("xor", BOOLEAN, self.go(parts[0]), self.go(parts[1]))
            case Binary(op="+" | "-" | "*" | "/"):
                return self._arithmetic(typed, cast("ranges.ArithmeticOp", node.op))
            case Binary(op=op):
                return self._compare(op, parts[0], parts[1])
            case Is(test=test, negated=negated):
                asked = _is(test, self.number(parts[0]))
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
            return _count_compare(op, _count_ends(left), self.number(right))
        if isinstance(right.type, CountType):
            return _count_compare(_MIRRORED[op], _count_ends(right), self.number(left))
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
            a, one = _scaled(a, one, unit), ranges.in_unit(one, unit)
            b, other = _scaled(b, other, unit), ranges.in_unit(other, unit)
        if isinstance(typed.type, IntegerType):
            low, high = ranges.integer_bounds(op, cast("IntegerType", one), cast("IntegerType", other))
            core = make(_ARITHMETIC[op], typed.type, a, b)
            if low < INTEGER_MIN or high > INTEGER_MAX:
                core = make("within", typed.type, core, value=(INTEGER_MIN, INTEGER_MAX))
            return core
        low, high, places = ranges.decimal_bounds(op, ranges.number(one), ranges.number(other))
        core = make(_ARITHMETIC[op], typed.type, _widened(a), _widened(b))
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
            steps = _negate(steps, steps.type)
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
                return _is(node.function[2:].lower(), self.number(parts[0]))
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
            return _scaled(core, typed.type, of.unit)
        if isinstance(of, DecimalType):
            return _widened(core)
        return core


_MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ARITHMETIC: dict[str, Op] = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_NUMBERED: dict[str, Op] = {
    "day": "day_number",
    "week": "week_number",
    "month": "month_number",
    "year": "year_number",
}


def compare(op: str, a: Core, one: Type, b: Core, other: Type) -> Core:
    """`a op b` for values of comparable types."""
    if isinstance(one, QuantityType) and isinstance(other, QuantityType):
        factor = loose_ratio(one.unit, other.unit) if op == "~" else ratio(one.unit, other.unit)
        if factor is None:
            # A month is no fixed number of days: CQL leaves `=` unknown.
            return Core("const", (), BOOLEAN, None)
        a, b = _times(a, factor.numerator), _times(b, factor.denominator)
    elif isinstance(one, IntegerType) and isinstance(other, DecimalType):
        a = _widened(a)
    elif isinstance(one, DecimalType) and isinstance(other, IntegerType):
        b = _widened(b)
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


def _count_ends(typed: Typed) -> tuple[Core, Core]:
    meaning = typed.meaning
    while isinstance(meaning, Checked):
        meaning = meaning.typed.meaning
    name, type_ = cast("Name", meaning).name, cast("CountType", typed.type)
    bound = IntegerType(type_.lo, type_.hi)
    return make("fact", bound, value=f"{name}.at_least"), make("fact", bound, value=f"{name}.at_most")


def _count_compare(op: str, ends: tuple[Core, Core], number: Core) -> Core:
    """A range beside a number: true or false only when every value of the range agrees."""
    low, high = ends
    if number.op == "const" and number.value is None:
        return Core("const", (), BOOLEAN, None)
    if isinstance(number.type, DecimalType):
        low, high = _widened(low), _widened(high)

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


def _is(test: str, core: Core) -> Core:
    op: Op = "is_null" if test == "null" else "is_true" if test == "true" else "is_false"
    return make(op, BOOLEAN, core)


def _negate(core: Core, of: Type) -> Core:
    if core.op == "const" and isinstance(core.value, int | Decimal):
        return constant(opposite(core.value), of)
    inner = core.type
    negated = make("neg", of, core)
    if isinstance(inner, IntegerType) and inner.lo == INTEGER_MIN:
        return make("within", of, negated, value=(INTEGER_MIN, INTEGER_MAX))
    return negated


def _widened(core: Core) -> Core:
    """A whole number as a decimal, everything else as it is."""
    if not isinstance(core.type, IntegerType):
        return core
    wide = ranges.number(core.type)
    if core.op == "const":
        return constant(None if core.value is None else Decimal(cast("int", core.value)), wide)
    return make("decimal", wide, core)


def _times(core: Core, factor: int) -> Core:
    if factor == 1 or (core.op == "const" and core.value is None):
        return core
    of = DecimalType(core.type.places) if isinstance(core.type, QuantityType) else core.type
    if core.op == "const":
        return constant(WIDE.multiply(cast("Decimal", core.value), factor), of)
    return make("mul", of, core, constant(Decimal(factor), DecimalType(0, Decimal(factor), Decimal(factor))))


def _scaled(core: Core, of: QuantityType, unit: str) -> Core:
    factor = cast("Fraction", ratio(of.unit, unit))
    return _times(core, factor.numerator)


def _end(core: Core) -> Core:
    """A calculation's end: unknown when it has more digits than a result may have."""
    calculated = core.op in ("add", "sub", "mul", "div", "round", "within", "neg")
    if calculated and ranges.too_wide(core.type):
        return make("within", core.type, core, value=(DECIMAL_MIN, DECIMAL_MAX))
    return core
