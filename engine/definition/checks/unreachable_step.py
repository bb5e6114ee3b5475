"""`unreachable-step`: a step that no way leads to."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "unreachable-step"


def unreachable_step(draft: Draft) -> Iterator[Finding]:
    """Each step that cannot be reached from `start` by any moves."""
    algorithm = draft.algorithm
    if algorithm is None or algorithm.start not in algorithm.steps:
        return
    reached = {algorithm.start}
    todo = [algorithm.start]
    for name in todo:
        for move in algorithm.moves_from(name):
            if move.target is not None and move.target not in reached:
                reached.add(move.target)
                todo.append(move.target)
    for name, step in algorithm.steps.items():
        if name not in reached:
            yield Finding(
                CODE,
                step.place,
                f"no moves lead from `{algorithm.start}` to step `{name}`",
                "no patient could ever be offered what it holds",
                f"add a move with `to: {name}`, or delete the step",
            )
