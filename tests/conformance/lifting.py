"""Conformance cases with each literal lifted to a fact, so that nothing is worked out beforehand."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from engine.criteria import (
    BOOLEAN,
    TODAY,
    DateType,
    DecimalType,
    IntegerType,
    Name,
    Names,
    Node,
    QuantityType,
    StringType,
    Type,
    Value,
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
)
from engine.criteria.text import write

TODAY_OF_THE_CASES = dt.date(2026, 3, 1)


class Lifted:
    """A criterion over facts instead of literals, with the facts and their values."""

    def __init__(self, tree: Node) -> None:
        self.types: dict[str, Type] = {}
        self.facts: dict[str, Value] = {TODAY: TODAY_OF_THE_CASES}
        self.text = write(self._lift(tree))

    @property
    def names(self) -> Names:
        return Names(Name(name, type) for name, type in self.types.items())

    def _fact(self, type: Type, value: Value) -> Node:
        name = f"fact{len(self.types)}"
        self.types[name] = type
        self.facts[name] = value
        return Reference((name,))

    def _lift(self, node: Node) -> Node:
        lift = self._lift
        match node:
            case Constant(value=None):
                return node  # a null without a type says nothing else
            case Constant(value=value):
                return self._fact(type_around(value), value)
            case Amount(value=value, unit=unit):
                return self._fact(QuantityType(unit, 2, Decimal(-1000), Decimal(1000)), value)
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
                lifted = tuple((lift(when), lift(then)) for when, then in whens)
                return Case(None if selector is None else lift(selector), lifted, lift(otherwise))
            case _:
                return node


def type_around(value: Value) -> Type:
    """A type that a fact with this value might well have: wider than the one value."""
    match value:
        case bool():
            return BOOLEAN
        case int():
            return IntegerType(-1000, 1000)
        case Decimal():
            # A value of 28 digits needs the whole range; most facts of care declare a small one.
            return DecimalType(4, Decimal(-1000), Decimal(1000)) if _small(value) else DecimalType()
        case str():
            return StringType(tuple(dict.fromkeys((value, value.upper(), "another"))))
        case dt.date():
            return DateType()
        case None:  # pragma: no cover
            raise AssertionError("a null is not lifted")


def _small(value: Decimal) -> bool:
    return abs(value) <= 1000 and value == round(value, 4)
