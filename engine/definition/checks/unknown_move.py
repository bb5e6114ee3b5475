"""`unknown-move`: a name that should be a move and is none."""

from collections.abc import Iterator

from engine.definition.draft import Draft, Kind
from engine.definition.judging import meant, renamed, unresolved
from engine.model.place import Finding

CODE = "unknown-move"


def unknown_move(draft: Draft) -> Iterator[Finding]:
    """Each name of a move that is not declared."""
    for reference, near in unresolved(draft, Kind.MOVE):
        yield Finding(
            CODE,
            reference.place,
            f"{reference.owner} {reference.verb} `{reference.name}`, which is not a move",
            "what it says of that move would never take effect",
            meant(draft, reference, near, "declare a move with this id"),
            mends=renamed(reference, near),
        )
