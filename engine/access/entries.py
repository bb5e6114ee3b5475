"""Which rights an entry needs: all of them, since all of it is stored or nothing."""

from engine.access.rights import Right
from engine.model.entry import Entry


def rights_for(entry: Entry) -> frozenset[Right]:
    """The rights to carry out an entry; reading the case for one that changes nothing."""
    asked = {
        Right.RECORD_EVIDENCE: bool(entry.record or entry.retract or entry.note),
        Right.TREAT: bool(entry.start or entry.dose or entry.stop),
        Right.SIGN_GATE: bool(entry.sign),
        Right.RELEASE_INTERRUPT: bool(entry.release),
        Right.MOVE: entry.move is not None,
        Right.DEVIATE: entry.deviate is not None,
    }
    return frozenset(right for right, needed in asked.items() if needed) or frozenset({Right.READ_CASE})
