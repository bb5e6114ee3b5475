"""The log of writes: numbers each write of a clinic, and chains it to all before it.

Whoever follows a clinic's changes keeps one number. Whoever noted a head can tell later whether anything
before it was changed or cut, also by the owner of the database.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from engine.model.event import Event
from engine.store import history
from engine.store.chain import canonical
from engine.store.log_schema import clinic_heads, writes
from engine.store.prepared import Prepared
from engine.store.schema import events


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


_ADD = Prepared(insert(writes))
_FIRST_HEAD = Prepared(insert(clinic_heads))
_SELECT = select(clinic_heads.c.position, clinic_heads.c.hash).where(
    clinic_heads.c.clinic_id == bindparam("in_clinic")
)
_HEAD = Prepared(_SELECT)
_HEAD_TO_MOVE = Prepared(_SELECT.with_for_update())
_MOVE_HEAD = Prepared(
    update(clinic_heads)
    .where(clinic_heads.c.clinic_id == bindparam("in_clinic"))
    .values(position=bindparam("new_position"), hash=bindparam("new_hash"))
)


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
    """Enter the events of one write. Do it last: writers of a clinic wait for each other from here on.

    Of two that come at once as a clinic's very first, one breaks against the other's row: do it again.
    """
    before = _head_of(clinic_id, _HEAD_TO_MOVE.row(connection, {"in_clinic": clinic_id}))
    position = before.position + 1
    first, last = made[0], made[-1]
    digest = link(before.hash, position, last.case_id, first.seq, last.seq, last.hash)
    _ADD.change(
        connection,
        {
            "clinic_id": clinic_id,
            "position": position,
            "case_id": last.case_id,
            "first_seq": first.seq,
            "last_seq": last.seq,
            "event_hash": last.hash,
            "hash": digest,
        },
    )
    if before.position == 0:
        _FIRST_HEAD.change(connection, {"clinic_id": clinic_id, "position": 1, "hash": digest})
    else:
        _MOVE_HEAD.change(connection, {"in_clinic": clinic_id, "new_position": position, "new_hash": digest})


def head(connection: Connection, clinic_id: str) -> Head:
    """The last write of a clinic; position 0 before the first."""
    return _head_of(clinic_id, _HEAD.row(connection, {"in_clinic": clinic_id}))


def _head_of(clinic_id: str, found: Any | None) -> Head:  # noqa: ANN401 - a row of the head's query
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


@dataclass(frozen=True, slots=True)
class BrokenLog:
    """Damage found in a clinic's log at a position. `case_id` and `seq` name the event it is about."""

    position: int
    case_id: str
    seq: int
    text: str


def check(
    connection: Connection, clinic_id: str, last: Mapping[str, int], known: Head | None = None
) -> tuple[BrokenLog, ...]:
    """Everything wrong with a clinic's log, by position.

    Args:
        connection: In the same view of the database as `last`.
        clinic_id: The clinic.
        last: The `seq` of the last event of each case.
        known: A head noted earlier and kept elsewhere: a log that was cut or written anew does not fit it.
    """
    broken: list[BrokenLog] = []
    position, previous = 0, first_link(clinic_id)
    at: dict[int, str] = {0: previous}
    covered: dict[str, int] = {}
    of_event = (
        (events.c.clinic_id == writes.c.clinic_id)
        & (events.c.case_id == writes.c.case_id)
        & (events.c.seq == writes.c.last_seq)
    )
    query = select(writes, events.c.hash.label("found")).join(events, of_event, isouter=True)
    query = query.where(writes.c.clinic_id == clinic_id).order_by(writes.c.position)
    for row in connection.execute(query.execution_options(yield_per=1000)):
        place = (row.position, row.case_id, row.last_seq)
        if row.position != position + 1:
            broken.append(BrokenLog(position + 1, row.case_id, row.first_seq, "the log has lost a write"))
        digest = link(previous, row.position, row.case_id, row.first_seq, row.last_seq, row.event_hash)
        if digest != row.hash:
            broken.append(BrokenLog(*place, "the log does not follow from the write before it"))
        if row.found != row.event_hash:
            broken.append(BrokenLog(*place, f"event {row.last_seq} is not the one that the log names"))
        if row.first_seq != covered.get(row.case_id, 0) + 1:
            broken.append(BrokenLog(*place, "the log leaves events out, or has them twice"))
        covered[row.case_id] = row.last_seq
        position, previous = row.position, row.hash
        if known is not None and position == known.position:
            at[position] = row.hash
    ends = {case_id: seq for case_id, seq in last.items() if seq > covered.get(case_id, 0)}
    broken += [BrokenLog(position, c, s, f"event {s} is in no write of the log") for c, s in ends.items()]
    stored = head(connection, clinic_id)
    if (stored.position, stored.hash) != (position, previous):
        broken.append(BrokenLog(stored.position, "", 0, "the end of the log is not the one that is noted"))
    if known is not None and at.get(known.position) != known.hash:
        text = "the log has been cut" if known.position > position else "the log has been written anew"
        broken.append(BrokenLog(known.position, "", 0, f"{text} since its head was noted"))
    return tuple(broken)


def changes(connection: Connection, clinic_id: str, after: int, limit: int = 100) -> tuple[Change, ...]:
    """As `entries`, with the events of each."""
    return tuple(
        Change(
            entry.position,
            history.read(connection, clinic_id, entry.case_id, entry.first_seq - 1, entry.last_seq),
        )
        for entry in entries(connection, clinic_id, after, limit)
    )
