"""The core: about 30 small operators that every reading of a criterion shares.

What each operator does with unknown operands:

- `and`, `or`, `not` are Kleene's; `xor` and all comparison and arithmetic are unknown when an operand is;
- `is_null`, `is_true`, `is_false`, `same`, `same_scale`, `count` are never unknown;
- `if` takes its other branch when the condition is not true; `coalesce`, `min`, `max` skip unknowns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from engine.criteria.types import (
    BOOLEAN,
    NULL,
    NullType,
    Type,
    Value,
)

Op = Literal[
    "const",  # value
    "fact",  # value: the name to read
    "and",
    "or",
    "not",
    "xor",
    "is_null",
    "is_true",
    "is_false",
    "eq",
    "ne",
    "lt",
    "le",
    "same",  # equal, two unknowns being equal
    "same_scale",  # the same for decimals, rounded to the fewer places of the two
    "fold",  # a text without case and with single blanks
    "in",  # value: tuple of constants
    "add",
    "sub",
    "mul",
    "div",  # unknown for a divisor of nothing; rounded to 8 places
    "neg",
    "decimal",  # a whole number as a decimal
    "round",  # to 8 places, halves away from nothing
    "within",  # value: (lowest, highest); unknown outside
    "whole",  # a decimal without its fraction
    "shift_days",
    "shift_months",  # the day is clamped to the length of the month
    "day_number",
    "week_number",  # counts Sundays
    "month_number",
    "year_number",
    "month_key",  # month_number * 32 + day of month
    "whole_part",  # value: divisor; the quotient without its fraction
    "if",
    "coalesce",
    "min",
    "max",
    "count",  # how many operands are known
]

COUNT_TEST = "count test"
"""Value of an `if` that compares a count: explanations take it as one leaf."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a part was written: offsets into `text`, which is that of `define` or of the criterion."""

    text: str
    start: int
    end: int
    define: str | None

    @property
    def written(self) -> str:
        """The words themselves."""
        return self.text[self.start : self.end]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Core:
    """One operator. Two cores are the same only when they are the same object.

    Attributes:
        value: The constant, the name of the fact, or what the operator's comment says.
        size: Operators below and including this one, shared ones counted at each use.
        depth: Levels below and including this one.
        origin: Of a condition, where it was written.
    """

    op: Op
    args: tuple[Core, ...]
    type: Type
    value: object = None
    size: int = 1
    depth: int = 1
    origin: Origin | None = None

    def __repr__(self) -> str:
        # Shared parts written out at each use could fill the memory of whoever prints one.
        return f"<Core {self.op} of {self.size} operators>"


UNKNOWN = Core("const", (), NULL, None)
TRUE = Core("const", (), BOOLEAN, True)
FALSE = Core("const", (), BOOLEAN, False)


def walk_once(core: Core) -> Iterator[Core]:
    """Every operator once, operands before what uses them."""
    seen: set[int] = set()
    stack: list[tuple[Core, bool]] = [(core, False)]
    while stack:
        node, done = stack.pop()
        if done:
            yield node
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((arg, False) for arg in reversed(node.args))


STRICT = {
    "eq", "ne", "lt", "le", "xor", "in", "fold", "add", "sub", "mul", "div", "neg", "decimal", "round",
    "within", "whole", "whole_part", "shift_days", "shift_months",
    "day_number", "week_number", "month_number", "year_number", "month_key",
}  # fmt: skip
"""Operators that are unknown whenever an operand is."""


def make(op: Op, of: Type, *args: Core, value: object = None, origin: Origin | None = None) -> Core:
    """An operator; unknown at once when it is strict and an operand is the constant unknown."""
    if op in _CONDITIONS:
        args = tuple(_condition(arg) for arg in args)
    elif op == "if":
        args = (_condition(args[0]), *args[1:])
    if op in STRICT and any(arg.op == "const" and arg.value is None for arg in args):
        return Core("const", (), of, None, origin=origin)
    size = depth = 1
    for arg in args:
        size += arg.size
        depth = max(depth, arg.depth + 1)
    return Core(op, args, of, value, size, depth, origin)


_CONDITIONS = {"and", "or", "not", "xor", "is_true", "is_false"}


def _condition(core: Core) -> Core:
    """`null` where a condition stands is an unknown condition."""
    return replace(core, type=BOOLEAN) if core.op == "const" and isinstance(core.type, NullType) else core


def constant(value: Value, of: Type) -> Core:
    """A constant. Its type is kept, so that a column gets the right one."""
    return Core("const", (), of, value)
