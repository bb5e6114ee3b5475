"""Idempotency keys: a request that is sent again within a day is answered and not done again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select

from engine.model.event import Event
from engine.store import history
from engine.store.errors import KeyReusedError
from engine.store.prepared import Prepared
from engine.store.rows import Appended, Idempotency
from engine.store.schema import idempotency_keys

KEPT: Final = timedelta(hours=24)


_MINE = (idempotency_keys.c.clinic_id == bindparam("in_clinic")) & (
    idempotency_keys.c.key == bindparam("of_key")
)
_FIND = Prepared(select(idempotency_keys).where(_MINE))
_FORGET = Prepared(
    delete(idempotency_keys).where(_MINE, idempotency_keys.c.recorded_at < bindparam("before"))
)
_ADD = Prepared(insert(idempotency_keys))


def known(
    connection: Connection, clinic_id: str, idempotency: Idempotency | None, now: datetime
) -> Appended | None:
    """The events a key already stands for; None for a new one, or one that is older than a day.

    Raises:
        KeyReusedError: The key stands for another request.
    """
    if idempotency is None:
        return None
    row = _FIND.row(connection, {"in_clinic": clinic_id, "of_key": idempotency.key})
    if row is None or row.recorded_at < now - KEPT:
        return None
    if row.fingerprint != idempotency.fingerprint:
        raise KeyReusedError(idempotency.key)
    found = history.read(connection, clinic_id, row.case_id, row.first_seq - 1, row.last_seq)
    return Appended(found, replayed=True)


def remember(
    connection: Connection,
    clinic_id: str,
    idempotency: Idempotency | None,
    made: Sequence[Event],
    now: datetime,
) -> None:
    """Keep which events a key became, in their own transaction."""
    if idempotency is None or not made:
        return
    _FORGET.change(connection, {"in_clinic": clinic_id, "of_key": idempotency.key, "before": now - KEPT})
    _ADD.change(
        connection,
        {
            "clinic_id": clinic_id,
            "key": idempotency.key,
            "fingerprint": idempotency.fingerprint,
            "case_id": made[0].case_id,
            "first_seq": made[0].seq,
            "last_seq": made[-1].seq,
            "recorded_at": now,
        },
    )


def forget(connection: Connection, clinic_id: str, now: datetime) -> int:
    """Let go of keys older than a day; how many there were."""
    old = (idempotency_keys.c.clinic_id == clinic_id) & (idempotency_keys.c.recorded_at < now - KEPT)
    return connection.execute(delete(idempotency_keys).where(old)).rowcount
