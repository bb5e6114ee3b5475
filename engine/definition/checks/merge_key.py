"""`merge-key`: `<<` to take over another mapping."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "merge-key"


def merge_key(draft: Draft) -> Iterator[Finding]:
    """Each merge key."""
    for trouble in draft.troubles.of(CODE):
        yield Finding(
            CODE,
            trouble.place,
            "`<<` takes over another mapping, which definitions do not use",
            "which of two values holds would depend on rules that few readers know",
            "write the keys out; for drugs, put what members share into their class",
        )
