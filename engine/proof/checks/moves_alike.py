"""`moves-alike`: two moves of one kind whose criteria differ in words and in nothing else."""

from collections.abc import Iterator

from engine.definition.judging import warning
from engine.model.algorithm import Move, Step
from engine.model.criterion import text_of
from engine.model.place import Finding
from engine.proof.deciding import Deciding
from engine.proof.gaps import WILLING, pairs_of_one_kind

CODE = "moves-alike"


def moves_alike(deciding: Deciding) -> Iterator[Finding]:
    """Each pair of moves of one kind where, in every step of both, who is permitted one is permitted both."""
    apart: set[tuple[str, str]] = set()
    alike: dict[tuple[str, str], Step] = {}
    for step in deciding.algorithm.steps.values():
        for one, other in pairs_of_one_kind(deciding.algorithm, step):
            # The same words mean a choice that the author left to the clinician.
            if _words(one) == _words(other) or (one.id, other.id) in apart:
                continue
            if _told_apart(deciding, step, one, other):
                apart.add((one.id, other.id))
            else:
                alike.setdefault((one.id, other.id), step)
    for (one, other), step in alike.items():
        if (one, other) not in apart:
            yield warning(
                CODE,
                deciding.algorithm.moves[other].place,
                f"the criteria of moves `{one}` and `{other}` differ in words, but whoever may make one "
                f"of them in step `{step.id}` may make the other",
                "it reads as if one or the other were right, and both always are",
                "write what speaks for one and not for the other, or give both the same criterion",
            )


def _told_apart(deciding: Deciding, step: Step, one: Move, other: Move) -> bool:
    """Whether some patient is permitted one alone; moves that nobody can make are told of elsewhere."""
    first, second = (deciding.permitted(move.id, step.id, WILLING) for move in (one, other))
    here, z3 = deciding.at(step.id), deciding.world.z3
    if deciding.sat(here, first.true, z3.Not(second.true)) or deciding.sat(
        here, second.true, z3.Not(first.true)
    ):
        return True
    return not deciding.sat(here, first.true)


def _words(move: Move) -> str:
    return "" if move.when is None else text_of(move.when)
