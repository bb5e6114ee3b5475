"""API tokens: kept as hashes, each of one clinic. Works inside the caller's transaction."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from engine.access.rights import Right
from engine.access.secrets import clinic_of_token, hashed, new_token
from engine.model.errors import UnknownNameError
from engine.store.people import new_id
from engine.store.people_schema import api_tokens
from engine.store.prepared import Prepared
from engine.store.texts import refuse_unfit


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; never its secret."""

    clinic_id: str
    token_id: str
    user_id: str
    title: str
    scopes: frozenset[str]
    issued_by: str
    issued_at: datetime
    until: datetime
    revoked_at: datetime | None = None

    def lives(self, now: datetime) -> bool:
        """Whether it may be used at this moment; not any more at `until` itself."""
        return self.issued_at <= now < self.until and (self.revoked_at is None or now < self.revoked_at)


def add_token(
    connection: Connection,
    clinic_id: str,
    user_id: str,
    title: str,
    scopes: Collection[Right],
    by: str,
    now: datetime,
    until: datetime,
) -> tuple[str, Token]:
    """A new token: its text, which is told once, and what is kept."""
    refuse_unfit(title)
    text = new_token(clinic_id)
    token = Token(clinic_id, new_id(), user_id, title, frozenset(scopes), by, now, until)
    connection.execute(
        insert(api_tokens).values(
            clinic_id=clinic_id,
            token_id=token.token_id,
            secret_hash=hashed(text),
            user_id=user_id,
            title=title,
            scopes=json.dumps(sorted(scopes)),
            issued_by=by,
            issued_at=now,
            until=until,
        )
    )
    return text, token


_BY_SECRET = Prepared(
    select(api_tokens).where(
        api_tokens.c.clinic_id == bindparam("in_clinic"), api_tokens.c.secret_hash == bindparam("of_secret")
    )
)


def find_token(connection: Connection, text: str) -> Token | None:
    """The token of a text, dead ones too; None for a text that is none."""
    clinic_id = clinic_of_token(text)
    if clinic_id is None:
        return None
    found = _BY_SECRET.row(connection, {"in_clinic": clinic_id, "of_secret": hashed(text)})
    return None if found is None else _token(found)


def tokens_in(connection: Connection, clinic_id: str) -> tuple[Token, ...]:
    """Tokens of a clinic, newest first."""
    query = select(api_tokens).where(api_tokens.c.clinic_id == clinic_id)
    return tuple(_token(row) for row in connection.execute(query.order_by(api_tokens.c.issued_at.desc())))


def revoke_token(connection: Connection, clinic_id: str, token_id: str, by: str, now: datetime) -> Token:
    """Withdraw a token.

    Raises:
        UnknownNameError: The clinic has no such token, or it was withdrawn already.
    """
    mine = (api_tokens.c.clinic_id == clinic_id) & (api_tokens.c.token_id == token_id)
    found = connection.execute(
        update(api_tokens)
        .where(mine, api_tokens.c.revoked_at.is_(None))
        .values(revoked_by=by, revoked_at=now)
        .returning(api_tokens)
    ).one_or_none()
    if found is None:
        raise UnknownNameError("token", token_id, ())
    return _token(found)


def _token(row: Row[Any]) -> Token:
    return Token(
        row.clinic_id,
        row.token_id,
        row.user_id,
        row.title,
        frozenset(json.loads(row.scopes)),
        row.issued_by,
        row.issued_at,
        row.until,
        row.revoked_at,
    )
