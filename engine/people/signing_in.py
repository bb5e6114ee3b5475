"""Signing in, by password, by one-time link or by an identity provider's word, and out again."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.access import passwords
from engine.access.holder import Holder
from engine.access.throttle import Counted
from engine.model.errors import EngineError
from engine.people.known import People, holder_of
from engine.store import audit, people, sign_in
from engine.store.database import reading, writing
from engine.store.rows import AuditRow
from engine.store.texts import is_fit
from engine.store.wall import within


class SignInRefusedError(EngineError):
    """Nobody was signed in. The text does not tell a wrong password from an unknown account."""

    def __init__(self, fix: str = "check what you typed, or ask an admin of your clinic") -> None:
        super().__init__("this sign-in is not known", fix)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person and the secret of a fresh session, to be put into the cookie and nowhere else."""

    secret: str
    holder: Holder


def sign_in_with_password(
    doors: People, login: str, password: str, address: str, old_secret: str | None = None
) -> SignedIn:
    """Sign in where there is no identity provider.

    Args:
        doors: The people of the installation.
        login: As typed; capitals do not count.
        password: As typed.
        address: Where the request came from: tries are counted by it and by account.
        old_secret: The session that the browser had; it ends.

    Raises:
        SignInRefusedError: Wrong, unknown, closed, or an account without a password.
        TooManyTriesError: Carries the seconds to wait; nothing was looked at.
    """
    login = plain_login(login)
    counted = {Counted.ACCOUNT: login, Counted.ADDRESS: address}
    try_id = _count_try(doors, counted)
    with reading(doors.engine) as connection:
        user = people.user_by_login(connection, login) if is_fit(login) else None
    kept = user.password_hash if user is not None else None
    if not passwords.fits(kept, password) or user is None or kept is None:
        raise SignInRefusedError
    again = passwords.hash_password(password) if passwords.is_outdated(kept) else None
    with writing(doors.engine) as connection:
        if again is not None:
            people.change_user(connection, user.user_id, password_hash=again)
        signed_in = _begin(connection, user.user_id, doors.clock(), old_secret)
        sign_in.forgive(connection, counted, try_id)
    _note(doors, signed_in.holder, "sign in", "password", address)
    return signed_in


def make_link(doors: People, user_id: str) -> str:
    """The secret of a link that signs this account in once within 15 minutes. Earlier links stop working.

    For whoever sits at the computer that runs Treadway: a door prints it and sends it nowhere.
    """
    with writing(doors.engine) as connection:
        people.user(connection, user_id)
        return sign_in.add_link(connection, user_id, doors.clock())


def sign_in_with_link(
    doors: People, link_secret: str, address: str, old_secret: str | None = None
) -> SignedIn:
    """Sign in by a one-time link; the second use is refused.

    Raises:
        SignInRefusedError: Unknown, used or older than 15 minutes, or the account is closed.
        TooManyTriesError: See `sign_in_with_password`.
    """
    counted = {Counted.ADDRESS: address}
    try_id = _count_try(doors, counted)
    with writing(doors.engine) as connection:
        user_id = sign_in.use_link(connection, link_secret, doors.clock())
        if user_id is None:
            raise SignInRefusedError("ask for a new link: each works once, within 15 minutes")
        signed_in = _begin(connection, user_id, doors.clock(), old_secret)
        sign_in.forgive(connection, counted, try_id)
    _note(doors, signed_in.holder, "sign in", "one-time link", address)
    return signed_in


def begin_try(doors: People, address: str) -> str:
    """Count a try by an identity provider as failed until it has signed somebody in; gives its id.

    Raises:
        TooManyTriesError: See `sign_in_with_password`.
    """
    return _count_try(doors, {Counted.ADDRESS: address})


def forgive_try(doors: People, address: str, try_id: str) -> None:
    """Forget a try that failed by nobody's fault, as where the provider is down."""
    with writing(doors.engine) as connection:
        sign_in.forgive(connection, {Counted.ADDRESS: address}, try_id)


def sign_in_with_identity(
    doors: People,
    issuer: str,
    subject: str,
    name: str,
    address: str,
    old_secret: str | None = None,
    try_id: str | None = None,
) -> SignedIn:
    """Sign in whom the identity provider vouches for, whose word the door has checked.

    Somebody new gets an account without any role: an admin of a clinic gives that. `try_id` is what
    `begin_try` gave, to be forgiven.

    Raises:
        SignInRefusedError: The account is closed, or the provider named nobody.
    """
    if not issuer or not subject or not is_fit(issuer + subject + name):
        raise SignInRefusedError
    now = doors.clock()
    with writing(doors.engine) as connection:
        user = people.user_by_identity(connection, issuer, subject)
        if user is None:
            user = people.User(people.new_id(), f"{issuer}#{subject}", name or subject, issuer, subject)
            people.add_user(connection, user, now)
        elif name and name != user.name:
            people.change_user(connection, user.user_id, name=name)
        signed_in = _begin(connection, user.user_id, now, old_secret)
        if try_id is not None:
            sign_in.forgive(connection, {Counted.ADDRESS: address}, try_id)
    _note(doors, signed_in.holder, "sign in", issuer, address)
    return signed_in


def sign_out(doors: People, secret: str, address: str = "") -> None:
    """End a session. Its secret is worth nothing from now on; other sessions of the person go on."""
    holder = doors.who_by_session(secret)
    with writing(doors.engine) as connection:
        sign_in.end_session(connection, secret)
    if holder is not None:
        _note(doors, holder, "sign out", "", address)


def plain_login(login: str) -> str:
    """One form of what people type as their login."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def _count_try(doors: People, keys: Mapping[Counted, str]) -> str:
    with writing(doors.engine) as connection:
        return sign_in.count_try(connection, keys, doors.clock())


def _begin(connection: Connection, user_id: str, now: datetime, old_secret: str | None) -> SignedIn:
    """A new session under a new id: one that was planted in the browser beforehand is worth nothing."""
    if old_secret is not None:
        sign_in.end_session(connection, old_secret)
    holder = holder_of(connection, user_id, now)
    if holder is None:
        raise SignInRefusedError
    return SignedIn(sign_in.begin_session(connection, user_id, now), holder)


def _note(doors: People, holder: Holder, action: str, how: str, address: str) -> None:
    """A line in the audit of each clinic where the person has a role."""
    row = AuditRow(doors.clock(), holder.signature, action, detail=how, address=address)
    for clinic_id in holder.clinics(row.recorded_at):
        with within(clinic_id):
            audit.add(doors.engine, clinic_id, row)
