"""Treatments: start one, change its dose, stop it."""

from collections.abc import Mapping
from decimal import Decimal

from api.pages.case.acting import Line, carry_out, done
from api.pages.case.dose import beside, offered, read_dose, unit_words
from api.pages.case.evidence_form import VISIT, given_on
from api.pages.case.evidence_given import read_date
from api.pages.case.handling import Answer, Asked, NoSuchPageError, Shown, form_page, read
from api.pages.case.reading import Reading
from api.words import OUTCOMES, day_words, dose_words
from engine.model.case import Treatment
from engine.model.entry import Deviate, DoseChange, Entry, Start, Stop
from engine.model.errors import EvidenceError, UnknownNameError
from engine.model.formulary import Option, Role
from engine.runtime.names import STATED_OUTCOMES


def ask_start(asked: Asked, errors: Mapping[str, str] | None = None) -> Shown:
    """The form to start a treatment."""
    reading = read(asked, "open start form", timing=False)
    step = reading.algorithm.steps[reading.case.step]
    given = dict(asked.form) or {**given_on(reading.today), "option": asked.query.get("option", "")}
    return form_page(
        asked,
        reading,
        "case/start.html",
        given,
        errors or {},
        groups=offered(reading, step),
        beside=beside(reading),
    )


def start(asked: Asked) -> Answer:
    """Start a treatment."""
    reading = read(asked, "start treatment", timing=False)
    role_word, _, name = asked.form.get("option", "").rpartition(":")
    option = reading.algorithm.formulary.options.get(name)
    role = next((role for role in Role if role.value == role_word), None)
    on, date_error = read_date(asked.form, VISIT, "Start date", reading.today)
    unit = unit_words(option, role) if option else "mg a day"
    dose, dose_error = read_dose(asked.form.get("dose", ""), unit, required=_needs_dose(option, role))
    errors = {
        "option": "" if option else "Choose the treatment",
        "dose": dose_error,
        VISIT: date_error or ("" if on else "Enter the day it starts"),
    }
    errors = {name: text for name, text in errors.items() if text}
    if errors or option is None or on is None:
        return ask_start(asked, errors)
    yours = [
        Line("Start", option.title),
        Line("Dose", dose_words(dose, *unit.split(" a ", 1)) if dose else "not given"),
        Line("From", day_words(on)),
    ]
    entry = Entry(on, start=(Start(option.id, dose, role),), deviate=deviation(asked))
    try:
        outcome = carry_out(asked, entry, "/start", yours)
    except EvidenceError as error:
        return ask_start(asked, {VISIT: error.fix or error.message})
    return outcome if isinstance(outcome, Shown) else done(asked, outcome)


def deviation(asked: Asked) -> Deviate | None:
    """The reason to go on against an undecided answer, where the form gives one."""
    reason = asked.form.get("deviate", "").strip()
    return Deviate(reason) if reason else None


def _needs_dose(option: Option | None, role: Role | None) -> bool:
    return option is not None and option.dose_in(role or Role.PRIMARY) is not None and role in (
        Role.PRIMARY,
        Role.AUGMENTATION,
    )  # fmt: skip


def ask_dose(asked: Asked, name: str, errors: Mapping[str, str] | None = None) -> Shown:
    """The form to change a dose."""
    reading = read(asked, "open dose form", timing=False)
    treatment, option = _taken(reading, name)
    now = treatment.doses[-1].dose_mg_per_day if treatment.doses else None
    unit = unit_words(option, treatment.role)
    return form_page(
        asked,
        reading,
        "case/dose.html",
        dict(asked.form) or given_on(reading.today),
        errors or {},
        option=option,
        unit=unit,
        now=dose_words(now, *unit.split(" a ", 1)) or "not recorded",
        since=day_words(treatment.doses[-1].on) if treatment.doses else "",
    )


def change_dose(asked: Asked, name: str) -> Answer:
    """Change the dose of a running treatment."""
    reading = read(asked, "change dose", timing=False)
    treatment, option = _taken(reading, name)
    unit = unit_words(option, treatment.role)
    on, date_error = read_date(asked.form, VISIT, "Date of the change", reading.today)
    dose, dose_error = read_dose(asked.form.get("dose", ""), unit, required=True)
    errors = {"dose": dose_error, VISIT: date_error or ("" if on else "Enter the day of the change")}
    errors = {name: text for name, text in errors.items() if text}
    if on is not None and not errors and on < treatment.started_on:
        errors[VISIT] = f"Date of the change must be on or after the start, {day_words(treatment.started_on)}"
    if errors or on is None or dose is None:
        return ask_dose(asked, name, errors)
    yours = [
        Line("New dose", f"{option.title} {dose_words(Decimal(dose), *unit.split(' a ', 1))}"),
        Line("From", day_words(on)),
    ]
    entry = Entry(on, dose=(DoseChange(option.id, dose),))
    try:
        outcome = carry_out(asked, entry, f"/dose/{name}", yours)
    except EvidenceError as error:
        return ask_dose(asked, name, {VISIT: error.fix or error.message})
    return outcome if isinstance(outcome, Shown) else done(asked, outcome)


def ask_stop(asked: Asked, name: str, errors: Mapping[str, str] | None = None) -> Shown:
    """The form to stop a treatment."""
    reading = read(asked, "open stop form", timing=False)
    treatment, option = _taken(reading, name)
    return form_page(
        asked,
        reading,
        "case/stop.html",
        dict(asked.form) or given_on(reading.today),
        errors or {},
        option=option,
        since=day_words(treatment.started_on),
        outcomes={name: OUTCOMES[name] for name in STATED_OUTCOMES},
    )


def stop(asked: Asked, name: str) -> Answer:
    """Stop a running treatment."""
    reading = read(asked, "stop treatment", timing=False)
    treatment, option = _taken(reading, name)
    on, date_error = read_date(asked.form, VISIT, "Stop date", reading.today)
    errors = {VISIT: date_error or ("" if on else "Enter the day it stops")}
    errors = {name: text for name, text in errors.items() if text}
    if on is not None and on < treatment.started_on:
        started = day_words(treatment.started_on)
        errors[VISIT] = f"Stop date must be on or after the start date, {started}"
    outcome_word = asked.form.get("outcome", "")
    if outcome_word and outcome_word not in STATED_OUTCOMES:
        errors["outcome"] = "Choose an outcome, or leave it to the scores"
    if errors or on is None:
        return ask_stop(asked, name, errors)
    reason = asked.form.get("reason", "").strip()
    yours = [
        Line("Stop", option.title),
        Line("On", day_words(on)),
        *([Line("Outcome", OUTCOMES[outcome_word])] if outcome_word else []),
        *([Line("Why", reason)] if reason else []),
    ]
    entry = Entry(on, stop=(Stop(option.id, outcome_word or None, reason or None),))
    try:
        outcome = carry_out(asked, entry, f"/stop/{name}", yours)
    except EvidenceError as error:
        return ask_stop(asked, name, {VISIT: error.fix or error.message})
    return outcome if isinstance(outcome, Shown) else done(asked, outcome)


def _taken(reading: Reading, name: str) -> tuple[Treatment, Option]:
    option = reading.algorithm.formulary.options.get(name)
    if option is None:
        raise NoSuchPageError(name)
    found = next((t for t in reversed(reading.day.running) if t.option == name), None)
    if found is None:
        raise UnknownNameError("case", name, ())
    return found, option
