"""`anchor`: an anchor (`&name`) or alias (`*name`)."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "anchor"


def anchor(draft: Draft) -> Iterator[Finding]:
    """Each anchor and alias; aliases are never followed."""
    for trouble in draft.troubles.of(CODE):
        what = "an alias" if trouble.name.startswith("*") else "an anchor"
        yield Finding(
            CODE,
            trouble.place,
            f"`{trouble.name[:60]}` is {what}, which definitions do not use",
            "a rule must be readable where it stands, without looking elsewhere in the file",
            "write the value out, name a criterion under `define`, or quote a text that begins so",
        )
