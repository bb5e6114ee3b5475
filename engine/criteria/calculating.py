"""What may be calculated with what, which type comes out, and the words for what may not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import engine.criteria.ranges as ranges
from engine.criteria.comparing import Comparing
from engine.criteria.syntax import Binary
from engine.criteria.typed import Typed
from engine.criteria.types import (
    BOOLEAN,
    DATE,
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
)
from engine.criteria.units import ratio

_SHIFT_UNITS = {"d", "wk", "month", "year"}


class Calculating(Comparing):
    """This part knows arithmetic, and the one type that several values share."""

    def arithmetic(self, node: Binary, left: Typed, right: Typed) -> Typed:
        """Type `left op right` for `+ - * /`."""
        parts = (left, right)
        one, other = left.type, right.type
        for operand in parts:
            if isinstance(operand.type, CountType):
                return self.count_misused(operand.node)
        if isinstance(one, NullType) and isinstance(other, NullType):
            return Typed(node, NULL, parts)
        if isinstance(one, DateType) or (isinstance(one, NullType) and isinstance(other, DateType)):
            return self._date_arithmetic(node, left, right)
        if isinstance(one, StringType) and isinstance(other, StringType) and node.op == "+":
            return self.tell("number-needed", "texts cannot be joined with `+`", node)
        for operand in parts:
            if not isinstance(operand.type, IntegerType | DecimalType | QuantityType | NullType):
                return self.not_a_number(operand)
        if isinstance(one, NullType) or isinstance(other, NullType):
            given = other if isinstance(one, NullType) else one
            known = DecimalType() if node.op == "/" and isinstance(given, IntegerType) else given
            return Typed(node, known, parts)
        if isinstance(one, QuantityType) or isinstance(other, QuantityType):
            return self._quantity_arithmetic(node, left, right)
        op = cast("ranges.ArithmeticOp", node.op)
        plain = cast("IntegerType | DecimalType", one), cast("IntegerType | DecimalType", other)
        return Typed(node, ranges.arithmetic(op, *plain), parts)

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
            result = ranges.arithmetic(cast("ranges.ArithmeticOp", node.op), a, b)
            unit = "1" if node.op == "/" else common
        elif node.op == "*" or (node.op == "/" and isinstance(one, QuantityType)):
            quantity = one if isinstance(one, QuantityType) else other
            result = ranges.arithmetic(node.op, ranges.number(one), ranges.number(other))
            unit = cast("QuantityType", quantity).unit
        else:
            self.kinds_differ(node, left, right)
            return Typed(node, NULL)
        found = ranges.number(result)
        return Typed(node, QuantityType(unit, found.places, found.lo, found.hi), parts)

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
        shift = ranges.shifted(cast("DateType", left.type), right.type, node.op)
        if shift is None:
            return self.tell(
                "date-too-far",
                "this moves a date by more than 200 years, or out of the calendar",
                right.node,
                why="date arithmetic is proved for years of care",
                fix="write a shorter time",
            )
        return Typed(node, shift, (left, right))

    def one_type(self, parts: Sequence[Typed]) -> Type:
        """The one type that all alternatives have."""
        common: Type = NULL
        for part in parts:
            if isinstance(part.type, CountType):
                self.count_misused(part.node)
                return NULL
            joined = unify(common, part.type)
            if joined is None:
                first = next(one for one in parts if not isinstance(one.type, NullType))
                self.tell(
                    "branches-differ",
                    f"`{self.written(first.node)}` is {first.type}, "
                    f"but `{self.written(part.node)}` is {part.type}",
                    part.node,
                    why="whichever is taken, the result must be of one kind",
                )
                return NULL
            common = joined
        return common


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
