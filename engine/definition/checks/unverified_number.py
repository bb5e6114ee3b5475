"""`unverified-number`: an approved definition rests on something that nobody has checked."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.schema.base import Sourced
from engine.model.place import Finding

CODE = "unverified-number"


def unverified_number(draft: Draft) -> Iterator[Finding]:
    """Each part marked `unverified` in a definition whose status is `approved`."""
    if draft.root is None or draft.root.status != "approved":
        return
    for found in draft.parts:
        part = found.part
        if isinstance(part, Sourced) and part.unverified:
            owner = f"`{found.name}`" if found.name else "the file"
            yield Finding(
                CODE,
                part.node.key_place("unverified"),
                f"{owner} is unverified, and the definition is approved",
                "patients would be treated by a number that nobody has found at its source",
                "check it at its source and name that under `source`, or write `status: in_review`",
            )
