"""Every reading of a criterion, side by side: closures, generated code, polars, SQL and solver terms.

A reading takes criteria and rows of facts, and gives one list of answers a criterion, or its refusal. Facts
must have passed the door of their types.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import Any, cast

import polars as pl
import pysqlite3
import sqlalchemy as sa

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
from engine.criteria.core import walk_once
from engine.criteria.generate import compile_many
from engine.criteria.solver import Encoding, UnsolvableError
from engine.criteria.solver_terms import Day, Pair, Term, Truth
from engine.criteria.types import WIDE

_NUMBERS = count()


@dataclass(frozen=True, slots=True)
class Refused:
    """A reading would not answer, for this reason."""

    reason: str


Answers = list[Value] | Refused
Reading = Callable[[Sequence[Criterion], Sequence[Facts]], list[Answers]]


def by_closures(criteria: Sequence[Criterion], rows: Sequence[Facts]) -> list[Answers]:
    """The reference."""
    return [[criterion.evaluate(row) for row in rows] for criterion in criteria]


def by_generated(criteria: Sequence[Criterion], rows: Sequence[Facts]) -> list[Answers]:
    """Generated code that reads every fact first."""
    function = compile_many(criteria)
    return _turned([function(row) for row in rows], len(criteria))


def by_lazy(criteria: Sequence[Criterion], rows: Sequence[Facts]) -> list[Answers]:
    """Generated code that reads a fact only where it decides."""
    function = compile_many(criteria, lazy=True)
    return _turned([function(row) for row in rows], len(criteria))


def _turned(results: list[tuple[Value, ...]], count: int) -> list[Answers]:
    return [[result[i] for result in results] for i in range(count)]


def by_polars(criteria: Sequence[Criterion], rows: Sequence[Facts]) -> list[Answers]:
    """Columns of a polars frame."""
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
    results = frame.with_columns(expressions)  # pyright: ignore[reportUnknownMemberType]
    for place, answers in enumerate(found):
        if not isinstance(answers, Refused):
            found[place] = results[str(place)].to_list()
    return found


def sqlite_in_memory() -> sa.Engine:
    """SQLite without a file, of the version that Treadway keeps cases with. Dispose of it afterwards."""
    return sa.create_engine("sqlite://", module=pysqlite3)


def by_sql(engine: sa.Engine, dialect: Dialect) -> Reading:
    """A reading in a real database. Each call makes a temporary table of its own and drops it."""

    def read(criteria: Sequence[Criterion], rows: Sequence[Facts]) -> list[Answers]:
        types = sql_columns(criteria)
        names = {name: f"fact_{place}" for place, name in enumerate(types)}
        table = sa.Table(
            f"treadway_facts_{next(_NUMBERS)}",
            sa.MetaData(),
            sa.Column("place", sa.Integer, primary_key=True),
            *(sa.Column(names[name], type) for name, type in types.items()),
            prefixes=["TEMPORARY"],
        )
        columns = {name: table.c[names[name]] for name in types}
        found: list[Answers] = []
        expressions: list[sa.ColumnElement[Any]] = []
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
            # Not `DROP TABLE IF EXISTS` before: the server may hold a table of that name that is no copy.
            table.create(connection, checkfirst=False)
            connection.execute(table.insert(), values)
            results = connection.execute(query).mappings().all()
            table.drop(connection, checkfirst=False)
        for place, answers in enumerate(found):
            if not isinstance(answers, Refused):
                found[place] = [result[f"answer_{place}"] for result in results]
        return found

    return read


def by_solver(criteria: Sequence[Criterion], rows: Sequence[Facts]) -> list[Answers]:
    """Terms of the z3 solver over facts with given values, simplified until a value stands there."""
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

    def simple(term: Term) -> Term:
        return encoding.z3.simplify(term)

    if isinstance(read, Truth):
        if encoding.z3.is_true(simple(read.true)):
            return True
        return False if encoding.z3.is_true(simple(read.false)) else None
    if not encoding.z3.is_true(simple(read.known)):
        return None
    return _value(criterion, pinned, encoding, read, simple)


def _value(
    criterion: Criterion, pinned: Facts, encoding: Encoding, pair: Pair, simple: Callable[[Term], Term]
) -> Value:
    match criterion.type:
        case DateType():
            year, month, day = (simple(part).as_long() for part in cast("Day", pair.term).parts)
            return dt.date(year, month, day)
        case StringType():
            number = Fraction(simple(pair.term).as_fraction())
            constants = (node.value for node in walk_once(criterion.core) if node.op == "const")
            texts = (text for text in (*pinned.values(), *constants) if isinstance(text, str))
            return next(text for text in texts if encoding.text_number(text) == number)
        case DecimalType() | QuantityType():
            number = Fraction(simple(pair.term).as_fraction())
            return WIDE.divide(Decimal(number.numerator), Decimal(number.denominator))
        case _:
            return int(simple(pair.term).as_long())


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
