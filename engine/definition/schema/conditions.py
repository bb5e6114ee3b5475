"""Criteria in the format: a text, a line with its reason, or groups of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag
from typing_extensions import TypeAliasType

from engine.definition.schema.base import OneOrMany, Part, Sourced
from engine.definition.schema.scalars import Cql, Words, one_of
from engine.definition.tree import Items, Map

_GROUPS = ("all", "any", "none")


YesOrNo = Annotated[Literal["yes", "no"], *one_of(("yes", "no"), "`yes` or `no`")]


class Reasoned(Sourced):
    """What may be said about a criterion beside its text."""

    because: Words | None = None
    if_unknown: YesOrNo | None = None


class CriterionPart(Reasoned):
    """A criterion with its reason."""

    is_: Cql = Field(alias="is")


class AllPart(Part):
    """True when every item is true."""

    all_: Annotated[list[ConditionPart], OneOrMany] = Field(alias="all")


class AnyPart(Part):
    """True when at least one item is true."""

    any_: Annotated[list[ConditionPart], OneOrMany] = Field(alias="any")


class NonePart(Part):
    """True when every item is false."""

    none_: Annotated[list[ConditionPart], OneOrMany] = Field(alias="none")


def _branch(value: object) -> str:
    if isinstance(value, Items):
        return "<list>"
    if not isinstance(value, Map):
        return "<text>"
    return next((f"<{key}>" for key in _GROUPS if key in value and "is" not in value), "<is>")


ConditionPart = TypeAliasType(
    "ConditionPart",
    Annotated[
        Annotated[Cql, Tag("<text>")]
        | Annotated[CriterionPart, Tag("<is>")]
        | Annotated[list["ConditionPart"], Tag("<list>")]
        | Annotated[AllPart, Tag("<all>")]
        | Annotated[AnyPart, Tag("<any>")]
        | Annotated[NonePart, Tag("<none>")],
        Discriminator(_branch),
    ],
)
"""A list means: all of these."""

for _group in (AllPart, AnyPart, NonePart):
    _group.model_rebuild()
