"""`too-large`: more than a definition may hold."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "too-large"


def too_large(draft: Draft) -> Iterator[Finding]:
    """The first place beyond a limit; what lies behind it is not read."""
    for trouble in draft.troubles.of(CODE):
        yield Finding(
            CODE,
            trouble.place,
            f"the definition holds more than {trouble.detail}",
            "it could not be checked, drawn or proved in reasonable time",
            "split it into several algorithms, or move what several share into libraries",
        )
