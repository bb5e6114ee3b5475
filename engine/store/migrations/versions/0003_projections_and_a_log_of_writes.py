"""The board as lists need it, with marks and due checkpoints, and a chained log of every write."""

import hashlib
import json
from datetime import date

import rfc8785
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ORDERS = {
    "urgency": ("urgency", "seen_on"),
    "name": ("sort_name",),
    "seen": ("seen_on",),
    "entered": ("entered_on",),
    "due": ("due_on",),
    "number": (),
}

OF_PATIENTS = ("board", "board_marks", "due", "writes", "clinic_heads")
"""New tables of one clinic each, walled off by row in PostgreSQL."""

NO_URGENCY = 9_999


def upgrade() -> None:
    """Make the tables. Rows of the board are carried over; what is new in them is worked out later.

    Each case enters the log with its history as one write.
    """
    _make_board()
    _make_log()
    op.create_table("installation", _text("name"), _text("value"), sa.PrimaryKeyConstraint("name"))
    for statement in _append_only(op.get_bind().dialect.name):
        op.execute(statement)
    if op.get_bind().dialect.name == "postgresql":
        for table in OF_PATIENTS:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY {table}_of_clinic ON {table} "
                "USING (clinic_id = current_setting('treadway.clinic', true)) "
                "WITH CHECK (clinic_id = current_setting('treadway.clinic', true))"
            )


def _make_board() -> None:
    op.create_table(
        "board_3",
        *(_text(name) for name in ("clinic_id", "case_id")),
        *(_column(name, kind) for name, kind in _BOARD),
        sa.PrimaryKeyConstraint("clinic_id", "case_id"),
        _of_case(),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "board_marks",
        *(_text(name) for name in ("clinic_id", "case_id", "mark")),
        *(_column(name, kind) for name, kind in _MARKS),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "mark"),
        _of_case(),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "due",
        *(_text(name) for name in ("clinic_id", "case_id", "type")),
        sa.Column("due_on", sa.Date, nullable=False),
        _text("checkpoint"),
        sa.PrimaryKeyConstraint("clinic_id", "case_id", "type"),
        _of_case(),
        sqlite_with_rowid=False,
    )
    _carry_over()
    op.drop_table("board")
    op.rename_table("board_3", "board")
    for column in (None, "step", "lane", "assigned_to"):
        _index_orders("board", column)
    _index_orders("board_marks", "mark")
    op.create_index("board_by_day", "board", ["clinic_id", "open", "computed_for", "case_no"])
    op.create_index("due_by_day", "due", ["clinic_id", "due_on", "case_id"])


_BOARD = (
    ("case_no", "integer"), ("open", "boolean"), ("seq", "integer"), ("computed_for", "date"),
    ("algorithm", "text"), ("digest", "text"), ("patient_id", "text"), ("name", "text?"), ("number", "text?"),
    ("sort_name", "text"), ("birth_date", "date"), ("sex", "text"), ("opened_on", "date"),
    ("closed_on", "date?"), ("step", "text"), ("entered_on", "date"), ("lane", "text?"),
    ("urgency", "integer"), ("seen_on", "date"), ("due_on", "date"), ("interrupts", "text"),
    ("flags", "text"), ("due", "text"), ("scale", "text?"), ("score_baseline", "integer?"),
    ("scores", "text"), ("assigned_to", "text?"), ("discuss", "boolean"), ("question", "text?"),
)  # fmt: skip
_MARKS = (
    ("open", "boolean"), ("case_no", "integer"), ("urgency", "integer"), ("seen_on", "date"),
    ("sort_name", "text"), ("entered_on", "date"), ("due_on", "date"),
)  # fmt: skip
_KINDS = {"integer": sa.Integer, "boolean": sa.Boolean, "date": sa.Date, "text": sa.Text}


def _column(name: str, kind: str) -> sa.Column[object]:
    return sa.Column(name, _KINDS[kind.rstrip("?")], nullable=kind.endswith("?"))


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _of_case() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.case_id"])


def _index_orders(table: str, column: str | None) -> None:
    first = () if column is None else (column,)
    for name, columns in ORDERS.items():
        op.create_index(
            "_".join((table, "by", *first, name)), table, ["clinic_id", "open", *first, *columns, "case_no"]
        )


def _carry_over() -> None:
    old = sa.table(
        "board",
        *(
            sa.column(name, sa.Text)
            for name in ("clinic_id", "case_id", "algorithm", "digest", "sex", "step")
        ),
        *(sa.column(name, sa.Date) for name in ("birth_date", "opened_on", "entered_on", "closed_on")),
        sa.column("seq", sa.Integer),
        sa.column("interrupts", sa.Text),
    )
    of_case = _named("cases", "clinic_id", "case_id", "patient_id")
    of_patient = _named("patients", "clinic_id", "patient_id", "name", "number")
    new = sa.table(
        "board_3",
        *(_any(name) for name in ("clinic_id", "case_id")),
        *(sa.column(name, _KINDS[kind.rstrip("?")]) for name, kind in _BOARD),
    )
    marks = sa.table(
        "board_marks",
        *(_any(name) for name in ("clinic_id", "case_id", "mark")),
        *(sa.column(name, _KINDS[kind]) for name, kind in _MARKS),
    )
    query = (
        sa.select(old, of_patient.c.patient_id, of_patient.c.name, of_patient.c.number)
        .join(of_case, (of_case.c.clinic_id == old.c.clinic_id) & (of_case.c.case_id == old.c.case_id))
        .join(
            of_patient,
            (of_patient.c.clinic_id == of_case.c.clinic_id)
            & (of_patient.c.patient_id == of_case.c.patient_id),
        )
    )
    bind = op.get_bind()
    for row in bind.execute(query).mappings().all():
        interrupts = json.loads(row["interrupts"])
        opened = row["closed_on"] is None
        lane = ("stopped" if interrupts else "evidence_due") if opened else None
        values = {
            **row,
            "case_no": int(row["case_id"]),
            "open": opened,
            "computed_for": date.min,
            "sort_name": "\uffff" if row["name"] is None else row["name"].casefold(),
            "lane": lane,
            "urgency": 0 if lane == "stopped" else NO_URGENCY,
            "seen_on": row["entered_on"],
            "due_on": date.max,
            "flags": "[]",
            "due": "[]",
            "scores": "[]",
            "discuss": False,
        }
        bind.execute(sa.insert(new).values(**values))
        for name in interrupts:
            repeated = {key: values[key] for key in ("clinic_id", "case_id", *(name for name, _ in _MARKS))}
            bind.execute(sa.insert(marks).values(**repeated, mark=f"interrupt:{name}"))


def _make_log() -> None:
    op.create_table(
        "writes",
        _text("clinic_id"),
        sa.Column("position", sa.Integer, nullable=False),
        _text("case_id"),
        sa.Column("first_seq", sa.Integer, nullable=False),
        sa.Column("last_seq", sa.Integer, nullable=False),
        *(_text(name) for name in ("event_hash", "hash")),
        sa.PrimaryKeyConstraint("clinic_id", "position"),
        _of_case(),
    )
    op.create_table(
        "clinic_heads",
        _text("clinic_id"),
        sa.Column("position", sa.Integer, nullable=False),
        _text("hash"),
        sa.PrimaryKeyConstraint("clinic_id"),
    )
    cases = _named("cases", "clinic_id", "case_id", "seq", "hash")
    writes = _named(
        "writes", "clinic_id", "position", "case_id", "first_seq", "last_seq", "event_hash", "hash"
    )
    heads: dict[str, tuple[int, str]] = {}
    bind = op.get_bind()
    order = (cases.c.clinic_id, sa.func.length(cases.c.case_id), cases.c.case_id)
    for row in bind.execute(sa.select(cases).where(cases.c.seq > 0).order_by(*order)).all():
        position, previous = heads.get(
            row.clinic_id, (0, _digest({"clinic_id": row.clinic_id, "writes": True}))
        )
        write: dict[str, object] = {
            "position": position + 1,
            "case_id": row.case_id,
            "first_seq": 1,
            "last_seq": row.seq,
            "event_hash": row.hash,
        }
        digest = _digest({**write, "previous_hash": previous})
        bind.execute(sa.insert(writes).values(**write, clinic_id=row.clinic_id, hash=digest))
        heads[row.clinic_id] = (position + 1, digest)
    table = _named("clinic_heads", "clinic_id", "position", "hash")
    for clinic_id, (position, digest) in heads.items():
        bind.execute(sa.insert(table).values(clinic_id=clinic_id, position=position, hash=digest))


def _named(table: str, *columns: str) -> sa.TableClause:
    return sa.table(table, *(_any(name) for name in columns))


def _any(name: str) -> sa.ColumnClause[object]:
    return sa.column(name)


def _digest(value: dict[str, object]) -> str:
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()  # pyright: ignore[reportArgumentType]


def _append_only(dialect: str) -> list[str]:
    if dialect != "sqlite":
        return [
            (
                "CREATE TRIGGER writes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON writes "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
        ]
    refuse = "BEGIN SELECT RAISE(ABORT, 'writes is append-only'); END"
    exists = "EXISTS (SELECT 1 FROM writes WHERE clinic_id = NEW.clinic_id AND position = NEW.position)"
    return [
        f"CREATE TRIGGER writes_no_update BEFORE UPDATE ON writes {refuse}",
        f"CREATE TRIGGER writes_no_delete BEFORE DELETE ON writes {refuse}",
        # INSERT OR REPLACE deletes the old row without firing a DELETE trigger.
        f"CREATE TRIGGER writes_no_replace BEFORE INSERT ON writes WHEN {exists} {refuse}",
    ]
