"""Signing a gate: when it may be, what it concludes, and what it sets back."""

from collections.abc import Mapping

from engine.model.decision import Decision, Kleene, Part, Reason, status_of
from engine.model.entry import Sign
from engine.model.event import Json
from engine.runtime.day import Day
from engine.runtime.gate import gate_answer, gate_needs
from engine.runtime.parts import PartResult, algorithm_ref, kleene_and, needs_of, ordered


def decide_sign(day: Day, sign: Sign, roles: frozenset[str] | None = None) -> Decision:
    """Whether a gate may be signed: every item that applies is answered, or an answered one fails."""
    gate = day.plan.algorithm.gates[sign.gate]
    answer = gate_answer(day, gate, sign.answers)
    signable: Kleene = True if answer.failing or answer.complete else None
    reasons = tuple(
        Reason(Part.GATE, item.id, None, item.ask, item.facts, source=gate.source) for item in answer.blank
    )
    needs = gate_needs(day, gate, answer)
    parts = [
        PartResult(Part.GATE, signable, reasons if signable is None else (), needs.to_pass, needs.to_fail)
    ]
    if gate.by and roles is not None and not gate.by & roles:
        text = f"Signed by: {', '.join(sorted(gate.by))}"
        parts.append(PartResult(Part.BY, False, (Reason(Part.BY, "by", False, text),), passable=False))
    value: Kleene = True
    for part in parts:
        value = kleene_and(value, part.value)
    return Decision(
        subject="sign",
        id=gate.id,
        title=gate.title,
        status=status_of(value),
        today=day.today,
        algorithm=algorithm_ref(day),
        reasons=ordered(reason for part in parts for reason in part.reasons),
        needs=needs_of(tuple(parts), value),
        gate=answer,
    )


def sign_payload(day: Day, sign: Sign) -> Mapping[str, Json]:
    """What a signature records: conclusion, each item's result, and whose trial clock starts again."""
    gate = day.plan.algorithm.gates[sign.gate]
    answer = gate_answer(day, gate, sign.answers)
    conclusion = answer.conclusion or gate.passed
    known = gate.conclusions.get(conclusion)
    resets = known is not None and known.resets_clock
    trial = day.trial
    reset = trial.treatment.seq if resets and trial is not None and trial.settled_on is None else None
    return {
        "gate": gate.id,
        "conclusion": conclusion,
        "items": {item.id: item.result.value for item in answer.items},
        "answers": {item.id: sign.answers[item.id] for item in answer.items if item.by_word},
        "resets_clock_of": reset,
    }
