"""May this person do this here, now? Deny unless a role in this very clinic brings the right."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.access.holder import Holder
from engine.access.rights import OPENED_BY_GLASS, Right, Role, roles_with
from engine.model.errors import EngineError


class Denial(StrEnum):
    """Why not."""

    NOT_SIGNED_IN = "not_signed_in"
    NO_CLINIC = "no_clinic"
    """The request names no clinic; there is no default one."""
    NOT_HERE = "not_here"
    """The person has nothing to do with this clinic, and is told no more than that it is unknown."""
    NO_RIGHT = "no_right"
    NO_SCOPE = "no_scope"
    """The role would do; the token was not made for this."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes with the roles that brought it, or no with the reason, in words for people.

    Attributes:
        denial: None when allowed.
        roles: Roles of the person that bring the right, by the table.
        glass_reason: Given when only the broken glass allowed it.
    """

    right: Right
    clinic_id: str | None
    denial: Denial | None
    text: str = ""
    roles: frozenset[Role] = frozenset()
    glass_reason: str | None = None

    @property
    def grounds(self) -> str:
        """Why it is allowed, as the audit says it; empty for a no."""
        if self.glass_reason is not None:
            return f"emergency: {self.glass_reason}"
        return ", ".join(sorted(self.roles))

    @property
    def allowed(self) -> bool:
        """Whether it may be done."""
        return self.denial is None


class AccessDeniedError(EngineError):
    """The person may not do this; `answer` says why."""

    def __init__(self, answer: Answer) -> None:
        needed = ", ".join(sorted(roles_with(answer.right)))
        fix = "sign in" if answer.denial is Denial.NOT_SIGNED_IN else ""
        if answer.denial is Denial.NO_RIGHT:
            fix = f"ask an admin of the clinic; it needs one of the roles {needed}"
        if answer.denial is Denial.NO_SCOPE:
            fix = f"use a token with the scope {answer.right}"
        super().__init__(answer.text, fix)
        self.answer = answer


def may(holder: Holder | None, right: Right, clinic_id: str | None, now: datetime) -> Answer:
    """Decide one right in one clinic. A token narrows what its person may do and never widens it."""

    def no(denial: Denial, text: str) -> Answer:
        return Answer(right, clinic_id, denial, text)

    if holder is None:
        return no(Denial.NOT_SIGNED_IN, "nobody is signed in")
    if not clinic_id:
        return no(Denial.NO_CLINIC, "the request names no clinic")
    token = holder.token
    if token is not None and token.clinic_id != clinic_id:
        return no(Denial.NOT_HERE, "there is no such clinic")
    held = holder.roles_in(clinic_id, now)
    bringing = held & roles_with(right)
    # An emergency is a person's, at a screen: a token never opens by glass.
    glass = next((g for g in holder.glasses if g.clinic_id == clinic_id and g.holds(now)), None)
    by_glass = glass is not None and token is None and right in OPENED_BY_GLASS
    if not held and (glass is None or token is not None):
        return no(Denial.NOT_HERE, "there is no such clinic")
    if not bringing and not by_glass:
        return no(Denial.NO_RIGHT, f"{holder.name} holds no role that brings the right {right}")
    if token is not None and right not in token.scopes:
        return no(Denial.NO_SCOPE, f"the token has no scope {right}")
    reason = glass.reason if glass is not None and not bringing else None
    return Answer(right, clinic_id, None, roles=bringing, glass_reason=reason)


def may_break_glass(holder: Holder, now: datetime) -> bool:
    """Whether the person may open another clinic in an emergency: a caring role in any clinic, no token."""
    if holder.token is not None:
        return False
    return any(grant.holds(now) and grant.role in roles_with(Right.BREAK_GLASS) for grant in holder.grants)
