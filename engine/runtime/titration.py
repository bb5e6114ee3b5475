"""Titration: the most a drug may be given in each week from its start."""

from datetime import date
from decimal import Decimal

from engine.model.case import Treatment
from engine.model.formulary import Option, Titration, TitrationColumn
from engine.runtime.day import Day
from engine.runtime.facts import Facts


def titration_maximum(day: Day, facts: Facts, option: Option) -> Decimal | None:
    """The maximum in mg a day for the week it is today, None where the drug has no titration.

    Weeks are 7 days from the start: days 0 to 6 are week 1. A drug not yet taken is in week 1.
    """
    if option.titration is None:
        return None
    column = _column(day, facts, option.titration)
    if column is None:
        return None
    started_on = _started_on(day, facts, option, option.titration)
    week = 0 if started_on is None else max(0, (day.today - started_on).days) // 7
    if week < len(column.maximum) - 1:
        return column.maximum[week]
    raised = [m for when, m in column.maintenance if day.plan.holds(when, facts) is True]
    return max((column.maximum[-1], *raised))


def _column(day: Day, facts: Facts, titration: Titration) -> TitrationColumn | None:
    """The first column that holds."""
    return next((c for c in titration.columns if day.plan.holds(c.when, facts) is True), None)


def _started_on(day: Day, facts: Facts, option: Option, titration: Titration) -> date | None:
    """Start of the running course. A course begun again within the allowed gap goes on with its weeks."""
    courses = sorted(
        (t for t in day.treatments if t.option == option.id), key=lambda t: (t.started_on, t.seq)
    )
    if not courses:
        return None
    running = [t for t in courses if t.stopped_on is None]
    start = running[-1].started_on if running else day.today
    for earlier in reversed(courses):
        if earlier.stopped_on is None or earlier.stopped_on > start:
            continue
        if not _gap_allowed(day, facts, titration, earlier, start):
            break
        start = earlier.started_on
    return start


def _gap_allowed(day: Day, facts: Facts, titration: Titration, earlier: Treatment, start: date) -> bool:
    for when, gap in titration.restart_after_gap:
        if day.plan.holds(when, facts) is True:
            assert earlier.stopped_on is not None
            return gap.after(earlier.stopped_on) > start
    return False
