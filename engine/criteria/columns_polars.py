"""Criteria as polars expressions, for populations in memory."""

# ruff: noqa: D102 - each method is described in column_words

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING, cast

from engine.criteria.column_words import Whole
from engine.criteria.columns import Columns, facts_of
from engine.criteria.core import Core, walk_once
from engine.criteria.criterion import Criterion
from engine.criteria.types import (
    DECIMAL_PLACES,
    BooleanType,
    DateType,
    DecimalType,
    Facts,
    QuantityType,
    StringType,
    Type,
    Value,
)

if TYPE_CHECKING:
    import polars as pl

_INT32, _INT64 = 2**31 - 1, 2**63 - 1
_EPOCH = dt.date(1970, 1, 1).toordinal()


def polars_expressions(criteria: Sequence[Criterion]) -> list[pl.Expr]:
    """One expression a criterion, over a frame with the columns of `polars_schema`.

    Raises:
        ColumnError: A criterion that polars could not answer rightly on every row.
    """
    columns = PolarsColumns()
    return [columns.whole_length(criterion.core) for criterion in criteria]


def polars_schema(criteria: Iterable[Criterion]) -> dict[str, pl.DataType]:
    """The column that each fact is read from, with its type; decimals at the places of their type."""
    return {name: dtype(type) for name, type in facts_of(criterion.core for criterion in criteria).items()}


def polars_frame(rows: Sequence[Facts], criteria: Sequence[Criterion]) -> pl.DataFrame:
    """A frame of facts that passed the door, for tests and small populations."""
    import polars as pl

    schema = polars_schema(criteria)
    data: Mapping[str, list[Value]] = {name: [row[name] for row in rows] for name in schema}
    return pl.DataFrame(data, schema=schema, strict=True)


def dtype(type: Type) -> pl.DataType:
    """The polars type of a column of facts."""
    import polars as pl

    match type:
        case BooleanType():
            return pl.Boolean()
        case StringType():
            return pl.String()
        case DateType():
            return pl.Date()
        case DecimalType(places) | QuantityType(_, places):
            return pl.Decimal(38, places)
        case _:
            return pl.Int64()


_ALWAYS_WHOLE = {
    "fact", "const", "and", "or", "not", "xor", "is_null", "eq", "ne", "lt", "le", "in",
    "add", "sub", "mul", "neg", "decimal",
    "day_number", "week_number", "month_number", "year_number", "month_key",
}  # fmt: skip


def _may_be_short(core: Core) -> bool:
    """Whether polars could answer with one value for all rows.

    It does for an expression over no facts, and for a `when` whose condition holds on no row.
    """
    ops = {node.op for node in walk_once(core)}
    return "fact" not in ops or not ops <= _ALWAYS_WHOLE


class PolarsColumns(Columns["pl.Expr"]):
    """Whole numbers of 32 bits (parts of dates), 64 or 128, whichever holds the result of each step."""

    most = 2**126

    def __init__(self) -> None:
        super().__init__()
        import polars as pl

        self.pl = pl

    def whole_length(self, core: Core) -> pl.Expr:
        """The criterion's column, as long as the frame also where it comes down to one value."""
        found = self.expression(core)
        if not _may_be_short(core):
            return found
        every = self.pl.repeat(True, self.pl.len())  # pyright: ignore[reportUnknownMemberType]
        if isinstance(core.type, BooleanType):
            return found & every
        return self.choose(every, found, self.pl.lit(None))

    def literal(self, value: Value, type: Type) -> pl.Expr:
        return self.pl.lit(value, dtype=dtype(type))

    def whole_literal(self, value: int) -> pl.Expr:
        small, usual = abs(value) <= _INT32, abs(value) <= _INT64
        kind = self.pl.Int32 if small else self.pl.Int64 if usual else self.pl.Int128
        return self.pl.lit(value, dtype=kind)

    def fact(self, name: str, type: Type) -> pl.Expr:
        return self.pl.col(name)

    def whole_fact(self, name: str, type: Type) -> pl.Expr:
        column = self.pl.col(name)
        if isinstance(type, DecimalType | QuantityType):
            # A decimal is held as a whole number of its last place.
            column = column.cast(self.pl.Decimal(38, type.places)).to_physical()
            fits = max(-type.lo, type.hi).scaleb(type.places) <= _INT64
            return column.cast(self.pl.Int64) if fits else column
        return column.cast(self.pl.Int64)

    def result_number(self, number: Whole[pl.Expr], type: Type) -> pl.Expr:
        if not isinstance(type, DecimalType | QuantityType):
            return number.column.cast(self.pl.Int64)
        last = self.pl.lit(Decimal(1).scaleb(-DECIMAL_PLACES), dtype=self.pl.Decimal(38, DECIMAL_PLACES))
        whole = self._at(number, DECIMAL_PLACES).column
        return whole.cast(self.pl.Int128).cast(self.pl.Decimal(38, 0)) * last

    def decimal_literal(self, value: Decimal, type: Type) -> pl.Expr:
        # At the places of the column where they are enough: else every row would be brought to others.
        places = max(0, -cast("int", value.as_tuple().exponent))
        kept = type.places if isinstance(type, DecimalType | QuantityType) else DECIMAL_PLACES
        return self.pl.lit(value, dtype=self.pl.Decimal(38, max(places, kept)))

    def all_of(self, each: Sequence[pl.Expr]) -> pl.Expr:
        return reduce(lambda a, b: a & b, each)

    def any_of(self, each: Sequence[pl.Expr]) -> pl.Expr:
        return reduce(lambda a, b: a | b, each)

    def not_(self, one: pl.Expr) -> pl.Expr:
        return ~one

    def xor(self, one: pl.Expr, other: pl.Expr) -> pl.Expr:
        return one ^ other

    def is_null(self, one: pl.Expr) -> pl.Expr:
        return one.is_null()

    def equal(self, one: pl.Expr, other: pl.Expr) -> pl.Expr:
        return one == other

    def unequal(self, one: pl.Expr, other: pl.Expr) -> pl.Expr:
        return one != other

    def less(self, one: pl.Expr, other: pl.Expr) -> pl.Expr:
        return one < other

    def at_most(self, one: pl.Expr, other: pl.Expr) -> pl.Expr:
        return one <= other

    def one_of(self, one: pl.Expr, items: Sequence[Value], type: Type) -> pl.Expr:
        if isinstance(type, DecimalType | QuantityType):
            return self.any_of([one == self.decimal_literal(Decimal(str(item)), type) for item in items])
        return one.is_in(list(items))

    def choose(self, condition: pl.Expr, then: pl.Expr, otherwise: pl.Expr) -> pl.Expr:
        chosen = self.pl.when(condition).then(then)  # pyright: ignore[reportUnknownMemberType]
        return chosen.otherwise(otherwise)  # pyright: ignore[reportUnknownMemberType]

    def first_known(self, each: Sequence[pl.Expr]) -> pl.Expr:
        return self.pl.coalesce(*each)  # pyright: ignore[reportUnknownMemberType]

    def least(self, each: Sequence[pl.Expr]) -> pl.Expr:
        return self.pl.min_horizontal(*each)  # pyright: ignore[reportUnknownMemberType]

    def greatest(self, each: Sequence[pl.Expr]) -> pl.Expr:
        return self.pl.max_horizontal(*each)  # pyright: ignore[reportUnknownMemberType]

    def plus(self, one: pl.Expr, other: pl.Expr) -> pl.Expr:
        return one + other

    def minus(self, one: pl.Expr, other: pl.Expr) -> pl.Expr:
        return one - other

    def times(self, one: pl.Expr, other: pl.Expr) -> pl.Expr:
        return one * other

    def over(self, one: pl.Expr, other: pl.Expr) -> pl.Expr:
        return one // other

    def wide(self, one: pl.Expr, bound: int) -> pl.Expr:
        if bound <= _INT32:
            return one
        return one.cast(self.pl.Int64 if bound <= _INT64 else self.pl.Int128)

    def year(self, date: pl.Expr) -> pl.Expr:
        return date.dt.year()

    def month(self, date: pl.Expr) -> pl.Expr:
        return date.dt.month().cast(self.pl.Int32)

    def day(self, date: pl.Expr) -> pl.Expr:
        return date.dt.day().cast(self.pl.Int32)

    def day_number(self, date: pl.Expr) -> pl.Expr:
        return date.cast(self.pl.Int32) + self.whole_literal(_EPOCH)

    def date_of(self, year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
        return self.pl.date(year, month, day)

    def later(self, date: pl.Expr, days: pl.Expr) -> pl.Expr:
        return (date.cast(self.pl.Int32) + days.cast(self.pl.Int32)).cast(self.pl.Date)
