"""Deciding a move: every part that speaks for or against it, joined by three-valued and."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.model.algorithm import Bounds, Move, MoveKind, Step
from engine.model.decision import (
    Decision,
    GateAnswer,
    ItemResult,
    Kleene,
    OptionStatus,
    Part,
    Reason,
    Status,
    status_of,
)
from engine.model.gate import Gate
from engine.runtime.day import Day
from engine.runtime.evidence_for import Need, minimal, together
from engine.runtime.gate import gate_answer, gate_needs
from engine.runtime.interrupts import freezes_move
from engine.runtime.options import lifted, option_status, verdicts
from engine.runtime.options import worst as worst_status
from engine.runtime.parts import (
    PartResult,
    algorithm_ref,
    condition_part,
    kleene_and,
    needs_of,
    ordered,
    requirement_part,
)

UNBOUND_BY_LEAVE = frozenset((MoveKind.BYPASS, MoveKind.EXIT, MoveKind.DE_ESCALATE))
ANY_ROLE: frozenset[str] | None = None
MOST_OPTIONS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class _Asked:
    day: Day
    move: Move
    roles: frozenset[str] | None
    explained: bool


def move_status(day: Day, move: Move, roles: frozenset[str] | None = ANY_ROLE) -> Status:
    """The answer alone, without reasons; stops at the first part that refuses."""
    value: Kleene = True
    for part in _parts(_Asked(day, move, roles, explained=False)):
        value = kleene_and(value, part.value)
        if value is False:
            break
    return status_of(value)


def decide_move(day: Day, move: Move, roles: frozenset[str] | None = ANY_ROLE) -> Decision:
    """The answer about a move with every reason, what would decide it, and whether a deviation may pass it.

    Args:
        roles: Roles the actor holds; None means every role.
    """
    parts = tuple(_parts(_Asked(day, move, roles, explained=True)))
    value: Kleene = True
    for part in parts:
        value = kleene_and(value, part.value)
    gate = day.plan.algorithm.gates.get(move.gate) if move.gate else None
    answer = gate_answer(day, gate) if gate is not None else None
    return Decision(
        subject="move",
        id=move.id,
        title=move.title,
        status=status_of(value),
        today=day.today,
        algorithm=algorithm_ref(day),
        reasons=ordered(reason for part in parts for reason in part.reasons),
        needs=needs_of(parts, value),
        gate=answer,
        deviable=all(part.value is True or part.passable for part in parts),
        target=day.plan.algorithm.target_of(move, day.case.step)
        if day.case.step in move.sources
        else move.target,
    )


def _parts(asked: _Asked) -> Iterator[PartResult]:
    day, move, explained = asked.day, asked.move, asked.explained
    step = day.plan.algorithm.steps[day.case.step]
    if step.id not in move.sources or day.case.closed_on is not None:
        yield _not_from_here(day, move, step)
        return
    yield from _interrupts(day, move)
    if move.kind not in UNBOUND_BY_LEAVE:
        yield from _bounds(asked, step.leave)
    for requirement in move.requires:
        yield requirement_part(day, requirement, explained=explained)
    yield condition_part(day, move.when, explained=explained)
    if move.by and asked.roles is not None and not move.by & asked.roles:
        yield _not_by(move.by)
    target = step if move.target is None else day.plan.algorithm.steps[move.target]
    if move.target is not None:
        yield from _bounds(asked, target.enter)
    if move.gate is not None:
        yield gate_part(day, day.plan.algorithm.gates[move.gate], explained=explained)
    yield from _target_options(asked, target)


def _not_from_here(day: Day, move: Move, step: Step) -> PartResult:
    if day.case.closed_on is not None:
        text = f"The case was closed on {day.case.closed_on}"
    else:
        starts = " or ".join(day.plan.algorithm.steps[s].title for s in move.sources)
        text = f"{move.title} starts in {starts}; the case is in {step.title}"
    reason = Reason(Part.FROM, "not_from_here", False, text, overridable=False, place=move.place)
    return PartResult(Part.FROM, False, (reason,), passable=False)


def _interrupts(day: Day, move: Move) -> Iterator[PartResult]:
    for raised in day.case.raised():
        interrupt = day.plan.algorithm.interrupts.get(raised.id)
        if interrupt is None or raised.on > day.today or not freezes_move(interrupt, move):
            continue
        text = f"{interrupt.title}: moves are frozen until a clinician releases them"
        reason = Reason(Part.INTERRUPT, raised.id, False, text, source=interrupt.source, overridable=False,
                        place=interrupt.place)  # fmt: skip
        yield PartResult(Part.INTERRUPT, False, (reason,), passable=False)


def _bounds(asked: _Asked, bounds: Bounds) -> Iterator[PartResult]:
    if asked.move.kind in bounds.except_kinds:
        return
    for requirement in bounds.requires:
        yield requirement_part(asked.day, requirement, explained=asked.explained)
    yield condition_part(asked.day, bounds.when, explained=asked.explained)


def _not_by(by: frozenset[str]) -> PartResult:
    text = f"Made by: {', '.join(sorted(by))}"
    return PartResult(
        Part.BY, False, (Reason(Part.BY, "by", False, text, overridable=False),), passable=False
    )


# The gate


def gate_part(day: Day, gate: Gate, *, explained: bool = True) -> PartResult:
    """Whether the gate is passed and signed. A deviation needs a signature and no failure it may not pass."""
    answer = gate_answer(day, gate, shown=explained)
    signed = answer.signed_on is not None
    value: Kleene = False if answer.failing else True if answer.complete and signed else None
    if not explained:
        return PartResult(Part.GATE, value)
    needs = gate_needs(day, gate, answer)
    passable = signed and all(
        item.overridable or item.result in (ItemResult.PASSES, ItemResult.DOES_NOT_APPLY)
        for item in answer.items
    )
    return PartResult(
        Part.GATE,
        value,
        _gate_reasons(gate, answer, signed=signed),
        needs.to_pass if answer.blank else (),
        needs.to_fail,
        passable=passable,
    )


def _gate_reasons(gate: Gate, answer: GateAnswer, *, signed: bool) -> tuple[Reason, ...]:
    reasons = [
        Reason(
            Part.GATE,
            item.id,
            False if item.result is ItemResult.FAILS else None,
            item.ask,
            item.facts,
            source=gate.source,
            overridable=item.overridable,
        )
        for item in (*answer.failing, *answer.blank)
    ]
    asked = sum(1 for item in answer.items if item.result is not ItemResult.DOES_NOT_APPLY)
    answered = asked - len(answer.blank)
    if signed:
        reasons.append(Reason(Part.GATE, "signed", True, f"{gate.title}: signed on {answer.signed_on}"))
    else:
        text = f"{gate.title}: {answered} of {asked} answered, not signed"
        reasons.append(Reason(Part.GATE, "unsigned", None, text, overridable=False))
    return tuple(reasons)


# Options of the target


def _target_options(asked: _Asked, target: Step) -> Iterator[PartResult]:
    """Some option of the target must be open. Staying in the step, the trial being left does not count."""
    role = target.leading_role
    if role is None or asked.move.kind is MoveKind.DE_ESCALATE:
        return
    day = asked.day
    left = day.trial.option if asked.move.target is None and day.trial is not None else None
    names = dict.fromkeys(o for row in target.options[role] for o in row.options if o != left)
    best: list[OptionStatus] = []
    opening: list[Need] = []
    shown: list[Reason] = []
    for row in target.options[role]:
        for name in row.options:
            if name not in names:
                continue
            option = day.plan.algorithm.formulary.options[name]
            status = option_status(day, option, role)
            when = day.plan.holds(row.when, day.facts)
            if when is not True:
                status = worst_status(
                    [status, OptionStatus.BLOCKED if when is False else OptionStatus.UNDECIDED]
                )
            best.append(status)
            if status in (OptionStatus.OFFERED, OptionStatus.CAUTIONED):
                yield PartResult(Part.OPTION, True)
                return
            if asked.explained:
                found = list(verdicts(day, option, role, None))
                row_part = condition_part(day, row.when)
                if status is OptionStatus.UNDECIDED:
                    waiting = [row_part.to_permit] if when is None else []
                    opening.extend(together([*waiting, lifted(found)]))
                shown += [v.reason for v in found if v.status is status][:1]
                shown += [reason for reason in row_part.reasons if reason.holds is not True][:1]
    if not best:
        text = f"{target.title} offers no other treatment"
        reason = Reason(Part.OPTION, "no_option", False, text, overridable=False)
        yield PartResult(Part.OPTION, False, (reason,), passable=False)
        return
    value: Kleene = None if OptionStatus.UNDECIDED in best else False
    reasons = tuple(
        replace(r, holds=value if r.holds is not False else False) for r in shown[:MOST_OPTIONS_SHOWN]
    )
    yield PartResult(
        Part.OPTION,
        value,
        reasons,
        minimal(opening),
        passable=value is None,
    )
