"""Moves that rested on evidence since entered in error, with the answer they would get now."""

from dataclasses import dataclass, replace

from engine.model.case import Case, MoveMade, RaisedInterrupt, Treatment
from engine.model.decision import Status
from engine.runtime.day import Day
from engine.runtime.moves import move_status


@dataclass(frozen=True, slots=True)
class RestsOnRetracted:
    """A move whose evidence was retracted, and the status it would have without it."""

    move: MoveMade
    now: Status


def moves_resting_on_retracted(day: Day) -> tuple[RestsOnRetracted, ...]:
    """Moves made while a since retracted record counted, which would not be permitted without it."""
    case = day.case
    retracted = [r for r in case.records if r.retracted_seq is not None]
    found: list[RestsOnRetracted] = []
    for made in case.moves:
        rested = any(r.seq < made.seq < (r.retracted_seq or 0) for r in retracted)
        move = day.plan.algorithm.moves.get(made.move)
        if not rested or move is None or made.deviation is not None:
            continue
        before = Day(day.plan, before_event(case, made.seq), made.on)
        status = move_status(before, move)
        if status is not Status.PERMITTED:
            found.append(RestsOnRetracted(made, status))
    return tuple(found)


def before_event(case: Case, seq: int) -> Case:
    """The case just before an event, but with what was retracted since already left out."""
    visits = [v for v in case.visits if v.entered_seq < seq]
    last = visits[-1]
    if last.left_seq is not None and last.left_seq >= seq:
        visits[-1] = replace(last, left_on=None, left_seq=None, left_by=None)
    return replace(
        case,
        seq=seq - 1,
        visits=tuple(visits),
        episodes=tuple(e for e in case.episodes if e.opened_seq < seq),
        records=tuple(r for r in case.records if r.seq < seq),
        treatments=tuple(_treatment_before(t, seq) for t in case.treatments if t.seq < seq),
        moves=tuple(m for m in case.moves if m.seq < seq),
        signatures=tuple(s for s in case.signatures if s.seq < seq),
        interrupts=tuple(_interrupt_before(i, seq) for i in case.interrupts if i.seq < seq),
        deviations=tuple(d for d in case.deviations if d.seq < seq),
        closed_on=None,
    )


def _treatment_before(treatment: Treatment, seq: int) -> Treatment:
    treatment = replace(treatment, doses=tuple(d for d in treatment.doses if d.seq < seq))
    if treatment.stopped_seq is not None and treatment.stopped_seq >= seq:
        treatment = replace(treatment, stopped_on=None, stopped_seq=None, outcome=None, reason=None)
    return treatment


def _interrupt_before(interrupt: RaisedInterrupt, seq: int) -> RaisedInterrupt:
    if interrupt.released_seq is not None and interrupt.released_seq >= seq:
        return replace(interrupt, released_seq=None, released_on=None)
    return interrupt
