"""Who is asking, in which clinic, and the desk that this makes for the service."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Annotated, Protocol

from fastapi import Depends, Request

from api.rest.problems import NOT_FOUND, NOT_SIGNED_IN, Problem, ProblemError
from api.rest.settings import Settings
from api.signin.visitor import ForeignFormError, refuse_foreign, session_secret
from engine.access.csrf import SAFE_METHODS
from engine.access.decide import Answer
from engine.access.holder import Holder
from engine.access.rights import Right
from engine.service import Actor, Desk
from engine.store.store import Store
from engine.store.wall import within

CSRF_HEADER = "x-csrf-token"
BY_GLASS = frozenset({"reader"})
"""Broken glass lets a person read, in no role of that clinic's."""


class Doorkeeper(Protocol):
    """Knows people by what their requests carry, and says who may do what. `engine.people` is one."""

    def who_by_token(self, text: str) -> Holder | None:
        """The owner of an API token in force."""
        ...

    def who_by_session(self, secret: str) -> Holder | None:
        """The owner of a session in force."""
        ...

    def require(
        self,
        holder: Holder | None,
        right: Right,
        clinic_id: str | None,
        *,
        action: str,
        case_ids: Sequence[str] = (),
        address: str = "",
    ) -> Answer:
        """Raise `AccessDeniedError` unless the holder may do this there; a refusal is audited."""
        ...

    def zone_of(self, clinic_id: str) -> tzinfo | None:
        """The clinic's time zone; None where it has not named one."""
        ...


@dataclass(frozen=True, slots=True)
class Caller:
    """A person who was let in, and what for.

    Attributes:
        action: The route in words of the audit, such as `GET /cases/{case_id}`.
        address: Where the request came from.
    """

    holder: Holder
    clinic_id: str
    answer: Answer
    store: Store
    doorkeeper: Doorkeeper
    settings: Settings
    action: str
    address: str = ""

    def require(self, right: Right, case_ids: Sequence[str] = ()) -> None:
        """Ask for one more right, where the body says what is to be done.

        Raises:
            AccessDeniedError: The caller has not got it.
        """
        self.doorkeeper.require(
            self.holder,
            right,
            self.clinic_id,
            action=self.action,
            case_ids=case_ids,
            address=self.address,
        )

    @contextmanager
    def desk(self) -> Generator[Desk]:
        """A desk in this clinic, within its wall. Open it where the service is called: in the same thread."""
        now = datetime.now(UTC)
        roles = frozenset(role.value for role in self.holder.roles_in(self.clinic_id, now))
        if self.answer.glass_reason is not None:
            roles |= BY_GLASS
        zone = self.doorkeeper.zone_of(self.clinic_id) or self.settings.zone
        with within(self.clinic_id):
            actor = Actor(self.holder.signature, roles, self.answer.grounds, self.address)
            yield Desk(self.store, self.clinic_id, actor, zone)


def let_in(request: Request, right: Right, action: str, form_token: str | None = None) -> Caller:
    """Know who is asking and ask whether they may. Deny unless both are sure. Blocks: call it in a thread.

    Args:
        request: Of a program with an API token, or of a browser with a session.
        right: What it takes.
        action: What is done, in words of the audit.
        form_token: The token that a page's form carried; a script sends it in `CSRF_HEADER`.

    Raises:
        ProblemError: Nobody known, or a page of another site asks with this browser's session.
        AccessDeniedError: Somebody known who may not.
    """
    state = request.app.state
    doorkeeper: Doorkeeper = state.doorkeeper
    settings: Settings = state.settings
    holder = _who(request, doorkeeper, form_token)
    if holder is None:
        raise ProblemError(NOT_SIGNED_IN)
    state.pace.take(holder.user_id)
    named = request.query_params.getlist("clinic")
    clinic_id = named[0] if named else holder.token.clinic_id if holder.token else None
    if len(named) > 1:
        raise ProblemError(NOT_FOUND)
    address = request.client.host if request.client else ""
    answer = doorkeeper.require(holder, right, clinic_id, action=action, address=address)
    assert clinic_id is not None, "a request without a clinic is never let in"
    return Caller(holder, clinic_id, answer, state.store, doorkeeper, settings, action, address)


def _who(request: Request, doorkeeper: Doorkeeper, form_token: str | None) -> Holder | None:
    authorization = request.headers.get("authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        return doorkeeper.who_by_token(token.strip()) if scheme.lower() == "bearer" else None
    secret = session_secret(request)
    if secret is None:
        return None
    holder = doorkeeper.who_by_session(secret)
    if holder is not None and request.method not in SAFE_METHODS:
        try:
            refuse_foreign(request, secret, request.headers.get(CSRF_HEADER, form_token))
        except ForeignFormError:
            raise ProblemError(_FOREIGN) from None
    return holder


_FOREIGN = Problem(
    403,
    "foreign-request",
    "Request from elsewhere",
    "The request does not come from a page of this installation.",
    f"Send the page's token in the header `{CSRF_HEADER}`, or use an API token.",
)


def caller_of(request: Request) -> Caller:
    """The caller whom the route let in."""
    return request.state.caller


Asking = Annotated[Caller, Depends(caller_of)]
