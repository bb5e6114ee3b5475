"""Options: what the formulary says about a treatment for this patient today."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from engine.criteria.explain import explain
from engine.model.criterion import Condition
from engine.model.decision import Kleene, OptionAnswer, OptionStatus, Part, Reason
from engine.model.formulary import Dose, DoseLimit, IfUnknown, Option, Role, Rule
from engine.model.place import NOWHERE, Place
from engine.runtime.day import Day
from engine.runtime.evidence_for import Need, confirming, minimal, ruling_out, together
from engine.runtime.facts import Facts
from engine.runtime.titration import titration_maximum


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule does to an option.

    `needs`: evidence that would lift an undecided one, and that would block.
    """

    status: OptionStatus
    reason: Reason
    lift: tuple[Need, ...] = ()
    block: tuple[Need, ...] = ()
    open_on: date | None = None


_ORDER = (OptionStatus.BLOCKED, OptionStatus.UNDECIDED, OptionStatus.CAUTIONED, OptionStatus.OFFERED)


def worst(statuses: Iterator[OptionStatus] | list[OptionStatus]) -> OptionStatus:
    """The status that decides: blocked before undecided before cautioned before offered."""
    found = set(statuses)
    return next(status for status in _ORDER if status in found or status is OptionStatus.OFFERED)


def option_answer(day: Day, option: Option, role: Role | None = None) -> OptionAnswer:
    """An option by formulary rules alone, at its lowest dose, whatever the step."""
    return answer_of(option, verdicts(day, option, role or _usual_role(day, option), None))


def option_status(day: Day, option: Option, role: Role) -> OptionStatus:
    """The status alone; stops at the first rule that blocks."""
    result = OptionStatus.OFFERED
    for verdict in verdicts(day, option, role, None, explained=False):
        if verdict.status is OptionStatus.BLOCKED:
            return verdict.status
        result = worst([result, verdict.status])
    return result


def answer_of(option: Option, found: Iterator[Verdict]) -> OptionAnswer:
    """Verdicts of an option as one answer, the deciding ones first."""
    listed = sorted(found, key=lambda v: _ORDER.index(v.status))
    opens = [v.open_on for v in listed if v.open_on is not None]
    return OptionAnswer(
        id=option.id,
        title=option.title,
        status=worst([v.status for v in listed]),
        reasons=tuple(v.reason for v in listed),
        open_on=max(opens, default=None),
    )


def _usual_role(day: Day, option: Option) -> Role:
    for role in (Role.PRIMARY, Role.AUGMENTATION):
        for step in day.plan.algorithm.steps.values():
            if any(option.id in row.options for row in step.options.get(role, ())):
                return role
    return Role.CONCOMITANT


def verdicts(
    day: Day, option: Option, role: Role, dose: Decimal | None, *, explained: bool = True
) -> Iterator[Verdict]:
    """What each rule that bites says: contraindications, interactions, washouts, limits, baseline tests.

    Args:
        dose: Dose asked for in mg a day (or a session); None judges the lowest one.
        explained: Give the facts behind each reason; without it only statuses matter.
    """
    doses = option.dose_in(role)
    asked = dose if dose is not None else _lowest(doses)
    facts = Facts(day, option=(asked, role))
    for rule in day.plan.contraindications(option):
        yield from _contraindication(day, facts, rule, explained=explained)
    yield from interactions(day, option)
    yield from _washouts(day, option)
    if asked is not None:
        yield from dose_verdicts(day, facts, option, role, asked, explained=explained)
    for requirement in option.requires:
        met = [r for r in day.fresh(requirement.type, requirement.within) if r.values]
        if not met and day.plan.holds(requirement.when, facts) is not False:
            evidence = day.plan.algorithm.evidence[requirement.type]
            yield Verdict(
                OptionStatus.CAUTIONED,
                Reason(
                    Part.CAUTION,
                    requirement.type,
                    None,
                    f"{evidence.title} is not recorded; it is a baseline test of {option.title}",
                    (facts.shown(f"{requirement.type}.{evidence.main[0]}"),),
                    requirement.because,
                    requirement.source,
                    place=requirement.place,
                ),
            )


def _lowest(doses: Dose | None) -> Decimal | None:
    if doses is None:
        return None
    return doses.lowest if doses.lowest is not None else doses.minimum


def _contraindication(day: Day, facts: Facts, rule: Rule, *, explained: bool) -> Iterator[Verdict]:
    holds = day.plan.holds(rule.when, facts)
    status = _status(holds, rule.if_unknown, OptionStatus.BLOCKED if rule.hard else OptionStatus.CAUTIONED)
    if status is None:
        return
    yield rule_verdict(
        day, facts, status, holds, rule.id, rule.when, rule.why, rule.source, rule.place, explained=explained,
        hard=rule.hard,
    )  # fmt: skip


def _status(holds: Kleene, if_unknown: IfUnknown, when_true: OptionStatus) -> OptionStatus | None:
    if holds is True:
        return when_true
    if holds is None and if_unknown is IfUnknown.ASK:
        return OptionStatus.UNDECIDED
    if holds is None and if_unknown is IfUnknown.CAUTION:
        return OptionStatus.CAUTIONED
    return None


def rule_verdict(
    day: Day,
    facts: Facts,
    status: OptionStatus,
    holds: Kleene,
    code: str,
    when: Condition,
    why: str,
    source: str | None,
    place: Place = NOWHERE,
    *,
    explained: bool,
    hard: bool,
) -> Verdict:
    """A rule's verdict with the facts that made it, or the unknown ones it waits for."""
    criterion = day.plan.of(when)
    unknown = holds is None
    text = f"{why} (not recorded)" if unknown else why
    if not explained:
        return Verdict(status, Reason(Part.OPTION, code, None, why))
    lift = block = ()
    if unknown:
        lift, block = ruling_out(facts, criterion), confirming(facts, criterion)
        names = sorted({name for found in (explain(criterion, facts).rule_out) for name in found})
    else:
        names = explain(criterion, facts).because
    blocked = status is OptionStatus.BLOCKED
    part = (
        Part.HARD_STOP
        if blocked and hard
        else Part.CAUTION
        if status is OptionStatus.CAUTIONED
        else Part.OPTION
    )
    reason = Reason(
        part,
        code,
        False if blocked else None if status is OptionStatus.UNDECIDED else True,
        text,
        tuple(facts.shown(name) for name in names),
        source=source,
        overridable=not (blocked and hard),
        place=place,
    )
    return Verdict(status, reason, lift, block if hard else ())


def interactions(day: Day, option: Option) -> Iterator[Verdict]:
    """Interactions with running treatments, written at either side."""
    for treatment in day.running:
        other = day.plan.option(treatment.option)
        if other is None or other.id == option.id:
            continue
        here = [i for i in day.plan.interactions(option) if other.members & i.with_ or other.id in i.with_]
        there = [i for i in day.plan.interactions(other) if option.members & i.with_ or option.id in i.with_]
        for rule in (*here, *there):
            blocked = rule.severity == "block"
            yield Verdict(
                OptionStatus.BLOCKED if blocked else OptionStatus.CAUTIONED,
                Reason(
                    Part.HARD_STOP if blocked else Part.CAUTION,
                    rule.rule,
                    not blocked,
                    f"With {other.title}: {rule.effect}. {rule.why}",
                    (Facts(day).shown(f"taking.{other.id}"),),
                    source=rule.source,
                    overridable=not blocked,
                ),
            )


def _washouts(day: Day, option: Option) -> Iterator[Verdict]:
    """Treatments that are still taken, or were stopped too few days ago. Day n itself is open."""
    worst_open: tuple[date, str, str, str | None] | None = None
    for rule in day.plan.washouts(option):
        for treatment in day.treatments:
            if treatment.option not in rule.after or treatment.option == option.id:
                continue
            ended_on = treatment.stopped_on or day.today
            open_on = ended_on + timedelta(days=rule.days)
            if open_on <= day.today and treatment.stopped_on is not None:
                continue
            other = day.plan.option(treatment.option)
            title = other.title if other else treatment.option
            since = "is still taken" if treatment.stopped_on is None else f"stopped on {treatment.stopped_on}"
            text = f"{rule.days} days after {title} ({since}) must pass. {rule.why}"
            if worst_open is None or open_on > worst_open[0]:
                worst_open = (open_on, text, rule.rule, rule.source)
    if worst_open is not None:
        open_on, text, code, source = worst_open
        reason = Reason(Part.HARD_STOP, code, False, text, source=source, again_on=open_on, overridable=False)
        yield Verdict(OptionStatus.BLOCKED, reason, open_on=open_on)


def dose_verdicts(
    day: Day, facts: Facts, option: Option, role: Role, dose: Decimal, *, explained: bool = True
) -> Iterator[Verdict]:
    """Maximum, limits and titration at one dose."""
    doses = option.dose_in(role)
    if doses is not None:
        unit = f"{doses.unit} a {doses.per}"
        if doses.maximum is not None and dose > doses.maximum:
            text = f"{option.title} {dose} {unit} is above the maximum of {doses.maximum} {unit}"
            yield _over(option, "maximum_dose", text, dose, doses.source)
        for limit in doses.limits:
            yield from _limit(day, facts, option, limit, dose, unit, explained=explained)
    maximum = titration_maximum(day, facts, option)
    if maximum is not None and option.titration is not None and dose > maximum:
        text = f"{option.title} {dose} mg a day is above {maximum} mg a day, the most for this week"
        text = f"{text}. {option.titration.why}"
        yield _over(option, option.titration.rule, text, dose, option.titration.source)


def _over(option: Option, code: str, text: str, dose: Decimal, source: str | None) -> Verdict:
    reason = Reason(Part.HARD_STOP, code, False, text, source=source, overridable=False, place=option.place)
    return Verdict(OptionStatus.BLOCKED, reason)


def _limit(
    day: Day, facts: Facts, option: Option, limit: DoseLimit, dose: Decimal, unit: str, *, explained: bool
) -> Iterator[Verdict]:
    holds = day.plan.holds(limit.when, facts)
    over = dose > limit.maximum
    when_true = OptionStatus.BLOCKED if over else None
    status = when_true if holds is True else _status(holds, limit.if_unknown, OptionStatus.BLOCKED)
    if status is None or (status is OptionStatus.UNDECIDED and not over):
        return
    why = f"{option.title} at most {limit.maximum} {unit}. {limit.why}"
    yield rule_verdict(
        day,
        facts,
        status,
        holds,
        limit.rule,
        limit.when,
        why,
        limit.source,
        limit.place,
        explained=explained,
        hard=True,
    )


def lifted(found: list[Verdict]) -> tuple[Need, ...]:
    """Evidence that would open an undecided option: one alternative for each undecided rule, joined."""
    return together(v.lift for v in found if v.status is OptionStatus.UNDECIDED)


def blocking(found: list[Verdict]) -> tuple[Need, ...]:
    """Evidence that would block it."""
    return minimal(need for v in found for need in v.block)
