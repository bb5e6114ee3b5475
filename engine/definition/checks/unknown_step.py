"""`unknown-step`: a name that should be a step and is none."""

from collections.abc import Iterator

from engine.definition.draft import Draft, Kind
from engine.definition.judging import meant, renamed, unresolved
from engine.model.place import Finding

CODE = "unknown-step"


def unknown_step(draft: Draft) -> Iterator[Finding]:
    """Each name of a step that is not declared, wherever steps are named."""
    for reference, near in unresolved(draft, Kind.STEP):
        yield Finding(
            CODE,
            reference.place,
            f"{reference.owner} {reference.verb} `{reference.name}`, which is not a step",
            "a case that makes this move would have nowhere to go",
            meant(draft, reference, near, "declare a step with this id"),
            mends=renamed(reference, near),
        )
