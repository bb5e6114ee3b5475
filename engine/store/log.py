"""The log of writes: numbers each write of a clinic, and chains it to all before it.

Whoever follows a clinic's changes keeps one number. Whoever noted a head can tell later whether anything
before it was changed or cut, also by the owner of the database.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from engine.model.event import Event
from engine.store import history
from engine.store.chain import canonical
from engine.store.database import take_turn
from engine.store.log_schema import clinic_heads, writes


@dataclass(frozen=True, slots=True)
class Head:
    """The last write of a clinic: its position and hash."""

    position: int
    hash: str


@dataclass(frozen=True, slots=True)
class Change:
    """One write: its position in the clinic's log, and its events."""

    position: int
    events: tuple[Event, ...]


def first_link(clinic_id: str) -> str:
    """What the first write of a clinic is linked to."""
    return _digest({"clinic_id": clinic_id, "writes": True})


def link(previous: str, position: int, case_id: str, first_seq: int, last_seq: int, event_hash: str) -> str:
    """The hash of a write and of every one before it."""
    return _digest(
        {
            "previous_hash": previous,
            "position": position,
            "case_id": case_id,
            "first_seq": first_seq,
            "last_seq": last_seq,
            "event_hash": event_hash,
        }
    )


def _digest(value: dict[str, object]) -> str:
    return hashlib.sha256(canonical(value).encode("utf-8")).hexdigest()


def add(connection: Connection, clinic_id: str, made: Sequence[Event]) -> None:
    """Enter the events of one write. Do it last: writers of a clinic wait for each other from here on."""
    take_turn(connection, f"writes {clinic_id}")
    before = head(connection, clinic_id)
    position = before.position + 1
    first, last = made[0], made[-1]
    digest = link(before.hash, position, last.case_id, first.seq, last.seq, last.hash)
    connection.execute(
        insert(writes).values(
            clinic_id=clinic_id,
            position=position,
            case_id=last.case_id,
            first_seq=first.seq,
            last_seq=last.seq,
            event_hash=last.hash,
            hash=digest,
        )
    )
    if before.position == 0:
        connection.execute(insert(clinic_heads).values(clinic_id=clinic_id, position=1, hash=digest))
    else:
        mine = clinic_heads.c.clinic_id == clinic_id
        connection.execute(update(clinic_heads).where(mine).values(position=position, hash=digest))


def head(connection: Connection, clinic_id: str) -> Head:
    """The last write of a clinic; position 0 before the first."""
    query = select(clinic_heads.c.position, clinic_heads.c.hash)
    found = connection.execute(query.where(clinic_heads.c.clinic_id == clinic_id)).one_or_none()
    return Head(0, first_link(clinic_id)) if found is None else Head(found.position, found.hash)


@dataclass(frozen=True, slots=True)
class Entry:
    """One write: its position in the clinic's log, and which events of which case it was."""

    position: int
    case_id: str
    first_seq: int
    last_seq: int


def entries(connection: Connection, clinic_id: str, after: int, limit: int = 100) -> tuple[Entry, ...]:
    """Writes with a position above `after`, in order. A position is seen only once all before it are."""
    query = select(writes.c.position, writes.c.case_id, writes.c.first_seq, writes.c.last_seq)
    query = query.where(writes.c.clinic_id == clinic_id, writes.c.position > after)
    found = connection.execute(query.order_by(writes.c.position).limit(limit))
    return tuple(Entry(row.position, row.case_id, row.first_seq, row.last_seq) for row in found)


def any_after(connection: Connection, clinic_id: str, position: int) -> bool:
    """Whether anything was written after a position."""
    return head(connection, clinic_id).position > position


def changes(connection: Connection, clinic_id: str, after: int, limit: int = 100) -> tuple[Change, ...]:
    """As `entries`, with the events of each."""
    return tuple(
        Change(
            entry.position,
            history.read(connection, clinic_id, entry.case_id, entry.first_seq - 1, entry.last_seq),
        )
        for entry in entries(connection, clinic_id, after, limit)
    )
