"""`comparison-out-of-range`: a score or value is compared with one that it can never have."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from engine.criteria.names import Name
from engine.criteria.syntax import Between, Binary, InInterval, Reference
from engine.criteria.typed import Typed, constant_of
from engine.criteria.types import DecimalType, IntegerType
from engine.definition.draft import Draft, Judged
from engine.definition.schema.files import ParameterPart
from engine.model.algorithm import Algorithm
from engine.model.place import Finding

CODE = "comparison-out-of-range"
_ORDERED = ("<", "<=", ">", ">=", "=", "!=")
_WHY = "the line would give the same answer for every patient, and look as if it asked something"
Range = tuple[Decimal, Decimal]


def comparison_out_of_range(draft: Draft) -> Iterator[Finding]:
    """Each comparison of a field with a number outside its range, or with a parameter that may be one."""
    algorithm = draft.algorithm
    if algorithm is None:
        return
    parts = {one.name: one.part for one in draft.parts if isinstance(one.part, ParameterPart)}
    for judged in draft.lines:
        if judged.checked is None:
            continue
        for field, against in _comparisons(judged.checked.typed):
            bounds = _range(algorithm, judged, field)
            constant = constant_of(against)
            if bounds is None or constant is None or not isinstance(constant.value, int | Decimal):
                continue
            said = judged.criterion.said[field.node.start : field.node.end]
            low, high = bounds
            if not low <= constant.value <= high:
                yield Finding(
                    CODE,
                    judged.criterion.place(against.node.start, against.node.end),
                    f"{judged.criterion.owner}: `{said}` is {low} to {high}, "
                    f"and is compared with {constant.value}",
                    _WHY,
                    f"write a number from {low} to {high}",
                )
            elif isinstance(against.node, Reference) and (part := parts.get(against.node.name)):
                yield from _settable(part, against.node.name, said, bounds)


def _settable(part: ParameterPart, name: str, said: str, bounds: Range) -> Iterator[Finding]:
    low, high = bounds
    for key, end in (("from", part.from_), ("to", part.to)):
        if end is not None and not low <= end <= high:
            yield Finding(
                CODE,
                part.spot(key),
                f"`{name}` may be set to {end}, but is compared with `{said}`, which is {low} to {high}",
                "a clinic could set it so that the line gives the same answer for every patient",
                f"write a number from {low} to {high}",
            )


def _comparisons(typed: Typed) -> Iterator[tuple[Typed, Typed]]:
    """Every pair of a name and what it is compared with."""
    node, parts = typed.node, typed.parts
    if isinstance(node, Binary) and node.op in _ORDERED and len(parts) == 2:
        yield from ((one, other) for one, other in (parts, parts[::-1]) if isinstance(one.node, Reference))
    elif isinstance(node, Between | InInterval) and len(parts) == 3 and isinstance(parts[0].node, Reference):
        yield from ((parts[0], bound) for bound in parts[1:])
    for part in parts:
        yield from _comparisons(part)


def _range(algorithm: Algorithm, judged: Judged, typed: Typed) -> Range | None:
    """The range that an evidence field declares; None for all else."""
    if not isinstance(typed.meaning, Name) or not isinstance(typed.type, IntegerType | DecimalType):
        return None
    root, _, rest = typed.meaning.name.partition(".")
    evidence, field = root, rest.rpartition(".")[2]
    if judged.criterion.derives is not None:
        evidence, field = judged.criterion.derives, root
    kind = algorithm.evidence.get(evidence)
    found = kind.fields.get(field) if kind is not None else None
    return None if found is None or found.low is None or found.high is None else (found.low, found.high)
