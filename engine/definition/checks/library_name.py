"""`library-name`: a library whose id is not its path."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import instead
from engine.model.place import Finding

CODE = "library-name"


def library_name(draft: Draft) -> Iterator[Finding]:
    """Each library used under another name than it gives itself."""
    for trouble in draft.troubles.of(CODE):
        yield Finding(
            CODE,
            trouble.place,
            f"this library calls itself `{trouble.name}`, but is used as `{trouble.detail}`",
            "versions and findings would name a library that is not there",
            f"write `library: {trouble.detail}`, or move the file",
            mends=instead(trouble.place, (trouble.detail,)),
        )
