"""The desk everything is built at: it notes names declared and used, and the criteria written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.definition.draft import Criterion, Draft, Kind, Reference
from engine.definition.schema.base import Part
from engine.definition.tree import Map, Text
from engine.definition.troubles import Trouble
from engine.model.place import NOWHERE, Place


@dataclass
class Desk:
    """One building of one algorithm. `naming` is the define or series whose criteria are being built."""

    draft: Draft
    naming: str | None = None

    def use(
        self,
        kind: Kind,
        name: str | None,
        place: Place,
        owner: str,
        within: str = "",
        verb: str = "names",
        *,
        needed: bool = False,
    ) -> bool:
        """Note a name used; whether it is known."""
        if name is None:
            return False
        text = str(name)
        self.draft.references.append(Reference(kind, text, place, owner, within, verb, needed))
        return (f"{within}.{text}" if within else text) in self.draft.declared(kind)

    def use_text(self, kind: Kind, name: str | None, owner: str, within: str = "") -> str | None:
        """Note a name that stands as a text of its own; the name where it is known."""
        if name is None:
            return None
        return str(name) if self.use(kind, name, place_of(name), owner, within) else None

    def fact(self, text: str, owner: str, others: Iterable[str] = ()) -> str | None:
        """Note a fact that is read (`phq9.total`), or one of `others`; the fact where it is known."""
        name = str(text).strip()
        if name in others:
            return name
        root, _, field = name.partition(".")
        place = place_of(text)
        whole = text if isinstance(text, Text) else None
        if not self.use(Kind.EVIDENCE, root, whole.part(0, len(root)) if whole else place, owner):
            return None
        if field == "observed_on":
            return name
        spot = whole.part(len(root) + 1, len(name)) if whole and field else place
        return name if self.use(Kind.FIELD, field, spot, owner, within=root) else None

    def trouble(self, code: str, place: Place, name: str = "", owner: str = "", detail: str = "") -> None:
        """Note what is wrong."""
        self.draft.troubles.add(Trouble(code, place, name, owner, detail))

    def criterion(self, criterion: Criterion) -> None:
        """Note a criterion."""
        self.draft.criteria.append(criterion)


def place_of(text: str) -> Place:
    """Where a text stands; keys and filled-in texts have no place of their own."""
    return text.shown if isinstance(text, Text) else NOWHERE


def map_of(part: Part, key: str) -> Map:
    """The mapping under a key of a part, empty where there is none."""
    found = part.node.get(key)
    return found if isinstance(found, Map) else Map(part.place)


def plain(text: str | None) -> str | None:
    """The bare words of a text, without its place."""
    return None if text is None else str(text).strip()


def plains(texts: Iterable[str]) -> tuple[str, ...]:
    """The bare words of several texts."""
    return tuple(str(text).strip() for text in texts)


def title_of(title: str | None, name: str) -> str:
    """The title, or the id in words where none is given."""
    return plain(title) or _sentence(name.replace("_", " ").strip())


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
