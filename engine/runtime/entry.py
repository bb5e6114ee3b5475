"""Carrying out an entry: decide first, then write what happened, refusals included.

Nothing outside decides anything: the service and the scenario runner hand an entry in and append the
drafts that come out. Impossible evidence and unknown names raise before anything is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from engine.model.algorithm import Algorithm
from engine.model.case import Case, Patient
from engine.model.decision import Decision, Status
from engine.model.entry import DoseChange, Entry, Reported, Retract, Start
from engine.model.errors import EvidenceError, UnknownNameError
from engine.model.event import Draft, Event, EventType, Json
from engine.model.evidence import Value
from engine.model.formulary import Role
from engine.model.time import days
from engine.runtime.day import Day
from engine.runtime.decide import move_decision
from engine.runtime.door import FIRST_DATE, check_date, near, read_record
from engine.runtime.interrupts import consequences, decide_release
from engine.runtime.names import SEXES, STATED_OUTCOMES
from engine.runtime.plan import Plan, plan_of
from engine.runtime.replay import apply
from engine.runtime.signing import decide_sign, sign_payload
from engine.runtime.starts import (
    decide_dose,
    decide_start,
    decide_stop,
    role_of,
    running,
    serving_move,
    start_kind,
)

NO_MOMENT = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entered:
    """What an entry did.

    Attributes:
        drafts: Events to append, in order; seqs follow the case's last one without a gap.
        case: The case after them.
        before_move: The day just before the entry's move, for what is judged then.
        moves: Decisions about moves asked for or made; the other tuples are in the entry's order.
    """

    drafts: tuple[Draft, ...]
    case: Case
    before_move: Day
    moves: Mapping[str, Decision] = field(default_factory=dict[str, Decision])
    starts: tuple[Decision, ...] = ()
    doses: tuple[Decision, ...] = ()
    stops: tuple[Decision, ...] = ()
    signs: tuple[Decision, ...] = ()
    releases: tuple[Decision, ...] = ()

    @property
    def refused(self) -> tuple[Decision, ...]:
        """Requests that were not carried out."""
        return tuple(
            d
            for d in (
                *self.moves.values(),
                *self.starts,
                *self.doses,
                *self.stops,
                *self.signs,
                *self.releases,
            )
            if d.status is not Status.PERMITTED
        )


def open_case(
    algorithm: Algorithm,
    case_id: str,
    patient: Patient,
    opened_on: date,
    reported: tuple[Reported, ...] = (),
) -> tuple[Draft, ...]:
    """The first events of a case: opened, earlier treatments, and what follows from them.

    Raises:
        EvidenceError: An impossible birth date, sex, date, dose or outcome.
        UnknownNameError: An unknown option.
    """
    plan = plan_of(algorithm)
    check_date("birth date", patient.birth_date, opened_on)
    if patient.sex not in SEXES:
        raise EvidenceError(
            "sex", f"`{patient.sex}` is not a sex the record knows", f"Enter one of {', '.join(SEXES)}"
        )
    payload: dict[str, Json] = {
        "patient": {"birth_date": patient.birth_date.isoformat(), "sex": patient.sex},
        "algorithm": {"id": algorithm.id, "version": algorithm.version, "digest": algorithm.digest},
    }
    writer = _Writer(plan, None, case_id, opened_on)
    writer.write(EventType.CASE_OPENED, payload)
    for item in reported:
        writer.write(EventType.TREATMENT_REPORTED, _reported(plan, item, opened_on))
    return tuple(writer.drafts)


def _reported(plan: Plan, item: Reported, opened_on: date) -> dict[str, Json]:
    _known_option(plan, item.option)
    check_date("start of the earlier treatment", item.started_on, opened_on)
    if item.stopped_on is not None:
        check_date("stop of the earlier treatment", item.stopped_on, opened_on)
        if item.stopped_on < item.started_on:
            raise EvidenceError(
                "to",
                f"{item.option} stopped on {item.stopped_on}, before its start on {item.started_on}",
                f"Stop date must be on or after the start date, {item.started_on}",
            )
    _check_outcome(item.outcome)
    scale = item.scale or (plan.scales[0][0] if plan.scales else "")
    score: Json = None
    if item.score_before is not None or item.score_after is not None:
        score = {"scale": scale, "before": item.score_before, "after": item.score_after}
    return {
        "option": item.option,
        "role": (item.role or usual_role(plan, item.option)).value,
        "from": item.started_on.isoformat(),
        "to": item.stopped_on.isoformat() if item.stopped_on else None,
        "dose_mg_per_day": _text(item.dose_mg_per_day),
        "days_covered_percent": _text(item.days_covered_percent),
        "outcome": item.outcome,
        "score": score,
    }


def usual_role(plan: Plan, option: str) -> Role:
    """The role of an earlier treatment: the first leading role in which some step offers it."""
    for role in (Role.PRIMARY, Role.AUGMENTATION):
        for step in plan.algorithm.steps.values():
            if any(option in row.options for row in step.options.get(role, ())):
                return role
    return Role.CONCOMITANT


def enter(
    algorithm: Algorithm,
    case: Case,
    entry: Entry,
    *,
    roles: frozenset[str] | None = None,
    actor: str = "",
) -> Entered:
    """Carry out one entry on its own date.

    Order: record and retract, start, dose, stop, sign, release, ask, move. A start in an entry with a
    move follows the move.

    Args:
        roles: Roles the actor holds; None means every role.
        actor: Who enters it, as the events will say.

    Raises:
        EvidenceError: Impossible evidence; nothing is written.
        UnknownNameError: A move, option, gate, interrupt or evidence type that does not exist.
    """
    plan = plan_of(algorithm)
    _check_entry(plan, entry)
    run = _Run(plan, case, entry, roles, actor)
    run.records()
    if entry.move is None:
        run.starts()
    run.doses()
    run.stops()
    run.signs()
    run.releases()
    before_move = run.day
    run.asks()
    if entry.move is not None:
        run.moves(entry.move)
        run.starts()
    if entry.note:
        run.writer.write(EventType.NOTE_ADDED, {"text": entry.note})
    assert run.writer.case is not None
    return Entered(
        drafts=tuple(run.writer.drafts),
        case=run.writer.case,
        before_move=before_move,
        moves=run.decided,
        starts=tuple(run.started),
        doses=tuple(run.dosed),
        stops=tuple(run.stopped),
        signs=tuple(run.signed),
        releases=tuple(run.released),
    )


class _Writer:
    """Collects drafts and keeps the case they lead to, with what each one raises."""

    def __init__(self, plan: Plan, case: Case | None, case_id: str, on: date, actor: str = "") -> None:
        self.plan, self.case, self.case_id, self.on, self.actor = plan, case, case_id, on, actor
        self.drafts: list[Draft] = []

    def write(self, kind: EventType, payload: Mapping[str, Json], on: date | None = None) -> int:
        """Append a draft and what follows from it; the seq it gets."""
        event = self._append(Draft(kind, on or self.on, payload))
        assert self.case is not None
        for draft in consequences(self.plan, self.case, event):
            self._append(draft)
        return event.seq

    def _append(self, draft: Draft) -> Event:
        seq = 1 if self.case is None else self.case.seq + 1
        event = Event(
            seq, self.case_id, draft.type, draft.observed_on, NO_MOMENT, self.actor, "", draft.payload
        )
        self.case = apply(self.plan, self.case, event)
        self.drafts.append(draft)
        return event


class _Run:
    """One entry being carried out."""

    def __init__(
        self, plan: Plan, case: Case, entry: Entry, roles: frozenset[str] | None, actor: str
    ) -> None:
        self.plan, self.entry, self.roles = plan, entry, roles
        self.writer = _Writer(plan, case, case.id, entry.on, actor)
        self.decided: dict[str, Decision] = {}
        self.started: list[Decision] = []
        self.dosed: list[Decision] = []
        self.stopped: list[Decision] = []
        self.signed: list[Decision] = []
        self.released: list[Decision] = []
        self.deviation_left = entry.deviate is not None

    @property
    def case(self) -> Case:
        assert self.writer.case is not None
        return self.writer.case

    @property
    def day(self) -> Day:
        return Day(self.plan, self.case, self.entry.on)

    def records(self) -> None:
        read = {
            kind: read_record(self.plan, kind, raw or {}, self.entry.on, self.entry.on)
            for kind, raw in self.entry.record.items()
        }
        for kind, values in read.items():
            payload: dict[str, Json] = {
                "type": kind,
                "values": {name: _json(value) for name, value in values.items()},
                "not_known": not values,
            }
            self.writer.write(EventType.EVIDENCE_RECORDED, payload)
        for retract in self.entry.retract:
            self.writer.write(
                EventType.EVIDENCE_RETRACTED, {"evidence": self._retracted(retract), "reason": retract.reason}
            )

    def _retracted(self, retract: Retract) -> int:
        """The latest recorded, not yet retracted record of that type and day."""
        for record in reversed(self.case.records):
            wanted = record.seq == retract.seq or (
                retract.seq is None and record.type == retract.type and record.observed_on == retract.on
            )
            if wanted and record.retracted_seq is None:
                return record.seq
        raise EvidenceError(
            "retract",
            f"there is no {retract.type} record of {retract.on} to retract",
            "name its type and its day",
        )

    def starts(self) -> None:
        for start in self.entry.start:
            self._start(start)

    def doses(self) -> None:
        for dose in self.entry.dose:
            self._dose(dose)

    def _start(self, start: Start) -> None:
        decision = decide_start(self.day, start, self.roles)
        self.started.append(decision)
        deviation = self._deviate(decision)
        if decision.status is not Status.PERMITTED and deviation is None:
            return
        role = role_of(self.day, start)
        step = self.plan.algorithm.steps[self.case.step]
        serving = serving_move(self.day) if role is step.leading_role else None
        payload: dict[str, Json] = {
            "option": start.option,
            "role": role.value,
            "dose_mg_per_day": _text(start.dose_mg_per_day),
            "kind": start_kind(self.day),
            "deviation": deviation,
            "serves": serving.seq if serving else None,
        }
        self.writer.write(EventType.TREATMENT_STARTED, payload)

    def _dose(self, change: DoseChange) -> None:
        decision = decide_dose(self.day, change)
        self.dosed.append(decision)
        treatment = running(self.day, change.option)
        if decision.status is not Status.PERMITTED or treatment is None:
            self._refuse(decision)
            return
        payload: dict[str, Json] = {
            "treatment": treatment.seq,
            "option": change.option,
            "dose_mg_per_day": _text(change.dose_mg_per_day),
        }
        self.writer.write(EventType.DOSE_CHANGED, payload)

    def stops(self) -> None:
        for stop in self.entry.stop:
            decision = decide_stop(self.day, stop)
            self.stopped.append(decision)
            treatment = running(self.day, stop.option)
            if decision.status is not Status.PERMITTED or treatment is None:
                self._refuse(decision)
                continue
            payload: dict[str, Json] = {
                "treatment": treatment.seq,
                "option": stop.option,
                "outcome": stop.outcome,
                "reason": stop.reason,
            }
            self.writer.write(EventType.TREATMENT_STOPPED, payload)

    def signs(self) -> None:
        for sign in self.entry.sign:
            decision = decide_sign(self.day, sign, self.roles)
            self.signed.append(decision)
            if decision.status is Status.PERMITTED:
                self.writer.write(EventType.GATE_SIGNED, sign_payload(self.day, sign))
            else:
                self._refuse(decision)

    def releases(self) -> None:
        for release in self.entry.release:
            decision = decide_release(self.day, release.interrupt, release.reason, self.roles)
            self.released.append(decision)
            if decision.status is Status.PERMITTED:
                payload: dict[str, Json] = {"interrupt": release.interrupt, "reason": release.reason}
                self.writer.write(EventType.INTERRUPT_RELEASED, payload)
            else:
                self._refuse(decision)

    def asks(self) -> None:
        for name in self.entry.ask:
            self.decided[name] = move_decision(self.day, name, self.roles)

    def moves(self, name: str) -> None:
        decision = self.decided[name] = move_decision(self.day, name, self.roles)
        deviation = self._deviate(decision)
        if decision.status is not Status.PERMITTED and deviation is None:
            return
        move = self.plan.algorithm.moves[name]
        target = self.plan.machine.make(self.case.step, decision, deviated=deviation is not None)
        payload: dict[str, Json] = {
            "move": name,
            "kind": move.kind.value,
            "from": self.case.step,
            "to": target,
            "gate": move.gate,
            "deviation": deviation,
            "opens_episode": move.opens_episode,
        }
        self.writer.write(EventType.MOVE_MADE, payload)

    def _deviate(self, decision: Decision) -> int | None:
        """Record what stands against a move or start: a deviation, which gives its seq, or else a refusal.

        A deviation serves one move or start, and is recorded only where the decision needs and allows it.
        """
        deviate = self.entry.deviate
        if decision.status is Status.PERMITTED:
            return None
        if deviate is None or not self.deviation_left:
            self._refuse(decision)
            return None
        self.deviation_left = False
        if not decision.deviable:
            self._refuse(decision, "deviation")
            return None
        expires_on = deviate.expires or days(self.plan.algorithm.deviation_days).after(self.entry.on)
        payload: dict[str, Json] = {
            "subject": decision.subject,
            "id": decision.id,
            "reason": deviate.reason,
            "expires_on": expires_on.isoformat(),
        }
        return self.writer.write(EventType.DEVIATION_RECORDED, payload)

    def _refuse(self, decision: Decision, request: str | None = None) -> None:
        payload: dict[str, Json] = {
            "request": request or decision.subject,
            "id": decision.id,
            "status": decision.status.value,
            "reasons": [reason.text for reason in decision.reasons if reason.holds is not True],
            "needs": [list(need) for need in decision.needs.to_permit],
        }
        self.writer.write(EventType.REQUEST_REFUSED, payload)


def _check_entry(plan: Plan, entry: Entry) -> None:
    """Refuse unknown names and impossible values before anything is decided."""
    algorithm = plan.algorithm
    if entry.on < FIRST_DATE:
        raise EvidenceError("on", f"{entry.on} is outside 1901 to 2099", "Enter the day it happened")
    for item in (*entry.start, *entry.dose, *entry.stop):
        _known_option(plan, item.option)
    for item in (*entry.start, *entry.dose):
        dose = item.dose_mg_per_day
        if dose is not None and not 0 < dose <= 100_000:
            raise EvidenceError(
                "dose_mg_per_day", f"a dose of {dose} mg a day is impossible", "Enter the dose in mg a day"
            )
    for stop in entry.stop:
        _check_outcome(stop.outcome)
    for name in (*entry.ask, *((entry.move,) if entry.move else ())):
        _known("move", name, algorithm.moves)
    for sign in entry.sign:
        _known("gate", sign.gate, algorithm.gates)
        items = {item.id: item for item in algorithm.gates[sign.gate].items}
        for name in sign.answers:
            _known("gate item", name, items)
    for release in entry.release:
        _known("interrupt", release.interrupt, algorithm.interrupts)
    for kind in (*entry.record, *(r.type for r in entry.retract)):
        _known("evidence type", kind, algorithm.evidence)
    if entry.deviate is not None:
        if not entry.deviate.reason.strip():
            raise EvidenceError("deviate", "a deviation says why", "Enter the reason")
        if entry.move is None and not entry.start:
            raise EvidenceError(
                "deviate", "a deviation is about a move or a start", "Name the move or the start"
            )
        if entry.deviate.expires is not None and entry.deviate.expires < entry.on:
            raise EvidenceError(
                "deviate", f"it expires on {entry.deviate.expires}, before {entry.on}", "Enter a later day"
            )


def _known(what: str, name: str, known: Mapping[str, object]) -> None:
    if name not in known:
        raise UnknownNameError(what, name, near(name, known))


def _known_option(plan: Plan, name: str) -> None:
    _known("option", name, plan.algorithm.formulary.options)


def _check_outcome(outcome: str | None) -> None:
    if outcome is not None and outcome not in STATED_OUTCOMES:
        close = near(outcome, list(STATED_OUTCOMES))
        hint = f"did you mean `{close[0]}`?" if close else f"Enter one of {', '.join(STATED_OUTCOMES)}"
        raise EvidenceError("outcome", f"`{outcome}` is not an outcome", hint)


def _json(value: Value) -> Json:
    if isinstance(value, bool | int | str):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
