"""Whether a treatment is open by the formulary, and whether it may be started, as formulas."""

from decimal import Decimal

from engine.criteria.solver_terms import Term, Truth
from engine.model.formulary import IfUnknown, Option, Role, Titration
from engine.proof.world import CURRENT, Bound, World

MOST_DAYS = 100_000
MOST_WEEKS = 10_000


def option_open(world: World, name: str, role: Role, dose: Decimal | str | None = None) -> Truth:
    """An option by formulary rules: true where it is offered (perhaps with a caution), false where blocked.

    Args:
        dose: mg a day; None is its lowest dose, `CURRENT` the dose that is asked for, a variable.
    """
    key = ("option", name, role, dose)
    found = world.memo.get(key)
    if found is None:
        option = world.algorithm.formulary.options[name]
        doses = option.dose_in(role)
        asked: Decimal | str | None = dose
        if asked is None and doses is not None:
            asked = doses.lowest if doses.lowest is not None else doses.minimum
        bound = Bound(dose=asked, role=role)
        parts = [world.certain, *_contraindications(world, option, bound)]
        parts += _interactions(world, option) + _washouts(world, option)
        if asked is not None:
            parts += dose_truths(world, option, role, asked)
        found = world.memo[key] = world.all_of(parts)
    return found


def _rule(world: World, holds: Truth, if_unknown: IfUnknown) -> Truth:
    """What a rule that blocks when true leaves of an option."""
    if if_unknown is IfUnknown.ASK:
        return Truth(holds.false, holds.true)
    return Truth(world.z3.Not(holds.true), holds.true)


def _contraindications(world: World, option: Option, bound: Bound) -> list[Truth]:
    found: list[Truth] = []
    for rule in option.contraindicated:
        holds = world.truth(rule.when, bound)
        if rule.hard:
            found.append(_rule(world, holds, rule.if_unknown))
        elif rule.if_unknown is IfUnknown.ASK:
            found.append(Truth(world.z3.Or(holds.true, holds.false), world.no))
    return found


def _interactions(world: World, option: Option) -> list[Truth]:
    blocked: list[Term] = []
    for other in world.algorithm.formulary.options.values():
        if other.id == option.id:
            continue
        here = [i for i in world.plan.interactions(option) if other.members & i.with_ or other.id in i.with_]
        there = [
            i for i in world.plan.interactions(other) if option.members & i.with_ or option.id in i.with_
        ]
        if any(rule.severity == "block" for rule in (*here, *there)):
            blocked.append(world.flag(f"runs.{other.id}"))
    return [world.either(world.z3.Not(world.z3.Or(blocked)))] if blocked else []


def _washouts(world: World, option: Option) -> list[Truth]:
    """Treatments that are still taken, or were stopped too few days ago. Day n itself is open."""
    z3 = world.z3
    closed: list[Term] = []
    for rule in world.plan.washouts(option):
        for other in sorted(rule.after):
            if other == option.id or other not in world.algorithm.formulary.options:
                continue
            had, runs = world.flag(f"had.{other}"), world.flag(f"runs.{other}")
            since = world.number(f"stopped.{other}", 0, MOST_DAYS)
            closed.append(z3.Or(runs, z3.And(had, since < rule.days)))
    return [world.either(z3.Not(z3.Or(closed)))] if closed else []


def dose_truths(world: World, option: Option, role: Role, dose: Decimal | str) -> list[Truth]:
    """Maximum, limits and titration at one dose."""
    doses = option.dose_in(role)
    asked = world.asked_dose() if dose == CURRENT else real(world, Decimal(str(dose)))
    bound = Bound(dose=dose, role=role)
    found: list[Truth] = []
    if doses is not None:
        if doses.maximum is not None:
            found.append(world.either(asked <= real(world, doses.maximum)))
        for limit in doses.limits:
            over = asked > real(world, limit.maximum)
            holds = world.truth(limit.when, bound)
            rule = _rule(world, holds, limit.if_unknown)
            z3 = world.z3
            found.append(Truth(z3.Or(z3.Not(over), rule.true), z3.And(over, rule.false)))
    if option.titration is not None:
        found.append(_titration(world, option, option.titration, asked, bound))
    return found


def _titration(world: World, option: Option, titration: Titration, asked: Term, bound: Bound) -> Truth:
    """The dose is not above the most of its week, by the first column that holds."""
    z3 = world.z3
    week = world.number(f"titration.{option.id}", 0, MOST_WEEKS)
    within: Term = world.yes
    for column in reversed(titration.columns):
        last = real(world, column.maximum[-1])
        for when, maximum in column.maintenance:
            higher = real(world, max(maximum, column.maximum[-1]))
            holds = world.truth(when, bound).true
            last = z3.If(z3.And(holds, higher > last), higher, last)
        most = last
        for number in range(len(column.maximum) - 2, -1, -1):
            most = z3.If(week == number, real(world, column.maximum[number]), most)
        within = z3.If(world.truth(column.when, bound).true, asked <= most, within)
    return world.either(within)


def dose_here(world: World, option: Option, step: str, role: Role) -> Truth:
    """A change to the dose asked for in a step: the rules of the drug, and the most the step's rows give."""
    z3, asked = world.z3, world.asked_dose()
    rows = [row for row in world.algorithm.steps[step].options.get(role, ()) if option.id in row.options]
    live = [(z3.Not(world.truth(row.when).false), row.dose_high) for row in rows]
    open_ = [z3.Not(z3.Or([holds for holds, _ in live]))]
    for holds, high in live:
        open_.append(holds if high is None else z3.And(holds, asked <= real(world, high)))
    return world.all_of([world.either(z3.Or(open_)), *dose_truths(world, option, role, CURRENT)])


def real(world: World, value: Decimal) -> Term:
    """A decimal as a term."""
    numerator, denominator = value.as_integer_ratio()
    return world.z3.Q(numerator, denominator)


def start_truth(world: World, name: str, step: str, dose: Decimal | str | None = None) -> Truth:
    """A start of an option in a step, in whatever role it may be given there: true where it is permitted.

    Left out, so that more counts as permitted: gates within a step, stops, and the rules of other treatments.
    """
    option = world.algorithm.formulary.options[name]
    ways: list[Truth] = []
    for role, rows in world.algorithm.steps[step].options.items():
        for row in rows:
            if name in row.options:
                parts = [option_open(world, name, role, dose), world.truth(row.when)]
                if dose == CURRENT:
                    if row.dose_high is not None:
                        parts.append(world.either(world.asked_dose() <= real(world, row.dose_high)))
                    if row.dose_low is not None:
                        parts.append(world.either(world.asked_dose() >= real(world, row.dose_low)))
                ways.append(world.all_of(parts))
    if world.plan.may_be_concomitant(option):
        ways.append(option_open(world, name, Role.CONCOMITANT, dose))
    if not ways:
        return Truth(world.no, world.yes)
    not_taken = world.either(world.z3.Not(world.flag(f"runs.{name}")))
    return world.all_of([not_taken, world.any_of(ways)])
