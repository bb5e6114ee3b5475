"""The format of a scenario file: the story of one invented patient."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Discriminator, Field, Tag

from engine.definition.schema.base import OneOrMany, Part, shape_of
from engine.definition.schema.scalars import Day, Id, Number, Snake, Whole, Words, YesNo, one_of
from engine.definition.schema.selectors import RoleWord
from engine.model.decision import OptionStatus, Status
from engine.runtime.names import SEXES, STATED_OUTCOMES

SexWord = Annotated[str, *one_of(SEXES, "a sex that records know")]
StatedOutcome = Annotated[str, *one_of(STATED_OUTCOMES, "an outcome that can be stated")]
StatusWord = Annotated[Status, *one_of(Status, "an answer")]
OptionStatusWord = Annotated[OptionStatus, *one_of(OptionStatus, "what an option can be")]
ASKED = "not_known"
"""Written in place of a record: it was asked, and is not known."""


class PatientPart(Part):
    """What criteria may read of the patient."""

    birth_date: Day
    sex: SexWord


class ReportedScorePart(Part):
    """Totals before and after an earlier treatment."""

    scale: Snake | None = None
    before: Whole | None = None
    after: Whole | None = None


class ReportedTreatmentPart(Part):
    """An earlier treatment. Without `to` it runs on."""

    option: Snake
    from_: Day = Field(alias="from")
    to: Day | None = None
    role: RoleWord | None = None
    dose_mg_per_day: Number | None = None
    days_covered_percent: Number | None = None
    outcome: StatedOutcome | None = None
    score: ReportedScorePart | None = None


class RetractPart(Part):
    """A record entered in error."""

    evidence: Snake
    on: Day
    reason: Words | None = None


class StartPart(Part):
    """A treatment to start."""

    option: Snake
    dose_mg_per_day: Number | None = None
    role: RoleWord | None = None


class DoseChangePart(Part):
    """A dose to change."""

    option: Snake
    dose_mg_per_day: Number


class StopPart(Part):
    """A treatment to stop."""

    option: Snake
    outcome: StatedOutcome | None = None
    reason: Words | None = None


class SignPart(Part):
    """A gate to sign."""

    gate: Snake
    answers: dict[Snake, YesNo] = {}


class ReleasePart(Part):
    """An interrupt to release."""

    interrupt: Snake
    reason: Words | None = None


class DeviatePart(Part):
    """A deviation from the answer about the entry's move or start."""

    reason: Words
    expires: Day | None = None


class ExpectPart(Part):
    """What is expected. The answer about a move stands beside the other keys, under the move's id."""

    model_config = ConfigDict(extra="allow")

    start: Annotated[list[StatusWord], OneOrMany] = []
    dose: Annotated[list[StatusWord], OneOrMany] = []
    step: Snake | None = None
    facts: dict[Words, Any] = {}
    gate: dict[Snake, Any] = {}
    interrupts: Annotated[list[Snake], OneOrMany] | None = None
    options: dict[Snake, OptionStatusWord] = {}
    needs: dict[Snake, list[Annotated[list[Words], OneOrMany]]] = {}
    due: Annotated[list[Snake], OneOrMany] | None = None
    flags: Annotated[list[Snake], OneOrMany] | None = None


class EntryPart(Part):
    """What happens on one day, and what is expected of it."""

    on: Day
    record: dict[
        Snake,
        Annotated[
            Annotated[Words, Tag("<text>")] | Annotated[dict[Snake, Any], Tag("<map>")],
            Discriminator(shape_of),
        ],
    ] = {}
    retract: Annotated[list[RetractPart], OneOrMany] = []
    start: Annotated[list[StartPart], OneOrMany] = []
    dose: Annotated[list[DoseChangePart], OneOrMany] = []
    stop: Annotated[list[StopPart], OneOrMany] = []
    sign: Annotated[list[SignPart], OneOrMany] = []
    release: Annotated[list[ReleasePart], OneOrMany] = []
    ask: Annotated[list[Snake], OneOrMany] = []
    move: Snake | None = None
    deviate: (
        Annotated[
            Annotated[Words, Tag("<text>")] | Annotated[DeviatePart, Tag("<map>")], Discriminator(shape_of)
        ]
        | None
    ) = None
    note: Words | None = None
    expect: ExpectPart | None = None


class ScenarioFile(Part):
    """A scenario."""

    needed: ClassVar[tuple[str, ...]] = ("scenario", "algorithm", "patient", "story")

    scenario: Words | None = None
    algorithm: Id | None = None
    patient: PatientPart | None = None
    history: list[ReportedTreatmentPart] = []
    story: list[EntryPart] = []
