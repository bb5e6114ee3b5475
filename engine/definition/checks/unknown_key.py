"""`unknown-key`: a key that the format does not have at this place."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import instead
from engine.definition.spelling import did_you_mean
from engine.model.place import Finding

CODE = "unknown-key"


def unknown_key(draft: Draft) -> Iterator[Finding]:
    """Each key that nothing would read."""
    for trouble in draft.troubles.of(CODE):
        known = trouble.detail or "none"
        yield Finding(
            CODE,
            trouble.place,
            f"{trouble.owner} has a key `{trouble.name[:60]}`, which means nothing there",
            "what it says would be ignored in silence",
            did_you_mean(trouble.near, f"delete it; the keys here are {known}"),
            mends=instead(trouble.place, trouble.near, sure=True),
        )
