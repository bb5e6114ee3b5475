"""The bulk path and the full decision never contradict each other."""

from hypothesis import HealthCheck, given, settings

from engine.model.decision import Status
from engine.runtime.decide import day_of
from engine.runtime.guards import criteria_of, guards_of
from engine.runtime.moves import move_status
from engine.runtime.plan import plan_of
from tests.support.algorithms import shipped_algorithm
from tests.support.walks import Walk, walks

NAME = "stepwise-depression"
ALGORITHM = shipped_algorithm(NAME)
GUARDS = guards_of(ALGORITHM)


@given(walk=walks(NAME))
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
def test_a_guard_agrees_with_the_criteria_and_with_the_decision(walk: Walk) -> None:
    """On every walk the generated guard equals the closures; no move passes that its guard refuses."""
    day = day_of(ALGORITHM, walk.case, walk.today)
    for move in ALGORITHM.moves_from(walk.case.step):
        edge = GUARDS[walk.case.step, move.id]
        value = edge.guard(day.facts)[0]
        criteria = criteria_of(ALGORITHM, move, walk.case.step)
        assert value is plan_of(ALGORITHM).holds(criteria, day.facts)
        assert edge.target == ALGORITHM.target_of(move, walk.case.step)
        status = move_status(day, move)
        if value is False:
            assert status is Status.REFUSED
        if status is Status.PERMITTED:
            assert value is True
