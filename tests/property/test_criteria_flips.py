"""Flip dates against looking at every day, for facts that change by time alone in any way."""

import datetime as dt
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.criteria import BOOLEAN, DATE, TODAY, Facts, IntegerType, Name, Names, Value, compile_criterion
from engine.criteria.explain import leaves
from engine.criteria.flips import again_on, changes_on, flip_dates

START = dt.date(2026, 1, 20)
HORIZON = START + dt.timedelta(days=80)
DAYS = [START + dt.timedelta(days=i) for i in range(81)]
NAMES = Names((Name("x", IntegerType(0, 9)), Name("a", BOOLEAN), Name("seen_on", DATE)))
CRITERIA = (
    "x >= 4 and not a",
    "x >= 4 or a",
    "weeks between seen_on and Today() >= 3",
    "months between seen_on and Today() = 1 and x < 7",
    "difference in weeks between seen_on and Today() > x",
    "seen_on + 1 month <= Today() xor a",
    "days between seen_on and Today() in Interval[20, 30)",
    "x is null or Coalesce(x, 3) > 5",
    "weeks between seen_on and Today()",
)


class Timeline:
    """A patient whose facts stand still between a few days of their own."""

    def __init__(self, seed: int) -> None:
        r = random.Random(seed)
        self.steps: dict[str, list[tuple[dt.date, Value]]] = {
            "x": self._steps(r, lambda: r.choice((None, r.randint(0, 9)))),
            "a": self._steps(r, lambda: r.choice((None, True, False))),
            "seen_on": self._steps(
                r, lambda: r.choice((None, START - dt.timedelta(r.randint(0, 40)))), most=1
            ),
        }

    def _steps(self, r: random.Random, value, most: int = 4) -> list[tuple[dt.date, Value]]:
        days = sorted({START, *r.sample(DAYS, r.randint(0, most))})
        return [(day, value()) for day in days]

    def at(self, day: dt.date) -> Facts:
        row: dict[str, Value] = {TODAY: day}
        for name, steps in self.steps.items():
            row[name] = next(value for since, value in reversed(steps) if since <= day)
        return row

    def next_change(self, name: str, day: dt.date) -> dt.date | None:
        return next((since for since, _ in self.steps[name] if since > day), None)


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1))
def test_flip_dates_are_exact_to_the_day(seed: int):
    """With or without being told what stands still, they are the days found by looking at each."""
    patient = Timeline(seed)
    for text in CRITERIA:
        criterion = compile_criterion(text, NAMES)
        values = [tuple(leaf.evaluate(patient.at(day)) for leaf in leaves(criterion)) for day in DAYS]
        expected = [
            day for day, now, before in zip(DAYS[1:], values[1:], values, strict=False) if now != before
        ]
        whole = [criterion.evaluate(patient.at(day)) for day in DAYS]
        change = next((day for day, value in zip(DAYS, whole, strict=True) if value != whole[0]), None)
        again = next(
            (
                day
                for day, now, before in zip(DAYS[1:], whole[1:], whole, strict=False)
                if now is True and before is not True
            ),
            None,
        )
        for hint in (None, patient.next_change):
            assert list(flip_dates(criterion, patient.at, START, HORIZON, hint)) == expected, text
            assert changes_on(criterion, patient.at, START, HORIZON, hint) == change, text
            assert again_on(criterion, patient.at, START, HORIZON, hint) == again, text
