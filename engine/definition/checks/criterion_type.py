"""`criterion-type`: a criterion whose parts do not fit together."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.wording import SYNTAX, TOLD_ELSEWHERE, problems_of
from engine.model.place import Finding

CODE = "criterion-type"


def criterion_type(draft: Draft) -> Iterator[Finding]:
    """Each comparison, sum or condition over values of the wrong kind."""
    for criterion, problem in problems_of(draft):
        if problem.code not in SYNTAX and problem.code not in TOLD_ELSEWHERE:
            yield Finding(
                CODE,
                criterion.place(problem.start, problem.end),
                f"{criterion.owner}: {problem.message}",
                problem.why or "the line could be decided for no patient",
                problem.fix or "compare values of one kind; a condition must be true or false",
            )
