"""Events of one case: appended once, in order, and read back. Works inside the caller's transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from engine.model.errors import UnknownNameError
from engine.model.event import Draft, Event, EventType
from engine.store.chain import canonical, first_link, link, written
from engine.store.prepared import Prepared
from engine.store.rows import Stamp
from engine.store.schema import cases, events


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of a case and its hash, which names all events before it as well."""

    seq: int
    hash: str


class StaleWriteError(Exception):
    """The case has moved on: nothing was written. Turned into `CaseConflict` outside the transaction."""


def read(
    connection: Connection, clinic_id: str, case_id: str, after: int = 0, last: int | None = None
) -> tuple[Event, ...]:
    """Events with a `seq` above `after`, up to `last`, in order; empty when there are none."""
    place = {"in_clinic": clinic_id, "in_case": case_id}
    found = _READ.rows(connection, {**place, "after": after, "last": _LAST if last is None else last})
    return tuple(_event(row) for row in found)


_LAST = 2**31 - 1
_READ = Prepared(
    select(
        events.c.seq,
        events.c.case_id,
        events.c.type,
        events.c.observed_on,
        events.c.recorded_at,
        events.c.actor,
        events.c.digest,
        events.c.payload,
        events.c.previous_hash,
        events.c.hash,
    )
    .where(
        events.c.clinic_id == bindparam("in_clinic"),
        events.c.case_id == bindparam("in_case"),
        events.c.seq > bindparam("after"),
        events.c.seq <= bindparam("last"),
    )
    .order_by(events.c.seq)
)
_MINE = (cases.c.clinic_id == bindparam("in_clinic")) & (cases.c.case_id == bindparam("in_case"))
_HEAD = Prepared(select(cases.c.seq, cases.c.hash).where(_MINE))
_MOVE_HEAD = Prepared(
    update(cases)
    .where(_MINE, cases.c.seq == bindparam("expected_seq"))
    .values(seq=bindparam("new_seq"), hash=bindparam("new_hash"))
)
_ADD = Prepared(insert(events))
_BEGIN = Prepared(insert(cases))


def _event(row: Sequence[Any]) -> Event:  # in the order of `_READ`
    return Event(
        seq=row[0],
        case_id=row[1],
        type=EventType(row[2]),
        observed_on=row[3],
        recorded_at=row[4],
        actor=row[5],
        digest=row[6],
        payload=json.loads(row[7]),
        previous_hash=row[8],
        hash=row[9],
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
    _BEGIN.change(
        connection,
        {
            "clinic_id": clinic_id,
            "case_id": case_id,
            "patient_id": patient_id,
            "seq": 0,
            "hash": first_link(clinic_id, case_id),
        },
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
    mine = {"in_clinic": clinic_id, "in_case": case_id}
    head = _HEAD.row(connection, mine)
    if head is None:
        raise UnknownNameError("case", case_id, ())
    made = chained(drafts, case_id, expected_seq, head.hash, stamp)
    if not made:
        return ()
    last = {"expected_seq": expected_seq, "new_seq": made[-1].seq, "new_hash": made[-1].hash}
    if _MOVE_HEAD.change(connection, {**mine, **last}) != 1:
        raise StaleWriteError
    _ADD.change(
        connection,
        *(
            {
                **written(event),
                "clinic_id": clinic_id,
                "observed_on": event.observed_on,
                "recorded_at": event.recorded_at,
                "payload": canonical(event.payload),
            }
            for event in made
        ),
    )
    return made
