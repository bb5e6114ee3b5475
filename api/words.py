"""Words for people, the same at every door: verdicts, dates, ages, doses, values."""

import re
from datetime import date
from decimal import Decimal
from typing import Final

from engine.model.algorithm import Algorithm, Step
from engine.model.decision import Decision, FactShown, Kleene, OptionStatus, Part, Recorded
from engine.model.evidence import EvidenceField, FieldType, Value
from engine.model.words import MONTHS, day_words, dose_words, number_words
from engine.picture.words import sentence_case

__all__ = [
    "MONTHS",
    "OPTION_VERDICTS",
    "OUTCOMES",
    "age_words",
    "asked_words",
    "day_words",
    "dose_words",
    "fact_words",
    "kleene_words",
    "number_words",
    "step_words",
    "value_words",
    "verdict",
    "with_day_words",
]

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


_ISO_DAY = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")


def with_day_words(text: str) -> str:
    """A sentence with its ISO dates written as people read them."""

    def shown(found: re.Match[str]) -> str:
        try:
            return day_words(date.fromisoformat(found.group()))
        except ValueError:
            return found.group()

    return _ISO_DAY.sub(shown, text)


def age_words(born: date, today: date) -> str:
    """`44y`, on that day."""
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return f"{today.year - born.year - (not had_birthday)}y"


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
            label = sentence_case(field.labels[value])
            return f"a {label[2:]}" if label.startswith("A ") else label
        if field.type is FieldType.TEXT:
            return value
        if field.type is FieldType.DATE:
            return with_day_words(value)
    return value.replace("_", " ")


def fact_words(fact: FactShown, said: str = "") -> str:
    """A leaf fact with its value and date: `PHQ-9, Total 17, 06-Apr-2026`; why it is unknown, where it is.

    Args:
        said: What was said just before; a title that stands in it is not said again.
    """
    title = _unsaid(fact.title, said)
    on = f", {day_words(fact.observed_on)}" if fact.observed_on else ""
    match fact.missing:
        case Recorded.STALE:
            words = f"out of date{on}"
        case Recorded.ASKED:
            words = f"asked, not known{on}"
        case Recorded.NEVER:
            words = "not recorded"
        case None:
            words = f"{value_words(fact.value)}{on}"
    return f"{title} {words}" if title else words


def _unsaid(title: str, said: str) -> str:
    """The part of a title that was not said yet: all of it, its last words, or nothing."""
    if title in said:
        return ""
    owner, comma, rest = title.partition(", ")
    return rest if comma and owner in said else title


def step_words(step: Step) -> str:
    """Code and title: a code never stands alone."""
    return f"{step.code} {step.title}" if step.code else step.title


_ASKED: Final = {
    "start": "start ",
    "dose": "new dose of ",
    "stop": "stop ",
    "sign": "sign ",
    "release": "release ",
}


def asked_words(algorithm: Algorithm, decision: Decision) -> str:
    """What a decision is about: `S3 Add a second medicine`, `start sertraline`."""
    step = algorithm.steps.get(decision.target or "")
    if decision.subject == "move" and step is not None and step.code:
        return f"{step.code} {decision.title}"
    return f"{_ASKED.get(decision.subject, '')}{decision.title}"


def verdict(decision: Decision) -> str:
    """The page word for an answer, as in the picture; a move that starts elsewhere is not offered here."""
    from engine.picture.overlay import verdict_of

    if any(reason.part is Part.FROM for reason in decision.reasons):
        return "Not offered"
    return str(verdict_of(decision))


OPTION_VERDICTS: Final = {
    OptionStatus.OFFERED: "Ready",
    OptionStatus.CAUTIONED: "Ready, with care",
    OptionStatus.BLOCKED: "Not offered",
    OptionStatus.UNDECIDED: "Not yet",
}
