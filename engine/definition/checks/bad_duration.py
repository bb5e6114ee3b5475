"""`bad-duration`: a time that is not a count and a unit."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import instead
from engine.model.place import Finding

CODE = "bad-duration"


def bad_duration(draft: Draft) -> Iterator[Finding]:
    """Each duration that cannot be read."""
    for trouble in draft.troubles.of(CODE):
        yield Finding(
            CODE,
            trouble.place,
            f"`{trouble.name[:60]}` is not a time that can be used here",
            "how long evidence counts, or when care falls due, must not be guessed",
            trouble.detail,
            mends=instead(trouble.place, trouble.near, sure=True),
        )
