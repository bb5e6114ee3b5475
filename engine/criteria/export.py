"""A CQL library from criteria, for engines elsewhere.

Facts and parameters become parameters of the library, with the same types; each define and each given
criterion becomes a statement. Two things are written out, because engines elsewhere may answer them
another way: `x in {...}` is unknown here when `x` is, and a comparison with a count asks both its ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from engine.criteria.check import checked
from engine.criteria.defines import resolved
from engine.criteria.names import TODAY, Names
from engine.criteria.syntax import (
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
    walk,
)
from engine.criteria.text import write, write_amount, write_value
from engine.criteria.typed import Checked
from engine.criteria.types import (
    BooleanType,
    CountType,
    DateType,
    DecimalType,
    QuantityType,
    StringType,
    Type,
    Value,
)

_MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def cql_library(name: str, version: str, names: Names, criteria: Mapping[str, str]) -> str:
    """The text of a CQL 1.5 library with one statement a criterion.

    Args:
        name: Of the library.
        version: Of the library.
        names: What the criteria read.
        criteria: Title of the statement to criterion text, in order.

    Raises:
        CriterionError: A criterion, or a define it uses, has a problem.
    """
    found = {title: checked(text, names) for title, text in criteria.items()}
    defines = _used(found.values())
    everything = [*defines, *found.values()]
    facts = sorted({fact for one in everything for fact in one.facts} - {TODAY})
    constants = sorted({used for one in everything for used in _constants(one.tree, names)})
    writer = _Writer(names)
    lines = [f"library {_identifier(name)} version {write_value(version)}", ""]
    lines += [f"parameter {_identifier(fact)} {_type(names, fact)}" for fact in facts]
    lines += [f"parameter {_identifier(one)} default {_value(names, one)}" for one in constants]
    for title, one in [(one.define or "", one) for one in defines] + list(found.items()):
        lines += ["", f"define {_identifier(title)}:", f"  {write(writer.node(one.tree))}"]
    return "\n".join(lines) + "\n"


def _used(criteria: Iterable[Checked]) -> list[Checked]:
    """Every define used, each after those it uses."""
    order: dict[str, Checked] = {}
    todo = [(one, False) for one in reversed(list(criteria))]
    while todo:
        one, ready = todo.pop()
        if ready:
            order.setdefault(one.define or "", one)
            continue
        if one.define is not None and one.define not in order:
            todo.append((one, True))
        todo.extend((used, False) for used in reversed(one.uses) if used.define not in order)
    return list(order.values())


def _constants(tree: Node, names: Names) -> set[str]:
    found = (resolved(part, names) for part in walk(tree) if isinstance(part, Reference))
    return {name for name in found if name in names.constants}


def _type(names: Names, fact: str) -> str:
    found = names.lookup(fact)
    return _type_name(None if found is None else found.type)


def _type_name(type: Type | None) -> str:
    match type:
        case BooleanType():
            return "Boolean"
        case DecimalType():
            return "Decimal"
        case QuantityType():
            return "Quantity"
        case StringType():
            return "String"
        case DateType():
            return "Date"
        case _:
            return "Integer"


def _value(names: Names, name: str) -> str:
    value: Value = names.constants[name]
    found = names.lookup(name)
    if found is not None and isinstance(found.type, QuantityType) and value is not None:
        return write_amount(_decimal(value), found.type.unit, calendar=False)
    return write_value(value)


def _decimal(value: Value) -> Decimal:
    return Decimal(value) if isinstance(value, int | Decimal) else Decimal(0)


def _identifier(name: str) -> str:
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


class _Writer:
    """A tree as CQL elsewhere has to read it; names become single identifiers."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def node(self, node: Node) -> Node:
        """The tree rewritten."""
        match node:
            case Reference():
                name = resolved(node, self.names)
                return Reference((name,), quoted=_identifier(name) != name)
            case InList():
                return self._in_list(node)
            case Binary(op=op, left=left, right=right):
                return self._binary(node, op, left, right)
            case Between() | InInterval() if self._counts(node.operand):
                low, high = self._bounds(node)
                return Chain("and", (self.node(low), self.node(high)))
            case Between() | InInterval():
                operand, low, high = (self.node(part) for part in (node.operand, node.low, node.high))
                return replace(node, operand=operand, low=low, high=high)
            case Unary() | Is():
                return replace(node, operand=self.node(node.operand))
            case Chain():
                return replace(node, items=tuple(self.node(item) for item in node.items))
            case Braces():
                return replace(node, items=tuple(self.node(item) for item in node.items))
            case Call():
                return replace(node, arguments=tuple(self.node(one) for one in node.arguments))
            case Elapsed():
                return replace(node, since=self.node(node.since), until=self.node(node.until))
            case Choice():
                parts = (self.node(part) for part in (node.condition, node.then, node.otherwise))
                return Choice(*parts)
            case Case():
                selector = None if node.selector is None else self.node(node.selector)
                whens = tuple((self.node(when), self.node(then)) for when, then in node.whens)
                return Case(selector, whens, self.node(node.otherwise))
            case _:
                return node

    def _in_list(self, node: InList) -> Node:
        operand = self.node(node.operand)
        if not node.items:
            return Constant(False)
        inside = InList(operand, tuple(self.node(item) for item in node.items))
        return Choice(Is(operand, "null", negated=False), Constant(None), inside)

    def _binary(self, node: Binary, op: str, left: Node, right: Node) -> Node:
        if op in _MIRRORED and self._counts(left):
            return self._count(op, left, self.node(right))
        if op in _MIRRORED and self._counts(right):
            return self._count(_MIRRORED[op], right, self.node(left))
        return replace(node, left=self.node(left), right=self.node(right))

    def _counts(self, node: Node) -> bool:
        if not isinstance(node, Reference):
            return False
        found = self.names.lookup(resolved(node, self.names))
        return found is not None and isinstance(found.type, CountType)

    def _bounds(self, node: Between | InInterval) -> tuple[Node, Node]:
        low_closed = isinstance(node, Between) or node.low_closed
        high_closed = isinstance(node, Between) or node.high_closed
        return (
            Binary(">=" if low_closed else ">", node.operand, node.low),
            Binary("<=" if high_closed else "<", node.operand, node.high),
        )

    def _count(self, op: str, count: Node, number: Node) -> Node:
        name = resolved(count, self.names) if isinstance(count, Reference) else ""
        low, high = (Reference((f"{name}.{end}",), quoted=True) for end in ("at_least", "at_most"))

        def either(sure: Node, never: Node) -> Node:
            return Choice(sure, Constant(True), Choice(never, Constant(False), Constant(None)))

        match op:
            case "<":
                return either(Binary("<", high, number), Binary(">=", low, number))
            case "<=":
                return either(Binary("<=", high, number), Binary(">", low, number))
            case ">":
                return either(Binary(">", low, number), Binary("<=", high, number))
            case ">=":
                return either(Binary(">=", low, number), Binary("<", high, number))
            case _:
                only = Chain("and", (Binary("=", low, number), Binary("=", high, number)))
                outside = Chain("or", (Binary("<", high, number), Binary(">", low, number)))
                return either(only, outside) if op == "=" else either(outside, only)
