"""`escalation-without-gate`: a switch, augmentation, escalation or return that asks nothing again."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.schema.steps import StepMovePart
from engine.model.algorithm import MoveKind
from engine.model.place import Finding

CODE = "escalation-without-gate"
_GATED = (MoveKind.SWITCH, MoveKind.AUGMENT, MoveKind.ESCALATE, MoveKind.RETURN)


def escalation_without_gate(draft: Draft) -> Iterator[Finding]:
    """Each such move without `gate`. A return that opens a new episode begins with an assessment instead."""
    for found in draft.parts:
        move = found.part
        if not isinstance(move, StepMovePart) or move.kind not in _GATED or "gate" in move.node:
            continue
        if "gate" in move.node.lost or (move.kind is MoveKind.RETURN and move.opens is not None):
            continue
        yield Finding(
            CODE,
            move.spot("kind"),
            f"move `{found.name}` is of kind `{move.kind}` and passes no gate",
            "treatment would go up without asking again what else explains the failure",
            "add `gate:` with the id of a gate, such as the library's `reappraisal`",
        )
