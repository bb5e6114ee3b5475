"""Selectors in the format: one grammar for steps, moves and options."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, Tag
from typing_extensions import TypeAliasType

from engine.definition.schema.base import OneOrMany, Part, shape_of
from engine.definition.schema.scalars import Template, Word, one_of
from engine.model.algorithm import MoveKind, StepKind
from engine.model.formulary import Role

StepKindWord = Annotated[StepKind, *one_of(StepKind, "a kind of step")]
MoveKindWord = Annotated[MoveKind, *one_of(MoveKind, "a kind of move")]
ActorWord = Annotated[str, *one_of(("care_manager", "clinician", "consultant"), "a role that acts in a case")]
RoleWord = Annotated[Role, *one_of(Role, "a role of a treatment")]


class StepSelector(Part):
    """Steps that fit every key given."""

    id: Annotated[list[Template], OneOrMany] | None = None
    kind: Annotated[list[StepKindWord], OneOrMany] | None = None
    group: Annotated[list[Word], OneOrMany] | None = None
    class_: Annotated[list[Word], OneOrMany] | None = Field(default=None, alias="class")
    role: Annotated[list[RoleWord], OneOrMany] | None = None
    except_: StepsPart | None = Field(default=None, alias="except")


StepItem = Annotated[
    Annotated[Template, Tag("<text>")] | Annotated[StepSelector, Tag("<map>")], Discriminator(shape_of)
]
StepsPart = TypeAliasType(
    "StepsPart",
    Annotated[
        Annotated[Template, Tag("<text>")]
        | Annotated[StepSelector, Tag("<map>")]
        | Annotated[list[StepItem], Tag("<list>")],
        Discriminator(shape_of),
    ],
)
"""A step id, `every`, a selector, or a list of these."""


class MoveSelector(Part):
    """Moves that fit every key given."""

    id: Annotated[list[Template], OneOrMany] | None = None
    kind: Annotated[list[MoveKindWord], OneOrMany] | None = None
    to: Annotated[list[Template], OneOrMany] | None = None
    from_: StepsPart | None = Field(default=None, alias="from")
    except_: MovesPart | None = Field(default=None, alias="except")


MoveItem = Annotated[
    Annotated[Template, Tag("<text>")] | Annotated[MoveSelector, Tag("<map>")], Discriminator(shape_of)
]
MovesPart = TypeAliasType(
    "MovesPart",
    Annotated[
        Annotated[Template, Tag("<text>")]
        | Annotated[MoveSelector, Tag("<map>")]
        | Annotated[list[MoveItem], Tag("<list>")],
        Discriminator(shape_of),
    ],
)
"""A move id, `every`, a selector, or a list of these."""

StepSelector.model_rebuild()
MoveSelector.model_rebuild()
