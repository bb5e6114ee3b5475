"""Turns at the one connection that writes to a SQLite database.

Writers queue. The one at the front leads: it carries out what stands behind it as well, commits once for all,
and only then is any of them answered. So writes share the cost of syncing the disk, and a lone writer pays
nothing for it: there is no thread to hand over to. One connection writes and checkpoints, which is what
SQLite likes best.
"""

import contextvars
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from engine.store.errors import OutcomeUnknownError, OverloadedError, StoreUnavailableError
from engine.store.prepared import command

MOST_WAITING: Final = 256
"""Writers that may wait. The next one is refused at once, so that no queue grows while nobody is served."""
MOST_TOGETHER: Final = 64
"""Writes that share a commit."""
WAIT_SECONDS: Final = 5.0
"""How long a writer stays in the queue before it is refused."""

_Result = TypeVar("_Result")
_Work = Callable[[Connection], object]


class _Ticket:
    """A place in the queue. Without `work` its holder writes by itself while it has its turn."""

    __slots__ = ("awake", "context", "error", "leads", "result", "work")

    def __init__(self, work: _Work | None) -> None:
        self.work = work
        # What is known of the request (its clinic) goes along, whichever thread does the work.
        self.context = contextvars.copy_context()
        self.awake = threading.Event()
        self.leads = False
        self.result: object = None
        self.error: BaseException | None = None


class Turns:
    """The queue of writers of one engine."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._most_waiting = most_waiting
        self._state = threading.Condition()
        self._waiting: deque[_Ticket] = deque()
        self._leader: int | None = None
        self._closed = False
        self._connection: Connection | None = None
        self._seconds = 0.0
        self.watch: Callable[[int], None] | None = None
        """Told after each shared commit how many writes were in it."""

    def run(self, engine: Engine, work: Callable[[Connection], _Result]) -> _Result:
        """Do a piece of work in a transaction that others may share; returns once it is committed.

        The work is all or nothing by itself: an error undoes it and nothing else. It may be done again from
        the start after an error of somebody else's work, so it must change nothing but the database.

        Raises:
            OverloadedError: Too many wait, or it waited too long. Nothing was stored.
            OutcomeUnknownError: The commit failed, so that nobody knows.
            StoreUnavailableError: The store is closing. Nothing was stored.
        """
        ticket = self._enter(work)
        if ticket.leads:
            try:
                self._lead(engine, self._gather(ticket))
            finally:
                self._pass_on()
        if ticket.error is not None:
            raise ticket.error
        return cast(_Result, ticket.result)

    @contextmanager
    def alone(self, engine: Engine) -> Generator[Connection]:
        """A transaction of the caller's own: committed at the end, or nothing of it is stored."""
        self._enter(None)
        try:
            connection = self._connected(engine)
            try:
                with connection.begin():
                    yield connection
            except OperationalError:
                self._disconnect()
                raise
        finally:
            self._pass_on()

    def close(self, seconds: float = 15.0) -> None:
        """Refuse new writers, finish those that wait, and let go of the connection."""
        with self._state:
            self._closed = True
            self._state.wait_for(lambda: self._leader is None and not self._waiting, seconds)
        self._disconnect()

    @property
    def waiting(self) -> int:
        """Writers that wait for their turn now."""
        return len(self._waiting)

    def let_go(self) -> None:
        """Close the connection unless somebody is writing; the next writer opens another."""
        with self._state:
            if self._leader is None:
                self._disconnect()

    # The queue

    def _enter(self, work: _Work | None) -> _Ticket:
        ticket = _Ticket(work)
        me = threading.get_ident()
        with self._state:
            if self._closed:
                raise StoreUnavailableError(
                    "the store is closing; nothing was stored", "send it again in a moment"
                )
            assert self._leader != me, "a write inside a write would wait for itself"
            if self._leader is None:
                self._leader = me
                ticket.leads = True
                return ticket
            if len(self._waiting) >= self._most_waiting:
                raise self._overloaded()
            self._waiting.append(ticket)
        if not ticket.awake.wait(WAIT_SECONDS):
            with self._state:
                if ticket in self._waiting:
                    self._waiting.remove(ticket)
                    raise self._overloaded()
            ticket.awake.wait()  # somebody has begun with it
        if ticket.leads:
            self._leader = me
        return ticket

    def _overloaded(self) -> OverloadedError:
        rounds = 1 + len(self._waiting) / MOST_TOGETHER
        return OverloadedError(max(1, math.ceil(rounds * self._seconds)))

    def _gather(self, first: _Ticket) -> list[_Ticket]:
        """The leader's own work and that of those behind it, up to one that wants to be alone."""
        together = [first]
        with self._state:
            while self._waiting and self._waiting[0].work is not None and len(together) < MOST_TOGETHER:
                together.append(self._waiting.popleft())
        return together

    def _pass_on(self) -> None:
        """Let the one at the front of the queue lead."""
        with self._state:
            if self._waiting:
                ticket = self._waiting.popleft()
                ticket.leads = True
                self._leader = -1  # its thread, once it wakes; nobody else may lead before
                ticket.awake.set()
            else:
                self._leader = None
                self._state.notify_all()

    # The work

    def _lead(self, engine: Engine, together: list[_Ticket]) -> None:
        began = time.monotonic()
        try:
            try:
                self._commit(engine, together)
            except OperationalError as error:
                # SQLite may have undone the whole transaction, and whose fault it was is not known.
                if len(together) == 1:
                    together[0].error = error
                for ticket in together if len(together) > 1 else ():
                    self._commit_one(engine, ticket)
        except BaseException as error:
            for ticket in together:
                ticket.error = ticket.error or error
            raise
        finally:
            self._seconds = 0.8 * self._seconds + 0.2 * (time.monotonic() - began)
            for ticket in together[1:]:
                ticket.awake.set()

    def _commit_one(self, engine: Engine, ticket: _Ticket) -> None:
        try:
            self._commit(engine, [ticket])
        except OperationalError as error:
            ticket.error = error

    def _commit(self, engine: Engine, together: list[_Ticket]) -> None:
        """Do the work of all and commit once.

        An `OperationalError` of a piece of work is raised and leaves nothing stored; one of the commit is
        given to each as `OutcomeUnknownError`.
        """
        connection = self._connected(engine)
        shared = len(together) > 1
        try:
            transaction = connection.begin()
            for ticket in together:
                ticket.result = ticket.error = None
                _do(connection, ticket, shared=shared)
            if all(ticket.error is not None for ticket in together):
                transaction.rollback()
                return
        except BaseException:
            self._disconnect()
            raise
        try:
            transaction.commit()
        except BaseException as error:
            self._disconnect()
            if not isinstance(error, OperationalError):
                raise
            for ticket in together:
                ticket.error = ticket.error or OutcomeUnknownError(str(error.orig))
        else:
            if self.watch is not None:
                self.watch(sum(ticket.error is None for ticket in together))

    def _connected(self, engine: Engine) -> Connection:
        if self._connection is None:
            self._connection = engine.connect()
            self._connection.execution_options(**{WRITES: True})
        return self._connection

    def _disconnect(self) -> None:
        """Throw the connection away: after an error, what it would say cannot be trusted."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()


WRITES: Final = "treadway_writes"
"""Execution option of a connection whose transactions write."""


def _do(connection: Connection, ticket: _Ticket, *, shared: bool) -> None:
    """One piece of work; what it has done is undone if it fails, and the transaction goes on."""
    assert ticket.work is not None
    if shared:
        command(connection, "SAVEPOINT one_write")
    try:
        ticket.result = ticket.context.run(ticket.work, connection)
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 - it is raised again where the work was asked for
        ticket.error = error
        if shared:
            command(connection, "ROLLBACK TO one_write")
    if shared:
        command(connection, "RELEASE one_write")
