"""Names and types of a criterion: every part gets a type, every mistake a place and words.

Mistakes are collected, not stopped at; a part that is wrong gets the type of `null`, which fits
everywhere, so that one mistake is told once.
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from engine.criteria import ranges
from engine.criteria.names import TODAY, Name, Names
from engine.criteria.parse import parse
from engine.criteria.problems import CriterionError, Problem, problem
from engine.criteria.syntax import (
    Amount,
    Between,
    Binary,
    Braces,
    Call,
    Case,
    Chain,
    Choice,
    Constant,
    Elapsed,
    InInterval,
    InList,
    Is,
    Node,
    Reference,
    Unary,
)
from engine.criteria.types import (
    BOOLEAN,
    DATE,
    INTEGER_MAX,
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
from engine.criteria.units import known_units, loose_ratio, ratio, read_unit

MAX_PROBLEMS = 20
"""Problems told of one criterion; a text of ten thousand wrong names must still be answered at once."""

_FUNCTIONS = ("Coalesce", "Min", "Max", "Count", "Exists", "IsNull", "IsTrue", "IsFalse", "Today")
_SHIFT_UNITS = {"d", "wk", "month", "year"}


@dataclass(frozen=True, slots=True, eq=False)
class Typed:
    """A node with its type; `parts` follow `syntax.children`.

    `meaning` is what a reference stands for (a Name to read, or the checked define), or the value of a
    constant; None otherwise.
    """

    node: Node
    type: Type
    parts: tuple[Typed, ...] = ()
    meaning: Name | Checked | Filled | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """The value a parameter is filled in with."""

    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """A criterion without problems.

    Attributes:
        facts: Every fact read, also through defines; a count by the names of its two ends.
        defines: Every define used, also through other defines.
        define: The define this is the text of, or None.
        memo: Results other modules keep with it (the core of a define is lowered once).
    """

    text: str
    typed: Typed
    facts: frozenset[str]
    defines: frozenset[str]
    define: str | None
    memo: dict[str, object]

    @property
    def type(self) -> Type:
        return self.typed.type

    @property
    def tree(self) -> Node:
        return self.typed.node


def check(text: str, names: Names, expected: Type | None = None) -> Checked | tuple[Problem, ...]:
    """Type a criterion, or tell every problem it has, in the order of the text.

    Args:
        expected: Refuse another kind of result (`BOOLEAN` for a condition; ranges are not compared).
    """
    try:
        return checked(text, names, expected)
    except CriterionError as error:
        return error.problems


def checked(text: str, names: Names, expected: Type | None = None) -> Checked:
    """The same, raising.

    Raises:
        CriterionError: With every problem.
    """
    return _check(text, names, expected, define=None, within=())


def check_define(name: str, names: Names) -> Checked | tuple[Problem, ...]:
    """Check the text of one define; the problems are placed in that text."""
    try:
        return _checked_define(name, names, ())
    except CriterionError as error:
        return error.problems


def _checked_define(name: str, names: Names, within: tuple[str, ...]) -> Checked:
    cache = names._checked  # pyright: ignore[reportPrivateUsage]  # the table keeps what is derived from it
    if name not in cache:
        cache[name] = _check(names.defines[name], names, None, name, (*within, name))
    return cache[name]


def _check(
    text: str, names: Names, expected: Type | None, define: str | None, within: tuple[str, ...]
) -> Checked:
    checker = _Checker(text, names, within)
    typed = checker.look(parse(text))
    if expected is not None and not checker.problems and not _same_kind(typed.type, expected):
        fix = f"compare it: `{text.strip()} = ...`" if isinstance(expected, BooleanType) else ""
        checker.tell(
            "wrong-kind", f"this is {typed.type}, but {expected} is needed here", typed.node, fix=fix
        )
    if checker.problems:
        raise CriterionError(checker.problems)
    return Checked(text, typed, frozenset(checker.facts), frozenset(checker.defines), define, {})


def _same_kind(one: Type, other: Type) -> bool:
    if isinstance(one, NullType) or type(one) is type(other):
        return True
    return isinstance(one, IntegerType | CountType) and isinstance(other, IntegerType | DecimalType)


class _Checker:
    def __init__(self, text: str, names: Names, within: tuple[str, ...]) -> None:
        self.text = text
        self.names = names
        self.within = within
        self.problems: list[Problem] = []
        self.facts: set[str] = set()
        self.defines: set[str] = set()
        self.seen: dict[int, Typed] = {}

    def tell(self, code: str, message: str, node: Node, why: str = "", fix: str = "") -> Typed:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem(code, message, self.text, node.span, why, fix))
        return Typed(node, NULL)

    def written(self, node: Node) -> str:
        """The text of a node, short enough to quote."""
        text = " ".join(self.text[node.start : node.end].split())
        return text if len(text) <= 60 else f"{text[:57]}..."

    # Dispatch

    def look(self, node: Node) -> Typed:
        # Looked at once: a second look would tell its problems twice, and take twice as long a level.
        found = self.seen.get(id(node))
        if found is None:
            found = self.seen[id(node)] = self._look(node)
        return found

    def _look(self, node: Node) -> Typed:
        match node:
            case Constant(value=value):
                return self._constant(node, value)
            case Amount():
                return self._amount(node)
            case Reference():
                return self._reference(node)
            case Chain(items=items):
                parts = tuple(self._condition(item, f"`{node.op}` joins") for item in items)
                return Typed(node, BOOLEAN, parts)
            case Unary():
                return self._unary(node)
            case Binary():
                return self._binary(node)
            case Is():
                return self._is(node)
            case InList():
                return self._in_list(node)
            case InInterval() | Between():
                return self._range_test(node)
            case Elapsed():
                return self._elapsed(node)
            case Call():
                return self._call(node)
            case Choice():
                condition = self._condition(node.condition, "`if` asks")
                then, otherwise = self.look(node.then), self.look(node.otherwise)
                return Typed(node, self._one_type(node, (then, otherwise)), (condition, then, otherwise))
            case Case():
                return self._case(node)
            case Braces():
                return self.tell("list-misplaced", "a list { } cannot stand here", node)
            case _:  # pragma: no cover - the match names every node
                raise AssertionError(node)

    # Values and names

    def _constant(self, node: Node, value: Value, negative: bool = False) -> Typed:
        if isinstance(value, int) and not isinstance(value, bool):
            signed = -value if negative else value
            if signed > INTEGER_MAX:
                return self.tell(
                    "number-out-of-range",
                    f"`{value}` is too large for a whole number; {INTEGER_MAX} is the largest",
                    node,
                    fix=f"write {value}.0 for a decimal number",
                )
        return Typed(node, type_of(value))

    def _amount(self, node: Amount) -> Typed:
        if read_unit(node.unit) is None:
            near = difflib.get_close_matches(node.unit, known_units(), n=1, cutoff=0.5)
            fix = f"did you mean '{near[0]}'? " if near else ""
            return self.tell(
                "unit-unknown",
                f"'{node.unit}' is not a unit this language knows",
                node,
                fix=f"{fix}Units are UCUM codes, such as 'mg', 'mmol/L', 'mm[Hg]'".strip(),
            )
        places = max(0, -cast(int, node.value.as_tuple().exponent))
        return Typed(node, QuantityType(node.unit, places, node.value, node.value))

    def _reference(self, node: Reference) -> Typed:
        name = node.name
        if node.quoted:
            owners = self.names.titled(name)
            if len(owners) > 1:
                return self.tell(
                    "title-ambiguous",
                    f'"{name}" is the title of {len(owners)} names: {", ".join(owners)}',
                    node,
                    fix=f"write one of the names instead, such as `{owners[0]}`",
                )
            name = owners[0] if owners else name
        found = self.names.lookup(name)
        if found is None:
            return self._unknown_name(node, name)
        if name in self.names.constants:
            value = self.names.constants[name]
            exact = type_of(value)
            kept = found.type if isinstance(found.type, StringType | QuantityType | NullType) else exact
            if isinstance(kept, QuantityType) and isinstance(value, Decimal):
                kept = QuantityType(kept.unit, kept.places, value, value)
            return Typed(node, kept if value is not None else NULL, meaning=Filled(value))
        if name in self.names.defines:
            return self._define(node, name)
        assert found.type is not None
        if isinstance(found.type, CountType):
            self.facts.update((f"{name}.at_least", f"{name}.at_most"))
        else:
            self.facts.add(name)
        return Typed(node, found.type, meaning=found)

    def _unknown_name(self, node: Reference, name: str) -> Typed:
        near = self.names.near(name) if len(self.problems) < 5 else ()
        fix = f"did you mean {' or '.join(f'`{one}`' for one in near)}?" if near else ""
        if not near and len(node.parts) == 1 and not node.quoted:
            fix = f"if a text is meant, write '{name}'; otherwise record or define `{name}`"
        shown = f'"{name}" is not the title of' if node.quoted else f"`{name}` is not"
        return self.tell("name-unknown", f"{shown} a fact, parameter or define", node, fix=fix)

    def _define(self, node: Reference, name: str) -> Typed:
        if name in self.within:
            circle = " -> ".join((*self.within[self.within.index(name) :], name))
            return self.tell(
                "define-circular",
                f"`{name}` is defined by itself: {circle}",
                node,
                why="a define that needs its own value has none",
                fix="write one of them without the others",
            )
        if len(self.within) > 50:
            return self.tell("define-circular", "more than 50 defines stand inside one another here", node)
        try:
            inner = _checked_define(name, self.names, self.within)
        except CriterionError as error:
            first = error.problems[0]
            if first.code == "define-circular" and self.within:
                return self.tell(first.code, first.message, node, first.why, first.fix)
            return self.tell(
                "define-unusable",
                f"the define `{name}` has a problem of its own: {first.message}",
                node,
                fix=f"mend the define `{name}`",
            )
        self.facts |= inner.facts
        self.defines |= {name, *inner.defines}
        return Typed(node, inner.type, meaning=inner)

    # Conditions

    def _condition(self, node: Node, does: str) -> Typed:
        """A part that must be yes or no; `does` is said of the word that needs it."""
        typed = self.look(node)
        if not isinstance(typed.type, BooleanType | NullType):
            self.tell(
                "condition-needed",
                f"{does} conditions, but `{self.written(node)}` is {typed.type}",
                node,
                fix=f"compare it with something: `{self.written(node)} = ...`",
            )
        return typed

    def _unary(self, node: Unary) -> Typed:
        if node.op == "not":
            return Typed(node, BOOLEAN, (self._condition(node.operand, "`not` turns round"),))
        inner = node.operand
        if node.op == "-" and isinstance(inner, Constant) and self.text[inner.start : inner.start + 1] != "(":
            operand = self._constant(inner, inner.value, negative=True)
        else:
            operand = self.look(inner)
        if isinstance(operand.type, NullType):
            return Typed(node, NULL, (operand,))
        if not isinstance(operand.type, IntegerType | DecimalType | QuantityType):
            return self._not_a_number(node, operand)
        return Typed(node, ranges.negated(operand.type) if node.op == "-" else operand.type, (operand,))

    def _not_a_number(self, node: Node, operand: Typed) -> Typed:
        if isinstance(operand.type, CountType):
            return self._count_misused(operand.node)
        return self.tell(
            "number-needed",
            f"`{self.written(operand.node)}` is {operand.type}; only numbers can be calculated with",
            operand.node,
        )

    def _count_misused(self, node: Node) -> Typed:
        name = self.written(node)
        return self.tell(
            "count-not-compared",
            f"`{name}` is a count that can be a range; it can only be compared with a number",
            node,
            why="some of what it counts may be unknown, so it has no single value",
            fix=f"write `{name} >= 2`, or read one end: `{name}.at_least`, `{name}.at_most`",
        )

    def _binary(self, node: Binary) -> Typed:
        match node.op:
            case "implies" | "xor":
                does = f"`{node.op}` joins"
                return Typed(
                    node, BOOLEAN, (self._condition(node.left, does), self._condition(node.right, does))
                )
            case "+" | "-" | "*" | "/":
                return self._arithmetic(node, self.look(node.left), self.look(node.right))
            case _:
                if self._not_binds_tight(node, node.left, node.right):
                    return Typed(node, NULL)
                left, right = self.look(node.left), self.look(node.right)
                self._comparable(node, node.op, left, right)
                return Typed(node, BOOLEAN, (left, right))

    def _not_binds_tight(self, node: Node, left: Node, *others: Node) -> bool:
        """`not a = b` reads `(not a) = b`: refuse it where `a` is no condition."""
        if not (isinstance(left, Unary) and left.op == "not" and self.text.startswith("not", left.start)):
            return False
        inner = self.look(left.operand)
        if isinstance(inner.type, BooleanType | NullType):
            return False
        for other in others:
            self.look(other)
        rest = " ".join(self.text[left.operand.start : node.end].split())
        self.tell(
            "not-binds-tight",
            f"`not` belongs to `{self.written(left.operand)}` alone here, not to the whole comparison",
            node,
            why="in CQL `not` is read before a comparison",
            fix=f"write `not ({rest})`",
        )
        return True

    def _is(self, node: Is) -> Typed:
        if node.test == "null":
            operand = self.look(node.operand)
            if isinstance(operand.type, CountType):
                self._count_misused(node.operand)
        else:
            operand = self._condition(node.operand, f"`is {node.test}` asks about")
        return Typed(node, BOOLEAN, (operand,))

    # Comparison

    def _comparable(self, node: Node, op: str, left: Typed, right: Typed) -> None:
        one, other = left.type, right.type
        if isinstance(one, CountType) or isinstance(other, CountType):
            self._count_comparable(op, left, right)
            return
        if isinstance(one, NullType) or isinstance(other, NullType):
            return
        if isinstance(one, QuantityType) and isinstance(other, QuantityType):
            self._units_comparable(node, op, one.unit, other.unit)
        elif isinstance(one, IntegerType | DecimalType) and isinstance(other, IntegerType | DecimalType):
            pass
        elif type(one) is not type(other):
            self._kinds_differ(node, left, right)
        elif isinstance(one, BooleanType) and op not in ("=", "!=", "~"):
            self.tell(
                "order-of-conditions",
                f"yes and no have no order, so `{op}` cannot compare them",
                node,
                fix="use `=`, `and` or `or`",
            )
        elif isinstance(one, StringType) and isinstance(other, StringType) and op in ("=", "!="):
            self._code_known(left, right)
            self._code_known(right, left)

    def _count_comparable(self, op: str, left: Typed, right: Typed) -> None:
        count, number = (left, right) if isinstance(left.type, CountType) else (right, left)
        if op == "~" or not isinstance(number.type, IntegerType | DecimalType | NullType):
            self._count_misused(count.node)

    def _units_comparable(self, node: Node, op: str, one: str, other: str) -> None:
        exact = ratio(one, other)
        loose = loose_ratio(one, other)
        if loose is None:
            self.tell(
                "units-differ",
                f"'{one}' and '{other}' measure different things",
                node,
                fix="compare quantities of one kind",
            )
        elif exact is None and op not in ("=", "!=", "~"):
            self.tell(
                "units-differ",
                f"there is no fixed number of '{other}' in one '{one}'",
                node,
                why="months and years differ in length",
                fix="write both sides in days, or both in months",
            )

    def _kinds_differ(self, node: Node, left: Typed, right: Typed) -> None:
        a, b = self.written(left.node), self.written(right.node)
        fix = ""
        pair = {type(left.type), type(right.type)}
        if pair <= {QuantityType, IntegerType, DecimalType}:
            unit = next(t.unit for t in (left.type, right.type) if isinstance(t, QuantityType))
            number = right if isinstance(left.type, QuantityType) else left
            if constant_of(number) is not None:
                fix = f"give the number its unit: `{self.written(number.node)} '{unit}'`"
            else:
                fix = f"`{self.written(number.node)}` has no unit; compare it with a plain number"
        elif DateType in pair and StringType in pair:
            text = right if isinstance(left.type, DateType) else left
            fix = f"write a date as `@{self.written(text.node).strip(chr(39))}`"
        elif BooleanType in pair and StringType in pair:
            fix = "a condition is `true` or `false`, without quotes"
        elif StringType in pair and pair & {IntegerType, DecimalType}:
            fix = "write a number without quotes, a text with them"
        self.tell("kinds-differ", f"`{a}` is {left.type}, but `{b}` is {right.type}", node, fix=fix)

    def _code_known(self, coded: Typed, written: Typed) -> None:
        """A text beside a code-typed fact must be one of its codes."""
        value = constant_of(written)
        if value is None or not isinstance(coded.type, StringType) or coded.type.codes is None:
            return
        code = value.value
        if not isinstance(code, str) or code in coded.type.codes or constant_of(coded) is not None:
            return
        near = difflib.get_close_matches(code, coded.type.codes, n=1, cutoff=0.5)
        listed = ", ".join(f"'{one}'" for one in coded.type.codes[:12])
        known = f"one of {listed}" if len(coded.type.codes) <= 12 else f"one of {listed} ..."
        self.tell(
            "code-unknown",
            f"`{self.written(coded.node)}` is never '{code}'",
            written.node,
            why=f"it is {known}",
            fix=f"did you mean '{near[0]}'?" if near else "",
        )

    def _in_list(self, node: InList) -> Typed:
        if self._not_binds_tight(node, node.operand):
            return Typed(node, NULL)
        operand = self.look(node.operand)
        items = tuple(self.look(item) for item in node.items)
        for item in items:
            constant = constant_of(item)
            if constant is None or constant.value is None:
                self.tell(
                    "list-item",
                    f"`{self.written(item.node)}` cannot be an item of a list",
                    item.node,
                    why="the items after `in` are fixed values, and none of them is unknown",
                    fix="compare with it by `=`, joined by `or`",
                )
                return Typed(node, NULL)
            if isinstance(operand.type, CountType):
                self._count_misused(node.operand)
                return Typed(node, NULL)
            self._comparable(item.node, "=", operand, item)
        return Typed(node, BOOLEAN, (operand, *items))

    def _range_test(self, node: InInterval | Between) -> Typed:
        if self._not_binds_tight(node, node.operand, node.low, node.high):
            return Typed(node, NULL)
        operand, low, high = (self.look(part) for part in (node.operand, node.low, node.high))
        for bound in (low, high):
            if isinstance(node, InInterval) and isinstance(bound.type, NullType):
                self.tell("interval-bound", "an end of an interval cannot be `null`", bound.node)
            else:
                self._comparable(bound.node, "<=", operand, bound)
        first, last = constant_of(low), constant_of(high)
        if first is not None and last is not None and not self.problems and _one_unit(low, high):
            closed = isinstance(node, Between) or (node.low_closed and node.high_closed)
            if _empty(first.value, last.value, closed):
                self.tell(
                    "interval-bound",
                    f"nothing lies between `{self.written(low.node)}` and `{self.written(high.node)}`",
                    node,
                    fix="write the lower end first",
                )
        return Typed(node, BOOLEAN, (operand, low, high))

    # Arithmetic

    def _arithmetic(self, node: Binary, left: Typed, right: Typed) -> Typed:
        parts = (left, right)
        one, other = left.type, right.type
        for operand in parts:
            if isinstance(operand.type, CountType):
                return self._count_misused(operand.node)
        if isinstance(one, NullType) and isinstance(other, NullType):
            return Typed(node, NULL, parts)
        if isinstance(one, DateType) or (isinstance(one, NullType) and isinstance(other, DateType)):
            return self._date_arithmetic(node, left, right)
        if isinstance(one, StringType) and isinstance(other, StringType) and node.op == "+":
            return self.tell("number-needed", "texts cannot be joined with `+`", node)
        for operand in parts:
            if not isinstance(operand.type, IntegerType | DecimalType | QuantityType | NullType):
                return self._not_a_number(node, operand)
        if isinstance(one, NullType) or isinstance(other, NullType):
            given = other if isinstance(one, NullType) else one
            known = DecimalType() if node.op == "/" and isinstance(given, IntegerType) else given
            return Typed(node, known, parts)
        if isinstance(one, QuantityType) or isinstance(other, QuantityType):
            return self._quantity_arithmetic(node, left, right)
        assert isinstance(one, IntegerType | DecimalType) and isinstance(other, IntegerType | DecimalType)
        return Typed(node, ranges.arithmetic(node.op, one, other), parts)

    def _quantity_arithmetic(self, node: Binary, left: Typed, right: Typed) -> Typed:
        one, other = left.type, right.type
        parts = (left, right)
        if isinstance(one, QuantityType) and isinstance(other, QuantityType):
            if node.op == "*":
                return self.tell(
                    "units-differ",
                    "two quantities cannot be multiplied",
                    node,
                    fix="multiply a quantity by a plain number",
                )
            common = finer_unit(one.unit, other.unit)
            if common is None:
                return self.tell(
                    "units-differ",
                    f"'{one.unit}' and '{other.unit}' cannot be taken together",
                    node,
                    fix="write both in one unit",
                )
            a, b = ranges.in_unit(one, common), ranges.in_unit(other, common)
            result = ranges.arithmetic(node.op, a, b)
            unit = "1" if node.op == "/" else common
        elif node.op == "*" or (node.op == "/" and isinstance(one, QuantityType)):
            quantity = one if isinstance(one, QuantityType) else other
            assert isinstance(quantity, QuantityType)
            result = ranges.arithmetic(node.op, ranges.number(one), ranges.number(other))
            unit = quantity.unit
        else:
            self._kinds_differ(node, left, right)
            return Typed(node, NULL)
        assert isinstance(result, DecimalType)
        return Typed(node, QuantityType(unit, result.places, result.lo, result.hi), parts)

    def _date_arithmetic(self, node: Binary, left: Typed, right: Typed) -> Typed:
        if isinstance(right.type, DateType):
            if node.op == "-":
                a, b = self.written(left.node), self.written(right.node)
                return self.tell(
                    "date-arithmetic",
                    "two dates cannot be subtracted",
                    node,
                    why="the unit of the answer would not show",
                    fix=f"write `days between {b} and {a}`",
                )
            return self.tell("date-arithmetic", f"`{node.op}` cannot join dates", node)
        if node.op not in ("+", "-"):
            return self.tell("date-arithmetic", f"`{node.op}` means nothing for a date", node)
        if isinstance(right.type, NullType):
            return Typed(node, DATE, (left, right))
        if not isinstance(right.type, QuantityType) or right.type.unit not in _SHIFT_UNITS:
            number = self.written(right.node)
            return self.tell(
                "date-arithmetic",
                f"`{number}` cannot be added to a date",
                right.node,
                fix="add days, weeks, months or years, such as `14 days`",
            )
        shift = ranges.shifted(cast(DateType, left.type), right.type, node.op)
        if shift is None:
            return self.tell(
                "date-too-far",
                "this moves a date by more than 200 years, or out of the calendar",
                right.node,
                why="date arithmetic is proved for years of care",
                fix="write a shorter time",
            )
        return Typed(node, shift, (left, right))

    def _elapsed(self, node: Elapsed) -> Typed:
        parts = (self.look(node.since), self.look(node.until))
        for part in parts:
            if not isinstance(part.type, DateType | NullType):
                self.tell(
                    "date-needed",
                    f"`{node.unit}s between` needs dates, but `{self.written(part.node)}` is {part.type}",
                    part.node,
                    fix="give two dates, the earlier first",
                )
        if node.unit not in ("year", "month", "week", "day"):
            return self.tell(
                "date-needed",
                f"dates are whole days, so there are no {node.unit}s between them",
                node,
                fix="ask for days, weeks, months or years",
            )
        return Typed(node, ranges.elapsed(node.unit, parts[0].type, parts[1].type), parts)

    # Functions and choices

    def _call(self, node: Call) -> Typed:
        match node.function:
            case "Today":
                if node.arguments:
                    return self.tell("function-arguments", "`Today()` takes nothing", node)
                self.facts.add(TODAY)
                return Typed(node, DATE, meaning=Name(TODAY, DATE))
            case "IsNull" | "IsTrue" | "IsFalse":
                return self._is_function(node)
            case "Coalesce":
                return self._coalesce(node)
            case "Min" | "Max" | "Count" | "Exists":
                return self._of_list(node)
            case _:
                near = difflib.get_close_matches(
                    node.function.lower(), [one.lower() for one in _FUNCTIONS], n=1, cutoff=0.6
                )
                meant = next((one for one in _FUNCTIONS if near and one.lower() == near[0]), None)
                return self.tell(
                    "function-unknown",
                    f"`{node.function}` is not a function of criteria",
                    node,
                    fix=f"did you mean `{meant}`?" if meant else f"there are {', '.join(_FUNCTIONS)}",
                )

    def _is_function(self, node: Call) -> Typed:
        if len(node.arguments) != 1 or isinstance(node.arguments[0], Braces):
            return self.tell("function-arguments", f"`{node.function}` takes one value", node)
        if node.function == "IsNull":
            operand = self.look(node.arguments[0])
            if isinstance(operand.type, CountType):
                self._count_misused(node.arguments[0])
        else:
            operand = self._condition(node.arguments[0], f"`{node.function}` asks about")
        return Typed(node, BOOLEAN, (operand,))

    def _coalesce(self, node: Call) -> Typed:
        braces = [one for one in node.arguments if isinstance(one, Braces)]
        if (braces and len(node.arguments) > 1) or (not braces and len(node.arguments) < 2):
            return self.tell(
                "function-arguments",
                "`Coalesce` takes two or more values, or one list",
                node,
                fix="write `Coalesce(a, b)` or `Coalesce({a, b})`",
            )
        items = braces[0].items if braces else node.arguments
        parts = tuple(self.look(item) for item in items)
        return Typed(node, self._one_type(node, parts), parts)

    def _of_list(self, node: Call) -> Typed:
        if len(node.arguments) != 1 or not isinstance(node.arguments[0], Braces):
            return self.tell(
                "function-arguments",
                f"`{node.function}` takes one list",
                node,
                fix=f"write `{node.function}({{a, b}})`",
            )
        parts = tuple(self.look(item) for item in node.arguments[0].items)
        common = self._one_type(node, parts)
        if node.function == "Count":
            return Typed(node, IntegerType(0, len(parts)), parts)
        if node.function == "Exists":
            return Typed(node, BOOLEAN, parts)
        if isinstance(common, BooleanType):
            return self.tell(
                "order-of-conditions",
                f"yes and no have no order, so `{node.function}` cannot compare them",
                node,
            )
        return Typed(node, common, parts)

    def _case(self, node: Case) -> Typed:
        parts: list[Typed] = []
        selector = None
        if node.selector is not None:
            selector = self.look(node.selector)
            parts.append(selector)
        results: list[Typed] = []
        for when, then in node.whens:
            if selector is None:
                condition = self._condition(when, "`when` asks")
            else:
                condition = self.look(when)
                self._comparable(when, "=", selector, condition)
            result = self.look(then)
            results.append(result)
            parts += [condition, result]
        otherwise = self.look(node.otherwise)
        return Typed(node, self._one_type(node, (*results, otherwise)), (*parts, otherwise))

    def _one_type(self, node: Node, parts: Sequence[Typed]) -> Type:
        """The one type that all alternatives have."""
        common: Type = NULL
        for part in parts:
            if isinstance(part.type, CountType):
                self._count_misused(part.node)
                return NULL
            joined = unify(common, part.type)
            if joined is None:
                first = next(one for one in parts if not isinstance(one.type, NullType))
                self.tell(
                    "branches-differ",
                    f"`{self.written(first.node)}` is {first.type}, but `{self.written(part.node)}` is {part.type}",
                    part.node,
                    why="whichever is taken, the result must be of one kind",
                )
                return NULL
            common = joined
        return common


def type_of(value: Value) -> Type:
    """The exact type of a value written out."""
    match value:
        case None:
            return NULL
        case bool():
            return BOOLEAN
        case int():
            return IntegerType(value, value)
        case Decimal():
            return DecimalType(max(0, -cast(int, value.as_tuple().exponent)), value, value)
        case str():
            return StringType((value,))
        case datetime.date():
            return DateType(value, value)


def constant_of(typed: Typed) -> Filled | None:
    """The value of a part written out or filled in (a signed number too); None for all else."""
    node = typed.node
    if isinstance(typed.meaning, Filled):
        return typed.meaning
    if isinstance(node, Constant | Amount):
        return Filled(node.value)
    if isinstance(node, Unary) and node.op != "not" and typed.parts:
        inner = constant_of(typed.parts[0])
        if inner is not None and isinstance(inner.value, int | Decimal):
            return Filled(opposite(inner.value) if node.op == "-" else inner.value)
    return None


def opposite(value: int | Decimal) -> int | Decimal:
    """`-value`, with every digit kept."""
    return WIDE.minus(value) if isinstance(value, Decimal) else -value


def finer_unit(one: str, other: str) -> str | None:
    """The unit of the two that the other is a whole number of; None when neither is."""
    exact = ratio(one, other)
    if exact is None:
        return None
    if exact.denominator == 1:
        return other
    return one if exact.numerator == 1 else None


def unify(one: Type, other: Type) -> Type | None:
    """The type that both fit, or None. A whole number widens to a decimal, quantities to the finer unit."""
    match one, other:
        case (NullType(), _):
            return other
        case (_, NullType()):
            return one
        case (IntegerType(), IntegerType()):
            return IntegerType(min(one.lo, other.lo), max(one.hi, other.hi))
        case (IntegerType() | DecimalType(), IntegerType() | DecimalType()):
            a, b = ranges.number(one), ranges.number(other)
            return DecimalType(max(a.places, b.places), min(a.lo, b.lo), max(a.hi, b.hi))
        case (StringType(), StringType()):
            if one.codes is None or other.codes is None:
                return StringType(None)
            return StringType(tuple(dict.fromkeys((*one.codes, *other.codes))))
        case (DateType(), DateType()):
            return DateType(min(one.lo, other.lo), max(one.hi, other.hi))
        case (BooleanType(), BooleanType()):
            return BOOLEAN
        case (QuantityType(), QuantityType()):
            unit = finer_unit(one.unit, other.unit)
            if unit is None:
                return None
            a, b = ranges.in_unit(one, unit), ranges.in_unit(other, unit)
            return QuantityType(unit, max(a.places, b.places), min(a.lo, b.lo), max(a.hi, b.hi))
        case _:
            return None


def _one_unit(low: Typed, high: Typed) -> bool:
    one, other = low.type, high.type
    return not (isinstance(one, QuantityType) and isinstance(other, QuantityType) and one.unit != other.unit)


def _empty(low: Value, high: Value, closed: bool) -> bool:
    if isinstance(low, str) and isinstance(high, str):
        return low > high or (low == high and not closed)
    if isinstance(low, datetime.date) and isinstance(high, datetime.date):
        return low > high or (low == high and not closed)
    if isinstance(low, int | Decimal) and isinstance(high, int | Decimal):
        return low > high or (low == high and not closed)
    return False
