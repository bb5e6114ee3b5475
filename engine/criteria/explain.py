"""Why a criterion has its value, and which evidence could decide one that is unknown.

A core is cut into leaves (comparisons and Boolean facts) joined by logic. One pass over the facts gives
the value of every part; the answers are then read off the parts that decided:

- `because`: facts that make the result what it is, whatever all others are;
- `confirm`, `rule_out`: sets of unknown facts for which some values make the result true, or false,
  while everything else stays unknown.

Sets are found without a solver. They are exact when no fact stands in two leaves that depend on each
other (`x > 3 and x < 2` can't both hold) and unknowns are not hidden; `explain(..., exact=True)` checks
them with one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import cast

from engine.criteria.core import Core, Origin, walk_once
from engine.criteria.criterion import Criterion
from engine.criteria.evaluate import Evaluate, closure
from engine.criteria.reasons import Part, Sets, ValuePart, base_name, counts_of, is_leaf, part_of
from engine.criteria.types import BooleanType, Facts, NullType, Value


@dataclass(frozen=True, slots=True)
class Explanation:
    """The value of a criterion with its reasons.

    Attributes:
        because: Facts in the order they stand; a count by its own name, without `.at_least`.
        confirm: Of an unknown result, sets of unknown facts that could make it true; smallest first.
        rule_out: The same for false.
    """

    value: Value
    because: tuple[str, ...]
    confirm: Sets = ()
    rule_out: Sets = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A comparison or Boolean fact of a criterion, as written there or in a define it uses.

    Attributes:
        facts: Names it reads, sorted; a count by its own name.
        origin: The text it stands in, with its offsets and the define, None for the criterion itself.
    """

    text: str
    facts: tuple[str, ...]
    origin: Origin
    evaluate: Evaluate
    core: Core


def explain(criterion: Criterion, facts: Facts, exact: bool = False) -> Explanation:
    """Evaluate a criterion with its reasons.

    Args:
        exact: Make every set the smallest possible with a solver (milliseconds each).
    """
    plan = _plan_of(criterion)
    seen = plan.look(facts)
    because = tuple(sorted(plan.because(seen, facts), key=_place_in(criterion)))
    if not isinstance(criterion.type, BooleanType | NullType):
        return Explanation(seen[0], because)
    if exact:
        return _exact(criterion, facts, Explanation(seen[0], because))
    if seen[0] is not None:
        return Explanation(seen[0], because)
    return Explanation(None, because, plan.could(seen, facts, True), plan.could(seen, facts, False))


def _exact(criterion: Criterion, facts: Facts, found: Explanation) -> Explanation:
    from engine.criteria.evidence import EvidenceSets

    sets = EvidenceSets(criterion, facts)
    because = sets.enough(found.because, found.value)
    if found.value is not None:
        return Explanation(found.value, because)
    plan = _plan_of(criterion)
    seen = plan.look(facts)
    confirm, rule_out = (sets.deciding(plan.could(seen, facts, answer), answer) for answer in (True, False))
    return Explanation(None, because, confirm, rule_out)


def leaves(criterion: Criterion) -> tuple[Leaf, ...]:
    """Every leaf, in the order of the text; one written once but used twice is given once."""
    kept = criterion.checked.memo.get("leaves")
    if not isinstance(kept, tuple):
        kept = criterion.checked.memo["leaves"] = _leaves(criterion)
    return cast("tuple[Leaf, ...]", kept)


def _leaves(criterion: Criterion) -> tuple[Leaf, ...]:
    counts = counts_of(criterion.names)
    found: dict[int, Leaf] = {}
    root = criterion.core
    if root.origin is None:
        root = replace(root, origin=Origin(criterion.text, 0, len(criterion.text), None))
    for core in _leaf_cores(root):
        origin = core.origin
        if origin is not None and id(core) not in found:
            reads = (cast("str", node.value) for node in walk_once(core) if node.op == "fact")
            names = tuple(sorted({base_name(name, counts) for name in reads}))
            found[id(core)] = Leaf(origin.written, names, origin, closure(core), core)
    return tuple(found.values())


def _plan_of(criterion: Criterion) -> Part:
    found = criterion.checked.memo.get("plan")
    if not isinstance(found, Part):
        counts = counts_of(criterion.names)
        core = criterion.core
        condition = isinstance(core.type, BooleanType | NullType)
        found = part_of(core, counts, {}) if condition else ValuePart(core, counts)
        criterion.checked.memo["plan"] = found
    return found


def _place_in(criterion: Criterion) -> Callable[[str], int]:
    """The place of each fact in a criterion, for sorting."""
    found = criterion.checked.memo.get("order")
    if not isinstance(found, dict):
        counts = counts_of(criterion.names)
        reads = (cast("str", node.value) for node in walk_once(criterion.core) if node.op == "fact")
        names = dict.fromkeys(base_name(name, counts) for name in reads)
        found = {name: place for place, name in enumerate(names)}
        criterion.checked.memo["order"] = found
    return cast("dict[str, int]", found).__getitem__


def _leaf_cores(root: Core) -> Iterator[Core]:
    """Leaves in order. One without a place of its own (`between` makes two) is told by what it is part of."""
    seen: set[tuple[int, int]] = set()
    stack = [(root, root)]
    while stack:
        core, placed = stack.pop()
        if core.origin is not None:
            placed = core
        if (id(core), id(placed)) in seen:
            continue
        seen.add((id(core), id(placed)))
        if is_leaf(core):
            yield placed
        else:
            stack.extend((arg, placed) for arg in reversed(core.args))
