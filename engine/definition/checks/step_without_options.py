"""`step-without-options`: a treatment step that offers no treatment."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import warning
from engine.model.algorithm import StepKind
from engine.model.place import Finding

CODE = "step-without-options"


def step_without_options(draft: Draft) -> Iterator[Finding]:
    """Each step of kind `treatment` without a primary or augmentation option."""
    if draft.algorithm is None:
        return
    for step in draft.algorithm.steps.values():
        if step.kind is StepKind.TREATMENT and step.leading_role is None:
            yield warning(
                CODE,
                step.place,
                f"step `{step.id}` is a treatment, but offers none as `primary` or `augmentation`",
                "it would have no trial, so it could never be said to have worked or failed",
                "add `options:`, or give it another kind",
            )
