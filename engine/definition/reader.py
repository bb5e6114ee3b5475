"""YAML to a tree with places. Whatever the text, the answer is a tree, troubles, or both; no exception.

The events of the YAML parser are read one by one, with a stack of our own: nothing recurses, aliases are
never followed, and depth and size end the reading where they are passed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast

import yaml

from engine.definition import syntax_words
from engine.definition.limits import MAX_BYTES, MAX_DEPTH, MAX_LINES, MAX_NODES
from engine.definition.tree import Items, Map, Node, SourceFile, Text, kind_of
from engine.definition.troubles import Trouble, Troubles
from engine.model.errors import UnreadableError
from engine.model.place import Place

_Loader = getattr(yaml, "CLoader", yaml.Loader)
"""The C parser where there is one; it is fifty times as fast."""


class _Parser(Protocol):
    """The part of the YAML library that is used."""

    def check_event(self) -> bool: ...

    def get_event(self) -> yaml.Event: ...


# Also marks that reorder text on a screen: what an author reads must be what is decided.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
_BEGINNING = 1_000
_TAB_INDENT = re.compile(r"^ *\t+", re.MULTILINE)


@dataclass(frozen=True)
class Read:
    """A file that was read. `root` is None where nothing of it can be used."""

    source: SourceFile
    root: Map | None
    troubles: Troubles


def text_of_file(path: Path, label: str) -> str:
    """The text of a file.

    Raises:
        UnreadableError: It is not there, a folder, not text in UTF-8, over 10 MB, or may not be read.
    """
    try:
        if path.is_dir():
            raise UnreadableError(f"{label} is a folder, not a file", "name the file inside it")
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableError(
                f"{label} is larger than {MAX_BYTES // 1_000_000} MB",
                "split it into an algorithm and libraries",
            )
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise UnreadableError(f"{label} is not there", "check the path, or list the folder") from None
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"{label} is not text in UTF-8 (byte {error.start})", "save it as UTF-8 in your editor"
        ) from None
    except (OSError, ValueError) as error:
        reason = (
            error.strerror if isinstance(error, OSError) and error.strerror else "the path cannot be used"
        )
        raise UnreadableError(
            f"{label} cannot be read: {reason}", "check the path and its permissions"
        ) from None


def read_text(text: str, label: str, troubles: Troubles | None = None) -> Read:
    """Read the text of a file; `label` names it in findings."""
    found = Troubles() if troubles is None else troubles
    if len(text) > MAX_BYTES or text.count("\n") + text.count("\r") > MAX_LINES:
        # Not even its lines are looked at; the beginning stands for the file.
        source = SourceFile(label, text[:_BEGINNING])
        detail = f"{MAX_BYTES // 1_000_000} MB or {MAX_LINES} lines"
        found.add(Trouble("too-large", source.place(1, 1), detail=detail))
        return Read(source, None, found)
    source = SourceFile(label, text)
    if any([_forbidden(source, found), _tabs(source, found)]):
        return Read(source, None, found)
    return Read(source, _Reading(source, found).root(), found)


def _forbidden(source: SourceFile, troubles: Troubles) -> bool:
    hit = False
    for found in _FORBIDDEN.finditer(source.text):
        hit = True
        code = f"U+{ord(found[0]):04X}"
        troubles.add(Trouble("control-character", source.place_of(found.start()), code))
    return hit


def _tabs(source: SourceFile, troubles: Troubles) -> bool:
    hit = False
    for found in _TAB_INDENT.finditer(source.text):
        hit = True
        tab = found[0].index("\t")
        troubles.add(Trouble("tab", source.place_of(found.start() + tab, len(found[0]) - tab)))
    return hit


def events_of(text: str) -> Iterator[yaml.Event]:
    """The events of the parser alone: nothing is ever constructed from the text."""
    parser = cast(_Parser, _Loader(text))
    while parser.check_event():
        yield parser.get_event()


class _Stop(Exception):
    """Ends the reading; what was wrong is already noted."""


@dataclass
class _Level:
    """A mapping or list being read; `key` waits for its value. `ignore`: its content leads nowhere."""

    node: Map | Items
    key: Text | None = None
    ignore: bool = False


@dataclass
class _Reading:
    """One pass over the events of a file."""

    source: SourceFile
    troubles: Troubles
    levels: list[_Level] = field(default_factory=list["_Level"])
    nodes: int = 0
    top: Node | None = None
    documents: int = 0

    def root(self) -> Map | None:
        """The mapping the file holds."""
        try:
            for event in self._events():
                self._take(event)
        except _Stop:
            return None
        if isinstance(self.top, Map):
            return self.top
        place = self.source.place(1, 1)
        if self.top is not None:
            place = self.top.place
        what = kind_of(self.top) if self.top else "empty"
        self.troubles.add(Trouble("not-a-mapping", place, what))
        return None

    def _events(self) -> Iterator[yaml.Event]:
        try:
            yield from events_of(self.source.text)
        except yaml.MarkedYAMLError as error:
            self.troubles.add(syntax_words.trouble(error, self.source))
            raise _Stop from None
        except (yaml.YAMLError, ValueError, RecursionError):
            # The parser's own limits; nothing it says would help an author.
            self.troubles.add(
                Trouble("yaml-syntax", self.source.place(1, 1), detail="the file cannot be read as YAML")
            )
            raise _Stop from None

    def _place(self, event: yaml.Event) -> Place:
        start, end = event.start_mark, event.end_mark
        length = end.index - start.index if end.line == start.line else len(self.source.text)
        return self.source.place(start.line + 1, start.column + 1, max(1, length))

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.troubles.add(Trouble("several-documents", self._place(event)))
                raise _Stop
        elif isinstance(event, yaml.AliasEvent):
            self.troubles.add(Trouble("anchor", self._place(event), f"*{event.anchor}"))
            self._attach(None, self._place(event))
        elif isinstance(event, yaml.ScalarEvent):
            self._decorations(event)
            span = (event.start_mark.index, event.end_mark.index)
            self._attach(
                Text.at(event.value, self.source, self._place(event), span, plain=not event.style),
                self._place(event),
            )
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._decorations(event)
            self._open(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.levels.pop()

    def _decorations(
        self, event: yaml.ScalarEvent | yaml.MappingStartEvent | yaml.SequenceStartEvent
    ) -> None:
        if event.anchor is not None:
            self.troubles.add(Trouble("anchor", self._place(event), f"&{event.anchor}"))
        if event.tag is not None:
            self.troubles.add(Trouble("tag", self._place(event), str(event.tag)))

    def _open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        place = self._place(event)
        if len(self.levels) >= MAX_DEPTH:
            self.troubles.add(Trouble("too-deep", place, detail=str(MAX_DEPTH)))
            raise _Stop
        node = Map(place) if isinstance(event, yaml.MappingStartEvent) else Items(place)
        ignored = not self._attach(node, place)
        self.levels.append(_Level(node, ignore=ignored))

    def _attach(self, node: Node | None, place: Place) -> bool:
        """Put a node where it belongs; None is a node that cannot be used. False: it leads nowhere."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.troubles.add(Trouble("too-large", place, detail=f"{MAX_NODES} keys, values and list items"))
            raise _Stop
        if not self.levels:
            self.top = node
            return True
        level = self.levels[-1]
        if level.ignore:
            return False
        if isinstance(level.node, Items):
            if node is None:
                level.node.lost = True
                return False
            level.node.append(node)
            return True
        if level.key is None:
            level.key = self._key(node, place)
            return False
        key, level.key = level.key, None
        return self._entry(level.node, key, node)

    def _key(self, node: Node | None, place: Place) -> Text:
        if isinstance(node, Text):
            if node == "<<" and node.plain:
                self.troubles.add(Trouble("merge-key", place))
            return node
        if node is not None:
            self.troubles.add(
                Trouble("wrong-type", place, "", "a key", f"must be a text, not {kind_of(node)}")
            )
        return Text.at("", self.source, place, (0, 0))

    def _entry(self, owner: Map, key: Text, node: Node | None) -> bool:
        if key in owner:
            self.troubles.add(Trouble("duplicate-key", key.place, str(key), related=owner.key_place(key)))
            return False
        if node is None or key == "<<":
            owner.lost.add(str(key))
            return False
        if not key:
            return False
        owner.put(key, node)
        return True
