"""`unknown-class`: a name that should be a class or group and is none."""

from collections.abc import Iterator

from engine.definition.draft import Draft, Kind
from engine.definition.judging import meant, renamed, unresolved
from engine.model.place import Finding

CODE = "unknown-class"


def unknown_class(draft: Draft) -> Iterator[Finding]:
    """Each name of a class or group that the formulary does not hold."""
    for reference, near in unresolved(draft, Kind.CLASS):
        yield Finding(
            CODE,
            reference.place,
            f"{reference.owner} {reference.verb} `{reference.name}`, which is no class or group",
            "what its members share, or a rule about them, would be missing",
            meant(draft, reference, near, "declare it under `classes` or `groups`"),
            mends=renamed(reference, near),
        )
