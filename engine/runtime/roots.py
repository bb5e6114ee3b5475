"""The facts of the engine's own roots: patient, score, trial, episode, taking, staging and step."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.criteria import TODAY
from engine.model.evidence import Value
from engine.model.time import months_between, months_passed
from engine.runtime import trials as judge
from engine.runtime.day import Day
from engine.runtime.score import score_fact
from engine.runtime.staging import staging_fact
from engine.runtime.trials import Trial

if TYPE_CHECKING:
    from engine.runtime.facts import Facts


def _today(facts: "Facts", rest: str) -> Value | None:
    return facts.day.today


def _patient(facts: "Facts", rest: str) -> Value | None:
    patient = facts.day.case.patient
    match rest:
        case "birth_date":
            return patient.birth_date
        case "age_years":
            return max(0, months_between(patient.birth_date, facts.day.today) // 12)
        case "sex":
            return patient.sex
        case _:
            raise KeyError(f"patient.{rest}")


def _case(facts: "Facts", rest: str) -> Value | None:
    if rest == "opened_on":
        return facts.day.case.opened_on
    raise KeyError(f"case.{rest}")


def _trial(facts: "Facts", rest: str) -> Value | None:
    return trial_fact(facts, facts.trial, rest)


def _base(facts: "Facts", rest: str) -> Value | None:
    return trial_fact(facts.day.facts, facts.day.base, rest)


def _episode(facts: "Facts", rest: str) -> Value | None:
    day = facts.day
    match rest:
        case "started_on":
            return day.episode_started_on
        case "months":
            return max(0, months_passed(day.episode_started_on, day.today))
        case "last_effective_step":
            return last_effective_step(day)
        case _:
            return _scope(day, rest, lifetime=False)


def _lifetime(facts: "Facts", rest: str) -> Value | None:
    return _scope(facts.day, rest, lifetime=True)


def _scope(day: Day, rest: str, *, lifetime: bool) -> Value | None:
    match rest:
        case "adequate_failures.at_least":
            return sum(1 for _, result in judge.failures(day, lifetime=lifetime) if result)
        case "adequate_failures.at_most":
            return len(judge.failures(day, lifetime=lifetime))
        case "trials":
            mine = (t for t in day.trials if lifetime or judge.in_episode(day, t))
            return sum(1 for trial in mine if judge.counted(day, trial))
        case _:
            raise KeyError(rest)


def _taking(facts: "Facts", rest: str) -> Value | None:
    return rest in facts.day.taking


def _tried(facts: "Facts", rest: str) -> Value | None:
    return rest in facts.day.tried


def _failed(facts: "Facts", rest: str) -> Value | None:
    day = facts.day
    names = day.plan.names_by_option
    mine = (t for t in day.trials if rest in names.get(t.option, frozenset((t.option,))))
    return any(judge.failed(day, trial) is True for trial in mine)


def _step(facts: "Facts", rest: str) -> Value | None:
    day, visit = facts.day, facts.day.case.visit
    match rest:
        case "id":
            return visit.step
        case "kind":
            return day.plan.algorithm.steps[visit.step].kind.value
        case "entered_on":
            return visit.entered_on
        case "weeks":
            return max(0, (day.today - visit.entered_on).days // 7)
        case "months":
            return max(0, months_passed(visit.entered_on, day.today))
        case _:
            raise KeyError(f"step.{rest}")


def _option(facts: "Facts", rest: str) -> Value | None:
    dose, role = facts.option or (None, None)
    return dose if rest == "dose_mg_per_day" else (role.value if role else None)


ROOTS: Mapping[str, "Callable[[Facts, str], Value | None]"] = {
    TODAY: _today,
    "patient": _patient,
    "case": _case,
    "score": score_fact,
    "trial": _trial,
    "base": _base,
    "episode": _episode,
    "lifetime": _lifetime,
    "taking": _taking,
    "tried": _tried,
    "failed": _failed,
    "staging": staging_fact,
    "step": _step,
    "option": _option,
}
"""First word of a fact's name to what computes it from the rest."""


def trial_fact(facts: "Facts", trial: Trial | None, rest: str) -> Value | None:
    """A fact of a trial as of the facts' day; without a trial everything is `none`, 0 or no."""
    if trial is None:
        return _NO_TRIAL[rest]
    day = facts.day
    match rest:
        case "option":
            return trial.option
        case "class":
            option = day.plan.option(trial.option)
            return (option.drug_class if option else None) or "none"
        case "kind":
            option = day.plan.option(trial.option)
            return option.kind.value if option else "none"
        case "role":
            return trial.role.value
        case "outcome":
            return judge.outcome(facts.now, trial)
        case "started_on":
            return trial.started_on
        case "stopped_on":
            return trial.treatment.stopped_on
        case "clock_from":
            return trial.clock_from
        case "weeks":
            return judge.weeks(trial, day.today)
        case "weeks_at_minimum_dose":
            return judge.weeks_at_minimum_dose(day, trial)
        case "sessions":
            return judge.sessions(day, trial)
        case "enough_sessions":
            return judge.enough_sessions(day, trial)
        case "dose_mg_per_day":
            return judge.dose_on(trial, judge.until(trial, day.today)) or Decimal(0)
        case "at_minimum_dose":
            return judge.at_minimum(day, trial, judge.until(trial, day.today))
        case "days_covered_percent":
            return judge.days_covered_percent(facts.now, trial, judging=facts.judging)
        case "running":
            return trial.treatment.stopped_on is None
        case "settled":
            return trial.settled_on is not None
        case "adequate":
            return judge.adequate(facts.now, trial)
        case _:
            raise KeyError(f"trial.{rest}")


_NO_TRIAL: Mapping[str, Value | None] = {
    "option": "none",
    "class": "none",
    "kind": "none",
    "role": "none",
    "outcome": "none",
    "started_on": None,
    "stopped_on": None,
    "clock_from": None,
    "weeks": 0,
    "weeks_at_minimum_dose": 0,
    "sessions": 0,
    "enough_sessions": False,
    "dose_mg_per_day": Decimal(0),
    "at_minimum_dose": False,
    "days_covered_percent": None,
    "running": False,
    "settled": False,
    "adequate": False,
}


def last_effective_step(day: Day) -> str:
    """The treatment step from which maintenance was last entered in this episode; `none` before that."""
    episode = len(day.case.episodes) - 1
    steps = day.plan.algorithm.steps
    for before, after in zip(reversed(day.case.visits[:-1]), reversed(day.case.visits[1:]), strict=True):
        if after.episode != episode:
            break
        if steps[after.step].kind == "maintenance" and steps[before.step].kind == "treatment":
            return before.step
    return "none"
