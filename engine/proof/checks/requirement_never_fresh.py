"""`requirement-never-fresh`: evidence that a move requires can never be recent enough for it."""

from collections.abc import Iterator

from engine.criteria.solver_terms import Term
from engine.definition.judging import warning
from engine.model.algorithm import Move
from engine.model.formulary import Requirement
from engine.model.place import Finding
from engine.proof.axioms import longest_days
from engine.proof.deciding import Deciding
from engine.proof.permitting import requirement_truth
from engine.proof.world import Bound, World

CODE = "requirement-never-fresh"


def requirement_never_fresh(deciding: Deciding) -> Iterator[Finding]:
    """Each requirement of a move that no patient meets who meets the move's criterion."""
    for move in deciding.algorithm.moves.values():
        for requirement in unmet(deciding, move):
            yield warning(
                CODE,
                requirement.place,
                f"move `{move.id}` requires `{requirement.type}`, but whoever meets its criterion "
                "has no record so recent",
                "the answer would stay undecided for every patient, whatever is recorded",
                "allow a longer time here, or look at the criterion again",
            )


def unmet(deciding: Deciding, move: Move) -> list[Requirement]:
    """Requirements of a move that exclude its criterion, where the criterion alone can hold."""
    criterion = deciding.world.truth(move.when, Bound(move=move)).true
    met = {number: _met(deciding.world, one) for number, one in enumerate(move.requires)}
    if not met or any(deciding.sat(criterion, deciding.at(step), *met.values()) for step in move.sources):
        return []
    steps = [step for step in move.sources if deciding.sat(criterion, deciding.at(step))]
    return [
        one
        for number, one in enumerate(move.requires)
        if steps and not any(deciding.sat(criterion, deciding.at(step), met[number]) for step in steps)
    ]


def _met(world: World, requirement: Requirement) -> Term:
    """That a requirement is met: by a record, and the last one is at least as recent as that."""
    met, most = requirement_truth(world, requirement).true, longest_days(requirement.within)
    if most is None or requirement.when is not None:
        return met
    return world.z3.And(met, world.fact(f"{requirement.type}.days_since").term <= most)
