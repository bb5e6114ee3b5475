"""Gaps and choices: steps a patient cannot leave, and moves of one kind that are open at once.

Both are questions that an author did not have to claim. They are put as claims, so that they are answered,
told and kept like claims.
"""

from collections.abc import Iterator
from itertools import combinations

from engine.criteria.solver_terms import Day, Term
from engine.criteria.types import Value
from engine.model.algorithm import Algorithm, Move, MoveKind, Step, StepKind
from engine.proof import forms
from engine.proof.deciding import Deciding
from engine.proof.forms import Assuming, Stated
from engine.proof.solving import Found

GAP = "gap-"
CHOICE = "choice-"
WILLING = frozenset((Assuming.GATES_PASS, Assuming.NO_SAFETY_STOP))
"""What a clinician can bring about: gates are signed, stops are released."""
AFTER_A_TRIAL = "trial.adequate"
"""Where a trial runs, time alone still decides until it is adequate."""


def gap_claims(algorithm: Algorithm) -> tuple[Stated, ...]:
    """For each step that is no end: with all evidence on record, some move is not refused."""
    return tuple(
        Stated(
            f"{GAP}{step.id}",
            f"{step.title}: some move is left for everybody",
            forms.SomeMove(tuple(move.id for move in moves_from(algorithm, step)), (step.id,)),
            given=_given(step),
            assuming=WILLING,
            general=True,
            place=step.place,
        )
        for step in algorithm.steps.values()
        if step.kind is not StepKind.END
    )


def choice_claims(algorithm: Algorithm) -> tuple[Stated, ...]:
    """For each pair of moves of one kind that start in one step: no patient is permitted both."""
    pairs = dict.fromkeys(
        (one.id, other.id)
        for step in algorithm.steps.values()
        for one, other in pairs_of_one_kind(algorithm, step)
    )
    return tuple(
        Stated(
            f"{CHOICE}{one}-{other}",
            f"{algorithm.moves[one].title}, or {algorithm.moves[other].title}: nobody is permitted both",
            forms.Together(moves=(one, other)),
            general=True,
            place=algorithm.moves[one].place,
        )
        for one, other in pairs
    )


def _given(step: Step) -> str | None:
    return AFTER_A_TRIAL if step.leading_role is not None else None


def moves_from(algorithm: Algorithm, step: Step) -> tuple[Move, ...]:
    """The moves that start in a step."""
    return tuple(move for move in algorithm.moves.values() if step.id in move.sources)


def pairs_of_one_kind(algorithm: Algorithm, step: Step) -> Iterator[tuple[Move, Move]]:
    """Moves of a step that rank alike. Ways out are left out: leaving for two reasons is leaving."""
    for one, other in combinations(moves_from(algorithm, step), 2):
        if one.kind is other.kind and one.kind is not MoveKind.EXIT:
            yield one, other


def all_refused(deciding: Deciding, step: Step) -> tuple[Term, ...]:
    """That a patient in a step is refused every move, whatever else may be recorded."""
    refused = [deciding.permitted(m.id, step.id, WILLING).false for m in moves_from(deciding.algorithm, step)]
    return (deciding.at(step.id), deciding.world.truth(_given(step)).true, *refused)


def smallest(deciding: Deciding, found: Found, refused: tuple[Term, ...]) -> dict[str, Value]:
    """Facts of a patient that are enough to be refused every move, by name; none can be spared."""
    z3, world = deciding.world.z3, deciding.world
    values = found.facts(world)
    fixed: dict[str, Term] = {}
    for name, value in values.items():
        pair = world.encoding.variables[name][0]
        if name == "step.id" or isinstance(pair.term, Day):
            continue
        same = pair.term == found.model.eval(pair.term, model_completion=True)
        fixed[name] = z3.Not(pair.known) if value is None else z3.And(pair.known, same)
    here, *moves = refused
    open_ = z3.Not(z3.And(moves))
    for name in list(fixed):
        others = [term for other, term in fixed.items() if other != name]
        if not deciding.sat(here, deciding.recorded(), open_, *others):
            del fixed[name]
    return {name.partition(" within ")[0]: values[name] for name in fixed}
