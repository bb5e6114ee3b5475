"""The tree of a criterion: what was written, with its place, before names and types are looked at.

`start` and `end` are offsets into the text and stay out of equality, so that two criteria that say the
same are equal. `depth` counts nesting (a chain of `and` is one level) and bounds every recursion over a
tree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

BinaryOp = Literal["implies", "xor", "=", "!=", "~", "<", "<=", ">", ">=", "+", "-", "*", "/"]
Test = Literal["null", "true", "false"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Any part of a criterion."""

    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    depth: int = field(default=1, compare=False, repr=False)

    @property
    def span(self) -> tuple[int, int]:
        """Where it stands."""
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A value written out. A number keeps its places: `1.50` is Decimal('1.50'), `1` an int."""

    value: bool | int | Decimal | str | dt.date | None


@dataclass(frozen=True, slots=True)
class Amount(Node):
    """A number with a unit; `calendar` is true when the unit was one of CQL's words (`6 weeks`)."""

    value: Decimal
    unit: str
    calendar: bool = False


@dataclass(frozen=True, slots=True)
class Reference(Node):
    """A fact, parameter or define by its dotted name, or by its title when quoted."""

    parts: tuple[str, ...]
    quoted: bool = False

    @property
    def name(self) -> str:
        """With its dots."""
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`not x`, `-x`, `+x`."""

    op: Literal["not", "-", "+"]
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`left op right`; `op_start` is the offset of the operator."""

    op: BinaryOp
    left: Node
    right: Node
    op_start: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """Two or more items joined by `and`, or by `or`."""

    op: Literal["and", "or"]
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Is(Node):
    """`x is null`, `x is not true` ..."""

    operand: Node
    test: Test
    negated: bool


@dataclass(frozen=True, slots=True)
class InList(Node):
    """`x in {a, b}`."""

    operand: Node
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InInterval(Node):
    """`x in Interval[low, high)`."""

    operand: Node
    low: Node
    high: Node
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`x between low and high`, both ends inside."""

    operand: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class Elapsed(Node):
    """Whole `unit`s passed (`weeks between a and b`), or boundaries crossed (`difference in weeks ...`)."""

    unit: str
    since: Node
    until: Node
    boundaries: bool = False


@dataclass(frozen=True, slots=True)
class Braces(Node):
    """`{a, b}`, which only some functions and `exists` take."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function by name: `Coalesce(a, b)`, `Today()`."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """`if condition then one else other`."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Case(Node):
    """`case when c then a ... else z end`; with `selector`, each `c` is a value to equal."""

    selector: Node | None
    whens: tuple[tuple[Node, Node], ...]
    otherwise: Node


def children(node: Node) -> tuple[Node, ...]:
    """The direct parts of a node, in the order written."""
    match node:
        case Unary(operand=one) | Is(operand=one):
            return (one,)
        case Binary(left=left, right=right):
            return left, right
        case Chain(items=items) | Braces(items=items) | Call(arguments=items):
            return items
        case InList(operand=one, items=items):
            return one, *items
        case InInterval(operand=one, low=low, high=high) | Between(operand=one, low=low, high=high):
            return one, low, high
        case Elapsed(since=since, until=until):
            return since, until
        case Choice(condition=condition, then=then, otherwise=otherwise):
            return condition, then, otherwise
        case Case(selector=selector, whens=whens, otherwise=otherwise):
            head = () if selector is None else (selector,)
            return (*head, *(part for pair in whens for part in pair), otherwise)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Every node of the tree, a parent before its children."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if not isinstance(one, Reference | Constant):  # most nodes have no parts
            waiting += reversed(children(one))


def hides_unknown(node: Node) -> Iterator[Node]:
    """Parts that turn an unknown into an answer: `is true|false|null`, Coalesce, Min, Max, if, case, `~` ...

    Whether that is meant is for the definition to say (`if_unknown`); the language allows it.
    """
    for part in walk(node):
        match part:
            case Is() | Choice() | Case() | Binary(op="~"):
                yield part
            case Call(function=function) if function in _HIDING:
                yield part
            case _:
                pass


_HIDING = {"Coalesce", "Min", "Max", "Count", "Exists", "IsNull", "IsTrue", "IsFalse"}
