"""The clinic's day turns: rows of the board say what is due today, not what was due when they were written.

No timer is kept anywhere. Rows carry the day they were computed for, and whoever comes by with a later one, a
worker or a reader, brings them up to date. Several may do so at once; none does another's work.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import Connection

from engine.model.errors import EngineError
from engine.service.desk import Desk
from engine.service.kept import algorithm_of
from engine.service.reading import replayed
from engine.store import board_rows, history, keys
from engine.store.board_rows import marks_of
from engine.store.database import reading, write
from engine.store.projection import project
from engine.store.rows import BoardRow

AT_ONCE = 10
"""Cases of one transaction: others wait no longer than these take."""


@dataclass(frozen=True, slots=True)
class Turned:
    """Rows brought up to date, and cases whose history could not be read, each with the reason."""

    cases: int
    unreadable: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that was not what its events make. `columns` names what differed."""

    case_id: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Rows made again, and those that had differed."""

    cases: int
    differences: tuple[Difference, ...]
    unreadable: tuple[tuple[str, str], ...] = ()


def turn_day(desk: Desk, most: int | None = None) -> Turned:
    """Bring rows of earlier days up to date, the oldest first; `most` at once, or all.

    Raises:
        StoreUnavailableError: What was done so far is kept.
    """
    done, unreadable = 0, list[tuple[str, str]]()
    while most is None or done < most:
        count = AT_ONCE if most is None else min(AT_ONCE, most - done)
        if not _any_stale(desk):
            break
        some = write(desk.store.engine, _turn_some(desk, desk.today(), count))
        done += some.cases
        unreadable += some.unreadable
        if some.cases == 0:  # the rest is in other workers' hands
            break
    return Turned(done, tuple(unreadable))


def days_behind(desk: Desk) -> int:
    """How many days the oldest open row lags behind today: above 0 for long means that no worker runs."""
    with reading(desk.store.engine) as connection:
        day = board_rows.oldest_day(connection, desk.clinic_id)
    return 0 if day is None else max(0, (desk.today() - day).days)


def forget_keys(desk: Desk) -> int:
    """Let go of idempotency keys that are older than a day."""
    return write(desk.store.engine, lambda connection: keys.forget(connection, desk.clinic_id, desk.clock()))


def _any_stale(desk: Desk) -> bool:
    with reading(desk.store.engine) as connection:
        return board_rows.any_stale(connection, desk.clinic_id, desk.today())


def _turn_some(desk: Desk, today: date, count: int) -> Callable[[Connection], Turned]:
    def work(connection: Connection) -> Turned:
        rows = board_rows.stale(connection, desk.clinic_id, today, count)
        unreadable: list[tuple[str, str]] = []
        for row in rows:
            try:
                board_rows.put(connection, desk.clinic_id, _row(connection, desk, row.case_id, today))
            except EngineError as error:
                # Its day is set all the same: one case must not hold up the others.
                board_rows.set_day(connection, desk.clinic_id, row.case_id, today)
                unreadable.append((row.case_id, error.message))
        return Turned(len(rows), tuple(unreadable))

    return work


def _row(connection: Connection, desk: Desk, case_id: str, today: date) -> BoardRow:
    case = replayed(desk, history.read(connection, desk.clinic_id, case_id))
    return project(algorithm_of(desk, case.digest), case, today)


def rebuild(desk: Desk, progress: Callable[[int], None] = lambda _: None) -> Rebuilt:
    """Make every row, mark and checkpoint again from the events, and name those that had differed.

    A row is compared as of the day it was computed for, then written for today.

    Args:
        desk: The clinic.
        progress: Told how many cases are done.
    """
    differences: list[Difference] = []
    unreadable: list[tuple[str, str]] = []
    count = 0
    after = 0
    while True:
        with reading(desk.store.engine) as connection:
            some = board_rows.case_ids(connection, desk.clinic_id, after, 10 * AT_ONCE)
        if not some:
            return Rebuilt(count, tuple(differences), tuple(unreadable))
        for case_id in some:
            try:
                differing = write(desk.store.engine, _rebuild_one(desk, case_id))
                if differing:
                    differences.append(Difference(case_id, differing))
            except EngineError as error:
                unreadable.append((case_id, error.message))
        count += len(some)
        after = int(some[-1])
        progress(count)


def _rebuild_one(desk: Desk, case_id: str) -> Callable[[Connection], tuple[str, ...]]:
    def work(connection: Connection) -> tuple[str, ...]:
        case = replayed(desk, history.read(connection, desk.clinic_id, case_id))
        algorithm = algorithm_of(desk, case.digest)
        found = board_rows.stored(connection, desk.clinic_id, case_id)
        differing: list[str] = []
        if found is None:
            differing.append("row")
        elif found.row.computed_for != date.min:
            right = project(algorithm, case, found.row.computed_for)
            names = [f.name for f in fields(BoardRow)]
            differing += [name for name in names if getattr(found.row, name) != getattr(right, name)]
            if found.marks != marks_of(right.interrupts, right.flags, discuss=right.discuss):
                differing.append("marks")
            if found.due != frozenset((item.type, item.due_on, item.checkpoint) for item in right.due):
                differing.append("due checkpoints")
        board_rows.replace_row(connection, desk.clinic_id, project(algorithm, case, desk.today()))
        return tuple(differing)

    return work
