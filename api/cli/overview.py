"""One case on one screen: who, what stops it, where, what is taken, what is due, what is next."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from api.cli.output import paint
from api.words import age_words, day_words, dose_words, number_words, step_words, verdict
from engine.model.algorithm import Algorithm
from engine.model.case import Case, Treatment
from engine.model.decision import Decision, Decisions, Part
from engine.model.event import Event

if TYPE_CHECKING:
    from engine.service import CaseView

LABEL = 12


def banner(name: str | None, born: date, sex: str, case_id: str, today: date) -> str:
    """Name, born, age, gender, number: always in this order."""
    return (
        f"{name or 'Name not recorded'}   Born {day_words(born)} ({age_words(born, today)})   "
        f"Gender {sex.capitalize()}   Case no. {case_id}"
    )


def overview(view: "CaseView", said: Decisions) -> list[str]:
    """The whole screen."""
    case, algorithm = view.case, view.algorithm
    patient = case.patient
    lines = [
        paint(banner(view.patient.name, patient.birth_date, patient.sex, case.id, said.today), "heading"),
        f"{algorithm.title} {algorithm.version}, as of {day_words(said.today)}, event {case.seq}",
        "",
    ]
    stops = list(_stops(view, said))
    lines += [*stops, ""] if stops else []
    lines += list(_where(algorithm, case, said))
    lines += list(_taking(algorithm, case, said.today))
    lines += list(_scores(algorithm, case, said.today))
    lines += list(_due(algorithm, said))
    lines += _labelled("Flags", [algorithm.flags[flag].title for flag in said.flags])
    lines += ["", paint("Next step", "heading"), *next_steps(algorithm, said)]
    return lines


def _labelled(label: str, texts: list[str]) -> list[str]:
    return [f"{label if not number else '':<{LABEL}}{text}" for number, text in enumerate(texts)]


def _stops(view: "CaseView", said: Decisions) -> Iterator[str]:
    for raised in view.case.raised():
        if raised.id not in said.interrupts:
            continue
        interrupt = view.algorithm.interrupts[raised.id]
        yield (
            f"{paint('STOP', 'STOP')}  {interrupt.title}, since {day_words(raised.on)}. "
            "Moves are frozen until a clinician releases them."
        )
        for seq in raised.evidence:
            record = view.case.record(seq)
            if record is not None:
                error = " (entered in error since)" if record.retracted_seq else ""
                yield f"      Raised by {view.algorithm.evidence[record.type].title}, event {seq}{error}"
        for action in interrupt.actions:
            yield f"      Do: {action}"


def _where(algorithm: Algorithm, case: Case, said: Decisions) -> Iterator[str]:
    weeks = (said.today - case.visit.entered_on).days // 7
    step = algorithm.steps[case.step]
    texts = [f"{step_words(step)}, week {weeks}, since {day_words(case.visit.entered_on)}"]
    if len(case.visits) > 1:
        texts.append(" -> ".join(step_words(algorithm.steps[visit.step]) for visit in case.visits))
    yield from _labelled("Where", texts)


def _taking(algorithm: Algorithm, case: Case, today: date) -> Iterator[str]:
    running = [t for t in case.treatments if t.stopped_on is None and t.started_on <= today]
    texts = [_treatment(algorithm, treatment, today) for treatment in running]
    yield from _labelled("Taking", texts or ["nothing recorded"])


def _treatment(algorithm: Algorithm, treatment: Treatment, today: date) -> str:
    option = algorithm.formulary.options[treatment.option]
    doses = [stretch for stretch in treatment.doses if stretch.on <= today]
    dose = option.dose_in(treatment.role)
    words = dose_words(doses[-1].dose_mg_per_day, dose.unit, dose.per) if doses and dose else ""
    return f"{option.title} {words}, {treatment.role}, since {day_words(treatment.started_on)}".replace(
        " ,", ","
    )


def _scores(algorithm: Algorithm, case: Case, today: date) -> Iterator[str]:
    texts: list[str] = []
    for measure in algorithm.measures:
        kind, _, field = measure.read.partition(".")
        records = [
            r
            for r in case.records
            if r.type == kind and field in r.values and r.retracted_seq is None and r.observed_on <= today
        ]
        records.sort(key=lambda record: (record.observed_on, record.seq))
        values = [
            f"{value} ({day_words(record.observed_on)})"
            for record in records[-6:]
            if isinstance(value := record.values[field], int)
        ]
        if values:
            texts.append(f"{algorithm.evidence[kind].title}: {', '.join(values)}")
    yield from _labelled("Scores", texts or ["none recorded"])


def _due(algorithm: Algorithm, said: Decisions) -> Iterator[str]:
    texts = [
        f"{algorithm.evidence[due.type].title}, "
        f"{'overdue since' if due.overdue else 'due'} {day_words(due.due_on)}"
        for due in said.due
    ]
    yield from _labelled("Due", texts)


def next_steps(algorithm: Algorithm, said: Decisions) -> list[str]:
    """Moves from here with their verdicts, those that are ready first."""
    order = {"Ready": 0, "Not yet": 1, "Blocked": 2}
    here = [d for d in said.moves.values() if not any(r.part is Part.FROM for r in d.reasons)]
    here.sort(key=lambda decision: order.get(verdict(decision), 3))
    width = max((len(decision.id) for decision in here), default=0)
    return [
        f"  {paint(word, word, f'{word:<10}')}{decision.id:<{width}}  {_about(algorithm, decision)}"
        for decision in here
        if (word := verdict(decision))
    ] or ["  No move starts here."]


def _about(algorithm: Algorithm, decision: Decision) -> str:
    step = algorithm.steps.get(decision.target or "")
    title = f"{step.code} {decision.title}" if step is not None and step.code else decision.title
    against = sum(1 for reason in decision.reasons if reason.holds is False)
    open_ = sum(1 for reason in decision.reasons if reason.holds is None)
    counts = [f"{number_words(against)} no"] if against else []
    counts += [f"{number_words(open_)} not recorded"] if open_ else []
    return f"{title} ({', '.join(counts)})" if counts else title


def retracted(events: tuple[Event, ...]) -> dict[int, int]:
    """Seq of each record that was entered in error, to the seq that says so."""
    return {
        int(str(event.payload["evidence"])): event.seq
        for event in events
        if event.type == "evidence_retracted"
    }
