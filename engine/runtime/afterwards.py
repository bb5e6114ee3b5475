"""The case as it would be after a start, a dose or a stop, for deciding it. Nothing is recorded."""

from dataclasses import replace

from engine.model.case import DoseStretch, Treatment
from engine.model.entry import DoseChange, Start
from engine.model.formulary import Role
from engine.runtime.day import Day


def with_start(day: Day, start: Start, role: Role) -> Day:
    """The day with one more treatment running."""
    case = day.case
    treatment = Treatment(
        seq=case.seq + 1,
        option=start.option,
        role=role,
        started_on=day.today,
        doses=(DoseStretch(day.today, case.seq + 1, start.dose_mg_per_day),),
        visit=len(case.visits) - 1,
    )
    return Day(day.plan, replace(case, treatments=(*case.treatments, treatment)), day.today)


def with_dose(day: Day, treatment: Treatment, change: DoseChange) -> Day:
    """The day with a treatment at another dose."""
    stretch = DoseStretch(day.today, day.case.seq + 1, change.dose_mg_per_day)
    return _changed(day, replace(treatment, doses=(*treatment.doses, stretch)))


def without(day: Day, treatment: Treatment) -> Day:
    """The day with a treatment stopped."""
    return _changed(day, replace(treatment, stopped_on=day.today, stopped_seq=day.case.seq + 1))


def _changed(day: Day, treatment: Treatment) -> Day:
    treatments = tuple(treatment if t.seq == treatment.seq else t for t in day.case.treatments)
    return Day(day.plan, replace(day.case, treatments=treatments), day.today)
