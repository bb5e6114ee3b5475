"""The board: which cases a clinic has, what each waits for, and which have changed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from engine.access.rights import Right
from engine.model.decision import Due
from engine.model.errors import EngineError
from engine.runtime.decide import day_of, decisions
from engine.runtime.lanes import Lane, lane_of
from engine.service.desk import Desk, add_audit
from engine.service.reading import view_of
from engine.store.database import reading
from engine.store.rows import ListedCase
from engine.store.schema import board, events

MOST_ROWS = 200


class BadCursorError(EngineError):
    """The cursor of a page was not made by the page before."""


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What a page of the board is limited to; all of it holds at once."""

    step: str | None = None
    flag: str | None = None
    lane: str | None = None

    def words(self) -> str:
        """For the audit."""
        parts = (("step", self.step), ("flag", self.flag), ("lane", self.lane))
        return ", ".join(f"{name} {value}" for name, value in parts if value is not None) or "all"


@dataclass(frozen=True, slots=True)
class BoardCase:
    """A row of the board. `lane` None: closed or at an end."""

    listed: ListedCase
    lane: Lane | None
    flags: tuple[str, ...]
    due: Due | None


@dataclass(frozen=True, slots=True)
class BoardPage:
    """A page. `after` leads to the next one; None at the end."""

    today: date
    cases: tuple[BoardCase, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class BoardCounts:
    """How many open cases there are, by lane, step and flag."""

    today: date
    cases: int
    lanes: Mapping[str, int]
    steps: Mapping[str, int]
    flags: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Change:
    """A case that has changed. Positions grow in the order in which a clinic's changes were committed."""

    position: int
    case_id: str
    seq: int
    step: str
    lane: str | None


def board_page(desk: Desk, wanted: BoardFilter, after: str | None = None, limit: int = 50) -> BoardPage:
    """A page of the board; one line of the audit names the filter and the cases shown.

    Raises:
        BadCursorError: `after` is no cursor.
    """
    desk.actor.needs_right(Right.READ_BOARD)
    if after is not None and not (after.isascii() and after.isalnum() and len(after) <= 24):
        raise BadCursorError("the cursor is not one of a page", "take `after` from the page before")
    found: list[BoardCase] = []
    cursor = None
    for listed in desk.store.list_cases(desk.clinic_id, step=wanted.step):
        name = listed.board.case_id
        if after is not None and (len(name), name) <= (len(after), after):
            continue
        row = _judged(desk, listed)
        if wanted.lane not in (None, row.lane) or (wanted.flag is not None and wanted.flag not in row.flags):
            continue
        if len(found) == limit:
            cursor = found[-1].listed.board.case_id
            break
        found.append(row)
    shown = tuple(row.listed.board.case_id for row in found)
    add_audit(desk, "read board", shown, wanted.words())
    return BoardPage(desk.today(), tuple(found), cursor)


def board_counts(desk: Desk) -> BoardCounts:
    """Counts of open cases; no patient in them."""
    rows = [_judged(desk, listed) for listed in desk.store.list_cases(desk.clinic_id)]
    rows = [row for row in rows if row.listed.board.closed_on is None]
    return BoardCounts(
        desk.today(),
        len(rows),
        Counter(row.lane.value for row in rows if row.lane is not None),
        Counter(row.listed.board.step for row in rows),
        Counter(flag for row in rows for flag in row.flags),
    )


def _judged(desk: Desk, listed: ListedCase) -> BoardCase:
    view = view_of(desk, listed.board.case_id)
    said = decisions(day_of(view.algorithm, view.case, desk.today()))
    return BoardCase(
        listed, lane_of(view.algorithm, view.case, said), said.flags, said.due[0] if said.due else None
    )


def changes_since(desk: Desk, position: int | None, limit: int = 200) -> tuple[tuple[Change, ...], int]:
    """Cases that changed after a position, and the position to go on from; None gives only the latter."""
    desk.actor.needs_right(Right.READ_BOARD)
    mine = events.c.clinic_id == desk.clinic_id
    query = select(events.c.case_id, events.c.seq, events.c.recorded_at, board.c.step)
    query = query.join(
        board, (board.c.clinic_id == events.c.clinic_id) & (board.c.case_id == events.c.case_id)
    )
    order = (events.c.recorded_at, events.c.case_id, events.c.seq)
    with reading(desk.store.engine) as connection:
        if position is None:
            last = connection.execute(
                select(events.c.recorded_at).where(mine).order_by(events.c.recorded_at.desc()).limit(1)
            ).scalar_one_or_none()
            return (), _micros(last) if last else 0
        since = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=position)
        rows = connection.execute(query.where(mine, events.c.recorded_at > since).order_by(*order)).all()
    changes = [Change(_micros(row.recorded_at), row.case_id, row.seq, row.step, None) for row in rows[:limit]]
    if changes:
        add_audit(desk, "read changes", tuple(dict.fromkeys(change.case_id for change in changes)), "stream")
    return tuple(changes), changes[-1].position if changes else position


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)
