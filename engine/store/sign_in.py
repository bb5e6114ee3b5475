"""Sessions, one-time links and tries to sign in. Works inside the caller's transaction."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from engine.access.lifetimes import LINK, SEEN_STEP, SESSION_LONGEST, session_lives
from engine.access.secrets import hashed, new_secret
from engine.access.throttle import RULES, Counted, TooManyTriesError, wait_seconds
from engine.store.database import take_turn
from engine.store.people_schema import sessions, sign_in_links, sign_in_tries


def begin_session(connection: Connection, user_id: str, now: datetime) -> str:
    """A new session and its secret, which is told once. Sessions past their longest life are forgotten."""
    connection.execute(delete(sessions).where(sessions.c.began_at < now - SESSION_LONGEST))
    secret = new_secret()
    connection.execute(
        insert(sessions).values(secret_hash=hashed(secret), user_id=user_id, began_at=now, seen_at=now)
    )
    return secret


def session_user(connection: Connection, secret: str, now: datetime) -> tuple[str, bool] | None:
    """Whose session this is, and whether its last use should be noted; None for one that does not live."""
    query = select(sessions).where(sessions.c.secret_hash == hashed(secret))
    found = connection.execute(query).one_or_none()
    if found is None or not session_lives(found.began_at, found.seen_at, now):
        return None
    return found.user_id, now - found.seen_at >= SEEN_STEP


def note_use(connection: Connection, secret: str, now: datetime) -> None:
    """Note that a session was used; never backwards, and never one that has ended meanwhile."""
    mine = (sessions.c.secret_hash == hashed(secret)) & (sessions.c.seen_at < now)
    connection.execute(update(sessions).where(mine).values(seen_at=now))


def end_session(connection: Connection, secret: str) -> None:
    """End a session; ending one that is not there changes nothing."""
    connection.execute(delete(sessions).where(sessions.c.secret_hash == hashed(secret)))


def end_sessions(connection: Connection, user_id: str) -> None:
    """End every session of an account."""
    connection.execute(delete(sessions).where(sessions.c.user_id == user_id))


def add_link(connection: Connection, user_id: str, now: datetime) -> str:
    """A new one-time link's secret; older links of the account stop working."""
    connection.execute(delete(sign_in_links).where(sign_in_links.c.user_id == user_id))
    secret = new_secret()
    connection.execute(insert(sign_in_links).values(secret_hash=hashed(secret), user_id=user_id, made_at=now))
    return secret


def use_link(connection: Connection, secret: str, now: datetime) -> str | None:
    """Whose link this is, once; None for one that is unknown, used or too old."""
    mine = sign_in_links.c.secret_hash == hashed(secret)
    good = (sign_in_links.c.used_at.is_(None)) & (sign_in_links.c.made_at > now - LINK)
    used = update(sign_in_links).where(mine, good).values(used_at=now).returning(sign_in_links.c.user_id)
    return connection.execute(used).scalar_one_or_none()


def count_try(connection: Connection, keys: Mapping[Counted, str], now: datetime) -> str:
    """Count a try as failed before it is looked at, so that many at once cannot slip through; gives its id.

    Raises:
        TooManyTriesError: There were too many; this one is not looked at and does not count.
    """
    for counted in Counted:  # in one order, so that no two wait for each other
        if counted in keys:
            take_turn(connection, f"tries {counted} {hashed(keys[counted])}")
    oldest = now - max(rule.window for rule in RULES.values())
    connection.execute(delete(sign_in_tries).where(sign_in_tries.c.tried_at <= oldest))
    wait = 0
    for counted, key in keys.items():
        mine = (sign_in_tries.c.counted == counted.value) & (sign_in_tries.c.key_hash == hashed(key))
        tried = tuple(connection.execute(select(sign_in_tries.c.tried_at).where(mine)).scalars())
        wait = max(wait, wait_seconds(RULES[counted], tried, now))
    if wait:
        raise TooManyTriesError(wait)
    try_id = secrets.token_hex(8)
    for counted, key in keys.items():
        values = {"counted": counted.value, "key_hash": hashed(key), "try_id": try_id}
        connection.execute(insert(sign_in_tries).values(**values, tried_at=now))
    return try_id


def forgive(connection: Connection, keys: Mapping[Counted, str], try_id: str) -> None:
    """Forget a try that signed somebody in, and the failed ones of that account.

    Failed ones of the address stay: whoever guesses at a whole clinic may own one account of it.
    """
    for counted, key in keys.items():
        mine = (sign_in_tries.c.counted == counted.value) & (sign_in_tries.c.key_hash == hashed(key))
        if counted is not Counted.ACCOUNT:
            mine &= sign_in_tries.c.try_id == try_id
        connection.execute(delete(sign_in_tries).where(mine))
