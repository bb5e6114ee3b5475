"""Gates, interrupts and flags in the format."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from engine.definition.schema.base import OneOrMany, Part, Sourced, shape_of
from engine.definition.schema.conditions import ConditionPart
from engine.definition.schema.requirements import RequiresPart
from engine.definition.schema.scalars import Since, Snake, Span, Template, Words, YesNo, one_of
from engine.definition.schema.selectors import ActorWord, MoveSelector, MovesPart
from engine.definition.schema.steps import RowPart
from engine.definition.tree import Map


class ConclusionPart(Sourced):
    """A code a gate can end in."""

    title: Words | None = None
    resets_clock: YesNo = False
    suggest: Template | None = None


class ItemPart(Sourced):
    """One question of a gate."""

    ask: Words
    why: Words | None = None
    applies: ConditionPart | None = None
    pass_: ConditionPart | None = Field(default=None, alias="pass")
    answer: Annotated[list[Words], OneOrMany] = []
    within: Since | None = None
    else_: Snake = Field(alias="else")
    suggest: Template | None = None
    overridable: YesNo = True
    heading: Words | None = None


class GatePart(Sourced):
    """A checklist that a move must pass."""

    title: Words | None = None
    passed: Snake
    holds: Span | None = None
    by: Annotated[list[ActorWord], OneOrMany] = []
    conclusions: dict[Snake, ConclusionPart]
    items: dict[Snake, ItemPart]


class SparedOptionsPart(Part):
    """Options that may be started in spite of an interrupt."""

    options: Annotated[list[RowPart], OneOrMany]


def _spared(value: object) -> str:
    return "<options>" if isinstance(value, Map) and "options" in value else shape_of(value)


SparedPart = Annotated[
    Annotated[Template, Tag("<text>")]
    | Annotated[MoveSelector, Tag("<map>")]
    | Annotated[SparedOptionsPart, Tag("<options>")],
    Discriminator(_spared),
]


class ReleasePart(Sourced):
    """What a release of an interrupt needs."""

    requires: RequiresPart = {}
    when: ConditionPart | None = None
    by: Annotated[list[ActorWord], OneOrMany] = []


class InterruptPart(Sourced):
    """A safety condition that freezes moves and starts."""

    title: Words | None = None
    code: Words | None = None
    raise_when: ConditionPart
    freezes: MovesPart | None = None
    spares: Annotated[list[SparedPart], OneOrMany] | None = None
    actions: Annotated[list[Words], OneOrMany] = []
    release: ReleasePart | None = None


LevelWord = Annotated[str, *one_of(("act", "note"), "a level of a flag")]


class FlagPart(Sourced):
    """A condition that the caseload board shows."""

    title: Words | None = None
    when: ConditionPart | None = None
    level: LevelWord | None = None
