"""`unknown-option`: a name that should be a treatment and is none."""

from collections.abc import Iterator

from engine.definition.draft import Draft, Kind
from engine.definition.judging import meant, renamed, unresolved
from engine.model.place import Finding

CODE = "unknown-option"


def unknown_option(draft: Draft) -> Iterator[Finding]:
    """Each name of a treatment that the formulary does not hold."""
    for reference, near in unresolved(draft, Kind.OPTION, Kind.TREATMENT):
        yield Finding(
            CODE,
            reference.place,
            f"{reference.owner} {reference.verb} `{reference.name}`, which is no {reference.kind}",
            "the treatment could not be offered, or the rule about it would never apply",
            meant(draft, reference, near, "declare it under `formulary`, or use the library that holds it"),
            mends=renamed(reference, near),
        )
