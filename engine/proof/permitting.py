"""Whether a move is permitted, as two formulas: that it is, and that it is refused."""

from engine.criteria.solver_terms import Truth
from engine.model.algorithm import Bounds, Move, MoveKind, Step
from engine.model.criterion import Condition
from engine.model.formulary import Requirement
from engine.model.gate import Gate, GateItem
from engine.proof.forms import Assuming
from engine.proof.treating import option_open
from engine.proof.world import Bound, World
from engine.runtime.interrupts import freezes_move
from engine.runtime.moves import UNBOUND_BY_LEAVE

Assumed = frozenset[Assuming]
NOTHING: Assumed = frozenset()


def move_truth(world: World, move: Move, step: str, assumed: Assumed = NOTHING) -> Truth:
    """A move made in a step: true where it is permitted, false where it is refused.

    Whoever asks holds the role the move asks for. The step itself is not part of the formula.
    """
    key = ("move", move.id, step, assumed)
    found = world.memo.get(key)
    if found is None:
        found = world.memo[key] = world.all_of(_parts(world, move, world.algorithm.steps[step], assumed))
    return found


def _parts(world: World, move: Move, step: Step, assumed: Assumed) -> list[Truth]:
    algorithm = world.algorithm
    parts: list[Truth] = [world.certain]
    if Assuming.NO_SAFETY_STOP not in assumed:
        frozen = [world.flag(f"stop.{i.id}") for i in algorithm.interrupts.values() if freezes_move(i, move)]
        parts += [world.either(world.z3.Not(raised)) for raised in frozen]
    if move.kind not in UNBOUND_BY_LEAVE:
        parts += _bounds(world, move, step.leave)
    parts += [requirement_truth(world, one) for one in move.requires]
    parts.append(world.truth(move.when, Bound(move=move)))
    target = step if move.target is None else algorithm.steps[move.target]
    if move.target is not None:
        parts += _bounds(world, move, target.enter)
    if move.gate is not None and Assuming.GATES_PASS not in assumed:
        by_word = Assuming.ANSWERED_FROM_RECORDS not in assumed
        parts.append(gate_truth(world, algorithm.gates[move.gate], by_word=by_word))
    parts += _target_options(world, move, step, target)
    return parts


def _bounds(world: World, move: Move, bounds: Bounds) -> list[Truth]:
    if move.kind in bounds.except_kinds:
        return []
    parts = [requirement_truth(world, one) for one in bounds.requires]
    return [*parts, world.truth(bounds.when, Bound(move=move))]


def requirement_truth(world: World, requirement: Requirement) -> Truth:
    """Evidence on record inside its window; it never refuses."""
    fields = requirement.fields or world.algorithm.evidence[requirement.type].main
    known = [world.fact(f"{requirement.type}.{f}", requirement.within).known for f in fields]
    met = world.z3.And(known)
    if requirement.when is not None:
        met = world.z3.Or(met, world.truth(requirement.when).false)
    return Truth(met, world.no)


# The gate


def gate_truth(world: World, gate: Gate, *, by_word: bool) -> Truth:
    """Passed and signed is true; an item that fails makes it false."""
    key = ("gate", gate.id, by_word)
    found = world.memo.get(key)
    if found is None:
        items = [item_truth(world, gate, item, by_word=by_word) for item in gate.items]
        signed = world.flag(f"signed.{gate.id}")
        every = world.all_of(items)
        found = world.memo[key] = Truth(world.z3.And(signed, every.true), every.false)
    return found


def item_bound(world: World, item: GateItem) -> Bound:
    """An item's own windows."""
    if item.within is None:
        return Bound()
    types = {name.partition(".")[0] for name in item.answer} & world.algorithm.evidence.keys()
    return Bound(windows=tuple((one, item.within) for one in sorted(types)))


def item_truth(world: World, gate: Gate, item: GateItem, *, by_word: bool) -> Truth:
    """One item: true where it passes or does not apply, false where it fails, neither where it is blank."""
    z3, bound = world.z3, item_bound(world, item)
    applies = _truth(world, item.applies, bound)
    passes = _truth(world, item.passes, bound)
    answered = [_recorded(world, name, dict(bound.windows)) for name in item.answer]
    fails = z3.And(applies.true, passes.false)
    good = z3.Or(applies.false, z3.And([applies.true, passes.true, *answered]))
    if not by_word:
        return Truth(good, fails)
    word = world.encoding.fact(f"word.{gate.id}.{item.id}", world.type_of("trial.settled"))
    signed = world.flag(f"signed.{gate.id}")
    blank = z3.And(z3.Not(good), z3.Not(fails), signed, word.known)
    return Truth(z3.Or(good, z3.And(blank, word.term)), z3.Or(fails, z3.And(blank, z3.Not(word.term))))


def _truth(world: World, condition: Condition | None, bound: Bound) -> Truth:
    return world.truth(condition, bound)


def _recorded(world: World, name: str, windows: dict[str, object]):  # noqa: ANN202
    evidence = world.algorithm.evidence.get(name)
    if evidence is None:
        root = name.partition(".")[0]
        return world.fact(name, windows.get(root)).known  # pyright: ignore[reportArgumentType]
    window = windows.get(name) or evidence.valid_for
    return world.fact(f"{name}.observed_on", window).known  # pyright: ignore[reportArgumentType]


# Options of the target


def _target_options(world: World, move: Move, step: Step, target: Step) -> list[Truth]:
    """Some option of the target is open. Staying in the step, the trial being left does not count."""
    role = target.leading_role
    if role is None or move.kind is MoveKind.DE_ESCALATE:
        return []
    open_: list[Truth] = []
    for row in target.options[role]:
        for name in row.options:
            found = option_open(world, name, role)
            if row.when is not None:
                found = world.all_of([found, world.truth(row.when)])
            if move.target is None:
                left = world.code("trial.option", name)
                found = Truth(world.z3.And(found.true, world.z3.Not(left)), world.z3.Or(found.false, left))
            open_.append(found)
    return [world.any_of(open_)] if open_ else [Truth(world.no, world.yes)]
