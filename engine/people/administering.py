"""Giving and withdrawing: clinics, accounts, roles, tokens, emergency access."""

from collections.abc import Collection, Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.access import passwords
from engine.access.decide import Answer, Denial, may_break_glass
from engine.access.holder import Glass, Grant, Holder
from engine.access.lifetimes import GLASS, GLASS_LONGEST, REASON_LETTERS, TOKEN_LONGEST
from engine.access.rights import Right, Role
from engine.access.secrets import is_clinic_id
from engine.model.errors import EngineError, UnknownNameError
from engine.people.known import OPERATOR, People
from engine.people.signing_in import plain_login
from engine.store import audit, people, sign_in, tokens
from engine.store.database import writing
from engine.store.rows import AuditRow
from engine.store.wall import within


class NotPossibleError(EngineError):
    """What was asked for cannot be: a name that is taken, a time that is over, a weak password."""


def add_clinic(doors: People, clinic_id: str, title: str, time_zone: str) -> None:
    """Make a clinic; for the operator.

    Raises:
        NotPossibleError: The id is taken or badly formed, or there is no such time zone.
    """
    if not is_clinic_id(clinic_id):
        raise NotPossibleError(f"`{clinic_id}` cannot name a clinic", "use small letters, digits and `-`")
    try:
        ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError) as error:
        raise NotPossibleError(
            f"there is no time zone `{time_zone}`", "write one as `Europe/Oslo`"
        ) from error
    with _changing(doors, clinic_id, OPERATOR, "make clinic", title) as connection:
        if people.clinic(connection, clinic_id) is not None:
            raise NotPossibleError(f"there is a clinic `{clinic_id}` already", "choose another id")
        people.add_clinic(connection, people.Clinic(clinic_id, title, time_zone), doors.clock())


def add_user(doors: People, login: str, name: str) -> str:
    """Make an account without role and password; gives its id. For the operator or after `require`.

    Raises:
        NotPossibleError: The login is empty or taken.
    """
    plain = plain_login(login)
    if not plain:
        raise NotPossibleError("an account needs a login", "write what its owner will type")
    with writing(doors.engine) as connection:
        if people.user_by_login(connection, plain) is not None:
            raise NotPossibleError(f"there is an account `{plain}` already", "choose another login")
        user = people.User(people.new_id(), plain, name)
        people.add_user(connection, user, doors.clock())
    return user.user_id


def set_password(doors: People, user_id: str, password: str) -> None:
    """Give an account a new password and end its sessions. Only where there is no identity provider.

    Raises:
        NotPossibleError: The password will not do; the text says why.
        UnknownNameError: There is no such account.
    """
    with writing(doors.engine) as connection:
        user = people.user(connection, user_id)
        if user.issuer is not None:
            raise NotPossibleError(
                f"{user.name} signs in through an identity provider", "change the password there"
            )
        problem = passwords.problem(password, (user.login, *user.name.split()))
        if problem is not None:
            raise NotPossibleError("this password will not do", problem)
        people.change_user(connection, user_id, password_hash=passwords.hash_password(password))
        sign_in.end_sessions(connection, user_id)


def grant(
    doors: People,
    by: Holder | None,
    user_id: str,
    role: Role,
    clinic_id: str,
    until: datetime | None = None,
) -> str:
    """Give a role in a clinic; gives the grant's id. It acts at the person's next request.

    Args:
        doors: The people of the installation.
        by: An admin of the clinic; None is the operator, who makes the first one.
        user_id: Who gets it.
        role: Which.
        clinic_id: Where.
        until: When it ends by itself; None is until it is withdrawn.

    Raises:
        AccessDeniedError: The giver may not; nobody gives a role to themselves.
        NotPossibleError: `until` is over, or there is no such clinic.
        UnknownNameError: There is no such account.
    """
    signature = _signature(doors, by, Right.ADMINISTER_PEOPLE, clinic_id, "grant role")
    now = doors.clock()
    if until is not None and until <= now:
        raise NotPossibleError("the role would be over already", "name a moment to come")
    if by is not None and by.user_id == user_id:
        text = "nobody gives a role to themselves"
        refused = Answer(Right.ADMINISTER_PEOPLE, clinic_id, Denial.NO_RIGHT, text)
        doors.refuse(by, refused, action="grant role")
    made = Grant(clinic_id, role, signature, now, until, grant_id=people.new_id())
    end = "" if until is None else f" until {until.isoformat()}"
    with _changing(
        doors, clinic_id, signature, "grant role", f"{role}{end} to {{user}}", user_id
    ) as connection:
        if people.clinic(connection, clinic_id) is None:
            raise NotPossibleError(f"there is no clinic `{clinic_id}`", "make it first")
        people.add_grant(connection, user_id, made)
    return made.grant_id


def revoke(doors: People, by: Holder | None, clinic_id: str, grant_id: str) -> None:
    """Withdraw a role. It acts at the person's next request.

    Raises:
        AccessDeniedError, UnknownNameError: See `grant`.
    """
    signature = _signature(doors, by, Right.ADMINISTER_PEOPLE, clinic_id, "revoke role")
    with _changing(doors, clinic_id, signature, "revoke role", f"grant {grant_id}") as connection:
        people.revoke_grant(connection, clinic_id, grant_id, signature, doors.clock())


def disable(doors: People, user_id: str) -> None:
    """Close an account: its sessions, links and tokens stop working at once. For the operator.

    An admin of one clinic withdraws roles there; the account may serve other clinics.

    Raises:
        UnknownNameError: There is no such account.
    """
    now = doors.clock()
    with writing(doors.engine) as connection:
        user = people.user(connection, user_id)
        people.change_user(connection, user_id, disabled_at=now)
        sign_in.end_sessions(connection, user_id)
        roles = people.grants_of(connection, user_id)
    for clinic_id in sorted({each.clinic_id for each in roles if each.holds(now)}):
        with _changing(doors, clinic_id, OPERATOR, "close account", f"{user.name} ({user.login})"):
            pass


def break_glass(
    doors: People, holder: Holder, clinic_id: str, reason: str, lasts: timedelta = GLASS, address: str = ""
) -> Glass:
    """Read cases of a clinic without a role there, in an emergency. Its auditor sees that with the reason.

    Raises:
        AccessDeniedError: The person holds a caring role nowhere, or came with a token.
        NotPossibleError: No real reason, or longer than 4 hours.
        UnknownNameError: There is no such clinic.
    """
    now = doors.clock()
    words = " ".join(reason.split())
    if not may_break_glass(holder, now):
        text = f"{holder.name} holds no role that brings emergency access"
        refused = Answer(Right.BREAK_GLASS, clinic_id, Denial.NO_RIGHT, text)
        doors.refuse(holder, refused, action="break glass", address=address)
    if len(words) < REASON_LETTERS:
        raise NotPossibleError("the reason is too short", "say what the emergency is; an auditor reads it")
    if not timedelta(0) < lasts <= GLASS_LONGEST:
        raise NotPossibleError("emergency access lasts 4 hours at most", "open it again when that is over")
    glass = Glass(clinic_id, words, now, now + lasts)
    detail = f"until {glass.until.isoformat()}"
    with _changing(
        doors, clinic_id, holder.signature, "break glass", detail, why=words, address=address
    ) as connection:
        if people.clinic(connection, clinic_id) is None:
            raise UnknownNameError("clinic", clinic_id, ())
        people.add_glass(connection, holder.user_id, glass)
    return glass


def issue_token(
    doors: People,
    by: Holder | None,
    user_id: str,
    clinic_id: str,
    title: str,
    scopes: Collection[str],
    until: datetime,
) -> str:
    """Issue an API token that acts for an account in one clinic; gives its text, which is never shown again.

    `by` None is the operator, as for `grant`.

    Raises:
        AccessDeniedError: The issuer may not.
        NotPossibleError: The account is a person's, no scope or an unknown one, no end within a year, or a
            scope that the token of the issuer has not got.
        UnknownNameError: There is no such account.
    """
    signature = _signature(doors, by, Right.ISSUE_TOKEN, clinic_id, "issue token")
    now = doors.clock()
    if not now < until <= now + TOKEN_LONGEST:
        raise NotPossibleError("a token lasts a year at most", "name an end within a year from now")
    unknown = sorted(set(scopes) - set(Right))
    if unknown or not scopes:
        known = ", ".join(Right)
        raise NotPossibleError(f"`{unknown[0] if unknown else ''}` is no scope", f"scopes are {known}")
    if by is not None and by.token is not None and not set(scopes) <= by.token.scopes:
        raise NotPossibleError("a token issues none that is wider than itself", "leave out what it lacks")
    rights = sorted(Right(scope) for scope in set(scopes))
    detail = f"{title}: {', '.join(rights)} for {{user}} until {until.isoformat()}"
    with _changing(doors, clinic_id, signature, "issue token", detail, user_id) as connection:
        owner = people.user(connection, user_id)
        if owner.password_hash is not None or owner.issuer is not None:
            # Else an admin could act under the name of a clinician.
            raise NotPossibleError(
                f"{owner.name} is a person's account", "make an account for the program that uses the token"
            )
        text, _ = tokens.add_token(connection, clinic_id, user_id, title, rights, signature, now, until)
    return text


def revoke_token(doors: People, by: Holder | None, clinic_id: str, token_id: str) -> None:
    """Withdraw a token at once. `by` None is the operator.

    Raises:
        AccessDeniedError: The person may not.
        UnknownNameError: The clinic has no such token.
    """
    signature = _signature(doors, by, Right.ISSUE_TOKEN, clinic_id, "revoke token")
    with _changing(doors, clinic_id, signature, "revoke token", f"token {token_id}") as connection:
        tokens.revoke_token(connection, clinic_id, token_id, signature, doors.clock())


def _signature(doors: People, by: Holder | None, right: Right, clinic_id: str, action: str) -> str:
    """The signature of the operator, or of somebody who may do this; see `People.require`."""
    if by is None:
        return OPERATOR
    doors.require(by, right, clinic_id, action=action)
    return by.signature


@contextmanager
def _changing(
    doors: People,
    clinic_id: str,
    actor: str,
    action: str,
    detail: str,
    user_id: str | None = None,
    *,
    why: str = "",
    address: str = "",
) -> Generator[Connection]:
    """A change and its line in the audit, both or neither. `{user}` in `detail` becomes the account."""
    with within(clinic_id), writing(doors.engine) as connection:
        if user_id is not None:
            user = people.user(connection, user_id)
            detail = detail.replace("{user}", f"{user.name} ({user.login})")
        yield connection
        row = AuditRow(doors.clock(), actor, action, detail=detail, why=why, address=address)
        audit.write(connection, clinic_id, row)
