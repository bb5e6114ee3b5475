"""What every algorithm is held to, unasked."""

from engine.model.algorithm import Algorithm, MoveKind, StepKind
from engine.proof import forms
from engine.proof.forms import Stated

GATED = (MoveKind.SWITCH, MoveKind.AUGMENT, MoveKind.ESCALATE)
WAYS_OUT = (MoveKind.BYPASS, MoveKind.EXIT, MoveKind.DE_ESCALATE)


def general_claims(algorithm: Algorithm) -> tuple[Stated, ...]:
    """Claims of every definition; one that speaks of nothing this one has is left out."""
    ends = tuple(s.id for s in algorithm.steps.values() if s.kind is StepKind.END)
    open_ = tuple(s for s in algorithm.steps if s not in ends)
    gated = _of(algorithm, GATED)
    out = _of(algorithm, WAYS_OUT)
    found: list[tuple[str, str, forms.Form]] = [
        ("general-steps-reachable", "Every step can be reached", forms.Reachable(tuple(algorithm.steps))),
        ("general-nobody-stuck", "From every step a way leads to an end", forms.CanReach(open_, ends)),
    ]
    if gated:
        title = "Every switch, addition and escalation passes a gate"
        found.append(("general-gate-before-escalation", title, forms.Passes(gated)))
    if out:
        title = "No safety stop freezes the urgent route, leaving or reducing"
        found.append(("general-ways-out-never-frozen", title, forms.NotFrozen(out)))
    title = "What is not recorded never refuses"
    found.append(("general-unknown-never-refuses", title, forms.UnknownNeverRefuses(tuple(algorithm.moves))))
    return tuple(
        Stated(name, words, form, general=True, place=algorithm.place) for name, words, form in found
    )


def _of(algorithm: Algorithm, kinds: tuple[MoveKind, ...]) -> tuple[str, ...]:
    return tuple(name for name, move in algorithm.moves.items() if move.kind in kinds)
