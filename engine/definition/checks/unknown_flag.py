"""`unknown-flag`: a name that should be a flag and is none."""

from collections.abc import Iterator

from engine.definition.draft import Draft, Kind
from engine.definition.judging import meant, renamed, unresolved
from engine.model.place import Finding

CODE = "unknown-flag"


def unknown_flag(draft: Draft) -> Iterator[Finding]:
    """Each name of a flag that the algorithm does not have."""
    for reference, near in unresolved(draft, Kind.FLAG):
        yield Finding(
            CODE,
            reference.place,
            f"{reference.owner} {reference.verb} `{reference.name}`, which is not a flag",
            "the story would wait for a flag that cannot show",
            meant(draft, reference, near, "name a flag of the algorithm"),
            mends=renamed(reference, near),
        )
