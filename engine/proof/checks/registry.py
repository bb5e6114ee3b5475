"""The list of checks that ask the solver, written out: a check that is not listed here does not run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.model.algorithm import Algorithm
from engine.model.place import Finding
from engine.proof.checks.criterion_always_true import criterion_always_true
from engine.proof.checks.criterion_never_true import criterion_never_true
from engine.proof.checks.move_never_permitted import move_never_permitted
from engine.proof.checks.moves_alike import moves_alike
from engine.proof.checks.requirement_never_fresh import requirement_never_fresh
from engine.proof.checks.step_without_move import step_without_move
from engine.proof.deciding import Deciding
from engine.proof.solving import UndecidedError

_TIMEOUT_MS = 500


@dataclass(frozen=True, slots=True)
class SolvedCheck:
    """One check.

    Attributes:
        code: Names its function, its file, its page `docs/checks/<code>.md` and its test.
        function: Gives its findings, in any order. All checks of a run share one world of patients.
    """

    code: str
    function: Callable[[Deciding], Iterator[Finding]]


def _checks(*functions: Callable[[Deciding], Iterator[Finding]]) -> tuple[SolvedCheck, ...]:
    return tuple(SolvedCheck(one.__name__.replace("_", "-"), one) for one in functions)


SOLVED = _checks(
    move_never_permitted,
    criterion_always_true,
    criterion_never_true,
    requirement_never_fresh,
    step_without_move,
    moves_alike,
)


def solved_findings(algorithm: Algorithm) -> tuple[Finding, ...]:
    """Everything these checks find in an algorithm that can be used.

    They hold for every value that a clinic may give the parameters. What the solver cannot decide in half
    a second is not told of.
    """
    deciding = Deciding(algorithm, varying=True, timeout_ms=_TIMEOUT_MS)
    return tuple(finding for check in SOLVED for finding in _told(check, deciding))


def _told(check: SolvedCheck, deciding: Deciding) -> Iterator[Finding]:
    try:
        yield from check.function(deciding)
    except UndecidedError:
        return
