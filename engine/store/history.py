"""Events of one case: appended once, in order, and read back. Works inside the caller's transaction."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from engine.model.errors import UnknownNameError
from engine.model.event import Draft, Event, EventType
from engine.store.chain import canonical, first_link, link, written
from engine.store.rows import Stamp
from engine.store.schema import cases, events


class StaleWriteError(Exception):
    """The case has moved on: nothing was written. Turned into `CaseConflict` outside the transaction."""


def read(
    connection: Connection, clinic_id: str, case_id: str, after: int = 0, last: int | None = None
) -> tuple[Event, ...]:
    """Events with a `seq` above `after`, up to `last`, in order; empty when there are none."""
    query = select(events).where(
        events.c.clinic_id == clinic_id, events.c.case_id == case_id, events.c.seq > after
    )
    if last is not None:
        query = query.where(events.c.seq <= last)
    return tuple(_event(row) for row in connection.execute(query.order_by(events.c.seq)))


def _event(row: Row[Any]) -> Event:
    return Event(
        seq=row.seq,
        case_id=row.case_id,
        type=EventType(row.type),
        observed_on=row.observed_on,
        recorded_at=row.recorded_at,
        actor=row.actor,
        digest=row.digest,
        payload=json.loads(row.payload),
        previous_hash=row.previous_hash,
        hash=row.hash,
    )


def chained(
    drafts: Sequence[Draft], case_id: str, seq: int, previous_hash: str, stamp: Stamp
) -> tuple[Event, ...]:
    """The drafts as events that follow event `seq`, each linked to the one before it."""
    made: list[Event] = []
    for number, draft in enumerate(drafts, start=seq + 1):
        event = Event(
            seq=number,
            case_id=case_id,
            type=draft.type,
            observed_on=draft.observed_on,
            recorded_at=stamp.recorded_at,
            actor=stamp.actor,
            digest=stamp.digest,
            payload=draft.payload,
            previous_hash=previous_hash,
        )
        previous_hash = link(written(event))
        made.append(replace(event, hash=previous_hash))
    return tuple(made)


def begin(connection: Connection, clinic_id: str, case_id: str, patient_id: str) -> None:
    """Make the head of a new, still empty history."""
    connection.execute(
        insert(cases).values(
            clinic_id=clinic_id,
            case_id=case_id,
            patient_id=patient_id,
            seq=0,
            hash=first_link(clinic_id, case_id),
        )
    )


def append(
    connection: Connection,
    clinic_id: str,
    case_id: str,
    expected_seq: int,
    drafts: Sequence[Draft],
    stamp: Stamp,
) -> tuple[Event, ...]:
    """Write the drafts after event `expected_seq`.

    Raises:
        StaleWriteError: Another event was written since; the primary key and the head's row both decide it.
        UnknownNameError: There is no such case in this clinic.
    """
    mine = (cases.c.clinic_id == clinic_id) & (cases.c.case_id == case_id)
    head = connection.execute(select(cases.c.seq, cases.c.hash).where(mine)).one_or_none()
    if head is None:
        raise UnknownNameError("case", case_id, ())
    made = chained(drafts, case_id, expected_seq, head.hash, stamp)
    if not made:
        return ()
    moved = connection.execute(
        update(cases).where(mine, cases.c.seq == expected_seq).values(seq=made[-1].seq, hash=made[-1].hash)
    )
    if moved.rowcount != 1:
        raise StaleWriteError
    connection.execute(
        insert(events),
        [
            {
                **written(event),
                "clinic_id": clinic_id,
                "observed_on": event.observed_on,
                "recorded_at": event.recorded_at,
                "payload": canonical(event.payload),
            }
            for event in made
        ],
    )
    return made
