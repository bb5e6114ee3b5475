"""Conditions: criteria lines grouped by all, any and none."""

from __future__ import annotations

from typing import Literal

from engine.definition.build.desk import Desk, place_of, plain
from engine.definition.draft import Criterion
from engine.definition.schema.conditions import (
    AllPart,
    AnyPart,
    ConditionPart,
    CriterionPart,
    NonePart,
    Reasoned,
)
from engine.definition.tree import Text
from engine.model.criterion import AllOf, AnyOf, Condition, Line, NoneOf


def condition(desk: Desk, part: ConditionPart, owner: str, step: str | None = None) -> Condition:
    """Build a condition; `{step}` in its texts becomes `step` where one is given."""
    match part:
        case AllPart():
            return AllOf(tuple(condition(desk, item, owner, step) for item in part.all_))
        case AnyPart():
            return AnyOf(tuple(condition(desk, item, owner, step) for item in part.any_))
        case NonePart():
            return NoneOf(tuple(condition(desk, item, owner, step) for item in part.none_))
        case CriterionPart():
            return line(desk, part.is_, owner, part, step=step)
        case list():
            return AllOf(tuple(condition(desk, item, owner, step) for item in part))
        case _:
            return line(desk, part, owner, step=step)


def optional(desk: Desk, part: ConditionPart | None, owner: str, step: str | None = None) -> Condition | None:
    """The same where there may be none."""
    return None if part is None else condition(desk, part, owner, step)


def line(
    desk: Desk,
    text: Text,
    owner: str,
    about: Reasoned | None = None,
    *,
    step: str | None = None,
    derives: tuple[str, str] | None = None,
    is_condition: bool = True,
) -> Line:
    """Build one line and note its text for the checks.

    Args:
        about: The mapping that says more about it.
        derives: Evidence type and field, where it computes one from the record's own fields.
        is_condition: Whether it must be true or false.
    """
    said = str(text) if step is None else str(text).replace("{step}", step)
    because = plain(about.because) if about else None
    if_unknown: Literal["yes", "no"] | None = None
    if about and about.if_unknown:
        if_unknown = "yes" if about.if_unknown == "yes" else "no"
    evidence, field = derives or (None, None)
    desk.criterion(
        Criterion(text, said, owner, step, evidence, field, desk.naming, is_condition, if_unknown, because)
    )
    return Line(
        said.strip(),
        place_of(text),
        because,
        plain(about.source) if about else None,
        about.unverified if about else False,
        if_unknown,
    )
