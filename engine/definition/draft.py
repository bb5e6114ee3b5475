"""A draft: everything that was read and built of a definition, for the checks to judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from engine.criteria import Checked, Names, Problem
from engine.definition.schema.files import AlgorithmFile, LibraryFile
from engine.definition.tree import SourceFile, Text
from engine.definition.troubles import Troubles
from engine.definition.walk import Found, parts_of
from engine.model.algorithm import Algorithm
from engine.model.place import NOWHERE, Place


class Kind(StrEnum):
    """What a name in a definition can mean, in the author's words."""

    STEP = "step"
    MOVE = "move"
    EVIDENCE = "evidence type"
    FIELD = "field"
    OPTION = "option"
    CLASS = "class or group"
    TREATMENT = "option, class or group"
    GATE = "gate"
    CONCLUSION = "conclusion"
    ITEM = "item"
    INTERRUPT = "interrupt"
    FLAG = "flag"
    SOURCE = "source"
    PARAMETER = "parameter"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True, slots=True)
class Reference:
    """A name used somewhere.

    Attributes:
        owner: Where it is used, in the author's words.
        within: What a field is of.
        needed: It must exist, in a library too, which else may name steps that only some algorithms have.
    """

    kind: Kind
    name: str
    place: Place
    owner: str
    within: str = ""
    verb: str = "names"
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion as written.

    Attributes:
        said: The text that is read, with `{step}` filled in.
        step: What `{step}` stands for here.
        derives: Evidence type in whose record it is read; its fields are bare names then.
        named: Define or series that it is part of.
        derived: Field or working name that it computes there.
        condition: Whether it must be true or false; else it may have any type.
    """

    text: Text
    said: str
    owner: str
    step: str | None = None
    derives: str | None = None
    derived: str | None = None
    named: str | None = None
    condition: bool = True
    if_unknown: str | None = None
    because: str | None = None

    def place(self, start: int, end: int) -> Place:
        """Where a part of what is read stands in the file."""
        if self.step is None:
            return self.text.part(start, end)
        return self.text.part(self._written(start), self._written(end))

    def _written(self, offset: int) -> int:
        """The offset in the text as written, before `{step}` was filled in."""
        mark, said, at = "{step}", 0, 0
        while (found := self.text.find(mark, at)) >= 0:
            said += found - at
            if offset <= said:
                return found - (said - offset)
            if offset <= said + len(self.step or ""):
                return found + min(offset - said, len(mark))
            said += len(self.step or "")
            at = found + len(mark)
        return min(at + offset - said, len(self.text))


@dataclass(frozen=True, slots=True)
class Judged:
    """A criterion with what reading it gave: `checked`, or the problems it has."""

    criterion: Criterion
    checked: Checked | None
    problems: tuple[Problem, ...] = ()


@dataclass
class Draft:
    """What is known of a definition so far.

    Attributes:
        files: Files read, the algorithm's own first, by label.
        known: Names declared, by kind (`field`s and `conclusion`s as `owner.name`), with their places.
        broken: Names declared with a problem of their own; references to them are not doubted.
        incomplete: A library could not be read, so names it may hold are not doubted.
        algorithm: What could be built, whole only when there is no error.
        names: Names that criteria can use; None until the algorithm is built.
        clash: Why there is no table of names, where two things have one name.
        lines: Every criterion with what reading it gave.
        uses: Defines and series by those that name them, once a check has asked; see `wording.uses_of`.
    """

    files: dict[str, SourceFile] = field(default_factory=dict[str, SourceFile])
    troubles: Troubles = field(default_factory=Troubles)
    root: AlgorithmFile | None = None
    libraries: list[LibraryFile] = field(default_factory=list[LibraryFile])
    references: list[Reference] = field(default_factory=list[Reference])
    criteria: list[Criterion] = field(default_factory=list[Criterion])
    known: dict[Kind, dict[str, Place]] = field(default_factory=dict[Kind, dict[str, Place]])
    broken: set[str] = field(default_factory=set[str])
    incomplete: bool = False
    algorithm: Algorithm | None = None
    names: Names | None = None
    clash: str = ""
    lines: list[Judged] = field(default_factory=list[Judged])
    uses: dict[str, set[str]] | None = None

    @cached_property
    def parts(self) -> tuple[Found, ...]:
        """Every part of every file, the libraries' first; to be asked for once all files are read."""
        files = (*self.libraries, *((self.root,) if self.root else ()))
        return tuple(found for file in files for found in parts_of(file, file is self.root))

    def declare(self, kind: Kind, name: str, place: Place = NOWHERE) -> None:
        """Note that a name exists; the first place stays."""
        self.known.setdefault(kind, {}).setdefault(name, place)

    def declared(self, kind: Kind) -> Mapping[str, Place]:
        """Names of a kind with their places."""
        return self.known.get(kind, {})

    def doubted(self, name: str) -> bool:
        """Whether a name was declared, but with a problem of its own that is told already."""
        return name in self.broken
