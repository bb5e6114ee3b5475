"""`not-a-mapping`: the file holds no `key: value` lines."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "not-a-mapping"


def not_a_mapping(draft: Draft) -> Iterator[Finding]:
    """A file that is empty, a list or a single text."""
    for trouble in draft.troubles.of(CODE):
        yield Finding(
            CODE,
            trouble.place,
            f"the file is {trouble.name}, not a mapping (`key: value` lines)",
            "there is no algorithm in it",
            "begin with `algorithm:` and its id, then `version:`, `title:`, `start:` and `steps:`",
        )
