"""What stands at a cursor: a name with the place it is declared at, and the criterion around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.definition.draft import Criterion, Draft, Kind
from engine.definition.tree import Map, Node, Text
from engine.model.place import NOWHERE, Place

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_LOOKING_BACK = ("previous", "baseline", "last")
_TREATMENTS = ("taking", "tried", "failed")


@dataclass(frozen=True, slots=True)
class Subject:
    """A name at a cursor.

    Attributes:
        kind: What it stands for; None for a fact, define or series that only criteria name.
        name: In full: of a field with its evidence type.
        at: Where it stands. target: Where it is declared; nowhere for facts of the engine.
    """

    kind: Kind | None
    name: str
    at: Place
    target: Place = NOWHERE


def subject_at(draft: Draft, file: str, line: int, column: int) -> Subject | None:
    """The name under a cursor, None where there is none that is known."""
    criterion = criterion_at(draft, file, line, column)
    if criterion is not None:
        return _in_criterion(draft, criterion, file, line, column)
    for reference in draft.references:
        if _covers(reference.place, file, line, column):
            name = f"{reference.within}.{reference.name}" if reference.within else reference.name
            target = draft.declared(reference.kind).get(name)
            if target is not None:
                return Subject(reference.kind, name, reference.place, target)
    return _library(draft, file, line, column) or _declared(draft, file, line, column)


def criterion_at(draft: Draft, file: str, line: int, column: int) -> Criterion | None:
    """The criterion that stands there."""
    for criterion in draft.criteria:
        text = criterion.text
        if text.source.label != file or not text:
            continue
        offset = text.source.starts[line - 1] + column - 1 if line <= len(text.source.starts) else -1
        if text.start <= offset <= text.end:
            return criterion
    return None


def source_at(root: Map, line: int, column: int) -> str | None:
    """The source that covers a place of a file: the nearest one stated around it."""
    found: str | None = None
    for node in _around(root, line, column):
        stated = node.get("source")
        found = str(stated) if isinstance(stated, Text) and stated else found
    return found


def _around(node: Node, line: int, column: int) -> Iterator[Map]:
    """The mappings around a place, the outermost first."""
    while True:
        if isinstance(node, Map):
            yield node
            starts = [(key.place, node[name]) for name, key in node.keys_at.items() if name in node]
        elif isinstance(node, Text):
            return
        else:
            starts = [(item.place, item) for item in node]
        before = [(place, below) for place, below in starts if (place.line, place.column) <= (line, column)]
        if not before:
            return
        node = before[-1][1]


def _covers(place: Place, file: str, line: int, column: int) -> bool:
    inside = place.column <= column <= place.column + place.length
    return place.file == file and place.line == line and inside


def _in_criterion(draft: Draft, criterion: Criterion, file: str, line: int, column: int) -> Subject | None:
    text = draft.files[file].line(line)
    for found in re.finditer(r'"([^"]+)"', text):
        if found.start() < column <= found.end() and draft.names is not None:
            for name in draft.names.titled(found[1]):
                return _fact(draft, criterion, name, _span(file, line, found.start(), found.end()))
    for found in _WORD.finditer(text):
        if found.start() < column <= found.end() + 1:
            return _fact(draft, criterion, found[0], _span(file, line, found.start(), found.end()))
    return None


def _span(file: str, line: int, start: int, end: int) -> Place:
    return Place(file, line, start + 1, end - start)


def _fact(draft: Draft, criterion: Criterion, name: str, at: Place) -> Subject | None:
    algorithm, names = draft.algorithm, draft.names
    if algorithm is None:
        return None
    if criterion.derives is not None:
        name = f"{criterion.derives}.{name}"
    root, _, rest = name.partition(".")
    kind = algorithm.evidence.get(root)
    if kind is not None:
        head, _, last = rest.rpartition(".")
        field = kind.fields.get(last if head in _LOOKING_BACK else rest)
        if field is not None:
            return Subject(Kind.FIELD, f"{root}.{field.name}", at, field.place)
        return Subject(Kind.EVIDENCE, root, at, kind.place)
    if name in algorithm.parameters:
        return Subject(Kind.PARAMETER, name, at, algorithm.parameters[name].place)
    for section in (algorithm.defines, algorithm.series):
        if name in section:
            return Subject(None, name, at, section[name].place)
    if root in _TREATMENTS and rest in draft.declared(Kind.TREATMENT):
        return Subject(Kind.TREATMENT, rest, at, draft.declared(Kind.TREATMENT)[rest])
    for one in (Kind.STEP, Kind.OPTION, Kind.CLASS, Kind.MOVE):  # codes, such as that of `step.id`
        if name in draft.declared(one):
            return Subject(one, name, at, draft.declared(one)[name])
    return Subject(None, name, at) if names is not None and names.lookup(name) is not None else None


def _library(draft: Draft, file: str, line: int, column: int) -> Subject | None:
    """A library under `use`."""
    for text in draft.root.use if draft.root is not None else ():
        if _covers(text.shown, file, line, column):
            for label, source in draft.files.items():
                if label.endswith(f"/{text}.yaml"):
                    return Subject(None, str(text), text.shown, source.place(1, 1))
    return None


def _declared(draft: Draft, file: str, line: int, column: int) -> Subject | None:
    """A name where it is declared."""
    for kind in Kind:
        for name, place in draft.declared(kind).items():
            if _covers(place, file, line, column):
                return Subject(kind, name, place, place)
    algorithm = draft.algorithm
    for section in (algorithm.defines, algorithm.series) if algorithm is not None else ():
        for name, one in section.items():
            if _covers(one.place, file, line, column):
                return Subject(None, name, one.place, one.place)
    return None
