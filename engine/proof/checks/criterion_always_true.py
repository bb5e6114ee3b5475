"""`criterion-always-true`: a criterion of a move that no patient can fail."""

from collections.abc import Iterator

from engine.definition.judging import warning
from engine.model.place import Finding
from engine.proof.deciding import Deciding
from engine.proof.world import Bound

CODE = "criterion-always-true"


def criterion_always_true(deciding: Deciding) -> Iterator[Finding]:
    """Each move whose criterion is false for no patient in any step it starts in."""
    for move in deciding.algorithm.moves.values():
        if move.when is None or not move.sources:
            continue
        truth = deciding.world.truth(move.when, Bound(move=move))
        if any(deciding.sat(truth.false, deciding.at(step)) for step in move.sources):
            continue
        yield warning(
            CODE,
            move.place,
            f"the criterion of move `{move.id}` is false for no patient",
            "it reads like a condition and holds back nobody",
            "look for a comparison that cannot fail, or leave the criterion out",
        )
