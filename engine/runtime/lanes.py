"""Lanes of the board: what a case waits for, so that the most urgent stands first."""

from enum import StrEnum

from engine.model.algorithm import Move, MoveKind, StepKind
from engine.model.decision import Due, Status
from engine.runtime.checkpoints import due
from engine.runtime.day import Day
from engine.runtime.gate import gate_answer
from engine.runtime.moves import move_status


class Lane(StrEnum):
    """What a case waits for. A case is in the first lane that fits."""

    STOPPED = "stopped"
    """An interrupt is raised."""
    DECISION_DUE = "decision_due"
    """A move can be made, or a gate be passed and signed, now."""
    EVIDENCE_DUE = "evidence_due"
    """Something is to be recorded; in an assessment that is what it is for."""
    IN_TRIAL = "in_trial"
    MAINTENANCE = "maintenance"


ALWAYS_THERE = frozenset((MoveKind.BYPASS, MoveKind.EXIT))
"""Ways out that stand open all the time: they are no decision that waits."""


def lane_of(day: Day, due_now: tuple[Due, ...] | None = None) -> Lane | None:
    """The lane of a case today; None once it is closed or at an end.

    Args:
        day: The case and the day.
        due_now: What is due, where the caller knows it already.
    """
    case, algorithm = day.case, day.plan.algorithm
    kind = algorithm.steps[case.step].kind
    if case.closed_on is not None or kind is StepKind.END:
        return None
    if any(raised.on <= day.today for raised in case.raised()):
        return Lane.STOPPED
    if any(_waits(day, move) for move in algorithm.moves_from(case.step)):
        return Lane.DECISION_DUE
    if kind is StepKind.ASSESSMENT or (due(day) if due_now is None else due_now):
        return Lane.EVIDENCE_DUE
    return Lane.MAINTENANCE if kind is StepKind.MAINTENANCE else Lane.IN_TRIAL


def _waits(day: Day, move: Move) -> bool:
    if move.target is None or move.kind in ALWAYS_THERE:
        return False
    if move_status(day, move) is Status.PERMITTED:
        return True
    if move.gate is None:
        return False
    answer = gate_answer(day, day.plan.algorithm.gates[move.gate], shown=False)
    return answer.complete and not answer.failing and answer.signed_on is None
