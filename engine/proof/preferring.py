"""What a patient in a story should be like where the claim leaves it open: plain and round."""

from collections.abc import Iterator
from dataclasses import replace

from engine.criteria.solver_terms import Day, Term
from engine.model.gate import Interrupt
from engine.model.time import EVER
from engine.proof.permitting import requirement_truth
from engine.proof.world import Bound, World

_MOST = 60
"""Beyond these wishes the patient is plain enough."""


def preferences(world: World) -> list[Term]:
    """Wishes, the most important first; each is to be granted where it leaves some patient."""
    return [*_calm(world), *_round(world)]


def _calm(world: World) -> Iterator[Term]:
    """Nothing is taken that need not be, and no safety stop is raised, or could be.

    A stop that cannot be helped is raised by what is on record, or what its release asks for is on record.
    """
    z3 = world.z3
    stops = [_Stop(world, one) for one in world.algorithm.interrupts.values()]
    taken = [
        z3.Not(pair.term)
        for name, (pair, _) in world.encoding.variables.items()
        if name.startswith(("runs.", "had."))
    ]
    yield z3.And([*(stop.quiet for stop in stops), *taken])
    for stop in stops:
        yield stop.quiet
        yield stop.told
    yield from taken


class _Stop:
    """A safety stop as the story can make it, whatever the age of the records."""

    def __init__(self, world: World, stop: Interrupt) -> None:
        z3 = world.z3
        ever = Bound(windows=tuple((kind, EVER) for kind in sorted(world.algorithm.evidence)))
        flag, raised = world.flag(f"stop.{stop.id}"), world.truth(stop.raise_when, ever).true
        needs = [requirement_truth(world, replace(one, within=EVER)).true for one in stop.release_requires]
        released = z3.And([z3.Not(flag), *needs, world.truth(stop.release_when, ever).true])
        self.quiet = z3.And(z3.Not(flag), z3.Not(raised))
        self.told = z3.Or(flag == raised, released)


def _round(world: World) -> Iterator[Term]:
    wishes = 0
    for name, (pair, _) in list(world.encoding.variables.items()):
        root, _, rest = name.partition(".")
        if wishes >= _MOST or isinstance(pair.term, Day):
            continue
        if root == "patient" and rest == "age_years":
            yield pair.term == 40
        elif name in ("trial.weeks", "trial.weeks_at_minimum_dose"):
            yield pair.term == 8
        elif rest.startswith("adequate_failures"):
            wishes += 1
            yield pair.term == 0
