"""A criterion as an English sentence that reads well aloud.

Names appear by their phrases, else by their titles; a define without words of its own stands in quotation
marks, so that it can be looked up. No signs stand in a sentence: `phq9.total >= 10` is "the PHQ-9 total is at
least 10". Where two readings were possible, commas and "both", "either" say which is meant.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from engine.criteria.defines import resolved
from engine.criteria.names import Name, Names
from engine.criteria.parse import parse
from engine.criteria.syntax import (
    Amount,
    Between,
    Binary,
    Braces,
    Call,
    Case,
    Chain,
    Choice,
    Constant,
    Elapsed,
    InInterval,
    InList,
    Is,
    Node,
    Reference,
    Unary,
)
from engine.criteria.types import BooleanType, Type, Value
from engine.criteria.units import CALENDAR

_WORDS = {unit: word for word, unit in CALENDAR.items()}
_COMPARED = {
    "=": "is",
    "!=": "is not",
    "~": "is about the same as",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
}
_DATES = {"<": "is before", "<=": "is on or before", ">": "is after", ">=": "is on or after"}
_AMOUNTS = {
    "=": "exactly",
    "<": "fewer than",
    "<=": "at most",
    ">": "more than",
    ">=": "at least",
}
_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_PLURALS = {"years", "months", "weeks", "days", "sessions"}
_CALCULATED = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}


def sentence(text: str, names: Names) -> str:
    """A whole criterion as a sentence without its full stop, beginning as its first name does.

    Raises:
        CriterionError: The text cannot be read.
    """
    return _English(names).condition(parse(text))


def phrase(tree: Node, names: Names, *, parameters: bool = True) -> str:
    """The same for a part already read.

    Args:
        tree: The part.
        names: What its names are called.
        parameters: Name a parameter beside its value. A reader who is told elsewhere which numbers may be set
            hears the value alone.
    """
    return _English(names, parameters=parameters).condition(tree)


class _English:
    def __init__(self, names: Names, *, parameters: bool = True) -> None:
        self.names = names
        self.parameters = parameters

    # Conditions

    def condition(self, node: Node) -> str:
        match node:
            case Chain(op=op, items=items):
                return self._chain(op, items)
            case Unary(op="not"):
                return self.denied(node.operand)
            case Binary(op="implies"):
                return f"if {self.condition(node.left)}, then {self.condition(node.right)}"
            case Binary(op="xor"):
                return f"either {self._grouped(node.left)} or {self._grouped(node.right)}, but not both"
            case Binary(op=op) if op in _COMPARED:
                return self._compared(op, node.left, node.right)
            case Is():
                return self._is(node)
            case InList(operand=operand, items=items):
                if len(items) == 1:
                    return self._compared("=", operand, items[0])
                return f"{self.value(operand)} is {self._codes(operand, items) if items else 'one of none'}"
            case InInterval():
                return self._interval(node)
            case Between(operand=operand, low=low, high=high):
                return f"{self.value(operand)} is from {self.value(low)} to {self._beside(operand, high)}"
            case Constant(value=value) if isinstance(value, bool):
                return "always" if value else "never"
            case Constant(value=None):
                return "not known"
            case Reference():
                return self._told(node)
            case Call(function="IsNull", arguments=(one,)):
                return f"{self._subject(one)} is not known"
            case Call(function="IsTrue" | "IsFalse" as function, arguments=(one,)):
                said = self.condition(one) if function == "IsTrue" else self.denied(one)
                return f"it is known that {said}"
            case Call(function="Exists", arguments=(Braces(items=items),)):
                return f"{_list([self.value(item) for item in items], 'or')} is known"
            case Choice():
                return (
                    f"if {self.condition(node.condition)}, then {self.condition(node.then)}, "
                    f"and otherwise {self.condition(node.otherwise)}"
                )
            case _:
                return self.value(node)

    def denied(self, node: Node) -> str:
        """The opposite of a condition."""
        match node:
            case Binary(op=op) if op in _OPPOSITE:
                return self._compared(_OPPOSITE[op], node.left, node.right)
            case InList(operand=operand, items=items) if items:
                if len(items) == 1:
                    return self._compared("!=", operand, items[0])
                return f"{self.value(operand)} is not {self._codes(operand, items)}"
            case Between(operand=operand, low=low, high=high):
                low_said, high_said = self.value(low), self._beside(operand, high)
                return f"{self.value(operand)} is not from {low_said} to {high_said}"
            case Is(operand=operand, test="null", negated=negated):
                return f"{self._subject(operand)} is {'not ' if negated else ''}known"
            case Reference():
                return self._told(node, denied=True)
            case Unary(op="not"):
                return self.condition(node.operand)
            case _:
                return f"it is not so that {self._grouped(node)}"

    def _chain(self, op: str, items: tuple[Node, ...]) -> str:
        items = _spans(items) if op == "and" else items
        if len(items) == 1:
            return self.condition(items[0])
        said = [self._grouped(item) for item in items]
        mixed = any(isinstance(item, Chain | Binary) and _joins(item) for item in items)
        if mixed:
            # Semicolons hold the larger parts apart, as in a spoken list.
            return f"; {op} ".join(said)
        return f" {op} ".join(said) if len(said) < 3 else _list(said, op)

    def _grouped(self, node: Node) -> str:
        text = self.condition(node)
        if isinstance(node, Chain) and len(node.items) == 2:
            return f"{'both' if node.op == 'and' else 'either'} {text}"
        if isinstance(node, Chain):
            return f"{'all of' if node.op == 'and' else 'any of'}: {text}"
        return text

    def _told(self, node: Reference, denied: bool = False) -> str:
        found = self._name(node)
        phrase = found.phrase if found is not None else None
        if phrase is not None and phrase.yes:
            return phrase.no if denied else phrase.yes
        if found is not None and found.kind == "define":
            return f"{self._title(node)} {'does not apply' if denied else 'applies'}"
        return f"{self._title(node)} is {'no' if denied else 'yes'}"

    def _compared(self, op: str, left: Node, right: Node) -> str:
        if isinstance(right, Constant) and isinstance(right.value, bool) and op in ("=", "!="):
            return self.condition(left) if right.value is (op == "=") else self.denied(left)
        if (clause := self._clause(op, left, right)) is not None:
            return clause
        words = _DATES.get(op) if self._is_date(left) or self._is_date(right) else None
        return f"{self._compared_one(left)} {words or _COMPARED[op]} {self._beside(left, right)}"

    def _clause(self, op: str, left: Node, right: Node) -> str | None:
        """A comparison that has words of its own; None for one that says its sides with a verb between."""
        elapsed, instead = _elapsed(left)
        if elapsed is not None and op in _AMOUNTS and isinstance(right, Constant):
            passed = self._passed(elapsed, f"{_AMOUNTS[op]} {spoken(right.value)}", right.value == 1)
            return passed if instead is None else f"{passed} ({spoken(instead)} where that is not known)"
        if isinstance(left, Elapsed):
            return f"{self.value(left)} {self._counted(op)} {self.value(right)}"
        found, constant = self._name(left), self._constant(right)
        said = found.phrase if found is not None else None
        if said is not None and isinstance(constant, str) and constant in said.clauses and op in ("=", "!="):
            return said.clauses[constant][op == "!="]
        if said is not None and said.counted is not None and op in _AMOUNTS and isinstance(constant, int):
            one, many, rest = said.counted
            if (op, constant) == ("<", 1):
                return f"no {one} {rest}"
            number = self._with_parameter(spoken(constant), right)
            return f"{_AMOUNTS[op]} {number} {one if constant == 1 else many} {rest}"
        if constant == "none" and op == "!=":
            return f"{self._compared_one(left)} is other than {self._beside(left, right)}"
        return None

    def _passed(self, elapsed: Elapsed, count: str, one: bool) -> str:
        unit = f"{self._span_words(elapsed)}{'' if one else 's'}"
        verb = "has" if one else "have"
        return f"{count} {unit} {verb} passed from {self.value(elapsed.since)} to {self.value(elapsed.until)}"

    def _span_words(self, elapsed: Elapsed) -> str:
        if elapsed.unit == "day":
            return elapsed.unit
        return f"{'calendar' if elapsed.boundaries else 'whole'} {elapsed.unit}"

    def _codes(self, operand: Node, items: tuple[Node, ...]) -> str:
        return _list([self._beside(operand, item) for item in items], "or")

    def _with_parameter(self, said: str, node: Node) -> str:
        return f"{said} ({self._title(node)})" if self.parameters and isinstance(node, Reference) else said

    def _compared_one(self, node: Node) -> str:
        """What is compared; a constant by its title, with what it is set to."""
        if isinstance(node, Reference) and (name := resolved(node, self.names)) in self.names.constants:
            return f"“{self._title(node)}” (here {spoken(self.names.constants[name])})"
        return self.value(node)

    def _beside(self, subject: Node, node: Node) -> str:
        """A value that something is compared with: a code by its label, a number with its unit."""
        found = self._name(subject)
        phrase = found.phrase if found is not None else None
        constant = self._constant(node)
        if phrase is None or constant is None:
            return self.value(node)
        if isinstance(constant, str):
            said = phrase.labels.get(constant) or spoken(constant)
        elif phrase.unit and not isinstance(constant, bool | dt.date):
            one = constant == 1 and phrase.unit in _PLURALS
            said = f"{spoken(constant)} {phrase.unit[:-1] if one else phrase.unit}"
        else:
            return self.value(node)
        return self._with_parameter(said, node)

    def _constant(self, node: Node) -> Value | None:
        match node:
            case Constant(value=value):
                return value
            case Reference():
                return self.names.constants.get(resolved(node, self.names))
            case _:
                return None

    def _name(self, node: Node) -> Name | None:
        return self.names.lookup(resolved(node, self.names)) if isinstance(node, Reference) else None

    def _counted(self, op: str) -> str:
        return _COMPARED[op].replace("is", "are", 1)

    def _is(self, node: Is) -> str:
        if node.test == "null":
            return f"{self._subject(node.operand)} is {'' if node.negated else 'not '}known"
        holds = node.test == "true"
        said = self.condition(node.operand) if holds is not node.negated else self.denied(node.operand)
        return f"{said}, or that is not known" if node.negated else f"it is known that {said}"

    def _interval(self, node: InInterval) -> str:
        low, high = self.value(node.low), self._beside(node.operand, node.high)
        if node.low_closed and node.high_closed:
            return f"{self.value(node.operand)} is from {low} to {high}"
        one = "at least" if node.low_closed else "more than"
        other = "at most" if node.high_closed else "less than"
        return f"{self.value(node.operand)} is {one} {low} and {other} {high}"

    def _subject(self, node: Node) -> str:
        return self._title(node) if isinstance(node, Reference) else self.value(node)

    def _is_date(self, node: Node) -> bool:
        match node:
            case Constant(value=value):
                return isinstance(value, dt.date)
            case Call(function="Today"):
                return True
            case Binary(op="+" | "-", left=left):
                return self._is_date(left)
            case Reference():
                return type(self._type(node)).__name__ == "DateType"
            case _:
                return False

    def _type(self, node: Reference) -> Type | None:
        found = self.names.lookup(resolved(node, self.names))
        return None if found is None else found.type

    # Values

    def value(self, node: Node) -> str:
        """A value as a noun."""
        match node:
            case Constant(value=value):
                return spoken(value)
            case Amount(value=value, unit=unit):
                return amount(value, unit)
            case Reference():
                name = resolved(node, self.names)
                if name in self.names.constants:
                    return self._with_parameter(spoken(self.names.constants[name]), node)
                if isinstance(self._type(node), BooleanType):
                    return f"whether {self._title(node)}"
                return self._title(node)
            case Unary(op=op, operand=operand) if op != "not":
                return f"minus {self.value(operand)}" if op == "-" else self.value(operand)
            case Binary(op=op, left=left, right=right) if op in _CALCULATED:
                one, other = self._operand(left), self._operand(right)
                if self._is_date(left) and op in "+-":
                    return f"{other} {'after' if op == '+' else 'before'} {one}"
                if op == "*" and (share := _share(left)):
                    return f"{share} of {other}"
                if op in "+-" and isinstance(left, Binary) and left.op in ("+", "-"):
                    one = self.value(left)
                return f"{one} {_CALCULATED[op]} {other}"
            case Elapsed(since=since, until=until):
                return f"the {self._span_words(node)}s from {self.value(since)} to {self.value(until)}"
            case Call(function="Today"):
                return "today"
            case Call():
                return self._function(node)
            case Choice():
                return (
                    f"{self.value(node.then)} if {self.condition(node.condition)}, "
                    f"and otherwise {self.value(node.otherwise)}"
                )
            case Case():
                return self._case(node)
            case Braces(items=items):
                return _list([self.value(item) for item in items], "and")
            case _:
                return f"whether {self.condition(node)}"

    def _operand(self, node: Node) -> str:
        text = self.value(node)
        return f"the result of {text}" if isinstance(node, Binary) else text

    def _function(self, node: Call) -> str:
        items = (
            node.arguments[0].items
            if node.arguments and isinstance(node.arguments[0], Braces)
            else node.arguments
        )
        said = [self.value(item) for item in items]
        match node.function:
            case "Coalesce":
                return f"the first known of {_list(said, 'and')}"
            case "Min" | "Max":
                return f"the {'least' if node.function == 'Min' else 'greatest'} of {_list(said, 'and')}"
            case "Count":
                return f"the number known of {_list(said, 'and')}"
            case _:
                return f"whether {self.condition(node)}"

    def _case(self, node: Case) -> str:
        said: list[str] = []
        for when, then in node.whens:
            asked = (
                self.condition(when) if node.selector is None else self._compared("=", node.selector, when)
            )
            said.append(f"{self.value(then)} if {asked}")
        return f"{', '.join(said)}, and otherwise {self.value(node.otherwise)}"

    def _title(self, node: Node) -> str:
        if not isinstance(node, Reference):
            return self.value(node)
        found = self._name(node)
        if found is None or (found.title is None and found.phrase is None):
            return re.sub(r"[._]", " ", resolved(node, self.names))
        if found.phrase is not None:
            return found.phrase.noun
        return f"“{found.title}”" if found.kind == "define" else found.title or ""


def _spans(items: tuple[Node, ...]) -> tuple[Node, ...]:
    """Two neighbours that bound one value below and above become one span."""
    merged: list[Node] = []
    for item in items:
        before = merged[-1] if merged else None
        if (
            isinstance(before, Binary)
            and isinstance(item, Binary)
            and (before.op, item.op) == (">=", "<=")
            and before.left == item.left
        ):
            merged[-1] = Between(before.left, before.right, item.right)
        else:
            merged.append(item)
    return tuple(merged)


def _elapsed(node: Node) -> tuple[Elapsed | None, Value | None]:
    """A time that has passed, and the number that stands for it while it is not known."""
    match node:
        case Elapsed():
            return node, None
        case Call(function="Coalesce", arguments=(Elapsed() as elapsed, Constant(value=value))):
            return elapsed, value
        case _:
            return None, None


def _share(node: Node) -> str:
    """A factor below 1 as a share: `half`, `75 percent`."""
    if not isinstance(node, Constant) or isinstance(node.value, bool) or not isinstance(node.value, Decimal):
        return ""
    if not 0 < node.value < 1:
        return ""
    return "half" if node.value == Decimal("0.5") else f"{spoken(node.value * 100)} percent"


def _joins(node: Node) -> bool:
    return isinstance(node, Chain) or (isinstance(node, Binary) and node.op in ("implies", "xor"))


def spoken(value: Value) -> str:
    """A value in words: a date with its month's name, a code without underscores."""
    match value:
        case None:
            return "not known"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"minus {-value}" if value < 0 else str(value)
        case Decimal():
            text = format(value.normalize() if value else Decimal(0), "f")
            return f"minus {text[1:]}" if text.startswith("-") else text
        case str():
            return value.replace("_", " ") or "an empty text"
        case dt.date():
            return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def amount(value: Decimal, unit: str) -> str:
    """A quantity: `6 weeks`, `80 percent`, `0.4 m[IU]/L`."""
    number = spoken(value)
    word = _WORDS.get(unit)
    if word is not None:
        return f"{number} {word}" if value == 1 else f"{number} {word}s"
    return number if unit == "1" else f"{number} percent" if unit == "%" else f"{number} {unit}"


def _list(items: list[str], word: str) -> str:
    if len(items) < 2:
        return items[0] if items else "none"
    return f"{', '.join(items[:-1])} {word} {items[-1]}"
