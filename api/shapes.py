"""JSON shapes of answers, shared by the command line and REST. Stable: a change of one gets a new number.

Dates are ISO 8601, decimals are text (so that nothing is rounded), unknown is null.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.model.algorithm import Algorithm
from engine.model.case import Case, Treatment
from engine.model.decision import (
    Decision,
    Decisions,
    Due,
    FactShown,
    GateAnswer,
    OptionAnswer,
    Reason,
)
from engine.model.event import Event, Json
from engine.model.place import NOWHERE, Place

if TYPE_CHECKING:
    from engine.definition.diff import Change

Shape = dict[str, object]


def plain(value: object) -> object:
    """A value as JSON keeps it exactly: dates as ISO text, decimals as text."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value


def place_shape(place: Place) -> Shape | None:
    """Where something stands in a definition."""
    if place == NOWHERE or not place.file:
        return None
    return {"file": place.file, "line": place.line, "column": place.column, "length": place.length}


def fact_shape(fact: FactShown) -> Shape:
    """A leaf fact behind a reason."""
    return {
        "fact": fact.fact,
        "title": fact.title,
        "value": plain(fact.value),
        "observed_on": plain(fact.observed_on),
        "evidence_id": fact.evidence_id,
        "missing": fact.missing.value if fact.missing else None,
    }


def reason_shape(reason: Reason) -> Shape:
    """One line of an answer. The first fact's name, value, date and record stand beside the text."""
    first = reason.facts[0] if reason.facts else None
    return {
        "part": reason.part.value,
        "code": reason.code,
        "holds": reason.holds,
        "text": reason.text,
        "fact": first.fact if first else None,
        "value": plain(first.value) if first else None,
        "observed_on": plain(first.observed_on) if first else None,
        "evidence_id": first.evidence_id if first else None,
        "facts": [fact_shape(fact) for fact in reason.facts],
        "because": reason.because,
        "source": reason.source,
        "again_on": plain(reason.again_on),
        "overridable": reason.overridable,
        "line": place_shape(reason.place),
    }


def gate_shape(gate: GateAnswer | None) -> Shape | None:
    """A gate for this patient today."""
    if gate is None:
        return None
    return {
        "id": gate.id,
        "title": gate.title,
        "conclusion": gate.conclusion,
        "complete": gate.complete,
        "signed_on": plain(gate.signed_on),
        "holds_until": plain(gate.holds_until),
        "items": [
            {
                "id": item.id,
                "ask": item.ask,
                "result": item.result.value,
                "conclusion": item.conclusion,
                "by_word": item.by_word,
                "overridable": item.overridable,
                "again_on": plain(item.again_on),
                "facts": [fact_shape(fact) for fact in item.facts],
            }
            for item in gate.items
        ],
    }


def option_shape(option: OptionAnswer) -> Shape:
    """An option for this patient today."""
    return {
        "id": option.id,
        "title": option.title,
        "status": option.status.value,
        "open_on": plain(option.open_on),
        "reasons": [reason_shape(reason) for reason in option.reasons],
    }


def decision_shape(decision: Decision) -> Shape:
    """The answer about one request."""
    return {
        "subject": decision.subject,
        decision.subject: decision.id,
        "title": decision.title,
        "status": decision.status.value,
        "today": plain(decision.today),
        "target": decision.target,
        "reasons": [reason_shape(reason) for reason in decision.reasons],
        "needs": {
            "to_permit": [list(need) for need in decision.needs.to_permit],
            "to_refuse": [list(need) for need in decision.needs.to_refuse],
        },
        "again_on": plain(decision.again_on),
        "holds_until": plain(decision.holds_until),
        "gate": gate_shape(decision.gate),
        "options": [option_shape(option) for option in decision.options],
        "deviable": decision.deviable,
        "algorithm": {
            "id": decision.algorithm.id,
            "version": decision.algorithm.version,
            "digest": decision.algorithm.digest,
        },
    }


def due_shape(due: Due) -> Shape:
    """Evidence that is due."""
    return {
        "type": due.type,
        "due_on": plain(due.due_on),
        "overdue": due.overdue,
        "checkpoint": due.checkpoint,
    }


def decisions_shape(decisions: Decisions) -> Shape:
    """Everything the algorithm says about a case on one day."""
    return {
        "today": plain(decisions.today),
        "step": decisions.step,
        "moves": {name: decision_shape(decision) for name, decision in decisions.moves.items()},
        "options": {name: option_shape(option) for name, option in decisions.options.items()},
        "gates": {name: gate_shape(gate) for name, gate in decisions.gates.items()},
        "interrupts": list(decisions.interrupts),
        "flags": list(decisions.flags),
        "due": [due_shape(due) for due in decisions.due],
    }


def in_order(value: Json | Mapping[str, Json]) -> object:
    """A payload with its keys sorted, as it is stored: the same event reads the same, fresh or read back."""
    if isinstance(value, Mapping):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(item) for item in value] if isinstance(value, list) else value


def event_shape(event: Event) -> Shape:
    """An event as stored."""
    return {
        "seq": event.seq,
        "type": event.type.value,
        "observed_on": plain(event.observed_on),
        "recorded_at": plain(event.recorded_at),
        "actor": event.actor,
        "digest": event.digest,
        "payload": in_order(event.payload),
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }


def treatment_shape(treatment: Treatment) -> Shape:
    """A treatment from start to stop."""
    return {
        "seq": treatment.seq,
        "option": treatment.option,
        "role": treatment.role.value,
        "started_on": plain(treatment.started_on),
        "stopped_on": plain(treatment.stopped_on),
        "dose_mg_per_day": plain(treatment.doses[-1].dose_mg_per_day) if treatment.doses else None,
        "outcome": treatment.outcome,
        "reported": treatment.reported,
    }


def algorithm_shape(algorithm: Algorithm) -> Shape:
    """An algorithm as answers name it."""
    return {"id": algorithm.id, "version": algorithm.version, "digest": algorithm.digest}


def case_shape(case: Case, name: str | None = None, number: str | None = None) -> Shape:
    """A case as its events tell it, with the patient's name and number from outside the chain."""
    return {
        "case": case.id,
        "seq": case.seq,
        "patient": {
            "name": name,
            "number": number,
            "birth_date": plain(case.patient.birth_date),
            "sex": case.patient.sex,
        },
        "algorithm": {"id": case.algorithm, "digest": case.digest},
        "opened_on": plain(case.opened_on),
        "closed_on": plain(case.closed_on),
        "step": case.step,
        "entered_on": plain(case.visit.entered_on),
        "visits": [
            {
                "step": visit.step,
                "entered_on": plain(visit.entered_on),
                "left_on": plain(visit.left_on),
                "by": visit.move,
            }
            for visit in case.visits
        ],
        "treatments": [treatment_shape(treatment) for treatment in case.treatments],
        "interrupts": [raised.id for raised in case.raised()],
    }


def _as_is(place: Place) -> Place:
    return place


def change_shape(
    change: "Change",
    before: Callable[[Place], Place] = _as_is,
    after: Callable[[Place], Place] = _as_is,
) -> Shape:
    """One change between two versions; `before` and `after` name the files as the reader knows them."""
    return {
        "sign": change.sign.value,
        "effect": change.effect.value,
        "kind": change.kind,
        "id": change.id or None,
        "title": change.title or None,
        "text": change.words,
        "felt_by": list(change.felt_by),
        "before": place_shape(before(change.before)),
        "after": place_shape(after(change.after)),
    }
