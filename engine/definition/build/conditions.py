"""Conditions: criteria lines grouped by all, any and none."""

from __future__ import annotations

from engine.definition.build.desk import Desk, place_of, plain
from engine.definition.draft import Criterion
from engine.definition.schema.conditions import AllPart, AnyPart, ConditionPart, CriterionPart, NonePart
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
            return line(desk, part, owner, step)
        case list():
            return AllOf(tuple(condition(desk, item, owner, step) for item in part))
        case _:
            return line(desk, part, owner, step)


def optional(desk: Desk, part: ConditionPart | None, owner: str, step: str | None = None) -> Condition | None:
    """The same where there may be none."""
    return None if part is None else condition(desk, part, owner, step)


def line(
    desk: Desk,
    part: CriterionPart | Text,
    owner: str,
    step: str | None = None,
    derives: str | None = None,
    derived: str | None = None,
    is_condition: bool = True,
) -> Line:
    """Build one line and note its text for the checks."""
    if isinstance(part, CriterionPart):
        text = part.is_
        because, source, unverified, if_unknown = part.because, part.source, part.unverified, part.if_unknown
    else:
        text, because, source, unverified, if_unknown = part, None, None, False, None
    said = str(text) if step is None else str(text).replace("{step}", step)
    desk.criterion(
        Criterion(
            text, said, owner, step, derives, derived, desk.naming, is_condition, if_unknown, plain(because)
        )
    )
    return Line(said.strip(), place_of(text), plain(because), plain(source), unverified, if_unknown)
