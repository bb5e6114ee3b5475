"""Mending a text: changes are spliced in where they belong, and not a character besides is touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from engine.definition.tree import SourceFile
from engine.model.place import Edit, Finding, Mend

MOST_ROUNDS = 20
"""A mend may uncover what stood behind it: a file with tabs is read once they are gone."""


def sure_mends(findings: Iterable[Finding], file: str) -> list[Mend]:
    """Of each finding in a file the one mend that may be made unseen."""
    return [
        mend
        for finding in findings
        if finding.place.file == file
        for mend in finding.mends[:1]
        if mend.sure and all(edit.place.file == file for edit in mend.edits)
    ]


def spliced(text: str, edits: Iterable[Edit]) -> str:
    """The text with some changes. Of two that overlap the later one is left out."""
    source = SourceFile("", text)
    made, end = list[str](), 0
    for start, stop, new in sorted(_span(source, edit) for edit in edits):
        if start < end:
            continue
        made += [text[end:start], new]
        end = stop
    return "".join([*made, text[end:]])


def _span(source: SourceFile, edit: Edit) -> tuple[int, int, str]:
    start = source.starts[edit.place.line - 1] + edit.place.column - 1
    return start, start + edit.place.length, edit.new


def mended(text: str, check: Callable[[str], Sequence[Finding]], file: str) -> tuple[str, int]:
    """A text after every sure mend, and how many there were. Mending it again changes nothing.

    Args:
        text: As it is.
        check: Gives the findings of a text.
        file: Name of the file in those findings.
    """
    count = 0
    for _ in range(MOST_ROUNDS):
        mends = sure_mends(check(text), file)
        new = spliced(text, (edit for mend in mends for edit in mend.edits))
        if new == text:
            break
        text, count = new, count + len(mends)
    return text, count
