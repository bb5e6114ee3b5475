"""`unknown-interrupt`: a name that should be an interrupt and is none."""

from collections.abc import Iterator

from engine.definition.draft import Draft, Kind
from engine.definition.judging import meant, renamed, unresolved
from engine.model.place import Finding

CODE = "unknown-interrupt"


def unknown_interrupt(draft: Draft) -> Iterator[Finding]:
    """Each name of an interrupt that the algorithm does not have."""
    for reference, near in unresolved(draft, Kind.INTERRUPT):
        yield Finding(
            CODE,
            reference.place,
            f"{reference.owner} {reference.verb} `{reference.name}`, which is not an interrupt",
            "the story would wait for a freeze that cannot come",
            meant(draft, reference, near, "name an interrupt of the algorithm"),
            mends=renamed(reference, near),
        )
