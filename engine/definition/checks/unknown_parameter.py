"""`unknown-parameter`: a setting for a parameter that does not exist."""

from collections.abc import Iterator

from engine.definition.draft import Draft, Kind
from engine.definition.judging import meant, renamed, unresolved
from engine.model.place import Finding

CODE = "unknown-parameter"


def unknown_parameter(draft: Draft) -> Iterator[Finding]:
    """Each name under `settings` that no library declares as a parameter."""
    for reference, near in unresolved(draft, Kind.PARAMETER):
        yield Finding(
            CODE,
            reference.place,
            f"{reference.owner} {reference.verb} `{reference.name}`, which is not a parameter",
            "the value would change nothing, while a reader takes it for the rule",
            meant(draft, reference, near, "use the library that holds it, or declare it under `parameters`"),
            mends=renamed(reference, near),
        )
