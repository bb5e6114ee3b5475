"""`step-without-move`: a patient whose trial is over and to whom no move is open, whatever is recorded."""

from collections.abc import Iterator

from engine.criteria.english import spoken
from engine.criteria.types import Value
from engine.definition.judging import warning
from engine.model.algorithm import StepKind
from engine.model.place import Finding
from engine.proof.deciding import Deciding
from engine.proof.gaps import all_refused, moves_from, smallest

CODE = "step-without-move"


def step_without_move(deciding: Deciding) -> Iterator[Finding]:
    """Each treatment step with the smallest example of a patient refused every move after its trial."""
    for step in deciding.algorithm.steps.values():
        if step.kind is not StepKind.TREATMENT or not moves_from(deciding.algorithm, step):
            continue
        refused = all_refused(deciding, step)
        found = deciding.find(*refused, deciding.recorded())
        if found is None:
            continue
        example = smallest(deciding, found, refused)
        facts = " and ".join(f"`{name}` is {_said(value)}" for name, value in example.items())
        yield warning(
            CODE,
            step.place,
            f"after an adequate trial in step `{step.id}` a patient can be refused every move, "
            f"such as where {facts}",
            "whatever else is recorded, this patient cannot go on",
            "widen the criterion of a move, or add a move for these values",
        )


def _said(value: Value) -> str:
    return "not recorded" if value is None else spoken(value)
