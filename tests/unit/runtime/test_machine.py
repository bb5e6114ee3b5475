"""The state machine looks at a decision, and nothing else makes it move."""

from dataclasses import replace
from datetime import date

import pytest

from engine.model.decision import AlgorithmRef, Decision, Status
from engine.runtime.machine import StepChangeError, StepMachine
from tests.support.algorithms import shipped_algorithm

ALGORITHM = shipped_algorithm("stepwise-depression")
MACHINE = StepMachine(ALGORITHM)
DECIDED = Decision(
    "move",
    "augment",
    "Add",
    Status.PERMITTED,
    date(2026, 3, 2),
    AlgorithmRef("stepwise-depression", "1", "x"),
)


def test_a_permitted_move_leads_to_its_target() -> None:
    """Where the definition says."""
    assert MACHINE.make("ssri", DECIDED) == "augmentation"


@pytest.mark.parametrize("status", [Status.REFUSED, Status.UNDECIDED])
def test_what_is_not_permitted_moves_nothing(status: Status) -> None:
    """Neither a refusal nor an open answer, deviated or not, unless a deviation may pass it."""
    with pytest.raises(StepChangeError):
        MACHINE.make("ssri", replace(DECIDED, status=status))
    with pytest.raises(StepChangeError):
        MACHINE.make("ssri", replace(DECIDED, status=status), deviated=True)
    assert (
        MACHINE.make("ssri", replace(DECIDED, status=status, deviable=True), deviated=True) == "augmentation"
    )


def test_a_decision_about_something_else_moves_nothing() -> None:
    """A permitted start is not a permitted move."""
    with pytest.raises(StepChangeError):
        MACHINE.make("ssri", replace(DECIDED, subject="start"))


def test_a_move_starts_only_where_it_is_drawn() -> None:
    """No edge, no move; also not when a history says so."""
    with pytest.raises(StepChangeError):
        MACHINE.make("remission", DECIDED)
    with pytest.raises(StepChangeError):
        MACHINE.replayed("augment", "remission")


def test_a_move_to_the_same_step_stays() -> None:
    """`to: same` keeps the step."""
    assert MACHINE.make("tms", replace(DECIDED, id="switch_within_step")) == "tms"


@pytest.mark.parametrize("step", ALGORITHM.steps)
@pytest.mark.parametrize("move", ALGORITHM.moves)
def test_live_and_replayed_moves_lead_to_the_same_step(step: str, move: str) -> None:
    """Both ways read the same edges, for every move in every step."""
    decided = replace(DECIDED, id=move)
    if step in ALGORITHM.moves[move].sources:
        assert MACHINE.make(step, decided) == MACHINE.replayed(move, step)
    else:
        with pytest.raises(StepChangeError):
            MACHINE.make(step, decided)
