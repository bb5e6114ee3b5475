"""`yaml-syntax`: the file cannot be read as YAML from here on."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "yaml-syntax"


def yaml_syntax(draft: Draft) -> Iterator[Finding]:
    """Reading stops at the first mistake of this kind, so there is at most one a file."""
    for trouble in draft.troubles.of(CODE):
        yield Finding(
            CODE,
            trouble.place,
            trouble.detail,
            "nothing after this place can be read, so nothing of the definition can be used",
            trouble.name or "look at this line and the one before it",
            related=trouble.related,
        )
