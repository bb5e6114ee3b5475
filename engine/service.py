"""What a user can do, one function each: load the case, decide, append, commit.

The doors (command line, REST, pages) call these and translate; no door decides, and none writes past them.
Every read of a case leaves a line in the audit before it is answered.
"""

import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path

from engine.definition.loader import Loaded, load_text
from engine.model.algorithm import Algorithm
from engine.model.case import Case, Patient
from engine.model.decision import Decision, Decisions, OptionAnswer
from engine.model.entry import Entry, Reported
from engine.model.errors import CaseConflict, EngineError, EvidenceError, UnknownNameError
from engine.model.event import Draft, Event, EventType
from engine.model.evidence import Value
from engine.runtime import Entered, decide, decide_move, enter, evaluate, open_case, replay
from engine.runtime.decide import day_of
from engine.runtime.door import near
from engine.runtime.options import option_answer
from engine.store.rows import (
    AuditRow,
    BoardRow,
    Idempotency,
    ListedCase,
    PatientRow,
    Stamp,
    StoredAlgorithm,
)
from engine.store.store import Store

ROLES = ("reader", "care_manager", "clinician", "consultant", "author", "approver", "auditor", "admin")

RIGHTS: Mapping[str, frozenset[str]] = {
    "read cases": frozenset(("reader", "care_manager", "clinician", "consultant")),
    "write cases": frozenset(("care_manager", "clinician", "consultant")),
}
"""Who may do what; whatever is not named here is denied."""


class AccessDeniedError(EngineError):
    """The actor holds no role with the right to do this."""


class AlgorithmMissingError(EngineError):
    """The definition that a case was opened with is not in the database."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is acting, and in which roles; None is every role."""

    name: str
    roles: frozenset[str] | None = None

    def needs_right(self, right: str) -> None:
        """Raise `AccessDeniedError` unless one of the roles has this right."""
        allowed = RIGHTS[right]
        if self.roles is not None and not self.roles & allowed:
            raise AccessDeniedError(
                f"{self.name} may not {right}", f"it needs one of the roles {', '.join(sorted(allowed))}"
            )


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """Where an actor works: one clinic of one store, with its clock.

    Attributes:
        zone: Time zone that decides what day it is in the clinic; None is that of this computer.
        clock: Gives the present moment in UTC.
    """

    store: Store
    clinic_id: str
    actor: Actor
    zone: tzinfo | None = None
    clock: Callable[[], datetime] = field(default=_now)

    def today(self) -> date:
        """The clinic's date."""
        return self.clock().astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with what it takes to speak about it."""

    case: Case
    algorithm: Algorithm
    patient: PatientRow
    events: tuple[Event, ...]


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
    _not_after_today(desk, opened_on)
    idempotency = _idempotency(key, "open", loaded.usable().digest, patient, who, opened_on, tuple(reported))
    stamp = _stamp(desk, algorithm)
    desk.store.keep_algorithm(desk.clinic_id, _kept(loaded, algorithm), stamp)

    def make(case_id: str) -> tuple[Sequence[Draft], BoardRow]:
        drafts = open_case(algorithm, case_id, patient, opened_on, tuple(reported))
        case = replay(algorithm, _provisional(drafts, case_id, stamp))
        return drafts, _board_row(case)

    appended = desk.store.open_case(desk.clinic_id, who, make, stamp, idempotency)
    view = _view(desk, appended.events[0].case_id)
    return Written(view, appended.events, replayed=appended.replayed)


def list_cases(desk: Desk, step: str | None = None) -> tuple[ListedCase, ...]:
    """Cases of the clinic by number; one line of the audit names them all."""
    desk.actor.needs_right("read cases")
    listed = desk.store.list_cases(desk.clinic_id, step=step)
    shown = tuple(item.board.case_id for item in listed)
    _audit(desk, "list cases", shown, f"step {step}" if step else "all")
    return listed


def read_case(desk: Desk, case_id: str, as_of: int | datetime | None = None) -> CaseView:
    """A case and its history, as it is or as it was known then.

    Raises:
        UnknownNameError: There is no such case in this clinic.
        HistoryError: Nothing was known yet at `as_of`.
        AlgorithmMissingError: See there.
    """
    desk.actor.needs_right("read cases")
    view = _view(desk, case_id, as_of)
    _audit(desk, "read case", (case_id,), "" if as_of is None else f"as of {as_of}")
    return view


def decisions(view: CaseView, on: date, *, timing: bool = True) -> Decisions:
    """Everything the algorithm says about a case on a day; with `timing` also when time alone changes it."""
    return decide(view.algorithm, view.case, on, timing=timing)


def fact_of(view: CaseView, text: str, on: date) -> Value | str | None:
    """Any criterion or fact of a case on a day; a count with unknowns as `1..2`."""
    return evaluate(view.algorithm, view.case, text, on)


def ask(desk: Desk, view: CaseView, move: str, on: date) -> Decision:
    """The answer about one move, for the desk's actor; nothing is written.

    Raises:
        UnknownNameError: The algorithm has no such move.
    """
    return decide_move(view.algorithm, view.case, move, on, roles=desk.actor.roles)


def ask_option(view: CaseView, option: str, on: date) -> OptionAnswer:
    """A treatment by the formulary's rules alone, whatever the step; nothing is written.

    Raises:
        UnknownNameError: The algorithm has no such option.
    """
    found = view.algorithm.formulary.options.get(option)
    if found is None:
        raise UnknownNameError("option", option, near(option, view.algorithm.formulary.options))
    return option_answer(day_of(view.algorithm, view.case, on), found)


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
    view = _view(desk, case_id)
    if known is not None:
        return Written(view, known.events, replayed=True)
    if expected_seq is not None and expected_seq != view.case.seq:
        since = tuple(event for event in view.events if event.seq > expected_seq)
        raise CaseConflict(case_id, expected_seq, since)
    _not_after_today(desk, entry.on)
    entered = enter(view.algorithm, view.case, entry, roles=desk.actor.roles)
    if not entered.drafts:
        return Written(view, (), entered)
    appended = desk.store.append(
        desk.clinic_id,
        case_id,
        view.case.seq,
        entered.drafts,
        _board_row(entered.case),
        _stamp(desk, view.algorithm),
        idempotency,
    )
    if appended.replayed:
        return Written(_view(desk, case_id), appended.events, replayed=True)
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


def _view(desk: Desk, case_id: str, as_of: int | datetime | None = None) -> CaseView:
    events = desk.store.read_events(desk.clinic_id, case_id)
    algorithm = algorithm_of(desk, events[-1].digest)
    case = replay(algorithm, events, as_of)
    shown = tuple(event for event in events if event.seq <= case.seq)
    return CaseView(case, algorithm, desk.store.read_patient(desk.clinic_id, case_id), shown)


# Algorithms


def algorithm_of(desk: Desk, digest: str) -> Algorithm:
    """The algorithm with this digest, from the definition kept in the database.

    Raises:
        AlgorithmMissingError: The database does not hold it, or what it holds no longer gives this digest.
    """
    found = _ALGORITHMS.get(digest)
    if found is not None:
        return found
    kept = desk.store.read_algorithm(desk.clinic_id, digest)
    if kept is None:
        raise AlgorithmMissingError(
            f"the algorithm with digest {digest[:12]} is not in this database",
            "restore the database from a backup that holds it; no case was changed",
        )
    algorithm = _load_kept(kept).usable()
    if algorithm.digest != digest:
        raise AlgorithmMissingError(
            f"the definition kept as {digest[:12]} has changed: it now gives {algorithm.digest[:12]}",
            "restore the database from a backup; no case was changed",
        )
    _ALGORITHMS[digest] = algorithm
    return algorithm


_ALGORITHMS: dict[str, Algorithm] = {}
"""Algorithms by digest. A digest names its content, so that nothing here can become stale."""

_OWN_FILE = "algorithm.yaml"
_LIBRARIES = "library"


def _kept(loaded: Loaded, algorithm: Algorithm) -> StoredAlgorithm:
    """The texts of a definition under names that do not depend on where its files were."""
    own, *libraries = loaded.sources.items()
    files = {_OWN_FILE: own[1]}
    for label, text in libraries:
        room, name = Path(label).parts[-2:]
        files[f"{_LIBRARIES}/{room}/{name}"] = text
    return StoredAlgorithm(algorithm.id, algorithm.version, algorithm.digest, files)


def _load_kept(kept: StoredAlgorithm) -> Loaded:
    with tempfile.TemporaryDirectory(prefix="treadway-") as folder:
        root = Path(folder)
        for name, text in kept.files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8", newline="")
        label = f"{kept.id} {kept.version}"
        return load_text(kept.files[_OWN_FILE], label, [root / _LIBRARIES])


# Small things


def _not_after_today(desk: Desk, on: date) -> None:
    today = desk.today()
    if on > today:
        raise EvidenceError("on", f"{on} is after today, {today}", "Enter the day it happened")


def _stamp(desk: Desk, algorithm: Algorithm) -> Stamp:
    return Stamp(desk.actor.name, desk.clock(), algorithm.digest)


def _audit(desk: Desk, action: str, case_ids: tuple[str, ...], detail: str) -> None:
    desk.store.add_audit(desk.clinic_id, AuditRow(desk.clock(), desk.actor.name, action, case_ids, detail))


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
