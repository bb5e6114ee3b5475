"""`end-with-moves`: an end that can be left."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.algorithm import StepKind
from engine.model.place import Finding

CODE = "end-with-moves"


def end_with_moves(draft: Draft) -> Iterator[Finding]:
    """Each move out of a step of kind `end`."""
    algorithm = draft.algorithm
    if algorithm is None:
        return
    for name, step in algorithm.steps.items():
        for move in algorithm.moves_from(name) if step.kind is StepKind.END else ():
            yield Finding(
                CODE,
                move.place,
                f"move `{move.id}` leads out of `{name}`, which is an end",
                "a case is closed at an end, so nobody would ever be asked about the move",
                f"take `{name}` out of `from`, or give the step another kind",
            )
