"""The floor of a page: its query on a copy of the database with an index that holds every column."""

import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from engine.store.board import BoardFilter
from engine.store.board_rows import patient_of, row_of
from engine.store.board_schema import ORDERS, board
from engine.store.database import open_engine, reading, url_of
from engine.store.rows import ListedCase

ROWS = 50


@contextmanager
def twin(engine: Engine) -> Generator[Engine]:
    """A copy of the database, for indexes that the store does not have."""
    path = Path(str(engine.url.database))
    copy = path.with_suffix(".floor")
    shutil.copyfile(path, copy)
    other = open_engine(url_of(str(copy)))
    try:
        yield other
    finally:
        other.dispose()
        for each in path.parent.glob(f"{copy.name}*"):
            each.unlink()


@contextmanager
def covered(other: Engine, wanted: BoardFilter, order: str) -> Generator[Callable[[], object]]:
    """A call that reads the first page from such an index, and makes the same rows of it."""
    keys = [*ORDERS[order], "case_no"]
    equal: dict[str, object] = {"clinic_id": "harbour", "open": 1}
    for name in ("step", "lane", "assigned_to"):
        if getattr(wanted, name) is not None:
            equal[name] = getattr(wanted, name)
    table, names = "board", [column.name for column in board.c]
    with other.connect() as connection:
        run = connection.exec_driver_sql
        if wanted.flag is not None:
            # What a flag narrows, as a table of its own.
            table = "floor"
            run("DROP TABLE IF EXISTS floor")
            run(f"CREATE TABLE floor AS SELECT * FROM board WHERE flags LIKE '%\"{wanted.flag}\"%'")
        rest = [name for name in names if name not in (*equal, *keys)]
        run("DROP INDEX IF EXISTS covers")
        run(f"CREATE INDEX covers ON {table} ({', '.join((*equal, *keys, *rest))})")
        connection.commit()
    where = " AND ".join(f"{name} = :{name}" for name in equal)
    query = text(
        f"SELECT {', '.join(names)} FROM {table} INDEXED BY covers WHERE {where} "
        f"ORDER BY {', '.join(keys)} LIMIT {ROWS + 1}"
    ).columns(*board.c)
    with reading(other) as connection:
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {query}"), equal).all()
        assert "COVERING INDEX" in plan[0][3], plan

        def page() -> list[ListedCase]:
            found = connection.execute(query, equal).all()
            return [ListedCase(row_of(row), patient_of(row)) for row in found[:ROWS]]

        yield page
