"""Every reading of a criterion, side by side: closures, generated code, polars, SQL and the solver."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import sqlalchemy as sa
import z3

from engine.criteria import (
    BooleanType,
    CountType,
    Criterion,
    DateType,
    DecimalType,
    Facts,
    QuantityType,
    StringType,
    Value,
)
from engine.criteria.columns import ColumnError
from engine.criteria.columns_polars import polars_expressions, polars_frame
from engine.criteria.columns_sql import Dialect, sql_columns, sql_expressions
from engine.criteria.generate import compile_many
from engine.criteria.solver import Encoding, Pair, Truth, UnsolvableError
from engine.criteria.types import WIDE


@dataclass(frozen=True)
class Refused:
    """A reading that would not answer; the reason it gives."""

    reason: str


Answers = list[Value] | Refused
Reading = Callable[[Sequence[Criterion], Sequence[Facts]], list[Answers]]


def by_closures(criteria: Sequence[Criterion], rows: Sequence[Facts]) -> list[Answers]:
    return [[criterion.evaluate(row) for row in rows] for criterion in criteria]


def by_generated(criteria: Sequence[Criterion], rows: Sequence[Facts]) -> list[Answers]:
    function = compile_many(criteria)
    return _turned([function(row) for row in rows], len(criteria))


def by_lazy(criteria: Sequence[Criterion], rows: Sequence[Facts]) -> list[Answers]:
    function = compile_many(criteria, lazy=True)
    return _turned([function(row) for row in rows], len(criteria))


def _turned(results: list[tuple[Value, ...]], count: int) -> list[Answers]:
    return [[result[i] for result in results] for i in range(count)]


def by_polars(criteria: Sequence[Criterion], rows: Sequence[Facts]) -> list[Answers]:
    places = pl.DataFrame({"place": range(len(rows))})
    facts = polars_frame(rows, criteria)
    frame = places.hstack(facts) if facts.width else places
    found: list[Answers] = []
    expressions: list[pl.Expr] = []
    for criterion in criteria:
        try:
            (expression,) = polars_expressions([criterion])
        except ColumnError as error:
            found.append(Refused(str(error)))
        else:
            found.append([])
            expressions.append(expression.alias(str(len(found) - 1)))
    results = frame.with_columns(expressions)
    for place, answers in enumerate(found):
        if not isinstance(answers, Refused):
            found[place] = results[str(place)].to_list()
    return found


def by_sql(engine: sa.Engine, dialect: Dialect) -> Reading:
    """A reading in a real database; each call makes a table and drops it."""

    def read(criteria: Sequence[Criterion], rows: Sequence[Facts]) -> list[Answers]:
        types = sql_columns(criteria)
        names = {name: f"fact_{place}" for place, name in enumerate(types)}
        table = sa.Table(
            "facts",
            sa.MetaData(),
            sa.Column("place", sa.Integer, primary_key=True),
            *(sa.Column(names[name], type) for name, type in types.items()),
            prefixes=["TEMPORARY"],
        )
        columns = {name: table.c[names[name]] for name in types}
        found: list[Answers] = []
        expressions: list[sa.ColumnElement] = []
        for criterion in criteria:
            try:
                (expression,) = sql_expressions([criterion], columns, dialect)
            except ColumnError as error:
                found.append(Refused(str(error)))
            else:
                found.append([])
                expressions.append(expression.label(f"answer_{len(found) - 1}"))
        values = [
            {"place": place, **{names[name]: row[name] for name in types}} for place, row in enumerate(rows)
        ]
        query = sa.select(table.c.place, *expressions).select_from(table).order_by(table.c.place)
        with engine.begin() as connection:
            connection.execute(sa.text("DROP TABLE IF EXISTS facts"))
            table.create(connection)
            connection.execute(table.insert(), values)
            results = connection.execute(query).mappings().all()
        for place, answers in enumerate(found):
            if not isinstance(answers, Refused):
                found[place] = [result[f"answer_{place}"] for result in results]
        return found

    return read


def by_solver(criteria: Sequence[Criterion], rows: Sequence[Facts]) -> list[Answers]:
    """Terms over facts with given values, simplified until a value stands there."""
    found: list[Answers] = []
    for criterion in criteria:
        try:
            found.append([_simplified(criterion, row) for row in rows])
        except UnsolvableError as error:
            found.append(Refused(str(error)))
    return found


def _simplified(criterion: Criterion, row: Facts) -> Value:
    pinned = {name: row[name] for name in criterion.facts}
    encoding = Encoding(pinned=pinned, evaluating=True)
    read = encoding.read(criterion.core)
    if isinstance(read, Truth):
        if z3.is_true(z3.simplify(read.true)):
            return True
        return False if z3.is_true(z3.simplify(read.false)) else None
    if not z3.is_true(z3.simplify(read.known)):
        return None
    return _value(encoding, criterion, read)


def _value(encoding: Encoding, criterion: Criterion, pair: Pair) -> Value:
    match criterion.type:
        case DateType():
            parts = [_simple(part).as_long() for part in pair.term.parts]
            return dt.date(*parts)
        case StringType():
            number = Fraction(_simple(pair.term).as_fraction())
            return next(text for text, place in encoding._numbers.items() if place == number)
        case DecimalType() | QuantityType():
            number = Fraction(_simple(pair.term).as_fraction())
            return WIDE.divide(Decimal(number.numerator), Decimal(number.denominator))
        case _:
            return _simple(pair.term).as_long()


def _simple(term: Any) -> Any:
    # The stubs of z3 do not say that a simplified number is a numeral.
    return z3.simplify(term)


def alike(criterion: Criterion, one: Value, other: Value) -> bool:
    """Whether two answers are the same, of the same kind; decimals by number."""
    if one is None or other is None:
        return one is other
    match criterion.type:
        case BooleanType():
            return isinstance(one, bool) and isinstance(other, bool) and one is other
        case DecimalType() | QuantityType():
            return isinstance(one, Decimal) and isinstance(other, Decimal) and one == other
        case CountType():
            return type(one) is int and type(other) is int and one == other
        case _:
            return type(one) is type(other) and one == other
