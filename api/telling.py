"""Events in words, the same at every door."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import cast

from api.words import OUTCOMES, day_words, dose_words, step_words, value_words, with_day_words
from engine.model.algorithm import Algorithm
from engine.model.event import Event, EventType, Json
from engine.picture.words import sentence_case


def event_line(event: Event, algorithm: Algorithm | None = None) -> str:
    """`  12  02-Mar-2026  PHQ-9: total 17, item 9 0   (Dr Lind)`."""
    return (
        f"{event.seq:>4}  {day_words(event.observed_on)}  {event_words(event, algorithm)}   ({event.actor})"
    )


def event_words(event: Event, algorithm: Algorithm | None = None, *, brief: bool = False) -> str:
    """What an event says, with titles where the algorithm is at hand.

    Args:
        brief: Of evidence, only the fields that it must have or that requirements ask for.
    """
    payload = event.payload
    told = _Telling(payload, algorithm)
    match event.type:
        case EventType.CASE_OPENED:
            return "case opened"
        case EventType.TREATMENT_REPORTED:
            until = f" to {told.day('to')}" if payload.get("to") else ", still taken"
            return f"earlier treatment: {told.treatment()}, from {told.day('from')}{until}{told.outcome()}"
        case EventType.EVIDENCE_RECORDED:
            return told.evidence(brief=brief)
        case EventType.EVIDENCE_RETRACTED:
            return f"event {payload['evidence']} was entered in error{told.because()}"
        case EventType.TREATMENT_STARTED:
            deviated = ", by deviation" if payload.get("deviation") else ""
            return f"started {told.treatment()} ({payload['role']}){deviated}"
        case EventType.DOSE_CHANGED:
            return f"dose of {told.treatment()}"
        case EventType.TREATMENT_STOPPED:
            return f"stopped {told.option()}{told.outcome()}{told.because()}"
        case EventType.GATE_SIGNED:
            return told.signature()
        case EventType.MOVE_MADE:
            deviated = ", by deviation" if payload.get("deviation") else ""
            return f"MOVE {payload['move']}: {told.step('from')} -> {told.step('to')}{deviated}"
        case EventType.REQUEST_REFUSED:
            return f"{payload['status']}: {payload['request']} {payload['id']}{told.reasons()}"
        case EventType.DEVIATION_RECORDED:
            return f"deviation for {payload['id']}, until {told.day('expires_on')}{told.because()}"
        case EventType.INTERRUPT_RAISED:
            return f"STOP {told.interrupt()}: moves are frozen"
        case EventType.INTERRUPT_RELEASED:
            return f"released {told.interrupt()}{told.because()}"
        case EventType.NOTE_ADDED:
            return f"note: {payload['text']}"
        case EventType.CASE_CLOSED | EventType.EPISODE_CLOSED:
            return f"{event.type.replace('_', ' ')}{told.because()}"
        case _:
            return event.type.replace("_", " ")


class _Telling:
    """Says parts of a payload in words."""

    def __init__(self, payload: Mapping[str, Json], algorithm: Algorithm | None) -> None:
        self._payload, self._algorithm = payload, algorithm

    def day(self, name: str) -> str:
        return day_words(date.fromisoformat(str(self._payload[name])))

    def option(self) -> str:
        name = str(self._payload["option"])
        option = self._algorithm.formulary.options.get(name) if self._algorithm else None
        return option.title if option else name

    def treatment(self) -> str:
        dose = self._payload.get("dose_mg_per_day")
        if dose is None:
            return self.option()
        name = str(self._payload["option"])
        option = self._algorithm.formulary.options.get(name) if self._algorithm else None
        unit, per = (option.dose.unit, option.dose.per) if option and option.dose else ("mg", "day")
        return f"{self.option()} {dose_words(Decimal(str(dose)), unit, per)}"

    def outcome(self) -> str:
        stated = self._payload.get("outcome")
        return f", outcome: {OUTCOMES.get(str(stated), stated)}" if stated else ""

    def because(self) -> str:
        reason = self._payload.get("reason")
        return f", because: {reason}" if reason else ""

    def reasons(self) -> str:
        reasons = cast(list[str], self._payload.get("reasons") or [])
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        return f", because: {with_day_words(reasons[0])}{more}" if reasons else ""

    def step(self, name: str) -> str:
        step = str(self._payload[name])
        found = self._algorithm.steps.get(step) if self._algorithm else None
        return step_words(found) if found else step

    def interrupt(self) -> str:
        name = str(self._payload["interrupt"])
        found = self._algorithm.interrupts.get(name) if self._algorithm else None
        return found.title if found else name

    def signature(self) -> str:
        name, conclusion = str(self._payload["gate"]), str(self._payload["conclusion"])
        gate = self._algorithm.gates.get(name) if self._algorithm else None
        found = gate.conclusions.get(conclusion) if gate else None
        title = f"{sentence_case(found.title)} ({conclusion})" if found else conclusion
        return f"signed {gate.title if gate else name}: {title}"

    def evidence(self, *, brief: bool = False) -> str:
        kind = str(self._payload["type"])
        evidence = self._algorithm.evidence.get(kind) if self._algorithm else None
        title = evidence.title if evidence else kind
        if self._payload.get("not_known"):
            return f"{title}: asked, not known"
        values = cast(Mapping[str, Json], self._payload["values"])
        said: list[str] = []
        names = [name for name in evidence.fields if name in values] if evidence else list(values)
        if brief and evidence:
            main = [n for n in names if n in evidence.main or evidence.fields[n].required]
            names = main or names
        for name in names:
            value, field = values[name], evidence.fields[name] if evidence else None
            shown = value if isinstance(value, bool | int | str) else str(value)
            said.append(f"{sentence_case(field.title) if field else name} {value_words(shown, field)}")
        return f"{title}: {', '.join(said)}"
