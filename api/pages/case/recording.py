"""Recording evidence: the form, the check before something unusual or grave is stored, and corrections."""

from collections.abc import Sequence

from api.pages.case.acting import UNSENT, Line, carry_out, done
from api.pages.case.checklist import values_of
from api.pages.case.evidence_form import (
    VISIT,
    EvidenceForm,
    Input,
    Question,
    evidence_form,
    given_of,
    given_on,
)
from api.pages.case.evidence_given import Given, read_given
from api.pages.case.handling import Answer, Asked, NoSuchPageError, SeeOther, Shown, context, read
from api.pages.case.reading import Reading
from api.pages.case.stops import stops
from api.words import day_words
from engine.model.case import Record
from engine.model.entry import Entry, Retract
from engine.model.errors import EvidenceError
from engine.model.event import EventType
from engine.model.evidence import EvidenceType
from engine.model.gate import Interrupt
from engine.runtime import enter
from engine.service import CaseView

PREVIOUS = 6
"""So many earlier records are shown, folded, under a form."""


def ask_evidence(asked: Asked, kind: str) -> Shown:
    """An empty form; or one filled with a record that is to be entered again."""
    reading = read(asked, "open evidence form", timing=False)
    evidence = _evidence(reading, kind)
    given = given_on(reading.today)
    again = asked.query.get("from", "")
    if again.isascii() and again.isdigit() and len(again) < 10:
        record = reading.case.record(int(again))
        if record is not None and record.type == kind:
            given = given_of(evidence, record)
    return _form(asked, reading, evidence_form(reading.algorithm, evidence, given))


def record_evidence(asked: Asked, kind: str) -> Answer:
    """Read the form; ask once more where that is called for; record it."""
    reading = read(asked, "record evidence", timing=False)
    evidence = _evidence(reading, kind)
    given = read_given(reading.algorithm, evidence, asked.form, reading.today)
    raised: tuple[Interrupt, ...] = ()
    entry = Entry(given.on or reading.today, record={kind: given.values})
    if not given.errors:
        try:
            raised = raises(asked, reading.view, entry)
        except EvidenceError as error:
            given.errors[VISIT] = error.fix or error.message
    form = evidence_form(reading.algorithm, evidence, asked.form, given.errors)
    if given.errors:
        return _form(asked, reading, form, 422)
    if asked.form.get("change"):
        return _form(asked, reading, form)
    yours = told(form)
    if (raised or given.unusual or given.conversions) and asked.form.get("checked") != "yes":
        return _check(asked, reading, form, given, raised, yours)
    outcome = carry_out(asked, entry, f"/record/{kind}", yours)
    if isinstance(outcome, Shown):
        return outcome
    if outcome.raised:
        after = read(asked, timing=False)
        fired = [stop for stop in stops(after) if stop.id in outcome.raised]
        return Shown("case/stopped.html", context(asked, after, stops=fired, saved=evidence.title))
    return done(asked, outcome)


def raises(asked: Asked, view: CaseView, entry: Entry) -> tuple[Interrupt, ...]:
    """The safety stops that an entry would raise; nothing is written.

    Raises:
        EvidenceError: The entry is impossible.
    """
    who = asked.desk.actor
    drafts = enter(view.algorithm, view.case, entry, roles=who.roles, actor=who.name).drafts
    return tuple(
        view.algorithm.interrupts[str(draft.payload["interrupt"])]
        for draft in drafts
        if draft.type is EventType.INTERRUPT_RAISED
    )


def _check(
    asked: Asked,
    reading: Reading,
    form: EvidenceForm,
    given: Given,
    raised: tuple[Interrupt, ...],
    yours: Sequence[Line],
) -> Shown:
    sent = {name: value for name, value in asked.form.items() if name not in UNSENT}
    return Shown(
        "case/check.html",
        context(
            asked,
            reading,
            form=form,
            unusual=given.unusual,
            conversions=given.conversions,
            raised=raised,
            yours=yours,
            sent={**sent, "checked": "yes"},
            seq=asked.seq if asked.seq is not None else reading.case.seq,
        ),
    )


def _form(asked: Asked, reading: Reading, form: EvidenceForm, status: int = 200) -> Shown:
    records = [r for r in reading.case.records if r.type == form.kind]
    records.sort(key=lambda r: (r.observed_on, r.seq), reverse=True)
    more: dict[str, object] = {}
    if asked.form:
        more = {"seq": asked.seq if asked.seq is not None else reading.case.seq}
    return Shown(
        "case/record.html",
        context(
            asked,
            reading,
            form=form,
            errors=form.errors,
            previous=[_previous(reading, record) for record in records[:PREVIOUS]],
            **more,
        ),
        status,
    )


def _previous(reading: Reading, record: Record) -> tuple[int, str, str, str]:
    words = values_of(reading, record, every=True) or "asked, not known"
    wrong = "entered in error" if record.retracted_seq is not None else ""
    return record.seq, day_words(record.observed_on), words, wrong


def told(form: EvidenceForm) -> list[Line]:
    """What was typed, in words."""
    lines = [Line("Evidence", form.title), Line(form.visit.title, _date(form.visit))]
    if form.not_known:
        lines.append(Line(form.title, "asked, not known"))
    asked = (*form.questions, *((form.total,) if form.total else ()))
    lines += [Line(question.legend, words) for question in asked if (words := _given(question))]
    return lines


def _date(question: Question) -> str:
    return " ".join(question.value(part) for part in ("day", "month", "year")).strip()


def _given(question: Question) -> str:
    if question.input is Input.DATE:
        return _date(question)
    value = question.value()
    if not value:
        return ""
    word = next((choice.word for choice in question.choices if choice.value == value), "")
    if word:
        return f"{value}, {word}" if value.isdigit() else word
    unit = next((unit.word for unit in question.units if unit.code == question.value("unit")), question.unit)
    return f"{value} {unit}".strip()


def _evidence(reading: Reading, kind: str) -> EvidenceType:
    found = reading.algorithm.evidence.get(kind)
    if found is None:
        raise NoSuchPageError(kind)
    return found


# Corrections


def ask_correction(asked: Asked, seq: int, error: str = "") -> Shown:
    """The form that marks a record as entered in error."""
    reading = read(asked, "open correction", timing=False)
    record = _record(reading, seq)
    title = reading.algorithm.evidence[record.type].title
    number, on, words, wrong = _previous(reading, record)
    more: dict[str, object] = {}
    if asked.form:
        more = {"seq": asked.seq if asked.seq is not None else reading.case.seq}
    return Shown(
        "case/correct.html",
        context(
            asked,
            reading,
            record={
                "seq": number,
                "title": title,
                "on": on,
                "words": words,
                "by": reading.actors.get(seq, ""),
            },
            wrong=wrong,
            typed=asked.form,
            errors=(("reason", error),) if error else (),
            **more,
        ),
        422 if error else 200,
    )


def correct(asked: Asked, seq: int) -> Answer:
    """Mark a record as entered in error; then on to its form where it is to be entered again."""
    reason = asked.form.get("reason", "").strip()
    if not reason:
        return ask_correction(asked, seq, "Enter why it was entered in error")
    reading = read(asked, "correct evidence", timing=False)
    record = _record(reading, seq)
    title = reading.algorithm.evidence[record.type].title
    yours = [
        Line("Entered in error", f"{title}, {day_words(record.observed_on)}"),
        Line("Why", reason),
    ]
    entry = Entry(asked.desk.today(), retract=(Retract(record.type, record.observed_on, reason, record.seq),))
    outcome = carry_out(asked, entry, f"/correct/{seq}", yours)
    if isinstance(outcome, Shown):
        return outcome
    if asked.form.get("again") == "yes":
        return SeeOther(f"{asked.path}/record/{record.type}?from={seq}")
    return done(asked, outcome)


def _record(reading: Reading, seq: int) -> Record:
    record = reading.case.record(seq)
    if record is None:
        raise NoSuchPageError(str(seq))
    return record
