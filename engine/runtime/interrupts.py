"""Interrupts: what an event raises, what they freeze, and when they may be released."""

from datetime import date

from engine.criteria.explain import explain
from engine.model.algorithm import Move
from engine.model.case import Case, RaisedInterrupt
from engine.model.decision import Decision, Kleene, Part, Reason, status_of
from engine.model.event import Draft, Event, EventType, Json
from engine.model.gate import Interrupt
from engine.runtime.day import Day, latest
from engine.runtime.facts import Facts
from engine.runtime.parts import (
    PartResult,
    algorithm_ref,
    condition_part,
    kleene_and,
    needs_of,
    ordered,
    requirement_part,
)
from engine.runtime.plan import Plan


def freezes_move(interrupt: Interrupt, move: Move) -> bool:
    """Whether a raised interrupt freezes a move."""
    return move.id in interrupt.frozen_moves


def freezes_start(interrupt: Interrupt, kind: str, option: str) -> bool:
    """Whether a raised interrupt freezes a start of this kind."""
    return kind not in interrupt.spared_kinds and option not in interrupt.spared_options


RAISING = frozenset(
    (
        EventType.CASE_OPENED,
        EventType.TREATMENT_REPORTED,
        EventType.EVIDENCE_RECORDED,
        EventType.TREATMENT_STARTED,
        EventType.DOSE_CHANGED,
        EventType.TREATMENT_STOPPED,
        EventType.ALGORITHM_CHANGED,
    )
)
"""Events after which an interrupt may be raised: those that bring evidence, or change treatments or rules."""


def consequences(plan: Plan, case: Case, event: Event) -> tuple[Draft, ...]:
    """The interrupts that follow from an event, judged as of its own clinic date.

    Args:
        case: The case after the event.
    """
    if event.type not in RAISING:
        return ()
    raised = {item.id for item in case.raised()}
    day = Day(plan, case, event.observed_on)
    found: list[Draft] = []
    for interrupt in plan.algorithm.interrupts.values():
        if interrupt.id in raised:
            continue
        facts = Facts(day, after_seq=_last_release(case, interrupt.id))
        if plan.holds(interrupt.raise_when, facts) is True:
            evidence: list[Json] = [*_raising_records(day, interrupt, facts)]
            payload: dict[str, Json] = {"interrupt": interrupt.id, "evidence": evidence}
            found.append(Draft(EventType.INTERRUPT_RAISED, event.observed_on, payload))
    return tuple(found)


def _last_release(case: Case, name: str) -> int:
    return max(
        (i.released_seq for i in case.interrupts if i.id == name and i.released_seq is not None), default=0
    )


def _raising_records(day: Day, interrupt: Interrupt, facts: Facts) -> tuple[int, ...]:
    seqs: set[int] = set()
    for name in explain(day.plan.of(interrupt.raise_when), facts).because:
        kind, _, field = name.partition(".")
        if kind in day.plan.algorithm.evidence:
            record = latest(facts.fresh(kind), field)
            if record is not None:
                seqs.add(record.seq)
    return tuple(sorted(seqs))


def raised_on(case: Case, raised: RaisedInterrupt) -> date:
    """Date of the latest record that raised it; else the day it was raised."""
    dates = [r.observed_on for r in case.records if r.seq in raised.evidence]
    return max(dates, default=raised.on)


def decide_release(day: Day, name: str, reason: str, roles: frozenset[str] | None = None) -> Decision:
    """Whether an interrupt may be released today."""
    interrupt = day.plan.algorithm.interrupts[name]
    raised = next((item for item in day.case.raised() if item.id == name), None)
    parts: list[PartResult] = []
    if raised is None:
        text = f"{interrupt.title} is not raised"
        parts.append(
            PartResult(Part.FROM, False, (Reason(Part.FROM, "not_raised", False, text),), passable=False)
        )
    else:
        since = raised_on(day.case, raised)
        parts += [requirement_part(day, requirement, since) for requirement in interrupt.release_requires]
        windows = {requirement.type: requirement.within for requirement in interrupt.release_requires}
        parts.append(
            condition_part(day, interrupt.release_when, Facts(day, windows=windows, raised_on=since))
        )
    if not reason.strip():
        text = "A release says why: enter a reason"
        parts.append(PartResult(Part.BY, False, (Reason(Part.BY, "reason", False, text),), passable=False))
    if interrupt.release_by and roles is not None and not interrupt.release_by & roles:
        text = f"Released by: {', '.join(sorted(interrupt.release_by))}"
        parts.append(PartResult(Part.BY, False, (Reason(Part.BY, "by", False, text),), passable=False))
    value: Kleene = True
    for part in parts:
        value = kleene_and(value, part.value)
    return Decision(
        subject="release",
        id=name,
        title=interrupt.title,
        status=status_of(value),
        today=day.today,
        algorithm=algorithm_ref(day),
        reasons=ordered(reason for part in parts for reason in part.reasons),
        needs=needs_of(tuple(parts), value),
    )
