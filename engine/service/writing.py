"""Opening cases and writing to them: decide, append, commit."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from engine.access.entries import rights_for
from engine.access.rights import Right
from engine.definition.loader import Loaded
from engine.model.case import Case, Patient
from engine.model.decision import Decision
from engine.model.entry import Entry, Reported
from engine.model.errors import CaseConflict
from engine.model.event import Draft, Event, EventType
from engine.runtime import Entered, enter, open_case, replay, replay_on
from engine.service.desk import Desk, add_audit, not_after_today, stamp_of
from engine.service.kept import kept_of
from engine.service.reading import CaseView, view_of, written
from engine.store.projection import project
from engine.store.rows import BoardRow, Idempotency, PatientRow, Stamp


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did.

    Attributes:
        view: The case afterwards.
        events: What was stored.
        entries: What came of each entry, in order.
        replayed: The key was known and nothing was done again: all the rest is as it was the first time.
    """

    view: CaseView
    events: tuple[Event, ...]
    entries: tuple[Entered, ...] = ()
    replayed: bool = False

    @property
    def entered(self) -> Entered | None:
        """What came of the last entry; None where nothing was done."""
        return None if self.replayed or not self.entries else self.entries[-1]


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
    desk.actor.needs_right(Right.OPEN_CASE)
    algorithm = loaded.usable()
    not_after_today(desk, opened_on)
    idempotency = idempotency_of(
        key, "open", loaded.usable().digest, patient, who, opened_on, tuple(reported)
    )
    stamp = stamp_of(desk, algorithm)
    desk.store.keep_algorithm(desk.clinic_id, kept_of(loaded, algorithm), stamp)

    today = desk.today()

    def make(case_id: str) -> tuple[Sequence[Draft], BoardRow]:
        drafts = open_case(algorithm, case_id, patient, opened_on, tuple(reported))
        case = replay(algorithm, provisional(drafts, case_id, stamp))
        return drafts, project(algorithm, case, today)

    appended = desk.store.open_case(desk.clinic_id, who, make, stamp, idempotency)
    last = appended.events[-1]
    return Written(view_of(desk, last.case_id, last.seq), appended.events, replayed=appended.replayed)


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
    return _carry_out(desk, case_id, (entry,), expected_seq, key, whole=False)


def write_whole(
    desk: Desk,
    case_id: str,
    entries: Sequence[Entry],
    expected_seq: int | None = None,
    key: str | None = None,
) -> Written:
    """Carry out entries as one: every request in them, or none.

    Where one request is refused, none is carried out. What was found is kept all the same, with the
    interrupts that it raises and the refusals that it explains: a patient's answers are facts, whatever
    becomes of a wish.

    Args, raises: as `write`.
    """
    return _carry_out(desk, case_id, tuple(entries), expected_seq, key, whole=True)


def _carry_out(
    desk: Desk,
    case_id: str,
    entries: tuple[Entry, ...],
    expected_seq: int | None,
    key: str | None,
    *,
    whole: bool,
) -> Written:
    desk.actor.needs_right(*(right for entry in entries for right in rights_for(entry)))
    idempotency = idempotency_of(key, case_id, *entries)
    # The case first: a key that was used before it was read is then known.
    view = view_of(desk, case_id)
    known = desk.store.replayed(desk.clinic_id, idempotency, desk.clock())
    if known is not None:
        return again(desk, entries, known.events)
    if expected_seq is not None and expected_seq != view.case.seq:
        since = tuple(event for event in view.events if event.seq > expected_seq)
        add_audit(desk, "read newer events", (case_id,), f"after {expected_seq}")
        raise CaseConflict(case_id, expected_seq, since)
    for entry in entries:
        not_after_today(desk, entry.on)
    drafts, case, entered = _decided(desk, view, entries)
    if whole and any(draft.type is EventType.REQUEST_REFUSED for draft in drafts):
        drafts, case = _without_requests(desk, view, entries, drafts)
    if not drafts:
        return Written(view, (), entered)
    stamp = stamp_of(desk, view.algorithm)
    appended = desk.store.append(
        desk.clinic_id,
        case_id,
        view.case.seq,
        drafts,
        project(view.algorithm, case, desk.today()),
        stamp,
        idempotency,
    )
    if appended.replayed:
        return again(desk, entries, appended.events)
    written(desk, view, appended.events)
    after = CaseView(case, view.algorithm, view.patient, (*view.events, *appended.events))
    return Written(after, appended.events, entered)


def _decided(
    desk: Desk, view: CaseView, entries: Sequence[Entry]
) -> tuple[tuple[Draft, ...], Case, tuple[Entered, ...]]:
    """Decide entries one upon the other: the drafts of all, the case after them, what came of each."""
    case, done = view.case, list[Entered]()
    for entry in entries:
        entered = enter(view.algorithm, case, entry, roles=desk.actor.roles, actor=desk.actor.name)
        case = entered.case
        done.append(entered)
    return tuple(draft for entered in done for draft in entered.drafts), case, tuple(done)


def _without_requests(
    desk: Desk, view: CaseView, entries: Sequence[Entry], drafts: Sequence[Draft]
) -> tuple[tuple[Draft, ...], Case]:
    """What is left of refused entries: the findings and notes in them, then the refusals."""
    facts = [
        replace(entry, start=(), dose=(), stop=(), sign=(), release=(), move=None, deviate=None)
        for entry in entries
    ]
    kept, case, _ = _decided(desk, view, facts)
    refusals = [draft for draft in drafts if draft.type is EventType.REQUEST_REFUSED]
    events = provisional(refusals, case.id, stamp_of(desk, view.algorithm), case.seq)
    return (*kept, *refusals), replay_on(view.algorithm, case, events)


def again(desk: Desk, entries: Sequence[Entry], events: tuple[Event, ...]) -> Written:
    """The answer of the first time, worked out anew from the case as it was then."""
    case_id = events[0].case_id
    _, _, entered = _decided(desk, view_of(desk, case_id, events[0].seq - 1), entries)
    return Written(view_of(desk, case_id, events[-1].seq), events, entered, replayed=True)


def refused(written: Written) -> tuple[Decision, ...]:
    """Requests of a write that were not carried out: refused, or undecided and not deviated from."""
    refusals = {
        (event.payload["request"], event.payload["id"])
        for event in written.events
        if event.type is EventType.REQUEST_REFUSED
    }
    return tuple(
        decision
        for entered in written.entries
        for decision in entered.refused
        if (decision.subject, decision.id) in refusals
    )


def provisional(drafts: Sequence[Draft], case_id: str, stamp: Stamp, after: int = 0) -> list[Event]:
    """Drafts as the events they would be after event `after`, for working out what they lead to."""
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
        for seq, draft in enumerate(drafts, start=after + 1)
    ]


def idempotency_of(key: str | None, *request: object) -> Idempotency | None:
    """A key with the fingerprint of its request: two requests are the same when they read the same."""
    if key is None:
        return None
    return Idempotency(key, hashlib.sha256(repr(request).encode("utf-8", "replace")).hexdigest())
