"""Criteria as SQLAlchemy expressions, where cases are stored: SQLite and PostgreSQL.

Only expressions are made here; no database is touched. Every part stands in brackets of its own, because
SQLAlchemy rewrites `not`, `is null` and comparison with null by precedence, and gets three-valued logic
wrong where it does.
"""

# ruff: noqa: D102 - each method is described in column_words

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from typing import Any, Literal, cast

import sqlalchemy as sa
from sqlalchemy.sql.elements import Grouping, UnaryExpression
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import custom_op
from sqlalchemy.types import TypeEngine

from engine.criteria.column_words import Whole
from engine.criteria.columns import ColumnError, Columns, bounds, facts_of
from engine.criteria.criterion import Criterion
from engine.criteria.types import (
    DECIMAL_PLACES,
    BooleanType,
    DateType,
    DecimalType,
    IntegerType,
    QuantityType,
    StringType,
    Type,
    Value,
)

Column = sa.ColumnElement[Any]
Dialect = Literal["sqlite", "postgresql"]

_INT64 = 2**63 - 1
_EXACT_DOUBLE = 2**53


def sql_expressions(
    criteria: Sequence[Criterion], facts: Mapping[str, Column], dialect: Dialect
) -> list[Column]:
    """One expression a criterion.

    Args:
        facts: The column of each fact, with the types of `sql_type`. SQLite keeps decimals as doubles.

    Raises:
        ColumnError: A criterion that the database could not answer rightly on every row.
        KeyError: A fact without a column.
    """
    columns = SqliteColumns(facts) if dialect == "sqlite" else PostgresColumns(facts)
    return [columns.expression(criterion.core) for criterion in criteria]


def sql_columns(criteria: Iterable[Criterion]) -> dict[str, TypeEngine[Any]]:
    """The column type that each fact wants."""
    return {name: sql_type(type) for name, type in facts_of(criterion.core for criterion in criteria).items()}


def sql_type(type: Type) -> TypeEngine[Any]:
    """The column type of a fact."""
    match type:
        case BooleanType():
            return sa.Boolean()
        case StringType():
            return sa.Text()
        case DateType():
            return sa.Date()
        case DecimalType(places) | QuantityType(_, places):
            return sa.Numeric(38, places)
        case _:
            return sa.BigInteger()


class SqlColumns(Columns[Column]):
    """What both databases say alike."""

    def __init__(self, facts: Mapping[str, Column]) -> None:
        super().__init__()
        self.facts = facts

    def literal(self, value: Value, type: Type) -> Column:
        kind = sql_type(type)
        if value is None:
            return sa.cast(sa.null(), kind)
        if isinstance(value, bool):
            return self.boolean(value)
        return self.date(value) if isinstance(value, dt.date) else sa.literal(value, kind)

    def date(self, value: dt.date) -> Column:
        return sa.literal_column(f"'{value.isoformat()}'", sa.Date())

    def boolean(self, value: bool) -> Column:
        raise NotImplementedError

    def fact(self, name: str, type: Type) -> Column:
        return self.facts[name]

    def decimal_literal(self, value: Decimal, type: Type) -> Column:
        return sa.literal_column(format(value, "f"), sql_type(type))

    def all_of(self, each: Sequence[Column]) -> Column:
        groups = [_alone(sa.and_(*some)) for some in _groups(each)]
        # SQLAlchemy would write one `and_` in another as one again.
        return reduce(lambda one, other: _test(one, "AND", other), groups)

    def any_of(self, each: Sequence[Column]) -> Column:
        groups = [_alone(sa.or_(*some)) for some in _groups(each)]
        return reduce(lambda one, other: _test(one, "OR", other), groups)

    def not_(self, one: Column) -> Column:
        operator: custom_op[bool] = custom_op("NOT")
        return _alone(UnaryExpression(_alone(one), operator=operator, type_=sa.Boolean()))

    def xor(self, one: Column, other: Column) -> Column:
        return _test(one, "<>", other)

    def is_null(self, one: Column) -> Column:
        return _alone(_alone(one).is_(sa.null()))

    def equal(self, one: Column, other: Column) -> Column:
        return _test(one, "=", other)

    def unequal(self, one: Column, other: Column) -> Column:
        return _test(one, "<>", other)

    def less(self, one: Column, other: Column) -> Column:
        return _test(self.ordered(one), "<", self.ordered(other))

    def at_most(self, one: Column, other: Column) -> Column:
        return _test(self.ordered(one), "<=", self.ordered(other))

    def ordered(self, one: Column) -> Column:
        """The same, in an order of texts by code points."""
        return one

    def one_of(self, one: Column, items: Sequence[Value], type: Type) -> Column:
        if isinstance(type, DecimalType | QuantityType):
            listed = [self.decimal_literal(Decimal(str(item)), type) for item in items]
        elif isinstance(type, IntegerType):
            listed = [self.whole_literal(cast("int", item)) for item in items]
        else:
            listed = [self.literal(item, type) for item in items]
        return _alone(one.in_(listed))

    def choose(self, condition: Column, then: Column, otherwise: Column) -> Column:
        return _alone(sa.case((condition, then), else_=otherwise))

    def first_known(self, each: Sequence[Column]) -> Column:
        found = list(each)
        while len(found) > 1:
            found = [sa.func.coalesce(*some, type_=some[0].type) for some in _groups(found)]
        return found[0]

    def plus(self, one: Column, other: Column) -> Column:
        return _joined(one, "+", other)

    def minus(self, one: Column, other: Column) -> Column:
        return _joined(one, "-", other)

    def times(self, one: Column, other: Column) -> Column:
        return _joined(one, "*", other)


class SqliteColumns(SqlColumns):
    """Whole numbers of 64 bits; stored decimals are doubles, exact up to 15 digits."""

    most = _INT64

    def boolean(self, value: bool) -> Column:
        return sa.literal_column("1" if value else "0", sa.Boolean())

    def fact(self, name: str, type: Type) -> Column:
        if isinstance(type, DecimalType | QuantityType):
            _, lo, hi = bounds(type)
            if max(-lo, hi) > _EXACT_DOUBLE:
                raise ColumnError(
                    f"{name} may have more digits than SQLite keeps exactly; declare its places and range"
                )
        return super().fact(name, type)

    def whole_literal(self, value: int) -> Column:
        return sa.literal_column(str(value) if value >= 0 else f"({value})", sa.BigInteger())

    def whole_fact(self, name: str, type: Type) -> Column:
        column = self.fact(name, type)
        if not isinstance(type, DecimalType | QuantityType):
            return column
        scaled = _alone(column).op("*")(sa.literal_column(f"{10**type.places}.0"))
        return sa.cast(sa.func.round(scaled), sa.BigInteger())

    def result_number(self, number: Whole[Column], type: Type) -> Column:
        if not isinstance(type, DecimalType | QuantityType):
            return number.column
        if max(-number.lo, number.hi) > _EXACT_DOUBLE:
            raise ColumnError("the result may have more digits than SQLite keeps exactly")
        scale: Column = sa.literal_column(f"{10**number.places}.0")
        # At its own places: a double shown at more has digits that were never there.
        return _joined(number.column, "/", scale, sa.Numeric(38, number.places))

    def wide(self, one: Column, bound: int) -> Column:
        return one

    def over(self, one: Column, other: Column) -> Column:
        return _joined(one, "/", other)

    def least(self, each: Sequence[Column]) -> Column:
        return self._extreme(sa.func.min, each)

    def greatest(self, each: Sequence[Column]) -> Column:
        return self._extreme(sa.func.max, each)

    def _extreme(self, function: Any, each: Sequence[Column]) -> Column:  # noqa: ANN401 - SQLAlchemy's func is untyped
        if len(each) > _MOST:
            raise ColumnError(f"SQLite compares at most {_MOST} values in one Min or Max")
        # min(a, b) of SQLite is null when one is, so each place falls back to the others.
        turned = [sa.func.coalesce(*each[i:], *each[:i], type_=each[0].type) for i in range(len(each))]
        return function(*turned, type_=each[0].type)

    def year(self, date: Column) -> Column:
        return self._part(date, 1, 4)

    def month(self, date: Column) -> Column:
        return self._part(date, 6, 2)

    def day(self, date: Column) -> Column:
        return self._part(date, 9, 2)

    def _part(self, date: Column, first: int, length: int) -> Column:
        begins: Column = sa.literal_column(str(first))
        takes: Column = sa.literal_column(str(length))
        return sa.cast(sa.func.substr(_as_text(date), begins, takes), sa.BigInteger())

    def day_number(self, date: Column) -> Column:
        days = _joined(sa.func.julianday(_as_text(date)), "-", sa.literal_column("1721424.5"))
        return sa.cast(days, sa.BigInteger())

    def date_of(self, year: Column, month: Column, day: Column) -> Column:
        form: Column = sa.literal_column("'%04d-%02d-%02d'")
        text = sa.func.printf(form, year, month, day, type_=sa.Date())
        # printf takes an unknown year for 0.
        return self.choose(self.is_null(year), self.literal(None, DateType()), text)

    def later(self, date: Column, days: Column) -> Column:
        words = _joined(sa.cast(days, sa.Text()), "||", sa.literal_column("' days'"), sa.Text())
        return sa.func.date(_as_text(date), words, type_=sa.Date())

    def literal(self, value: Value, type: Type) -> Column:
        if value is None:
            # CAST(NULL AS DATE) is a number's type in SQLite; null needs none.
            return sa.literal_column("NULL", sql_type(type))
        return super().literal(value, type)


class PostgresColumns(SqlColumns):
    """Whole numbers of 64 bits where they are enough, else of any size."""

    most = 10**120

    def boolean(self, value: bool) -> Column:
        return sa.literal_column("true" if value else "false", sa.Boolean())

    def date(self, value: dt.date) -> Column:
        return sa.literal_column(f"DATE '{value.isoformat()}'", sa.Date())

    def whole_literal(self, value: int) -> Column:
        if abs(value) > _INT64:
            return sa.literal_column(f"({value})::numeric", sa.Numeric())
        return sa.literal_column(f"({value})::bigint", sa.BigInteger())

    def whole_fact(self, name: str, type: Type) -> Column:
        column = self.fact(name, type)
        if not isinstance(type, DecimalType | QuantityType):
            return sa.cast(column, sa.BigInteger())
        _, lo, hi = bounds(type)
        scaled = _joined(column, "*", sa.literal_column(f"({10**type.places})::numeric"), sa.Numeric())
        return sa.cast(scaled, sa.Numeric() if max(-lo, hi) > _INT64 else sa.BigInteger())

    def result_number(self, number: Whole[Column], type: Type) -> Column:
        if not isinstance(type, DecimalType | QuantityType):
            return sa.cast(number.column, sa.BigInteger())
        step: Column = sa.literal_column(f"({format(Decimal(1).scaleb(-number.places), 'f')})::numeric")
        return _joined(sa.cast(number.column, sa.Numeric()), "*", step, sa.Numeric(38, DECIMAL_PLACES))

    def decimal_literal(self, value: Decimal, type: Type) -> Column:
        return sa.literal_column(f"({format(value, 'f')})::numeric", sql_type(type))

    def wide(self, one: Column, bound: int) -> Column:
        if bound <= _INT64 or isinstance(one.type, sa.Numeric):
            return one
        return sa.cast(one, sa.Numeric())

    def over(self, one: Column, other: Column) -> Column:
        if isinstance(one.type, sa.Numeric):
            return sa.func.div(one, other, type_=sa.Numeric())
        return _joined(one, "/", other)

    def ordered(self, one: Column) -> Column:
        return _alone(one.collate("C")) if isinstance(one.type, sa.String) else one

    def least(self, each: Sequence[Column]) -> Column:
        return sa.func.least(*(self.ordered(one) for one in each), type_=each[0].type)

    def greatest(self, each: Sequence[Column]) -> Column:
        return sa.func.greatest(*(self.ordered(one) for one in each), type_=each[0].type)

    def year(self, date: Column) -> Column:
        return sa.cast(sa.extract("year", date), sa.BigInteger())

    def month(self, date: Column) -> Column:
        return sa.cast(sa.extract("month", date), sa.BigInteger())

    def day(self, date: Column) -> Column:
        return sa.cast(sa.extract("day", date), sa.BigInteger())

    def day_number(self, date: Column) -> Column:
        first = dt.date(1, 1, 1).isoformat()
        days = _joined(date, "-", sa.literal_column(f"DATE '{first}'"), sa.Integer())
        return sa.cast(_joined(days, "+", sa.literal_column("1"), sa.Integer()), sa.BigInteger())

    def date_of(self, year: Column, month: Column, day: Column) -> Column:
        return sa.func.make_date(*(sa.cast(one, sa.Integer()) for one in (year, month, day)), type_=sa.Date())

    def later(self, date: Column, days: Column) -> Column:
        return _joined(date, "+", sa.cast(days, sa.Integer()), sa.Date())


_WHOLE: tuple[type[Any], ...] = (Grouping, sa.Cast, sa.ColumnClause, sa.Case, FunctionElement)
"""Expressions that are one word to what stands around them."""


_MOST = 50
"""Operands side by side: SQLite takes 100 of a function, and stacks those of an `and` 1,000 deep."""


def _groups(each: Sequence[Column]) -> list[Sequence[Column]]:
    return [each[i : i + _MOST] for i in range(0, len(each), _MOST)]


def _alone(one: Column) -> Column:
    """In brackets of its own, so that nothing around it is rewritten by precedence."""
    return one if isinstance(one, _WHOLE) else Grouping(one)


def _test(one: Column, sign: str, other: Column) -> Column:
    return _alone(_alone(one).op(sign, is_comparison=True, return_type=sa.Boolean())(_alone(other)))


def _joined(one: Column, sign: str, other: Column, type: TypeEngine[Any] | None = None) -> Column:
    kind = type if type is not None else one.type
    return _alone(_alone(one).op(sign, return_type=kind)(_alone(other)))


def _as_text(date: Column) -> Column:
    """A date of SQLite is a text already; the type keeps SQLAlchemy from converting it."""
    return sa.type_coerce(date, sa.Text())
