"""The formulary in the format: groups, classes and options with their rules."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.definition.schema.base import OneOrMany, Part, Sourced
from engine.definition.schema.conditions import ConditionPart
from engine.definition.schema.requirements import CheckpointPart, RequiresPart
from engine.definition.schema.scalars import Number, Snake, Span, Whole, Word, Words, YesNo, one_of
from engine.definition.schema.selectors import RoleWord
from engine.model.formulary import IfUnknown, OptionKind

OptionKindWord = Annotated[OptionKind, *one_of(OptionKind, "a kind of treatment")]
IfUnknownWord = Annotated[IfUnknown, *one_of(IfUnknown, "what an unknown answer does")]


PerWord = Annotated[str, *one_of(("day", "session"), "what a dose is counted for")]


class LimitPart(Sourced):
    """A lower maximum dose while its condition is true."""

    rule: Words
    when: ConditionPart
    maximum: Number
    why: Words
    if_unknown: IfUnknownWord | None = None


class DosePart(Sourced):
    """Doses of an option in one role."""

    unit: Words | None = None
    per: PerWord | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    lowest: Number | None = None
    limits: list[LimitPart] | None = None


class LevelPart(Sourced):
    """A blood level without which no dose counts as at the minimum."""

    read: Words
    at_least: Number


class MaintenancePart(Sourced):
    """A higher maximum after the last week of a titration."""

    when: ConditionPart
    maximum: Number


class ColumnPart(Sourced):
    """Maximum dose in week 1, 2, 3 ... while a condition is true."""

    when: ConditionPart | None = None
    otherwise: YesNo | None = None
    maximum: list[Number]
    maintenance: list[MaintenancePart] = []


class GapPart(Sourced):
    """After how long without it a titration begins again."""

    when: ConditionPart | None = None
    otherwise: YesNo | None = None
    gap: Span


class TitrationPart(Sourced):
    """How fast a dose may rise."""

    rule: Words
    why: Words
    columns: list[ColumnPart]
    restart_after_gap: list[GapPart] = []


class RulePart(Sourced):
    """A contraindication."""

    rule: Words
    when: ConditionPart
    why: Words
    hard: YesNo = False
    if_unknown: IfUnknownWord | None = None


SeverityWord = Annotated[str, *one_of(("block", "caution"), "a severity")]


class InteractionPart(Sourced):
    """An effect with treatments that are taken too."""

    rule: Words
    with_: Annotated[list[Word], OneOrMany] = Field(alias="with")
    severity: SeverityWord
    effect: Words
    why: Words


class WashoutPart(Sourced):
    """Days that must pass after stopping another treatment."""

    rule: Words
    after: Annotated[list[Word], OneOrMany]
    days: Whole
    why: Words


class AdequatePart(Sourced):
    """What makes a trial long enough, where weeks at dose do not apply."""

    sessions: Whole | None = None
    weeks: Whole | None = None


class GroupPart(Sourced):
    """A group of the formulary."""

    title: Words | None = None


class ClassPart(Sourced):
    """A class of the formulary, with what its members share."""

    title: Words | None = None
    kind: OptionKindWord | None = None
    groups: Annotated[list[Word], OneOrMany] = []
    counts_as: Word | None = None
    contraindicated: list[RulePart] = []
    interactions: list[InteractionPart] = []
    washout: list[WashoutPart] = []
    monitoring: list[CheckpointPart] = []
    requires: RequiresPart = {}
    dose: DosePart | None = None


class OptionPart(Sourced):
    """A treatment."""

    title: Words | None = None
    class_: Word | None = Field(default=None, alias="class")
    kind: OptionKindWord | None = None
    groups: Annotated[list[Word], OneOrMany] = []
    contains: Annotated[list[Snake], OneOrMany] = []
    codes: dict[Words, Words] = {}
    forms: Annotated[list[Words], OneOrMany] = []
    dose: DosePart | None = None
    by_role: dict[RoleWord, DosePart] = {}
    level: LevelPart | None = None
    titration: TitrationPart | None = None
    contraindicated: list[RulePart] = []
    interactions: list[InteractionPart] = []
    washout: list[WashoutPart] = []
    monitoring: list[CheckpointPart] = []
    requires: RequiresPart = {}
    adequate: AdequatePart | None = None
    counts_as: Word | None = None
    standing: Words | None = None


class FormularyPart(Part):
    """Groups, classes and options."""

    groups: dict[Word, GroupPart] = {}
    classes: dict[Word, ClassPart] = {}
    options: dict[Snake, OptionPart] = {}
