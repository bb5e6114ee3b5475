"""`dose-contradiction`: doses and limits that cannot all hold."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.schema.formulary import DosePart
from engine.model.place import Finding, Place

CODE = "dose-contradiction"


def dose_contradiction(draft: Draft) -> Iterator[Finding]:
    """Each dose whose least, lowest, greatest and limited amounts contradict each other."""
    for found in draft.parts:
        if isinstance(found.part, DosePart):
            for place, said, fix in _contradictions(found.part):
                yield Finding(
                    CODE,
                    place,
                    f"`{found.name}`: {said}",
                    "no dose could meet both, so it could never be given as the algorithm asks",
                    fix,
                )


def _contradictions(dose: DosePart) -> Iterator[tuple[Place, str, str]]:
    low, high, lowest = dose.minimum, dose.maximum, dose.lowest
    if low is not None and high is not None and low > high:
        yield (
            dose.spot("minimum"),
            f"the minimum of {low} is above the maximum of {high}",
            "exchange or correct them",
        )
    if lowest is not None and high is not None and lowest > high:
        yield (
            dose.spot("lowest"),
            f"the lowest dose of {lowest} is above the maximum of {high}",
            "correct one of them",
        )
    for limit in dose.limits or ():
        place = limit.spot("maximum")
        if high is not None and limit.maximum > high:
            yield (
                place,
                f"the limit of {limit.maximum} is above the maximum of {high}, so it limits nothing",
                "write a lower limit, or delete it",
            )
        if lowest is not None and limit.maximum < lowest:
            yield (
                place,
                f"the limit of {limit.maximum} is below the lowest dose of {lowest}",
                "write it under `contraindicated` if no dose is right, or correct one of them",
            )
