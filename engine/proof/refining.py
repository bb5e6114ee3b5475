"""Refinement: whether one algorithm permits no more than another, or exactly the same."""

from engine.model.algorithm import Algorithm
from engine.model.place import NOWHERE
from engine.proof import forms
from engine.proof.answers import Answer, Verdict, Witness
from engine.proof.axioms import RULES, equal
from engine.proof.comparing import OTHER
from engine.proof.forms import Stated
from engine.proof.permitting import move_truth
from engine.proof.solving import Asking, UndecidedError
from engine.proof.world import World


def refines(old: Algorithm, new: Algorithm, *, timeout_ms: int = 10_000) -> tuple[Answer, ...]:
    """For each move of the new algorithm: what it permits, the old one permits too.

    A move, or a step it is made from, that the old algorithm does not have is newly permitted as soon as it
    is permitted at all. Facts of the same name are the same fact.
    """
    mine = World(new)
    theirs = World(old, OTHER, beside=mine)
    asking = Asking(mine, theirs, timeout_ms=timeout_ms)
    return tuple(_move(new, old, name, mine, theirs, asking) for name in new.moves)


def _move(new: Algorithm, old: Algorithm, name: str, mine: World, theirs: World, asking: Asking) -> Answer:
    move = new.moves[name]
    before = old.moves.get(name)
    claim = Stated(
        name,
        f"{move.title}: permits no more than before",
        forms.Passes((name,)),
        general=True,
        place=move.place,
    )
    z3 = mine.z3
    for step in move.sources:
        now = move_truth(mine, move, step)
        known = before is not None and step in before.sources and before.target == move.target
        then = move_truth(theirs, before, step) if before is not None and known else None
        mine.close(RULES)
        theirs.close(RULES)
        yours = theirs.encoding.variables
        tie = [
            equal(mine, pair, yours[n][0])
            for n, (pair, kind) in mine.encoding.variables.items()
            if n in yours and type(yours[n][1]) is type(kind)
        ]
        closed = [z3.Not(then.true)] if then is not None else []
        try:
            found = asking.find(mine.code("step.id", step), now.true, *closed, *tie)
        except UndecidedError as error:
            return Answer(claim, Verdict.NOT_DECIDED, bound=str(error))
        if found is not None:
            text = f"{name} is permitted in {step}, and was not" if known else f"{name} in {step} is new"
            witness = Witness(step, found.facts(mine), name)
            return Answer(claim, Verdict.NOT_TRUE, (text,), (move.place or NOWHERE,), witness=witness)
    return Answer(
        claim, Verdict.PROVED, rests_on=("facts of one name are one fact", "parameters at their values")
    )
