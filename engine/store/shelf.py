"""Which definitions a clinic holds."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from engine.store.database import reading
from engine.store.schema import algorithms


@dataclass(frozen=True, slots=True)
class Shelved:
    """A definition that a clinic holds, without its texts."""

    id: str
    version: str
    digest: str
    recorded_at: datetime


def shelved(engine: Engine, clinic_id: str) -> tuple[Shelved, ...]:
    """The definitions of a clinic, the newest first."""
    columns = (algorithms.c.id, algorithms.c.version, algorithms.c.digest, algorithms.c.recorded_at)
    query = select(*columns).where(algorithms.c.clinic_id == clinic_id)
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(algorithms.c.recorded_at.desc(), algorithms.c.digest))
        return tuple(Shelved(row.id, row.version, row.digest, row.recorded_at) for row in rows)
