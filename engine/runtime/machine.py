"""The state machine: the only way a case changes its step, and the only home of `transitions`.

Decide first and hand the decision in: the one condition only looks at it. `transitions` would answer a
failed condition with False in silence, accept an unknown target and add `to_<state>` jumps past every
guard; so names are checked before a machine is built, and automatic transitions are off.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, cast

from transitions import EventData, Machine

from engine.model.algorithm import Algorithm
from engine.model.decision import Decision, Status
from engine.model.errors import EngineError, UnknownNameError


class StepChangeError(EngineError):
    """A move was handed to the machine that its decision does not allow, or that does not start here."""


@dataclass(slots=True)
class _Walker:
    """Where one case stands during one move; never kept."""

    step: str


class _Trigger(Protocol):
    def trigger(self, model: object, /, **kwargs: object) -> bool: ...


def _permitted(event: EventData) -> bool:
    """Look at the decision: permitted, or passed by a deviation that its decision allows."""
    decision = cast(Decision, event.kwargs["decision"])
    deviated = cast(bool, event.kwargs["deviated"])
    if decision.subject != "move" or decision.id != event.event.name:
        return False
    return decision.status is Status.PERMITTED or (deviated and decision.deviable)


class StepMachine:
    """One machine per algorithm digest, shared by every case: it holds no case."""

    def __init__(self, algorithm: Algorithm) -> None:
        self._edges: Mapping[tuple[str, str], str] = {
            (move.id, source): algorithm.target_of(move, source)
            for move in algorithm.moves.values()
            for source in move.sources
        }
        steps = algorithm.steps
        for (move, source), target in self._edges.items():
            for step in (source, target):
                if step not in steps:
                    raise UnknownNameError("step", step, [])
            del move
        self._machine = Machine(
            model=None,
            states=list(steps),
            transitions=[
                {
                    "trigger": move,
                    "source": source,
                    "dest": "=" if target == source else target,
                    "conditions": [_permitted],
                }
                for (move, source), target in self._edges.items()
            ],
            initial=algorithm.start,
            auto_transitions=False,
            send_event=True,
            queued=False,
            model_attribute="step",
        )

    def make(self, step: str, decision: Decision, *, deviated: bool = False) -> str:
        """Make a decided move in `step` and return the step it leads to.

        Raises:
            StepChangeError: The decision refuses it, or the move does not start in `step`.
        """
        if (decision.id, step) not in self._edges:
            raise StepChangeError(f"move `{decision.id}` does not start in step `{step}`")
        walker = _Walker(step)
        events = cast(Mapping[str, _Trigger], self._machine.events)
        made = events[decision.id].trigger(walker, decision=decision, deviated=deviated)
        if made is not True:
            raise StepChangeError(f"move `{decision.id}` is {decision.status}, so it cannot be made")
        return walker.step

    def replayed(self, move: str, step: str) -> str:
        """The step a move of the history led to; the same edges, without asking again.

        Raises:
            StepChangeError: No such edge, so the history does not belong to this algorithm.
        """
        target = self._edges.get((move, step))
        if target is None:
            raise StepChangeError(
                f"the history makes move `{move}` in step `{step}`, where it does not start"
            )
        return target
