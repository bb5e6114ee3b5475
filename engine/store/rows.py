"""What goes into the store and comes out of it, beside events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from engine.model.event import Event


@dataclass(frozen=True, slots=True)
class PatientRow:
    """Who a case is about. `patient_id` is the clinic's short number; None before it is stored."""

    name: str | None = None
    number: str | None = None
    patient_id: str | None = None


@dataclass(frozen=True, slots=True)
class BoardRow:
    """What a list shows of a case: where it is and what stops it, as of its event `seq`."""

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
