"""Deciding starts, doses and stops, in the case as it would be afterwards."""

from collections.abc import Iterator
from decimal import Decimal

from engine.model.algorithm import MoveKind, OptionRow, Step
from engine.model.case import MoveMade, Treatment
from engine.model.decision import Decision, Kleene, OptionStatus, Part, Reason, status_of
from engine.model.entry import DoseChange, Start, Stop
from engine.model.formulary import Option, Role
from engine.runtime.afterwards import with_dose, with_start, without
from engine.runtime.day import Day
from engine.runtime.facts import Facts
from engine.runtime.interrupts import freezes_start
from engine.runtime.options import Verdict, answer_of, blocking, dose_verdicts, interactions, lifted, verdicts
from engine.runtime.parts import (
    PartResult,
    algorithm_ref,
    condition_part,
    kleene_and,
    needs_of,
    ordered,
)
from engine.runtime.trials import offered_in

LED = (Role.PRIMARY, Role.AUGMENTATION)


def role_of(day: Day, start: Start) -> Role:
    """The role of a start.

    As asked, else the step's leading one where it offers the option, else as it fits.
    """
    if start.role is not None:
        return start.role
    step = day.plan.algorithm.steps[day.case.step]
    leading = (step.leading_role,) if step.leading_role else ()
    for role in (*leading, *step.options):
        if start.option in offered_in(step, role):
            return role
    return Role.CONCOMITANT


def start_kind(day: Day) -> str:
    """The kind of the next start: of the move that entered the step, for the first of a visit; then `switch`.

    After a return the continuing treatment is the visit's first start. Concomitant ones do not count.
    """
    visit = day.case.visit
    started = any(
        t.visit == len(day.case.visits) - 1 and t.role is not Role.CONCOMITANT for t in day.case.treatments
    )
    if started or _continues(day):
        return MoveKind.SWITCH
    return visit.kind or MoveKind.START


def decide_start(day: Day, start: Start, roles: frozenset[str] | None = None) -> Decision:
    """Whether a treatment may be started today, at this dose, in this role.

    Args:
        roles: Roles the actor holds; None means every role.
    """
    option = day.plan.algorithm.formulary.options[start.option]
    role = role_of(day, start)
    parts = tuple(_start_parts(day, start, option, role, roles))
    return _decision(day, "start", option, parts, list(verdicts(day, option, role, start.dose_mg_per_day)))


def _decision(
    day: Day, subject: str, option: Option, parts: tuple[PartResult, ...], found: list[Verdict]
) -> Decision:
    value: Kleene = True
    for part in parts:
        value = kleene_and(value, part.value)
    return Decision(
        subject=subject,
        id=option.id,
        title=option.title,
        status=status_of(value),
        today=day.today,
        algorithm=algorithm_ref(day),
        reasons=ordered(reason for part in parts for reason in part.reasons),
        needs=needs_of(parts, value),
        again_on=max((v.open_on for v in found if v.open_on is not None), default=None),
        options=(answer_of(option, iter(found)),),
        # A deviation of a start passes what is not known, and nothing that is refused.
        deviable=all(part.value is not False and (part.value or part.passable) for part in parts),
    )


def _start_parts(
    day: Day, start: Start, option: Option, role: Role, roles: frozenset[str] | None
) -> Iterator[PartResult]:
    step = day.plan.algorithm.steps[day.case.step]
    if day.case.closed_on is not None:
        yield _no(Part.FROM, "case_closed", f"The case was closed on {day.case.closed_on}")
        return
    if any(t.option == option.id for t in day.running):
        yield _no(Part.OPTION, "already_taken", f"{option.title} is already taken")
        return
    if role is not Role.CONCOMITANT:
        yield from _frozen(day, start_kind(day), option)
    yield from _offered(day, step, option, role, start.dose_mg_per_day, roles)
    yield from _gate_within_step(day, step, option, role)
    yield from rule_parts(day, list(verdicts(day, option, role, start.dose_mg_per_day)))
    yield from _others(day, with_start(day, start, role), option.id)


def _no(part: Part, code: str, text: str, *, overridable: bool = False) -> PartResult:
    return PartResult(
        part, False, (Reason(part, code, False, text, overridable=overridable),), passable=False
    )


def _frozen(day: Day, kind: str, option: Option) -> Iterator[PartResult]:
    for raised in day.case.raised():
        interrupt = day.plan.algorithm.interrupts.get(raised.id)
        if interrupt and raised.on <= day.today and freezes_start(interrupt, kind, option.id):
            text = f"{interrupt.title}: starts are frozen until a clinician releases them"
            yield _no(Part.INTERRUPT, raised.id, text)


def _offered(
    day: Day, step: Step, option: Option, role: Role, dose: Decimal | None, roles: frozenset[str] | None
) -> Iterator[PartResult]:
    rows = [row for row in step.options.get(role, ()) if option.id in row.options]
    if not rows and role is not Role.CONCOMITANT:
        yield _no(
            Part.OPTION, "not_offered", f"{step.title} does not offer {option.title} as {role} treatment"
        )
    elif not rows and not day.plan.may_be_concomitant(option):
        yield _no(Part.OPTION, "not_offered", f"{step.title} does not offer {option.title}")
    if not rows:
        return
    best = min((tuple(_row_parts(day, row, option, dose, roles)) for row in rows), key=_badness)
    yield from best


def _badness(parts: tuple[PartResult, ...]) -> int:
    return sum(2 if part.value is False else part.value is None for part in parts)


def _row_parts(
    day: Day, row: OptionRow, option: Option, dose: Decimal | None, roles: frozenset[str] | None
) -> Iterator[PartResult]:
    yield condition_part(day, row.when)
    if row.by and roles is not None and not row.by & roles:
        yield _no(Part.BY, "by", f"Started by: {', '.join(sorted(row.by))}")
    if row.never_first and not any(t.role in LED for t in day.treatments):
        yield _no(
            Part.OPTION, "never_first", f"{option.title} is never the first treatment", overridable=True
        )
    if dose is None:
        return
    if row.dose_high is not None and dose > row.dose_high:
        yield _no(
            Part.HARD_STOP, "dose_of_step", f"{option.title} is given up to {row.dose_high} mg a day here"
        )
    if row.dose_low is not None and dose < row.dose_low:
        yield _no(
            Part.HARD_STOP, "dose_of_step", f"{option.title} is given from {row.dose_low} mg a day here"
        )


def _gate_within_step(day: Day, step: Step, option: Option, role: Role) -> Iterator[PartResult]:
    """A second leading treatment in one visit needs a gated move within the step, which serves one start."""
    if role is not step.leading_role or role not in LED or not has_started(day):
        return
    if serving_move(day) is None and not _together(day, step, option, role):
        text = f"A second treatment in {step.title} needs the gate again: make the move within the step first"
        yield _no(Part.GATE, "gate_within_step", text)


def _together(day: Day, step: Step, option: Option, role: Role) -> bool:
    """Whether a combination of the step holds this option with what was started in this visit, each once."""
    index = len(day.case.visits) - 1
    started = {t.option for t in day.case.treatments if t.visit == index and t.role is role}
    rows = (row for row in step.options.get(role, ()) if row.together)
    return any(
        option.id in row.options and option.id not in started and started <= set(row.options) for row in rows
    )


def has_started(day: Day) -> bool:
    """Whether the leading treatment of this visit was already started; after a return it goes on."""
    index = len(day.case.visits) - 1
    role = day.plan.algorithm.steps[day.case.step].leading_role
    return _continues(day) or any(t.visit == index and t.role is role for t in day.case.treatments)


def _continues(day: Day) -> bool:
    """Whether this visit is a return to a treatment that still ran, which counts as its first start."""
    index = len(day.case.visits) - 1
    returned = day.case.visit.kind == MoveKind.RETURN
    return returned and any(trial.visit == index and trial.treatment.visit < index for trial in day.trials)


def serving_move(day: Day) -> MoveMade | None:
    """A gated move within the step made in this visit that has not served a start yet."""
    since = day.case.visit.entered_seq
    used = {t.serves for t in day.case.treatments}
    return next(
        (
            m
            for m in day.case.moves
            if m.seq > since and m.gate is not None and m.from_step == m.to_step and m.seq not in used
        ),
        None,
    )


def rule_parts(day: Day, found: list[Verdict]) -> Iterator[PartResult]:
    """Formulary verdicts as parts: blocked refuses, undecided waits, a caution is said and passes."""
    for verdict in found:
        match verdict.status:
            case OptionStatus.BLOCKED:
                yield PartResult(Part.HARD_STOP, False, (verdict.reason,), passable=False)
            case OptionStatus.UNDECIDED:
                yield PartResult(Part.OPTION, None, (verdict.reason,), lifted([verdict]), blocking([verdict]))
            case _:
                yield PartResult(Part.CAUTION, True, (verdict.reason,))


def _others(day: Day, after: Day, name: str) -> Iterator[PartResult]:
    """What a change would newly do to the other treatments that are taken."""
    for treatment in day.running:
        other = day.plan.option(treatment.option)
        if other is None or other.id == name:
            continue
        before = {v.reason.code for v in _hard(day, treatment, other)}
        for verdict in _hard(after, treatment, other):
            if verdict.reason.code not in before:
                yield PartResult(Part.HARD_STOP, False, (verdict.reason,), passable=False)


def _hard(day: Day, treatment: Treatment, option: Option) -> Iterator[Verdict]:
    dose = treatment.doses[-1].dose_mg_per_day
    facts = Facts(day, option=(dose, treatment.role))
    found = [] if dose is None else list(dose_verdicts(day, facts, option, treatment.role, dose))
    found += list(interactions(day, option))
    return (v for v in found if v.status is OptionStatus.BLOCKED)


def running(day: Day, name: str) -> Treatment | None:
    """The running treatment of an option, the latest."""
    return next((t for t in reversed(day.running) if t.option == name), None)


def decide_dose(day: Day, change: DoseChange) -> Decision:
    """Whether a dose may be changed today. A cut is never frozen nor refused; a raise is like a start."""
    option = day.plan.algorithm.formulary.options[change.option]
    treatment = running(day, change.option)
    if treatment is None:
        text = f"{option.title} is not taken, so its dose cannot change"
        return _decision(day, "dose", option, (_no(Part.OPTION, "not_taken", text),), [])
    before = treatment.doses[-1].dose_mg_per_day
    raised = before is None or change.dose_mg_per_day > before
    if not raised:
        return _decision(day, "dose", option, (), [])
    parts: list[PartResult] = []
    if treatment.role in LED:
        parts += _frozen(day, MoveKind.SWITCH, option)
    after = with_dose(day, treatment, change)
    limit = _most_here(after, option, treatment.role)
    if limit is not None and change.dose_mg_per_day > limit:
        parts.append(
            _no(Part.HARD_STOP, "dose_of_step", f"{option.title} is given up to {limit} mg a day here")
        )
    facts = Facts(after, option=(change.dose_mg_per_day, treatment.role))
    found = list(dose_verdicts(after, facts, option, treatment.role, change.dose_mg_per_day))
    parts += rule_parts(day, found)
    parts += _others(day, after, option.id)
    return _decision(day, "dose", option, tuple(parts), found)


def _most_here(day: Day, option: Option, role: Role) -> Decimal | None:
    """The highest dose the step's rows allow; None where a row that holds, or no row at all, sets none."""
    step = day.plan.algorithm.steps[day.case.step]
    rows = [row for row in step.options.get(role, ()) if option.id in row.options]
    highs = [row.dose_high for row in rows if day.plan.holds(row.when, day.facts) is not False]
    known = [high for high in highs if high is not None]
    return max(known) if known and len(known) == len(highs) else None


def decide_stop(day: Day, stop: Stop) -> Decision:
    """A stop is never refused while the treatment is taken; what it does to others is said as a caution."""
    option = day.plan.algorithm.formulary.options[stop.option]
    treatment = running(day, stop.option)
    if treatment is None:
        return _decision(
            day, "stop", option, (_no(Part.OPTION, "not_taken", f"{option.title} is not taken"),), []
        )
    cautions = tuple(
        PartResult(Part.CAUTION, True, part.reasons)
        for part in _others(day, without(day, treatment), option.id)
    )
    return _decision(day, "stop", option, cautions, [])
