"""Words for people, the same at every door: verdicts, dates, ages, doses, values."""

from datetime import date
from decimal import Decimal
from typing import Final

from engine.model.algorithm import Algorithm, Step
from engine.model.decision import Decision, FactShown, Kleene, OptionStatus, Part, Recorded, Status
from engine.model.evidence import EvidenceField, FieldType, Value

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

OUTCOMES: Final = {
    "ongoing": "ongoing",
    "remission": "remission",
    "response": "response (at least half better)",
    "partial": "partly better",
    "no_response": "no response",
    "worsened": "worse",
    "intolerant": "stopped for side effects",
    "stopped_other": "stopped for another reason",
}


def day_words(day: date) -> str:
    """`02-Mar-2026`, whatever the locale."""
    return f"{day.day:02d}-{MONTHS[day.month - 1]}-{day.year:04d}"


def age_words(born: date, today: date) -> str:
    """`44y`, on that day."""
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return f"{today.year - born.year - (not had_birthday)}y"


def number_words(number: int | Decimal) -> str:
    """No trailing zeros, a leading zero, a comma from 1,000: `0.5`, `150`, `1,200`."""
    if isinstance(number, int):
        return f"{number:,}"
    return f"{number.normalize():,f}"


def dose_words(dose: Decimal | None, unit: str = "mg", per: str = "day") -> str:
    """`100 mg a day`; empty where no dose is recorded."""
    return "" if dose is None else f"{number_words(dose)} {unit} a {per}"


def kleene_words(value: Kleene) -> str:
    """`yes`, `no` or `not recorded`: nothing else stands for evidence."""
    return "not recorded" if value is None else "yes" if value else "no"


def value_words(value: Value | str | None, field: EvidenceField | None = None) -> str:
    """A recorded value in words, with its field's labels and unit where it has them."""
    if value is None:
        return "not recorded"
    if isinstance(value, bool):
        return kleene_words(value)
    if isinstance(value, date):
        return day_words(value)
    if isinstance(value, int | Decimal):
        unit = f" {field.unit}" if field is not None and field.unit else ""
        return f"{number_words(value)}{unit}"
    if field is not None:
        if value in field.labels:
            return field.labels[value]
        if field.type is FieldType.TEXT:
            return value
    return value.replace("_", " ")


def fact_words(fact: FactShown) -> str:
    """A leaf fact with its value and date: `PHQ-9 total 17, 06-Apr-2026`; why it is unknown, where it is."""
    on = f", {day_words(fact.observed_on)}" if fact.observed_on else ""
    match fact.missing:
        case Recorded.STALE:
            return f"{fact.title} out of date{on}"
        case Recorded.ASKED:
            return f"{fact.title} asked, not known{on}"
        case Recorded.NEVER:
            return f"{fact.title} not recorded"
        case None:
            return f"{fact.title} {value_words(fact.value)}{on}"


def step_words(step: Step) -> str:
    """Code and title: a code never stands alone."""
    return f"{step.code} {step.title}" if step.code else step.title


def move_words(algorithm: Algorithm, decision: Decision) -> str:
    """What a decision is about: `S3 Add a second medicine`."""
    step = algorithm.steps.get(decision.target or "")
    return f"{step.code} {decision.title}" if step is not None and step.code else decision.title


def verdict(decision: Decision) -> str:
    """The page word for an answer.

    Ready: permitted. Blocked: refused by an interrupt, a hard rule or what a gate concludes. Not offered: it
    does not start from where the case is. Not yet: everything that time or evidence could still change.
    """
    if decision.status is Status.PERMITTED:
        return "Ready"
    against = [reason for reason in decision.reasons if reason.holds is False]
    parts = {reason.part for reason in against}
    concluded = Part.GATE in parts and decision.gate is not None and decision.gate.conclusion is not None
    if parts & {Part.INTERRUPT, Part.HARD_STOP} or concluded:
        return "Blocked"
    if Part.FROM in parts:
        return "Not offered"
    return "Not yet"


OPTION_VERDICTS: Final = {
    OptionStatus.OFFERED: "Ready",
    OptionStatus.CAUTIONED: "Ready, with care",
    OptionStatus.BLOCKED: "Not offered",
    OptionStatus.UNDECIDED: "Not yet",
}
