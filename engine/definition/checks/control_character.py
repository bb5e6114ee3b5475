"""`control-character`: a character that shows nothing, or reorders what is shown."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Edit, Finding, Mend

CODE = "control-character"


def control_character(draft: Draft) -> Iterator[Finding]:
    """Each such character; nothing else is read while there is one."""
    for trouble in draft.troubles.of(CODE):
        yield Finding(
            CODE,
            trouble.place,
            f"an invisible character ({trouble.name}) stands here",
            "a reviewer could read something else than what is decided",
            "delete it, and write the line again by hand",
            mends=(Mend("Delete it", (Edit(trouble.place, ""),)),),
        )
