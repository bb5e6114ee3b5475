"""`duplicate-key`: the same key twice in one mapping."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "duplicate-key"


def duplicate_key(draft: Draft) -> Iterator[Finding]:
    """Each key that comes again, with the place of the first."""
    for trouble in draft.troubles.of(CODE):
        first = trouble.related.line if trouble.related else 0
        yield Finding(
            CODE,
            trouble.place,
            f"`{trouble.name}` is written twice here, first in line {first}",
            "one of the two would be ignored in silence",
            "keep one of them, or give this one another name",
            related=trouble.related,
        )
