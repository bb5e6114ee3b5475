"""`bad-id`: an id with characters that criteria, pictures or addresses cannot hold."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "bad-id"


def bad_id(draft: Draft) -> Iterator[Finding]:
    """Each id that is not in its form."""
    for trouble in draft.troubles.of(CODE):
        yield Finding(
            CODE,
            trouble.place,
            f"`{trouble.name}` is not {trouble.detail}",
            "ids are written in criteria, pictures and addresses, which hold nothing else",
            "choose a plain id, and put the words for people into `title`",
        )
