"""What goes into the store and comes out of it, beside events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from engine.model.decision import Due
from engine.model.event import Event
from engine.runtime.lanes import Lane


@dataclass(frozen=True, slots=True)
class PatientRow:
    """Who a case is about. `patient_id` is the clinic's short number; None before it is stored."""

    name: str | None = None
    number: str | None = None
    patient_id: str | None = None


NO_URGENCY = 9_999
"""The urgency of a case that nothing is wanted for."""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """What a list shows of a case as of its event `seq`, on the clinic's day `computed_for`.

    Attributes:
        lane: None once the case is closed or at an end.
        urgency: Less is sooner: stopped, then flags to act on, a decision due, other flags, nothing.
        due: Evidence due, and what falls due in the weeks ahead, soonest first.
        seen_on: The last day on which anything was recorded or done; the day of opening before that.
        scale: The measure in use; `scores` are its totals in this episode, oldest first.
        score_baseline: That of the trial in question.
        question: What the case review is asked.
        computed_for: The first of all days in a row that no rule has looked at yet.
    """

    case_id: str
    seq: int
    algorithm: str
    digest: str
    birth_date: date
    sex: str
    opened_on: date
    step: str
    entered_on: date
    interrupts: tuple[str, ...] = ()
    closed_on: date | None = None
    lane: Lane | None = Lane.EVIDENCE_DUE
    urgency: int = NO_URGENCY
    flags: tuple[str, ...] = ()
    due: tuple[Due, ...] = ()
    seen_on: date | None = None
    scale: str | None = None
    score_baseline: int | None = None
    scores: tuple[tuple[date, int], ...] = ()
    assigned_to: str | None = None
    discuss: bool = False
    question: str | None = None
    computed_for: date = date.min

    @property
    def open(self) -> bool:
        """Whether the case still goes on."""
        return self.closed_on is None and self.lane is not None


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A row of the case list with its patient."""

    board: BoardRow
    patient: PatientRow


@dataclass(frozen=True, slots=True)
class StoredAlgorithm:
    """The definition behind a digest: relative path to text."""

    id: str
    version: str
    digest: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who writes, when (UTC), and under which algorithm."""

    actor: str
    recorded_at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A key that makes a resend harmless. `fingerprint` is of the request: a key cannot change meaning."""

    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Appended:
    """Events as stored. `replayed`: the key was known, and these are the events of the first time."""

    events: tuple[Event, ...]
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class ReadCase:
    """Events of a case, and whom it is about. `follows`: they go on from what the reader knew."""

    events: tuple[Event, ...]
    patient: PatientRow
    follows: bool = False


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line of the audit: who did what to which cases, with which filter (`detail`), and why.

    `refused`: it was asked for and not allowed. `address`: where the request came from, where that is known.
    """

    recorded_at: datetime
    actor: str
    action: str
    case_ids: tuple[str, ...] = ()
    detail: str = ""
    why: str = ""
    refused: bool = False
    address: str = ""
