"""What people can do about people: sign in and out, be known, give and withdraw roles, break the glass.

The doors ask `People` who is calling and whether they may; each change leaves its line in the clinic's
audit in the same transaction.
"""

from engine.access.decide import AccessDeniedError, Answer
from engine.access.throttle import TooManyTriesError
from engine.people.administering import (
    NotPossibleError,
    add_clinic,
    add_user,
    break_glass,
    disable,
    grant,
    issue_token,
    revoke,
    revoke_token,
    set_password,
)
from engine.people.demonstration import DEMO_CLINIC, RealCasesError, refuse_real_cases
from engine.people.known import People
from engine.people.looking import broken_glass, clinics_of, have_passwords, read_audit, roles_in, tokens_in
from engine.people.signing_in import (
    SignedIn,
    SignInRefusedError,
    begin_try,
    forgive_try,
    make_link,
    sign_in_with_identity,
    sign_in_with_link,
    sign_in_with_password,
    sign_out,
)

__all__ = [
    "DEMO_CLINIC",
    "AccessDeniedError",
    "Answer",
    "NotPossibleError",
    "People",
    "RealCasesError",
    "SignInRefusedError",
    "SignedIn",
    "TooManyTriesError",
    "add_clinic",
    "add_user",
    "begin_try",
    "break_glass",
    "broken_glass",
    "clinics_of",
    "disable",
    "forgive_try",
    "grant",
    "have_passwords",
    "issue_token",
    "make_link",
    "read_audit",
    "refuse_real_cases",
    "revoke",
    "revoke_token",
    "roles_in",
    "set_password",
    "sign_in_with_identity",
    "sign_in_with_link",
    "sign_in_with_password",
    "sign_out",
    "tokens_in",
]
