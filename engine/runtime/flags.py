"""Flags of a case: what the algorithm's flags say, and what only the history can tell."""

from engine.runtime.day import Day
from engine.runtime.rests_on import moves_resting_on_retracted
from engine.runtime.trials import outcome_disagrees

DEVIATION_EXPIRED = "deviation_expired"
OUTCOME_DISAGREES = "outcome_disagrees"
RESTS_ON_RETRACTED = "rests_on_retracted"
ENGINE_FLAGS = (DEVIATION_EXPIRED, OUTCOME_DISAGREES, RESTS_ON_RETRACTED)


def flags(day: Day) -> tuple[str, ...]:
    """Ids of the flags that show today, in the definition's order, then the engine's own."""
    shown = [
        flag.id
        for flag in day.plan.algorithm.flags.values()
        if flag.when is not None and day.plan.holds(flag.when, day.facts) is True
    ]
    if any(deviation.expires_on < day.today for deviation in day.case.deviations):
        shown.append(DEVIATION_EXPIRED)
    if any(outcome_disagrees(day, trial) for trial in day.trials):
        shown.append(OUTCOME_DISAGREES)
    if moves_resting_on_retracted(day):
        shown.append(RESTS_ON_RETRACTED)
    return tuple(shown)
