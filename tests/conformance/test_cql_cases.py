"""HL7's conformance cases for CQL in every reading of the language."""

import pytest
import sqlalchemy as sa

from engine.criteria import parse
from engine.criteria.text import write
from engine.population.conformance import ConformanceCase, Judged, Outcome
from tests.support.conformance_page import DATES, FOLDER, PAGE, all_cases, judged_here, judged_on_server, page

MAY_REFUSE = {
    "Decimal10Pow28ToZeroOneStepDecimalMaxValue",
    "DecimalNeg10Pow28ToZeroOneStepDecimalMinValue",
}
"""Values of 28 digits and 8 places, which no column engine but PostgreSQL holds."""
NULL_BY_CHOICE = {"DateTimeAddInvalidYears", "DateTimeSubtractInvalidYears"}
"""A date out of the calendar is an error in the source's cases; here it is unknown, or refused when fixed."""


def _id(case: ConformanceCase) -> str:
    return f"{case.file}/{case.group}/{case.name}"


def every() -> list[Judged]:
    return [one for part in judged_here().values() for one in part]


def subset() -> set[str]:
    return {line for line in (FOLDER / "subset.txt").read_text("utf-8").split("\n") if line}


class TestSubset:
    def test_the_language_answers_just_what_the_subset_names(self):
        """252 cases are inside. Of these 9 want an error; 37 of the 39 date cases want an answer."""
        official = judged_here()["cases.jsonl"]
        asked = {_id(one.case) for one in official if one.problem is None}
        refused = {_id(one.case) for one in official if one.refused_as_asked}
        named = subset()

        assert len(named) == 252
        assert asked == named - refused
        assert len(named & refused) == 9
        assert sum(one.problem is None for one in judged_here()[DATES]) == 37

    def test_what_cql_refuses_is_refused_with_a_place(self):
        """Numbers out of range are found when the criterion is read."""
        named = subset()
        refused = [one for one in every() if one.refused_as_asked and _id(one.case) in named]

        for one in refused:
            assert one.problem is not None
            assert one.problem.code == "number-out-of-range"
            assert one.case.expression[one.problem.start : one.problem.end].lstrip("+-")
            assert one.problem.line == 1

    def test_a_fixed_date_out_of_the_calendar_is_refused(self):
        refused = [one for one in judged_here()[DATES] if one.problem is not None]

        assert {one.case.name for one in refused} == NULL_BY_CHOICE
        assert {one.problem.code for one in refused if one.problem} == {"date-too-far"}


@pytest.mark.parametrize("reading", ["closures", "generated", "generated-lazy", "polars", "sqlite", "z3"])
def test_every_case_in_a_reading(reading: str):
    """As it is written, and with each literal a fact, so that nothing is worked out beforehand."""
    _all_pass(every(), reading, MAY_REFUSE if reading in ("polars", "sqlite") else set())


@pytest.mark.postgres
@pytest.mark.slow
def test_every_case_in_postgresql(postgres_url: sa.URL):
    """PostgreSQL refuses none."""
    judged = judged_on_server(postgres_url)

    _all_pass([one for part in judged.values() for one in part], "postgresql", set())


def _all_pass(judged: list[Judged], reading: str, may_refuse: set[str]) -> None:
    asked = [one for one in judged if one.problem is None]
    assert len(asked) == 243 + 37
    bad = [
        f"{one.case.expression} should give {one.case.expected}: {one.verdicts[reading]}"
        for one in asked
        if not one.is_in(Outcome.PASSED, reading)
        and not (one.is_in(Outcome.REFUSED, reading) and one.case.name in may_refuse)
    ]
    assert not bad, "\n".join(bad)


def test_every_case_is_asked_in_both_forms():
    assert not [one.case.expression for one in every() if one.as_written_only]


def test_a_case_keeps_its_meaning_when_formatted():
    """Text to tree to text to tree: the second text is the first one's."""
    for one in every():
        if one.problem is None:
            tree = parse(one.case.expression)
            assert parse(write(tree)) == tree
            assert write(parse(write(tree))) == write(tree)


class TestPage:
    def test_the_page_is_the_one_that_the_cases_make(self):
        """Without its column of PostgreSQL, in which nothing is refused or wrong: the test above asks that.

        To write it anew: `python -m tests.support.conformance_page`.
        """
        kept: list[str] = []
        for line in PAGE.read_text("utf-8").splitlines():
            if line.startswith("| PostgreSQL |"):
                assert line == f"| PostgreSQL | {243 + 37} | 0 | 0 |"
            elif line.count("|") == 12:
                kept.append(line[: line.rstrip("|").rindex("|") + 1])
            else:
                kept.append(line)

        assert kept == page(judged_here()).splitlines()

    def test_its_column_of_postgresql_is_that_of_the_closures(self):
        rows = [
            line.split("|")[1:-1] for line in PAGE.read_text("utf-8").splitlines() if line.count("|") == 12
        ]
        heads = [head.strip() for head in rows[0]]
        closures, postgresql = heads.index("closures"), heads.index("PostgreSQL")

        assert len(rows) == 2 + 16 + 2
        assert all(row[closures] == row[postgresql] for row in rows[1:] if row[1].strip().isdigit())

    def test_every_file_of_the_source_has_a_row(self):
        text = PAGE.read_text("utf-8")

        assert all(f"| {case.file} |" in text for case in all_cases()["cases.jsonl"])
