"""The tables as the code reads them. Migrations make them; a test compares the two.

Every table leads with `clinic_id`, so that it can be spread over machines by it. JSON is text, so that an
export opens in any database. `events`, `audit` and `algorithms` are append-only: triggers of the database
refuse UPDATE and DELETE there.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

REVISION = "0004"
"""The schema this release reads and writes; `migrations/versions/` holds a file of that number."""


class Instant(TypeDecorator[datetime]):
    """A moment in UTC as text of one width: it sorts by time, and hashes the same in every database."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """The text of a moment."""
        return None if value is None else text_of_instant(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """The moment of a text."""
        return None if value is None else instant_of_text(value)


def text_of_instant(moment: datetime) -> str:
    """`2026-03-02T14:05:00.000000Z`. A moment without a time zone is refused."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def instant_of_text(text: str) -> datetime:
    """The inverse of `text_of_instant`."""
    return datetime.fromisoformat(text)


metadata = MetaData()

counters = Table(
    "counters",
    metadata,
    Column("clinic_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("value", Integer, nullable=False),
    PrimaryKeyConstraint("clinic_id", "name"),
)
"""The last number given out, by what it numbers (`case`, `patient`)."""

patients = Table(
    "patients",
    metadata,
    Column("clinic_id", Text, nullable=False),
    Column("patient_id", Text, nullable=False),
    Column("name", Text),
    Column("number", Text),
    PrimaryKeyConstraint("clinic_id", "patient_id"),
    UniqueConstraint("clinic_id", "number"),
)
"""Who a case is about. Outside the chain, so that a name can be corrected or removed."""

algorithms = Table(
    "algorithms",
    metadata,
    Column("clinic_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("files", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    PrimaryKeyConstraint("clinic_id", "digest"),
)
"""The definition a case was opened with: `files` is a JSON object from relative path to text."""

cases = Table(
    "cases",
    metadata,
    Column("clinic_id", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("patient_id", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("clinic_id", "case_id"),
    ForeignKeyConstraint(["clinic_id", "patient_id"], ["patients.clinic_id", "patients.patient_id"]),
)
"""The head of each history: its last `seq` and `hash`. A writer must name the `seq` it read."""

events = Table(
    "events",
    metadata,
    Column("clinic_id", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("observed_on", Date, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("clinic_id", "case_id", "seq"),
    ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.case_id"]),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("clinic_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("first_seq", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    PrimaryKeyConstraint("clinic_id", "key"),
)
"""Which events a request with a key became, so that a resend is answered and not done again."""

audit = Table(
    "audit",
    metadata,
    Column("clinic_id", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("case_ids", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("refused", Boolean, nullable=False),
    Column("address", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("clinic_id", "seq"),
    Index("audit_by_time", "clinic_id", "recorded_at"),
)
"""Who read or was refused what. `case_ids`: JSON list. Each line is linked to the one before it."""

audit_heads = Table(
    "audit_heads",
    metadata,
    Column("clinic_id", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("clinic_id"),
)
"""The last line of each clinic's audit: without it a cut tail could not be seen."""
