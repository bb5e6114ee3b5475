"""A criterion with each literal lifted to a fact, so that no reading finds anything worked out beforehand."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from engine.criteria import (
    BOOLEAN,
    DATE,
    TODAY,
    DecimalType,
    IntegerType,
    Name,
    Names,
    Node,
    QuantityType,
    StringType,
    Type,
    Value,
    write,
)
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
    Reference,
    Unary,
    walk,
)
from engine.criteria.types import INTEGER_MAX

MOST_FACTS = 200
"""Literals of one criterion that become facts; no case has so many, and a table has only so many columns."""

_SMALL = 1000


class Lifted:
    """A criterion over facts instead of literals.

    Attributes:
        text: The criterion, over `fact<n>`.
        names: Those facts and their types, each wider than the one value it has here.
        facts: Their values, and `today`.
    """

    def __init__(self, tree: Node, today: dt.date, first: int = 0) -> None:
        """Lift a tree.

        Args:
            tree: What `parse` gave.
            today: What Today() is.
            first: Number of the first fact; it keeps the facts of several criteria apart.
        """
        self._first = first
        self._codes = _codes(tree)
        self.types: dict[str, Type] = {}
        self.facts: dict[str, Value] = {TODAY: today}
        self.text = write(self._lift(tree))
        self.names = Names(Name(name, type) for name, type in self.types.items())

    def _fact(self, literal: Node, type: Type, value: Value) -> Node:
        if len(self.types) == MOST_FACTS:
            return literal
        name = f"fact{self._first + len(self.types)}"
        self.types[name] = type
        self.facts[name] = value
        return Reference((name,))

    def _lift(self, node: Node) -> Node:
        lift = self._lift
        match node:
            case Constant(value=value):
                if value is None:
                    return node  # without a type it says nothing else
                return self._fact(node, self._type_around(value), value)
            case Unary(op="-", operand=Constant(value=int() as value)) if value > INTEGER_MAX:
                return self._fact(node, IntegerType(), -value)  # -2147483648: no fact without its sign
            case Amount(value=value, unit=unit):
                return self._fact(node, _quantity_around(value, unit), value)
            case InList(operand=operand):
                return replace(node, operand=lift(operand))  # the items are constants
            case Unary() | Is():
                return replace(node, operand=lift(node.operand))
            case Binary(left=left, right=right):
                return replace(node, left=lift(left), right=lift(right))
            case Chain(items=items) | Braces(items=items):
                return replace(node, items=tuple(lift(item) for item in items))
            case InInterval() | Between():
                return replace(node, operand=lift(node.operand), low=lift(node.low), high=lift(node.high))
            case Elapsed(since=since, until=until):
                return replace(node, since=lift(since), until=lift(until))
            case Call(arguments=arguments):
                return replace(node, arguments=tuple(lift(argument) for argument in arguments))
            case Choice(condition=condition, then=then, otherwise=otherwise):
                return Choice(lift(condition), lift(then), lift(otherwise))
            case Case(selector=selector, whens=whens, otherwise=otherwise):
                asked = None if selector is None else lift(selector)
                return Case(asked, tuple((lift(when), lift(then)) for when, then in whens), lift(otherwise))
            case _:
                return node

    def _type_around(self, value: bool | int | Decimal | str | dt.date) -> Type:
        match value:
            case bool():
                return BOOLEAN
            case int():
                return IntegerType(-_SMALL, _SMALL) if abs(value) <= _SMALL else IntegerType()
            case Decimal():
                # Most facts of care declare a small range, and only those have a column in every engine.
                small = _fits(value, 4)
                return DecimalType(4, Decimal(-_SMALL), Decimal(_SMALL)) if small else DecimalType()
            case str():
                return StringType(self._codes)
            case _:
                return DATE


def _quantity_around(value: Decimal, unit: str) -> QuantityType:
    small = _fits(value, 2)
    return QuantityType(unit, 2, Decimal(-_SMALL), Decimal(_SMALL)) if small else QuantityType(unit)


def _fits(value: Decimal, places: int) -> bool:
    return abs(value) <= _SMALL and value == round(value, places)


def _codes(tree: Node) -> tuple[str, ...]:
    """Every text of the criterion, also in capitals, and one more: the codes of each fact that was a text."""
    texts = [node.value for node in walk(tree) if isinstance(node, Constant) and isinstance(node.value, str)]
    return tuple(dict.fromkeys([*texts, *(text.upper() for text in texts), "another"]))
