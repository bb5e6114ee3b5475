"""`missing-key`: a key that must be there is not."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "missing-key"


def missing_key(draft: Draft) -> Iterator[Finding]:
    """Each mapping without a key it needs."""
    for trouble in draft.troubles.of(CODE):
        yield Finding(
            CODE,
            trouble.place,
            f"{trouble.owner} has no `{trouble.name}`",
            "without it this part means nothing, and nothing is assumed in its place",
            f"add `{trouble.name}:` with its value",
        )
