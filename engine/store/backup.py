"""Copies a SQLite database while it is in use. PostgreSQL brings its own tools."""

import os
from pathlib import Path

import pysqlite3
from sqlalchemy import URL, Engine, create_engine, text

from engine.store.errors import DatabaseUnreadableError, StoreUnavailableError


def back_up(engine: Engine, target: Path) -> None:
    """Write one consistent copy to a new file, readable by its owner alone.

    The copy is made beside its place, checked, and only then given its name, so that half a backup never
    looks like one.

    Raises:
        DatabaseUnreadableError: The target exists or cannot be written, or the database is not SQLite.
        StoreUnavailableError: The copy does not read back whole.
    """
    if engine.dialect.name != "sqlite":
        raise DatabaseUnreadableError(
            "this database is backed up by its own tools", "use `pg_dump --format=custom`"
        )
    part = target.with_name(f"{target.name}.part")
    try:
        if target.exists():
            raise DatabaseUnreadableError(
                f"{target} exists already", "name a new file; backups replace nothing"
            )
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
        _copy(engine, part)
        part.replace(target)
    except OSError as error:
        raise DatabaseUnreadableError(
            f"{target} cannot be written: {(error.strerror or 'unknown reason').lower()}", "name another file"
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _copy(engine: Engine, part: Path) -> None:
    source = engine.raw_connection()
    try:
        # Reads one moment of the database and holds no writer up. The copy is one lone file.
        source.cursor().execute("VACUUM INTO ?", (str(part),))
    finally:
        source.close()
    copy = create_engine(URL.create("sqlite", database=str(part)), module=pysqlite3)
    try:
        with copy.connect() as connection:
            if connection.execute(text("PRAGMA integrity_check")).scalar_one() != "ok":
                raise StoreUnavailableError(
                    "the backup does not read back whole", "try again, then check the disk"
                )
    finally:
        copy.dispose()
    with part.open("rb+") as written:
        os.fsync(written.fileno())
