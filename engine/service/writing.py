"""Opening cases and writing to them: decide, append, commit."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engine.definition.loader import Loaded
from engine.model.case import Case, Patient
from engine.model.decision import Decision
from engine.model.entry import Entry, Reported
from engine.model.errors import CaseConflict
from engine.model.event import Draft, Event, EventType
from engine.runtime import Entered, enter, open_case, replay
from engine.service.desk import Desk, not_after_today, stamp_of
from engine.service.kept import kept_of
from engine.service.reading import CaseView, view_of
from engine.store.rows import BoardRow, Idempotency, PatientRow, Stamp


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did. `replayed`: the key was known, nothing was done again, and `entered` is None."""

    view: CaseView
    events: tuple[Event, ...]
    entered: Entered | None = None
    replayed: bool = False


def new_case(
    desk: Desk,
    loaded: Loaded,
    patient: Patient,
    who: PatientRow,
    opened_on: date,
    reported: Sequence[Reported] = (),
    key: str | None = None,
) -> Written:
    """Open a case in an algorithm and keep the algorithm's definition with it.

    Raises:
        DefinitionError: The definition cannot be used.
        EvidenceError: A date in the future, an impossible patient or earlier treatment; nothing is stored.
        AccessDeniedError, StoreUnavailableError: Nothing is stored.
    """
    desk.actor.needs_right("write cases")
    algorithm = loaded.usable()
    not_after_today(desk, opened_on)
    idempotency = _idempotency(key, "open", loaded.usable().digest, patient, who, opened_on, tuple(reported))
    stamp = stamp_of(desk, algorithm)
    desk.store.keep_algorithm(desk.clinic_id, kept_of(loaded, algorithm), stamp)

    def make(case_id: str) -> tuple[Sequence[Draft], BoardRow]:
        drafts = open_case(algorithm, case_id, patient, opened_on, tuple(reported))
        case = replay(algorithm, _provisional(drafts, case_id, stamp))
        return drafts, _board_row(case)

    appended = desk.store.open_case(desk.clinic_id, who, make, stamp, idempotency)
    view = view_of(desk, appended.events[0].case_id)
    return Written(view, appended.events, replayed=appended.replayed)


def write(
    desk: Desk, case_id: str, entry: Entry, expected_seq: int | None = None, key: str | None = None
) -> Written:
    """Carry out an entry: record, start, dose, stop, sign, release, move. All of it is stored, or nothing.

    A refused request is part of the history too: it is stored as refused, and `entered.refused` holds it.

    Args:
        expected_seq: The last event the writer had seen; None takes the case as it is now.
        key: Idempotency key: sent again with the same entry, nothing is done and the first events come back.

    Raises:
        CaseConflict: The case has moved on; carries the events since.
        EvidenceError: Impossible evidence, or a date after today.
        UnknownNameError: A case, move, option, gate, interrupt or evidence type that does not exist.
        AccessDeniedError, KeyReusedError, StoreUnavailableError: see there. Nothing is stored.
    """
    desk.actor.needs_right("write cases")
    idempotency = _idempotency(key, case_id, entry)
    known = desk.store.replayed(desk.clinic_id, idempotency)
    view = view_of(desk, case_id)
    if known is not None:
        return Written(view, known.events, replayed=True)
    if expected_seq is not None and expected_seq != view.case.seq:
        since = tuple(event for event in view.events if event.seq > expected_seq)
        raise CaseConflict(case_id, expected_seq, since)
    not_after_today(desk, entry.on)
    entered = enter(view.algorithm, view.case, entry, roles=desk.actor.roles)
    if not entered.drafts:
        return Written(view, (), entered)
    appended = desk.store.append(
        desk.clinic_id,
        case_id,
        view.case.seq,
        entered.drafts,
        _board_row(entered.case),
        stamp_of(desk, view.algorithm),
        idempotency,
    )
    if appended.replayed:
        return Written(view_of(desk, case_id), appended.events, replayed=True)
    after = CaseView(entered.case, view.algorithm, view.patient, (*view.events, *appended.events))
    return Written(after, appended.events, entered)


def refused(written: Written) -> tuple[Decision, ...]:
    """Requests of a write that were not carried out: refused, or undecided and not deviated from."""
    if written.entered is None:
        return ()
    refusals = {
        (event.payload["request"], event.payload["id"])
        for event in written.events
        if event.type is EventType.REQUEST_REFUSED
    }
    return tuple(d for d in written.entered.refused if (d.subject, d.id) in refusals)


def _provisional(drafts: Sequence[Draft], case_id: str, stamp: Stamp) -> list[Event]:
    return [
        Event(
            seq,
            case_id,
            draft.type,
            draft.observed_on,
            stamp.recorded_at,
            stamp.actor,
            stamp.digest,
            draft.payload,
        )
        for seq, draft in enumerate(drafts, start=1)
    ]


def _board_row(case: Case) -> BoardRow:
    return BoardRow(
        case_id=case.id,
        seq=case.seq,
        algorithm=case.algorithm,
        digest=case.digest,
        birth_date=case.patient.birth_date,
        sex=case.patient.sex,
        opened_on=case.opened_on,
        step=case.step,
        entered_on=case.visit.entered_on,
        interrupts=tuple(raised.id for raised in case.raised()),
        closed_on=case.closed_on,
    )


def _idempotency(key: str | None, *request: object) -> Idempotency | None:
    """A key with the fingerprint of its request: two requests are the same when they read the same."""
    if key is None:
        return None
    return Idempotency(key, hashlib.sha256(repr(request).encode("utf-8", "replace")).hexdigest())
