"""What a document is made of: words, blocks and sections, before anybody decides how they look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Cite:
    """A numbered citation. `place` counts the citations of one source, so that each can be linked to."""

    number: int
    place: int


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to a part of the document. `ref` is that part's id."""

    ref: str
    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Words that stand out."""

    text: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A word of warning about what stands before it: `Unverified`, `Source not recorded`."""

    text: str


@dataclass(frozen=True, slots=True)
class Quiet:
    """Words beside the point, such as an id."""

    text: str


Part = str | Cite | Link | Strong | Tag | Quiet
Words = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    words: Words


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a list, with lines beneath it. `ref` makes it a place that can be linked to."""

    words: Words
    items: tuple[Item, ...] = ()
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[Item, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table. A cell is one or several lines."""

    head: Words
    cells: tuple[tuple[Words, ...], ...]
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table. Its first column heads its rows."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """What a reader may open, and print always shows."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """What has to be known before the rest is read."""

    words: Words


@dataclass(frozen=True, slots=True)
class Drawing:
    """The place of the picture."""


Block = Paragraph | Bullets | Table | Fold | Notice | Drawing


@dataclass(frozen=True, slots=True)
class Section:
    """A part with a heading. `ref` is its id; `tag` is a word beside the heading, `look` how that looks."""

    ref: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    tag: str = ""
    look: str = ""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source with its number, and the sections that cite it: id and title."""

    number: int
    id: str
    text: str
    url: str | None
    cited_in: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """All of it. `facts` are terms with their words: who it is for, who approved it, until when it holds."""

    id: str
    version: str
    title: str
    digest: str
    status: str
    language: str
    review_by: date | None
    summary: Words
    facts: tuple[tuple[str, Words], ...]
    notices: tuple[Notice, ...]
    sections: tuple[Section, ...]
    sources: tuple[SourceRow, ...]
