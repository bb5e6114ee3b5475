"""The audit: one line for each look at a patient's record and each refusal, in one hash chain a clinic.

A look and its line are one transaction: no line, no answer.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Row, bindparam, insert, select, update

from engine.store.chain import canonical
from engine.store.database import reading, take_turn
from engine.store.database import write as commit
from engine.store.prepared import Prepared
from engine.store.rows import AuditRow
from engine.store.schema import audit, audit_heads, text_of_instant
from engine.store.texts import refuse_unfit

_Seen = TypeVar("_Seen")

_MINE = audit_heads.c.clinic_id == bindparam("in_clinic")
_HEAD = Prepared(select(audit_heads.c.seq, audit_heads.c.hash).where(_MINE))
_ADD = Prepared(insert(audit))
_FIRST_HEAD = Prepared(insert(audit_heads))
_MOVE_HEAD = Prepared(
    update(audit_heads).where(_MINE).values(seq=bindparam("new_seq"), hash=bindparam("new_hash"))
)


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A line as stored. `seq` counts within the clinic, from 1."""

    seq: int
    row: AuditRow
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class BrokenAudit:
    """Damage found in a clinic's audit at the line `seq`."""

    seq: int
    text: str


def write(connection: Connection, clinic_id: str, row: AuditRow) -> None:
    """Add one line in the caller's transaction. Do it last: writers of a clinic wait for each other."""
    refuse_unfit(row.actor, row.action, row.detail, row.why, row.address)
    take_turn(connection, f"audit {clinic_id}")
    head = _HEAD.row(connection, {"in_clinic": clinic_id})
    seq, previous_hash = (head.seq + 1, head.hash) if head else (1, first_link(clinic_id))
    digest = link(clinic_id, AuditLine(seq, row, previous_hash, ""))
    _ADD.change(
        connection,
        {
            "clinic_id": clinic_id,
            "seq": seq,
            "recorded_at": row.recorded_at,
            "actor": row.actor,
            "action": row.action,
            "case_ids": json.dumps(row.case_ids),
            "detail": row.detail,
            "why": row.why,
            "refused": row.refused,
            "address": row.address,
            "previous_hash": previous_hash,
            "hash": digest,
        },
    )
    if head is None:
        _FIRST_HEAD.change(connection, {"clinic_id": clinic_id, "seq": seq, "hash": digest})
    else:
        _MOVE_HEAD.change(connection, {"in_clinic": clinic_id, "new_seq": seq, "new_hash": digest})


def add(engine: Engine, clinic_id: str, row: AuditRow) -> None:
    """Add one line in a transaction of its own.

    Raises:
        StoreUnavailableError: Nothing was stored, so nothing may be answered.
    """
    commit(engine, lambda connection: write(connection, clinic_id, row))


def read_with_audit(
    engine: Engine,
    clinic_id: str,
    row: AuditRow,
    read: Callable[[Connection], _Seen],
    shown: Callable[[_Seen], Sequence[str]],
) -> _Seen:
    """Read and leave a line about it, both or neither.

    Args:
        engine: The database.
        clinic_id: The clinic that is read.
        row: Who, what, why; its `case_ids` are replaced.
        read: Reads on the connection it is given, and nowhere else.
        shown: From what was read to the ids of the cases in it.

    Raises:
        StoreUnavailableError: The line could not be kept; nothing is answered.
    """

    def look(connection: Connection) -> _Seen:
        seen = read(connection)
        write(connection, clinic_id, replace(row, case_ids=tuple(shown(seen))))
        return seen

    return commit(engine, look)


def lines(
    connection: Connection, clinic_id: str, *, case_id: str | None = None, actor: str | None = None
) -> tuple[AuditLine, ...]:
    """Lines of a clinic, oldest first; of one case or person where one is given."""
    query = select(audit).where(audit.c.clinic_id == clinic_id).order_by(audit.c.seq)
    if case_id is not None:
        # Ids are digits and letters alone: the quotes keep 100 from matching 1001.
        query = query.where(audit.c.case_ids.contains(json.dumps(case_id), autoescape=True))
    if actor is not None:
        query = query.where(audit.c.actor == actor)
    return tuple(_line(found) for found in connection.execute(query))


def check(
    engine: Engine, clinic_id: str, known_head: tuple[int, str] | None = None
) -> tuple[BrokenAudit, ...]:
    """Everything wrong with a clinic's audit, by place; empty when it is as it was written.

    Args:
        engine: The database.
        clinic_id: The clinic.
        known_head: A `seq` and hash noted earlier and kept elsewhere: also whoever may rewrite the whole
            database is found out against it.
    """
    with reading(engine) as connection:
        head = _HEAD.row(connection, {"in_clinic": clinic_id})
        found = lines(connection, clinic_id)
    broken: list[BrokenAudit] = []
    expected_seq, previous_hash = 1, first_link(clinic_id)
    for line in found:
        if line.seq != expected_seq:
            broken.append(BrokenAudit(expected_seq, f"line {expected_seq} is missing"))
        elif line.previous_hash != previous_hash:
            broken.append(BrokenAudit(line.seq, f"line {line.seq} does not follow from the one before it"))
        if link(clinic_id, line) != line.hash:
            broken.append(BrokenAudit(line.seq, f"line {line.seq} is not as it was written"))
        expected_seq, previous_hash = line.seq + 1, line.hash
    hashes = {line.seq: line.hash for line in found}
    stored_head = (head.seq, head.hash) if head else None
    if found and stored_head is None:
        broken.append(BrokenAudit(found[-1].seq, "the last line is not marked as the last"))
    for seq, digest in filter(None, (stored_head, known_head)):
        if seq not in hashes:
            broken.append(BrokenAudit(seq, f"line {seq} is missing, and it was once the last"))
        elif hashes[seq] != digest:
            broken.append(BrokenAudit(seq, f"line {seq} is not the one that was once the last"))
    return tuple(dict.fromkeys(broken))


def first_link(clinic_id: str) -> str:
    """The `previous_hash` of a clinic's first line."""
    return _digest({"clinic_id": clinic_id, "audit": True})


def link(clinic_id: str, line: AuditLine) -> str:
    """The hash of a line over everything it says, its clinic, place and predecessor included."""
    row = line.row
    return _digest(
        {
            "clinic_id": clinic_id,
            "seq": line.seq,
            "recorded_at": text_of_instant(row.recorded_at),
            "actor": row.actor,
            "action": row.action,
            "case_ids": list(row.case_ids),
            "detail": row.detail,
            "why": row.why,
            "refused": row.refused,
            "address": row.address,
            "previous_hash": line.previous_hash,
        }
    )


def _digest(value: dict[str, object]) -> str:
    return hashlib.sha256(canonical(value).encode("utf-8")).hexdigest()


def _line(row: Row[Any]) -> AuditLine:
    told = AuditRow(
        row.recorded_at,
        row.actor,
        row.action,
        tuple(json.loads(row.case_ids)),
        row.detail,
        row.why,
        row.refused,
        row.address,
    )
    return AuditLine(row.seq, told, row.previous_hash, row.hash)
