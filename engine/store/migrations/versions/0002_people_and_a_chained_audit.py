"""People, their roles and sessions; the audit becomes a hash chain; PostgreSQL keeps clinics apart by row."""

import hashlib
import json

import rfc8785
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

APPEND_ONLY = {"audit": ("clinic_id", "seq"), "glasses": ("clinic_id", "glass_id")}
"""Tables whose rows stay as they are, with their primary keys."""

OF_PATIENTS = (
    "counters", "patients", "algorithms", "cases", "events", "board", "idempotency_keys",
    "audit", "audit_heads",
)  # fmt: skip
"""Tables of one clinic each, walled off by row in PostgreSQL."""

INSTANT = sa.String(27)


def upgrade() -> None:
    """Make the tables of people, and write the audit anew as a chain that holds every line it had."""
    _make_people()
    _chain_audit()
    dialect = op.get_bind().dialect.name
    for statement in _append_only(dialect):
        op.execute(statement)
    if dialect == "postgresql":
        for table in OF_PATIENTS:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY {table}_of_clinic ON {table} "
                "USING (clinic_id = current_setting('treadway.clinic', true)) "
                "WITH CHECK (clinic_id = current_setting('treadway.clinic', true))"
            )


def _make_people() -> None:
    op.create_table(
        "clinics",
        _text("clinic_id"),
        _text("title"),
        _text("time_zone"),
        _instant("recorded_at"),
        sa.PrimaryKeyConstraint("clinic_id"),
    )
    op.create_table(
        "users",
        _text("user_id"),
        _text("login"),
        _text("name"),
        _text("issuer", nullable=True),
        _text("subject", nullable=True),
        _text("password_hash", nullable=True),
        _instant("recorded_at"),
        _instant("disabled_at", nullable=True),
        sa.PrimaryKeyConstraint("user_id"),
        sa.UniqueConstraint("login"),
        sa.UniqueConstraint("issuer", "subject"),
    )
    op.create_table(
        "grants",
        *(_text(name) for name in ("clinic_id", "grant_id", "user_id", "role", "granted_by")),
        _instant("granted_at"),
        _instant("until", nullable=True),
        _text("revoked_by", nullable=True),
        _instant("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("clinic_id", "grant_id"),
        _of_user(),
    )
    op.create_index("grants_by_user", "grants", ["user_id"])
    op.create_table(
        "glasses",
        *(_text(name) for name in ("clinic_id", "glass_id", "user_id", "reason")),
        _instant("opened_at"),
        _instant("until"),
        sa.PrimaryKeyConstraint("clinic_id", "glass_id"),
        _of_user(),
    )
    op.create_index("glasses_by_user", "glasses", ["user_id"])
    op.create_table(
        "api_tokens",
        *(_text(name) for name in ("clinic_id", "token_id", "secret_hash", "user_id", "title", "scopes")),
        _text("issued_by"),
        _instant("issued_at"),
        _instant("until"),
        _text("revoked_by", nullable=True),
        _instant("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("clinic_id", "token_id"),
        sa.UniqueConstraint("clinic_id", "secret_hash"),
        _of_user(),
    )
    op.create_table(
        "sessions",
        _text("secret_hash"),
        _text("user_id"),
        _instant("began_at"),
        _instant("seen_at"),
        sa.PrimaryKeyConstraint("secret_hash"),
        _of_user(),
    )
    op.create_index("sessions_by_user", "sessions", ["user_id"])
    op.create_table(
        "sign_in_links",
        _text("secret_hash"),
        _text("user_id"),
        _instant("made_at"),
        _instant("used_at", nullable=True),
        sa.PrimaryKeyConstraint("secret_hash"),
        _of_user(),
    )
    op.create_table(
        "sign_in_tries",
        *(_text(name) for name in ("counted", "key_hash", "try_id")),
        _instant("tried_at"),
        sa.PrimaryKeyConstraint("counted", "key_hash", "try_id"),
    )
    op.create_index("sign_in_tries_by_time", "sign_in_tries", ["tried_at"])


def _chain_audit() -> None:
    op.drop_index("audit_by_time", "audit")
    op.rename_table("audit", "audit_0001")
    op.create_table(
        "audit",
        _text("clinic_id"),
        sa.Column("seq", sa.Integer, nullable=False),
        _instant("recorded_at"),
        *(_text(name) for name in ("actor", "action", "case_ids", "detail", "why")),
        sa.Column("refused", sa.Boolean, nullable=False),
        *(_text(name) for name in ("address", "previous_hash", "hash")),
        sa.PrimaryKeyConstraint("clinic_id", "seq", name="audit_2_pkey"),
    )
    op.create_index("audit_by_time", "audit", ["clinic_id", "recorded_at"])
    op.create_table(
        "audit_heads",
        _text("clinic_id"),
        sa.Column("seq", sa.Integer, nullable=False),
        _text("hash"),
        sa.PrimaryKeyConstraint("clinic_id"),
    )
    heads: dict[str, tuple[int, str]] = {}
    old = sa.table("audit_0001", *_columns("clinic_id", "audit_id", *_KEPT))
    new = sa.table("audit", *_columns(*_NEW))
    rows = op.get_bind().execute(sa.select(old).order_by("clinic_id", "recorded_at", "audit_id")).all()
    for row in rows:
        seq, previous_hash = heads.get(
            row.clinic_id, (0, _digest({"clinic_id": row.clinic_id, "audit": True}))
        )
        line: dict[str, object] = {name: getattr(row, name) for name in ("clinic_id", *_KEPT)}
        line |= {"seq": seq + 1, "why": "", "refused": False, "address": "", "previous_hash": previous_hash}
        line["hash"] = _digest({**line, "case_ids": json.loads(row.case_ids)})
        op.get_bind().execute(sa.insert(new).values(**line))
        heads[row.clinic_id] = (seq + 1, str(line["hash"]))
    head = sa.table("audit_heads", *_columns("clinic_id", "seq", "hash"))
    for clinic_id, (seq, last) in heads.items():
        op.get_bind().execute(sa.insert(head).values(clinic_id=clinic_id, seq=seq, hash=last))
    op.drop_table("audit_0001")


_KEPT = ("recorded_at", "actor", "action", "case_ids", "detail")
_NEW = ("clinic_id", "seq", *_KEPT, "why", "refused", "address", "previous_hash", "hash")


def _columns(*names: str) -> list[sa.ColumnClause[object]]:
    return [sa.column(name) for name in names]


def _digest(value: dict[str, object]) -> str:
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()  # pyright: ignore[reportArgumentType]


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, INSTANT, nullable=nullable)


def _of_user() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["users.user_id"])


def _append_only(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [statement for table, key in APPEND_ONLY.items() for statement in _sqlite_triggers(table, key)]
    return [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        for table in APPEND_ONLY
    ]


def _sqlite_triggers(table: str, key: tuple[str, ...]) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    # INSERT OR REPLACE deletes the old row without firing a DELETE trigger.
    same = " AND ".join(f"{column} = NEW.{column}" for column in key)
    exists = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 - the names are the constants above
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {exists} {refuse}",
    ]
