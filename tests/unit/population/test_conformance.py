"""What is said of a case: passed, refused, wrong, refused as it asks, or outside the language."""

import datetime as dt
from collections.abc import Sequence

import pytest

from engine.criteria import Criterion, Facts
from engine.population.conformance import ConformanceCase, Outcome, count, judge, work
from engine.population.readings import (
    Answers,
    Reading,
    Refused,
    by_closures,
    by_generated,
    by_sql,
    sqlite_in_memory,
)

TODAY = dt.date(2026, 3, 1)


def case(expression: str, expected: str | None) -> ConformanceCase:
    return ConformanceCase(1, expression, expected)


def judged(expression: str, expected: str | None, reading: Reading = by_closures):
    (found,) = judge([case(expression, expected)], {"reading": reading}, TODAY)
    return found


def verdict(expression: str, expected: str | None, reading: Reading = by_closures):
    found = judged(expression, expected, reading).verdicts["reading"]
    return found.outcome, found.said


class TestAnswer:
    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            ("1 / 1", "1.0"),
            ("1 / 0", "null"),
            ("0.5 + 0.5", "1.00"),
            pytest.param("1 'g' + 500 'mg'", "1.5 'g'", id="in-another-unit"),
            ("Today() - 1 day", "@2026-02-28"),
            ("'Partial' ~ 'partial'", "true"),
        ],
    )
    def test_the_expected_one_passes(self, expression, expected):
        assert verdict(expression, expected) == (Outcome.PASSED, "")

    @pytest.mark.parametrize(
        ("expression", "expected", "said"),
        [
            pytest.param("1 / 1", "1", "1.0", id="a-decimal-is-no-whole-number"),
            pytest.param("1 + 1", "2.0", "2", id="a-whole-number-is-no-decimal"),
            pytest.param("true", "null", "true", id="an-answer-is-not-unknown"),
            pytest.param("1 = null", "false", "null", id="unknown-is-not-false"),
            pytest.param("2 'g'", "2.0", "2 'g'", id="a-quantity-is-no-number"),
            pytest.param("2 'g'", "2 'mg'", "2 'g'", id="the-unit-counts"),
            pytest.param("2 'g'", "2 'd'", "2 'g'", id="another-kind-of-unit"),
            pytest.param("'a'", "'A'", "'a'", id="texts-keep-their-case"),
            pytest.param("@2026-03-01", "'2026-03-01'", "@2026-03-01", id="a-date-is-no-text"),
            pytest.param("1 + 1", "Interval[1, 2]", "2", id="an-expectation-outside-the-language"),
            pytest.param("1 / 0", None, "null", id="an-error-was-wanted"),
        ],
    )
    def test_any_other_is_wrong(self, expression, expected, said):
        assert verdict(expression, expected) == (Outcome.WRONG, said)


class TestReading:
    def test_a_criterion_outside_the_language_is_not_wrong(self):
        found = judged("exists ({1, 2} X where X > 1)", "true")

        assert found.outside
        assert not found.wrong
        assert found.verdicts == {}
        assert found.problem is not None
        assert found.problem.column > 1

    def test_a_refusal_that_the_case_wants_is_a_pass(self):
        found = judged("2147483648", None)

        assert found.refused_as_asked
        assert not found.outside

    def test_a_reading_may_refuse_with_its_reason(self):
        sqlite = sqlite_in_memory()
        try:
            outcome, said = verdict("0.33333333 * 3.0", "0.99999999", by_sql(sqlite, "sqlite"))
        finally:
            sqlite.dispose()

        assert outcome is Outcome.REFUSED
        assert "larger than this engine holds" in said

    def test_a_wrong_answer_weighs_more_than_a_refusal(self):
        def torn(criteria: Sequence[Criterion], rows: Sequence[Facts]) -> list[Answers]:
            return [[3] if criterion.facts else Refused("no constants") for criterion in criteria]

        found = judged("1 + 1", "2", torn).verdicts["reading"]

        assert (found.outcome, found.said, found.lifted) == (Outcome.WRONG, "3", True)

    def test_one_that_is_only_wrong_on_facts_is_found(self):
        """Constants are worked out when the criterion is read, so that a reading never sees them."""

        def forgetful(criteria: Sequence[Criterion], rows: Sequence[Facts]) -> list[Answers]:
            return by_closures(criteria, [dict.fromkeys(row) for row in rows])

        found = judged("1 + 1", "2", forgetful).verdicts["reading"]

        assert (found.outcome, found.said, found.lifted) == (Outcome.WRONG, "null", True)

    def test_one_that_breaks_on_a_case_is_told_and_hides_no_other(self):
        def brittle(criteria: Sequence[Criterion], rows: Sequence[Facts]) -> list[Answers]:
            if any("7" in criterion.text for criterion in criteria):
                raise RuntimeError("cannot count to seven\nlong story")
            return by_closures(criteria, rows)

        cases = [case("6 + 1", "7"), case("7", "7"), case("8", "8")]
        found = judge(cases, {"reading": brittle}, TODAY)

        assert [count([one], Outcome.PASSED, "reading") for one in found] == [1, 0, 1]
        assert found[1].verdicts["reading"].said == "no answer: cannot count to seven"

    def test_a_value_of_no_type_of_the_language_is_wrong(self):
        def in_binary(criteria: Sequence[Criterion], rows: Sequence[Facts]) -> list[Answers]:
            return [[0.5] for _ in criteria]  # pyright: ignore[reportReturnType] - that is the mistake

        outcome, said = verdict("1 / 2", "0.5", in_binary)

        assert outcome is Outcome.WRONG
        assert said.startswith("0.5, which is no value")


def test_criteria_with_the_same_names_of_facts_are_not_mixed_up():
    """Many are asked in one call, each with facts of its own."""
    cases = [case(f"{number} * 2", str(number * 2)) for number in range(100)]

    found = judge(cases, {"reading": by_generated}, TODAY)

    assert count(found, Outcome.PASSED, "reading") == 100


def test_a_criterion_too_long_with_facts_is_asked_as_it_is_written():
    text = f"Max({{{', '.join(['1'] * 3_300)}}})"

    found = judged(text, "1")

    assert found.as_written_only
    assert found.is_in(Outcome.PASSED, "reading")


def test_progress_ends_at_the_whole_of_the_work():
    told: list[tuple[int, str]] = []
    cases = [case("1", "1"), case("Ln(1)", "0.0")]
    readings = {"closures": by_closures, "generated": by_generated}

    judge(cases, readings, TODAY, lambda done, now: told.append((done, now)))

    assert told == [(1, ""), (4, ""), (5, "closures"), (6, "generated")]
    assert work(cases, readings) == 6
