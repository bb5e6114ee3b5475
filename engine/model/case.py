"""A case: one patient's walk through one algorithm, as its events tell it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from engine.model.evidence import Value
from engine.model.formulary import Role


@dataclass(frozen=True, slots=True)
class Patient:
    """What criteria may read of a patient.

    Names and numbers are kept elsewhere. `sex`: female, male, other, unknown.
    """

    birth_date: date
    sex: str


@dataclass(frozen=True, slots=True)
class Record:
    """One dated record of evidence. `seq` of its event names it; `values` holds the fields it gives."""

    seq: int
    type: str
    observed_on: date
    values: Mapping[str, Value] = field(hash=False)
    asked_not_known: bool = False
    retracted_seq: int | None = None


@dataclass(frozen=True, slots=True)
class DoseStretch:
    """From this day on, this dose (mg a day or a session; None: not said)."""

    on: date
    seq: int
    dose_mg_per_day: Decimal | None


@dataclass(frozen=True, slots=True)
class ReportedScore:
    """Totals before and after an earlier treatment, on one scale (an evidence type id)."""

    scale: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Treatment:
    """One treatment from start to stop.

    Attributes:
        seq: Of the event that started or reported it.
        visit: Index into the case's visits in which it was started; -1 for earlier, reported treatment.
        outcome: As stated when it was stopped or reported; None where nothing was stated.
        days_covered_percent: As reported of earlier treatment.
        serves: `seq` of the move within the step that allowed this start, where one was needed.
    """

    seq: int
    option: str
    role: Role
    started_on: date
    doses: tuple[DoseStretch, ...]
    visit: int
    reported: bool = False
    stopped_on: date | None = None
    stopped_seq: int | None = None
    outcome: str | None = None
    reason: str | None = None
    days_covered_percent: Decimal | None = None
    score: ReportedScore | None = None
    serves: int | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay in a step. `move` is the id of the move that entered it; None for the first."""

    step: str
    entered_on: date
    entered_seq: int
    episode: int
    move: str | None = None
    kind: str | None = None
    left_on: date | None = None
    left_seq: int | None = None
    left_by: str | None = None


@dataclass(frozen=True, slots=True)
class MoveMade:
    """A move that was made. `gate` names the gate it passed, `deviation` the deviation that let it pass."""

    seq: int
    on: date
    move: str
    kind: str
    from_step: str
    to_step: str
    gate: str | None = None
    deviation: int | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """A gate as it was signed.

    `items` holds each item's result then; `answers` what the clinician's word gave.
    """

    seq: int
    on: date
    gate: str
    conclusion: str
    items: Mapping[str, str] = field(hash=False)
    answers: Mapping[str, bool] = field(hash=False)
    visit: int
    actor: str
    resets_clock_of: int | None = None
    """`seq` of the treatment whose trial clock it set back."""


@dataclass(frozen=True, slots=True)
class RaisedInterrupt:
    """An interrupt raised, and released where `released_seq` is set.

    `evidence` are the raising records' seqs.
    """

    id: str
    seq: int
    on: date
    evidence: tuple[int, ...] = ()
    released_seq: int | None = None
    released_on: date | None = None


@dataclass(frozen=True, slots=True)
class Deviation:
    """A clinician's decision against a decision. `subject` is `move` or `start`; `id` what it is about."""

    seq: int
    on: date
    subject: str
    id: str
    reason: str
    expires_on: date
    used_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode of illness, from the day it was opened in this case."""

    opened_on: date
    opened_seq: int


@dataclass(frozen=True, slots=True)
class Case:
    """The state of a case after its events. Every tuple is in order of seq.

    Attributes:
        seq: Of the last event; the version a writer must name.
        visits: Stays in steps; the last one is now.
    """

    id: str
    algorithm: str
    digest: str
    patient: Patient
    opened_on: date
    seq: int
    visits: tuple[Visit, ...]
    episodes: tuple[Episode, ...]
    records: tuple[Record, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    moves: tuple[MoveMade, ...] = ()
    signatures: tuple[Signature, ...] = ()
    interrupts: tuple[RaisedInterrupt, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    closed_on: date | None = None
    assigned_to: str | None = None
    discuss: bool = False
    question: str | None = None
    """What the case review is asked, while it is to discuss the case."""

    @property
    def visit(self) -> Visit:
        """The stay in the step where the case is now."""
        return self.visits[-1]

    @property
    def step(self) -> str:
        """Id of the step where the case is now."""
        return self.visits[-1].step

    def record(self, seq: int) -> Record | None:
        """The record with this seq."""
        return next((record for record in self.records if record.seq == seq), None)

    def raised(self) -> tuple[RaisedInterrupt, ...]:
        """Interrupts raised and not released, oldest first."""
        return tuple(item for item in self.interrupts if item.released_seq is None)
