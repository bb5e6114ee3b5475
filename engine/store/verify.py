"""Looks through every stored history for changed, missing or reordered events."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, Text, cast, select

from engine.store import log
from engine.store.board_schema import board
from engine.store.chain import Broken, Fault, Written, canonical, check_chain
from engine.store.database import reading
from engine.store.errors import UnfitTextError
from engine.store.log import Head
from engine.store.schema import cases, events


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification looked at and found; nothing found means that every history is as it was stored.

    `head` is the clinic's last write: noted elsewhere, it shows later whether anything was cut or changed.
    """

    cases: int
    events: int
    broken: tuple[Broken, ...]
    head: Head


def verify(engine: Engine, clinic_id: str, known: Head | None = None) -> Verified:
    """Check every case of a clinic against its head, and all of them against the log of the clinic's writes.

    Args:
        engine: The database; it is read in one view, also while others write.
        clinic_id: The clinic.
        known: A head noted earlier and kept elsewhere.
    """
    with reading(engine) as connection:
        return verify_in(connection, clinic_id, known)


def verify_in(connection: Connection, clinic_id: str, known: Head | None = None) -> Verified:
    """As `verify`, in the caller's transaction."""
    broken: list[Broken] = []
    seen_events = 0
    heads = {
        row.case_id: (row.seq, row.hash)
        for row in connection.execute(select(cases).where(cases.c.clinic_id == clinic_id))
    }
    without_events = set(heads)
    for case_id, history in _histories(connection, clinic_id):
        without_events.discard(case_id)
        seen_events += len(history)
        broken.extend(check_chain(clinic_id, case_id, history, heads.get(case_id)))
        if case_id not in heads:
            broken.append(Broken(case_id, 1, Fault.UNLINKED, f"case {case_id} has events and no head"))
    broken.extend(
        Broken(case_id, 1, Fault.MISSING, f"case {case_id} has lost all its events")
        for case_id in sorted(without_events)
    )
    broken.extend(_board_behind(connection, clinic_id, heads))
    if not broken or known is not None:
        # Where a history is damaged, the log can only say so again.
        broken.extend(
            Broken(item.case_id, item.seq, Fault.UNLINKED, f"write {item.position}: {item.text}")
            for item in log.check(connection, clinic_id, {c: seq for c, (seq, _) in heads.items()}, known)
        )
    head = log.head(connection, clinic_id)
    return Verified(len(heads), seen_events, tuple(broken), head)


def _histories(connection: Connection, clinic_id: str) -> Iterator[tuple[str, list[Written]]]:
    """Each case with its events, read as text so that no value is mended on the way."""
    columns = [cast(column, Text).label(column.name) for column in events.c if column.name != "seq"]
    rows = connection.execute(
        select(events.c.seq, *columns)
        .where(events.c.clinic_id == clinic_id)
        .order_by(events.c.case_id, events.c.seq)
        .execution_options(yield_per=1000)
    )
    case_id: str | None = None
    history: list[Written] = []
    for row in rows:
        if row.case_id != case_id:
            if case_id is not None:
                yield case_id, history
            case_id, history = row.case_id, []
        history.append(_written(row))
    if case_id is not None:
        yield case_id, history


def _written(row: Row[Any]) -> Written:
    return {
        "case_id": row.case_id,
        "seq": row.seq,
        "type": row.type,
        "observed_on": row.observed_on,
        "recorded_at": row.recorded_at,
        "actor": row.actor,
        "digest": row.digest,
        "payload": _payload(row.payload),
        "previous_hash": row.previous_hash,
        "hash": row.hash,
    }


def _payload(stored: str) -> object:
    """The payload, or the text itself where it is no longer the canonical one: then its hash cannot fit."""
    try:
        value: dict[str, object] = json.loads(stored)
        return value if canonical(value) == stored else stored
    except (ValueError, RecursionError, UnfitTextError):
        return stored


def _board_behind(connection: Connection, clinic_id: str, heads: dict[str, tuple[int, str]]) -> list[Broken]:
    rows = connection.execute(select(board.c.case_id, board.c.seq).where(board.c.clinic_id == clinic_id))
    shown = {row.case_id: row.seq for row in rows}
    return [
        Broken(case_id, seq, Fault.ALTERED, f"the list shows case {case_id} as of event {shown.get(case_id)}")
        for case_id, (seq, _) in heads.items()
        if shown.get(case_id) != seq
    ]
