"""Who is asking: a person with roles per clinic, on a session or with an API token."""

from dataclasses import dataclass
from datetime import datetime

from engine.access.rights import Role


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in one clinic. Holds from `granted_at` until it is withdrawn or `until` is reached."""

    clinic_id: str
    role: Role
    granted_by: str
    granted_at: datetime
    until: datetime | None = None
    revoked_at: datetime | None = None
    grant_id: str = ""

    def holds(self, now: datetime) -> bool:
        """Whether the role is held at this moment; not any more at `until` itself."""
        ended = self.revoked_at is not None and self.revoked_at <= now
        return self.granted_at <= now and not ended and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Glass:
    """Emergency access to one clinic, with the reason that its auditor reads."""

    clinic_id: str
    reason: str
    opened_at: datetime
    until: datetime

    def holds(self, now: datetime) -> bool:
        """Whether it is open at this moment; not any more at `until` itself."""
        return self.opened_at <= now < self.until


@dataclass(frozen=True, slots=True)
class TokenScope:
    """What an API token was made for: one clinic and the rights named as scopes. No scopes, no rights."""

    token_id: str
    clinic_id: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Holder:
    """A person as known at one request.

    Attributes:
        login: What the account is known by; two persons may share a name.
        token: The token the request came with; None for a session of the person's own.
    """

    user_id: str
    name: str
    login: str
    grants: tuple[Grant, ...] = ()
    glasses: tuple[Glass, ...] = ()
    token: TokenScope | None = None

    @property
    def signature(self) -> str:
        """How this person stands in the audit and in histories."""
        how = "" if self.token is None else f", token {self.token.token_id}"
        return f"{self.name} ({self.login}{how})"

    def roles_in(self, clinic_id: str, now: datetime) -> frozenset[Role]:
        """The roles held in a clinic at this moment."""
        return frozenset(g.role for g in self.grants if g.clinic_id == clinic_id and g.holds(now))

    def clinics(self, now: datetime) -> tuple[str, ...]:
        """Clinics in which a role is held, by name."""
        return tuple(sorted({grant.clinic_id for grant in self.grants if grant.holds(now)}))
