"""Which definitions a clinic holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from engine.store.board_schema import board
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


def open_cases(engine: Engine, clinic_id: str) -> Mapping[str, int]:
    """How many open cases each definition has, by digest; without those that have none."""
    query = (
        select(board.c.digest, func.count().label("cases"))
        .where(board.c.clinic_id == clinic_id, board.c.open.is_(True))
        .group_by(board.c.digest)
    )
    with reading(engine) as connection:
        return {row.digest: row.cases for row in connection.execute(query)}
