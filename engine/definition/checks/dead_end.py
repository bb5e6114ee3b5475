"""`dead-end`: a step that is no end and has no way out."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.algorithm import StepKind
from engine.model.place import Finding

CODE = "dead-end"


def dead_end(draft: Draft) -> Iterator[Finding]:
    """Each step without a move to another step, unless its kind is `end`."""
    algorithm = draft.algorithm
    if algorithm is None:
        return
    for name, step in algorithm.steps.items():
        ways = [move for move in algorithm.moves_from(name) if move.target not in (None, name)]
        if not ways and step.kind is not StepKind.END:
            yield Finding(
                CODE,
                step.place,
                f"no move leads out of step `{name}`",
                "a patient there would be stuck, whatever is recorded",
                "add a move from it, or give it `kind: end` if care ends there",
            )
