"""Who is signed in in this browser, and the token that its forms carry."""

from dataclasses import dataclass, field
from typing import Final, Protocol

from fastapi import Request, Response

from api.rest.settings import Settings
from engine.access.csrf import csrf_fits, csrf_token, foreign
from engine.access.headers import Cookie, session_cookie
from engine.access.holder import Holder
from engine.model.errors import EngineError

FORM_FIELD: Final = "csrf_token"
"""Name of the hidden field of every form that changes something."""


class ForeignFormError(EngineError):
    """A request that changes something does not come from a form that this session was given."""

    def __init__(self) -> None:
        super().__init__(
            "this form does not come from a page of yours", "load the page again and send the form from there"
        )


class Sessions(Protocol):
    """Knows people by their sessions. `engine.people.People` is one."""

    def who_by_session(self, secret: str) -> Holder | None:
        """The owner of a session in force."""
        ...


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person on a session of a browser."""

    holder: Holder
    secret: str = field(repr=False)

    def form_token(self) -> str:
        """A token for the field `FORM_FIELD` of a form. Each call makes another; all hold until sign-out."""
        return csrf_token(self.secret)


def session_secret(request: Request) -> str | None:
    """The secret that the browser's session cookie carries, whatever it is worth."""
    settings: Settings = request.app.state.settings
    return request.cookies.get(session_cookie(behind_tls=settings.behind_tls).name)


def visitor(request: Request) -> Visitor | None:
    """Who is signed in in this browser; None when nobody is. Blocks: call it in a thread."""
    secret = session_secret(request)
    sessions: Sessions = request.app.state.doorkeeper
    holder = sessions.who_by_session(secret) if secret else None
    return None if holder is None or not secret else Visitor(holder, secret)


def refuse_foreign(request: Request, session: str | None, token: str | None) -> None:
    """Refuse a request that changes something and comes from elsewhere; one that changes nothing passes.

    Args:
        request: What came with a cookie.
        session: Secret of the session; None where nobody is signed in yet, so that the origin alone counts.
        token: What the form or the header carried.

    Raises:
        ForeignFormError: Another site, no origin, or a token of another session.
    """
    settings: Settings = request.app.state.settings
    if foreign(request.method, request.headers, settings.own_origins) is not None:
        raise ForeignFormError
    if session is not None and not csrf_fits(session, token):
        raise ForeignFormError


def set_cookie(reply: Response, cookie: Cookie, value: str, seconds: int | None = None) -> None:
    """Give the browser a cookie with all its flags; for `seconds`, or until the browser is closed."""
    reply.set_cookie(
        cookie.name,
        value,
        max_age=seconds,
        path=cookie.path,
        secure=cookie.secure,
        httponly=cookie.http_only,
        samesite="lax",
    )


def drop_cookie(reply: Response, cookie: Cookie) -> None:
    """Take a cookie from the browser."""
    set_cookie(reply, cookie, "", 0)
