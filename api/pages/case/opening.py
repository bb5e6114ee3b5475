"""Opening a case: in which algorithm, for whom, and what was taken before."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from api.pages.case.dose import asks_dose, read_dose
from api.pages.case.evidence_form import given_date
from api.pages.case.evidence_given import read_date
from api.pages.case.handling import Answer, Asked, SeeOther, Shown
from api.words import OUTCOMES, day_words
from engine.access.rights import Right
from engine.model.algorithm import Algorithm
from engine.model.case import Patient
from engine.model.entry import Reported
from engine.model.errors import EngineError, EvidenceError
from engine.runtime.names import SEXES, STATED_OUTCOMES
from engine.service import find_algorithm, list_algorithms, new_case
from engine.store.rows import PatientRow

DRAFT: Final = "draft"
RETIRED: Final = "retired"
LONGEST_LINE: Final = 200
EARLIER: Final = 3
"""So many earlier treatments can be told at once; more are added to the case as they become known."""


@dataclass(frozen=True, slots=True)
class Offered:
    """An algorithm that a case may be opened in."""

    value: str
    title: str
    hint: str


@dataclass(frozen=True, slots=True)
class Before:
    """One earlier treatment as it is asked: the names of its inputs."""

    number: int

    def name(self, part: str) -> str:
        """Of an input."""
        return f"earlier{self.number}-{part}"


def ask_opening(asked: Asked, errors: Mapping[str, str] | None = None) -> Shown:
    """The form."""
    asked.desk.actor.needs_right(Right.OPEN_CASE)
    today = asked.desk.today()
    given = dict(asked.form) or given_date("opened", today)
    offered = offered_algorithms(asked)
    options = _options(asked, given.get("algorithm", "")) or _options(
        asked, offered[0].value if offered else ""
    )
    found = errors or {}
    return Shown(
        "case/open.html",
        {
            "given": given,
            "field_errors": found,
            "errors": tuple((_target(name), text) for name, text in found.items()),
            "algorithms": offered,
            "sexes": SEXES,
            "earlier": [Before(n) for n in range(1, EARLIER + 1)],
            "options": options,
            "outcomes": {name: OUTCOMES[name] for name in STATED_OUTCOMES},
            "key": asked.form.get("key") or secrets.token_urlsafe(12),
            "today": day_words(today),
        },
        422 if found else 200,
    )


def _target(name: str) -> str:
    dated = name in ("born", "opened") or name.endswith(("-from", "-to"))
    return f"{name}-day" if dated else name


def open_new(asked: Asked) -> Answer:
    """Open the case."""
    asked.desk.actor.needs_right(Right.OPEN_CASE)
    form, today = asked.form, asked.desk.today()
    errors: dict[str, str] = {}
    chosen = next((o for o in offered_algorithms(asked) if o.value == form.get("algorithm")), None)
    if chosen is None:
        errors["algorithm"] = "Choose the algorithm"
    born = _date(form, "born", "Date of birth", today, errors)
    opened = _date(form, "opened", "Date of opening", today, errors)
    if born and opened and born > opened:
        errors["born"] = "Date of birth must be on or before the date of opening"
    sex = form.get("sex", "")
    if sex not in SEXES:
        errors["sex"] = "Choose the gender, or that it is not recorded"
    for name, what in (("name", "Name"), ("number", "Number")):
        if len(form.get(name, "")) > LONGEST_LINE:
            errors[name] = f"{what} must have at most {LONGEST_LINE} characters"
    algorithm = _algorithm(asked, form.get("algorithm", "")) if chosen else None
    reported = list(_earlier(form, algorithm, today, errors)) if algorithm else []
    if errors or born is None or opened is None or chosen is None:
        return ask_opening(asked, errors)
    name, _, version = chosen.value.partition(" ")
    try:
        written = new_case(
            asked.desk,
            find_algorithm(asked.desk, name, version),
            Patient(born, sex),
            PatientRow(form.get("name", "").strip() or None, form.get("number", "").strip() or None),
            opened,
            reported,
            asked.key,
        )
    except EvidenceError as error:
        return ask_opening(asked, {"opened": error.fix or error.message})
    except EngineError as error:
        if type(error) is not EngineError:
            raise
        return ask_opening(asked, {"number": f"{error.message[:1].upper()}{error.message[1:]}"})
    return SeeOther(f"/cases/{written.view.case.id}?done=1")


def offered_algorithms(asked: Asked) -> tuple[Offered, ...]:
    """The newest version of each algorithm that is in use; drafts for invented patients only."""
    found: dict[str, Offered] = {}
    for one in list_algorithms(asked.desk):
        algorithm = one.algorithm
        if algorithm.id in found or algorithm.status == RETIRED:
            continue
        if algorithm.status == DRAFT and not asked.drafts:
            continue
        for_whom = algorithm.population or algorithm.summary or ""
        note = "Draft, for invented patients. " if algorithm.status == DRAFT else ""
        found[algorithm.id] = Offered(
            f"{algorithm.id} {algorithm.version}",
            f"{algorithm.title}, version {algorithm.version}",
            f"{note}{for_whom}",
        )
    return tuple(found.values())


def _algorithm(asked: Asked, value: str) -> Algorithm | None:
    name, _, version = value.partition(" ")
    return next(
        (
            one.algorithm
            for one in list_algorithms(asked.desk)
            if (one.algorithm.id, one.algorithm.version) == (name, version)
        ),
        None,
    )


def _options(asked: Asked, value: str) -> list[tuple[str, str]]:
    algorithm = _algorithm(asked, value)
    if algorithm is None:
        return []
    return sorted(
        ((option.id, option.title) for option in algorithm.formulary.options.values()),
        key=lambda pair: pair[1].lower(),
    )


def _date(form: Mapping[str, str], name: str, what: str, today: date, errors: dict[str, str]) -> date | None:
    found, error = read_date(form, name, what, today)
    if error or found is None:
        errors[name] = error or f"Enter the {what[:1].lower()}{what[1:]}"
    return found


def _earlier(
    form: Mapping[str, str], algorithm: Algorithm, today: date, errors: dict[str, str]
) -> Iterator[Reported]:
    for before in (Before(n) for n in range(1, EARLIER + 1)):
        option = algorithm.formulary.options.get(form.get(before.name("option"), ""))
        if option is None:
            if form.get(before.name("option")):
                errors[before.name("option")] = "Choose the treatment"
            continue
        start = _date(form, before.name("from"), "Start date", today, errors)
        stop, error = read_date(form, before.name("to"), "Stop date", today)
        if start and stop and stop < start:
            error = f"Stop date must be on or after the start date, {day_words(start)}"
        if error:
            errors[before.name("to")] = error
        dose, wrong = read_dose(form.get(before.name("dose"), ""), required=False)
        if wrong:
            errors[before.name("dose")] = wrong
        outcome = form.get(before.name("outcome"), "")
        if start is not None:
            yield Reported(
                option.id,
                start,
                stop,
                dose_mg_per_day=dose if asks_dose(option) else None,
                outcome=outcome if outcome in STATED_OUTCOMES else None,
            )
