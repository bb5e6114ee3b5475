"""From a case on one day to its row on the board. Pure: the same events and day always give the same row."""

from datetime import date

from engine.model.algorithm import Algorithm
from engine.model.case import Case
from engine.runtime.checkpoints import due, next_due
from engine.runtime.day import Day
from engine.runtime.decide import day_of
from engine.runtime.flags import flags
from engine.runtime.lanes import Lane, lane_of
from engine.runtime.score import lead
from engine.store.rows import NO_URGENCY, BoardRow

MOST_SCORES = 60
"""Totals kept in a row; the earliest of a very long episode are left to the case page."""

_STOPPED, _ACT, _DECIDE, _NOTE = 0, 100, 2_000, 3_000


def project(algorithm: Algorithm, case: Case, today: date) -> BoardRow:
    """The row of a case on a clinic's day."""
    day = day_of(algorithm, case, today)
    shown = flags(day)
    interrupts = tuple(raised.id for raised in case.raised())
    now = due(day) if case.closed_on is None else ()
    lane = lane_of(day, now)
    measure = lead(day.facts)
    baseline = None if measure is None else day.facts["score.baseline"]
    return BoardRow(
        case_id=case.id,
        seq=case.seq,
        algorithm=case.algorithm,
        digest=case.digest,
        birth_date=case.patient.birth_date,
        sex=case.patient.sex,
        opened_on=case.opened_on,
        step=case.step,
        entered_on=case.visit.entered_on,
        interrupts=interrupts,
        closed_on=case.closed_on,
        lane=lane,
        urgency=_urgency(algorithm, lane, shown),
        flags=shown,
        due=() if lane is None else (*now, *next_due(day)),
        seen_on=_seen_on(case, today),
        scale=None if measure is None else measure.kind,
        score_baseline=baseline if isinstance(baseline, int) else None,
        scores=() if measure is None else _scores(day, measure.kind, measure.field),
        assigned_to=case.assigned_to,
        discuss=case.discuss,
        question=case.question,
        computed_for=today,
    )


def _urgency(algorithm: Algorithm, lane: Lane | None, shown: tuple[str, ...]) -> int:
    if lane is Lane.STOPPED:
        return _STOPPED
    if lane is None:
        return NO_URGENCY
    order = list(algorithm.flags)
    acts = [order.index(f) for f in shown if f in order and algorithm.flags[f].level == "act"]
    notes = [order.index(f) for f in shown if f in order and algorithm.flags[f].level != "act"]
    if acts:
        return _ACT + min(acts)
    if lane is Lane.DECISION_DUE:
        return _DECIDE
    return _NOTE + min(notes) if notes else NO_URGENCY


def _seen_on(case: Case, today: date) -> date:
    """The last day on which somebody recorded or did something, retracted records left out."""
    days = [case.opened_on, case.visit.entered_on]
    days += [record.observed_on for record in case.records if record.retracted_seq is None]
    for treatment in case.treatments:
        if not treatment.reported:
            days += [stretch.on for stretch in treatment.doses]
            days += [treatment.stopped_on] if treatment.stopped_on is not None else []
    days += [signature.on for signature in case.signatures]
    return max(day for day in days if day <= today or day == case.opened_on)


def _scores(day: Day, kind: str, field: str) -> tuple[tuple[date, int], ...]:
    since = min(day.episode_started_on, day.case.opened_on)
    found = [
        (record.observed_on, value)
        for record in day.records(kind)
        if record.observed_on >= since and isinstance(value := record.values.get(field), int)
    ]
    return tuple(found[-MOST_SCORES:])
