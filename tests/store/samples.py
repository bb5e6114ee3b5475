"""Invented cases for the tests of the store."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from engine.model.event import Draft, EventType
from engine.store.rows import Appended, BoardRow, Idempotency, PatientRow, Stamp
from engine.store.store import Store

CLINIC = "harbour"
DIGEST = "d" * 64
OPENED_ON = date(2026, 1, 5)
ADA = PatientRow("OKAFOR, Ada")
STAMP = Stamp("Dr Lind", datetime(2026, 1, 5, 9, 30, tzinfo=UTC), DIGEST)


def opened() -> Draft:
    """The first event of a case."""
    return Draft(EventType.CASE_OPENED, OPENED_ON, {"patient": {"birth_date": "1981-07-14", "sex": "female"}})


def note(text: str) -> Draft:
    """An event that says something."""
    return Draft(EventType.NOTE_ADDED, date(2026, 1, 6), {"text": text})


def board_row(case_id: str, seq: int, step: str = "diagnosis_check") -> BoardRow:
    """The list's row of a case."""
    return BoardRow(
        case_id, seq, "stepwise-depression", DIGEST, date(1981, 7, 14), "female", OPENED_ON, step, OPENED_ON
    )


def open_case(
    store: Store,
    clinic: str = CLINIC,
    patient: PatientRow = ADA,
    idempotency: Idempotency | None = None,
) -> str:
    """Open a case and give its id."""
    made = store.open_case(clinic, patient, lambda c: ([opened()], board_row(c, 1)), STAMP, idempotency)
    return made.events[0].case_id


def append(
    store: Store,
    case_id: str,
    expected_seq: int,
    *texts: str,
    clinic: str = CLINIC,
    idempotency: Idempotency | None = None,
) -> Appended:
    """Append notes to a case."""
    drafts: Sequence[Draft] = [note(text) for text in texts]
    row = board_row(case_id, expected_seq + len(drafts))
    return store.append(clinic, case_id, expected_seq, drafts, row, STAMP, idempotency)
