"""The day on which time alone changes an answer, exact to the day."""

import datetime as dt
from collections.abc import Callable

import pytest

from engine.criteria import TODAY, Facts, compile_criterion
from engine.criteria.flips import again_on, changes_on, flip_dates
from tests.unit.criteria.tables import NAMES, facts

TODAY_IS = dt.date(2026, 3, 1)
HORIZON = dt.date(2027, 3, 1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def patient(on: dt.date) -> Facts:
    """A PHQ-9 of 12 on 20 February that is fresh for 28 days, and a trial begun on 31 January."""
    row = dict(facts(trial_started_on=day("2026-01-31"), bipolar=False))
    row["trial.weeks"] = (on - day("2026-01-31")).days // 7
    row["phq9.total"] = 12 if on <= day("2026-03-20") else None
    row[TODAY] = on
    return row


def standing(name: str, on: dt.date) -> dt.date | None:
    """What stands still until when, for the patient above."""
    if name == "phq9.total":
        return day("2026-03-21") if on < day("2026-03-21") else None
    if name == "trial.weeks":
        return on + dt.timedelta(days=1)
    return None


@pytest.mark.parametrize("hint", [None, standing], ids=["every-day-looked-at", "told-what-stands-still"])
@pytest.mark.parametrize(
    ("text", "flips"),
    [
        pytest.param("weeks between trial.started_on and Today() >= 6", ["2026-03-14"], id="a-count-of-days"),
        pytest.param(
            "months between trial.started_on and Today() = 2",
            ["2026-03-31", "2026-04-30"],
            id="there-and-back",
        ),
        pytest.param("phq9.total >= 10", ["2026-03-21"], id="gone-stale"),
        pytest.param("trial.weeks >= 6 and phq9.total >= 10", ["2026-03-14", "2026-03-21"], id="each-leaf"),
        pytest.param("bipolar", [], id="stands-still"),
        pytest.param("true", [], id="no-facts"),
        pytest.param("trial.weeks - 5", [], id="beyond-nothing"),
    ],
)
def test_flip_dates(text: str, flips: list[str], hint: Callable[[str, dt.date], dt.date | None] | None):
    """Days on which a leaf differs from the day before."""
    criterion = compile_criterion(text, NAMES)
    found = list(flip_dates(criterion, patient, TODAY_IS, HORIZON, hint))
    if text == "trial.weeks - 5":
        # A number is one leaf: it changes with each week.
        assert found[:2] == [day("2026-03-07"), day("2026-03-14")]
        assert len(found) == 52
    elif text.startswith("months"):
        assert found == [day("2026-03-31"), day("2026-04-30") + dt.timedelta(days=1)]
    else:
        assert found == [day(one) for one in flips]


@pytest.mark.parametrize("hint", [None, standing], ids=["every-day-looked-at", "told-what-stands-still"])
def test_again_on_is_the_first_day_it_is_true(hint: Callable[[str, dt.date], dt.date | None] | None):
    """True on that day, not on the day before."""
    criterion = compile_criterion("trial.weeks >= 6 and not bipolar", NAMES)
    found = again_on(criterion, patient, TODAY_IS, HORIZON, hint)
    assert found == day("2026-03-14")
    assert criterion.evaluate(patient(day("2026-03-14"))) is True
    assert criterion.evaluate(patient(day("2026-03-13"))) is False


def test_again_on_passes_over_flips_that_do_not_make_it_true():
    """A score that goes stale makes it unknown, not true."""
    criterion = compile_criterion("phq9.total < 10 or trial.weeks >= 10", NAMES)
    assert again_on(criterion, patient, TODAY_IS, HORIZON) == day("2026-04-11")


def test_again_on_is_none_when_the_horizon_comes_first():
    """Six weeks are not up in a week."""
    criterion = compile_criterion("trial.weeks >= 6", NAMES)
    assert again_on(criterion, patient, TODAY_IS, day("2026-03-08")) is None


def test_the_horizon_itself_is_looked_at():
    """It is the last day, not the first one left out."""
    criterion = compile_criterion("trial.weeks >= 6", NAMES)
    assert again_on(criterion, patient, TODAY_IS, day("2026-03-14")) == day("2026-03-14")
    by_date = compile_criterion("weeks between trial.started_on and Today() >= 6", NAMES)
    assert again_on(by_date, patient, TODAY_IS, day("2026-03-14"), standing) == day("2026-03-14")


def test_an_answer_holds_until_it_is_another():
    """From yes to unknown counts as a change."""
    criterion = compile_criterion("phq9.total >= 10 and trial.weeks < 40", NAMES)
    assert criterion.evaluate(patient(TODAY_IS)) is True
    assert changes_on(criterion, patient, TODAY_IS, HORIZON) == day("2026-03-21")
    steady = compile_criterion("bipolar", NAMES)
    assert changes_on(steady, patient, TODAY_IS, HORIZON) is None


def test_what_stands_still_is_not_looked_at():
    """With a hint, the facts are asked for once, and on the days they may change."""
    asked: list[dt.date] = []

    def counting(on: dt.date) -> Facts:
        asked.append(on)
        return patient(on)

    criterion = compile_criterion(
        "phq9.total >= 10 and weeks between trial.started_on and Today() >= 6", NAMES
    )
    found = again_on(criterion, counting, TODAY_IS, HORIZON, standing)
    assert found == day("2026-03-14")
    assert len(asked) < 10
