"""Checkpoints: contacts and measurements that fall due, computed on the day they are asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from engine.model.case import Treatment
from engine.model.decision import Due
from engine.model.formulary import Checkpoint
from engine.model.time import Duration, Unit
from engine.runtime import trials as judge
from engine.runtime.day import Day
from engine.runtime.trials import Trial

MOST_REPEATS = 1_000


@dataclass(frozen=True, slots=True)
class _Anchor:
    """The moment a checkpoint counts from, and the trial whose sessions it counts."""

    on: date
    checkpoint: Checkpoint
    trial: Trial | None
    name: str


def due(day: Day) -> tuple[Due, ...]:
    """Evidence due today and not recorded, oldest first; one entry a type.

    A checkpoint stays due until a matching record dated from `early` before its day, so a later record
    meets every earlier one.
    """
    found: dict[str, Due] = {}
    for anchor in _anchors(day):
        for due_on in _days(day, anchor):
            for kind in anchor.checkpoint.do:
                if _met(day, kind, anchor.checkpoint.early.before(due_on)):
                    continue
                late = anchor.checkpoint.late.after(due_on) < day.today
                if kind not in found or due_on < found[kind].due_on:
                    found[kind] = Due(kind, due_on, late, anchor.name)
    return tuple(sorted(found.values(), key=lambda item: (item.due_on, item.type)))


def next_due(day: Day, within: Duration = Duration(8, Unit.WEEK)) -> tuple[Due, ...]:
    """What falls due after today and inside a span, soonest first; one entry a type."""
    later = day.at(within.after(day.today))
    now = {item.type for item in due(day)}
    found: dict[str, Due] = {}
    for anchor in _anchors(later):
        for due_on in _days(later, anchor):
            for kind in anchor.checkpoint.do:
                early = anchor.checkpoint.early.before(due_on)
                if due_on <= day.today or kind in now or _met(day, kind, early):
                    continue
                if kind not in found or due_on < found[kind].due_on:
                    found[kind] = Due(kind, due_on, False, anchor.name)
    return tuple(sorted(found.values(), key=lambda item: (item.due_on, item.type)))


def _met(day: Day, kind: str, since: date) -> bool:
    return any(r.observed_on >= since and r.values for r in day.records(kind))


def _anchors(day: Day) -> Iterator[_Anchor]:
    """The current step's checkpoints, and the monitoring of every treatment taken.

    `when` as of their start.
    """
    step = day.plan.algorithm.steps[day.case.step]
    if day.case.closed_on is not None:
        return
    trial = day.trial if day.trial is not None and day.trial.treatment.stopped_on is None else None
    for checkpoint in step.checkpoints:
        on = _moment(day, checkpoint, trial)
        if on is not None and _asked(day, checkpoint, on):
            yield _Anchor(on, checkpoint, trial, checkpoint.title or step.title)
    for treatment in day.running:
        option = day.plan.option(treatment.option)
        for checkpoint in option.monitoring if option else ():
            on = _treatment_moment(checkpoint, treatment)
            if on <= day.today and _asked(day, checkpoint, on):
                yield _Anchor(on, checkpoint, None, checkpoint.title or (option.title if option else ""))


def _moment(day: Day, checkpoint: Checkpoint, trial: Trial | None) -> date | None:
    if checkpoint.after == "entry":
        return day.case.visit.entered_on
    if trial is None:
        return None
    return trial.started_on if checkpoint.after == "start" else _treatment_moment(checkpoint, trial.treatment)


def _treatment_moment(checkpoint: Checkpoint, treatment: Treatment) -> date:
    return treatment.started_on if checkpoint.after == "start" else max(s.on for s in treatment.doses)


def _asked(day: Day, checkpoint: Checkpoint, on: date) -> bool:
    """`when` is read on the day the checkpoint starts; only a plain no leaves it out."""
    if checkpoint.when is None:
        return True
    return day.plan.holds(checkpoint.when, day.at(on).facts) is not False


def _days(day: Day, anchor: _Anchor) -> Iterator[date]:
    """Due days up to today."""
    checkpoint = anchor.checkpoint
    for span in checkpoint.at:
        if (due_on := span.after(anchor.on)) <= day.today:
            yield due_on
    if checkpoint.at_sessions and anchor.trial is not None:
        yield from _session_days(day, anchor.trial, checkpoint.at_sessions)
    if checkpoint.every is not None:
        yield from _repeats(day, anchor.on, checkpoint.every, checkpoint.start_at or checkpoint.every)


def _repeats(day: Day, on: date, every: Duration, start_at: Duration) -> Iterator[date]:
    first = start_at.after(on)
    for count in range(MOST_REPEATS):
        due_on = Duration(every.count * count, every.unit).after(first)
        if due_on > day.today:
            return
        yield due_on


def _session_days(day: Day, trial: Trial, counts: tuple[int, ...]) -> Iterator[date]:
    """The day on which each session count was reached."""
    kind = day.plan.algorithm.trials.sessions
    dates = sorted({r.observed_on for r in day.records(kind)}) if kind is not None else []
    for count in counts:
        for on in dates:
            if on >= trial.started_on and judge.sessions(day.at(on), trial) >= count:
                yield on
                break
