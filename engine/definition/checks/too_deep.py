"""`too-deep`: mappings and lists nested beyond reason."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.limits import MAX_DEPTH
from engine.model.place import Finding

CODE = "too-deep"


def too_deep(draft: Draft) -> Iterator[Finding]:
    """The first place beyond the limit; reading stops there."""
    for trouble in draft.troubles.of(CODE):
        yield Finding(
            CODE,
            trouble.place,
            f"lists and mappings are nested more than {MAX_DEPTH} levels deep here",
            "no reader can follow it, and reading it could exhaust the machine",
            "name the inner conditions under `define`, or check for a bracket that is never closed",
        )
