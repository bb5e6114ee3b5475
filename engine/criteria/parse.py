"""Text to tree: lark reads the grammar, the handlers here build the nodes of `syntax`.

Anything that is not a criterion becomes a `CriterionError` with a place and words an author knows; no
text makes it fail in another way, or take longer than a moment.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Any, cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

import engine.criteria.misreadings as misreadings
from engine.criteria.problems import CriterionError, Problem, problem
from engine.criteria.syntax import (
    Amount,
    Between,
    Binary,
    BinaryOp,
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
    Test,
    Unary,
)
from engine.criteria.types import DATE_MAX, DATE_MIN, INTEGER_MAX
from engine.criteria.units import CALENDAR

MAX_LENGTH = 10_000
"""Characters of one criterion; more is refused unread."""
MAX_DEPTH = 60
"""Levels of nesting; it bounds every recursion over a tree."""

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)


class _Refused(Exception):
    """Leaves lark's machinery with the one problem that ends the reading."""

    def __init__(self, code: str, message: str, span: tuple[int, int], why: str = "", fix: str = "") -> None:
        super().__init__(message)
        self.parts = (code, message, span, why, fix)


def parse(text: str) -> Node:
    """Read a criterion.

    Raises:
        CriterionError: With exactly one problem: reading stops at the first.
    """
    if len(text) > MAX_LENGTH:
        raise CriterionError(
            [
                problem(
                    "criterion-too-long",
                    f"the criterion has {len(text)} characters; {MAX_LENGTH} is the most",
                    text[: MAX_LENGTH + 1],
                    (MAX_LENGTH, MAX_LENGTH + 1),
                    why="a text of this length is no longer one condition",
                    fix="give parts of it a name under `define` and use the names",
                )
            ]
        )
    try:
        return _read(text)
    except _Refused as refused:
        code, message, span, why, fix = refused.parts
        raise CriterionError([problem(code, message, text, span, why, fix)]) from None
    except UnexpectedInput as unexpected:
        raise CriterionError([_explain(text, unexpected)]) from None


def _read(text: str) -> Node:
    return cast("Node", cast("object", _reader().parse(text)))  # pyright: ignore[reportUnknownMemberType]


def _explain(text: str, unexpected: UnexpectedInput) -> Problem:
    if isinstance(unexpected, UnexpectedCharacters):
        at = cast("int", unexpected.pos_in_stream)
        return misreadings.of_character(text, at)
    if isinstance(unexpected, UnexpectedToken):
        token = cast("Token", unexpected.token)
        before = _last_token(text, token)
        try:
            accepted = unexpected.accepts
        except RecursionError:  # pragma: no cover - lark's own machinery, kept from the author
            accepted = set[str]()
        return misreadings.of_token(text, token, before, accepted)
    return problem("word-unexpected", "this cannot be read", text, (0, len(text)))  # pragma: no cover


def _last_token(text: str, token: Token) -> Token | None:
    """The token before `token`; the parser does not keep it, so the text is split once more."""
    last: Token | None = None
    for one in _reader().lex(text):  # pyright: ignore[reportUnknownMemberType]
        if token.type != "$END" and (one.start_pos or 0) >= (token.start_pos or 0):
            break
        last = one
    return last


@lru_cache(maxsize=1)
def _reader() -> Lark:
    grammar = resources.files("engine.criteria").joinpath("grammar.lark").read_text("utf-8")
    # A basic lexer reserves the keywords everywhere, so that a misplaced one is named as such.
    return Lark(grammar, parser="lalr", lexer="basic", transformer=_Builder(), maybe_placeholders=True)


def _begin(part: Token | Node) -> int:
    return cast("int", part.start_pos) if isinstance(part, Token) else part.start


def _finish(part: Token | Node) -> int:
    return cast("int", part.end_pos) if isinstance(part, Token) else part.end


def _levels(*parts: Node, span: tuple[int, int]) -> int:
    depth = 1 + max((part.depth for part in parts), default=0)
    if depth > MAX_DEPTH:
        raise _Refused(
            "criterion-too-deep",
            f"brackets and conditions are nested more than {MAX_DEPTH} levels deep here",
            (span[0], span[0] + 1),
            why="nobody can read it, and it cannot be checked safely",
            fix="give the inner parts a name under `define` and use the names",
        )
    return depth


Part = Token | Node


class _Builder(Transformer[Token, Node]):
    """One handler a rule of the grammar; each gets its parts in order, kept tokens included."""

    def start(self, parts: list[Node]) -> Node:
        return parts[0]

    # Values

    def number(self, parts: list[Token]) -> Node:
        token = parts[0]
        return Constant(_number(token), start=_begin(token), end=_finish(token))

    def quantity(self, parts: list[Token]) -> Node:
        number, unit = parts
        value = Decimal(_number(number))
        start, end = _begin(number), _finish(unit)
        if unit.type == "UNIT":
            return Amount(value, CALENDAR[_singular(unit)], calendar=True, start=start, end=end)
        return Amount(value, _unescape(unit), start=start, end=end)

    def text(self, parts: list[Token]) -> Node:
        return Constant(_unescape(parts[0]), start=_begin(parts[0]), end=_finish(parts[0]))

    def date(self, parts: list[Token]) -> Node:
        token = parts[0]
        span = (_begin(token), _finish(token))
        try:
            day = dt.date.fromisoformat(token[1:])
        except ValueError:
            raise _Refused(
                "date-impossible",
                f"`{token}` is not a day of the calendar",
                span,
                fix="write @year-month-day",
            ) from None
        if not DATE_MIN <= day <= DATE_MAX:
            raise _Refused(
                "date-out-of-range",
                f"`{token}` is outside {DATE_MIN} to {DATE_MAX}",
                span,
                why="dates of care lie in these years, and date arithmetic is proved for them",
                fix=f"write a date from @{DATE_MIN} to @{DATE_MAX}",
            )
        return Constant(day, start=span[0], end=span[1])

    def null(self, parts: list[Token]) -> Node:
        return Constant(None, start=_begin(parts[0]), end=_finish(parts[0]))

    def true(self, parts: list[Token]) -> Node:
        return Constant(True, start=_begin(parts[0]), end=_finish(parts[0]))

    def false(self, parts: list[Token]) -> Node:
        return Constant(False, start=_begin(parts[0]), end=_finish(parts[0]))

    def reference(self, parts: list[Token]) -> Node:
        words: list[str] = []
        quoted = False
        for token in parts:
            if token.type == "QUOTED":
                quoted = True
                words.append(_unescape(token))
            elif token.type == "DOTTED":
                words.append(token[1:].strip())
            elif token.type == "NAME":
                words.append(str(token))
        return Reference(tuple(words), quoted, start=_begin(parts[0]), end=_finish(parts[-1]))

    # Operators

    def binary(self, parts: list[Part]) -> Node:
        left, token, right = cast("tuple[Node, Token, Node]", tuple(parts))
        op = cast("BinaryOp", str(token))
        depth = _levels(left, right, span=left.span)
        return Binary(op, left, right, _begin(token), start=left.start, end=right.end, depth=depth)

    def chain(self, parts: list[Part]) -> Node:
        left, token, right = cast("tuple[Node, Token, Node]", tuple(parts))
        op = "and" if token.type == "AND" else "or"
        items = (left, right)
        if isinstance(left, Chain) and left.op == op and not left.start < left.items[0].start:
            items = (*left.items, right)
        depth = _levels(*items, span=left.span)
        return Chain(op, items, start=left.start, end=right.end, depth=depth)

    def unary(self, parts: list[Part]) -> Node:
        token, operand = cast("tuple[Token, Node]", tuple(parts))
        span = (_begin(token), operand.end)
        op = "not" if token.type == "NOT" else "-" if token.type == "MINUS" else "+"
        return Unary(op, operand, start=span[0], end=span[1], depth=_levels(operand, span=span))

    def group(self, parts: list[Part]) -> Node:
        opening, inner, closing = cast("tuple[Token, Node, Token]", tuple(parts))
        span = (_begin(opening), _finish(closing))
        # Brackets count as a level: `((((x))))` must not grow without bound either.
        return replace(inner, start=span[0], end=span[1], depth=_levels(inner, span=span))

    def is_test(self, parts: list[Part]) -> Node:
        return self._is(cast("Node", parts[0]), cast("Token", parts[-1]), negated=False)

    def is_not_test(self, parts: list[Part]) -> Node:
        return self._is(cast("Node", parts[0]), cast("Token", parts[-1]), negated=True)

    def _is(self, operand: Node, token: Token, negated: bool) -> Node:
        test = cast("Test", str(token))
        depth = _levels(operand, span=operand.span)
        return Is(operand, test, negated, start=operand.start, end=_finish(token), depth=depth)

    def in_list(self, parts: list[Part]) -> Node:
        operand, _, braces = cast("tuple[Node, Token, Braces]", tuple(parts))
        depth = _levels(operand, *braces.items, span=operand.span)
        return InList(operand, braces.items, start=operand.start, end=braces.end, depth=depth)

    def in_interval(self, parts: list[Part]) -> Node:
        operand, low, high = cast("Node", parts[0]), cast("Node", parts[4]), cast("Node", parts[6])
        opening, closing = cast("Token", parts[3]), cast("Token", parts[7])
        return InInterval(
            operand,
            low,
            high,
            opening.type == "LSQB",
            closing.type == "RSQB",
            start=operand.start,
            end=_finish(closing),
            depth=_levels(operand, low, high, span=operand.span),
        )

    def between(self, parts: list[Part]) -> Node:
        operand, _, low, _, high = cast("tuple[Node, Token, Node, Token, Node]", tuple(parts))
        depth = _levels(operand, low, high, span=operand.span)
        return Between(operand, low, high, start=operand.start, end=high.end, depth=depth)

    def duration(self, parts: list[Part]) -> Node:
        return self._elapsed(parts, boundaries=False)

    def difference(self, parts: list[Part]) -> Node:
        return self._elapsed(parts, boundaries=True)

    def _elapsed(self, parts: list[Part], boundaries: bool) -> Node:
        unit = next(part for part in parts if isinstance(part, Token) and part.type == "UNIT")
        since, until = cast("Node", parts[-3]), cast("Node", parts[-1])
        span = (_begin(parts[0]), until.end)
        depth = _levels(since, until, span=span)
        return Elapsed(_singular(unit), since, until, boundaries, start=span[0], end=span[1], depth=depth)

    # Functions, lists, choices

    def arguments(self, parts: list[Part]) -> tuple[Node, ...]:
        return tuple(part for part in parts if isinstance(part, Node))

    def braces(self, parts: list[Any]) -> Node:
        items = cast("tuple[Node, ...]", parts[1] or ())
        span = (_begin(parts[0]), _finish(parts[2]))
        return Braces(items, start=span[0], end=span[1], depth=_levels(*items, span=span))

    def exists(self, parts: list[Part]) -> Node:
        token, braces = cast("tuple[Token, Node]", tuple(parts))
        span = (_begin(token), braces.end)
        return Call("Exists", (braces,), start=span[0], end=span[1], depth=_levels(braces, span=span))

    def call(self, parts: list[Any]) -> Node:
        word, arguments = cast("Token", parts[0]), cast("tuple[Node, ...]", parts[2] or ())
        span = (_begin(word), _finish(parts[3]))
        return Call(str(word), arguments, start=span[0], end=span[1], depth=_levels(*arguments, span=span))

    def choice(self, parts: list[Part]) -> Node:
        condition, then, otherwise = cast("Node", parts[1]), cast("Node", parts[3]), cast("Node", parts[5])
        span = (_begin(parts[0]), otherwise.end)
        depth = _levels(condition, then, otherwise, span=span)
        return Choice(condition, then, otherwise, start=span[0], end=span[1], depth=depth)

    def when(self, parts: list[Part]) -> tuple[Node, Node]:
        return cast("Node", parts[1]), cast("Node", parts[3])

    def case(self, parts: list[Any]) -> Node:
        return self._case(None, parts)

    def case_of(self, parts: list[Any]) -> Node:
        return self._case(cast("Node", parts[1]), parts)

    def _case(self, selector: Node | None, parts: list[Any]) -> Node:
        whens = tuple(cast("tuple[Node, Node]", part) for part in parts if type(part) is tuple)
        otherwise = cast("Node", parts[-2])
        span = (_begin(parts[0]), _finish(parts[-1]))
        inside = [part for pair in whens for part in pair] + [otherwise]
        depth = _levels(*inside, *([selector] if selector else []), span=span)
        return Case(selector, whens, otherwise, start=span[0], end=span[1], depth=depth)


def _number(token: Token) -> int | Decimal:
    whole, _, places = token.partition(".")
    span = (_begin(token), _finish(token))
    if len(places) > 8:
        raise _Refused(
            "number-out-of-range",
            f"`{token}` has {len(places)} decimal places; 8 is the most",
            span,
            fix=f"write {whole}.{places[:8]}",
        )
    if len(whole.lstrip("0")) > 28:
        raise _Refused("number-out-of-range", f"`{token}` has more than 28 digits before the point", span)
    if places:
        return Decimal(token)
    if int(whole) > INTEGER_MAX + 1:
        raise _Refused(
            "number-out-of-range",
            f"`{token}` is too large for a whole number; {INTEGER_MAX} is the largest",
            span,
            fix=f"write {whole}.0 for a decimal number",
        )
    return int(whole)


def _singular(unit: Token) -> str:
    return str(unit).rstrip("s")


def _unescape(token: Token) -> str:
    def one(found: re.Match[str]) -> str:
        escaped = found[1]
        if escaped[0] == "u" and len(escaped) > 1:
            return chr(int(escaped[1:], 16))
        if escaped in _ESCAPES:
            return _ESCAPES[escaped]
        if escaped in "'\"`\\/":
            return escaped
        place = _begin(token) + 1 + found.start()
        raise _Refused(
            "text-escape",
            f"`\\{escaped}` means nothing inside a text",
            (place, place + 2),
            fix="write `\\\\` for a backslash and `\\'` for a quote",
        )

    return _ESCAPE.sub(one, token[1:-1]) if "\\" in token else str(token[1:-1])
