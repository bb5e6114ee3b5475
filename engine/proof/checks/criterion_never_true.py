"""`criterion-never-true`: a condition of a gate, a safety stop or a treatment that no patient can meet."""

from collections.abc import Iterator

from engine.definition.judging import warning
from engine.model.algorithm import Algorithm
from engine.model.criterion import Condition
from engine.model.place import Finding, Place
from engine.proof.deciding import Deciding
from engine.proof.world import Bound

CODE = "criterion-never-true"
_Part = tuple[str, Condition | None, Place, Bound]


def criterion_never_true(deciding: Deciding) -> Iterator[Finding]:
    """Each condition beside those of moves that holds for nobody: what hangs on it never happens."""
    for what, condition, place, bound in _conditions(deciding.algorithm):
        if condition is None or deciding.sat(deciding.world.truth(condition, bound).true):
            continue
        yield warning(
            CODE,
            place,
            f"no patient can meet the condition by which {what}",
            "it reads like a rule and never does anything",
            "look for two parts of it that exclude each other, or leave it out",
        )


def _conditions(algorithm: Algorithm) -> Iterator[_Part]:
    plain = Bound()
    for gate in algorithm.gates.values():
        for item in gate.items:
            yield f"item `{item.id}` of gate `{gate.id}` is asked", item.applies, item.place, plain
            yield f"item `{item.id}` of gate `{gate.id}` passes", item.passes, item.place, plain
    for stop in algorithm.interrupts.values():
        yield f"interrupt `{stop.id}` is raised", stop.raise_when, stop.place, plain
        yield f"interrupt `{stop.id}` is released", stop.release_when, stop.place, plain
    for step in algorithm.steps.values():
        for role, rows in step.options.items():
            for row in rows:
                names = ", ".join(f"`{name}`" for name in row.options)
                yield f"{names} is offered in step `{step.id}`", row.when, step.place, Bound(role=role)
    for option in algorithm.formulary.options.values():
        for rule in option.contraindicated:
            yield f"`{option.id}` is contraindicated", rule.when, option.place, plain
