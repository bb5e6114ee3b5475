"""A file as it should look: two blanks a level, no blanks at line ends, one empty line at most.

What the file says never changes: a text that would be read differently afterwards is left as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from engine.definition.reader import events_of, read_text
from engine.definition.tree import SourceFile, content_of


def formatted(text: str) -> str:
    """The text in its usual form; unchanged where it cannot be read."""
    before = read_text(text, "file")
    if before.root is None or before.troubles:
        return text
    for made in (_tidied(_indented(text)), _tidied(text)):
        after = read_text(made, "file")
        if after.root is not None and content_of(after.root) == content_of(before.root):
            return made
    return text


@dataclass
class _Open:
    """A mapping or list being read.

    Attributes:
        column: Where its entries begin, from 0. wanted: Where they should.
        block: Written over several lines, not in brackets.
        key_next: Of a mapping, whether a key comes next; None of a list.
    """

    column: int
    wanted: int
    block: bool
    key_next: bool | None


def _indented(text: str) -> str:
    """Every line moved with the entry it belongs to; a comment goes with the entry below it."""
    lines = text.split("\n")
    moves = _moves(text)
    result: list[str] = []
    shift = 0
    for number, line in enumerate(lines):
        shift = moves.get(number, shift)
        ahead = shift
        if line.lstrip().startswith("#"):
            below = (at for at in range(number, len(lines)) if lines[at].strip()[:1] not in ("", "#"))
            ahead = moves.get(next(below, -1), shift)
        result.append(_moved(line, ahead))
    return "\n".join(result)


def _moved(line: str, by: int) -> str:
    if by >= 0:
        return " " * by + line if line.strip() else line
    blanks = len(line) - len(line.lstrip(" "))
    return line[min(-by, blanks) :]


def _moves(text: str) -> dict[int, int]:
    """Line (from 0) of each entry of a block, with how far it has to move."""
    around: list[_Open] = []
    found: dict[int, int] = {}
    for event in events_of(text):
        if isinstance(event, yaml.CollectionEndEvent):
            around.pop()
        elif isinstance(event, yaml.NodeEvent):
            line, outer = event.start_mark.line, around[-1] if around else None
            if outer is not None:
                if outer.block and outer.key_next is not False:
                    found.setdefault(line, outer.wanted - outer.column)
                outer.key_next = None if outer.key_next is None else not outer.key_next
            if isinstance(event, yaml.CollectionStartEvent):
                around.append(_opened(event, outer, on_entry_line=line in found))
    return found


def _opened(event: yaml.CollectionStartEvent, outer: _Open | None, *, on_entry_line: bool) -> _Open:
    column = event.start_mark.column
    wanted = 0 if outer is None else outer.wanted + 2
    if outer is not None and on_entry_line and outer.key_next is None:
        wanted = outer.wanted + column - outer.column  # `- key: value`
    key_next = True if isinstance(event, yaml.MappingStartEvent) else None
    return _Open(column, wanted, not event.flow_style, key_next)


def _tidied(text: str) -> str:
    """No blanks at line ends, one empty line at most, one line end at the end; block texts as they are."""
    source = SourceFile("file", text)
    kept = _block_lines(text)
    end = "\r\n" if "\r\n" in text else "\n"
    lines: list[str] = []
    for number in range(1, len(source.starts) + 1):
        line = source.line(number)
        line = line if number in kept else line.rstrip()
        if line or number in kept or (lines and lines[-1]):
            lines.append(line)
    while lines and not lines[-1].strip():
        lines.pop()
    return end.join([*lines, ""])


def _block_lines(text: str) -> set[int]:
    """Lines of texts that begin with `|` or `>`, where blanks may be part of what is said."""
    kept: set[int] = set()
    for event in events_of(text):
        if isinstance(event, yaml.ScalarEvent) and event.style in ("|", ">"):
            kept.update(range(event.start_mark.line + 2, event.end_mark.line + 1))
        elif (
            isinstance(event, yaml.ScalarEvent)
            and event.style
            and event.end_mark.line > event.start_mark.line
        ):
            kept.update(range(event.start_mark.line + 1, event.end_mark.line + 1))
    return kept
