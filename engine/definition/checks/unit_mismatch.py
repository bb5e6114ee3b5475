"""`unit-mismatch`: weeks are compared with months, or percent with days."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.criteria.syntax import Binary, Reference, walk
from engine.definition.draft import Draft
from engine.definition.judging import warning
from engine.model.algorithm import Algorithm
from engine.model.place import Finding

CODE = "unit-mismatch"
_COMPARED = ("<", "<=", ">", ">=", "=", "!=", "+", "-")
_WORDS = {"day": "days", "week": "weeks", "month": "months", "year": "years"}
_IN_NAMES = ("days", "weeks", "months", "years", "percent", "sessions", "mg")
_UNITS = {"d": "days", "wk": "weeks", "mo": "months", "a": "years", "%": "percent"}


def unit_mismatch(draft: Draft) -> Iterator[Finding]:
    """Each comparison, sum or difference of two names that carry different units."""
    if draft.algorithm is None:
        return
    for judged in draft.lines:
        if judged.checked is None:
            continue
        for node in walk(judged.checked.tree):
            if not isinstance(node, Binary) or node.op not in _COMPARED:
                continue
            if not isinstance(node.left, Reference) or not isinstance(node.right, Reference):
                continue
            one, other = (_unit(draft.algorithm, part) for part in (node.left, node.right))
            if one is not None and other is not None and one != other:
                said = judged.criterion.said[node.start : node.end]
                yield warning(
                    CODE,
                    judged.criterion.place(node.start, node.end),
                    f"{judged.criterion.owner}: `{said}` sets {one} beside {other}",
                    "6 months would be taken for 6 weeks, or the other way round",
                    f"use a name that is in {one}, or rename the one whose unit is wrong",
                )


def _unit(algorithm: Algorithm, node: Reference) -> str | None:
    """The unit of a name: of an evidence field what it states, of all else what its name says."""
    if node.quoted:
        return None
    kind = algorithm.evidence.get(node.parts[0])
    field = kind.fields.get(node.parts[-1]) if kind is not None else None
    if field is not None and field.unit is not None:
        return _UNITS.get(field.unit, field.unit)
    words = re.split(r"[._]", node.name)
    if words[-2:] == ["per", "day"]:
        words = words[:-2]
    plural = [_WORDS.get(word, word) for word in words[-1:]] + words[:-1]
    return next((word for word in reversed([*plural[1:], plural[0]]) if word in _IN_NAMES), None)
