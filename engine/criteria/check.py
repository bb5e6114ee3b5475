"""Names and types of a criterion: every part gets a type, every mistake a place and words.

Mistakes are collected, not stopped at; a part that is wrong gets the type of `null`, which fits
everywhere, so that one mistake is told once.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from decimal import Decimal
from typing import cast

import engine.criteria.ranges as ranges
from engine.criteria.calculating import Calculating
from engine.criteria.comparing import empty_range
from engine.criteria.defines import Defines, defines_in, resolved
from engine.criteria.names import TODAY, Name, Names
from engine.criteria.parse import parse
from engine.criteria.problems import CriterionError, Problem
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
from engine.criteria.typed import Checked, Filled, Typed, constant_of, type_of
from engine.criteria.types import (
    BOOLEAN,
    DATE,
    INTEGER_MAX,
    NULL,
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
from engine.criteria.units import known_units, read_unit

_FUNCTIONS = ("Coalesce", "Min", "Max", "Count", "Exists", "IsNull", "IsTrue", "IsFalse", "Today")


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
    tree = parse(text)
    Defines.of(names).settle(defines_in(tree, names), _define_checker(names))
    return _check(text, tree, names, expected, define=None)


def check_define(name: str, names: Names) -> Checked | tuple[Problem, ...]:
    """Check the text of one define; the problems are placed in that text."""
    defines = Defines.of(names)
    defines.settle([name], _define_checker(names))
    return defines.results[name]


def _define_checker(names: Names) -> Callable[[str, Node, str], Checked]:
    return lambda text, tree, define: _check(text, tree, names, None, define)


def _check(text: str, tree: Node, names: Names, expected: Type | None, define: str | None) -> Checked:
    checker = _Checker(text, names, define)
    typed = checker.look(tree)
    if expected is not None and not checker.problems and not _same_kind(typed.type, expected):
        fix = f"compare it: `{text.strip()} = ...`" if isinstance(expected, BooleanType) else ""
        message = f"this is {typed.type}, but {expected} is needed here"
        checker.tell("wrong-kind", message, typed.node, fix=fix)
    if checker.problems:
        raise CriterionError(checker.problems)
    used = tuple(checker.uses.values())
    return Checked(text, typed, frozenset(checker.facts), frozenset(checker.defines), define, used)


def _same_kind(one: Type, other: Type) -> bool:
    if isinstance(one, NullType) or type(one) is type(other):
        return True
    return isinstance(one, IntegerType | CountType) and isinstance(other, IntegerType | DecimalType)


class _Checker(Calculating):
    def __init__(self, text: str, names: Names, define: str | None) -> None:
        super().__init__(text)
        self.names = names
        self.define = define
        self.facts: set[str] = set()
        self.defines: set[str] = set()
        self.uses: dict[str, Checked] = {}
        self.seen: dict[int, Typed] = {}

    def look(self, node: Node) -> Typed:
        """The node with its type."""
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
                return Typed(node, self.one_type((then, otherwise)), (condition, then, otherwise))
            case Case():
                return self._case(node)
            case _:  # pragma: no cover - lists stand only in functions, which look at the items themselves
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
        places = max(0, -cast("int", node.value.as_tuple().exponent))
        return Typed(node, QuantityType(node.unit, places, node.value, node.value))

    def _reference(self, node: Reference) -> Typed:
        name = resolved(node, self.names)
        owners = self.names.titled(node.name) if node.quoted else ()
        if len(owners) > 1:
            return self.tell(
                "title-ambiguous",
                f'"{node.name}" is the title of {len(owners)} names: {", ".join(owners)}',
                node,
                fix=f"write one of the names instead, such as `{owners[0]}`",
            )
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
        type_ = cast("Type", found.type)  # only a define goes without
        if isinstance(type_, CountType):
            self.facts.update((f"{name}.at_least", f"{name}.at_most"))
        else:
            self.facts.add(name)
        return Typed(node, type_, meaning=found)

    def _unknown_name(self, node: Reference, name: str) -> Typed:
        near = self.names.near(name) if len(self.problems) < 5 else ()
        fix = f"did you mean {' or '.join(f'`{one}`' for one in near)}?" if near else ""
        if not near and len(node.parts) == 1 and not node.quoted:
            fix = f"if a text is meant, write '{name}'; otherwise record or define `{name}`"
        shown = f'"{name}" is not the title of' if node.quoted else f"`{name}` is not"
        return self.tell("name-unknown", f"{shown} a fact, parameter or define", node, fix=fix, instead=near)

    def _define(self, node: Reference, name: str) -> Typed:
        defines = Defines.of(self.names)
        circle = defines.circle(self.define, name) if self.define is not None else None
        if circle is not None:
            return self.tell(
                "define-circular",
                f"`{self.define}` is defined by itself: {' -> '.join(circle)}",
                node,
                why="a define that needs its own value has none",
                fix="write one of them without the others",
            )
        inner = defines.results[name]
        if isinstance(inner, tuple):
            return self.tell(
                "define-unusable",
                f"the define `{name}` has a problem of its own: {inner[0].message}",
                node,
                fix=f"mend the define `{name}`",
            )
        self.uses[name] = inner
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
            return self.not_a_number(operand)
        return Typed(node, ranges.negated(operand.type) if node.op == "-" else operand.type, (operand,))

    def _binary(self, node: Binary) -> Typed:
        match node.op:
            case "implies" | "xor":
                does = f"`{node.op}` joins"
                return Typed(
                    node, BOOLEAN, (self._condition(node.left, does), self._condition(node.right, does))
                )
            case "+" | "-" | "*" | "/":
                return self.arithmetic(node, self.look(node.left), self.look(node.right))
            case _:
                if self._not_binds_tight(node, node.left, node.right):
                    return Typed(node, NULL)
                left, right = self.look(node.left), self.look(node.right)
                self.comparable(node, node.op, left, right)
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
                self.count_misused(node.operand)
        else:
            operand = self._condition(node.operand, f"`is {node.test}` asks about")
        return Typed(node, BOOLEAN, (operand,))

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
                self.count_misused(node.operand)
                return Typed(node, NULL)
            self.comparable(item.node, "=", operand, item)
        return Typed(node, BOOLEAN, (operand, *items))

    def _range_test(self, node: InInterval | Between) -> Typed:
        if self._not_binds_tight(node, node.operand, node.low, node.high):
            return Typed(node, NULL)
        operand, low, high = (self.look(part) for part in (node.operand, node.low, node.high))
        for bound in (low, high):
            if isinstance(node, InInterval) and isinstance(bound.type, NullType):
                self.tell("interval-bound", "an end of an interval cannot be `null`", bound.node)
            else:
                self.comparable(bound.node, "<=", operand, bound)
        first, last = constant_of(low), constant_of(high)
        a, b = low.type, high.type
        one_unit = not (isinstance(a, QuantityType) and isinstance(b, QuantityType) and a.unit != b.unit)
        if first is not None and last is not None and not self.problems and one_unit:
            closed = isinstance(node, Between) or (node.low_closed and node.high_closed)
            if empty_range(first.value, last.value, closed):
                self.tell(
                    "interval-bound",
                    f"nothing lies between `{self.written(low.node)}` and `{self.written(high.node)}`",
                    node,
                    fix="write the lower end first",
                )
        return Typed(node, BOOLEAN, (operand, low, high))

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
                self.count_misused(node.arguments[0])
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
        return Typed(node, self.one_type(parts), parts)

    def _of_list(self, node: Call) -> Typed:
        if len(node.arguments) != 1 or not isinstance(node.arguments[0], Braces):
            return self.tell(
                "function-arguments",
                f"`{node.function}` takes one list",
                node,
                fix=f"write `{node.function}({{a, b}})`",
            )
        parts = tuple(self.look(item) for item in node.arguments[0].items)
        common = self.one_type(parts)
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
                self.comparable(when, "=", selector, condition)
            result = self.look(then)
            results.append(result)
            parts += [condition, result]
        otherwise = self.look(node.otherwise)
        return Typed(node, self.one_type((*results, otherwise)), (*parts, otherwise))
