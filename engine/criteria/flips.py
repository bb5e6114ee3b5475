"""When time alone changes an answer: the days on which a leaf, or the whole criterion, turns.

Facts move with time without any new evidence: counts of weeks grow, evidence goes stale. The caller gives
the facts as they would be on a later day; what is not known to stand still is looked at every day, so the
days found are exact.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import cast

from engine.criteria.core import walk_once
from engine.criteria.criterion import Criterion
from engine.criteria.evaluate import Evaluate
from engine.criteria.explain import Leaf, leaves
from engine.criteria.names import TODAY
from engine.criteria.types import Facts, Value

FactsAt = Callable[[dt.date], Facts]
"""The facts as they would be on a day with no new evidence; `Today()` among them."""
NextChange = Callable[[str, dt.date], dt.date | None]
"""The first day after the given one on which a fact may differ from the day before; None is never.

It may name a day too early (then the fact is only looked at), never one too late.
"""
_DAY = dt.timedelta(days=1)


def flip_dates(
    criterion: Criterion,
    facts_at: FactsAt,
    today: dt.date,
    horizon: dt.date,
    next_change: NextChange | None = None,
) -> Iterator[dt.date]:
    """Days after `today`, in order, on which some leaf differs from the day before by time alone.

    Args:
        horizon: The last day looked at.
        next_change: Says which facts stand still until when, so that those days need no look at them.
            Without it each fact but constants of the case is taken to change any day.
    """
    seen: dict[dt.date, Facts] = {}

    def once(day: dt.date) -> Facts:
        if day not in seen:
            seen[day] = facts_at(day)
        return seen[day]

    days: set[dt.date] = set()
    for leaf in leaves(criterion):
        days.update(_flips_of(leaf, once, today, horizon, next_change))
    return iter(sorted(days))


def changes_on(
    criterion: Criterion,
    facts_at: FactsAt,
    today: dt.date,
    horizon: dt.date,
    next_change: NextChange | None = None,
) -> dt.date | None:
    """The first day after `today` on which the whole result differs from today's; None within `horizon`."""
    now = criterion.evaluate(facts_at(today))
    for day in flip_dates(criterion, facts_at, today, horizon, next_change):
        if criterion.evaluate(facts_at(day)) != now:
            return day
    return None


def again_on(
    criterion: Criterion,
    facts_at: FactsAt,
    today: dt.date,
    horizon: dt.date,
    next_change: NextChange | None = None,
) -> dt.date | None:
    """The first day after `today` on which the criterion becomes true: true then, not on the day before."""
    before = criterion.evaluate(facts_at(today))
    for day in flip_dates(criterion, facts_at, today, horizon, next_change):
        value = criterion.evaluate(facts_at(day))
        if value is True and before is not True:
            return day
        before = value
    return None


def _flips_of(
    leaf: Leaf, facts_at: FactsAt, today: dt.date, horizon: dt.date, next_change: NextChange | None
) -> Iterator[dt.date]:
    reads = sorted({cast("str", node.value) for node in walk_once(leaf.core) if node.op == "fact"})
    if not reads:
        return
    before = leaf.evaluate(facts_at(today))
    day = today
    while day < horizon:
        if next_change is None:
            until = day + _DAY
        else:
            changes = (next_change(name, day) for name in reads if name != TODAY)
            # A day that is not later would never end the search.
            until = max(min((one for one in changes if one is not None), default=horizon + _DAY), day + _DAY)
            if TODAY in reads and until > day + _DAY:
                # Nothing but the date moves: the leaf is asked day by day over one set of facts.
                last = min(until - _DAY, horizon)
                for moved, value in _by_date_alone(leaf.evaluate, reads, facts_at(day), day, last):
                    if value != before:
                        yield moved
                        before = value
        if until > horizon:
            return
        value = leaf.evaluate(facts_at(until))
        if value != before:
            yield until
            before = value
        day = until


def _by_date_alone(
    evaluate: Evaluate, reads: list[str], facts: Facts, day: dt.date, last: dt.date
) -> Iterator[tuple[dt.date, Value]]:
    fixed: Mapping[str, Value] = {name: facts[name] for name in reads}
    moving = dict(fixed)
    while day < last:
        day += _DAY
        moving[TODAY] = day
        yield day, evaluate(moving)
