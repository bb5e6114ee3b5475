"""When time alone changes an answer: first dates, exact to the day.

Every fact that moves with time names the days on which it can change; the answer is then asked again on
those days only. Days on which a fact could change but does not cost time, never exactness.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from engine.criteria import TODAY
from engine.criteria.flips import flip_dates
from engine.model.algorithm import Move
from engine.model.criterion import Condition, NoneOf, lines_of
from engine.model.decision import Decision, GateAnswer, GateItemAnswer, ItemResult, Part, Reason, Status
from engine.model.gate import GateItem
from engine.model.time import Duration, Unit, Window, add_months, days
from engine.runtime.day import GATE_WINDOW_DAYS, Day
from engine.runtime.gate import item_answer
from engine.runtime.moves import move_status
from engine.runtime.score import lead

HORIZON_DAYS = 400
_RANK = {Status.REFUSED: 0, Status.UNDECIDED: 1, Status.PERMITTED: 2}
ONE = timedelta(days=1)


def timed(day: Day, move: Move, decision: Decision) -> Decision:
    """A move's decision with the dates on which time alone changes it, and each reason."""
    again_on = holds_until = None
    if not any(reason.part is Part.FROM for reason in decision.reasons):
        for candidate in sorted(_move_days(day, move)):
            status = move_status(day.at(candidate), move)
            if status is not decision.status:
                holds_until = candidate - ONE
                break
        if holds_until is not None and decision.status is not Status.PERMITTED:
            again_on = _better(day, move, decision.status)
    return replace(
        decision,
        again_on=again_on,
        holds_until=holds_until,
        reasons=tuple(_timed_reason(day, move, reason) for reason in decision.reasons),
        gate=_timed_gate(day, decision.gate) if decision.gate is not None else None,
    )


def _better(day: Day, move: Move, status: Status) -> date | None:
    for candidate in sorted(_move_days(day, move)):
        if _RANK[move_status(day.at(candidate), move)] > _RANK[status]:
            return candidate
    return None


def first_day(day: Day, condition: Condition, holds: Callable[[Day], bool]) -> date | None:
    """The first day after today on which something resting on a condition's facts holds by time alone."""
    for candidate in sorted(_condition_days(day, condition)):
        if holds(day.at(candidate)):
            return candidate
    return None


def _timed_reason(day: Day, move: Move, reason: Reason) -> Reason:
    if reason.holds is not False or reason.part is not Part.CRITERION:
        return reason
    line = _line_at(day, move, reason)
    if line is None:
        return reason
    return replace(
        reason, again_on=first_day(day, line, lambda later: later.plan.holds(line, later.facts) is True)
    )


def _line_at(day: Day, move: Move, reason: Reason) -> Condition | None:
    target = day.plan.algorithm.steps.get(move.target or "")
    step = day.plan.algorithm.steps[day.case.step]
    for condition in (move.when, step.leave.when, target.enter.when if target else None):
        for line in lines_of(condition) if condition is not None else ():
            if day.plan.sentence(line) == reason.text and line.place == reason.place:
                return line
            if day.plan.sentence(line, negated=True) == reason.text and line.place == reason.place:
                return NoneOf((line,))
    return None


def _timed_gate(day: Day, answer: GateAnswer) -> GateAnswer:
    gate = day.plan.algorithm.gates[answer.id]
    items: list[GateItemAnswer] = []
    for item, shown in zip(gate.items, answer.items, strict=True):
        if shown.result is ItemResult.FAILS and item.passes is not None and not shown.by_word:
            items.append(replace(shown, again_on=_passes_on(day, item)))
        else:
            items.append(shown)
    return replace(answer, items=tuple(items))


def _passes_on(day: Day, item: GateItem) -> date | None:
    if item.passes is None:
        return None
    return first_day(
        day, item.passes, lambda later: item_answer(later, item, shown=False).result is ItemResult.PASSES
    )


# Days on which something can change


def _move_days(day: Day, move: Move) -> set[date]:
    algorithm = day.plan.algorithm
    found: set[date] = set()
    step = algorithm.steps[day.case.step]
    target = algorithm.steps[move.target] if move.target is not None else None
    bounds = [step.leave, *([target.enter] if target else [])]
    for requirement in (*move.requires, *(r for b in bounds for r in b.requires)):
        found |= set(_expiries(day, requirement.type, requirement.within))
        found |= _condition_days(day, requirement.when)
    for condition in (move.when, *(b.when for b in bounds)):
        found |= _condition_days(day, condition)
    if move.gate is not None:
        gate = algorithm.gates[move.gate]
        for item in gate.items:
            found |= _condition_days(day, item.passes) | _condition_days(day, item.applies)
            for name in item.answer:
                kind = name.partition(".")[0]
                if kind in algorithm.evidence:
                    found |= set(_expiries(day, kind, item.within or day.plan.valid_for(kind)))
        for signature in day.case.signatures:
            found.add(days(gate.holds_days).after(signature.on) + ONE)
    found |= _option_days(day, (target or step).id)
    last = day.today + timedelta(days=HORIZON_DAYS)
    return {d for d in found if day.today < d <= last}


def _option_days(day: Day, step: str) -> set[date]:
    role = day.plan.algorithm.steps[step].leading_role
    found: set[date] = set()
    if role is None:
        return found
    kinds: set[str] = set()
    for row in day.plan.algorithm.steps[step].options[role]:
        for name in row.options:
            option = day.plan.algorithm.formulary.options[name]
            for rule in day.plan.washouts(option):
                for treatment in day.treatments:
                    if treatment.option in rule.after and treatment.stopped_on is not None:
                        found.add(treatment.stopped_on + timedelta(days=rule.days))
            for rule in option.contraindicated:
                kinds |= set(day.plan.of(rule.when).facts)
    for name in kinds:
        found |= set(_fact_days(day, name) or ())
    return found


def _condition_days(day: Day, condition: Condition | None) -> set[date]:
    if condition is None:
        return set()
    criterion = day.plan.of(condition)
    changes = {name: _fact_days(day, name) for name in criterion.facts}
    if all(days_of is not None for days_of in changes.values()):
        return {on for days_of in changes.values() for on in days_of or ()}
    known = {name: None if days_of is None else sorted(set(days_of)) for name, days_of in changes.items()}

    def next_change(name: str, after: date) -> date | None:
        listed = known[name]
        if listed is None:
            return after + ONE
        index = bisect_right(listed, after)
        return listed[index] if index < len(listed) else None

    horizon = day.today + timedelta(days=HORIZON_DAYS)
    return set(flip_dates(criterion, lambda on: day.at(on).facts, day.today, horizon, next_change))


def _fact_days(day: Day, name: str) -> Iterable[date] | None:
    """Days on which a fact can change by time alone; None when it may change every day."""
    algorithm = day.plan.algorithm
    root, _, rest = name.partition(".")
    if name == TODAY or rest == "days_since":
        return None
    if name in algorithm.series:
        return _series_days(day, name)
    if root in algorithm.evidence:
        return () if rest.count(".") else _expiries(day, root, day.plan.valid_for(root))
    match root:
        case "score":
            measure = lead(day.facts)
            return () if measure is None else _expiries(day, measure.kind, day.plan.valid_for(measure.kind))
        case "patient":
            return _months(day.case.patient.birth_date, day.today, 12) if rest == "age_years" else ()
        case "step":
            visit = day.case.visit.entered_on
            return _weekly(visit, day.today) if rest == "weeks" else _months(visit, day.today, 1)
        case "episode" if rest == "months":
            return _months(day.episode_started_on, day.today, 1)
        case "trial" | "base" | "episode" | "lifetime" | "failed" | "staging":
            return _trial_days(day)
        case _:
            return ()


def _expiries(day: Day, kind: str, window: Window) -> Iterator[date]:
    duration = window.duration
    if window.since is not None:
        duration = Duration(GATE_WINDOW_DAYS, Unit.DAY)
    if duration is None:
        return
    for record in day.records(kind):
        # Clamped months make the last fresh day wander by a few days, so those are asked as well.
        last = duration.after(record.observed_on)
        yield from (last + timedelta(days=n) for n in range(-3, 5))


def _series_days(day: Day, name: str) -> set[date] | None:
    series = day.plan.algorithm.series[name]
    found: set[date] = set()
    kind = series.read.partition(".")[0]
    if kind == "score":
        measure = lead(day.facts)
        kind = measure.kind if measure is not None else ""
    if series.within is not None and kind:
        found |= set(_expiries(day, kind, Window(series.within)))
    for fact in day.plan.of(series.where).facts if series.where is not None else ():
        root = fact.partition(".")[0]
        if root in (kind, "score"):
            continue
        changes = _fact_days(day, fact)
        if changes is None:
            return None
        found |= set(changes)
    return found


def _trial_days(day: Day) -> set[date]:
    """Weeks of the running trials complete; scores and adherence go out of date."""
    found: set[date] = set()
    for trial in day.trials:
        if trial.settled_on is not None:
            found.add(day.plan.algorithm.trials.adherence_after_stop.after(trial.settled_on) + ONE)
            continue
        for start in (trial.clock_from, *(stretch.on for stretch in trial.treatment.doses)):
            found |= set(_weekly(start, day.today))
    measure = lead(day.facts)
    if measure is not None:
        found |= set(_expiries(day, measure.kind, day.plan.valid_for(measure.kind)))
    return found


def _weekly(start: date, today: date) -> Iterator[date]:
    first = (today - start).days // 7 + 1
    for week in range(max(0, first), first + HORIZON_DAYS // 7 + 1):
        yield start + timedelta(weeks=week)


def _months(start: date, today: date, step: int) -> Iterator[date]:
    count = 0
    while (on := add_months(start, count)) <= today + timedelta(days=HORIZON_DAYS):
        if on >= today - timedelta(days=3):
            yield from (on + timedelta(days=n) for n in range(3))
        count += step
