"""The board: pages of rows in any order and narrowed by anything, each as quick as the first, and counts."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Integer,
    Select,
    Table,
    Text,
    and_,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from engine.model.errors import EngineError, UnknownNameError
from engine.store.board_rows import patient_of, row_of
from engine.store.board_schema import FILTERS, ORDERS, board, board_marks
from engine.store.rows import ListedCase

MOST_ROWS = 200
"""Rows of one page."""

_LAST = "\U0010ffff"


class BadCursorError(EngineError):
    """The cursor of a page was not made by the page before."""


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What a page is narrowed by; everything given must hold.

    Attributes:
        flag, interrupt: An id that the case shows.
        open: Cases that go on; False gives those that have ended.
        assigned_to: A name; an empty text gives cases that nobody looks after.
        find: The beginning of a name, or a whole patient or case number.
    """

    step: str | None = None
    flag: str | None = None
    lane: str | None = None
    open: bool = True
    interrupt: str | None = None
    assigned_to: str | None = None
    discuss: bool = False
    algorithm: str | None = None
    find: str | None = None

    def words(self) -> str:
        """For the audit: what was asked for."""
        given = [(f.name, getattr(self, f.name)) for f in fields(self)]
        named = [f"{name} {value}" for name, value in given if value not in (None, True, False)]
        marked = [name for name, value in given if value is True and name != "open"]
        return ", ".join((*named, *marked, *(() if self.open else ("ended",)))) or "all"


@dataclass(frozen=True, slots=True)
class BoardPage:
    """Rows in order. `after` is the cursor of the next page; None when this is the last."""

    rows: tuple[ListedCase, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class BoardCounts:
    """How many open cases there are, and by what, and by whom ('' is nobody)."""

    total: int
    lanes: Mapping[str, int]
    steps: Mapping[str, int]
    flags: Mapping[str, int]
    interrupts: Mapping[str, int]
    discuss: int
    assigned_to: Mapping[str, int]


def page(
    connection: Connection,
    clinic_id: str,
    wanted: BoardFilter,
    order: str = "urgency",
    *,
    descending: bool = False,
    after: str | None = None,
    limit: int = 50,
) -> BoardPage:
    """One page of a clinic's board.

    Args:
        connection: In a transaction, so that it can be audited in the same one.
        clinic_id: The clinic.
        wanted: What the page is narrowed by.
        order: `urgency` (then longest not seen), `name`, `seen`, `entered`, `due` or `number`.
        descending: Backwards.
        after: The `after` of the page before.
        limit: Rows, at most 200.

    Raises:
        UnknownNameError: There is no such order.
        BadCursorError: `after` is no cursor of this order.
    """
    if order not in ORDERS:
        raise UnknownNameError("order", order, tuple(ORDERS))
    mark = _mark(wanted)
    source = board if mark is None else board_marks
    query = select(board).where(board.c.clinic_id == clinic_id)
    if mark is not None:
        same = (board_marks.c.clinic_id == board.c.clinic_id) & (board_marks.c.case_id == board.c.case_id)
        query = query.join(board_marks, same).where(
            board_marks.c.clinic_id == clinic_id,
            board_marks.c.mark == mark,
        )
    query = _narrowed(query, wanted, source)
    columns = [source.c[name] for name in (*ORDERS[order], "case_no")]
    if after is not None:
        keys = tuple_(*columns)
        place = tuple_(*_place(after, order, columns))
        query = query.where(keys < place if descending else keys > place)
    query = query.order_by(*(column.desc() if descending else column for column in columns))
    count = max(1, min(limit, MOST_ROWS))
    found = connection.execute(query.limit(count + 1)).all()
    rows = tuple(ListedCase(row_of(row), patient_of(row)) for row in found[:count])
    return BoardPage(rows, _cursor(order, found[count - 1]) if len(found) > count else None)


def counts(connection: Connection, clinic_id: str) -> BoardCounts:
    """Counts of a clinic's open cases, from indexes alone."""

    def by(column: ColumnElement[str]) -> dict[str, int]:
        mine = (board.c.clinic_id == clinic_id) & (board.c.open == True)  # noqa: E712
        rows = connection.execute(select(column, func.count()).where(mine).group_by(column))
        return {value or "": number for value, number in rows}

    mine = (board_marks.c.clinic_id == clinic_id) & (board_marks.c.open == True)  # noqa: E712
    rows = connection.execute(
        select(board_marks.c.mark, func.count().label("cases")).where(mine).group_by(board_marks.c.mark)
    )
    marks: dict[str, int] = {row.mark: row.cases for row in rows}
    lanes = by(board.c.lane)
    return BoardCounts(
        total=sum(lanes.values()),
        lanes=lanes,
        steps=by(board.c.step),
        flags=_named(marks, "flag:"),
        interrupts=_named(marks, "interrupt:"),
        discuss=marks.get("discuss", 0),
        assigned_to=by(board.c.assigned_to),
    )


def rows_of(connection: Connection, clinic_id: str, case_ids: Sequence[str]) -> tuple[ListedCase, ...]:
    """The rows of these cases, for a list that shows what changed since it was read."""
    mine = (board.c.clinic_id == clinic_id) & board.c.case_id.in_(case_ids)
    return tuple(
        ListedCase(row_of(row), patient_of(row)) for row in connection.execute(select(board).where(mine))
    )


def _named(marks: Mapping[str, int], kind: str) -> dict[str, int]:
    return {mark.removeprefix(kind): number for mark, number in marks.items() if mark.startswith(kind)}


def _mark(wanted: BoardFilter) -> str | None:
    """The mark that narrows most; what else is asked for is looked up in the rows."""
    if wanted.interrupt is not None:
        return f"interrupt:{wanted.interrupt}"
    if wanted.discuss:
        return "discuss"
    return None if wanted.flag is None else f"flag:{wanted.flag}"


def _narrowed(query: Select[Any], wanted: BoardFilter, source: Table) -> Select[Any]:
    """Narrow rows; what marks repeat is looked at there, so that no row is read in vain."""
    query = query.where(source.c.open == wanted.open)
    for name in FILTERS:
        value = getattr(wanted, name)
        if value is not None:
            column = source.c[name]
            query = query.where(column.is_(None) if value == "" else column == value)
    if wanted.algorithm is not None:
        query = query.where(board.c.algorithm == wanted.algorithm)
    if wanted.flag is not None:
        query = query.where(board.c.flags.contains(json.dumps(wanted.flag), autoescape=True))
    if wanted.interrupt is not None:
        query = query.where(board.c.interrupts.contains(json.dumps(wanted.interrupt), autoescape=True))
    if wanted.discuss:
        query = query.where(board.c.discuss == True)  # noqa: E712
    if wanted.find:
        text = wanted.find.strip()
        begins = and_(board.c.sort_name >= text.casefold(), board.c.sort_name < text.casefold() + _LAST)
        query = query.where(or_(begins, board.c.number == text, board.c.case_id == text))
    return query


def _cursor(order: str, row: Any) -> str:  # noqa: ANN401 - a row of the page's query
    values = [order, *(_text(getattr(row, name)) for name in ORDERS[order]), row.case_no]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _place(after: str, order: str, columns: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    try:
        held: object = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        values = cast(list[object], held if isinstance(held, list) else [])
        if values[0] != order:
            raise ValueError
        return [_literal(value, column) for value, column in zip(values[1:], columns, strict=True)]
    except (ValueError, TypeError, IndexError, RecursionError, binascii.Error) as error:
        raise BadCursorError(
            "the cursor is not one of a page", "take `after` from the page before"
        ) from error


def _literal(value: object, column: ColumnElement[Any]) -> ColumnElement[Any]:
    match column.type:
        case Date() if isinstance(value, str):
            return literal(date.fromisoformat(value), column.type)
        case Integer() if isinstance(value, int) and abs(value) < 2**53:
            return literal(value, column.type)
        case Text() if isinstance(value, str):
            return literal(value, column.type)
        case _:
            raise ValueError
