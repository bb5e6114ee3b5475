"""Requirements and checkpoints in the format: what must be on record, and what falls due."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Tag

from engine.definition.schema.base import OneOrMany, Sourced, shape_of
from engine.definition.schema.conditions import ConditionPart
from engine.definition.schema.scalars import Since, Snake, Span, Whole, Words, one_of


class RequirementPart(Sourced):
    """Evidence that must be on record and fresh."""

    within: Since | None = None
    when: ConditionPart | None = None
    fields: Annotated[list[Snake], OneOrMany] | None = None
    because: Words | None = None


RequiresPart = dict[
    Snake,
    Annotated[
        Annotated[Since, Tag("<text>")] | Annotated[RequirementPart, Tag("<map>")],
        Discriminator(shape_of),
    ],
]
"""Evidence type to its window, or to a mapping that says more."""


MomentWord = Annotated[
    str, *one_of(("entry", "start", "dose_change"), "a moment that a checkpoint counts from")
]


class CheckpointPart(Sourced):
    """Contacts or measurements that fall due."""

    after: MomentWord | None = None
    at: Annotated[list[Span], OneOrMany] = []
    at_weeks: Annotated[list[Whole], OneOrMany] = []
    at_sessions: Annotated[list[Whole], OneOrMany] = []
    every: Span | None = None
    start_at: Span | None = None
    do: Annotated[list[Snake], OneOrMany]
    when: ConditionPart | None = None
    early: Span | None = None
    late: Span | None = None
    title: Words | None = None


CheckpointOrName = Annotated[
    Annotated[Snake, Tag("<text>")] | Annotated[CheckpointPart, Tag("<map>")], Discriminator(shape_of)
]
"""A checkpoint, or the name of one that stands under `checkpoints`."""
