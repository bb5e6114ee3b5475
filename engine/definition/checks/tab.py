"""`tab`: a tab where indentation should be."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import instead
from engine.model.place import Finding

CODE = "tab"


def tab(draft: Draft) -> Iterator[Finding]:
    """Each line indented with a tab."""
    for trouble in draft.troubles.of(CODE):
        yield Finding(
            CODE,
            trouble.place,
            "this line is indented with a tab",
            "how wide a tab is differs between editors, so what belongs to what would be unclear",
            "indent with two spaces a level; most editors can convert tabs",
            mends=instead(trouble.place, ("  " * trouble.place.length,), sure=True),
        )
