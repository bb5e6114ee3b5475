"""`wrong-type`: a value that is not of the kind the format asks for."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "wrong-type"


def wrong_type(draft: Draft) -> Iterator[Finding]:
    """Each value that cannot be read as what its key asks for."""
    for trouble in draft.troubles.of(CODE):
        subject = f"`{trouble.name}`" if trouble.name else trouble.owner or "this"
        yield Finding(
            CODE,
            trouble.place,
            f"{subject} {trouble.detail}",
            "what is meant cannot be told, so it is not guessed",
            trouble.near[0] if trouble.near else "write a value of that kind",
        )
