"""Trials: one treatment of one patient from start to settling, and how they are judged."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from engine.model.algorithm import Step
from engine.model.case import Treatment, Visit
from engine.model.decision import Kleene
from engine.model.formulary import Option, OptionKind, Role
from engine.runtime.day import Day, latest

REPORTED = -1
SESSION_OPTION, SESSION_NUMBER = "option", "number"


@dataclass(frozen=True, slots=True)
class Trial:
    """A treatment as the trial of one stay in a step (or reported from before).

    Attributes:
        visit: Index of the stay; -1 for reported treatment.
        settled_on: Day it is judged as of, once it was stopped or its step was left.
        clock_from, clock_seq: Weeks count from this day, set by the event with this seq.
    """

    treatment: Treatment
    visit: int
    started_on: date
    clock_from: date
    clock_seq: int
    settled_on: date | None = None
    settled_seq: int | None = None

    @property
    def option(self) -> str:
        """Option id."""
        return self.treatment.option

    @property
    def role(self) -> Role:
        """Role it is taken in."""
        return self.treatment.role


def trials_of(day: Day) -> tuple[Trial, ...]:
    """Every trial of a case.

    Reported ones, those of each stay in a step, and augmentation or parallel others.
    """
    found = [_trial(day, t, REPORTED, t.started_on, t.seq) for t in day.treatments if t.reported]
    for index, visit in enumerate(day.case.visits):
        if visit.entered_on <= day.today:
            found.extend(_of_visit(day, index, visit))
    return tuple(sorted(found, key=lambda trial: (trial.started_on, trial.treatment.seq, trial.visit)))


def _of_visit(day: Day, index: int, visit: Visit) -> Iterator[Trial]:
    step = day.plan.algorithm.steps[visit.step]
    role = step.leading_role
    if role is None:
        return
    offered = offered_in(step, role)
    for treatment in day.treatments:
        if treatment.reported or treatment.option not in offered:
            continue
        if treatment.visit == index and treatment.role is role:
            yield _trial(day, treatment, index, treatment.started_on, treatment.seq)
        elif treatment.visit < index and treatment.seq < visit.entered_seq and _runs_at(treatment, visit):
            if treatment.role is role:
                yield _trial(day, treatment, index, visit.entered_on, visit.entered_seq)
            elif treatment.role is Role.PARALLEL:
                # It goes on as the step's trial from its own start, so that its sessions so far count.
                yield _trial(day, treatment, index, treatment.started_on, treatment.seq)


def offered_in(step: Step, role: Role) -> frozenset[str]:
    """Option ids a step offers in a role."""
    return frozenset(option for row in step.options.get(role, ()) for option in row.options)


def _runs_at(treatment: Treatment, visit: Visit) -> bool:
    return treatment.stopped_seq is None or treatment.stopped_seq > visit.entered_seq


def _trial(day: Day, treatment: Treatment, visit: int, started_on: date, start_seq: int) -> Trial:
    settled: list[tuple[int, date]] = []
    if treatment.stopped_on is not None and treatment.stopped_seq is not None:
        settled.append((treatment.stopped_seq, treatment.stopped_on))
    if visit != REPORTED:
        left = day.case.visits[visit]
        if left.left_on is not None and left.left_seq is not None and left.left_on <= day.today:
            settled.append((left.left_seq, left.left_on))
    settled_seq, settled_on = min(settled, default=(None, None), key=lambda pair: pair[0])
    clock_from, clock_seq = started_on, start_seq
    for signature in day.case.signatures:
        if (
            signature.resets_clock_of == treatment.seq
            and signature.seq != day.ignore_signature
            and signature.seq > start_seq
            and started_on <= signature.on <= day.today
            and (settled_seq is None or signature.seq < settled_seq)
        ):
            clock_from, clock_seq = signature.on, signature.seq
    return Trial(treatment, visit, started_on, clock_from, clock_seq, settled_on, settled_seq)


def current_trial(day: Day) -> Trial | None:
    """The latest trial of the current step; in a step that inherits it, of the step before."""
    visits = day.case.visits
    index = len(visits) - 1
    while index > 0 and day.plan.algorithm.steps[visits[index].step].inherits_trial:
        index -= 1
    return max(
        (trial for trial in day.trials if trial.visit == index),
        default=None,
        key=lambda trial: (trial.started_on, trial.treatment.seq),
    )


def base_trial(day: Day) -> Trial | None:
    """The latest trial of a running primary drug, reported ones included."""
    options = day.plan.algorithm.formulary.options
    running = {t.seq for t in day.running}
    candidates = (
        trial
        for trial in day.trials
        if trial.treatment.seq in running
        and trial.role is Role.PRIMARY
        and trial.option in options
        and options[trial.option].kind is OptionKind.DRUG
    )
    return max(
        candidates, default=None, key=lambda trial: (trial.started_on, trial.treatment.seq, trial.visit)
    )


def until(trial: Trial, today: date) -> date:
    """The day up to which the weeks of a trial count."""
    return today if trial.settled_on is None else min(trial.settled_on, today)


def weeks(trial: Trial, today: date) -> int:
    """Whole weeks since the clock's start; 41 days are 5."""
    return max(0, (until(trial, today) - trial.clock_from).days // 7)


def dose_on(trial: Trial, day: date) -> Decimal | None:
    """Dose in force on a day, in mg a day (or a session); None where none was said."""
    dose: Decimal | None = None
    for stretch in sorted(trial.treatment.doses, key=lambda s: (s.on, s.seq)):
        if stretch.on <= day:
            dose = stretch.dose_mg_per_day
    return dose


def at_minimum(day: Day, trial: Trial, on: date) -> bool:
    """Whether dose and level reach the least of an adequate trial.

    An agent without a least dose always does.
    """
    option = day.plan.option(trial.option)
    if option is None:
        return True
    doses = option.dose_in(trial.role)
    if doses is not None and doses.minimum is not None:
        dose = dose_on(trial, on)
        if dose is None or dose < doses.minimum:
            return False
    return option.level is None or _level_reached(day, trial, option, on)


def _level_reached(day: Day, trial: Trial, option: Option, on: date) -> bool:
    assert option.level is not None
    kind, field = option.level.read.split(".", 1)
    records = tuple(r for r in day.records(kind) if trial.started_on <= r.observed_on <= on)
    record = latest(records, field)
    value = None if record is None else record.values[field]
    return isinstance(value, int | Decimal) and value >= option.level.at_least


def weeks_at_minimum_dose(day: Day, trial: Trial) -> int:
    """Whole weeks of the longest unbroken stretch at the minimum dose or above."""
    end = until(trial, day.today)
    changes = {stretch.on for stretch in trial.treatment.doses}
    option = day.plan.option(trial.option)
    if option is not None and option.level is not None:
        changes |= {r.observed_on for r in day.records(option.level.read.split(".", 1)[0])}
    points = [trial.clock_from, *sorted(c for c in changes if trial.clock_from < c < end), end]
    longest = stretch = 0
    for start, stop in itertools.pairwise(points):
        stretch = stretch + (stop - start).days if at_minimum(day, trial, start) else 0
        longest = max(longest, stretch)
    return longest // 7


def sessions(day: Day, trial: Trial) -> int:
    """Sessions since the trial's start: how many are recorded, or the highest number among them."""
    kind = day.plan.algorithm.trials.sessions
    if kind is None:
        return 0
    end = until(trial, day.today)
    count = highest = 0
    for record in day.records(kind):
        if (
            record.values.get(SESSION_OPTION) == trial.option
            and trial.started_on <= record.observed_on <= end
        ):
            count += 1
            number = record.values.get(SESSION_NUMBER)
            highest = max(highest, number if isinstance(number, int) else 0)
    return max(count, highest)


def enough_sessions(day: Day, trial: Trial) -> bool:
    """Whether it had the sessions or weeks that make it adequate; no where its option states neither."""
    option = day.plan.option(trial.option)
    if option is None or (option.adequate_sessions is None and option.adequate_weeks is None):
        return False
    if option.adequate_sessions is not None and sessions(day, trial) < option.adequate_sessions:
        return False
    return option.adequate_weeks is None or weeks(trial, day.today) >= option.adequate_weeks


def days_covered_percent(now: Day, trial: Trial, *, judging: bool) -> Decimal | None:
    """Share of days covered, from the latest adherence record that counts for the trial; None if none does.

    Args:
        judging: Judge the trial as settled: records count up to so long after its settling; otherwise as long
            as the treatment runs, and so long after its stop.
    """
    if trial.treatment.days_covered_percent is not None:
        return trial.treatment.days_covered_percent
    rule = now.plan.algorithm.trials
    if rule.adherence is None:
        return None
    kind, field = rule.adherence.split(".", 1)
    ended_on = trial.settled_on if judging else trial.treatment.stopped_on
    last = now.today if ended_on is None else min(now.today, rule.adherence_after_stop.after(ended_on))
    reset = trial.clock_from > trial.started_on or trial.clock_seq > trial.treatment.seq
    for record in reversed(now.records(kind)):
        counts = (
            field in record.values
            and trial.started_on < record.observed_on <= last
            and record.observed_on >= trial.clock_from
            # What led to a reset was recorded before it, on the same day at the latest.
            and not (reset and record.observed_on == trial.clock_from and record.seq < trial.clock_seq)
        )
        if counts:
            return Decimal(cast(Decimal, record.values[field]))
    return None


def outcome(day: Day, trial: Trial) -> str | None:
    """Outcome of a trial: `ongoing` until it is settled; None where a settled one cannot be judged."""
    if trial.settled_on is None:
        return "ongoing"
    stated = trial.treatment.outcome
    stopped_seq = trial.treatment.stopped_seq
    if stated is None:
        return derived_outcome(day, trial)
    settled_before = (
        stopped_seq is not None and trial.settled_seq is not None and trial.settled_seq < stopped_seq
    )
    if settled_before and derived_outcome(day, trial) == "remission":
        return "remission"
    return stated


def derived_outcome(day: Day, trial: Trial) -> str | None:
    """The first outcome whose criterion is true on the settling day; None as soon as one is unknown."""
    facts = day.judged(trial)
    for name, condition in day.plan.algorithm.trials.outcomes.items():
        holds = day.plan.holds(condition, facts)
        if holds is None:
            return None
        if holds:
            return name
    return None


def adequate(day: Day, trial: Trial) -> Kleene:
    """Whether dose, weeks and adherence (or sessions) make it an adequate trial."""
    return day.plan.holds(day.plan.algorithm.trials.adequate, day.judged(trial))


def failed(day: Day, trial: Trial) -> Kleene:
    """Whether it was adequate and did not help enough."""
    return day.plan.holds(day.plan.algorithm.trials.failed, day.judged(trial))


def counted(day: Day, trial: Trial) -> bool:
    """Whether it is of the kind whose failures count."""
    return day.plan.holds(day.plan.algorithm.trials.counts, day.judged(trial)) is True


def in_episode(day: Day, trial: Trial) -> bool:
    """Whether a trial belongs to the current episode; a reported one does when it began since its onset."""
    if trial.visit == REPORTED:
        return trial.started_on >= day.episode_started_on
    return day.case.visits[trial.visit].episode == len(day.case.episodes) - 1


def failures(day: Day, *, lifetime: bool) -> tuple[tuple[Trial, Kleene], ...]:
    """Counted trials that failed (True) or may have (None)."""
    found: list[tuple[Trial, Kleene]] = []
    for trial in day.trials:
        if not (lifetime or in_episode(day, trial)) or not counted(day, trial):
            continue
        result = failed(day, trial)
        if result is not False:
            found.append((trial, result))
    return tuple(found)


def outcome_disagrees(day: Day, trial: Trial) -> bool:
    """Whether a stated outcome contradicts the scores.

    Stops for other reasons have no score to contradict.
    """
    stated = trial.treatment.outcome
    if trial.settled_on is None or stated not in day.plan.algorithm.trials.outcomes:
        return False
    derived = derived_outcome(day, trial)
    return derived is not None and derived != stated
