"""`unknown-conclusion`: a conclusion that its gate does not list."""

from collections.abc import Iterator

from engine.definition.draft import Draft, Kind
from engine.definition.judging import meant, renamed, unresolved
from engine.model.place import Finding

CODE = "unknown-conclusion"


def unknown_conclusion(draft: Draft) -> Iterator[Finding]:
    """Each conclusion named and not listed in its gate."""
    for reference, near in unresolved(draft, Kind.CONCLUSION):
        yield Finding(
            CODE,
            reference.place,
            f"{reference.owner} ends in `{reference.name}`, which the gate does not list",
            "the gate would end in a word that nothing explains",
            meant(draft, reference, near, "list it under the gate's `conclusions`"),
            mends=renamed(reference, near),
        )
