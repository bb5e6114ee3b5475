"""HL7's conformance cases for CQL, those inside the subset, in every reading of the language."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pysqlite3
import pytest
import sqlalchemy as sa

from engine.criteria import Criterion, CriterionError, Names, Value, compile_criterion, parse
from engine.criteria.text import write
from tests.conformance.lifting import Lifted
from tests.conformance.readings import (
    Reading,
    Refused,
    alike,
    by_closures,
    by_generated,
    by_lazy,
    by_polars,
    by_solver,
    by_sql,
)

FOLDER = Path(__file__).with_name("cql")
NULL_BY_CHOICE = {"DateTimeAddInvalidYears", "DateTimeSubtractInvalidYears"}
"""A date out of the calendar is an error in the source's cases; here it is unknown, or refused when fixed."""
MAY_REFUSE = {
    "Decimal10Pow28ToZeroOneStepDecimalMaxValue",
    "DecimalNeg10Pow28ToZeroOneStepDecimalMinValue",
}
"""Values of 28 digits and 8 places, which no column engine but PostgreSQL holds."""


def _lines(name: str) -> Iterator[dict[str, Any]]:
    with (FOLDER / name).open(encoding="utf-8") as file:
        yield from map(json.loads, file)


@cache
def cases() -> tuple[dict[str, Any], ...]:
    subset = set((FOLDER / "subset.txt").read_text("utf-8").split("\n"))
    official = [
        case for case in _lines("cases.jsonl") if f"{case['file']}/{case['group']}/{case['name']}" in subset
    ]
    dates = [case for case in _lines("adapted-dates.jsonl") if case["name"] not in NULL_BY_CHOICE]
    return (*official, *dates)


def answered() -> list[dict[str, Any]]:
    return [case for case in cases() if case["expected"] != "invalid"]


def refused() -> list[dict[str, Any]]:
    return [case for case in cases() if case["expected"] == "invalid"]


def _id(case: dict[str, Any]) -> str:
    return f"{case['group']}-{case['name']}"


def expected(case: dict[str, Any]) -> Value:
    return compile_criterion(case["expected"], Names()).evaluate({})


def lifted(case: dict[str, Any]) -> tuple[Criterion, Lifted]:
    found = Lifted(parse(case["expression"]))
    return compile_criterion(found.text, found.names), found


def test_the_subset_is_whole():
    """252 cases are inside the subset; 37 of the 39 date cases are answered as their source does."""
    assert len(cases()) == 252 + 37
    assert len(refused()) == 9


@pytest.mark.parametrize("case", refused(), ids=_id)
def test_what_cql_refuses_is_refused_with_a_place(case: dict[str, Any]):
    """Numbers out of range are found when the criterion is read."""
    with pytest.raises(CriterionError) as error:
        compile_criterion(case["expression"], Names())

    (problem,) = error.value.problems
    assert problem.code == "number-out-of-range"
    assert case["expression"][problem.start : problem.end].lstrip("+-")
    assert problem.line == 1


@pytest.mark.parametrize("case", answered(), ids=_id)
def test_a_case_written_out_has_the_answer_of_the_standard(case: dict[str, Any]):
    """With its literals in place, in the closures and in generated code."""
    criterion = compile_criterion(case["expression"], Names())
    row = {"Today()": Lifted(parse("true")).facts["Today()"]}
    for reading in (by_closures, by_generated, by_lazy):
        (answers,) = reading([criterion], [row])
        assert not isinstance(answers, Refused)
        assert alike(criterion, answers[0], expected(case))


@pytest.mark.parametrize("case", answered(), ids=_id)
def test_a_case_keeps_its_meaning_when_formatted(case: dict[str, Any]):
    """Text to tree to text to tree: the second text is the first one's."""
    tree = parse(case["expression"])
    assert parse(write(tree)) == tree
    assert write(parse(write(tree))) == write(tree)


READINGS: dict[str, Reading] = {
    "closures": by_closures,
    "generated": by_generated,
    "generated-lazy": by_lazy,
    "polars": by_polars,
    "solver": by_solver,
}


@pytest.mark.parametrize("name", READINGS)
def test_every_case_in_a_reading(name: str):
    """Each literal is a fact here, so that nothing is worked out before the reading sees it."""
    _all_cases(READINGS[name], may_refuse=MAY_REFUSE if name == "polars" else set())


def test_every_case_in_sqlite():
    """SQLite keeps decimals as doubles, so it refuses what it could not keep."""
    engine = sa.create_engine("sqlite://", module=pysqlite3)
    try:
        _all_cases(by_sql(engine, "sqlite"), may_refuse=MAY_REFUSE)
    finally:
        engine.dispose()


@pytest.mark.postgres
@pytest.mark.slow
def test_every_case_in_postgresql(postgres_url: sa.URL):
    """PostgreSQL refuses none."""
    engine = sa.create_engine(postgres_url)
    try:
        _all_cases(by_sql(engine, "postgresql"), may_refuse=set())
    finally:
        engine.dispose()


def _all_cases(reading: Reading, may_refuse: set[str]) -> None:
    wrong: list[str] = []
    for case in answered():
        criterion, found = lifted(case)
        (answers,) = reading([criterion], [found.facts])
        if isinstance(answers, Refused):
            if case["name"] not in may_refuse:
                wrong.append(f"{case['name']}: refused, {answers.reason}")
        elif not alike(criterion, answers[0], expected(case)):
            wrong.append(f"{case['name']}: {case['expression']} gave {answers[0]!r}, not {case['expected']}")
    assert not wrong, "\n".join(wrong)
