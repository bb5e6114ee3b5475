"""Staging models, over the current episode and the trials known to be adequate failures.

Source: Thase & Rush 1997; MGH-S (Fava 2003, per PLoS ONE 2020;15:e0236434 panel 1); Maudsley staging
(BMC Psychiatry 2018;18:100 table 3).
"""

import itertools
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.model.evidence import Value
from engine.model.formulary import Role
from engine.runtime import trials as judge
from engine.runtime.day import Day
from engine.runtime.trials import Trial

if TYPE_CHECKING:
    from engine.runtime.facts import Facts

ECT = "ECT"
TCA, MAOI = "TCA", "MAOI"
HALF = Decimal("0.5")


def staging_fact(facts: "Facts", which: str) -> Value | None:
    """`thase_rush` (0 to 5), `mgh_s` (points), or `msm` (3 to 15; None where it cannot be computed)."""
    match which:
        case "thase_rush":
            return thase_rush(facts.day)
        case "mgh_s":
            return mgh_s(facts.day)
        case "msm":
            return msm(facts)
        case _:
            raise KeyError(f"staging.{which}")


def _failed(day: Day) -> tuple[Trial, ...]:
    return tuple(trial for trial, result in judge.failures(day, lifetime=False) if result)


def _counts_as(day: Day, trial: Trial) -> str | None:
    option = day.plan.option(trial.option)
    return None if option is None else option.counts_as or option.drug_class or option.id


def _ect(day: Day) -> tuple[Trial, ...]:
    return tuple(t for t in day.trials if _counts_as(day, t) == ECT and judge.in_episode(day, t))


def _ect_failed(day: Day) -> bool:
    return any(judge.failed(day, trial) is True for trial in _ect(day))


def thase_rush(day: Day) -> int:
    """Nested stages: each needs the one before. Classes are distinct where `counts_as` or class differ."""
    classes = {_counts_as(day, trial) for trial in _failed(day)}
    if not classes:
        return 0
    if len(classes) < 2:
        return 1
    if TCA not in classes:
        return 2
    if MAOI not in classes:
        return 3
    return 5 if _ect_failed(day) else 4


def mgh_s(day: Day) -> Decimal:
    """1 a failed trial, 0.5 a dose raised above the minimum in one, 0.5 an augmentation, 3 for failed ECT."""
    points = Decimal(0)
    for trial in _failed(day):
        points += 1 + (HALF if _optimised(day, trial) else 0)
    points += HALF * len(_augmentations(day))
    return points + (3 if _ect_failed(day) else 0)


def _optimised(day: Day, trial: Trial) -> bool:
    option = day.plan.option(trial.option)
    dose = None if option is None else option.dose_in(trial.role)
    if dose is None or dose.minimum is None:
        return False
    end = judge.until(trial, day.today)
    stretches = sorted(trial.treatment.doses, key=lambda s: (s.on, s.seq))
    return any(
        after.dose_mg_per_day is not None
        and after.on <= end
        and after.dose_mg_per_day > max(before.dose_mg_per_day or Decimal(0), dose.minimum)
        for before, after in itertools.pairwise(stretches)
    )


def _augmentations(day: Day) -> tuple[Trial, ...]:
    return tuple(t for t in day.trials if t.role is Role.AUGMENTATION and judge.in_episode(day, t))


def msm(facts: "Facts") -> int | None:
    """Duration, severity, failed medicines, augmentation and ECT; None without a failure or a severity."""
    day = facts.day
    failed = len(_failed(day))
    severity = next(
        (band.points for band in day.plan.algorithm.severity if day.plan.holds(band.when, facts) is True),
        None,
    )
    if failed == 0 or severity is None:
        return None
    months = facts["episode.months"]
    assert isinstance(months, int)
    duration = 1 if months <= 12 else 2 if months <= 24 else 3
    medicines = 1 if failed <= 2 else 2 if failed <= 4 else 3 if failed <= 6 else 4 if failed <= 10 else 5
    return duration + severity + medicines + bool(_augmentations(day)) + bool(_ect(day))
