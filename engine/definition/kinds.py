"""What kind of file a text is: an algorithm, a library or a scenario."""

from __future__ import annotations

import re

from engine.definition.schema.editors import FileKind

_HEADS: tuple[tuple[FileKind, str], ...] = (
    ("scenario", r"^(scenario|story|patient|history)\s*:"),
    ("library", r"^library\s*:"),
)


def kind_of_text(text: str) -> FileKind:
    """By the keys at the left margin, so that it can be told of a text that cannot be read yet."""
    for kind, head in _HEADS:
        if re.search(head, text, re.MULTILINE):
            return kind
    return "algorithm"
