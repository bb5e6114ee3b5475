"""The one table of rights: which role may do what in its clinic. Whatever is not in it is denied.

Code asks `roles_with`, and `docs/reference/rights.md` is written from `TABLE`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a person is in a clinic."""

    READER = "reader"
    CARE_MANAGER = "care_manager"
    CLINICIAN = "clinician"
    CONSULTANT = "consultant"
    AUTHOR = "author"
    APPROVER = "approver"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Right(StrEnum):
    """One thing that can be allowed. Scopes of API tokens have the same names."""

    READ_BOARD = "read_board"
    READ_CASE = "read_case"
    OPEN_CASE = "open_case"
    RECORD_EVIDENCE = "record_evidence"
    TREAT = "treat"
    SIGN_GATE = "sign_gate"
    RELEASE_INTERRUPT = "release_interrupt"
    MOVE = "move"
    DEVIATE = "deviate"
    ASSIGN = "assign"
    MIGRATE_CASE = "migrate_case"
    CLOSE_CASE = "close_case"
    EXPORT = "export"
    READ_FIGURES = "read_figures"
    READ_ALGORITHMS = "read_algorithms"
    DRAFT = "draft"
    PUBLISH = "publish"
    APPROVE = "approve"
    READ_AUDIT = "read_audit"
    ADMINISTER_PEOPLE = "administer_people"
    ISSUE_TOKEN = "issue_token"  # noqa: S105 - the name of a right
    BREAK_GLASS = "break_glass"


@dataclass(frozen=True, slots=True)
class Row:
    """One right, said in a sentence that begins with "may", and the roles that bring it."""

    right: Right
    does: str
    roles: frozenset[Role]


_READING = (Role.READER, Role.CARE_MANAGER, Role.CLINICIAN, Role.CONSULTANT)
_CARING = (Role.CARE_MANAGER, Role.CLINICIAN, Role.CONSULTANT)
_DECIDING = (Role.CLINICIAN, Role.CONSULTANT)


def _row(right: Right, does: str, *roles: Role) -> Row:
    return Row(right, does, frozenset(roles))


TABLE: Final[tuple[Row, ...]] = (
    _row(Right.READ_BOARD, "see the list of the clinic's cases", *_READING),
    _row(Right.READ_CASE, "read a patient's case and its history", *_READING),
    _row(Right.OPEN_CASE, "open a case for a patient", *_CARING),
    _row(Right.RECORD_EVIDENCE, "record and retract evidence, notes and checkpoints", *_CARING),
    _row(Right.TREAT, "start, change and stop treatments", *_DECIDING),
    _row(Right.SIGN_GATE, "sign a gate", *_DECIDING),
    _row(Right.RELEASE_INTERRUPT, "release an interrupt", *_DECIDING),
    _row(Right.MOVE, "move a case to another step", *_DECIDING),
    _row(Right.DEVIATE, "deviate from the algorithm with a reason", *_DECIDING),
    _row(Right.ASSIGN, "assign a case to a person and mark it for discussion", *_CARING),
    _row(Right.MIGRATE_CASE, "move a case to another version of its algorithm", *_DECIDING),
    _row(Right.CLOSE_CASE, "close a case", *_DECIDING),
    _row(Right.EXPORT, "export records of many patients", Role.CONSULTANT),
    _row(
        Right.READ_FIGURES, "read counts and measures without patients", *_READING, Role.AUTHOR, Role.APPROVER
    ),
    _row(Right.READ_ALGORITHMS, "read algorithms, their diagrams and documents", *Role),
    _row(Right.DRAFT, "write and check drafts of a definition", Role.AUTHOR),
    _row(Right.PUBLISH, "send a version of a definition to be approved", Role.AUTHOR),
    _row(Right.APPROVE, "approve or retire a version that somebody else wrote", Role.APPROVER),
    _row(Right.READ_AUDIT, "read who read or changed which record", Role.AUDITOR),
    _row(Right.ADMINISTER_PEOPLE, "give and withdraw roles, end sessions", Role.ADMIN),
    _row(Right.ISSUE_TOKEN, "issue and withdraw API tokens", Role.ADMIN),
    _row(Right.BREAK_GLASS, "read cases of another clinic in an emergency, with a reason", *_CARING),
)
"""Every right once, in the order in which people read them."""

OPENED_BY_GLASS: Final = frozenset({Right.READ_BOARD, Right.READ_CASE})
"""What breaking the glass brings: reading, and nothing that changes a record."""

_ROLES: Final = {row.right: row.roles for row in TABLE}
_WORDS: Final = {row.right: row.does for row in TABLE}


def roles_with(right: Right) -> frozenset[Role]:
    """The roles that bring a right."""
    return _ROLES.get(right, frozenset())


def does(right: Right) -> str:
    """What a right allows, in words that follow "may"."""
    return _WORDS[right]


def rights_of(role: Role) -> frozenset[Right]:
    """Everything a role may do."""
    return frozenset(row.right for row in TABLE if role in row.roles)
