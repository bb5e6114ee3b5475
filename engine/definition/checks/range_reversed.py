"""`range-reversed`: a range whose lower end is above its upper one."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "range-reversed"


def range_reversed(draft: Draft) -> Iterator[Finding]:
    """Each range that no value fits."""
    for trouble in draft.troubles.of(CODE):
        yield Finding(
            CODE,
            trouble.place,
            f"`{trouble.name}` of {trouble.owner} runs from {trouble.detail}",
            "no value fits it, so every record would be refused",
            "write the lower number first",
        )
