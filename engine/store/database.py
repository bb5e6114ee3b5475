"""Opens the database: which library, settings and schema. The one place that knows dialects apart."""

import os
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar
from weakref import WeakKeyDictionary

import pysqlite3
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.exc import (
    TimeoutError as NoConnectionFreeError,
)

from engine.store.errors import (
    DatabaseUnreadableError,
    OutcomeUnknownError,
    OverloadedError,
    SchemaError,
    StoreUnavailableError,
    UnsafeDatabaseError,
)
from engine.store.prepared import command
from engine.store.schema import REVISION
from engine.store.stalls import Stalls
from engine.store.turns import WRITES, Turns
from engine.store.wall import guard

BUSY_SECONDS: Final = 10
"""How long a writer waits for another before it gives up and says so."""

READERS: Final = 32
"""SQLite: connections that are kept. One more has to read the whole schema before its first statement."""

POOL_SIZE: Final = 10
"""PostgreSQL: connections that a process keeps; it may open as many again for a while."""

LOCK_SECONDS: Final = 4
"""PostgreSQL: how long a statement waits for a lock."""

STATEMENT_SECONDS: Final = 8
"""PostgreSQL: how long a statement may take."""

_Result = TypeVar("_Result")

_TURNS: Final[WeakKeyDictionary[Engine, Turns]] = WeakKeyDictionary()
"""The queue of writers of each SQLite engine."""


def sqlite_is_safe(version: tuple[int, ...]) -> bool:
    """Whether a SQLite version is free of the WAL-reset race.

    It came with 3.7.0 and was mended in 3.51.3, 3.50.7 and 3.44.6.
    """
    series = version[:2]
    if series == (3, 50):
        return version >= (3, 50, 7)
    if series == (3, 44):
        return version >= (3, 44, 6)
    return version < (3, 7) or version >= (3, 51, 3)


SQLITE_VERSION: Final[str] = vars(pysqlite3)["sqlite_version"]  # not in the package's stubs


def refuse_unsafe_sqlite(version: str = SQLITE_VERSION) -> None:
    """Raise `UnsafeDatabaseError` for a SQLite library that can lose acknowledged events."""
    if not sqlite_is_safe(tuple(int(part) for part in version.split("."))):
        raise UnsafeDatabaseError(
            f"SQLite {version} can lose committed events when two programs write at once",
            "install the package `pysqlite3` 0.6.1 or newer, which brings a mended SQLite",
        )


def url_of(database: str) -> URL:
    """The URL of a database named by URL or by the path of a SQLite file.

    Raises:
        DatabaseUnreadableError: The URL is of a kind this program does not use.
    """
    if "://" not in database:
        return URL.create("sqlite", database=str(Path(database).expanduser().absolute()))
    try:
        url = make_url(database)
    except (ArgumentError, ValueError) as error:
        raise DatabaseUnreadableError("the database URL cannot be read", _URL_FORMS) from error
    match url.get_backend_name():
        case "sqlite" if url.database:
            return url
        case "postgresql":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise DatabaseUnreadableError(f"Treadway keeps no cases in `{other}`", _URL_FORMS)


_URL_FORMS: Final = "write `sqlite:///path/to/cases.db` or `postgresql://user@host/name`"


def open_engine(url: URL) -> Engine:
    """An engine with the settings that the promises rest on. Makes a missing SQLite file.

    Raises:
        DatabaseUnreadableError: A SQLite file or its folder cannot be made.
        UnsafeDatabaseError: The SQLite library is affected by the WAL-reset race.
    """
    try:
        if url.get_backend_name() == "sqlite":
            refuse_unsafe_sqlite()
            _make_private_file(Path(url.database or ""))
            # hide_parameters: an error text must not carry what was written about a patient.
            engine = create_engine(url, module=pysqlite3, hide_parameters=True, pool_size=READERS)
            event.listen(engine, "connect", _set_up_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            _TURNS[engine] = Turns()
            event.listen(engine, "engine_disposed", _let_go)
            return guard(engine)
        engine = create_engine(
            url,
            hide_parameters=True,
            pool_size=POOL_SIZE,
            max_overflow=POOL_SIZE,
            pool_timeout=LOCK_SECONDS,
            connect_args={
                "options": (
                    f"-c lock_timeout={LOCK_SECONDS}s -c statement_timeout={STATEMENT_SECONDS}s "
                    f"-c idle_in_transaction_session_timeout={4 * STATEMENT_SECONDS}s -c timezone=UTC"
                ),
                "connect_timeout": LOCK_SECONDS,
            },
        )
        Stalls(STATEMENT_SECONDS + 1).watch(engine)
        return guard(engine)
    except NoSuchModuleError as error:
        raise DatabaseUnreadableError("the database URL names an unknown driver", _URL_FORMS) from error


def _make_private_file(path: Path) -> None:
    """A new file is readable by its owner alone; SQLite gives its side files the same rights."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise DatabaseUnreadableError(
            f"the database file {path} cannot be opened: {(error.strerror or 'unknown reason').lower()}",
            "name another file with --database, or ask for the right to this one",
        ) from error


def _set_up_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver's own BEGIN comes too late for a read that a write depends on: `_begin_sqlite` begins.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "journal_mode = WAL",
        # NORMAL loses acknowledged commits at a power cut.
        "synchronous = FULL",
        "foreign_keys = ON",
        "trusted_schema = OFF",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A write takes its lock at once: two that read first and then write would refuse each other.
    writes = connection.get_execution_options().get(WRITES, False)
    command(connection, "BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Generator[Connection]:
    """One consistent view of the database."""
    with _explained(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Generator[Connection]:
    """One transaction: committed at the end, or nothing of it is stored.

    Raises:
        StoreUnavailableError: The database was locked, full or gone. After a failed commit the connection is
            thrown away, since what it would say about the commit cannot be trusted.
    """
    turns = _TURNS.get(engine)
    with _explained():
        if turns is not None:
            with turns.alone(engine) as connection:
                yield connection
            return
        with engine.connect() as connection:
            connection.execution_options(**{WRITES: True})
            try:
                with connection.begin():
                    yield connection
            except OperationalError:
                connection.invalidate()
                raise


def write(engine: Engine, work: Callable[[Connection], _Result]) -> _Result:
    """Do a piece of work that is all or nothing, and return its result once it is committed.

    On SQLite it may share its commit with others, and may be done again from the start: it must change
    nothing but the database.

    Raises:
        OverloadedError: Too many write at once. Nothing was stored.
        OutcomeUnknownError: The commit failed. Whether it was stored can be seen by reading.
        StoreUnavailableError: The database was locked, full or gone. Nothing was stored.
    """
    turns = _TURNS.get(engine)
    with _explained():
        if turns is not None:
            return turns.run(engine, work)
        with engine.connect() as connection:
            connection.execution_options(**{WRITES: True})
            transaction = connection.begin()
            try:
                result = work(connection)
            except OperationalError:
                connection.invalidate()
                raise
            except BaseException:
                transaction.rollback()
                raise
            try:
                transaction.commit()
            except OperationalError as error:
                connection.invalidate()
                raise OutcomeUnknownError(_said(error)) from error
            return result


def turns_of(engine: Engine) -> Turns | None:
    """The queue of writers; None on PostgreSQL, which has its own."""
    return _TURNS.get(engine)


def finish(engine: Engine) -> None:
    """Finish the writes that were accepted, refuse new ones, and let go of every connection."""
    turns = _TURNS.get(engine)
    if turns is not None:
        turns.close()
    engine.dispose()


def _let_go(engine: Engine) -> None:
    turns = _TURNS.get(engine)
    if turns is not None:
        turns.let_go()


def take_turn(connection: Connection, what: str) -> None:
    """Until this transaction ends, no other one gets past here for the same `what`.

    SQLite needs nothing: its writers wait for each other from the start.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": what})


@contextmanager
def _explained() -> Generator[None]:
    try:
        yield
    except NoConnectionFreeError as error:
        raise OverloadedError(LOCK_SECONDS) from error
    except (OperationalError, InterfaceError) as error:
        raise _trouble(error) from error
    except DatabaseError as error:
        if error.connection_invalidated:
            raise _trouble(error) from error
        if "not a database" in str(error.orig) or "malformed" in str(error.orig):
            raise DatabaseUnreadableError(
                f"the database file is damaged or is no database: {error.orig}",
                "name another file with --database, or restore a backup",
            ) from error
        raise


def _trouble(error: DBAPIError) -> StoreUnavailableError:
    said = _said(error)
    if re.search(r"locked|lock timeout|busy", said):
        return StoreUnavailableError(
            "another program kept the database locked too long; nothing was stored",
            "try again; if it stays locked, find the program that holds it",
        )
    if "full" in said:
        return StoreUnavailableError("the disk is full; nothing was stored", "free some space and try again")
    return StoreUnavailableError(
        f"the database could not do it: {said}; nothing was stored", "check the database, then try again"
    )


def _said(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else "no reason given"


def schema_of(engine: Engine) -> str | None:
    """The revision of the tables; None for an empty database.

    Raises:
        DatabaseUnreadableError: The database belongs to another program.
    """
    with reading(engine) as connection:
        tables = set(inspect(connection).get_table_names())
        if "alembic_version" not in tables:
            if tables:
                raise DatabaseUnreadableError(
                    "the database holds tables of another program", "name another one with --database"
                )
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def upgraded_by(engine: Engine) -> str | None:
    """The version of Treadway that made the tables what they are; None where that was not noted."""
    with reading(engine) as connection:
        if not inspect(connection).has_table("installation"):
            return None
        query = text("SELECT value FROM installation WHERE name = 'upgraded_by'")
        return connection.execute(query).scalar_one_or_none()


def refuse_other_schema(found: str | None, needed: str | None = None) -> None:
    """Raise `SchemaError` unless the tables are those this release reads.

    Args:
        found: Their revision.
        needed: The version of Treadway that made them so.
    """
    if found == REVISION:
        return
    if found is not None and found > REVISION:
        raise SchemaError(
            f"the database has schema {found}, this release knows schemas up to {REVISION}",
            f"install Treadway {needed or 'of a newer version'}; this one changed nothing",
        )
    raise SchemaError(
        f"the database has schema {found or 'none'}, this release needs {REVISION}",
        "run `treadway db upgrade` (it keeps a backup)",
    )
