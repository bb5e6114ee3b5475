"""`unknown-item`: a name that should be an item and is none."""

from collections.abc import Iterator

from engine.definition.draft import Draft, Kind
from engine.definition.judging import meant, renamed, unresolved
from engine.model.place import Finding

CODE = "unknown-item"


def unknown_item(draft: Draft) -> Iterator[Finding]:
    """Each name of an item that the algorithm does not have."""
    for reference, near in unresolved(draft, Kind.ITEM):
        yield Finding(
            CODE,
            reference.place,
            f"{reference.owner} {reference.verb} `{reference.name}`, which is not an item",
            "an answer to a question that is not asked would be lost",
            meant(draft, reference, near, "name an item of the gate"),
            mends=renamed(reference, near),
        )
