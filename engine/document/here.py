"""What is left of a condition where it is known which step a case is in.

A move that starts in several steps often says `step.id = 'a' and ... or step.id = 'b' and ...`; in the
chapter of one step only its own alternative is worth reading.
"""

from __future__ import annotations

from dataclasses import replace

from engine.criteria.parse import parse
from engine.criteria.problems import CriterionError
from engine.criteria.syntax import Binary, Chain, Constant, InList, Node, Reference
from engine.criteria.text import write
from engine.model.algorithm import Step
from engine.model.criterion import ALWAYS, AllOf, AnyOf, Condition, Line, NoneOf


def left_in(condition: Condition, here: Step) -> Condition | None:
    """The condition in this step; None where it can never hold there."""
    match condition:
        case Line(text=text):
            try:
                tree = parse(text)
            except CriterionError:
                return condition
            left = _left(tree, here)
            if isinstance(left, bool):
                return ALWAYS if left else None
            return condition if left is tree else replace(condition, text=write(left))
        case AllOf(items=items):
            known = [left_in(one, here) for one in items]
            return None if None in known else AllOf(tuple(one for one in known if one is not None))
        case AnyOf(items=items):
            some = tuple(one for one in (left_in(one, here) for one in items) if one is not None)
            if ALWAYS in some:
                return ALWAYS
            return AnyOf(some) if some else None
        case NoneOf():
            return condition


def _left(tree: Node, here: Step) -> Node | bool:
    """What is left to ask; True or False where the step alone decides."""
    match tree:
        case Binary(
            op="=" | "!=" as op, left=Reference(parts=("step", "id")), right=Constant(value=str(id_))
        ):
            return (id_ == here.id) is (op == "=")
        case InList(operand=Reference(parts=("step", "id")), items=items):
            ids = [one.value for one in items if isinstance(one, Constant)]
            return here.id in ids if len(ids) == len(items) else tree
        case Chain(op="and" | "or" as op, items=items):
            known = [_left(one, here) for one in items]
            decided = op == "or"
            if decided in [one for one in known if isinstance(one, bool)]:
                return decided
            rest = tuple(one for one in known if not isinstance(one, bool))
            if len(rest) == len(items):
                return tree if rest == items else replace(tree, items=rest)
            if not rest:
                return not decided
            return rest[0] if len(rest) == 1 else replace(tree, items=rest)
        case _:
            return tree
