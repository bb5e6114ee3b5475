"""Tree to text: one way to write every criterion, with the brackets it needs and no others.

`parse(write(tree)) == tree` for every tree that `parse` gives. Comments are not part of a tree.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

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
from engine.criteria.types import Value
from engine.criteria.units import CALENDAR

_LEVELS = {
    "implies": 1,
    "xor": 2,
    "or": 2,
    "and": 3,
    "=": 5,
    "!=": 5,
    "~": 5,
    "<": 6,
    "<=": 6,
    ">": 6,
    ">=": 6,
    "+": 10,
    "-": 10,
    "*": 11,
    "/": 11,
}
_IN, _BETWEEN, _NOT, _IS, _SUM, _UNARY, _ATOM = 4, 7, 8, 9, 10, 12, 13
_OPEN_ENDED = 0
"""An `if` swallows all that follows its `else`, so it is bracketed wherever something could."""
_WORDS = {unit: word for word, unit in CALENDAR.items()}


def write(node: Node) -> str:
    """The text of a tree."""
    return _write(node, _OPEN_ENDED)


def _level(node: Node) -> int:
    match node:
        case Binary(op=op) | Chain(op=op):
            return _LEVELS[op]
        case InList() | InInterval():
            return _IN
        case Between() | Elapsed():
            return _BETWEEN
        case Unary(op=op):
            return _NOT if op == "not" else _UNARY
        case Is():
            return _IS
        case Choice():
            return _OPEN_ENDED
        case _:
            return _ATOM


def _write(node: Node, least: int) -> str:
    """The text of a part; in brackets when it binds less than its place needs."""
    text = _plain(node)
    return f"({text})" if _level(node) < least else text


def _plain(node: Node) -> str:
    match node:
        case Constant(value=value):
            return write_value(value)
        case Amount():
            return write_amount(node.value, node.unit, node.calendar)
        case Reference(parts=parts, quoted=quoted):
            return ".".join(f'"{_escaped(part, chr(34))}"' if quoted else part for part in parts)
        case Unary(op=op, operand=operand):
            return f"not {_write(operand, _NOT)}" if op == "not" else f"{op}{_write(operand, _UNARY)}"
        case Chain(op=op, items=items):
            level = _LEVELS[op]
            first = _write(items[0], level if isinstance(items[0], Binary) else level + 1)
            return f" {op} ".join([first, *(_write(item, level + 1) for item in items[1:])])
        case Binary(op=op, left=left, right=right):
            level = _LEVELS[op]
            return f"{_write(left, level)} {op} {_write(right, level + 1)}"
        case Is(operand=operand, test=test, negated=negated):
            return f"{_write(operand, _IS)} is {'not ' if negated else ''}{test}"
        case InList(operand=operand, items=items):
            return f"{_write(operand, _IN + 1)} in {_braces(items)}"
        case InInterval():
            ends = f"{write(node.low)}, {write(node.high)}"
            opening, closing = "[" if node.low_closed else "(", "]" if node.high_closed else ")"
            return f"{_write(node.operand, _IN + 1)} in Interval{opening}{ends}{closing}"
        case Between(operand=operand, low=low, high=high):
            return f"{_write(operand, _NOT)} between {_write(low, _SUM)} and {_write(high, _SUM)}"
        case Elapsed(unit=unit, since=since, until=until, boundaries=boundaries):
            head = f"difference in {unit}s" if boundaries else f"{unit}s"
            return f"{head} between {_write(since, _SUM)} and {_write(until, _SUM)}"
        case Braces(items=items):
            return _braces(items)
        case Call(function=function, arguments=arguments):
            return f"{function}({', '.join(write(argument) for argument in arguments)})"
        case Choice():
            return f"if {write(node.condition)} then {write(node.then)} else {write(node.otherwise)}"
        case Case(selector=selector, whens=whens, otherwise=otherwise):
            head = "case" if selector is None else f"case {write(selector)}"
            branches = " ".join(f"when {write(when)} then {write(then)}" for when, then in whens)
            return f"{head} {branches} else {write(otherwise)} end"
        case _:  # pragma: no cover - the match names every node
            raise AssertionError(node)


def _braces(items: tuple[Node, ...]) -> str:
    return "{" + ", ".join(write(item) for item in items) + "}"


def write_value(value: Value) -> str:
    """A value as a criterion writes it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            text = format(value, "f")
            return text if "." in text else f"{text}.0"
        case str():
            return f"'{_escaped(value, chr(39))}'"
        case dt.date():
            return f"@{value.isoformat()}"


def write_amount(value: Decimal, unit: str, calendar: bool) -> str:
    """A quantity; in calendar words when it was written so."""
    number = format(value, "f")
    if not calendar:
        return f"{number} '{_escaped(unit, chr(39))}'"
    word = _WORDS.get(unit, unit)
    return f"{number} {word if number == '1' else word + 's'}"


_SPECIAL = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f", "\\": "\\\\"}


def _escaped(text: str, quote: str) -> str:
    def one(found: re.Match[str]) -> str:
        character = found[0]
        if character == quote:
            return f"\\{quote}"
        return _SPECIAL.get(character) or f"\\u{ord(character):04x}"

    return re.sub(rf"[\x00-\x1f\\{quote}]", one, text)
