"""Criteria over many cases: what a column engine gives, and what it refuses."""

from decimal import Decimal

import polars as pl
import pysqlite3
import pytest
import sqlalchemy as sa

from engine.criteria import (
    BOOLEAN,
    DATE,
    DECIMAL,
    STRING,
    DecimalType,
    IntegerType,
    Name,
    Names,
    Value,
    compile_criterion,
)
from engine.criteria.columns import ColumnError
from engine.criteria.columns_polars import polars_expressions, polars_frame, polars_schema
from engine.criteria.columns_sql import sql_columns, sql_expressions
from engine.criteria.generate import compile_many
from engine.population.readings import Refused, by_sql, sqlite_in_memory

NAMES = Names(
    (
        Name("score", IntegerType(0, 60)),
        Name("wide", IntegerType()),
        Name("dose", DecimalType(2, Decimal(0), Decimal(1000))),
        Name("endless", DECIMAL),
        Name("well", BOOLEAN),
        Name("note", STRING),
        Name("seen_on", DATE),
    )
)


def test_a_frame_has_the_columns_that_the_criteria_read():
    """With the types that keep their values exact."""
    criteria = [compile_criterion(text, NAMES) for text in ("score > 3 and dose < 2.5", "well or note = 'a'")]
    assert polars_schema(criteria) == {
        "score": pl.Int64(),
        "dose": pl.Decimal(38, 2),
        "well": pl.Boolean(),
        "note": pl.String(),
    }
    assert {name: str(type) for name, type in sql_columns(criteria).items()} == {
        "score": "BIGINT",
        "dose": "NUMERIC(38, 2)",
        "well": "BOOLEAN",
        "note": "TEXT",
    }


def test_a_column_keeps_unknown_apart_from_no():
    """Three answers for three cases."""
    criterion = compile_criterion("score >= 10 and well", NAMES)
    rows: list[dict[str, Value]] = [
        {"score": 12, "well": True},
        {"score": 12, "well": None},
        {"score": 5, "well": None},
    ]
    frame = polars_frame(rows, [criterion])
    (expression,) = polars_expressions([criterion])
    assert frame.select(expression.alias("answer"))["answer"].to_list() == [True, None, False]


@pytest.mark.parametrize(
    "text",
    [
        "true",
        "null = 1",
        "Coalesce(3, score) > 2",
        "if true then 1 else score",
        "-75 < (2147483647 + score) * 0.01",
        "if score > 99 then score else 3",
    ],
)
def test_a_constant_answer_is_as_long_as_the_frame(text: str):
    """polars would give one value for all rows."""
    criterion = compile_criterion(text, NAMES)
    frame = pl.DataFrame({"score": [1, 2, None]}, schema={"score": pl.Int64})
    (expression,) = polars_expressions([criterion])
    assert frame.with_columns(expression.alias("answer")).height == 3
    assert len(frame.select(expression.alias("answer"))) == 3


def test_sqlite_refuses_decimals_that_a_double_cannot_keep():
    """Fifteen digits are kept; a fact has to say how many it has."""
    criterion = compile_criterion("endless >= 0.1", NAMES)
    column = sa.column("endless", sa.Numeric())
    with pytest.raises(ColumnError, match="declare"):
        sql_expressions([criterion], {"endless": column}, "sqlite")
    assert sql_expressions([criterion], {"endless": column}, "postgresql")


def test_sqlite_refuses_results_that_64_bits_cannot_keep():
    """A product of four wide numbers."""
    criterion = compile_criterion("(wide * 1.5) * (wide * 1.5) > 3", NAMES)
    with pytest.raises(ColumnError, match="declare its range"):
        sql_expressions([criterion], {"wide": sa.column("wide", sa.BigInteger())}, "sqlite")


@pytest.mark.parametrize("engine", ["polars", "sqlite", "postgresql"])
def test_texts_without_codes_are_not_compared_loosely(engine: str):
    """Engines fold letters in different ways; `=` is sure."""
    criterion = compile_criterion("note ~ 'Straße'", NAMES)
    column = {"note": sa.column("note", sa.Text())}
    readings = {
        "polars": lambda: polars_expressions([criterion]),
        "sqlite": lambda: sql_expressions([criterion], column, "sqlite"),
        "postgresql": lambda: sql_expressions([criterion], column, "postgresql"),
    }
    with pytest.raises(ColumnError, match="write `=`"):
        readings[engine]()


def test_a_criterion_too_large_for_columns_is_refused():
    """An engine has no names for parts: a month's shift writes its date fifty times."""
    twice = compile_criterion("(seen_on + 1 month) + 1 month > @2026-03-01", NAMES)
    thrice = compile_criterion("((seen_on + 1 month) + 1 month) + 1 month > @2026-03-01", NAMES)
    assert polars_expressions([twice])
    with pytest.raises(ColumnError, match="parts"):
        polars_expressions([thrice])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(" and ".join(["met"] * 1_100), True, id="and"),
        pytest.param(" or ".join(["low"] * 1_100), False, id="or"),
        pytest.param(f"Coalesce({', '.join(['score'] * 1_000)}) = 3", True, id="coalesce"),
        pytest.param(f"score + 1 in {{{', '.join(str(n) for n in range(1_800))}}}", True, id="in"),
    ],
)
def test_long_lists_are_answered_by_code_and_by_sql(text: str, expected: bool):
    """Neither Python's brackets nor SQLite's stack bounds what an author may write side by side."""
    names = Names([Name("met", BOOLEAN), Name("low", BOOLEAN), Name("score", IntegerType(0, 2_000))])
    criterion = compile_criterion(text, names)
    facts: dict[str, Value] = {"met": True, "low": False, "score": 3}

    assert compile_many([criterion])(facts) == (expected,)
    engine = sqlite_in_memory()
    (answers,) = by_sql(engine, "sqlite")([criterion], [facts])
    engine.dispose()
    assert not isinstance(answers, Refused), answers.reason
    assert list(answers) == [expected]


def test_sqlite_refuses_to_compare_hundreds_of_values_at_once():
    """Each is written once for each other, so that unknown ones are passed over."""
    names = Names([Name("score", IntegerType(0, 27))])
    criterion = compile_criterion(f"Max({{{', '.join(['score'] * 51)}}}) > 3", names)
    with pytest.raises(ColumnError, match="at most 50 values"):
        sql_expressions([criterion], {"score": sa.column("score", sa.BigInteger())}, "sqlite")


def test_sql_keeps_its_brackets():
    """SQLAlchemy would write `NOT score IS NULL` for `(not ...) is null`, which asks something else."""
    engine = sa.create_engine("sqlite://", module=pysqlite3)
    criterion = compile_criterion("not (well = null) is null", NAMES)
    other = compile_criterion("(not well) is null", NAMES)
    table = sa.Table("facts", sa.MetaData(), sa.Column("well", sa.Boolean))
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), [{"well": True}, {"well": None}])
        expressions = sql_expressions([criterion, other], {"well": table.c.well}, "sqlite")
        rows = connection.execute(sa.select(*expressions)).all()
    engine.dispose()
    assert [tuple(row) for row in rows] == [(False, False), (False, True)]
