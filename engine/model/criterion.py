"""Criteria as the definition states them: lines of CQL, grouped by all, any and none."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from engine.model.place import NOWHERE, Place


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion with its reason and source.

    Attributes:
        text: A CQL expression over facts; Boolean unless the reader asks for another type.
        because: Why the line is there, in the author's words.
        source: Id of a source of the algorithm.
        if_unknown: Says on the record that hiding an unknown is meant (`is true`, Coalesce, if, case).
    """

    text: str
    place: Place = field(default=NOWHERE, compare=False)
    because: str | None = None
    source: str | None = None
    unverified: bool = False
    if_unknown: Literal["yes", "no"] | None = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when every item is true."""

    items: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when at least one item is true."""

    items: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """True when every item is false."""

    items: tuple["Condition", ...]


Condition = Line | AllOf | AnyOf | NoneOf

ALWAYS = AllOf(())


def lines_of(condition: Condition) -> Iterator[Line]:
    """Every line of a condition, in the order it was written."""
    if isinstance(condition, Line):
        yield condition
    else:
        for item in condition.items:
            yield from lines_of(item)


def text_of(condition: Condition) -> str:
    """The condition as one CQL expression. An empty `all` is true, an empty `any` is false."""
    match condition:
        case Line(text=text):
            return text
        case AllOf(items=items):
            return " and ".join(f"({text_of(item)})" for item in items) or "true"
        case AnyOf(items=items):
            return " or ".join(f"({text_of(item)})" for item in items) or "false"
        case NoneOf(items=items):
            return " and ".join(f"(not ({text_of(item)}))" for item in items) or "true"
