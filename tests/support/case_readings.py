"""Cases of the shipped stories as the pages read them."""

from datetime import date

from api.pages.case.reading import Reading
from engine.runtime import decide
from engine.service import CaseView
from engine.store.rows import PatientRow
from tests.support.algorithms import shipped_algorithm
from tests.support.stories import story_of

PATIENT = PatientRow("BERG, Tom", "4711")


def reading_of(
    file: str, entries: int | None = None, on: date | None = None, algorithm: str = "stepwise-depression"
) -> Reading:
    """A story up to an entry, read on its last day or on another one."""
    found = shipped_algorithm(algorithm)
    walk = story_of(found, file, entries)
    view = CaseView(walk.case, found, PATIENT, tuple(walk.events))
    return Reading(view, decide(found, walk.case, on or walk.today, timing=True))
