"""What a YAML file says, with the place of every word: mappings, lists and texts, nothing typed yet.

Nodes are dicts, lists and strings, so that the schema reads them as such; each remembers where it stands.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from engine.model.place import Place

_BREAK = re.compile(r"\r\n|\n|\r")
_BLANK = " \n\t\r"


@dataclass(frozen=True)
class SourceFile:
    """A file as it was read. `label` is how findings name it."""

    label: str
    text: str
    starts: tuple[int, ...] = field(init=False, repr=False)
    """Offset of the first character of each line."""
    ends: tuple[int, ...] = field(init=False, repr=False)
    """Offset after the last character of each line."""
    last: int = field(init=False, repr=False)
    """Number of the last line that holds anything; 1 in an empty file."""

    def __post_init__(self) -> None:
        starts, ends = [0], list[int]()
        for found in _BREAK.finditer(self.text):
            ends.append(found.start())
            starts.append(found.end())
        ends.append(len(self.text))
        filled = len(self.text.rstrip())
        object.__setattr__(self, "starts", tuple(starts))
        object.__setattr__(self, "ends", tuple(ends))
        object.__setattr__(self, "last", max(1, bisect_right(starts, max(filled - 1, 0))))

    def place_of(self, offset: int, length: int = 1) -> Place:
        """The place of a character of the text."""
        line = bisect_right(self.starts, offset)
        return self.place(line, offset - self.starts[line - 1] + 1, length)

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its end; empty beyond the file."""
        if not 1 <= number <= len(self.starts):
            return ""
        return self.text[self.starts[number - 1] : self.ends[number - 1]]

    def width(self, number: int) -> int:
        """How many characters a line has, without its end."""
        return self.ends[number - 1] - self.starts[number - 1]

    def place(self, line: int, column: int, length: int = 1) -> Place:
        """A place, brought back inside the file where a mark points past its end."""
        if line > self.last:
            line, column = self.last, self.width(self.last)
        width = self.width(line)
        column = max(1, min(column, max(width, 1)))
        return Place(self.label, line, column, max(1, min(length, width - column + 1)))


class Text(str):
    """A scalar as the author wrote it, quotes and escapes resolved.

    Attributes:
        plain: Written without quotes, so that `null` means nothing is known.
        start, end: Offsets of the raw text (quotes included) in the file.
    """

    __slots__ = ("end", "place", "plain", "source", "start")

    source: SourceFile
    place: Place
    plain: bool
    start: int
    end: int

    @classmethod
    def at(
        cls, value: str, source: SourceFile, place: Place, span: tuple[int, int], plain: bool = True
    ) -> Self:
        """A scalar of `source` at `place`, whose raw text lies at `span`."""
        made = cls(value)
        made.source, made.place, made.plain = source, place, plain
        made.start, made.end = span
        return made

    def saying(self, value: str) -> Text:
        """Another text at the same place."""
        return Text.at(value, self.source, self.place, (self.start, self.end), self.plain)

    @property
    def shown(self) -> Place:
        """Where its words stand; of a block text that is the line after its `|` or `>`."""
        return (
            self.place if self.plain or self.source.text[self.start] not in "|>" else self.part(0, len(self))
        )

    def part(self, start: int, end: int) -> Place:
        """Where characters `start` to `end` (exclusive) of the text stand in the file."""
        if not self:
            return self.place
        offsets = self._offsets(min(max(end, start + 1), len(self)))
        first, last = offsets[min(start, len(offsets) - 1)], offsets[-1]
        line = self._line_of(first)
        length = last - first + 1 if self._line_of(last) == line else self.source.width(line)
        return self.source.place(line, first - self.source.starts[line - 1] + 1, length)

    def _line_of(self, offset: int) -> int:
        return bisect_right(self.source.starts, offset)

    def _offsets(self, count: int) -> list[int]:
        """For each of the first `count` characters, the offset in the file of what it was written as.

        Only characters that show are matched one by one: a blank of the text may stand for a line break,
        an indentation or several of them, so it is placed right after the character before it.
        """
        raw, end = self.source.text, self.end
        style = "" if self.plain else raw[self.start : self.start + 1]
        at = self.start
        if style in ("|", ">"):
            header = _BREAK.search(raw, at)
            at = header.end() if header else at
        elif style:
            at += 1
        offsets: list[int] = []
        for character in self[:count]:
            if character not in _BLANK:
                while at < end and (width := _blank_width(raw, at, style)):
                    at += width
            offsets.append(max(self.start, min(at, end - 1)))
            if character not in _BLANK:
                at += _width(raw, at, style)
        return offsets


def _blank_width(raw: str, at: int, style: str) -> int:
    """How many characters at `at` make one blank: an escaped one has two."""
    if raw[at] in _BLANK:
        return 1
    return 2 if style == '"' and raw[at] == "\\" and raw[at + 1 : at + 2] in ("n", "t", "r", *_BLANK) else 0


def _width(raw: str, at: int, style: str) -> int:
    """How many characters at `at` write one character that shows."""
    if style == '"' and raw[at : at + 1] == "\\":
        return {"x": 4, "u": 6, "U": 10}.get(raw[at + 1 : at + 2], 2)
    return 2 if style == "'" and raw[at : at + 2] == "''" else 1


class Map(dict[str, "Node"]):
    """A mapping in the order it was written.

    Attributes:
        place: Of the mapping itself. `keys_at`: The keys as they were written, with their places.
        lost: Keys left out because of a problem already reported; nothing more is said of them.
    """

    __slots__ = ("keys_at", "lost", "place")

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.keys_at: dict[str, Text] = {}
        self.lost: set[str] = set()

    def put(self, key: Text, value: Node) -> None:
        """Add an entry."""
        self[str(key)] = value
        self.keys_at[str(key)] = key

    def drop(self, key: str) -> None:
        """Leave an entry out of everything that follows."""
        self.pop(key, None)
        self.lost.add(key)

    def key_place(self, key: str) -> Place:
        """Where a key stands, or the mapping itself where it has no such key."""
        found = self.keys_at.get(key)
        return found.place if found is not None else self.place

    def value_place(self, key: str) -> Place:
        """Where the value of a key stands: the value when it is a text, else its key."""
        value = self.get(key)
        return value.place if isinstance(value, Text) and value else self.key_place(key)


class Items(list["Node"]):
    """A list. `lost` tells that items were left out because of a problem already reported."""

    __slots__ = ("lost", "place")

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.lost = False


Node = Text | Map | Items


def kind_of(node: object) -> str:
    """A node in an author's words."""
    if isinstance(node, Map):
        return "a mapping (`key: value` lines)"
    return "a list" if isinstance(node, Items) else "a text"


Content = str | list["Content"] | dict[str, "Content"]


def content_of(node: Node) -> Content:
    """The bare content, without places: pairs in order, lists, stripped texts."""
    if isinstance(node, Map):
        return {"map": [[key, content_of(value)] for key, value in node.items()]}
    if isinstance(node, Items):
        return [content_of(item) for item in node]
    return node.strip()


def plain_of(node: Node) -> object:
    """The content as plain mappings, lists and texts."""
    if isinstance(node, Map):
        return {key: plain_of(value) for key, value in node.items()}
    if isinstance(node, Items):
        return [plain_of(item) for item in node]
    return str(node)


def texts_of(node: Node) -> Iterator[Text]:
    """Every scalar value beneath a node, in the order written."""
    if isinstance(node, Text):
        yield node
    else:
        for item in node.values() if isinstance(node, Map) else node:
            yield from texts_of(item)
