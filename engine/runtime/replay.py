"""Folding events into a case. Nothing is decided or derived here: history is read as it was written."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from engine.model.algorithm import Algorithm
from engine.model.case import (
    Case,
    Deviation,
    DoseStretch,
    Episode,
    MoveMade,
    Patient,
    RaisedInterrupt,
    Record,
    ReportedScore,
    Signature,
    Treatment,
    Visit,
)
from engine.model.errors import EngineError
from engine.model.event import Event, EventType, Json
from engine.model.evidence import FieldType, Value
from engine.model.formulary import Role
from engine.runtime.plan import Plan, plan_of

Payload = Mapping[str, Json]


class HistoryError(EngineError):
    """A history that cannot be: events out of order, or about what does not exist."""


def replay(algorithm: Algorithm, events: Iterable[Event], as_of: datetime | int | None = None) -> Case:
    """Rebuild a case from its history, oldest event first.

    Args:
        as_of: What was known then: the events recorded up to this moment (UTC), or up to this seq.

    Raises:
        HistoryError: No events, a gap in seq, or an event that does not fit the algorithm.
    """
    plan = plan_of(algorithm)
    case: Case | None = None
    for event in events:
        if isinstance(as_of, int) and event.seq > as_of:
            break
        if isinstance(as_of, datetime) and event.recorded_at > as_of:
            break
        case = apply(plan, case, event)
    if case is None:
        raise HistoryError("there is no history to read", "name a case that exists, or a later moment")
    return case


def apply(plan: Plan, case: Case | None, event: Event) -> Case:
    """The case after one more event."""
    if case is None:
        if event.type is not EventType.CASE_OPENED or event.seq != 1:
            raise HistoryError(
                f"the history begins with {event.type} ({event.seq}), not with case_opened (1)"
            )
        return _opened(plan, event)
    if event.seq != case.seq + 1:
        raise HistoryError(f"event {event.seq} follows event {case.seq}")
    fold = _FOLDS.get(event.type)
    return replace(fold(plan, case, event) if fold else case, seq=event.seq)


def _opened(plan: Plan, event: Event) -> Case:
    patient = cast(Payload, event.payload["patient"])
    algorithm = cast(Payload, event.payload["algorithm"])
    return Case(
        id=event.case_id,
        algorithm=str(algorithm["id"]),
        digest=str(algorithm["digest"]),
        patient=Patient(date.fromisoformat(str(patient["birth_date"])), str(patient["sex"])),
        opened_on=event.observed_on,
        seq=event.seq,
        visits=(Visit(plan.algorithm.start, event.observed_on, event.seq, 0),),
        episodes=(Episode(event.observed_on, event.seq),),
    )


def _reported(plan: Plan, case: Case, event: Event) -> Case:
    p = event.payload
    score = cast(Payload | None, p.get("score"))
    started_on = date.fromisoformat(str(p["from"]))
    treatment = Treatment(
        seq=event.seq,
        option=str(p["option"]),
        role=Role(str(p["role"])),
        started_on=started_on,
        doses=(DoseStretch(started_on, event.seq, _decimal(p.get("dose_mg_per_day"))),),
        visit=-1,
        reported=True,
        stopped_on=_date(p.get("to")),
        stopped_seq=None if p.get("to") is None else event.seq,
        outcome=_text(p.get("outcome")),
        days_covered_percent=_decimal(p.get("days_covered_percent")),
        score=None
        if score is None
        else ReportedScore(str(score["scale"]), _int(score.get("before")), _int(score.get("after"))),
    )
    return replace(case, treatments=(*case.treatments, treatment))


def _recorded(plan: Plan, case: Case, event: Event) -> Case:
    kind = str(event.payload["type"])
    raw = cast(Payload, event.payload["values"])
    record = Record(
        seq=event.seq,
        type=kind,
        observed_on=event.observed_on,
        values={name: _value(plan, kind, name, value) for name, value in raw.items()},
        asked_not_known=bool(event.payload.get("not_known")),
    )
    return replace(case, records=(*case.records, record))


def _retracted(plan: Plan, case: Case, event: Event) -> Case:
    seq = event.payload["evidence"]
    records = tuple(replace(r, retracted_seq=event.seq) if r.seq == seq else r for r in case.records)
    return replace(case, records=records)


def _started(plan: Plan, case: Case, event: Event) -> Case:
    p = event.payload
    treatment = Treatment(
        seq=event.seq,
        option=str(p["option"]),
        role=Role(str(p["role"])),
        started_on=event.observed_on,
        doses=(DoseStretch(event.observed_on, event.seq, _decimal(p.get("dose_mg_per_day"))),),
        visit=len(case.visits) - 1,
        serves=_int(p.get("serves")),
    )
    case = replace(case, treatments=(*case.treatments, treatment))
    return _deviation_used(case, _int(p.get("deviation")), event.seq)


def _dose_changed(plan: Plan, case: Case, event: Event) -> Case:
    stretch = DoseStretch(event.observed_on, event.seq, _decimal(event.payload["dose_mg_per_day"]))
    return _treatment(case, event, lambda t: replace(t, doses=(*t.doses, stretch)))


def _stopped(plan: Plan, case: Case, event: Event) -> Case:
    p = event.payload
    return _treatment(
        case,
        event,
        lambda t: replace(
            t,
            stopped_on=event.observed_on,
            stopped_seq=event.seq,
            outcome=_text(p.get("outcome")),
            reason=_text(p.get("reason")),
        ),
    )


def _signed(plan: Plan, case: Case, event: Event) -> Case:
    p = event.payload
    signature = Signature(
        seq=event.seq,
        on=event.observed_on,
        gate=str(p["gate"]),
        conclusion=str(p["conclusion"]),
        items={k: str(v) for k, v in cast(Payload, p["items"]).items()},
        answers={k: bool(v) for k, v in cast(Payload, p["answers"]).items()},
        visit=len(case.visits) - 1,
        actor=event.actor,
        resets_clock_of=_int(p.get("resets_clock_of")),
    )
    return replace(case, signatures=(*case.signatures, signature))


def _moved(plan: Plan, case: Case, event: Event) -> Case:
    p = event.payload
    move, kind = str(p["move"]), str(p["kind"])
    target = plan.machine.replayed(move, case.step)
    made = MoveMade(
        seq=event.seq,
        on=event.observed_on,
        move=move,
        kind=kind,
        from_step=case.step,
        to_step=target,
        gate=_text(p.get("gate")),
        deviation=_int(p.get("deviation")),
    )
    case = replace(case, moves=(*case.moves, made))
    if p.get("opens_episode"):
        case = replace(case, episodes=(*case.episodes, Episode(event.observed_on, event.seq)))
    if target != case.step:
        left = replace(case.visit, left_on=event.observed_on, left_seq=event.seq, left_by=move)
        entered = Visit(target, event.observed_on, event.seq, len(case.episodes) - 1, move, kind)
        case = replace(case, visits=(*case.visits[:-1], left, entered))
    return _deviation_used(case, made.deviation, event.seq)


def _deviated(plan: Plan, case: Case, event: Event) -> Case:
    p = event.payload
    deviation = Deviation(
        seq=event.seq,
        on=event.observed_on,
        subject=str(p["subject"]),
        id=str(p["id"]),
        reason=str(p["reason"]),
        expires_on=date.fromisoformat(str(p["expires_on"])),
    )
    return replace(case, deviations=(*case.deviations, deviation))


def _raised(plan: Plan, case: Case, event: Event) -> Case:
    evidence = cast(list[int], event.payload["evidence"])
    raised = RaisedInterrupt(str(event.payload["interrupt"]), event.seq, event.observed_on, tuple(evidence))
    return replace(case, interrupts=(*case.interrupts, raised))


def _released(plan: Plan, case: Case, event: Event) -> Case:
    name = event.payload["interrupt"]
    interrupts = tuple(
        replace(i, released_seq=event.seq, released_on=event.observed_on)
        if i.id == name and i.released_seq is None
        else i
        for i in case.interrupts
    )
    return replace(case, interrupts=interrupts)


def _assigned(plan: Plan, case: Case, event: Event) -> Case:
    return replace(case, assigned_to=_text(event.payload.get("to")))


def _discussed(plan: Plan, case: Case, event: Event) -> Case:
    return replace(case, discuss=bool(event.payload.get("discuss")))


def _changed(plan: Plan, case: Case, event: Event) -> Case:
    to = cast(Payload, event.payload["to"])
    return replace(case, digest=str(to["digest"]))


def _closed(plan: Plan, case: Case, event: Event) -> Case:
    return replace(case, closed_on=event.observed_on)


_FOLDS: Mapping[EventType, Callable[[Plan, Case, Event], Case]] = {
    EventType.TREATMENT_REPORTED: _reported,
    EventType.EVIDENCE_RECORDED: _recorded,
    EventType.EVIDENCE_RETRACTED: _retracted,
    EventType.TREATMENT_STARTED: _started,
    EventType.DOSE_CHANGED: _dose_changed,
    EventType.TREATMENT_STOPPED: _stopped,
    EventType.GATE_SIGNED: _signed,
    EventType.MOVE_MADE: _moved,
    EventType.DEVIATION_RECORDED: _deviated,
    EventType.INTERRUPT_RAISED: _raised,
    EventType.INTERRUPT_RELEASED: _released,
    EventType.CASE_ASSIGNED: _assigned,
    EventType.DISCUSS_MARKED: _discussed,
    EventType.ALGORITHM_CHANGED: _changed,
    EventType.CASE_CLOSED: _closed,
}


def _treatment(case: Case, event: Event, change: Callable[[Treatment], Treatment]) -> Case:
    seq = event.payload["treatment"]
    if not any(t.seq == seq for t in case.treatments):
        raise HistoryError(f"event {event.seq} is about treatment {seq}, which the history does not have")
    return replace(case, treatments=tuple(change(t) if t.seq == seq else t for t in case.treatments))


def _deviation_used(case: Case, seq: int | None, by: int) -> Case:
    if seq is None:
        return case
    return replace(
        case, deviations=tuple(replace(d, used_seq=by) if d.seq == seq else d for d in case.deviations)
    )


def _value(plan: Plan, kind: str, name: str, value: Json) -> Value:
    evidence = plan.algorithm.evidence.get(kind)
    if evidence is None or name not in evidence.fields:
        raise HistoryError(f"the history records `{kind}.{name}`, which the algorithm does not have")
    match evidence.fields[name].type:
        case FieldType.DECIMAL:
            return Decimal(str(value))
        case FieldType.DATE:
            return date.fromisoformat(str(value))
        case _:
            return cast(Value, value)


def _decimal(value: Json) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _date(value: Json) -> date | None:
    return None if value is None else date.fromisoformat(str(value))


def _text(value: Json) -> str | None:
    return None if value is None else str(value)


def _int(value: Json) -> int | None:
    return None if value is None else int(cast(int, value))
