"""Criteria over many cases at once: what the column readings share.

Numbers are calculated as whole numbers at known decimal places (`1.25` is 125 at 2 places), because the
engines disagree about decimals: rounding, half-way cases, division, precision. The ranges of the types say
how large they can grow; where an engine's whole numbers are too small the criterion is refused. Division,
rounding and the calendar are spelled out here in steps that every engine answers alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import reduce
from typing import cast

import engine.criteria.arithmetic as arithmetic
from engine.criteria.column_words import T, Whole, Words
from engine.criteria.core import Core, walk_once
from engine.criteria.types import (
    DECIMAL_PLACES,
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

LARGEST = 20_000
"""Operators of a criterion written out for an engine, which has no names for parts; more is refused."""
_WRITTEN = {
    "shift_months": 48, "month_key": 3, "month_number": 2, "whole": 7, "whole_part": 7, "round": 7, "div": 30,
    "within": 3, "same": 3, "same_scale": 200, "min": 3, "max": 3,
}  # fmt: skip
"""How often an operator writes its operands; once where it is not named."""


class ColumnError(ValueError):
    """A criterion that this engine could not answer rightly; the message says why."""


class Columns(Words[T]):
    """Criteria in the words of one engine; `T` is its expression."""

    def __init__(self) -> None:
        self._made: dict[int, T] = {}
        self._wholes: dict[int, Whole[T]] = {}

    def expression(self, core: Core) -> T:
        """The column of a criterion's results; a decimal in the engine's own type.

        Raises:
            ColumnError: The engine could not answer it rightly on every row.
        """
        written: dict[int, int] = {}
        for node in walk_once(core):
            size = 1 + _WRITTEN.get(node.op, 1) * sum(written[id(arg)] for arg in node.args)
            written[id(node)] = size
            if size > LARGEST:
                raise ColumnError(f"the criterion has more than {LARGEST} parts when it is written out")
            if not is_number(node.type):
                self._made[id(node)] = self._read(node)
            elif id(node) not in self._wholes:
                self._wholes[id(node)] = self._number(node)
        if is_number(core.type):
            return self.result_number(self._wholes[id(core)], core.type)
        return self._made[id(core)]

    # Operators that are no numbers

    def _read(self, core: Core) -> T:
        args = core.args
        match core.op:
            case "const":
                return self.literal(cast("Value", core.value), core.type)
            case "fact":
                return self.fact(cast("str", core.value), core.type)
            case "and" | "or":
                each = [self._value(arg) for arg in args]
                return self.all_of(each) if core.op == "and" else self.any_of(each)
            case "not":
                return self.not_(self._value(args[0]))
            case "xor":
                return self.xor(self._value(args[0]), self._value(args[1]))
            case "is_null":
                return self.is_null(self._any_value(args[0]))
            case "is_true" | "is_false":
                asked = self._value(args[0]) if core.op == "is_true" else self.not_(self._value(args[0]))
                return self.first_known((asked, self.literal(False, BooleanType())))
            case "eq" | "ne" | "lt" | "le":
                one, other = self._sides(args[0], args[1])
                return self._compared(core.op, one, other)
            case "in":
                return self._one_of(core)
            case "same" | "same_scale":
                return self._same(core)
            case "fold":
                return self._fold(core)
            case "if":
                condition, then, otherwise = args
                return self.choose(
                    self._value(condition), self._of(then, core.type), self._of(otherwise, core.type)
                )
            case "coalesce" | "min" | "max":
                return self._chosen(core, [self._of(arg, core.type) for arg in args])
            case "shift_days":
                return self.later(self._value(args[0]), self._wholes[id(args[1])].column)
            case "shift_months":
                return self._shift_months(self._value(args[0]), self._wholes[id(args[1])].column)
            case _:
                raise AssertionError(core.op)

    def _value(self, core: Core) -> T:
        found = self._made.get(id(core))
        return found if found is not None else self.literal(None, BooleanType())

    def _any_value(self, core: Core) -> T:
        number = self._wholes.get(id(core))
        return number.column if number is not None else self._made[id(core)]

    def _of(self, core: Core, type: Type) -> T:
        return self.literal(None, type) if isinstance(core.type, NullType) else self._made[id(core)]

    def _chosen(self, core: Core, each: Sequence[T]) -> T:
        if len(each) == 1:
            return each[0]
        if core.op == "coalesce":
            return self.first_known(each)
        return self.least(each) if core.op == "min" else self.greatest(each)

    def _compared(self, op: str, one: T, other: T) -> T:
        match op:
            case "eq":
                return self.equal(one, other)
            case "ne":
                return self.unequal(one, other)
            case "lt":
                return self.less(one, other)
            case _:
                return self.at_most(one, other)

    def _sides(self, one: Core, other: Core) -> tuple[T, T]:
        """Both sides of a comparison, in one form."""
        if not is_number(one.type) or not is_number(other.type):
            return self._any_value(one), self._any_value(other)
        direct = self._direct(one, other)
        if direct is not None:
            return direct
        a, b = self._wholes[id(one)], self._wholes[id(other)]
        return self._aligned(a, b)

    def _direct(self, one: Core, other: Core) -> tuple[T, T] | None:
        """A stored decimal beside another or a constant needs no calculation."""
        sides = (one, other)
        if not all(core.op in ("fact", "const") and not isinstance(core.type, IntegerType) for core in sides):
            return None
        type = next((core.type for core in sides if core.op == "fact"), None)
        if type is None:
            return None
        found = [
            self.fact(cast("str", core.value), core.type)
            if core.op == "fact"
            else self.decimal_literal(cast("Decimal", core.value), type)
            for core in sides
        ]
        return found[0], found[1]

    def _aligned(self, a: Whole[T], b: Whole[T]) -> tuple[T, T]:
        places = max(a.places, b.places)
        x, y = self._at(a, places), self._at(b, places)
        bound = self._fits(x.lo, x.hi, y.lo, y.hi)
        return self.wide(x.column, bound), self.wide(y.column, bound)

    def _one_of(self, core: Core) -> T:
        operand = core.args[0]
        items = cast("tuple[Value, ...]", core.value)
        if not is_number(operand.type) or operand.op == "fact":
            return self.one_of(self._fact_or_value(operand), items, operand.type)
        each: list[T] = []
        for item in items:
            literal = self._constant(cast("int | Decimal", item))
            one, other = self._aligned(self._wholes[id(operand)], literal)
            each.append(self.equal(one, other))
        return self.any_of(each) if len(each) > 1 else each[0]

    def _fact_or_value(self, core: Core) -> T:
        if core.op == "fact":
            return self.fact(cast("str", core.value), core.type)
        return self._made[id(core)]

    def _same(self, core: Core) -> T:
        one, other = core.args
        if isinstance(one.type, NullType) or isinstance(other.type, NullType):
            return self.all_of([self.is_null(self._any_value(one)), self.is_null(self._any_value(other))])
        if core.op == "same_scale":
            equal = self._equal_at_fewer_places(self._wholes[id(one)], self._wholes[id(other)])
        else:
            equal = self.equal(*self._sides(one, other))
        unknown = [self.is_null(self._any_value(arg)) for arg in core.args]
        both = self.all_of(unknown)
        return self.choose(self.any_of(unknown), both, equal)

    def _equal_at_fewer_places(self, a: Whole[T], b: Whole[T]) -> T:
        a, b = self._at(a, DECIMAL_PLACES), self._at(b, DECIMAL_PLACES)
        found = self.equal(*self._aligned(a, b))
        for places in range(DECIMAL_PLACES - 1, -1, -1):
            step = 10 ** (DECIMAL_PLACES - places)
            fits = self.any_of([self._divides(a, step), self._divides(b, step)])
            rounded = self.equal(*self._aligned(self._rounded(a, step), self._rounded(b, step)))
            found = self.choose(fits, rounded, found)
        return found

    def _divides(self, number: Whole[T], step: int) -> T:
        size = self._size(number)
        whole = self.times(self.over(size, self._literal(step, number)), self._literal(step, number))
        return self.equal(whole, size)

    def _fold(self, core: Core) -> T:
        inner = core.args[0]
        codes = inner.type.codes if isinstance(inner.type, StringType) else None
        if codes is None:
            raise ColumnError("`~` between texts that are no codes has no sure answer in columns; write `=`")
        value = self._made[id(inner)]
        text = StringType()
        found = self.literal(None, text)
        for code in codes:
            equal = self.equal(value, self.literal(code, text))
            found = self.choose(equal, self.literal(arithmetic.fold(code), text), found)
        return found

    # Numbers

    def _number(self, core: Core) -> Whole[T]:
        args = core.args
        match core.op:
            case "const":
                return self._constant(cast("int | Decimal | None", core.value), core.type)
            case "fact":
                return self._fact_number(core)
            case "add" | "sub" | "mul":
                return self._calculated(core.op, self._wholes[id(args[0])], self._wholes[id(args[1])])
            case "div":
                return self._quotient(self._wholes[id(args[0])], self._wholes[id(args[1])])
            case "neg":
                inner = self._wholes[id(args[0])]
                return self._calculated("sub", Whole(self._literal(0, inner), inner.places, 0, 0), inner)
            case "decimal":
                return self._wholes[id(args[0])]
            case "round":
                return self._to_places(self._wholes[id(args[0])], DECIMAL_PLACES)
            case "whole":
                inner = self._wholes[id(args[0])]
                return self._truncated(inner, 10**inner.places, 0)
            case "whole_part":
                return self._truncated(self._wholes[id(args[0])], cast("int", core.value), 0)
            case "within":
                return self._within(core)
            case "if" | "coalesce" | "min" | "max":
                return self._chosen_number(core)
            case "count":
                one, none = self.whole_literal(1), self.whole_literal(0)
                known = [self.choose(self.is_null(self._any_value(arg)), none, one) for arg in args]
                return Whole(reduce(self.plus, known) if known else none, 0, 0, len(known))
            case _:
                return self._of_date(core)

    def _constant(self, value: int | Decimal | None, type: Type | None = None) -> Whole[T]:
        if value is None:
            return Whole(self.literal(None, IntegerType()), 0, 0, 0)
        places = max(0, -cast("int", Decimal(value).as_tuple().exponent))
        number = int(Decimal(value).scaleb(places, context=WIDE))
        self._fits(number, number)
        return Whole(self.whole_literal(number), places, number, number)

    def _fact_number(self, core: Core) -> Whole[T]:
        name = cast("str", core.value)
        places, lo, hi = bounds(core.type)
        self._fits(lo, hi)
        return Whole(self.whole_fact(name, core.type), places, lo, hi)

    def _calculated(self, op: str, a: Whole[T], b: Whole[T]) -> Whole[T]:
        places = a.places + b.places
        if op != "mul":
            places = max(a.places, b.places)
            a, b = self._at(a, places), self._at(b, places)
        if op == "add":
            lo, hi, act = a.lo + b.lo, a.hi + b.hi, self.plus
        elif op == "sub":
            lo, hi, act = a.lo - b.hi, a.hi - b.lo, self.minus
        else:
            ends = (a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi)
            lo, hi, act = min(ends), max(ends), self.times
        bound = self._fits(lo, hi, a.lo, a.hi, b.lo, b.hi)
        return Whole(act(self.wide(a.column, bound), self.wide(b.column, bound)), places, lo, hi)

    def _fits(self, *ends: int) -> int:
        bound = max(abs(end) for end in ends)
        if bound > self.most:
            raise ColumnError("a number here could grow larger than this engine holds; declare its range")
        return bound

    def _literal(self, value: int, beside: Whole[T]) -> T:
        return self.wide(self.whole_literal(value), max(abs(value), -beside.lo, beside.hi))

    def _at(self, number: Whole[T], places: int) -> Whole[T]:
        """The same number at more places."""
        if places == number.places:
            return number
        step = 10 ** (places - number.places)
        lo, hi = number.lo * step, number.hi * step
        bound = self._fits(lo, hi)
        column = self.times(self.wide(number.column, bound), self.wide(self.whole_literal(step), bound))
        return Whole(column, places, lo, hi)

    def _to_places(self, number: Whole[T], places: int) -> Whole[T]:
        if number.places <= places:
            return number
        found = self._rounded(number, 10 ** (number.places - places))
        return Whole(found.column, places, found.lo, found.hi)

    def _size(self, number: Whole[T]) -> T:
        if number.lo >= 0:
            return number.column
        none = self._literal(0, number)
        return self.choose(self.less(number.column, none), self.minus(none, number.column), number.column)

    def _rounded(self, number: Whole[T], step: int) -> Whole[T]:
        """The quotient by a positive step, halves away from nothing."""
        half = step // 2
        bound = self._fits(number.lo - half, number.hi + half)
        size = self.wide(self._size(number), bound)
        found = self.over(
            self.plus(size, self.whole_literal_at(half, bound)), self.whole_literal_at(step, bound)
        )
        lo, hi = -((-number.lo + half) // step), (number.hi + half) // step
        return Whole(self._signed(found, number), number.places, lo, hi)

    def whole_literal_at(self, value: int, bound: int) -> T:
        """A constant held as widely as numbers up to `bound`."""
        return self.wide(self.whole_literal(value), bound)

    def _signed(self, size: T, number: Whole[T]) -> T:
        if number.lo >= 0:
            return size
        none = self._literal(0, number)
        return self.choose(self.less(number.column, none), self.minus(none, size), size)

    def _truncated(self, number: Whole[T], step: int, places: int) -> Whole[T]:
        if step == 1:
            return Whole(number.column, places, number.lo, number.hi)
        found = self.over(self._size(number), self._literal(step, number))
        ends = (arithmetic.whole_part(number.lo, step), arithmetic.whole_part(number.hi, step))
        return Whole(self._signed(found, number), places, *ends)

    def _quotient(self, a: Whole[T], b: Whole[T]) -> Whole[T]:
        """To 8 places, halves away from nothing; unknown when nothing divides."""
        if a.places - b.places <= DECIMAL_PLACES:
            a = self._at(a, b.places + DECIMAL_PLACES)
        else:
            b = self._at(b, a.places - DECIMAL_PLACES)
        largest = max(-a.lo, a.hi)
        bound = self._fits(2 * largest + max(-b.lo, b.hi), 2 * max(-b.lo, b.hi))
        size, divisor = self.wide(self._size(a), bound), self.wide(self._size(b), bound)
        none, two = self.whole_literal_at(0, bound), self.whole_literal_at(2, bound)
        divides = self.choose(self.equal(divisor, none), self._no_number(bound), divisor)
        found = self.over(self.plus(self.times(two, size), divides), self.times(two, divides))
        lo, hi = -largest if a.lo < 0 or b.lo < 0 else 0, largest
        sides = [self.less(x.column, self._literal(0, x)) for x in (a, b) if x.lo < 0]
        if sides:
            negative = self.xor(sides[0], sides[1]) if len(sides) == 2 else sides[0]
            found = self.choose(negative, self.minus(none, found), found)
        return Whole(found, DECIMAL_PLACES, lo, hi)

    def _no_number(self, bound: int) -> T:
        return self.wide(self.literal(None, IntegerType()), bound)

    def _within(self, core: Core) -> Whole[T]:
        number = self._wholes[id(core.args[0])]
        low, high = cast("tuple[int | Decimal, int | Decimal]", core.value)
        scale = 10**number.places
        lo, hi = int(WIDE.multiply(Decimal(low), scale)), int(WIDE.multiply(Decimal(high), scale))
        if lo <= number.lo and number.hi <= hi:
            return number
        bound = self._fits(lo, hi, number.lo, number.hi)
        inside = self.all_of(
            [
                self.at_most(self.whole_literal_at(lo, bound), number.column),
                self.at_most(number.column, self.whole_literal_at(hi, bound)),
            ]
        )
        column = self.choose(inside, number.column, self._no_number(bound))
        return Whole(column, number.places, max(lo, number.lo), min(hi, number.hi))

    def _chosen_number(self, core: Core) -> Whole[T]:
        values = core.args[1:] if core.op == "if" else core.args
        numbers = [self._wholes.get(id(arg)) or self._constant(None) for arg in values]
        places = max(number.places for number in numbers)
        numbers = [self._at(number, places) for number in numbers]
        bound = self._fits(*(end for number in numbers for end in (number.lo, number.hi)))
        each = [self.wide(number.column, bound) for number in numbers]
        if core.op == "if":
            column = self.choose(self._value(core.args[0]), each[0], each[1])
        else:
            column = self._chosen(core, each)
        return Whole(column, places, min(n.lo for n in numbers), max(n.hi for n in numbers))

    # Dates

    def _of_date(self, core: Core) -> Whole[T]:
        date = self._value(core.args[0])
        type = core.args[0].type
        lo, hi = (type.lo, type.hi) if isinstance(type, DateType) else (dt.date.min, dt.date.max)
        match core.op:
            case "day_number":
                return Whole(self.day_number(date), 0, lo.toordinal(), hi.toordinal())
            case "week_number":
                weeks = self.over(self.day_number(date), self.whole_literal(7))
                return Whole(weeks, 0, lo.toordinal() // 7, hi.toordinal() // 7)
            case "year_number":
                return Whole(self.year(date), 0, lo.year, hi.year)
            case "month_number":
                return Whole(self._months(date), 0, arithmetic.month_number(lo), arithmetic.month_number(hi))
            case "month_key":
                months = self.times(self._months(date), self.whole_literal(32))
                ends = arithmetic.month_key(lo), arithmetic.month_key(hi)
                return Whole(self.plus(months, self.day(date)), 0, *ends)
            case _:
                raise AssertionError(core.op)

    def _months(self, date: T) -> T:
        return self.plus(self.times(self.year(date), self.whole_literal(12)), self.month(date))

    def _shift_months(self, date: T, months: T) -> T:
        one, twelve = self.whole_literal(1), self.whole_literal(12)
        count = self.minus(self.plus(self._months(date), months), one)
        year = self.over(count, twelve)
        month = self.plus(self.minus(count, self.times(year, twelve)), one)
        length = self._month_length(year, month)
        day = self.day(date)
        # `day < length` is null for an unknown date, and so is the length then.
        return self.date_of(year, month, self.choose(self.less(day, length), day, length))

    def _month_length(self, year: T, month: T) -> T:
        short = self.one_of(month, (4, 6, 9, 11), IntegerType())
        leap = self.all_of(
            [
                self._multiple(year, 4),
                self.any_of([self.not_(self._multiple(year, 100)), self._multiple(year, 400)]),
            ]
        )
        of_february = self.choose(leap, self.whole_literal(29), self.whole_literal(28))
        others = self.choose(short, self.whole_literal(30), self.whole_literal(31))
        return self.choose(self.equal(month, self.whole_literal(2)), of_february, others)

    def _multiple(self, value: T, of: int) -> T:
        step = self.whole_literal(of)
        return self.equal(self.times(self.over(value, step), step), value)


def is_number(type: Type) -> bool:
    """Whether values of the type are calculated with."""
    return isinstance(type, IntegerType | DecimalType | QuantityType | CountType)


def bounds(type: Type) -> tuple[int, int, int]:
    """Decimal places of a number, and its bounds as whole numbers at those places."""
    if isinstance(type, IntegerType | CountType):
        return 0, type.lo, type.hi
    places, lo, hi = (
        (type.places, type.lo, type.hi)
        if isinstance(type, DecimalType | QuantityType)
        else (0, Decimal(0), Decimal(0))
    )
    scale = 10**places
    return places, int(WIDE.multiply(lo, scale)), int(WIDE.multiply(hi, scale))


def facts_of(cores: Iterable[Core]) -> dict[str, Type]:
    """Every fact that cores read, with its type, in the order met."""
    return {
        cast("str", node.value): node.type for core in cores for node in walk_once(core) if node.op == "fact"
    }
