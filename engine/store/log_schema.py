"""The log of writes: the one order in which a clinic's cases changed, as a hash chain with its head.

And what an installation says of itself.
"""

from sqlalchemy import Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Table, Text

from engine.store.schema import metadata

writes = Table(
    "writes",
    metadata,
    Column("clinic_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("first_seq", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("event_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("clinic_id", "position"),
    ForeignKeyConstraint(["clinic_id", "case_id"], ["cases.clinic_id", "cases.case_id"]),
)
"""Append-only. `event_hash` is that of the event `last_seq`; `hash` binds it to every write before it."""

clinic_heads = Table(
    "clinic_heads",
    metadata,
    Column("clinic_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("clinic_id"),
)
"""The last write of each clinic. Noted elsewhere, it shows later whether anything was changed or cut."""

installation = Table(
    "installation",
    metadata,
    Column("name", Text, nullable=False),
    Column("value", Text, nullable=False),
    PrimaryKeyConstraint("name"),
)
"""`upgraded_by`: the version of Treadway that made the tables what they are, for an older one to name."""
