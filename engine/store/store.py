"""The store: each method is one transaction, and what it returns is committed."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Engine, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine.model.errors import CaseConflict, EngineError, UnknownNameError
from engine.model.event import Draft, Event
from engine.store import audit, board_rows, history, keys, log
from engine.store.board_schema import board
from engine.store.database import (
    finish,
    open_engine,
    reading,
    refuse_other_schema,
    schema_of,
    upgraded_by,
    url_of,
    write,
)
from engine.store.errors import UnfitTextError
from engine.store.history import Head, StaleWriteError
from engine.store.prepared import Prepared
from engine.store.rows import (
    Appended,
    AuditRow,
    BoardRow,
    Idempotency,
    ListedCase,
    PatientRow,
    ReadCase,
    Stamp,
    StoredAlgorithm,
)
from engine.store.schema import REVISION, algorithms, cases, counters, patients

FIRST_NUMBER = 1001
"""Cases and patients are numbered from here in each clinic, so that every number has four digits."""

_ATTEMPTS = 3
"""Tries of a write that only a simultaneous first insert of the same row can break."""

_Result = TypeVar("_Result")


_SAME = (cases.c.clinic_id == patients.c.clinic_id) & (cases.c.patient_id == patients.c.patient_id)
_CASE = Prepared(
    select(patients.c.name, patients.c.number, patients.c.patient_id, cases.c.seq, cases.c.hash)
    .join(cases, _SAME)
    .where(cases.c.clinic_id == bindparam("in_clinic"), cases.c.case_id == bindparam("in_case"))
)


class Store:
    """Cases of all clinics in one database. Safe for several threads and processes at once.

    Every method that takes a `clinic_id` reads and writes rows of that clinic alone.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, database: str, *, create: bool = True) -> "Store":
        """Open a database by URL or by the path of a SQLite file.

        Args:
            database: `sqlite:///cases.db`, `postgresql://...`, or a path.
            create: Make the tables where the database is empty.

        Raises:
            DatabaseUnreadableError, UnsafeDatabaseError, SchemaError, StoreUnavailableError: see there.
        """
        engine = open_engine(url_of(database))
        try:
            found = schema_of(engine)
            if found is None and create:
                from engine.store.migrate import upgrade

                upgrade(engine)
                found = schema_of(engine)
            refuse_other_schema(found, None if found == REVISION else upgraded_by(engine))
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    @property
    def engine(self) -> Engine:
        """The database, for verification and backup."""
        return self._engine

    def close(self) -> None:
        """Finish what was accepted, refuse what comes now, and let go of every connection."""
        finish(self._engine)

    def open_case(
        self,
        clinic_id: str,
        patient: PatientRow,
        make: Callable[[str], tuple[Sequence[Draft], BoardRow]],
        stamp: Stamp,
        idempotency: Idempotency | None = None,
    ) -> Appended:
        """Number a new case and write its first events.

        Args:
            clinic_id: The clinic.
            patient: Name and number; a known number means the same patient.
            make: From the new case's id to its first events and board row.
            stamp: Who, when, under which algorithm.
            idempotency: Makes a resend open no second case.

        Raises:
            EngineError: The patient number belongs to somebody of another name.
            KeyReusedError, StoreUnavailableError: Nothing was stored.
        """
        for text in (patient.name, patient.number, stamp.actor):
            _refuse_unfit(text)

        def attempt(connection: Connection) -> Appended:
            known = keys.known(connection, clinic_id, idempotency, stamp.recorded_at)
            if known is not None:
                return known
            whose = _patient(connection, clinic_id, patient)
            case_id = str(_next_number(connection, clinic_id, "case"))
            drafts, row = make(case_id)
            history.begin(connection, clinic_id, case_id, str(whose.patient_id))
            made = history.append(connection, clinic_id, case_id, 0, drafts, stamp)
            board_rows.add(connection, clinic_id, row, whose)
            keys.remember(connection, clinic_id, idempotency, made, stamp.recorded_at)
            log.add(connection, clinic_id, made)
            return Appended(made)

        return self._write(attempt)

    def append(
        self,
        clinic_id: str,
        case_id: str,
        expected_seq: int,
        drafts: Sequence[Draft],
        row: BoardRow,
        stamp: Stamp,
        idempotency: Idempotency | None = None,
    ) -> Appended:
        """Append to a case that is still at `expected_seq`: events, head, board row and key, all or none.

        Raises:
            CaseConflict: The case moved on; carries the events since, and nothing was stored.
            UnknownNameError: There is no such case in this clinic.
            KeyReusedError, UnfitTextError, StoreUnavailableError: Nothing was stored.
        """
        _refuse_unfit(stamp.actor)

        def attempt(connection: Connection) -> Appended:
            known = keys.known(connection, clinic_id, idempotency, stamp.recorded_at)
            if known is not None:
                return known
            made = history.append(connection, clinic_id, case_id, expected_seq, drafts, stamp)
            if made:
                board_rows.put(connection, clinic_id, row)
                keys.remember(connection, clinic_id, idempotency, made, stamp.recorded_at)
                log.add(connection, clinic_id, made)
            return Appended(made)

        try:
            return self._write(attempt)
        except StaleWriteError:
            # Both may have been sent at once, and the other may have come first.
            first = self.replayed(clinic_id, idempotency, stamp.recorded_at)
            if first is not None:
                return first
            since = self.read_events(clinic_id, case_id, after=expected_seq)
            raise CaseConflict(case_id, expected_seq, since) from None

    def _write(self, attempt: Callable[[Connection], _Result]) -> _Result:
        """Run in one transaction. A clash over the same new row is tried again: the row is there then."""
        for left in reversed(range(_ATTEMPTS)):
            try:
                return write(self._engine, attempt)
            except IntegrityError:
                if not left:
                    raise
        raise AssertionError("unreachable")

    def replayed(self, clinic_id: str, idempotency: Idempotency | None, now: datetime) -> Appended | None:
        """The events a key already stands for; None for a new one.

        Raises:
            KeyReusedError: The key stands for another request.
        """
        if idempotency is None:
            return None
        with reading(self._engine) as connection:
            return keys.known(connection, clinic_id, idempotency, now)

    def read_events(self, clinic_id: str, case_id: str, after: int = 0) -> tuple[Event, ...]:
        """Events of a case with a `seq` above `after`, in order.

        Raises:
            UnknownNameError: There is no such case in this clinic; `near` holds ids that begin alike.
        """
        with reading(self._engine) as connection:
            found = history.read(connection, clinic_id, case_id, after)
            if not found and not _exists(connection, clinic_id, case_id):
                raise UnknownNameError("case", case_id, _near_cases(connection, clinic_id, case_id))
            return found

    def read_case(self, clinic_id: str, case_id: str, known: Head | None = None) -> ReadCase:
        """Events of a case and its patient, in one view of the database.

        Args:
            clinic_id: The clinic.
            case_id: The case.
            known: A head up to which the caller knows the events: only those after it are read, where they
                follow on it.

        Raises:
            UnknownNameError: As `read_events`.
        """
        with reading(self._engine) as connection:
            found = _CASE.row(connection, {"in_clinic": clinic_id, "in_case": case_id})
            if found is None:
                raise UnknownNameError("case", case_id, _near_cases(connection, clinic_id, case_id))
            patient = PatientRow(found.name, found.number, found.patient_id)
            if known == Head(found.seq, found.hash):
                return ReadCase((), patient, follows=True)
            if known is not None and known.seq < found.seq:
                events = history.read(connection, clinic_id, case_id, known.seq)
                if events and events[0].previous_hash == known.hash:
                    return ReadCase(events, patient, follows=True)
            return ReadCase(history.read(connection, clinic_id, case_id), patient)

    def read_patient(self, clinic_id: str, case_id: str) -> PatientRow:
        """Name and number of the patient a case is about.

        Raises:
            UnknownNameError: There is no such case in this clinic.
        """
        with reading(self._engine) as connection:
            found = _CASE.row(connection, {"in_clinic": clinic_id, "in_case": case_id})
            if found is None:
                raise UnknownNameError("case", case_id, _near_cases(connection, clinic_id, case_id))
            return PatientRow(found.name, found.number, found.patient_id)

    def list_cases(self, clinic_id: str, *, step: str | None = None) -> tuple[ListedCase, ...]:
        """All cases of a clinic by number; only those in `step` where one is given. See `board` for pages."""
        query = select(board).where(board.c.clinic_id == clinic_id)
        if step is not None:
            query = query.where(board.c.step == step)
        with reading(self._engine) as connection:
            return tuple(
                ListedCase(board_rows.row_of(row), board_rows.patient_of(row))
                for row in connection.execute(query.order_by(board.c.case_no))
            )

    def keep_algorithm(self, clinic_id: str, algorithm: StoredAlgorithm, stamp: Stamp) -> None:
        """Keep the definition behind a digest, once; the same digest always means the same content."""
        with reading(self._engine) as connection:
            if _keeps(connection, clinic_id, algorithm.digest):
                return

        def attempt(connection: Connection) -> None:
            if not _keeps(connection, clinic_id, algorithm.digest):
                connection.execute(
                    insert(algorithms).values(
                        clinic_id=clinic_id,
                        digest=algorithm.digest,
                        id=algorithm.id,
                        version=algorithm.version,
                        files=json.dumps(dict(algorithm.files), ensure_ascii=False, sort_keys=True),
                        recorded_at=stamp.recorded_at,
                    )
                )

        self._write(attempt)

    def read_algorithm(self, clinic_id: str, digest: str) -> StoredAlgorithm | None:
        """The definition behind a digest; None when this clinic has never used it."""
        mine = (algorithms.c.clinic_id == clinic_id) & (algorithms.c.digest == digest)
        with reading(self._engine) as connection:
            row = connection.execute(select(algorithms).where(mine)).one_or_none()
        if row is None:
            return None
        return StoredAlgorithm(row.id, row.version, row.digest, json.loads(row.files))

    def add_audit(self, clinic_id: str, row: AuditRow) -> None:
        """Write one line of the audit."""
        _refuse_unfit(row.actor)
        _refuse_unfit(row.detail)
        _refuse_unfit(row.why)
        audit.add(self._engine, clinic_id, row)

    def read_audit(self, clinic_id: str) -> tuple[AuditRow, ...]:
        """The audit of a clinic, oldest first."""
        with reading(self._engine) as connection:
            return tuple(line.row for line in audit.lines(connection, clinic_id))


def _refuse_unfit(text: str | None) -> None:
    if text is not None and ("\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text)):
        raise UnfitTextError("a text holds a character that cannot be kept", "write it in whole characters")


_COUNTER = (counters.c.clinic_id == bindparam("in_clinic")) & (counters.c.name == bindparam("of_name"))
_COUNT_ON = Prepared(update(counters).where(_COUNTER).values(value=counters.c.value + 1))
_COUNTED = Prepared(select(counters.c.value).where(_COUNTER))
_BEGIN_COUNT = Prepared(insert(counters))


def _next_number(connection: Connection, clinic_id: str, name: str) -> int:
    mine = {"in_clinic": clinic_id, "of_name": name}
    if _COUNT_ON.change(connection, mine):
        found = _COUNTED.row(connection, mine)
        assert found is not None, "it was counted on just now"
        return found.value
    _BEGIN_COUNT.change(connection, {"clinic_id": clinic_id, "name": name, "value": FIRST_NUMBER})
    return FIRST_NUMBER


_BY_NUMBER = Prepared(
    select(patients.c.patient_id, patients.c.name).where(
        patients.c.clinic_id == bindparam("in_clinic"), patients.c.number == bindparam("of_number")
    )
)
_ADD_PATIENT = Prepared(insert(patients))


def _patient(connection: Connection, clinic_id: str, patient: PatientRow) -> PatientRow:
    """The patient known by number, or a new one, with their id.

    A number that belongs to another name is refused: evidence on the wrong chart harms two patients.
    """
    if patient.number is not None:
        known = _BY_NUMBER.row(connection, {"in_clinic": clinic_id, "of_number": patient.number})
        if known is not None:
            if patient.name is not None and known.name is not None and patient.name != known.name:
                raise EngineError(
                    "this patient number belongs to somebody of another name",
                    "check the number; leave the name out to use the one on record",
                )
            return PatientRow(known.name, patient.number, known.patient_id)
    stored = replace(patient, patient_id=str(_next_number(connection, clinic_id, "patient")))
    _ADD_PATIENT.change(
        connection,
        {
            "clinic_id": clinic_id,
            "patient_id": stored.patient_id,
            "name": stored.name,
            "number": stored.number,
        },
    )
    return stored


_KEPT = Prepared(
    select(algorithms.c.id).where(
        algorithms.c.clinic_id == bindparam("in_clinic"), algorithms.c.digest == bindparam("of_digest")
    )
)


def _keeps(connection: Connection, clinic_id: str, digest: str) -> bool:
    """Whether a clinic has the definition behind a digest."""
    return _KEPT.row(connection, {"in_clinic": clinic_id, "of_digest": digest}) is not None


def _exists(connection: Connection, clinic_id: str, case_id: str) -> bool:
    mine = (cases.c.clinic_id == clinic_id) & (cases.c.case_id == case_id)
    return connection.execute(select(cases.c.case_id).where(mine)).first() is not None


def _near_cases(connection: Connection, clinic_id: str, case_id: str) -> tuple[str, ...]:
    begins = cases.c.case_id.startswith(case_id[:-1], autoescape=True)
    query = select(cases.c.case_id).where(cases.c.clinic_id == clinic_id, begins)
    return tuple(connection.execute(query.order_by(cases.c.case_id).limit(3)).scalars())
