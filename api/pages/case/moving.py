"""Moves, deviations and releases: what the algorithm says, then the clinician's act."""

from collections.abc import Mapping
from datetime import date, timedelta

from api.pages.case.acting import UNSENT, Line, carry_out, done
from api.pages.case.dose import read_dose
from api.pages.case.evidence_form import VISIT, given_date, given_on
from api.pages.case.evidence_given import read_date
from api.pages.case.handling import Answer, Asked, NoSuchPageError, Shown, form_page, read
from api.pages.case.next_step import MoveBlock, next_step
from api.pages.case.reading import Reading
from api.pages.case.reasons import groups_of
from api.pages.case.showing import show_history
from api.pages.case.stops import stops
from api.words import asked_words, day_words, verdict
from engine.model.decision import Decision
from engine.model.entry import Deviate, Entry, Release, Start
from engine.model.errors import EvidenceError
from engine.model.formulary import Role
from engine.runtime.starts import decide_start

LONGEST_REASON = 4_000
EXPIRES = "expires"


def ask_move(asked: Asked, name: str, errors: Mapping[str, str] | None = None) -> Shown:
    """One move with everything behind its answer, and the button that makes it."""
    reading = read(asked, "open move")
    block = _block(reading, name)
    return form_page(
        asked,
        reading,
        "case/move.html",
        dict(asked.form) or given_on(reading.today),
        errors or {},
        block=block,
    )


def make_move(asked: Asked, name: str) -> Answer:
    """Make a move."""
    reading = read(asked, "make move", timing=False)
    if name not in reading.algorithm.moves:
        raise NoSuchPageError(name)
    on, error = _visit(asked, reading)
    if error or on is None:
        return ask_move(asked, name, {VISIT: error})
    decision = reading.said.moves[name]
    yours = [Line("Move", asked_words(reading.algorithm, decision)), Line("On", day_words(on))]
    try:
        outcome = carry_out(asked, Entry(on, move=name), f"/move/{name}", yours)
    except EvidenceError as problem:
        return ask_move(asked, name, {VISIT: problem.fix or problem.message})
    return outcome if isinstance(outcome, Shown) else done(asked, outcome)


def _visit(asked: Asked, reading: Reading) -> tuple[date | None, str]:
    if not any(asked.form.get(f"{VISIT}-{part}") for part in ("day", "month", "year")):
        return reading.today, ""
    return read_date(asked.form, VISIT, "Date of the visit", reading.today)


def _block(reading: Reading, name: str) -> MoveBlock:
    found = next_step(reading).block(name)
    if found is None:
        raise NoSuchPageError(name)
    return found


# Deviations


def ask_deviation(asked: Asked, subject: str, name: str, errors: Mapping[str, str] | None = None) -> Shown:
    """What the algorithm says, what is not met, and the reason to go on; no form past a hard stop."""
    reading = read(asked, "open deviation")
    decision = _decision(asked, reading, subject, name)
    given = dict(asked.form)
    if not given:
        expires = reading.today + timedelta(days=reading.algorithm.deviation_days)
        given = {**given_on(reading.today), **given_date(EXPIRES, expires), **_start_given(asked)}
    return _deviation_page(asked, reading, decision, given, errors or {})


def deviate(asked: Asked, subject: str, name: str) -> Answer:
    """Show what would be signed; then sign it."""
    reading = read(asked, "deviate")
    decision = _decision(asked, reading, subject, name)
    reason = asked.form.get("reason", "").strip()
    expires, errors = _read_expiry(asked, reading)
    if not reason:
        errors["reason"] = "Enter why you decide otherwise"
    elif len(reason) > LONGEST_REASON:
        errors["reason"] = f"The reason must have at most {LONGEST_REASON:,} characters"
    on, error = _visit(asked, reading)
    if error or on is None:
        errors[VISIT] = error
    if errors or on is None or expires is None:
        return _deviation_page(asked, reading, decision, dict(asked.form), errors)
    if asked.form.get("do") != "sign" and decision.deviable:
        sent = {**asked.form, "do": "sign"}
        return _deviation_page(asked, reading, decision, sent, {}, review=(reason, day_words(expires)))
    title = asked_words(reading.algorithm, decision)
    yours = [Line("Deviation", title), Line("Why", reason), Line("Until", day_words(expires))]
    against = Deviate(reason, expires)
    wanted = _start(asked, name) if subject == "start" else None
    entry = Entry(on, start=(wanted,), deviate=against) if wanted else Entry(on, move=name, deviate=against)
    try:
        outcome = carry_out(asked, entry, f"/deviate/{subject}/{name}", yours)
    except EvidenceError as problem:
        return _deviation_page(asked, reading, decision, dict(asked.form), {EXPIRES: problem.fix})
    return outcome if isinstance(outcome, Shown) else done(asked, outcome)


def _read_expiry(asked: Asked, reading: Reading) -> tuple[date | None, dict[str, str]]:
    far = reading.today + timedelta(days=366)
    found, error = read_date(asked.form, EXPIRES, "Last day of the deviation", far)
    if error.endswith("or earlier"):
        error = f"Last day of the deviation must be {day_words(far)} or earlier"
    if found is not None and found < reading.today:
        error = f"Last day of the deviation must be today, {day_words(reading.today)}, or later"
    if found is None and not error:
        error = "Enter the last day of the deviation"
    return found, {EXPIRES: error} if error else {}


def _decision(asked: Asked, reading: Reading, subject: str, name: str) -> Decision:
    if subject == "move" and name in reading.said.moves:
        return reading.said.moves[name]
    if subject == "start" and name in reading.algorithm.formulary.options:
        return decide_start(reading.day, _start(asked, name), asked.desk.actor.roles)
    raise NoSuchPageError(name)


def _start(asked: Asked, name: str) -> Start:
    typed = asked.form or asked.query
    dose, _ = read_dose(typed.get("dose", ""), required=False)
    role = next((role for role in Role if role.value == typed.get("role")), None)
    return Start(name, dose, role)


def _start_given(asked: Asked) -> dict[str, str]:
    return {name: asked.query[name] for name in ("dose", "role") if name in asked.query}


def _deviation_page(
    asked: Asked,
    reading: Reading,
    decision: Decision,
    given: Mapping[str, str],
    errors: Mapping[str, str],
    review: tuple[str, str] | None = None,
) -> Shown:
    groups = groups_of(reading, decision.reasons)
    subject, name = decision.subject, decision.id
    block = next_step(reading).block(name) if subject == "move" else None
    unmet = [group for group in groups if group.word in ("no", "not recorded")]
    page = form_page(
        asked,
        reading,
        "case/deviate.html",
        given,
        errors,
        decision=decision,
        title=asked_words(reading.algorithm, decision),
        verdict=verdict(decision),
        unmet=unmet,
        block=block,
        review=review,
        action=f"{asked.path}/deviate/{subject}/{name}",
        sent={k: v for k, v in given.items() if k not in UNSENT},
        today_words=day_words(reading.today),
    )
    if not decision.deviable and not errors:
        return Shown(page.template, page.context, 409 if asked.form else 200)
    return page


# Releases


def ask_release(asked: Asked, name: str, errors: Mapping[str, str] | None = None) -> Shown:
    """A stop with what its release needs, and the form that releases it."""
    reading = read(asked, "open release", timing=False)
    stop = next((stop for stop in stops(reading) if stop.id == name), None)
    if stop is None:
        raise NoSuchPageError(name)
    return form_page(asked, reading, "case/release.html", dict(asked.form), errors or {}, stop=stop)


def release(asked: Asked, name: str) -> Answer:
    """Release a stop."""
    reading = read(asked, "release stop", timing=False)
    if name not in reading.algorithm.interrupts:
        raise NoSuchPageError(name)
    reason = asked.form.get("reason", "").strip()
    if not reason:
        return ask_release(asked, name, {"reason": "Enter what was found and agreed"})
    title = reading.algorithm.interrupts[name].title
    yours = [Line("Release", title), Line("Why", reason)]
    entry = Entry(reading.today, release=(Release(name, reason),))
    outcome = carry_out(asked, entry, f"/release/{name}", yours)
    return outcome if isinstance(outcome, Shown) else done(asked, outcome)


# Notes


def add_note(asked: Asked) -> Answer:
    """Add a note to the history."""
    text = asked.form.get("note", "").strip()
    if not text:
        page = show_history(asked)
        error = (("note", "Write the note"),)
        return Shown(page.template, {**page.context, "errors": error, "typed": asked.form}, 422)
    entry = Entry(asked.desk.today(), note=text)
    outcome = carry_out(asked, entry, "/note", [Line("Note", text)])
    return outcome if isinstance(outcome, Shown) else done(asked, outcome, "/history")
