"""`checkpoint-after-end`: something falls due when patients have usually left the step."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import warning
from engine.definition.schema.steps import StepPart
from engine.model.place import Finding
from engine.model.time import Duration, Unit

CODE = "checkpoint-after-end"
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 30, Unit.YEAR: 365}


def checkpoint_after_end(draft: Draft) -> Iterator[Finding]:
    """Each checkpoint of a step that states `usual_weeks`, due only after them."""
    if draft.algorithm is None:
        return
    parts = {found.name: found.part for found in draft.parts if isinstance(found.part, StepPart)}
    for step in draft.algorithm.steps.values():
        part = parts.get(step.id)
        if part is None or part.usual_weeks is None:
            continue
        for point in step.checkpoints:
            late = [one for one in point.at if _days(one) > part.usual_weeks * 7]
            if late:
                yield warning(
                    CODE,
                    point.place,
                    f"step `{step.id}` usually ends after {part.usual_weeks} weeks, and this falls due "
                    f"after {late[0]}",
                    "leaving the step ends what is due there, so hardly anybody would be asked for it",
                    "ask for it earlier, or put it at the step that follows",
                )


def _days(duration: Duration) -> int:
    return duration.count * _DAYS[duration.unit]
