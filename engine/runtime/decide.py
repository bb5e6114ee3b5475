"""Everything an algorithm says about a case on one day."""

from collections.abc import Iterator
from datetime import date

from engine.model.algorithm import Algorithm
from engine.model.case import Case
from engine.model.decision import Decision, Decisions
from engine.model.errors import UnknownNameError
from engine.model.evidence import Value
from engine.model.formulary import Role
from engine.runtime.checkpoints import due
from engine.runtime.day import Day
from engine.runtime.door import near
from engine.runtime.flags import flags
from engine.runtime.gate import gate_answer
from engine.runtime.moves import algorithm_ref
from engine.runtime.moves import decide_move as _decide_move
from engine.runtime.options import option_answer
from engine.runtime.plan import Plan, plan_of
from engine.runtime.when import timed


def day_of(algorithm: Algorithm, case: Case, today: date) -> Day:
    """A case on one day, for what reads facts of it."""
    return Day(plan_of(algorithm), case, today)


def decide(algorithm: Algorithm, case: Case, today: date, *, timing: bool = False) -> Decisions:
    """Every move, gate, option, flag and due checkpoint today.

    Args:
        timing: Also say when time alone changes the moves that start here (slower).
    """
    return decisions(day_of(algorithm, case, today), timing=timing)


def decisions(day: Day, *, timing: bool = False) -> Decisions:
    """As `decide`, for a day at hand."""
    algorithm = day.plan.algorithm
    moves = {move.id: _decide_move(day, move) for move in algorithm.moves.values()}
    if timing:
        moves = {
            name: timed(day, algorithm.moves[name], decision)
            if day.case.step in algorithm.moves[name].sources
            else decision
            for name, decision in moves.items()
        }
    return Decisions(
        step=day.case.step,
        today=day.today,
        algorithm=algorithm_ref(day),
        moves=moves,
        gates={gate.id: gate_answer(day, gate) for gate in algorithm.gates.values()},
        options={
            name: option_answer(day, algorithm.formulary.options[name], role) for name, role in _near(day)
        },
        interrupts=tuple(item.id for item in day.case.raised() if item.on <= day.today),
        flags=flags(day),
        due=due(day),
    )


def _near(day: Day) -> Iterator[tuple[str, Role]]:
    """Options that the current step and the steps one move away offer, each in its first role."""
    algorithm = day.plan.algorithm
    steps = dict.fromkeys(
        (day.case.step, *(m.target for m in algorithm.moves_from(day.case.step) if m.target))
    )
    found: dict[str, Role] = {}
    for step in steps:
        for role, rows in algorithm.steps[step].options.items():
            for row in rows:
                for name in row.options:
                    found.setdefault(name, role)
    yield from found.items()


def decide_move(
    algorithm: Algorithm,
    case: Case,
    move: str,
    today: date,
    *,
    roles: frozenset[str] | None = None,
    timing: bool = True,
) -> Decision:
    """The answer about one move.

    Raises:
        UnknownNameError: The algorithm has no such move. One that starts elsewhere is refused, not an error.
    """
    day = day_of(algorithm, case, today)
    return move_decision(day, move, roles, timing=timing)


def move_decision(
    day: Day, name: str, roles: frozenset[str] | None = None, *, timing: bool = False
) -> Decision:
    """As `decide_move`, for a day at hand."""
    moves = day.plan.algorithm.moves
    move = moves.get(name)
    if move is None:
        raise UnknownNameError("move", name, near(name, moves))
    decision = _decide_move(day, move, roles)
    return timed(day, move, decision) if timing else decision


def evaluate(algorithm: Algorithm, case: Case, text: str, today: date) -> Value | str | None:
    """Any criterion over the facts of a case; a count with unknowns as `1..2`.

    Raises:
        CriterionError: The text is not a criterion of this algorithm's names.
    """
    return evaluated(day_of(algorithm, case, today), text)


def evaluated(day: Day, text: str) -> Value | str | None:
    """As `evaluate`, for a day at hand."""
    name = text.strip()
    plan: Plan = day.plan
    if name.endswith(".adequate_failures") and plan.names.lookup(name) is not None:
        return day.facts.get_count(name)
    return plan.criterion(text).evaluate(day.facts)
