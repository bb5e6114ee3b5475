"""The score of the measure that leads a trial. Scales never mix in a trial."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.model.case import Record
from engine.model.evidence import Value
from engine.runtime.day import Day, latest, value_of
from engine.runtime.trials import Trial

if TYPE_CHECKING:
    from engine.runtime.facts import Facts


@dataclass(frozen=True, slots=True)
class Lead:
    """The measure in use: its evidence type and field, and below what total it means remission."""

    kind: str
    field: str
    remission_below: int


def baseline_record(day: Day, trial: Trial | None, kind: str, field: str) -> Record | None:
    """The latest record giving a field up to the trial's start, and not much older than that."""
    if trial is None:
        return None
    first = day.plan.algorithm.trials.baseline_within.before(trial.started_on)
    records = tuple(r for r in day.records(kind) if first <= r.observed_on <= trial.started_on)
    return latest(records, field)


def lead(facts: "Facts") -> Lead | None:
    """The first measure with a baseline; without any the first with a record, else the first of all."""
    day, trial = facts.day, facts.trial
    measures = [Lead(*scale) for scale in day.plan.scales]
    if trial is not None:
        reported = trial.treatment.score
        for measure in measures:
            if reported is not None and reported.before is not None and trial.treatment.reported:
                if measure.kind == reported.scale:
                    return measure
            elif baseline_record(day, trial, measure.kind, measure.field) is not None:
                return measure
    for measure in measures:
        if latest(day.records(measure.kind), measure.field) is not None:
            return measure
    return measures[0] if measures else None


def score_fact(facts: "Facts", rest: str) -> Value | None:
    """A `score` fact; None where it rests on a total that is missing or stale."""
    measure = lead(facts)
    if measure is None:
        return _days_open(facts.day) if rest == "days_since" else None
    kind, field = measure.kind, measure.field
    match rest:
        case "scale":
            return kind
        case "remission_below":
            return measure.remission_below
        case "now":
            after = _reported_after(facts)
            return value_of(latest(facts.fresh(kind), field), field) if after is None else after
        case "baseline":
            return _baseline(facts, measure)
        case "observed_on":
            record = latest(facts.fresh(kind), field)
            return record.observed_on if record else None
        case "days_since":
            record = latest(facts.day.records(kind), field)
            return (facts.day.today - record.observed_on).days if record else _days_open(facts.day)
        case "last_on":
            record = latest(facts.day.records(kind), field)
            return record.observed_on if record else None
        case "last":
            return value_of(latest(facts.day.records(kind), field), field)
        case "previous":
            giving = [r for r in facts.day.records(kind) if field in r.values]
            return giving[-2].values[field] if len(giving) > 1 else None
        case "total":
            return None
        case _:
            raise KeyError(f"score.{rest}")


def _days_open(day: Day) -> int:
    return (day.today - day.case.opened_on).days


def _baseline(facts: "Facts", measure: Lead) -> Value | None:
    trial = facts.trial
    if trial is not None and trial.treatment.reported and trial.treatment.score is not None:
        return trial.treatment.score.before
    return value_of(baseline_record(facts.day, trial, measure.kind, measure.field), measure.field)


def _reported_after(facts: "Facts") -> int | None:
    trial = facts.trial
    if trial is None or trial.settled_on is None or trial.treatment.score is None:
        return None
    return trial.treatment.score.after
