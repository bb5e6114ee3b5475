"""`several-documents`: `---` begins a second document."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "several-documents"


def several_documents(draft: Draft) -> Iterator[Finding]:
    """A second document in one file."""
    for trouble in draft.troubles.of(CODE):
        yield Finding(
            CODE,
            trouble.place,
            "a second document begins here",
            "a file holds one algorithm or one library; what follows would not be read",
            "delete the line, or move what follows into a file of its own",
        )
