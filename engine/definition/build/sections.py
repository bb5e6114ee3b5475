"""Sections gathered from an algorithm's file and the libraries it uses: each name once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from engine.definition.build.desk import Desk, map_of
from engine.definition.draft import Kind
from engine.definition.limits import MAX_MEMBERS
from engine.definition.schema.files import AlgorithmFile, LibraryFile
from engine.definition.troubles import Trouble
from engine.model.place import Place

Part = TypeVar("Part")
Made = TypeVar("Made")
Key = TypeVar("Key", bound=str)
File = AlgorithmFile | LibraryFile
_RULES = ("define", "series")
"""Sections whose criteria are looked up by the name they stand under."""


@dataclass
class Section(Generic[Part]):
    """The members of one section, in the order of use and writing."""

    key: str
    parts: dict[str, Part] = field(default_factory=dict[str, Part])
    places: dict[str, Place] = field(default_factory=dict[str, Place])


class Gatherer:
    """Gathers sections of several files, the first that gives a name first."""

    def __init__(self, desk: Desk, files: Sequence[File]) -> None:
        self.desk = desk
        self.files = files

    def gather(
        self, key: str, members: Callable[[File], Mapping[Key, Part]], kind: Kind | None = None
    ) -> Section[Part]:
        """The members of a section; a name that comes again is noted with both places.

        Args:
            kind: Declares the names as names of this kind, so that rules written before find them.
        """
        section = Section[Part](key)
        draft = self.desk.draft
        for file in self.files:
            places = map_of(file, key)
            draft.broken |= places.lost
            for name, part in members(file).items():
                place = places.key_place(name)
                if name in section.parts:
                    first = section.places[name]
                    draft.troubles.add(Trouble("duplicate-id", place, str(name), key, related=first))
                    continue
                if len(section.parts) >= MAX_MEMBERS:
                    self.desk.trouble("too-large", place, detail=f"{MAX_MEMBERS} names under `{key}`")
                    draft.incomplete = True
                    return section
                section.parts[str(name)] = part
                section.places[str(name)] = place
                if kind is not None:
                    draft.declare(kind, str(name), place)
        return section

    def build(
        self, section: Section[Part], make: Callable[[str, Part, Place], Made | None]
    ) -> dict[str, Made]:
        """Build every member. One that cannot be built counts as declared, so that nobody looks for it."""
        made: dict[str, Made] = {}
        for name, part in section.parts.items():
            self.desk.naming = name if section.key in _RULES else None
            one = make(name, part, section.places[name])
            if one is None:
                self.desk.draft.broken.add(name)
            else:
                made[name] = one
        self.desk.naming = None
        return made
