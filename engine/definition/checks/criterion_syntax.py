"""`criterion-syntax`: a criterion that cannot be read."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import instead
from engine.definition.wording import SYNTAX, problems_of
from engine.model.place import Finding

CODE = "criterion-syntax"


def criterion_syntax(draft: Draft) -> Iterator[Finding]:
    """The first mistake of each criterion that is no expression of the language."""
    for criterion, problem in problems_of(draft):
        if problem.code in SYNTAX:
            # `=>` may also be meant as an arrow, so it is for the author to say.
            sure = criterion.said[problem.start : problem.end] != "=>"
            yield Finding(
                CODE,
                criterion.place(problem.start, problem.end),
                f"{criterion.owner}: {problem.message}",
                problem.why or "the line means nothing, so it could be decided for no patient",
                problem.fix or "write a criterion, such as `phq9.total >= 10`",
                mends=instead(criterion.place(problem.start, problem.end), problem.instead, sure=sure),
            )
