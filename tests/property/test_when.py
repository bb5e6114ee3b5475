"""Dates on which time alone changes an answer are exact to the day."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.model.decision import Status
from engine.runtime.decide import day_of, move_decision
from engine.runtime.moves import move_status
from tests.support.algorithms import shipped_algorithm
from tests.support.walks import Walk, walks

NAME = "stepwise-depression"
ALGORITHM = shipped_algorithm(NAME)
RANK = {Status.REFUSED: 0, Status.UNDECIDED: 1, Status.PERMITTED: 2}
LOOK_AHEAD_DAYS = 45


@given(walk=walks(NAME), data=st.data())
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
def test_an_answer_changes_on_the_day_it_names_and_not_before(walk: Walk, data: st.DataObject) -> None:
    """Asking on every day to come finds the same first change and the same first better answer."""
    day = day_of(ALGORITHM, walk.case, walk.today)
    here = sorted(move.id for move in ALGORITHM.moves_from(walk.case.step))
    if not here:
        return
    name = data.draw(st.sampled_from(here))
    decision = move_decision(day, name, timing=True)
    statuses = {
        n: move_status(day.at(walk.today + timedelta(days=n)), ALGORITHM.moves[name])
        for n in range(1, LOOK_AHEAD_DAYS + 1)
    }
    changed = next((n for n, status in statuses.items() if status is not decision.status), None)
    better = next((n for n, status in statuses.items() if RANK[status] > RANK[decision.status]), None)
    last = walk.today + timedelta(days=LOOK_AHEAD_DAYS)
    holds_until = walk.today + timedelta(days=changed - 1) if changed else None
    again_on = walk.today + timedelta(days=better) if better else None
    if changed or (decision.holds_until is not None and decision.holds_until < last):
        assert decision.holds_until == holds_until
    if better or (decision.again_on is not None and decision.again_on <= last):
        assert decision.again_on == again_on
