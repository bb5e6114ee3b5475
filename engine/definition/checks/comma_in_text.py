"""`comma-in-text`: a comma inside `{ }` ended a text early."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "comma-in-text"


def comma_in_text(draft: Draft) -> Iterator[Finding]:
    """Each piece of a text that was read as a key of its own."""
    for trouble in draft.troubles.of(CODE):
        yield Finding(
            CODE,
            trouble.place,
            f"the comma before `{trouble.name[:60]}` ended the text, so this was read as a key",
            "inside { } a comma separates keys, and the rest of the sentence would be lost",
            "put the whole text in double quotes",
            mends=trouble.mends,
        )
