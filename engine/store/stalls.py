"""Cuts PostgreSQL connections that no longer answer: a half-open one would be waited for without end.

The server's own time limits do not help there, since neither the statement nor the answer arrives.
"""

import contextlib
import socket
import threading
import time
from typing import Final

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor, ExceptionContext
from sqlalchemy.exc import DisconnectionError

PING_SECONDS: Final = 2.0
"""How long a connection from the pool may take to show that it is alive."""

IDLE_SECONDS: Final = 0.5
"""A connection used this short a while ago is taken to be alive."""


class Stalls:
    """Knows what every connection waits for, and shuts the socket of one that has waited too long."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: dict[int, float] = {}
        self._sockets: dict[int, int] = {}
        self._lock = threading.Lock()
        self._used: dict[int, float] = {}
        self._thread: threading.Thread | None = None

    def watch(self, engine: Engine) -> None:
        """Look after every connection of an engine."""
        event.listen(engine, "checkout", self._prove_alive)
        event.listen(engine, "before_cursor_execute", self._begins)
        event.listen(engine, "after_cursor_execute", self._ends)
        event.listen(engine, "handle_error", self._failed)
        event.listen(engine, "commit", self._commits)
        event.listen(engine, "rollback", self._commits)
        event.listen(engine, "checkin", self._returned)
        event.listen(engine, "close", self._closed)

    def _prove_alive(self, connection: DBAPIConnection, record: object, proxy: object) -> None:
        """Ask a pooled connection for an answer; the pool replaces one that gives none."""
        if time.monotonic() - self._used.get(id(connection), 0.0) < IDLE_SECONDS:
            return
        self._wait(connection, PING_SECONDS)
        try:
            cursor = connection.cursor()
            cursor.execute("SELECT 1")
            cursor.close()
            connection.rollback()
        except Exception as error:
            raise DisconnectionError("the connection no longer answers") from error
        finally:
            self._answered(connection)

    def _begins(self, connection: Connection, *_others: object) -> None:
        driver = None if connection.invalidated else connection.connection.driver_connection
        if driver is not None:
            self._wait(driver, self._seconds)

    def _ends(self, connection: Connection, cursor: DBAPICursor, *_others: object) -> None:
        self._answered(connection.connection.driver_connection)

    def _commits(self, connection: Connection) -> None:
        # Answered once the connection goes back to the pool: there is no event after its end.
        self._begins(connection)

    def _failed(self, context: ExceptionContext) -> None:
        if context.connection is not None and not context.connection.invalidated:
            with contextlib.suppress(Exception):
                self._answered(context.connection.connection.driver_connection)

    def _returned(self, connection: DBAPIConnection | None, _record: object) -> None:
        if connection is not None:
            self._answered(connection)

    def _closed(self, connection: DBAPIConnection, _record: object) -> None:
        self._answered(connection)
        self._used.pop(id(connection), None)

    def _wait(self, connection: DBAPIConnection, seconds: float) -> None:
        key = id(connection)
        try:
            number: int = connection.fileno()
        except Exception:  # noqa: BLE001 - closed already: the statement itself will say so
            return
        with self._lock:
            self._sockets[key] = number
            self._until[key] = time.monotonic() + seconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="treadway-stalls", daemon=True)
                self._thread.start()

    def _answered(self, connection: object) -> None:
        key = id(connection)
        with self._lock:
            self._until.pop(key, None)
            self._sockets.pop(key, None)
        self._used[key] = time.monotonic()

    def _look(self) -> None:
        while True:
            time.sleep(0.25)
            now = time.monotonic()
            with self._lock:
                if not self._until:
                    self._thread = None
                    return
                late = [key for key, until in self._until.items() if until < now]
                for key in late:
                    del self._until[key]
                    _shut(self._sockets.pop(key))


def _shut(number: int) -> None:
    """End both directions, which wakes whoever waits for an answer. The descriptor stays its owner's."""
    with contextlib.suppress(OSError):
        other = socket.fromfd(number, socket.AF_INET, socket.SOCK_STREAM)
        try:
            other.shutdown(socket.SHUT_RDWR)
        finally:
            other.close()
