"""The two kinds of file: an algorithm, and a library that algorithms use."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Discriminator, Field, Tag

from engine.definition.schema.base import Part, Sourced, shape_of
from engine.definition.schema.conditions import ConditionPart, Reasoned
from engine.definition.schema.evidence import EvidencePart, MeasurePart, OnsetPart, SeriesPart
from engine.definition.schema.formulary import FormularyPart
from engine.definition.schema.gates import FlagPart, GatePart, InterruptPart
from engine.definition.schema.requirements import CheckpointPart
from engine.definition.schema.scalars import (
    Cql,
    Day,
    Id,
    Path,
    Snake,
    Span,
    Template,
    Whole,
    Word,
    Words,
    one_of,
)
from engine.definition.schema.scalars import Number as NumberText
from engine.definition.schema.steps import MovePart, StepPart


class SourcePart(Part):
    """Where a number or rule comes from."""

    text: Words
    url: Words | None = None


SourceOrText = Annotated[
    Annotated[Words, Tag("<text>")] | Annotated[SourcePart, Tag("<map>")], Discriminator(shape_of)
]


class ParameterPart(Sourced):
    """A named constant that a clinic may set within its bounds."""

    title: Words | None = None
    value: Words
    from_: NumberText | None = Field(default=None, alias="from")
    to: NumberText | None = None
    values: list[Word] | None = None


class DefinePart(Reasoned):
    """A named criterion."""

    title: Words | None = None
    is_: Cql | None = Field(default=None, alias="is")
    when: ConditionPart | None = None
    said: Words | None = None
    said_not: Words | None = None


class SettingPart(Sourced):
    """Another value for a parameter of a library."""

    value: Words


SettingOrText = Annotated[
    Annotated[Words, Tag("<text>")] | Annotated[SettingPart, Tag("<map>")], Discriminator(shape_of)
]
DefineOrText = Annotated[
    Annotated[Cql, Tag("<text>")] | Annotated[DefinePart, Tag("<map>")], Discriminator(shape_of)
]


class BandPart(Sourced):
    """Points while a condition is true."""

    when: ConditionPart
    points: Whole


class StagingPart(Sourced):
    """What staging needs to know of severity."""

    severity: list[BandPart]


OutcomeWord = Annotated[
    str, *one_of(("remission", "response", "partial", "no_response", "worsened"), "a derived outcome")
]


class TrialsPart(Sourced):
    """How any one trial is judged."""

    counts: ConditionPart | None = None
    adequate: ConditionPart | None = None
    failed: ConditionPart | None = None
    outcomes: dict[
        OutcomeWord,
        ConditionPart,
    ] = {}
    baseline_within: Span | None = None
    adherence: Words | None = None
    adherence_after_stop: Span | None = None
    sessions: Snake | None = None


class Shared(Part):
    """Sections that a library may hold too."""

    version: Words | None = None
    title: Words | None = None
    summary: Words | None = None
    sources: dict[Id, SourceOrText] = {}
    parameters: dict[Snake, ParameterPart] = {}
    define: dict[Snake, DefineOrText] = {}
    series: dict[Snake, SeriesPart] = {}
    evidence: dict[Snake, EvidencePart] = {}
    formulary: FormularyPart | None = None
    gates: dict[Snake, GatePart] = {}
    interrupts: dict[Snake, InterruptPart] = {}
    flags: dict[Snake, FlagPart] = {}
    episode: OnsetPart | None = None
    trials: TrialsPart | None = None
    checkpoints: dict[Snake, CheckpointPart] = {}
    steps: dict[Snake, StepPart] = {}
    moves: dict[Template, MovePart] = {}
    claims: dict[Id, dict[Id, Any]] = {}


class LibraryFile(Shared):
    """A library: `algorithms/library/<room>/<name>.yaml`."""

    needed: ClassVar[tuple[str, ...]] = ("library", "version")

    library: Path | None = None
    language: Words | None = None


StatusWord = Annotated[str, *one_of(("draft", "in_review", "approved", "retired"), "a status")]


class ApprovalPart(Part):
    """Who approved a version, and when."""

    name: Words
    on: Day


class ReplacesPart(Part):
    """The version this one replaces."""

    version: Words
    steps: dict[Snake, Snake] = {}


class AlgorithmFile(Shared):
    """An algorithm: `<folder>/algorithm.yaml`."""

    needed: ClassVar[tuple[str, ...]] = ("algorithm", "version", "title", "start", "steps")

    algorithm: Id | None = None
    population: Words | None = None
    country: Words | None = None
    language: Words | None = None
    status: StatusWord | None = None
    approved: list[ApprovalPart] = []
    review_by: Day | None = None
    use: list[Path] = []
    settings: dict[Snake, SettingOrText] = {}
    replaces: ReplacesPart | None = None
    measures: list[MeasurePart] = []
    deviation_days: Whole | None = None
    staging: StagingPart | None = None
    start: Snake | None = None
