"""`unknown-name`: a criterion reads a fact, parameter or define that does not exist."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import instead
from engine.definition.wording import UNKNOWN_NAME, is_doubted, problems_of
from engine.model.place import Finding

CODE = "unknown-name"


def unknown_name(draft: Draft) -> Iterator[Finding]:
    """Each name that nothing gives a value to. Names that a missing library may hold are not doubted."""
    for criterion, problem in problems_of(draft):
        if problem.code == UNKNOWN_NAME and not is_doubted(
            draft, criterion.said[problem.start : problem.end]
        ):
            yield Finding(
                CODE,
                criterion.place(problem.start, problem.end),
                f"{criterion.owner}: {problem.message}",
                problem.why
                or "nothing could ever be recorded under this name, so the line would never be decided",
                problem.fix or "declare it, or use the library that holds it",
                mends=instead(criterion.place(problem.start, problem.end), problem.instead),
            )
