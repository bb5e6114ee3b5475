"""Copies a SQLite database while it is in use, and brings a copy back. PostgreSQL brings its own tools.

A backup is two files: the copy, and beside it `<copy>.json` with its size and SHA-256, so that half a copy, a
flipped bit or another day's file is named and not loaded: not all that a copy holds is in a chain.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import pysqlite3
from sqlalchemy import URL, Engine, create_engine, inspect, text

from engine.store.errors import BackupDamagedError, DatabaseUnreadableError, StoreUnavailableError


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a copy is known by. `heads`: clinic id to `position:hash` of its last write."""

    file: str
    bytes: int
    sha256: str
    schema: str
    heads: dict[str, str]


def back_up(engine: Engine, target: Path) -> Manifest:
    """Write one consistent copy to a new file, readable by its owner alone, and its manifest beside it.

    The copy is made beside its place, checked, and only then given its name, so that half a backup never
    looks like one. Give the manifest's heads to somebody else to keep: they bear witness to the history.

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
        schema, heads = _copy(engine, part)
        manifest = Manifest(target.name, part.stat().st_size, _sha256(part), schema, heads)
        beside = manifest_of(target)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(json.dumps(asdict(manifest), indent=1, sort_keys=True) + "\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        _sync_folder(target.parent)
        return manifest
    except OSError as error:
        raise DatabaseUnreadableError(
            f"{target} cannot be written: {(error.strerror or 'unknown reason').lower()}", "name another file"
        ) from error
    finally:
        part.unlink(missing_ok=True)


def manifest_of(target: Path) -> Path:
    """Where the manifest of a copy lies."""
    return target.with_name(f"{target.name}.json")


def check_backup(copy: Path) -> Manifest:
    """Read a copy through against its manifest; nothing in it is used before that.

    Raises:
        DatabaseUnreadableError: There is no such copy, or no manifest beside it.
        BackupDamagedError: The copy is not the one that the manifest was written for.
    """
    try:
        told = json.loads(manifest_of(copy).read_text(encoding="utf-8"))
        manifest = Manifest(**told)
        size, digest = copy.stat().st_size, _sha256(copy)
    except (OSError, ValueError, TypeError) as error:
        raise DatabaseUnreadableError(
            f"{copy} or its manifest {manifest_of(copy).name} cannot be read",
            "name a file that `treadway db backup` wrote, with its .json beside it",
        ) from error
    if size != manifest.bytes:
        raise BackupDamagedError(
            f"{copy} has {size:,} bytes, and had {manifest.bytes:,} when it was made", "use another backup"
        )
    if digest != manifest.sha256:
        raise BackupDamagedError(f"{copy} is not as it was when it was made", "use another backup")
    return manifest


def restore(copy: Path, target: Path) -> Manifest:
    """Bring a copy back as a new database, byte by byte what was backed up.

    Raises:
        DatabaseUnreadableError: The target exists or cannot be written; see also `check_backup`.
        BackupDamagedError: See `check_backup`. Nothing was written.
    """
    manifest = check_backup(copy)
    part = target.with_name(f"{target.name}.part")
    try:
        if target.exists():
            raise DatabaseUnreadableError(f"{target} exists already", "name a new file; nothing is replaced")
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
        with copy.open("rb") as source, part.open("wb") as file:
            while block := source.read(_BLOCK):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        if _sha256(part) != manifest.sha256:
            raise BackupDamagedError(f"{part} does not read back as it was written", "check the disk")
        part.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise DatabaseUnreadableError(
            f"{target} cannot be written: {(error.strerror or 'unknown reason').lower()}", "name another file"
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return manifest


_BLOCK = 2**20


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    """A new name in a folder is kept only once the folder is synced."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy(engine: Engine, part: Path) -> tuple[str, dict[str, str]]:
    """Make the copy; gives its schema and the head of each clinic in it."""
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
            schema = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
            heads = (
                connection.execute(text("SELECT clinic_id, position, hash FROM clinic_heads")).all()
                if inspect(connection).has_table("clinic_heads")  # not before schema 0003
                else ()
            )
    finally:
        copy.dispose()
    with part.open("rb+") as written:
        os.fsync(written.fileno())
    return schema, {row.clinic_id: f"{row.position}:{row.hash}" for row in heads}
