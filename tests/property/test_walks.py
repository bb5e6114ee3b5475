"""What holds on every walk, whatever is entered and in whatever order."""

from dataclasses import replace
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.model.decision import Status
from engine.model.event import EventType
from engine.runtime import decide, replay
from engine.runtime.decide import day_of
from engine.runtime.machine import StepMachine
from engine.runtime.moves import move_status
from tests.support.algorithms import shipped_algorithm
from tests.support.walks import Walk, walks

NAME = "stepwise-depression"
ALGORITHM = shipped_algorithm(NAME)
FEW = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@given(walk=walks(NAME))
@FEW
def test_replaying_a_history_rebuilds_the_case(walk: Walk) -> None:
    """Folding the stored history gives the case the care team saw live, at every moment of it."""
    assert replay(ALGORITHM, walk.events) == walk.case
    half = len(walk.events) // 2 + 1
    assert replay(ALGORITHM, walk.events, as_of=half) == replay(ALGORITHM, walk.events[:half])


@given(walk=walks(NAME))
@FEW
def test_only_a_made_move_changes_the_step(walk: Walk) -> None:
    """Every change of step is one edge of the algorithm, recorded as a move."""
    step = ALGORITHM.start
    for event in walk.events:
        if event.type is EventType.MOVE_MADE:
            assert event.payload["from"] == step
            move = ALGORITHM.moves[str(event.payload["move"])]
            assert step in move.sources
            step = ALGORITHM.target_of(move, step)
    assert walk.case.step == step


@given(walk=walks(NAME))
@FEW
def test_a_move_is_made_only_where_it_was_permitted_or_deviated(walk: Walk) -> None:
    """A made move has a permitted decision, or a recorded deviation that its decision allowed."""
    for entered in walk.entered:
        made = {str(d.payload["move"]): d.payload for d in entered.drafts if d.type is EventType.MOVE_MADE}
        for name, payload in made.items():
            decision = entered.moves[name]
            assert decision.status is Status.PERMITTED or (
                payload["deviation"] is not None and decision.deviable
            )


def _never(self: StepMachine, *args: object, **kwargs: object) -> str:
    raise AssertionError("the machine was asked")


@given(data=st.data())
@settings(FEW, max_examples=100)
def test_no_call_changes_a_step_except_through_the_machine(data: st.DataObject) -> None:
    """With a machine that refuses to work, no sequence of public calls leaves the first step."""
    with patch.object(StepMachine, "make", _never), patch.object(StepMachine, "replayed", _never):
        try:
            walk = data.draw(walks(NAME))
        except AssertionError:
            return
        assert walk.case.step == ALGORITHM.start
        assert len(walk.case.visits) == 1


@given(walk=walks(NAME))
@settings(FEW, max_examples=100)
def test_the_short_answer_and_the_explained_one_agree(walk: Walk) -> None:
    """Deciding without reasons gives the status that deciding with reasons gives."""
    decisions = decide(ALGORITHM, walk.case, walk.today)
    day = day_of(ALGORITHM, walk.case, walk.today)
    for name, decision in decisions.moves.items():
        assert move_status(day, ALGORITHM.moves[name]) is decision.status
        if decision.status is not Status.PERMITTED:
            assert any(reason.holds is not True for reason in decision.reasons), name


@given(walk=walks(NAME), data=st.data())
@settings(FEW, max_examples=100)
def test_hiding_evidence_never_permits(walk: Walk, data: st.DataObject) -> None:
    """Without any record of one evidence type no refused or undecided move becomes permitted.

    Interrupts are read from the history, so that hiding what raised one does not release it.
    """
    kinds = sorted({record.type for record in walk.case.records})
    if not kinds:
        return
    hidden = data.draw(st.sampled_from(kinds))
    case = replace(walk.case, records=tuple(r for r in walk.case.records if r.type != hidden))
    before, after = (day_of(ALGORITHM, c, walk.today) for c in (walk.case, case))
    for move in ALGORITHM.moves.values():
        if move_status(after, move) is Status.PERMITTED:
            assert move_status(before, move) is Status.PERMITTED, (move.id, hidden)
