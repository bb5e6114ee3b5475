"""`move-never-permitted`: a move that no patient can ever make."""

from collections.abc import Iterator

from engine.definition.judging import warning
from engine.model.algorithm import Move
from engine.model.place import Finding
from engine.proof.checks.requirement_never_fresh import unmet
from engine.proof.deciding import Deciding
from engine.proof.forms import Assuming
from engine.proof.world import Bound

CODE = "move-never-permitted"
_ANY = frozenset((Assuming.GATES_PASS, Assuming.NO_SAFETY_STOP))


def move_never_permitted(deciding: Deciding) -> Iterator[Finding]:
    """Each move that no evidence and no history permits, in any step it starts in."""
    for move in deciding.algorithm.moves.values():
        if not move.sources or any(deciding.can(move.id, step, _ANY) for step in move.sources):
            continue
        if unmet(deciding, move):
            continue  # told of at the requirement
        own = _criterion_can_hold(deciding, move)
        what = (
            "what it requires contradicts the step it leaves or enters"
            if own
            else "its criterion never holds"
        )
        yield warning(
            CODE,
            move.place,
            f"no patient can ever be permitted to make move `{move.id}`: {what}",
            "it would stand in the diagram as a way that is open to nobody",
            "look for two conditions that exclude each other, or delete the move",
        )


def _criterion_can_hold(deciding: Deciding, move: Move) -> bool:
    truth = deciding.world.truth(move.when, Bound(move=move))
    return any(deciding.sat(truth.true, deciding.at(step)) for step in move.sources)
