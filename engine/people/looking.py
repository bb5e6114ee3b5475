"""Looking at people and at the audit, which is itself a look that the audit notes."""

from engine.access.holder import Glass, Grant, Holder
from engine.access.rights import Right
from engine.people.known import OPERATOR, People
from engine.store import audit, people, tokens
from engine.store.database import reading, writing
from engine.store.rows import AuditRow
from engine.store.wall import within


def clinics_of(doors: People, holder: Holder) -> tuple[people.Clinic, ...]:
    """Clinics in which the person has a role now, by id: what a sign-in page offers."""
    with reading(doors.engine) as connection:
        found = (people.clinic(connection, clinic_id) for clinic_id in holder.clinics(doors.clock()))
        return tuple(each for each in found if each is not None)


def have_passwords(doors: People) -> bool:
    """Whether anybody can sign in with a password: else a sign-in page does not ask for one."""
    with reading(doors.engine) as connection:
        return people.have_passwords(connection)


def roles_in(doors: People, holder: Holder | None, clinic_id: str) -> tuple[tuple[people.User, Grant], ...]:
    """Who was given which role in a clinic, oldest first, those that are over too. None is the operator.

    Raises:
        AccessDeniedError: For admins alone.
    """
    if holder is not None:
        doors.require(holder, Right.ADMINISTER_PEOPLE, clinic_id, action="read roles")
    with within(clinic_id), reading(doors.engine) as connection:
        return people.grants_in(connection, clinic_id)


def tokens_in(doors: People, holder: Holder | None, clinic_id: str) -> tuple[tokens.Token, ...]:
    """API tokens of a clinic, newest first, without their secrets. None is the operator.

    Raises:
        AccessDeniedError: For admins alone.
    """
    if holder is not None:
        doors.require(holder, Right.ISSUE_TOKEN, clinic_id, action="read tokens")
    with within(clinic_id), reading(doors.engine) as connection:
        return tokens.tokens_in(connection, clinic_id)


def broken_glass(doors: People, holder: Holder, clinic_id: str) -> tuple[tuple[people.User, Glass], ...]:
    """Who broke the glass of a clinic, newest first, with the reason.

    Raises:
        AccessDeniedError: For auditors alone.
    """
    doors.require(holder, Right.READ_AUDIT, clinic_id, action="read broken glass")
    with within(clinic_id), reading(doors.engine) as connection:
        return people.glasses_in(connection, clinic_id)


def read_audit(
    doors: People,
    holder: Holder | None,
    clinic_id: str,
    *,
    case_id: str | None = None,
    actor: str | None = None,
    address: str = "",
) -> tuple[audit.AuditLine, ...]:
    """Lines of a clinic's audit, oldest first; of one case ("who looked at this?") or one person.

    Reading leaves a line too, which is not among those given; also when it is the operator (None) who reads.

    Raises:
        AccessDeniedError: For auditors alone.
        StoreUnavailableError: The line could not be kept; nothing is answered.
    """
    if holder is not None:
        doors.require(holder, Right.READ_AUDIT, clinic_id, action="read audit", address=address)
    signature = OPERATOR if holder is None else holder.signature
    asked = [f"case {case_id}" if case_id else "", f"person {actor}" if actor else ""]
    detail = ", ".join(filter(None, asked)) or "all"
    row = AuditRow(doors.clock(), signature, "read audit", detail=detail, address=address)
    with within(clinic_id), writing(doors.engine) as connection:
        found = audit.lines(connection, clinic_id, case_id=case_id, actor=actor)
        audit.write(connection, clinic_id, row)
    return found
