"""Accounts, clinics, roles and broken glass. Works inside the caller's transaction."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from engine.access.holder import Glass, Grant
from engine.access.rights import Role
from engine.model.errors import UnknownNameError
from engine.store.people_schema import clinics, glasses, grants, users
from engine.store.prepared import Prepared
from engine.store.schema import cases
from engine.store.texts import refuse_unfit
from engine.store.wall import ACROSS


@dataclass(frozen=True, slots=True)
class User:
    """An account. `issuer` and `subject` are those of an identity provider."""

    user_id: str
    login: str
    name: str
    issuer: str | None = None
    subject: str | None = None
    password_hash: str | None = None
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Clinic:
    """A clinic with its IANA time zone, such as `Europe/Oslo`."""

    clinic_id: str
    title: str
    time_zone: str


# What every request asks.
_CLINIC = Prepared(select(clinics).where(clinics.c.clinic_id == bindparam("in_clinic")))
_USER = Prepared(select(users).where(users.c.user_id == bindparam("of_user")))
_GRANTS = Prepared(
    select(grants)
    .where(grants.c.user_id == bindparam("of_user"))
    .order_by(grants.c.granted_at, grants.c.grant_id)
    .execution_options(**{ACROSS: True})
)
_GLASSES = Prepared(
    select(glasses)
    .where(glasses.c.user_id == bindparam("of_user"), glasses.c.until > bindparam("now"))
    .execution_options(**{ACROSS: True})
)


def new_id() -> str:
    """An id that says nothing and cannot be guessed."""
    return secrets.token_hex(8)


def add_clinic(connection: Connection, clinic: Clinic, now: datetime) -> None:
    """Keep a new clinic; the caller has looked that there is none of that id."""
    refuse_unfit(clinic.title)
    values = {"clinic_id": clinic.clinic_id, "title": clinic.title, "time_zone": clinic.time_zone}
    connection.execute(insert(clinics).values(**values, recorded_at=now))


def clinic(connection: Connection, clinic_id: str) -> Clinic | None:
    """A clinic by id."""
    found = _CLINIC.row(connection, {"in_clinic": clinic_id})
    return None if found is None else Clinic(found.clinic_id, found.title, found.time_zone)


def all_clinics(connection: Connection) -> tuple[Clinic, ...]:
    """Every clinic of the installation, by id. For the operator and the programs that serve all of them."""
    query = select(clinics).order_by(clinics.c.clinic_id).execution_options(**{ACROSS: True})
    return tuple(Clinic(found.clinic_id, found.title, found.time_zone) for found in connection.execute(query))


def add_user(connection: Connection, user: User, now: datetime) -> None:
    """Keep a new account; the caller has looked that its login is free."""
    refuse_unfit(user.login, user.name, user.issuer, user.subject)
    connection.execute(
        insert(users).values(
            user_id=user.user_id,
            login=user.login,
            name=user.name,
            issuer=user.issuer,
            subject=user.subject,
            password_hash=user.password_hash,
            recorded_at=now,
        )
    )


def user(connection: Connection, user_id: str) -> User:
    """An account by id.

    Raises:
        UnknownNameError: There is none.
    """
    found = _USER.row(connection, {"of_user": user_id})
    if found is None:
        raise UnknownNameError("account", user_id, ())
    return _user(found)


def user_by_login(connection: Connection, login: str) -> User | None:
    """An account by what its owner types."""
    found = connection.execute(select(users).where(users.c.login == login)).one_or_none()
    return None if found is None else _user(found)


def user_by_identity(connection: Connection, issuer: str, subject: str) -> User | None:
    """An account by what the identity provider says; both must fit, since subjects are each issuer's own."""
    mine = (users.c.issuer == issuer) & (users.c.subject == subject)
    found = connection.execute(select(users).where(mine)).one_or_none()
    return None if found is None else _user(found)


def have_passwords(connection: Connection) -> bool:
    """Whether any account has a password."""
    query = select(users.c.user_id).where(users.c.password_hash.is_not(None)).limit(1)
    return connection.execute(query).first() is not None


def change_user(connection: Connection, user_id: str, **values: object) -> None:
    """Set columns of an account: `name`, `password_hash`, `disabled_at`."""
    connection.execute(update(users).where(users.c.user_id == user_id).values(**values))


def _user(row: Row[Any]) -> User:
    return User(row.user_id, row.login, row.name, row.issuer, row.subject, row.password_hash, row.disabled_at)


def grants_of(connection: Connection, user_id: str) -> tuple[Grant, ...]:
    """Every role an account was ever given, in whatever clinic; which of them hold is for the rules."""
    return tuple(_grant(row) for row in _GRANTS.rows(connection, {"of_user": user_id}))


def grants_in(connection: Connection, clinic_id: str) -> tuple[tuple[User, Grant], ...]:
    """Who was given which role in a clinic, oldest first."""
    query = (
        select(grants, users.c.login, users.c.name, users.c.disabled_at)
        .join(users, users.c.user_id == grants.c.user_id)
        .where(grants.c.clinic_id == clinic_id)
        .order_by(grants.c.granted_at, grants.c.grant_id)
    )
    return tuple(
        (User(row.user_id, row.login, row.name, disabled_at=row.disabled_at), _grant(row))
        for row in connection.execute(query)
    )


def add_grant(connection: Connection, user_id: str, grant: Grant) -> None:
    """Keep a role."""
    connection.execute(
        insert(grants).values(
            clinic_id=grant.clinic_id,
            grant_id=grant.grant_id,
            user_id=user_id,
            role=grant.role.value,
            granted_by=grant.granted_by,
            granted_at=grant.granted_at,
            until=grant.until,
        )
    )


def revoke_grant(
    connection: Connection, clinic_id: str, grant_id: str, by: str, now: datetime
) -> tuple[str, Role]:
    """Withdraw a role; gives whose it was and which.

    Raises:
        UnknownNameError: The clinic has no such grant, or it was withdrawn already.
    """
    mine = (grants.c.clinic_id == clinic_id) & (grants.c.grant_id == grant_id)
    found = connection.execute(
        update(grants)
        .where(mine, grants.c.revoked_at.is_(None))
        .values(revoked_by=by, revoked_at=now)
        .returning(grants.c.user_id, grants.c.role)
    ).one_or_none()
    if found is None:
        raise UnknownNameError("grant", grant_id, ())
    return found.user_id, Role(found.role)


def _grant(row: Row[Any]) -> Grant:
    return Grant(
        row.clinic_id,
        Role(row.role),
        row.granted_by,
        row.granted_at,
        row.until,
        row.revoked_at,
        row.grant_id,
    )


def add_glass(connection: Connection, user_id: str, glass: Glass) -> None:
    """Keep that somebody broke the glass; the database refuses to change it."""
    connection.execute(
        insert(glasses).values(
            clinic_id=glass.clinic_id,
            glass_id=new_id(),
            user_id=user_id,
            reason=glass.reason,
            opened_at=glass.opened_at,
            until=glass.until,
        )
    )


def glasses_of(connection: Connection, user_id: str, now: datetime) -> tuple[Glass, ...]:
    """The broken glass of an account that is still open at this moment, in whatever clinic."""
    rows = _GLASSES.rows(connection, {"of_user": user_id, "now": now})
    return tuple(Glass(row.clinic_id, row.reason, row.opened_at, row.until) for row in rows)


def glasses_in(connection: Connection, clinic_id: str) -> tuple[tuple[User, Glass], ...]:
    """Everybody who broke the glass of a clinic, newest first: for its auditor."""
    query = (
        select(glasses, users.c.login, users.c.name)
        .join(users, users.c.user_id == glasses.c.user_id)
        .where(glasses.c.clinic_id == clinic_id)
        .order_by(glasses.c.opened_at.desc())
    )
    return tuple(
        (User(row.user_id, row.login, row.name), Glass(row.clinic_id, row.reason, row.opened_at, row.until))
        for row in connection.execute(query)
    )


def holds_real_cases(connection: Connection, demo_clinic: str) -> bool:
    """Whether any clinic but the demonstration's has a case."""
    query = select(cases.c.clinic_id).where(cases.c.clinic_id != demo_clinic).limit(1)
    return connection.execute(query.execution_options(**{ACROSS: True})).first() is not None
