"""`tag`: a YAML tag (`!name`)."""

import re
from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import without
from engine.model.place import Finding

CODE = "tag"
_TAG = re.compile(r"!\S*[ ]*")


def tag(draft: Draft) -> Iterator[Finding]:
    """Each tag; none is ever acted on."""
    for trouble in draft.troubles.of(CODE):
        yield Finding(
            CODE,
            trouble.place,
            f"`{trouble.name[:60]}` is a tag, which definitions do not use",
            "the format says what each value is; a tag could say something else",
            "delete the tag, or quote the text if it begins with `!`",
            mends=without(draft, trouble.place, _TAG, sure=True),
        )
