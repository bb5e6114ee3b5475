"""`misplaced-key`: a key that has no meaning for this kind of thing."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "misplaced-key"


def misplaced_key(draft: Draft) -> Iterator[Finding]:
    """Each key that only another kind has."""
    for trouble in draft.troubles.of(CODE):
        yield Finding(
            CODE,
            trouble.place,
            f"{trouble.owner} has `{trouble.name}`, but {trouble.detail} has that",
            "what it says would never take effect",
            f"delete `{trouble.name}`, or change what it belongs to",
        )
