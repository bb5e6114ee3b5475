"""Who is asking, and whether they may: what every request of every door begins with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import NoReturn
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from engine.access.decide import AccessDeniedError, Answer, Denial, may
from engine.access.holder import Holder, TokenScope
from engine.access.rights import Right
from engine.store import audit, people, sign_in, tokens
from engine.store.database import reading, writing
from engine.store.rows import AuditRow
from engine.store.wall import within

OPERATOR = "operator of the installation"
"""Who acts where no account can: at the computer itself, to make the first admin or to look at the audit."""

_UNKNOWN = frozenset({Denial.NOT_SIGNED_IN, Denial.NO_CLINIC})
"""Refusals without a person or a clinic: no audit of a clinic could hold them."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class People:
    """The people of one installation. Safe for several threads and processes at once.

    Roles are read at each request, so that a change of them acts at the next one.
    """

    engine: Engine
    clock: Callable[[], datetime] = field(default=_now)

    def who_by_session(self, secret: str) -> Holder | None:
        """The person whose session this is; None when it is unknown, over, or the account is closed."""
        now = self.clock()
        with reading(self.engine) as connection:
            found = sign_in.session_user(connection, secret, now)
            holder = None if found is None else holder_of(connection, found[0], now)
        if found is not None and found[1] and holder is not None:
            with writing(self.engine) as connection:
                sign_in.note_use(connection, secret, now)
        return holder

    def who_by_token(self, text: str) -> Holder | None:
        """The person for whom an API token acts; None when it is unknown, over, or the account is closed."""
        now = self.clock()
        with reading(self.engine) as connection:
            token = tokens.find_token(connection, text)
            if token is None or not token.lives(now):
                return None
            scope = TokenScope(token.token_id, token.clinic_id, token.scopes)
            return holder_of(connection, token.user_id, now, scope)

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
        """Let somebody do something in a clinic, or refuse it and leave a line about that in its audit.

        Raises:
            AccessDeniedError: They may not; its answer says why.
            StoreUnavailableError: The refusal could not be noted; nothing may be answered.
        """
        answer = may(holder, right, clinic_id, self.clock())
        if not answer.allowed:
            self.refuse(holder, answer, action=action, case_ids=case_ids, address=address)
        return answer

    def refuse(
        self,
        holder: Holder | None,
        answer: Answer,
        *,
        action: str,
        case_ids: Sequence[str] = (),
        address: str = "",
    ) -> NoReturn:
        """Leave a line about a refusal in the audit of its clinic, and raise it.

        Raises:
            AccessDeniedError: Always.
            StoreUnavailableError: See `require`.
        """
        clinic_id = answer.clinic_id
        if holder is not None and clinic_id and answer.denial not in _UNKNOWN:
            self._note_refusal(holder, clinic_id, answer, AuditRow(
                self.clock(), holder.signature, action, tuple(case_ids), f"{answer.right}: {answer.denial}",
                refused=True, address=address,
            ))  # fmt: skip
        raise AccessDeniedError(answer)

    def _note_refusal(self, holder: Holder, clinic_id: str, answer: Answer, row: AuditRow) -> None:
        with within(clinic_id), writing(self.engine) as connection:
            # A stranger must not make audits for clinics that he invents.
            if answer.denial is not Denial.NOT_HERE or people.clinic(connection, clinic_id) is not None:
                audit.write(connection, clinic_id, row)

    def zone_of(self, clinic_id: str) -> tzinfo | None:
        """The time zone that decides what day it is in a clinic; None for a clinic that is not known."""
        with reading(self.engine) as connection:
            found = people.clinic(connection, clinic_id)
        return None if found is None else ZoneInfo(found.time_zone)


def holder_of(
    connection: Connection, user_id: str, now: datetime, token: TokenScope | None = None
) -> Holder | None:
    """A person with all roles and open glass as they are now; None for a closed account."""
    user = people.user(connection, user_id)
    if user.disabled_at is not None:
        return None
    return Holder(
        user.user_id,
        user.name,
        user.login,
        people.grants_of(connection, user_id),
        people.glasses_of(connection, user_id, now),
        token,
    )
