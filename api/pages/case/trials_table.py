"""Treatments as a table: what was given, for how long, how well, and what an adequate trial still lacks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from api.pages.case.reading import Reading
from api.words import OUTCOMES, day_words, dose_words, number_words, value_words, with_day_words
from engine.model.case import Treatment
from engine.model.criterion import Line, lines_of
from engine.model.decision import Reason
from engine.model.formulary import OptionKind
from engine.picture.words import sentence_case
from engine.runtime import trials as judge
from engine.runtime.parts import condition_part

if TYPE_CHECKING:
    from engine.runtime.trials import Trial

NOT_RECORDED = "not recorded"
LOOK_AHEAD_DAYS = 183


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One thing an adequate trial lacks: `no` or `not recorded`, in words, and when time alone brings it."""

    word: str
    text: str
    reached: str = ""


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One treatment.

    Attributes:
        dose_now, dose_best: In words; the dose at the end and the highest.
        given: Whole weeks, or sessions.
        adequate: `yes`, `no` or `not recorded`; empty for a treatment that is no step's trial.
    """

    seq: int
    number: int
    option: str
    title: str
    role: str
    started: str
    stopped: str
    dose_now: str
    dose_best: str
    given: str
    at_dose: str
    covered: str
    baseline: str
    latest: str
    outcome: str
    adequate: str
    lacks: tuple[Shortfall, ...] = ()
    running: bool = False
    reported: bool = False
    started_on: date = date.min
    ended_on: date | None = None


def trial_rows(reading: Reading) -> tuple[TrialRow, ...]:
    """Every trial, the latest first."""
    rows = [_trial_row(reading, number, trial) for number, trial in enumerate(reading.day.trials, start=1)]
    return tuple(reversed(rows))


def medicines(reading: Reading) -> tuple[TrialRow, ...]:
    """What is taken beside the trials."""
    tried = {trial.treatment.seq for trial in reading.day.trials}
    others = (treatment for treatment in reading.day.treatments if treatment.seq not in tried)
    return tuple(_beside(reading, treatment) for treatment in others)


def _trial_row(reading: Reading, number: int, trial: "Trial") -> TrialRow:
    day, treatment = reading.day, trial.treatment
    option = reading.algorithm.formulary.options[trial.option]
    facts = day.judged(trial)
    drug = option.kind is OptionKind.DRUG
    sessions = judge.sessions(day, trial)
    covered = judge.days_covered_percent(day, trial, judging=trial.settled_on is not None)
    adequate = judge.adequate(day, trial)
    weeks = judge.weeks(trial, reading.today)
    return TrialRow(
        seq=treatment.seq,
        number=number,
        option=treatment.option,
        title=option.title,
        role=treatment.role.value,
        started=day_words(trial.started_on),
        stopped=day_words(treatment.stopped_on) if treatment.stopped_on else "",
        dose_now=_dose(reading, treatment, judge.dose_on(trial, judge.until(trial, reading.today))),
        dose_best=_dose(reading, treatment, _best(treatment, reading.today)),
        given=_many(weeks, "week") if drug else _many(sessions, "session"),
        at_dose=_many(judge.weeks_at_minimum_dose(day, trial), "week") if drug else "",
        covered=(NOT_RECORDED if covered is None else f"{number_words(covered)} %") if drug else "",
        baseline=value_words(facts["score.baseline"]),
        latest=value_words(facts["score.now"]),
        outcome=_outcome(judge.outcome(day, trial)),
        adequate=NOT_RECORDED if adequate is None else "yes" if adequate else "no",
        lacks=tuple(_lacks(reading, trial)),
        running=treatment.stopped_on is None,
        reported=treatment.reported,
        started_on=trial.started_on,
        ended_on=treatment.stopped_on or trial.settled_on,
    )


def _beside(reading: Reading, treatment: Treatment) -> TrialRow:
    option = reading.algorithm.formulary.options[treatment.option]
    dose = treatment.doses[-1].dose_mg_per_day if treatment.doses else None
    return TrialRow(
        seq=treatment.seq,
        number=0,
        option=treatment.option,
        title=option.title,
        role=treatment.role.value,
        started=day_words(treatment.started_on),
        stopped=day_words(treatment.stopped_on) if treatment.stopped_on else "",
        dose_now=_dose(reading, treatment, dose),
        dose_best="",
        given="",
        at_dose="",
        covered="",
        baseline="",
        latest="",
        outcome=OUTCOMES.get(treatment.outcome or "", ""),
        adequate="",
        running=treatment.stopped_on is None,
        reported=treatment.reported,
        started_on=treatment.started_on,
        ended_on=treatment.stopped_on,
    )


def _lacks(reading: Reading, trial: "Trial") -> Iterator[Shortfall]:
    """What keeps a trial from being adequate, line by line of the algorithm's own rule."""
    facts = reading.day.judged(trial)
    for line in lines_of(reading.algorithm.trials.adequate):
        for reason in condition_part(facts.day, line, facts).reasons:
            if reason.holds is not True:
                yield Shortfall(
                    "no" if reason.holds is False else NOT_RECORDED,
                    _lack_words(reading, reason),
                    _reached(reading, trial, line) if reason.holds is False else "",
                )


def _reached(reading: Reading, trial: "Trial", line: Line) -> str:
    """The first day on which time alone makes a line of the rule hold, in the coming half year."""
    if trial.settled_on is not None:
        return ""

    def holds(days_on: int) -> bool:
        day = reading.day.at(reading.today + timedelta(days=days_on))
        return day.plan.holds(line, day.judged(trial)) is True

    first, last = 0, LOOK_AHEAD_DAYS
    if not holds(last):
        return ""
    while last - first > 1:
        middle = (first + last) // 2
        first, last = (first, middle) if holds(middle) else (middle, last)
    return day_words(reading.today + timedelta(days=last))


_RULE = re.compile(
    r"(?:if .*?, then )?(?:the )?(?P<what>.+?) is (?P<bound>(?:at least|at most|above|below) [^(]*[^(\s])"
)


def _lack_words(reading: Reading, reason: Reason) -> str:
    """`length of the trial 3, needs at least 6 weeks`: the value that is, then what the rule asks for."""
    said = with_day_words(reason.text)
    numbers = [fact for fact in reason.facts if not isinstance(fact.value, str)]
    rule = _RULE.match(said)
    if rule is None or len(numbers) != 1:
        told = "; ".join(value_words(f.value, reading.field_of(f.fact)) for f in numbers)
        return f"{sentence_case(said)} ({told})" if told else sentence_case(said)
    value = value_words(numbers[0].value)
    return f"{sentence_case(rule['what'])} {value}, needs {rule['bound']}"


def _dose(reading: Reading, treatment: Treatment, dose: Decimal | None) -> str:
    option = reading.algorithm.formulary.options[treatment.option]
    doses = option.dose_in(treatment.role)
    if option.kind is not OptionKind.DRUG and dose is None:
        return ""
    return (dose_words(dose, doses.unit, doses.per) if doses else dose_words(dose)) or NOT_RECORDED


def _best(treatment: Treatment, today: date) -> Decimal | None:
    doses = [s.dose_mg_per_day for s in treatment.doses if s.on <= today and s.dose_mg_per_day is not None]
    return max(doses, default=None)


def _outcome(outcome: str | None) -> str:
    return NOT_RECORDED if outcome is None else OUTCOMES.get(outcome, outcome)


def _many(count: int, noun: str) -> str:
    return f"{number_words(count)} {noun}{'' if count == 1 else 's'}"
