"""Joins pieces of text to words, and numbers the sources as they are cited."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager

from engine.document.tree import Cite, Item, Link, Part, Quiet, Row, SourceRow, Strong, Table, Tag, Words
from engine.model.algorithm import Algorithm, Source

UNVERIFIED = Tag("Unverified")
_TIE = "\u00a0"
"""Keeps a citation on the line of what it is of."""
UNSOURCED = Tag("Source not recorded")


def clean(text: str) -> str:
    """Text without line breaks, control characters and signs that turn the direction of what follows."""
    return "".join(char if char.isprintable() or char == _TIE else " " for char in text)


def words(*parts: Part | Words) -> Words:
    """Pieces in a row; neighbouring texts become one."""
    found: list[Part] = []
    for part in _flat(parts):
        if isinstance(part, str):
            text = clean(part)
            if not text:
                continue
            before = found[-1] if found else None
            if isinstance(before, str):
                found[-1] = before + text
            else:
                found.append(text)
        elif isinstance(part, Link):
            found.append(Link(part.ref, clean(part.text)))
        elif isinstance(part, Strong):
            found.append(Strong(clean(part.text)))
        elif isinstance(part, Quiet):
            found.append(Quiet(clean(part.text)))
        else:
            found.append(part)
    return tuple(found)


def _flat(parts: Iterable[Part | Words]) -> Iterator[Part]:
    for part in parts:
        if isinstance(part, tuple):
            yield from part
        else:
            yield part


def capital(text: Words) -> Words:
    """The same with a capital at its beginning."""
    match text:
        case (str() as first, *rest):
            return (_capital(first), *rest)
        case (Link(ref=ref, text=first), *rest):
            return (Link(ref, _capital(first)), *rest)
        case _:
            return text


def _capital(text: str) -> str:
    """`rTMS` stays as it is."""
    return text if text[1:2].isupper() else text[:1].upper() + text[1:]


def item(*parts: Part | Words, items: Iterable[Item] = (), ref: str = "") -> Item:
    """A line of a list, begun with a capital."""
    return Item(capital(words(*parts)), tuple(items), ref)


def joined(parts: Sequence[Words], last: str = "and") -> Words:
    """`a, b and c`."""
    found: list[Part | Words] = []
    for place, one in enumerate(parts):
        if place:
            found.append(f" {last} " if place == len(parts) - 1 else ", ")
        found.append(one)
    return words(*found)


def clauses(parts: Sequence[Words], word: str) -> Words:
    """`a and b`; with semicolons where a part has joints of its own, so that one reading is left."""
    if not any(_JOINT.search(_plain(one)) for one in parts):
        return joined(parts, word)
    return words(
        *(piece for place, one in enumerate(parts) for piece in ((f"; {word} " if place else ""), one))
    )


_JOINT = re.compile(r", | and | or ")


def _plain(text: Words) -> str:
    return "".join(part for part in text if isinstance(part, str)) + "".join(
        part.text for part in text if isinstance(part, Link)
    )


def table(caption: str, columns: tuple[str, ...], rows: Sequence[Row]) -> Table:
    """A table without the columns in which no row says anything."""
    kept = [place for place in range(len(columns) - 1) if any(row.cells[place] for row in rows)]
    shown = tuple(Row(row.head, tuple(row.cells[place] for place in kept), row.ref) for row in rows)
    return Table(clean(caption), (columns[0], *(columns[place + 1] for place in kept)), shown)


class Sources:
    """Gives each source its number when it is first cited, and remembers in which sections it is."""

    def __init__(self, algorithm: Algorithm) -> None:
        self._known = algorithm.sources
        self._numbers: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        self._cited_in: dict[str, dict[str, Link]] = {}
        self._section: list[Link] = []

    @contextmanager
    def within(self, ref: str, title: str) -> Generator[None]:
        """Citations made here are of this section."""
        self._section.append(Link(ref, clean(title)))
        try:
            yield
        finally:
            self._section.pop()

    def cite(self, *ids: str | None, unverified: bool = False, needed: bool = False) -> Words:
        """Citations to stand after what they are of, each source once.

        Args:
            ids: Ids of sources; None is no source.
            unverified: What they are of has still to be checked at its source.
            needed: Say so where there is none.
        """
        found: list[Part] = []
        for id_ in dict.fromkeys(one for one in ids if one):
            found += [_TIE, self._cite(id_)]
        if not found and needed:
            found += [" ", UNSOURCED]
        if unverified:
            found += [" ", UNVERIFIED]
        return tuple(found)

    def _cite(self, id_: str) -> Cite:
        number = self._numbers.setdefault(id_, len(self._numbers) + 1)
        self._counts[id_] = self._counts.get(id_, 0) + 1
        if self._section:
            here = self._section[0]
            self._cited_in.setdefault(id_, {}).setdefault(here.ref, here)
        return Cite(number, self._counts[id_])

    def rows(self) -> tuple[SourceRow, ...]:
        """Every source that is cited, in the order of its number."""
        return tuple(self._row(number, id_) for id_, number in self._numbers.items())

    def _row(self, number: int, id_: str) -> SourceRow:
        source = self._known.get(id_) or Source(id_, id_)
        cited = tuple(self._cited_in.get(id_, {}).values())
        url = source.url if (source.url or "").startswith(("https://", "http://")) else None
        return SourceRow(number, clean(id_), clean(source.text), url, cited)
