"""Sections gathered from an algorithm's file and the libraries it uses: each name once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from engine.definition.build.desk import Desk, map_of
from engine.definition.draft import Kind
from engine.definition.limits import MAX_MEMBERS
from engine.definition.schema.base import Part as BasePart
from engine.definition.schema.files import AlgorithmFile, LibraryFile
from engine.definition.troubles import Trouble
from engine.model.place import Place

Part = TypeVar("Part")
Whole = TypeVar("Whole", bound=BasePart)
Made = TypeVar("Made")
Key = TypeVar("Key", bound=str)
File = AlgorithmFile | LibraryFile
_ABOUT_A_SECTION = frozenset({"source", "unverified"})
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
        self,
        key: str,
        members: Callable[[File], Mapping[Key, Part]],
        kind: Kind | None = None,
        *,
        own_first: bool = False,
    ) -> Section[Part]:
        """The members of a section; a name that comes again is noted with both places.

        Args:
            kind: Declares the names as names of this kind, so that rules written before find them.
            own_first: The algorithm's own members come before those of its libraries.
        """
        section = Section[Part](key)
        draft = self.desk.draft
        for file in (self.files[-1], *self.files[:-1]) if own_first else self.files:
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

    def once(self, key: str, member: Callable[[File], Whole | None]) -> Whole | None:
        """What files say together, each key by one of them only; one said again is noted with both places."""
        section: Whole | None = None
        said: dict[str, tuple[object, Place]] = {}
        for file in self.files:
            part = member(file)
            if part is None:
                continue
            section = part if section is None else section
            for name in part.model_fields_set - _ABOUT_A_SECTION:
                place = part.node.key_place(type(part).model_fields[name].alias or name)
                if name in said:
                    trouble = Trouble("duplicate-id", place, name, key, related=said[name][1])
                    self.desk.draft.troubles.add(trouble)
                    continue
                said[name] = (getattr(part, name), place)
        return section and section.model_copy(update={name: value for name, (value, _) in said.items()})

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
