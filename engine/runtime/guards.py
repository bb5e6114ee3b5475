"""Guards: the criteria of every move as one generated function each, for bulk work over flat facts.

A guard answers for a move's own criteria and the bounds of its steps. Requirements, gates, interrupts and
options need a history; where those matter, `moves.py` decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.criteria.generate import EvaluateMany, compile_many
from engine.model.algorithm import Algorithm, Move
from engine.model.criterion import AllOf, Condition
from engine.runtime.moves import UNBOUND_BY_LEAVE
from engine.runtime.plan import plan_of


@dataclass(frozen=True, slots=True)
class Edge:
    """One move in one step: its guard (from facts to a tuple of one Kleene value), and where it leads."""

    guard: EvaluateMany
    target: str


def guards_of(algorithm: Algorithm) -> Mapping[tuple[str, str], Edge]:
    """(step, move) to its edge, for every move in every step it starts from.

    The guard reads flat facts by name; `guard(facts)[0]` is the Kleene *and* of the move's criteria.
    """
    plan = plan_of(algorithm)
    edges: dict[tuple[str, str], Edge] = {}
    made: dict[Condition, EvaluateMany] = {}
    for move in algorithm.moves.values():
        for step in move.sources:
            condition = criteria_of(algorithm, move, step)
            guard = made.get(condition)
            if guard is None:
                guard = made[condition] = compile_many([plan.of(condition)], lazy=True)
            edges[step, move.id] = Edge(guard, algorithm.target_of(move, step))
    return edges


def criteria_of(algorithm: Algorithm, move: Move, step: str) -> Condition:
    """All criteria of a move made in a step: its own, the step's `leave` and the target's `enter`."""
    leave = algorithm.steps[step].leave
    conditions = [move.when]
    if move.kind not in UNBOUND_BY_LEAVE and move.kind not in leave.except_kinds:
        conditions.append(leave.when)
    if move.target is not None:
        enter = algorithm.steps[move.target].enter
        conditions.append(None if move.kind in enter.except_kinds else enter.when)
    return AllOf(tuple(condition for condition in conditions if condition is not None))
