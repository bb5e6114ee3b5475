"""The gate's page: save what is known as evidence, answer the rest by one's word, and sign."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.pages.case.acting import Line, carry_out, done
from api.pages.case.evidence_form import evidence_form, given_on
from api.pages.case.evidence_given import read_given
from api.pages.case.gate_form import GateForm, gate_form
from api.pages.case.handling import Answer, Asked, NoSuchPageError, Shown, context, read
from api.pages.case.reading import Reading
from engine.access.rights import Right
from engine.model.decision import GateAnswer
from engine.model.entry import Entry, Sign
from engine.model.gate import Gate
from engine.runtime import enter
from engine.runtime.gate import gate_answer


@dataclass
class _Typed:
    """What was typed: records by evidence type, the clinician's word by item, errors by input."""

    record: dict[str, dict[str, object]] = field(default_factory=dict[str, dict[str, object]])
    words: dict[str, bool] = field(default_factory=dict[str, bool])
    errors: dict[str, str] = field(default_factory=dict[str, str])
    yours: list[Line] = field(default_factory=list[Line])


def ask_gate(asked: Asked, name: str) -> Shown:
    """The form."""
    reading = read(asked, "open gate", timing=False)
    gate = _gate(reading, name)
    return _page(asked, reading, gate, gate_answer(reading.day, gate), {}, {})


def answer_gate(asked: Asked, name: str) -> Answer:
    """Save what was recorded, or sign with it."""
    reading = read(asked, "answer gate", timing=False)
    gate = _gate(reading, name)
    now = gate_answer(reading.day, gate)
    typed = _read(asked, reading, gate_form(reading, gate, now))
    signing = asked.form.get("do") == "sign"
    if not typed.errors and not signing and not typed.record:
        typed.errors["top"] = (
            "A word without evidence is kept when the gate is signed: record evidence, or sign"
            if typed.words
            else "Nothing was entered: answer a question, or sign"
        )
    if signing and not typed.errors:
        typed.errors.update(_still_open(asked, reading, gate, typed))
    if typed.errors:
        return _page(asked, reading, gate, now, asked.form, typed.errors, 422)
    sign = (Sign(gate.id, typed.words),) if signing else ()
    entry = Entry(reading.today, record=dict(typed.record), sign=sign)
    outcome = carry_out(asked, entry, f"/gate/{gate.id}", typed.yours)
    if isinstance(outcome, Shown):
        return outcome
    if not signing and typed.words:
        # The word is not stored yet: the form comes back with it, on the case as it now is.
        again = read(asked, timing=False)
        return _page(asked, again, gate, gate_answer(again.day, gate), _words(asked.form), {}, saved=True)
    return done(asked, outcome, "" if outcome.raised else f"/gate/{gate.id}")


def _words(form: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in form.items() if name.startswith("word.")}


def _still_open(asked: Asked, reading: Reading, gate: Gate, typed: _Typed) -> dict[str, str]:
    """Questions that keep it from being signed, by their inputs; none where it can be."""
    who = asked.desk.actor
    entry = Entry(reading.today, record=dict(typed.record))
    case = enter(reading.algorithm, reading.case, entry, roles=who.roles, actor=who.name).case
    day = type(reading.day)(reading.day.plan, case, reading.today)
    answer = gate_answer(day, gate, typed.words)
    if answer.complete or answer.failing:
        return {}
    numbers = {item.id: n for n, item in enumerate(gate.items, start=1)}
    return {f"item-{item.id}": f"Answer question {numbers[item.id]}: {item.ask}" for item in answer.blank}


def _read(asked: Asked, reading: Reading, form: GateForm) -> _Typed:
    typed = _Typed()
    for row in form.left:
        word = asked.form.get(f"word.{row.id}", "")
        if word in ("yes", "no"):
            typed.words[row.id] = word == "yes"
            typed.yours.append(Line(f"{row.number}. {row.ask}", f"{word}, by your word"))
    kinds = dict.fromkeys(one.kind for row in form.left for one in row.fields)
    for kind in kinds:
        _read_kind(asked, reading, kind, typed)
    return typed


def _read_kind(asked: Asked, reading: Reading, kind: str, typed: _Typed) -> None:
    start = f"{kind}."
    given = {name.removeprefix(start): value for name, value in asked.form.items() if name.startswith(start)}
    if not any(value.strip() for name, value in given.items() if not name.endswith("-unit")):
        return
    evidence = reading.algorithm.evidence[kind]
    found = read_given(reading.algorithm, evidence, {**given_on(reading.today), **given}, reading.today)
    typed.errors.update({f"{start}{name}": text for name, text in found.errors.items()})
    if found.values:
        typed.record[kind] = found.values
    form = evidence_form(reading.algorithm, evidence, given)
    typed.yours += [
        Line(f"{form.title}: {question.title}", question.value())
        for question in form.questions
        if question.value()
    ]


def _page(
    asked: Asked,
    reading: Reading,
    gate: Gate,
    answer: GateAnswer,
    given: Mapping[str, str],
    errors: Mapping[str, str],
    status: int = 200,
    *,
    saved: bool = False,
) -> Shown:
    form = gate_form(reading, gate, answer)
    questions = {
        one.name: question
        for row in form.left
        for one in row.fields
        for question in evidence_form(
            reading.algorithm,
            reading.algorithm.evidence[one.kind],
            {
                name.removeprefix(f"{one.kind}."): value
                for name, value in given.items()
                if name.startswith(f"{one.kind}.")
            },
            {
                name.removeprefix(f"{one.kind}."): text
                for name, text in errors.items()
                if name.startswith(f"{one.kind}.")
            },
        ).questions
        if question.name == one.field.name
    }
    targets = {f"item-{row.id}": _first(row.id, [one.name for one in row.fields]) for row in form.left}
    more: dict[str, object] = {}
    if errors:
        more = {"seq": asked.seq if asked.seq is not None else reading.case.seq}
    return Shown(
        "case/gate.html",
        context(
            asked,
            reading,
            gate=gate,
            form=form,
            questions=questions,
            given=given,
            item_errors={name.removeprefix("item-"): text for name, text in errors.items()},
            errors=tuple((targets.get(name, name), text) for name, text in errors.items()),
            saved=saved,
            done=asked.query.get("done", ""),
            signing=asked.may(Right.SIGN_GATE),
            **more,
        ),
        status,
    )


def _first(item: str, names: list[str]) -> str:
    """Id of the first input of a question."""
    return names[0] if names else f"word.{item}"


def _gate(reading: Reading, name: str) -> Gate:
    found = reading.algorithm.gates.get(name)
    if found is None:
        raise NoSuchPageError(name)
    return found
