"""`option-twice`: a step offers one treatment in two rows of one role."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import warning
from engine.model.place import Finding

CODE = "option-twice"


def option_twice(draft: Draft) -> Iterator[Finding]:
    """Each row that offers what an earlier row of its role offers already, both without a condition."""
    if draft.algorithm is None:
        return
    for step in draft.algorithm.steps.values():
        for role, rows in step.options.items():
            seen: set[str] = set()
            for row in rows:
                if row.when is not None or row.together:
                    continue
                twice = [name for name in row.options if name in seen]
                seen.update(row.options)
                if twice:
                    yield warning(
                        CODE,
                        row.place,
                        f"step `{step.id}` offers `{twice[0]}` twice as {role}",
                        "its doses could differ between the rows, and only one would be followed",
                        "leave it out of one row, with `except` where the row names a class or group",
                    )
