"""Steps and moves in the format."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from engine.definition.schema.base import OneOrMany, Part, Sourced, shape_of
from engine.definition.schema.conditions import ConditionPart
from engine.definition.schema.formulary import OptionKindWord
from engine.definition.schema.requirements import CheckpointOrName, RequiresPart
from engine.definition.schema.scalars import Number, Snake, Template, Whole, Word, Words, YesNo, one_of
from engine.definition.schema.selectors import ActorWord, MoveKindWord, RoleWord, StepKindWord, StepsPart


class RowDosePart(Sourced):
    """A narrower range of doses in one step."""

    from_: Number | None = Field(default=None, alias="from")
    to: Number | None = None


class OptionSelector(Sourced):
    """One row of a step's options: which treatments, and what holds for them here."""

    option: Snake | None = None
    together: list[Snake] | None = None
    class_: Annotated[list[Word], OneOrMany] | None = Field(default=None, alias="class")
    kind: Annotated[list[OptionKindWord], OneOrMany] | None = None
    group: Annotated[list[Word], OneOrMany] | None = None
    except_: Annotated[list[Word], OneOrMany] = Field(default=[], alias="except")
    when: ConditionPart | None = None
    dose: RowDosePart | None = None
    by: Annotated[list[ActorWord], OneOrMany] = []
    recommendation: Words | None = None
    never_first: YesNo = False
    text: Words | None = None


RowPart = Annotated[
    Annotated[Snake, Tag("<text>")] | Annotated[OptionSelector, Tag("<map>")], Discriminator(shape_of)
]


class BoundsPart(Part):
    """What holds for every move into or out of a step."""

    requires: RequiresPart = {}
    when: ConditionPart | None = None
    except_kinds: Annotated[list[MoveKindWord], OneOrMany] = []


OpensWord = Annotated[str, *one_of(("episode",), "what a move can open")]


DrawWord = Annotated[str, *one_of(("edge", "in_box", "hidden"), "a way to draw a move")]


class StepMovePart(Sourced):
    """A move out of the step it stands in."""

    title: Words | None = None
    kind: MoveKindWord
    to: Template
    requires: RequiresPart = {}
    when: ConditionPart | None = None
    gate: Snake | None = None
    by: Annotated[list[ActorWord], OneOrMany] = []
    opens: OpensWord | None = None
    draw: DrawWord | None = None
    label: Annotated[list[Words], OneOrMany] = []
    recommendation: Words | None = None
    strength: Words | None = None


class MovePart(StepMovePart):
    """A move, written once for all steps it starts from."""

    from_: StepsPart = Field(alias="from")
    for_each: StepsPart | None = None


class ReportedPart(Sourced):
    """A result that a study reports for a step."""

    measure: Words
    percent: Number
    n: Words | None = None


ResultWord = Annotated[str, *one_of(("well", "referred", "left"), "a result of an end")]


TrialWord = Annotated[str, *one_of(("inherited",), "a way to come to a trial")]


LookWord = Annotated[
    str, *one_of(("assess", "medicine", "therapy", "specialist", "well"), "a look of the diagram")
]


class StepPart(Sourced):
    """A place a case can be."""

    title: Words | None = None
    code: Words | None = None
    kind: StepKindWord
    group: Word | None = None
    summary: Words | None = None
    body: Annotated[list[Words], OneOrMany] = []
    look: LookWord | None = None
    options: dict[RoleWord, Annotated[list[RowPart], OneOrMany]] = {}
    trial: TrialWord | None = None
    enter: BoundsPart | None = None
    leave: BoundsPart | None = None
    checkpoints: list[CheckpointOrName] = []
    usual_weeks: Whole | None = None
    moves: dict[Template, StepMovePart] = {}
    result: ResultWord | None = None
    reported: list[ReportedPart] = []
