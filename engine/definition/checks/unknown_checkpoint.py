"""`unknown-checkpoint`: a name that should be a checkpoint and is none."""

from collections.abc import Iterator

from engine.definition.draft import Draft, Kind
from engine.definition.judging import meant, renamed, unresolved
from engine.model.place import Finding

CODE = "unknown-checkpoint"


def unknown_checkpoint(draft: Draft) -> Iterator[Finding]:
    """Each name among a step's checkpoints that is not declared."""
    for reference, near in unresolved(draft, Kind.CHECKPOINT):
        yield Finding(
            CODE,
            reference.place,
            f"{reference.owner} {reference.verb} `{reference.name}`, which is not a checkpoint",
            "the contact or score that it stands for would never fall due",
            meant(draft, reference, near, "write it under `checkpoints`, or use the library that holds it"),
            mends=renamed(reference, near),
        )
