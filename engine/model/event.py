"""Events: the append-only history of a case. A correction is a new event; nothing is changed or removed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class EventType(StrEnum):
    """Everything that can happen to a case."""

    CASE_OPENED = "case_opened"
    TREATMENT_REPORTED = "treatment_reported"
    EVIDENCE_RECORDED = "evidence_recorded"
    EVIDENCE_RETRACTED = "evidence_retracted"
    TREATMENT_STARTED = "treatment_started"
    DOSE_CHANGED = "dose_changed"
    TREATMENT_STOPPED = "treatment_stopped"
    GATE_SIGNED = "gate_signed"
    MOVE_MADE = "move_made"
    REQUEST_REFUSED = "request_refused"
    DEVIATION_RECORDED = "deviation_recorded"
    INTERRUPT_RAISED = "interrupt_raised"
    INTERRUPT_RELEASED = "interrupt_released"
    CHECKPOINT_DONE = "checkpoint_done"
    NOTE_ADDED = "note_added"
    CASE_ASSIGNED = "case_assigned"
    DISCUSS_MARKED = "discuss_marked"
    ALGORITHM_CHANGED = "algorithm_changed"
    EPISODE_CLOSED = "episode_closed"
    CASE_CLOSED = "case_closed"


Json = None | bool | int | str | list["Json"] | dict[str, "Json"]
"""Payload values. Decimals and dates travel as text, so that every database keeps them exactly."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An event before it is appended: what happens, and the clinic date it belongs to."""

    type: EventType
    observed_on: date
    payload: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a case's history.

    Attributes:
        seq: 1, 2, 3 ... within the case, without gaps.
        observed_on: Clinic date. recorded_at: When it was stored, in UTC.
        digest: Of the algorithm in force.
        previous_hash, hash: SHA-256 chain over canonical JSON, hex; empty where no store is involved.
    """

    seq: int
    case_id: str
    type: EventType
    observed_on: date
    recorded_at: datetime
    actor: str
    digest: str
    payload: Mapping[str, Json] = field(hash=False)
    previous_hash: str = ""
    hash: str = ""
