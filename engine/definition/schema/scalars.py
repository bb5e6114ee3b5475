"""Texts of the format and what they are read as. Only here is a text typed: YAML's guesses never matter."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from engine.definition.durations import DurationError, read_duration, read_window
from engine.definition.spelling import near_names
from engine.definition.tree import Text, kind_of
from engine.model.time import Duration, Window

_SNAKE = re.compile(r"[a-z][a-z0-9_]*\Z")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*\Z")
_TEMPLATE = re.compile(r"(?:[a-z]|\{step\})(?:[a-z0-9_]|\{step\})*\Z")
_WHOLE = re.compile(r"-?[0-9]{1,9}\Z")
_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,8})?\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
MAX_ID = 80
"""Characters of an id; longer ones fit no column, no picture and no memory."""

Schema = dict[str, Any]


def _text_of(value: object, wanted: str) -> str:
    """The text of a value or key; a key is a plain `str`, its place is kept by its mapping."""
    if not isinstance(value, str):
        raise PydanticCustomError(
            "wrong-type", "must be {wanted}, not {found}", {"wanted": wanted, "found": kind_of(value)}
        )
    if not value.strip():
        raise PydanticCustomError("wrong-type", "has no value; it must be {wanted}", {"wanted": wanted})
    return value


def _bad(wanted: str, value: str, fix: str = "", near: tuple[str, ...] = ()) -> PydanticCustomError:
    shown = value if len(value) <= 60 else value[:60] + "..."
    return PydanticCustomError(
        "wrong-type",
        "must be {wanted}, not `{shown}`",
        {"wanted": wanted, "shown": shown, "fix": fix, "near": near},
    )


def _scalar(read: Callable[[object], object], schema: Schema) -> tuple[PlainValidator, WithJsonSchema]:
    return PlainValidator(read), WithJsonSchema(schema)


def _plain_text(value: object) -> str:
    return _text_of(value, "a text")


def _whole(value: object) -> int:
    text = _text_of(value, "a whole number")
    if not _WHOLE.match(text.strip()):
        raise _bad("a whole number", text)
    return int(text)


def _number(value: object) -> Decimal:
    text = _text_of(value, "a number")
    if not _NUMBER.match(text.strip()):
        raise _bad("a number of at most 12 digits before and 8 after the point", text, "write it like 12.5")
    return Decimal(text.strip())


def _yes_no(value: object) -> bool:
    text = _text_of(value, "true or false")
    if text not in ("true", "false"):
        meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(text.lower(), text.lower())
        raise _bad("true or false", text, near=(meant,) if meant in ("true", "false") else ())
    return text == "true"


def _day(value: object) -> date:
    text = _text_of(value, "a date")
    try:
        if not _DAY.match(text.strip()):
            raise ValueError
        return date.fromisoformat(text.strip())
    except ValueError:
        raise _bad("a day of the calendar", text, "write it as year-month-day, such as 2026-03-31") from None


def _duration(value: object) -> Duration:
    text = _text_of(value, "a duration")
    try:
        return read_duration(text)
    except DurationError as error:
        raise PydanticCustomError(
            "bad-duration", "{shown}", {"shown": str(text), "fix": error.fix, "meant": error.near}
        ) from None


def _window(value: object) -> Window:
    text = _text_of(value, "a duration")
    try:
        return read_window(text)
    except DurationError as error:
        raise PydanticCustomError(
            "bad-duration", "{shown}", {"shown": str(text), "fix": error.fix, "meant": error.near}
        ) from None


def _matching(pattern: re.Pattern[str], wanted: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        text = _text_of(value, wanted)
        if len(text) > MAX_ID or not pattern.match(text):
            raise PydanticCustomError("bad-id", "{wanted}", {"wanted": wanted, "shown": text[:60]})
        return text

    return read


def one_of(allowed: type[StrEnum] | tuple[str, ...], what: str) -> tuple[PlainValidator, WithJsonSchema]:
    """Annotations of a text that must be one of a few words; a `StrEnum` gives its member."""
    words = tuple(str(item) for item in allowed)

    def read(value: object) -> object:
        text = _text_of(value, what)
        if text not in words:
            raise PydanticCustomError(
                "wrong-value",
                "`{shown}` is not {what}",
                {"shown": text[:60], "what": what, "allowed": words, "near": near_names(text, words)},
            )
        return allowed(str(text)) if isinstance(allowed, type) else text

    return _scalar(read, {"enum": list(words)})


_TEXTUAL: Schema = {"type": ["string", "number", "boolean"]}
_SNAKE_WORDS = "an id: small letters, digits and `_`, beginning with a letter, at most 80"
_WORD_WORDS = "an id: letters, digits and `_`, beginning with a letter, at most 80"
_SLUG_WORDS = "an id: letters, digits, `-`, `_` and `.`, at most 80"

Words = Annotated[Text, *_scalar(_plain_text, _TEXTUAL)]
"""Any text that is not empty."""
Cql = Annotated[
    Text,
    *_scalar(
        lambda value: _text_of(value, "a criterion"),
        {
            **_TEXTUAL,
            "description": "A criterion: an expression of CQL over facts, such as `phq9.total >= 10`.",
        },
    ),
]
"""A criterion; what it says is read later."""
Whole = Annotated[int, *_scalar(_whole, {"type": "integer"})]
Number = Annotated[Decimal, *_scalar(_number, {"type": ["number", "string"]})]
YesNo = Annotated[bool, *_scalar(_yes_no, {"type": "boolean"})]
Day = Annotated[date, *_scalar(_day, {"type": "string", "format": "date"})]
Span = Annotated[
    Duration,
    *_scalar(
        _duration, {"type": "string", "pattern": r"^\d+ (day|week|month|year)s?$", "examples": ["14 days"]}
    ),
]
"""A duration such as `14 days`."""
Since = Annotated[
    Window,
    *_scalar(
        _window,
        {
            "type": "string",
            "pattern": r"^(\d+ (day|week|month|year)s?|ever|trial|step|episode|gate|interrupt)$",
            "examples": ["14 days", "ever", "trial"],
        },
    ),
]
"""How recent evidence must be: a duration, a moment, or `ever`."""
Snake = Annotated[
    Text, *_scalar(_matching(_SNAKE, _SNAKE_WORDS), {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"})
]
"""An id that criteria may name."""
Word = Annotated[
    Text, *_scalar(_matching(_WORD, _WORD_WORDS), {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]*$"})
]
"""An id of a class or group, where capitals are usual (`SSRI`)."""
Id = Annotated[
    Text,
    *_scalar(_matching(_SLUG, _SLUG_WORDS), {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]*$"}),
]
"""An id that no criterion names: a source, an algorithm, a claim."""
Template = Annotated[
    Text,
    *_scalar(
        _matching(_TEMPLATE, _SNAKE_WORDS + "; `{step}` where the move is written for each step"),
        {"type": "string"},
    ),
]
"""An id in which `{step}` stands for each step of a family."""
Path = Annotated[
    Text,
    *_scalar(
        _matching(
            re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)+\Z"),
            "the id of a library, such as `evidence/depression`",
        ),
        {"type": "string", "examples": ["evidence/depression"]},
    ),
]
"""The id of a library: its path below `library/`, without the ending."""
