"""`duplicate-id`: one name for two things."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "duplicate-id"


def duplicate_id(draft: Draft) -> Iterator[Finding]:
    """Each name given again, in this file, in a library, or by a family of moves."""
    for trouble in draft.troubles.of(CODE):
        yield Finding(
            CODE,
            trouble.place,
            f"`{trouble.name}` is the name of two things ({trouble.owner})",
            "which of the two a rule means could not be told",
            "give one of them another name, or delete it if both say the same",
            related=trouble.related,
        )
