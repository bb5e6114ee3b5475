"""The tables of people: who they are, their roles, sessions, tokens and tries to sign in.

What belongs to a clinic leads with `clinic_id`. A person may work in several clinics, so accounts, sessions,
links and tries (`ACROSS_CLINICS`) belong to the installation; they hold no patient.
"""

from typing import Final

from sqlalchemy import Column, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from engine.store.schema import Instant, metadata

ACROSS_CLINICS: Final = frozenset({"users", "sessions", "sign_in_links", "sign_in_tries", "installation"})

clinics = Table(
    "clinics",
    metadata,
    Column("clinic_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    PrimaryKeyConstraint("clinic_id"),
)

users = Table(
    "users",
    metadata,
    Column("user_id", Text, nullable=False),
    Column("login", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("issuer", Text),
    Column("subject", Text),
    Column("password_hash", Text),
    Column("recorded_at", Instant, nullable=False),
    Column("disabled_at", Instant),
    PrimaryKeyConstraint("user_id"),
    Unique("login"),
    Unique("issuer", "subject"),
)
"""Who can sign in: by `issuer` and `subject` of an identity provider, or by password, or by link alone."""

grants = Table(
    "grants",
    metadata,
    Column("clinic_id", Text, nullable=False),
    Column("grant_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("granted_by", Text, nullable=False),
    Column("granted_at", Instant, nullable=False),
    Column("until", Instant),
    Column("revoked_by", Text),
    Column("revoked_at", Instant),
    PrimaryKeyConstraint("clinic_id", "grant_id"),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    Index("grants_by_user", "user_id"),
)

glasses = Table(
    "glasses",
    metadata,
    Column("clinic_id", Text, nullable=False),
    Column("glass_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    PrimaryKeyConstraint("clinic_id", "glass_id"),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    Index("glasses_by_user", "user_id"),
)
"""Broken glass: emergency access to a clinic. Append-only."""

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("clinic_id", Text, nullable=False),
    Column("token_id", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("revoked_by", Text),
    Column("revoked_at", Instant),
    PrimaryKeyConstraint("clinic_id", "token_id"),
    Unique("clinic_id", "secret_hash"),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
)
"""`scopes`: JSON list of rights."""

sessions = Table(
    "sessions",
    metadata,
    Column("secret_hash", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    PrimaryKeyConstraint("secret_hash"),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    Index("sessions_by_user", "user_id"),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("secret_hash", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("used_at", Instant),
    PrimaryKeyConstraint("secret_hash"),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
)

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("counted", Text, nullable=False),
    Column("key_hash", Text, nullable=False),
    Column("try_id", Text, nullable=False),
    Column("tried_at", Instant, nullable=False),
    PrimaryKeyConstraint("counted", "key_hash", "try_id"),
    Index("sign_in_tries_by_time", "tried_at"),
)
"""Failed tries, by account and by address, each hashed: what was typed may be a password."""
