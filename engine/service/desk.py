"""Where an actor works: a clinic of a store with its clock, and what the table of rights allows there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo

from engine.access.rights import Right, Role, does, roles_with
from engine.model.algorithm import Algorithm
from engine.model.errors import EngineError, EvidenceError
from engine.store.rows import AuditRow, Stamp
from engine.store.store import Store

ROLES = tuple(role.value for role in Role)


class AccessDeniedError(EngineError):
    """The actor holds no role with the right to do this."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is acting.

    Attributes:
        roles: None is every role.
        why: On what grounds, for the audit: the role that brought it, or the reason of an emergency.
        address: Where the request came from, where that is known.
    """

    name: str
    roles: frozenset[str] | None = None
    why: str = ""
    address: str = ""

    def needs_right(self, *rights: Right) -> None:
        """Raise `AccessDeniedError` unless the roles bring each of these rights, by the table of rights."""
        for right in sorted(rights):
            allowed = roles_with(right)
            if self.roles is not None and not self.roles & allowed:
                raise AccessDeniedError(
                    f"{self.name} may not {does(right)}",
                    f"it needs one of the roles {', '.join(sorted(allowed))}",
                )


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """Where an actor works: one clinic of one store, with its clock.

    Attributes:
        zone: Time zone that decides what day it is in the clinic; None is that of this computer.
        clock: Gives the present moment in UTC.
    """

    store: Store
    clinic_id: str
    actor: Actor
    zone: tzinfo | None = None
    clock: Callable[[], datetime] = field(default=_now)

    def today(self) -> date:
        """The clinic's date."""
        return self.clock().astimezone(self.zone).date()


def not_after_today(desk: Desk, on: date) -> None:
    """Raise `EvidenceError` for a date that has not come yet in the clinic."""
    today = desk.today()
    if on > today:
        raise EvidenceError("on", f"{on} is after today, {today}", "Enter the day it happened")


def stamp_of(desk: Desk, algorithm: Algorithm) -> Stamp:
    """Who writes, now, under this algorithm."""
    return Stamp(desk.actor.name, desk.clock(), algorithm.digest)


def audit_row(desk: Desk, action: str, case_ids: tuple[str, ...] = (), detail: str = "") -> AuditRow:
    """A line about what the desk's actor looks at now, and on what grounds."""
    who = desk.actor
    return AuditRow(desk.clock(), who.name, action, case_ids, detail, who.why, address=who.address)


def add_audit(desk: Desk, action: str, case_ids: tuple[str, ...], detail: str) -> None:
    """Leave a line in the audit. Do it before the answer is given."""
    desk.store.add_audit(desk.clinic_id, audit_row(desk, action, case_ids, detail))
