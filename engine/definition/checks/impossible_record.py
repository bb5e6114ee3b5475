"""`impossible-record`: a scenario records what cannot be."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "impossible-record"


def impossible_record(draft: Draft) -> Iterator[Finding]:
    """Each record that the engine would refuse at the door."""
    for trouble in draft.troubles.of(CODE):
        yield Finding(
            CODE,
            trouble.place,
            trouble.detail,
            "the engine stores no impossible evidence, so the story could not go on as written",
            trouble.name or "record a possible value",
        )
