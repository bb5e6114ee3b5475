"""The tables of projections: what lists show of each case, as its events and the clinic's day make it.

Nothing here is a source of truth: `treadway db rebuild` makes all of it again.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from engine.store.schema import metadata

ORDERS = {
    "urgency": ("urgency", "seen_on"),
    "name": ("sort_name",),
    "seen": ("seen_on",),
    "entered": ("entered_on",),
    "due": ("due_on",),
    "number": (),
}
"""The orders a board can be read in, each ended by `case_no`, and the columns they sort by."""

FILTERS = ("step", "lane", "assigned_to")
"""Columns of a row that a board can be narrowed by and that have an index for each order."""


def _case() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.case_id"])


def _orders(table: str, *first: str, looked_at: tuple[str, ...] = ()) -> list[Index]:
    """One index for each order: equal columns first, then those it sorts by, then what breaks ties.

    `looked_at`: columns that rows are passed over by without being read.
    """
    lead = ("clinic_id", "open", *first)
    return [
        Index("_".join((table, "by", *first, name)), *lead, *columns, "case_no", *looked_at)
        for name, columns in ORDERS.items()
    ]


board = Table(
    "board",
    metadata,
    Column("clinic_id", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("case_no", Integer, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("computed_for", Date, nullable=False),
    Column("algorithm", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("patient_id", Text, nullable=False),
    Column("name", Text),
    Column("number", Text),
    Column("sort_name", Text, nullable=False),
    Column("birth_date", Date, nullable=False),
    Column("sex", Text, nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("closed_on", Date),
    Column("step", Text, nullable=False),
    Column("entered_on", Date, nullable=False),
    Column("lane", Text),
    Column("urgency", Integer, nullable=False),
    Column("seen_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("interrupts", Text, nullable=False),
    Column("flags", Text, nullable=False),
    Column("due", Text, nullable=False),
    Column("scale", Text),
    Column("score_baseline", Integer),
    Column("scores", Text, nullable=False),
    Column("assigned_to", Text),
    Column("discuss", Boolean, nullable=False),
    Column("question", Text),
    PrimaryKeyConstraint("clinic_id", "case_id"),
    _case(),
    *_orders("board"),
    *(index for column in FILTERS for index in _orders("board", column)),
    Index("board_by_day", "clinic_id", "open", "computed_for", "case_no"),
    sqlite_with_rowid=False,
)
"""One row a case, written with the events it follows from.

JSON lists: `interrupts` and `flags` of ids, `due` of [type, due on, overdue, checkpoint], `scores` of
[date, total]. `due_on`: 9999-12-31 where nothing falls due. `computed_for`: the clinic's day it holds for.
"""

board_marks = Table(
    "board_marks",
    metadata,
    Column("clinic_id", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("mark", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("case_no", Integer, nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("seen_on", Date, nullable=False),
    Column("sort_name", Text, nullable=False),
    Column("entered_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("step", Text, nullable=False),
    Column("lane", Text),
    Column("assigned_to", Text),
    PrimaryKeyConstraint("clinic_id", "case_id", "mark"),
    _case(),
    *_orders("board_marks", "mark", looked_at=FILTERS),
    sqlite_with_rowid=False,
)
"""What a case may have several of, or seldom has: `flag:<id>`, `interrupt:<id>`, `discuss`."""

due = Table(
    "due",
    metadata,
    Column("clinic_id", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("checkpoint", Text, nullable=False),
    PrimaryKeyConstraint("clinic_id", "case_id", "type"),
    _case(),
    Index("due_by_day", "clinic_id", "due_on", "case_id"),
    sqlite_with_rowid=False,
)
"""Evidence that is due, or falls due in the weeks ahead."""
