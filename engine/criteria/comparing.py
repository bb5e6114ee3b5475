"""What may be compared with what, and the words for what may not."""

from __future__ import annotations

import datetime as dt
import difflib
from decimal import Decimal

from engine.criteria.problems import Problem, problem
from engine.criteria.syntax import Node
from engine.criteria.typed import Typed, constant_of
from engine.criteria.types import (
    NULL,
    BooleanType,
    CountType,
    DateType,
    DecimalType,
    IntegerType,
    NullType,
    QuantityType,
    StringType,
    Value,
)
from engine.criteria.units import loose_ratio, ratio

MAX_PROBLEMS = 20
"""Problems told of one criterion; a text of ten thousand wrong names must still be answered at once."""


class Comparing:
    """Collects the problems of one text; this part knows comparison."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[Problem] = []

    def tell(
        self,
        code: str,
        message: str,
        node: Node,
        why: str = "",
        fix: str = "",
        instead: tuple[str, ...] = (),
    ) -> Typed:
        """Note a problem over `node`, which counts as unknown from here on."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem(code, message, self.text, node.span, why, fix, instead))
        return Typed(node, NULL)

    def written(self, node: Node) -> str:
        """The text of a node, short enough to quote."""
        text = " ".join(self.text[node.start : node.end].split())
        return text if len(text) <= 60 else f"{text[:57]}..."

    def not_a_number(self, operand: Typed) -> Typed:
        """Refuse to calculate with something else."""
        if isinstance(operand.type, CountType):
            return self.count_misused(operand.node)
        return self.tell(
            "number-needed",
            f"`{self.written(operand.node)}` is {operand.type}; only numbers can be calculated with",
            operand.node,
        )

    def count_misused(self, node: Node) -> Typed:
        """Refuse anything with a count but to compare it."""
        name = self.written(node)
        return self.tell(
            "count-not-compared",
            f"`{name}` is a count that can be a range; it can only be compared with a number",
            node,
            why="some of what it counts may be unknown, so it has no single value",
            fix=f"write `{name} >= 2`, or read one end: `{name}.at_least`, `{name}.at_most`",
        )

    def comparable(self, node: Node, op: str, left: Typed, right: Typed) -> None:
        """Tell what is wrong with `left op right`, if anything."""
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
            self.kinds_differ(node, left, right)
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
            self.count_misused(count.node)

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

    def kinds_differ(self, node: Node, left: Typed, right: Typed) -> None:
        """Refuse two kinds beside each other, with the likeliest mend."""
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


def empty_range(low: Value, high: Value, closed: bool) -> bool:
    """Whether nothing lies between two constants of one kind."""
    if isinstance(low, str) and isinstance(high, str):
        return low > high or (low == high and not closed)
    if isinstance(low, dt.date) and isinstance(high, dt.date):
        return low > high or (low == high and not closed)
    if isinstance(low, int | Decimal) and isinstance(high, int | Decimal):
        return low > high or (low == high and not closed)
    return False
