"""The board: which cases a clinic has, what each waits for, and which have changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from engine.access.rights import Right
from engine.model.decision import Due
from engine.runtime.lanes import Lane
from engine.service.desk import Desk, audit_row
from engine.service.turning import turn_day
from engine.store import board as pages
from engine.store import log
from engine.store.audit import read_with_audit
from engine.store.board import BadCursorError, BoardFilter
from engine.store.database import reading
from engine.store.rows import ListedCase

__all__ = [
    "BadCursorError", "BoardCase", "BoardCounts", "BoardFilter", "BoardPage", "Change",
    "board_counts", "board_page", "changes_since",
]  # fmt: skip

TURNED_BY_A_READER = 50
"""Rows of an earlier day that one look at the board brings up to date; a worker does the rest."""


@dataclass(frozen=True, slots=True)
class BoardCase:
    """A row of the board. `lane` None: closed or at an end."""

    listed: ListedCase

    @property
    def lane(self) -> Lane | None:
        """What it waits for."""
        return self.listed.board.lane

    @property
    def flags(self) -> tuple[str, ...]:
        """Ids of the flags it shows."""
        return self.listed.board.flags

    @property
    def due(self) -> Due | None:
        """What is due, or falls due next."""
        return min(self.listed.board.due, key=lambda item: item.due_on, default=None)


@dataclass(frozen=True, slots=True)
class BoardPage:
    """A page. `after` leads to the next one; None at the end."""

    today: date
    cases: tuple[BoardCase, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class BoardCounts:
    """How many open cases there are, by lane, step and flag, and by who looks after them ('' is nobody)."""

    today: date
    cases: int
    lanes: Mapping[str, int]
    steps: Mapping[str, int]
    flags: Mapping[str, int]
    discuss: int
    assigned_to: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Change:
    """A case that has changed. Positions grow in the order in which a clinic's changes were committed."""

    position: int
    case_id: str
    seq: int
    step: str
    lane: Lane | None


def board_page(
    desk: Desk,
    wanted: BoardFilter,
    after: str | None = None,
    limit: int = 50,
    *,
    order: str = "urgency",
    descending: bool = False,
) -> BoardPage:
    """A page of the board; one line of the audit names the filter and the cases shown.

    Args: As `engine.store.board.page`.

    Raises:
        BadCursorError: `after` is no cursor of this order.
        UnknownNameError: There is no such order.
        StoreUnavailableError: The line of the audit could not be kept.
    """
    desk.actor.needs_right(Right.READ_BOARD)
    turn_day(desk, TURNED_BY_A_READER)

    def read(connection: Connection) -> pages.BoardPage:
        return pages.page(
            connection, desk.clinic_id, wanted, order, descending=descending, after=after, limit=limit
        )

    row = audit_row(desk, "read board", detail=wanted.words())
    found = read_with_audit(desk.store.engine, desk.clinic_id, row, read, _shown)
    return BoardPage(desk.today(), tuple(BoardCase(listed) for listed in found.rows), found.after)


def _shown(page: pages.BoardPage) -> tuple[str, ...]:
    return tuple(listed.board.case_id for listed in page.rows)


def board_counts(desk: Desk) -> BoardCounts:
    """Counts of open cases; no patient in them."""
    turn_day(desk, TURNED_BY_A_READER)
    with reading(desk.store.engine) as connection:
        found = pages.counts(connection, desk.clinic_id)
    return BoardCounts(
        desk.today(),
        found.total,
        found.lanes,
        found.steps,
        found.flags,
        found.discuss,
        found.assigned_to,
    )


def changes_since(desk: Desk, position: int | None, limit: int = 200) -> tuple[tuple[Change, ...], int]:
    """Cases that changed after a position, as they are now, and the position to go on from.

    With None only the position that is now. No write with an earlier position can still come.
    """
    desk.actor.needs_right(Right.READ_BOARD)
    if position is None:
        with reading(desk.store.engine) as connection:
            return (), log.head(connection, desk.clinic_id).position
    with reading(desk.store.engine) as connection:
        if not log.any_after(connection, desk.clinic_id, position):
            return (), position

    def read(connection: Connection) -> tuple[tuple[Change, ...], int]:
        last = {
            write.case_id: write.position
            for write in log.entries(connection, desk.clinic_id, position, limit)
        }
        rows = pages.rows_of(connection, desk.clinic_id, tuple(last))
        changes = [
            Change(last[r.board.case_id], r.board.case_id, r.board.seq, r.board.step, r.board.lane)
            for r in rows
        ]
        return tuple(sorted(changes, key=lambda change: change.position)), max(last.values())

    row = audit_row(desk, "read changes", detail="stream")
    return read_with_audit(
        desk.store.engine, desk.clinic_id, row, read, lambda seen: tuple(c.case_id for c in seen[0])
    )
