"""`unknown-source`: a source that is not listed."""

from collections.abc import Iterator

from engine.definition.draft import Draft, Kind
from engine.definition.judging import meant, renamed, unresolved
from engine.model.place import Finding

CODE = "unknown-source"


def unknown_source(draft: Draft) -> Iterator[Finding]:
    """Each source named and not listed."""
    for reference, near in unresolved(draft, Kind.SOURCE):
        yield Finding(
            CODE,
            reference.place,
            f"{reference.owner} rests on `{reference.name}`, which is no source of this definition",
            "nobody could look up where the number or rule comes from",
            meant(draft, reference, near, "list it under `sources`"),
            mends=renamed(reference, near),
        )
