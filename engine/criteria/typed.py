"""A criterion with its types: what the checker gives and every reading begins with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import cast

from engine.criteria.names import Name
from engine.criteria.syntax import Amount, Constant, Node, Unary
from engine.criteria.types import (
    BOOLEAN,
    NULL,
    WIDE,
    DateType,
    DecimalType,
    IntegerType,
    StringType,
    Type,
    Value,
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Typed:
    """A node with its type; `parts` follow `syntax.children`.

    `meaning` is what a reference stands for (a Name to read, or the checked define), or the value of a
    constant; None otherwise.
    """

    node: Node
    type: Type
    parts: tuple[Typed, ...] = ()
    meaning: Name | Checked | Filled | None = None

    def __repr__(self) -> str:
        return f"<Typed {self.node!r}: {self.type}>"


@dataclass(frozen=True, slots=True)
class Filled:
    """The value a parameter is filled in with."""

    value: Value


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Checked:
    """A criterion without problems.

    Attributes:
        facts: Every fact read, also through defines; a count by the names of its two ends.
        defines: Every define used, also through other defines.
        uses: The defines its own text names.
        define: The define this is the text of, or None.
        memo: Results other modules keep with it (the core of a define is lowered once).
    """

    text: str
    typed: Typed
    facts: frozenset[str]
    defines: frozenset[str]
    define: str | None
    uses: tuple[Checked, ...] = ()
    memo: dict[str, object] = field(default_factory=dict[str, object])

    def __repr__(self) -> str:
        return f"<Checked {self.text!r}>"

    @property
    def type(self) -> Type:
        """The type of the whole."""
        return self.typed.type

    @property
    def tree(self) -> Node:
        """What was written."""
        return self.typed.node


def type_of(value: Value) -> Type:
    """The exact type of a value written out."""
    match value:
        case None:
            return NULL
        case bool():
            return BOOLEAN
        case int():
            return IntegerType(value, value)
        case Decimal():
            return DecimalType(max(0, -cast("int", value.as_tuple().exponent)), value, value)
        case str():
            return StringType((value,))
        case dt.date():
            return DateType(value, value)


def constant_of(typed: Typed) -> Filled | None:
    """The value of a part written out or filled in (a signed number too); None for all else."""
    node = typed.node
    if isinstance(typed.meaning, Filled):
        return typed.meaning
    if isinstance(node, Constant | Amount):
        return Filled(node.value)
    if isinstance(node, Unary) and node.op != "not" and typed.parts:
        inner = constant_of(typed.parts[0])
        if inner is not None and isinstance(inner.value, int | Decimal):
            return Filled(opposite(inner.value) if node.op == "-" else inner.value)
    return None


def opposite(value: int | Decimal) -> int | Decimal:
    """`-value`, with every digit kept."""
    return WIDE.minus(value) if isinstance(value, Decimal) else -value
