"""Writes and reads rows of the board, with their marks and due checkpoints, in the caller's transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Integer, Row, bindparam, cast, delete, func, insert, select, update

from engine.model.decision import Due
from engine.runtime.lanes import Lane
from engine.store.board_schema import FILTERS, board, board_marks, due
from engine.store.prepared import Prepared
from engine.store.rows import BoardRow, PatientRow
from engine.store.schema import cases, patients

NEVER = date.max
"""`due_on` of a case for which nothing falls due."""

_NONE = "[]"

_REPEATED = ("open", "urgency", "seen_on", "sort_name", "entered_on", "due_on", *FILTERS)
"""Columns that marks repeat, so that a list narrowed by one can be read in any order and narrowed further."""


_MINE = (board.c.clinic_id == bindparam("in_clinic")) & (board.c.case_id == bindparam("in_case"))
_FIND = Prepared(select(board).where(_MINE))
_ADD = Prepared(insert(board))


@lru_cache(maxsize=512)
def _change(names: tuple[str, ...]) -> Prepared:
    """An UPDATE of these columns alone: SQLite rewrites the indexes of every column that is named."""
    return Prepared(update(board).where(_MINE).values({name: bindparam(f"new_{name}") for name in names}))


_ADD_MARK = Prepared(insert(board_marks))
_DROP_MARK = Prepared(
    delete(board_marks).where(
        board_marks.c.clinic_id == bindparam("in_clinic"),
        board_marks.c.case_id == bindparam("in_case"),
        board_marks.c.mark == bindparam("of_mark"),
    )
)
_ADD_DUE = Prepared(insert(due))
_DROP_DUE = Prepared(
    delete(due).where(
        due.c.clinic_id == bindparam("in_clinic"),
        due.c.case_id == bindparam("in_case"),
        due.c.type == bindparam("of_type"),
    )
)


def add(connection: Connection, clinic_id: str, row: BoardRow, patient: PatientRow) -> None:
    """The row of a new case."""
    values = {
        **_values(clinic_id, row),
        "patient_id": patient.patient_id,
        "name": patient.name,
        "number": patient.number,
        "sort_name": sort_name(patient.name),
    }
    _ADD.change(connection, values)
    _add_marks(connection, values, sorted(_marks(row)))
    _put_due(connection, clinic_id, row, ())


def put(connection: Connection, clinic_id: str, row: BoardRow) -> None:
    """The row of a case that has one already; marks and checkpoints are touched only where they differ."""
    mine = {"in_clinic": clinic_id, "in_case": row.case_id}
    before = _FIND.row(connection, mine)
    assert before is not None, "a case has a row from its opening on"
    values = _values(clinic_id, row)
    changed = tuple(name for name, value in values.items() if getattr(before, name) != value)
    if changed:
        _change(changed).change(connection, {**mine, **{f"new_{name}": values[name] for name in changed}})
    values["sort_name"] = before.sort_name
    had, has = _marks_of(before), _marks(row)
    moved = any(getattr(before, name) != values[name] for name in _REPEATED)
    gone = had if moved else had - has
    if gone:
        _DROP_MARK.change(connection, *({**mine, "of_mark": mark} for mark in sorted(gone)))
    _add_marks(connection, values, sorted(has if moved else has - had))
    _put_due(connection, clinic_id, row, _due_of(before.due))


def stale(connection: Connection, clinic_id: str, today: date, limit: int) -> tuple[BoardRow, ...]:
    """Open rows of an earlier day, taken by this transaction: another worker passes over them."""
    query = (
        select(board)
        .where(board.c.clinic_id == clinic_id, board.c.open == True, board.c.computed_for < today)  # noqa: E712
        .order_by(board.c.computed_for, board.c.case_no)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return tuple(row_of(found) for found in connection.execute(query))


def any_stale(connection: Connection, clinic_id: str, today: date) -> bool:
    """Whether an open row is of an earlier day."""
    query = select(board.c.case_id).where(
        board.c.clinic_id == clinic_id,
        board.c.open == True,  # noqa: E712
        board.c.computed_for < today,
    )
    return connection.execute(query.limit(1)).first() is not None


def oldest_day(connection: Connection, clinic_id: str) -> date | None:
    """The earliest day for which an open row holds; None where no case is open."""
    query = select(func.min(board.c.computed_for)).where(
        board.c.clinic_id == clinic_id,
        board.c.open == True,  # noqa: E712
    )
    return connection.execute(query).scalar_one_or_none()


def set_day(connection: Connection, clinic_id: str, case_id: str, today: date) -> None:
    """Leave a row as it is, and have nobody look at it again today."""
    mine = (board.c.clinic_id == clinic_id) & (board.c.case_id == case_id)
    connection.execute(update(board).where(mine).values(computed_for=today))


def case_ids(connection: Connection, clinic_id: str, after: int, limit: int) -> tuple[str, ...]:
    """Cases with a number above `after`, in order, whether they have a row or not."""
    number = cast(cases.c.case_id, Integer)
    query = select(cases.c.case_id).where(cases.c.clinic_id == clinic_id, number > after)
    return tuple(connection.execute(query.order_by(number).limit(limit)).scalars())


@dataclass(frozen=True, slots=True)
class Stored:
    """What is kept of a case: its row, and what the tables of marks and checkpoints say."""

    row: BoardRow
    marks: frozenset[str]
    due: frozenset[tuple[str, date, str]]


def stored(connection: Connection, clinic_id: str, case_id: str) -> Stored | None:
    """What is kept of a case; None where it has no row."""
    mine = (board.c.clinic_id == clinic_id) & (board.c.case_id == case_id)
    found = connection.execute(select(board).where(mine)).one_or_none()
    if found is None:
        return None
    marked = (board_marks.c.clinic_id == clinic_id) & (board_marks.c.case_id == case_id)
    owed = (due.c.clinic_id == clinic_id) & (due.c.case_id == case_id)
    items = connection.execute(select(due.c.type, due.c.due_on, due.c.checkpoint).where(owed))
    return Stored(
        row_of(found),
        frozenset(connection.execute(select(board_marks.c.mark).where(marked)).scalars()),
        frozenset((item.type, item.due_on, item.checkpoint) for item in items),
    )


def replace_row(connection: Connection, clinic_id: str, row: BoardRow) -> None:
    """Write everything about a case anew, whatever is there."""
    for table in (board, board_marks, due):
        mine = (table.c.clinic_id == clinic_id) & (table.c.case_id == row.case_id)
        connection.execute(delete(table).where(mine))
    of_patient = (cases.c.clinic_id == patients.c.clinic_id) & (cases.c.patient_id == patients.c.patient_id)
    query = select(patients.c.name, patients.c.number, patients.c.patient_id).join(cases, of_patient)
    whose = connection.execute(
        query.where(cases.c.clinic_id == clinic_id, cases.c.case_id == row.case_id)
    ).one()
    add(connection, clinic_id, row, PatientRow(whose.name, whose.number, whose.patient_id))


def sort_name(name: str | None) -> str:
    """What a name is sorted by; cases without one come last."""
    return "\uffff" if name is None else name.casefold()


def _values(clinic_id: str, row: BoardRow) -> dict[str, object]:
    return {
        "clinic_id": clinic_id,
        "case_id": row.case_id,
        "case_no": int(row.case_id),
        "open": row.open,
        "seq": row.seq,
        "computed_for": row.computed_for,
        "algorithm": row.algorithm,
        "digest": row.digest,
        "birth_date": row.birth_date,
        "sex": row.sex,
        "opened_on": row.opened_on,
        "closed_on": row.closed_on,
        "step": row.step,
        "entered_on": row.entered_on,
        "lane": None if row.lane is None else row.lane.value,
        "urgency": row.urgency,
        "seen_on": row.seen_on or row.opened_on,
        "due_on": min((item.due_on for item in row.due), default=NEVER),
        "interrupts": json.dumps(row.interrupts),
        "flags": json.dumps(row.flags),
        "due": json.dumps([[i.type, i.due_on.isoformat(), i.overdue, i.checkpoint] for i in row.due]),
        "scale": row.scale,
        "score_baseline": row.score_baseline,
        "scores": json.dumps([[on.isoformat(), total] for on, total in row.scores]),
        "assigned_to": row.assigned_to,
        "discuss": row.discuss,
        "question": row.question,
    }


def row_of(found: Row[Any]) -> BoardRow:
    """A row as it was written."""
    return BoardRow(
        case_id=found.case_id,
        seq=found.seq,
        algorithm=found.algorithm,
        digest=found.digest,
        birth_date=found.birth_date,
        sex=found.sex,
        opened_on=found.opened_on,
        step=found.step,
        entered_on=found.entered_on,
        interrupts=_ids(found.interrupts),
        closed_on=found.closed_on,
        lane=None if found.lane is None else Lane(found.lane),
        urgency=found.urgency,
        flags=_ids(found.flags),
        due=_due_of(found.due),
        seen_on=found.seen_on,
        scale=found.scale,
        score_baseline=found.score_baseline,
        scores=tuple((date.fromisoformat(on), total) for on, total in json.loads(found.scores)),
        assigned_to=found.assigned_to,
        discuss=found.discuss,
        question=found.question,
        computed_for=found.computed_for,
    )


def patient_of(found: Row[Any]) -> PatientRow:
    """The patient a row is about."""
    return PatientRow(found.name, found.number, found.patient_id)


def _ids(text: str) -> tuple[str, ...]:
    return () if text == _NONE else tuple(json.loads(text))


def _due_of(text: str) -> tuple[Due, ...]:
    return (
        ()
        if text == _NONE
        else tuple(
            Due(kind, date.fromisoformat(on), overdue, checkpoint)
            for kind, on, overdue, checkpoint in json.loads(text)
        )
    )


def marks_of(interrupts: Sequence[str], flags: Sequence[str], *, discuss: bool) -> frozenset[str]:
    """What a case is marked with."""
    return frozenset(
        (
            *(f"flag:{name}" for name in flags),
            *(f"interrupt:{name}" for name in interrupts),
            *(("discuss",) if discuss else ()),
        )
    )


def _marks(row: BoardRow) -> frozenset[str]:
    return marks_of(row.interrupts, row.flags, discuss=row.discuss)


def _marks_of(found: Row[Any]) -> frozenset[str]:
    return marks_of(json.loads(found.interrupts), json.loads(found.flags), discuss=found.discuss)


def _add_marks(connection: Connection, values: Mapping[str, object], marks: Sequence[str]) -> None:
    if marks:
        repeated = {name: values[name] for name in ("clinic_id", "case_id", "case_no", *_REPEATED)}
        _ADD_MARK.change(connection, *({**repeated, "mark": mark} for mark in marks))


def _put_due(connection: Connection, clinic_id: str, row: BoardRow, before: Sequence[Due]) -> None:
    had = {(item.type, item.due_on, item.checkpoint) for item in before}
    has = {(item.type, item.due_on, item.checkpoint) for item in row.due}
    mine = {"in_clinic": clinic_id, "in_case": row.case_id}
    if had - has:
        kinds = sorted({kind for kind, _, _ in had - has})
        _DROP_DUE.change(connection, *({**mine, "of_type": kind} for kind in kinds))
    if has - had:
        _ADD_DUE.change(
            connection,
            *(
                {
                    "clinic_id": clinic_id,
                    "case_id": row.case_id,
                    "type": kind,
                    "due_on": on,
                    "checkpoint": checkpoint,
                }
                for kind, on, checkpoint in sorted(has - had)
            ),
        )
