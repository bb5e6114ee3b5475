"""`unknown-evidence`: a name that should be an evidence type and is none."""

from collections.abc import Iterator

from engine.definition.draft import Draft, Kind
from engine.definition.judging import meant, renamed, unresolved
from engine.model.place import Finding

CODE = "unknown-evidence"


def unknown_evidence(draft: Draft) -> Iterator[Finding]:
    """Each name of an evidence type that is not declared."""
    for reference, near in unresolved(draft, Kind.EVIDENCE):
        yield Finding(
            CODE,
            reference.place,
            f"{reference.owner} {reference.verb} `{reference.name}`, which is not an evidence type",
            "nothing could ever be recorded that meets it",
            meant(draft, reference, near, "declare it under `evidence`, or use the library that holds it"),
            mends=renamed(reference, near),
        )
