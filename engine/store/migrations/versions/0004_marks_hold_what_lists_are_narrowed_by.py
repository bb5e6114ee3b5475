"""Marks repeat step, lane and person, so that a list narrowed by a mark and one of these reads one index."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ORDERS = {
    "urgency": ("urgency", "seen_on"),
    "name": ("sort_name",),
    "seen": ("seen_on",),
    "entered": ("entered_on",),
    "due": ("due_on",),
    "number": (),
}
NARROWED_BY = ("step", "lane", "assigned_to")


def upgrade() -> None:
    """Add the columns, fill them from the board, and make the indexes anew with them at the end."""
    op.add_column("board_marks", sa.Column("step", sa.Text, nullable=False, server_default=""))
    op.add_column("board_marks", sa.Column("lane", sa.Text))
    op.add_column("board_marks", sa.Column("assigned_to", sa.Text))
    names = ("clinic_id", "case_id", *NARROWED_BY)
    marks = sa.table("board_marks", *(_any(name) for name in names))
    board = sa.table("board", *(_any(name) for name in names))
    same = (board.c.clinic_id == marks.c.clinic_id) & (board.c.case_id == marks.c.case_id)
    values = {name: sa.select(board.c[name]).where(same).scalar_subquery() for name in NARROWED_BY}
    op.execute(sa.update(marks).values(values))
    for name, columns in ORDERS.items():
        index = f"board_marks_by_mark_{name}"
        op.drop_index(index, "board_marks")
        op.create_index(
            index, "board_marks", ["clinic_id", "open", "mark", *columns, "case_no", *NARROWED_BY]
        )


def _any(name: str) -> sa.ColumnClause[object]:
    return sa.column(name)
