"""Folding events into a case. Nothing is decided or derived here: history is read as it was written."""

from collections.abc import Callable, Iterable, Iterator, Mapping
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
    return replay_on(algorithm, None, known_at(events, as_of))


def known_at(events: Iterable[Event], as_of: datetime | int | None) -> Iterator[Event]:
    """The events that were known then; all of them where `as_of` is None."""
    for event in events:
        if isinstance(as_of, int) and event.seq > as_of:
            break
        if isinstance(as_of, datetime) and event.recorded_at > as_of:
            break
        yield event


def replay_on(algorithm: Algorithm, case: Case | None, events: Iterable[Event]) -> Case:
    """Go on from a case with the events that follow, such as those since it went over to this algorithm.

    Raises:
        HistoryError: As `replay`.
    """
    plan = plan_of(algorithm)
    fold = None if case is None else _Fold(plan, case)
    for event in events:
        if fold is None:
            fold = _Fold(plan, _opened(plan, event))
        else:
            fold.add(event)
    if fold is None:
        raise HistoryError("there is no history to read", "name a case that exists, or a later moment")
    return fold.case()


def apply(plan: Plan, case: Case | None, event: Event) -> Case:
    """The case after one more event."""
    if case is None:
        return _opened(plan, event)
    fold = _Fold(plan, case)
    fold.add(event)
    return fold.case()


def _opened(plan: Plan, event: Event) -> Case:
    if event.type is not EventType.CASE_OPENED or event.seq != 1:
        raise HistoryError(f"the history begins with {event.type} ({event.seq}), not with case_opened (1)")
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


class _Fold:
    """A case while events are added to it; lists, so that a long history costs its length once."""

    def __init__(self, plan: Plan, case: Case) -> None:
        self.plan, self.before = plan, case
        self.seq, self.digest = case.seq, case.digest
        self.visits, self.episodes = list(case.visits), list(case.episodes)
        self.records, self.treatments = list(case.records), list(case.treatments)
        self.moves, self.signatures = list(case.moves), list(case.signatures)
        self.interrupts, self.deviations = list(case.interrupts), list(case.deviations)
        self.closed_on, self.assigned_to, self.discuss = case.closed_on, case.assigned_to, case.discuss
        self.question = case.question

    def case(self) -> Case:
        """The case as it is now."""
        return Case(
            id=self.before.id,
            algorithm=self.before.algorithm,
            digest=self.digest,
            patient=self.before.patient,
            opened_on=self.before.opened_on,
            seq=self.seq,
            visits=tuple(self.visits),
            episodes=tuple(self.episodes),
            records=tuple(self.records),
            treatments=tuple(self.treatments),
            moves=tuple(self.moves),
            signatures=tuple(self.signatures),
            interrupts=tuple(self.interrupts),
            deviations=tuple(self.deviations),
            closed_on=self.closed_on,
            assigned_to=self.assigned_to,
            discuss=self.discuss,
            question=self.question,
        )

    def add(self, event: Event) -> None:
        """Add the next event."""
        if event.seq != self.seq + 1:
            raise HistoryError(f"event {event.seq} follows event {self.seq}")
        fold = _FOLDS.get(event.type)
        if fold is not None:
            fold(self, event)
        self.seq = event.seq

    def reported(self, event: Event) -> None:
        """A treatment from before the case was opened."""
        p = event.payload
        score = cast(Payload | None, p.get("score"))
        started_on = date.fromisoformat(str(p["from"]))
        self.treatments.append(
            Treatment(
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
                score=None if score is None else _score(score),
            )
        )

    def recorded(self, event: Event) -> None:
        """One record of evidence."""
        kind = str(event.payload["type"])
        raw = cast(Payload, event.payload["values"])
        values = {name: _value(self.plan, kind, name, value) for name, value in raw.items()}
        self.records.append(
            Record(event.seq, kind, event.observed_on, values, bool(event.payload.get("not_known")))
        )

    def retracted(self, event: Event) -> None:
        """A record marked as entered in error."""
        seq = event.payload["evidence"]
        for index, record in enumerate(self.records):
            if record.seq == seq:
                self.records[index] = replace(record, retracted_seq=event.seq)

    def started(self, event: Event) -> None:
        """A treatment begun."""
        p = event.payload
        self.treatments.append(
            Treatment(
                seq=event.seq,
                option=str(p["option"]),
                role=Role(str(p["role"])),
                started_on=event.observed_on,
                doses=(DoseStretch(event.observed_on, event.seq, _decimal(p.get("dose_mg_per_day"))),),
                visit=len(self.visits) - 1,
                serves=_int(p.get("serves")),
            )
        )
        self._deviation_used(_int(p.get("deviation")), event.seq)

    def dose_changed(self, event: Event) -> None:
        """Another dose from this day on."""
        stretch = DoseStretch(event.observed_on, event.seq, _decimal(event.payload["dose_mg_per_day"]))
        index = self._treatment(event)
        treatment = self.treatments[index]
        self.treatments[index] = replace(treatment, doses=(*treatment.doses, stretch))

    def stopped(self, event: Event) -> None:
        """A treatment ended."""
        index = self._treatment(event)
        self.treatments[index] = replace(
            self.treatments[index],
            stopped_on=event.observed_on,
            stopped_seq=event.seq,
            outcome=_text(event.payload.get("outcome")),
            reason=_text(event.payload.get("reason")),
        )

    def signed(self, event: Event) -> None:
        """A gate signed."""
        p = event.payload
        self.signatures.append(
            Signature(
                seq=event.seq,
                on=event.observed_on,
                gate=str(p["gate"]),
                conclusion=str(p["conclusion"]),
                items={k: str(v) for k, v in cast(Payload, p["items"]).items()},
                answers={k: bool(v) for k, v in cast(Payload, p["answers"]).items()},
                visit=len(self.visits) - 1,
                actor=event.actor,
                resets_clock_of=_int(p.get("resets_clock_of")),
            )
        )

    def moved(self, event: Event) -> None:
        """A move made; the machine says where it led."""
        p = event.payload
        move, kind = str(p["move"]), str(p["kind"])
        step = self.visits[-1].step
        target = self.plan.machine.replayed(move, step)
        deviation = _int(p.get("deviation"))
        gate = _text(p.get("gate"))
        self.moves.append(MoveMade(event.seq, event.observed_on, move, kind, step, target, gate, deviation))
        if p.get("opens_episode"):
            self.episodes.append(Episode(event.observed_on, event.seq))
        if target != step:
            self.visits[-1] = replace(
                self.visits[-1], left_on=event.observed_on, left_seq=event.seq, left_by=move
            )
            episode = len(self.episodes) - 1
            self.visits.append(Visit(target, event.observed_on, event.seq, episode, move, kind))
        self._deviation_used(deviation, event.seq)

    def deviated(self, event: Event) -> None:
        """A deviation recorded; the move or start it serves follows."""
        p = event.payload
        self.deviations.append(
            Deviation(
                seq=event.seq,
                on=event.observed_on,
                subject=str(p["subject"]),
                id=str(p["id"]),
                reason=str(p["reason"]),
                expires_on=date.fromisoformat(str(p["expires_on"])),
            )
        )

    def raised(self, event: Event) -> None:
        """An interrupt raised."""
        evidence = tuple(cast(list[int], event.payload["evidence"]))
        name = str(event.payload["interrupt"])
        self.interrupts.append(RaisedInterrupt(name, event.seq, event.observed_on, evidence))

    def released(self, event: Event) -> None:
        """An interrupt released."""
        name = event.payload["interrupt"]
        for index, raised in enumerate(self.interrupts):
            if raised.id == name and raised.released_seq is None:
                self.interrupts[index] = replace(
                    raised, released_seq=event.seq, released_on=event.observed_on
                )

    def assigned(self, event: Event) -> None:
        """Who looks after the case."""
        self.assigned_to = _text(event.payload.get("to"))

    def discussed(self, event: Event) -> None:
        """Whether the case is to be discussed, and the question."""
        self.discuss = bool(event.payload.get("discuss"))
        self.question = _text(event.payload.get("question")) if self.discuss else None

    def changed(self, event: Event) -> None:
        """Another version of the algorithm: the event says what each stay's step is called there."""
        self.digest = str(cast(Payload, event.payload["to"])["digest"])
        steps = cast(list[str], event.payload.get("visits") or [visit.step for visit in self.visits])
        if len(steps) != len(self.visits):
            raise HistoryError(
                f"event {event.seq} does not name the step of each of {len(self.visits)} stays"
            )
        self.visits = [replace(visit, step=step) for visit, step in zip(self.visits, steps, strict=True)]

    def closed(self, event: Event) -> None:
        """The case closed."""
        self.closed_on = event.observed_on

    def _treatment(self, event: Event) -> int:
        seq = event.payload["treatment"]
        for index, treatment in enumerate(self.treatments):
            if treatment.seq == seq:
                return index
        raise HistoryError(f"event {event.seq} is about treatment {seq}, which the history does not have")

    def _deviation_used(self, seq: int | None, by: int) -> None:
        for index, deviation in enumerate(self.deviations):
            if deviation.seq == seq:
                self.deviations[index] = replace(deviation, used_seq=by)


_FOLDS: Mapping[EventType, Callable[[_Fold, Event], None]] = {
    EventType.TREATMENT_REPORTED: _Fold.reported,
    EventType.EVIDENCE_RECORDED: _Fold.recorded,
    EventType.EVIDENCE_RETRACTED: _Fold.retracted,
    EventType.TREATMENT_STARTED: _Fold.started,
    EventType.DOSE_CHANGED: _Fold.dose_changed,
    EventType.TREATMENT_STOPPED: _Fold.stopped,
    EventType.GATE_SIGNED: _Fold.signed,
    EventType.MOVE_MADE: _Fold.moved,
    EventType.DEVIATION_RECORDED: _Fold.deviated,
    EventType.INTERRUPT_RAISED: _Fold.raised,
    EventType.INTERRUPT_RELEASED: _Fold.released,
    EventType.CASE_ASSIGNED: _Fold.assigned,
    EventType.DISCUSS_MARKED: _Fold.discussed,
    EventType.ALGORITHM_CHANGED: _Fold.changed,
    EventType.CASE_CLOSED: _Fold.closed,
}


def _score(score: Payload) -> ReportedScore:
    return ReportedScore(str(score["scale"]), _int(score.get("before")), _int(score.get("after")))


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
