"""A criterion ready for use: read, checked, lowered and compiled."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.criteria.check import checked
from engine.criteria.core import Core
from engine.criteria.evaluate import Evaluate, closure
from engine.criteria.lower import lower
from engine.criteria.names import Names
from engine.criteria.typed import Checked
from engine.criteria.types import Type


@dataclass(frozen=True, slots=True, eq=False)
class Criterion:
    """One criterion over one table of names.

    Attributes:
        facts: Names read at run time, sorted, also through defines; a count by its two ends.
        defines: Defines used, sorted, also through other defines.
        evaluate: From facts to the value; None is unknown. Raises KeyError for a fact the mapping does
            not hold: give None for what is not known.
    """

    text: str
    type: Type
    facts: tuple[str, ...]
    defines: tuple[str, ...]
    core: Core = field(repr=False)
    evaluate: Evaluate = field(repr=False)
    checked: Checked = field(repr=False)
    names: Names = field(repr=False)


def compile_criterion(text: str, names: Names, expected: Type | None = None) -> Criterion:
    """Make a criterion ready.

    Args:
        expected: Refuse another kind of result; `BOOLEAN` for a condition.

    Raises:
        CriterionError: With every problem found.
    """
    found = checked(text, names, expected)
    core = lower(found)
    return Criterion(
        text,
        found.type,
        tuple(sorted(found.facts)),
        tuple(sorted(found.defines)),
        core,
        closure(core),
        found,
        names,
    )
