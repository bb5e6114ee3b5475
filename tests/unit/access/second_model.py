"""A second model of the rights, written apart from the code: who may do what, in thirty lines."""

READING = "read_board read_case"
CARING = f"{READING} open_case record_evidence assign break_glass"
DECIDING = f"{CARING} treat sign_gate release_interrupt move deviate migrate_case close_case"
FIGURES, BOOKS = "read_figures", "read_algorithms"

MAY = {
    "reader": f"{READING} {FIGURES} {BOOKS}".split(),
    "care_manager": f"{CARING} {FIGURES} {BOOKS}".split(),
    "clinician": f"{DECIDING} {FIGURES} {BOOKS}".split(),
    "consultant": f"{DECIDING} export {FIGURES} {BOOKS}".split(),
    "author": f"draft publish {FIGURES} {BOOKS}".split(),
    "approver": f"approve {FIGURES} {BOOKS}".split(),
    "auditor": f"read_audit {BOOKS}".split(),
    "admin": f"administer_people issue_token {BOOKS}".split(),
}


def allowed(who, right, clinic, now):
    """Somebody, in a named clinic, with a live role there that brings it; a token must also name both."""
    if who is None or not clinic:
        return False
    token = who.token
    if token and (token.clinic_id != clinic or right not in token.scopes):
        return False
    for g in who.grants:
        over = (g.until and g.until <= now) or (g.revoked_at and g.revoked_at <= now) or now < g.granted_at
        if g.clinic_id == clinic and not over and right in MAY[g.role]:
            return True
    reads = right in READING.split() and not token
    return reads and any(x.clinic_id == clinic and x.opened_at <= now < x.until for x in who.glasses)
