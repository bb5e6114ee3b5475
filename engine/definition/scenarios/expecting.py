"""Expectations of an entry: which answer, fact or list is expected, and what it should be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from engine.criteria import BooleanType, CountType, DateType, StringType, Type
from engine.definition.build.desk import Desk
from engine.definition.draft import Kind
from engine.definition.scenarios.story import Expectation, Expected, Wanted
from engine.definition.schema.scenario import ExpectPart
from engine.definition.spelling import near_names
from engine.definition.tree import Map, Node, Text
from engine.definition.troubles import Trouble
from engine.model.algorithm import Algorithm
from engine.model.decision import OptionStatus, Status
from engine.model.entry import Entry
from engine.model.place import Place

_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,8})?\Z")
_RANGE = re.compile(r"([0-9]{1,6})\.\.([0-9]{1,6})\Z")
_KEYS = tuple(kind.value for kind in Expected if kind is not Expected.MOVE)


class ExpectBuilder:
    """Builds the expectations of one scenario. Criteria must have been judged before."""

    def __init__(self, desk: Desk, algorithm: Algorithm) -> None:
        self.desk = desk
        self.algorithm = algorithm

    def expectations(self, part: ExpectPart, entry: Entry) -> Iterator[Expectation]:
        """Every expectation of an entry, in the order written."""
        for key, node in part.node.items():
            place = part.spot(key)
            match key:
                case "start" | "dose":
                    yield from self._answers(key, part, entry, place)
                case "step":
                    name = self.desk.use_text(Kind.STEP, part.step, "`expect`")
                    yield Expectation(Expected.STEP, "", name, place)
                case "facts":
                    yield from self._facts(node)
                case "gate":
                    yield from self._gates(node)
                case "options":
                    yield from self._options(part)
                case "needs":
                    yield from self._needs(part)
                case "interrupts":
                    yield self._list(Expected.INTERRUPTS, Kind.INTERRUPT, part.interrupts or [], place)
                case "due":
                    yield self._list(Expected.DUE, Kind.EVIDENCE, part.due or [], place)
                case "flags":
                    yield self._list(Expected.FLAGS, Kind.FLAG, part.flags or [], place)
                case _:
                    yield from self._move(key, node, part)

    def _answers(self, key: str, part: ExpectPart, entry: Entry, place: Place) -> Iterator[Expectation]:
        wanted = part.start if key == "start" else part.dose
        asked = entry.start if key == "start" else entry.dose
        if not asked or len(wanted) not in (1, len(asked)):
            detail = f"an entry with {'a' if len(wanted) == 1 else len(wanted)} `{key}`"
            self.desk.trouble("misplaced-key", part.node.key_place(key), key, "`expect`", f"only {detail}")
            return
        statuses = tuple(status.value for status in wanted)
        yield Expectation(Expected(key), "", statuses[0] if len(statuses) == 1 else statuses, place)

    def _move(self, key: str, node: Node, part: ExpectPart) -> Iterator[Expectation]:
        place = part.node.key_place(key)
        if key not in self.algorithm.moves:
            near = near_names(key, (*_KEYS, *self.algorithm.moves))
            known = "a move's id, or one of " + ", ".join(f"`{one}`" for one in _KEYS)
            self.desk.draft.troubles.add(Trouble("unknown-key", place, key, "`expect`", known, near))
        elif not isinstance(node, Text) or node not in tuple(Status):
            shown = str(node)[:60] if isinstance(node, Text) else "a list or mapping"
            near = near_names(shown, tuple(Status))
            allowed = ", ".join(f"`{status.value}`" for status in Status)
            trouble = Trouble("wrong-value", place, shown, f"`{key}`", f"an answer|{allowed}", near)
            self.desk.draft.troubles.add(trouble)
        else:
            yield Expectation(Expected.MOVE, key, str(node), node.shown)

    def _list(self, kind: Expected, names: Kind, texts: list[Text], place: Place) -> Expectation:
        for text in texts:
            self.desk.use_text(names, text, f"`{kind}`")
        return Expectation(kind, "", tuple(str(text) for text in texts), place)

    def _gates(self, node: Node) -> Iterator[Expectation]:
        if not isinstance(node, Map):
            return
        for name, value in node.items():
            place = node.value_place(name)
            if not self.desk.use(Kind.GATE, name, node.key_place(name), "`gate`"):
                continue
            if not isinstance(value, Text):
                self.desk.trouble("wrong-type", place, name, detail="must be a conclusion, or `null`")
            elif is_null(value):
                yield Expectation(Expected.GATE, name, None, place)
            else:
                self.desk.use(Kind.CONCLUSION, value, value.shown, f"`{name}`", within=name)
                yield Expectation(Expected.GATE, name, str(value), place)

    def _options(self, part: ExpectPart) -> Iterator[Expectation]:
        node = part.node["options"]
        for name, status in part.options.items():
            place = node.key_place(name) if isinstance(node, Map) else part.place
            self.desk.use(Kind.OPTION, name, place, "`options`")
            yield Expectation(Expected.OPTION, str(name), OptionStatus(status).value, place)

    def _needs(self, part: ExpectPart) -> Iterator[Expectation]:
        node = part.node["needs"]
        for name, sets in part.needs.items():
            place = node.key_place(name) if isinstance(node, Map) else part.place
            self.desk.use(Kind.MOVE, name, place, "`needs`")
            for one in sets:
                for fact in one:
                    self.desk.fact(fact, "`needs`")
            yield Expectation(
                Expected.NEEDS,
                str(name),
                tuple(frozenset(str(fact).strip() for fact in one) for one in sets),
                place,
            )

    def _facts(self, node: Node) -> Iterator[Expectation]:
        if not isinstance(node, Map):
            return
        types = {
            id(judged.criterion.text): judged.checked.type
            for judged in self.desk.draft.lines
            if judged.checked is not None
        }
        for key, value in node.items():
            text = node.keys_at[key]
            if id(text) not in types:
                continue
            if not isinstance(value, Text):
                self.desk.trouble("wrong-type", node.key_place(key), key, detail="must be a single value")
                continue
            found = self._wanted(value, types[id(text)], key)
            if found is not None:
                yield Expectation(Expected.FACT, key.strip(), found[0], value.shown if value else text.shown)

    def _wanted(self, value: Text, type_: Type, key: str) -> tuple[Wanted] | None:
        """The value that is expected; None where it cannot be one of the criterion's type."""
        if is_null(value):
            return (None,)
        words = value.strip()
        match type_:
            case BooleanType():
                made: Wanted = {"true": True, "false": False}.get(words)
                allowed = "`true`, `false` or `null`"
            case StringType(codes=codes):
                made = words if codes is None or words in codes else None
                allowed = "a text" if codes is None else ", ".join(f"`{code}`" for code in codes[:30])
            case DateType():
                made = _day(words)
                allowed = "a date, written year-month-day"
            case CountType() if _RANGE.match(words):
                low, high = words.split("..")
                made = int(low) if int(low) == int(high) else f"{int(low)}..{int(high)}"
                allowed = ""
            case _:
                made = Decimal(words) if _NUMBER.match(words) else None
                allowed = "a number, or `null`"
        if made is None:
            near = near_names(words, type_.codes or ()) if isinstance(type_, StringType) else ()
            self.desk.draft.troubles.add(
                Trouble(
                    "wrong-value", value.shown, words[:60], f"`{key}`", f"a value it can have|{allowed}", near
                )
            )
            return None
        return (made,)


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words) if len(words) == 10 else None
    except ValueError:
        return None


def is_null(text: Text) -> bool:
    """Whether a text stands for what is not known."""
    return text.plain and text in ("null", "~", "")
