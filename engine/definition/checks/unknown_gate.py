"""`unknown-gate`: a name that should be a gate and is none."""

from collections.abc import Iterator

from engine.definition.draft import Draft, Kind
from engine.definition.judging import meant, renamed, unresolved
from engine.model.place import Finding

CODE = "unknown-gate"


def unknown_gate(draft: Draft) -> Iterator[Finding]:
    """Each name of a gate that is not declared."""
    for reference, near in unresolved(draft, Kind.GATE):
        yield Finding(
            CODE,
            reference.place,
            f"{reference.owner} {reference.verb} `{reference.name}`, which is not a gate",
            "the move would pass without the questions it should ask",
            meant(draft, reference, near, "declare it under `gates`, or use the library that holds it"),
            mends=renamed(reference, near),
        )
