"""What is known of a patient, as a list of tasks: what is due, what is asked for here, what else there is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from api.pages.case.reading import Reading, in_days
from api.words import day_words, value_words
from engine.model.case import Record
from engine.model.formulary import Requirement
from engine.model.time import Since, Window
from engine.picture.words import sentence_case
from engine.runtime import score as scores

RECORDED, MISSING, STALE, WRONG = "Recorded", "Not recorded", "Out of date", "Entered in error"


@dataclass(frozen=True, slots=True)
class Task:
    """One evidence type.

    Attributes:
        values: The latest record's main values in words.
        fresh: How long it still counts, or since when it does not.
        due: When it falls due, where a checkpoint asks for it.
    """

    kind: str
    title: str
    status: str
    values: str = ""
    on: str = ""
    fresh: str = ""
    due: str = ""
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class TaskGroup:
    """Evidence types under one heading. `folded`: shown when asked for."""

    title: str
    tasks: tuple[Task, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Checklist:
    """All evidence types of the algorithm. `recorded` of `asked`: those asked for here."""

    groups: tuple[TaskGroup, ...]
    recorded: int
    asked: int


def checklist(reading: Reading) -> Checklist:
    """The evidence of a case, sorted by how soon somebody needs it."""
    windows = dict(asked_for(reading))
    due = {item.type: item for item in reading.said.due}
    tasks = {kind: _task(reading, kind, windows.get(kind)) for kind in reading.algorithm.evidence}
    now = [kind for kind in due if kind in tasks]
    here = [kind for kind in windows if kind in tasks and kind not in due]
    others = [kind for kind in tasks if kind not in due and kind not in windows]
    known = [kind for kind in others if tasks[kind].status != MISSING or tasks[kind].values]
    rest = [kind for kind in others if kind not in known]
    here.sort(key=lambda kind: tasks[kind].status == RECORDED)
    groups = (
        TaskGroup("Due now", tuple(tasks[kind] for kind in now)),
        TaskGroup("Asked for in this step", tuple(tasks[kind] for kind in here)),
        TaskGroup("Also on record", tuple(tasks[kind] for kind in known)),
        TaskGroup("Everything else", tuple(tasks[kind] for kind in rest), folded=True),
    )
    asked = [tasks[kind] for kind in (*now, *here)]
    return Checklist(
        tuple(group for group in groups if group.tasks),
        sum(task.status == RECORDED for task in asked),
        len(asked),
    )


def asked_for(reading: Reading) -> Iterator[tuple[str, Window]]:
    """Types that the moves from here and their gates ask for, each with the narrowest window."""
    found: dict[str, Window] = {}
    for kind, window in _windows(reading):
        known = found.get(kind)
        if known is None or _since(reading, kind, window) > _since(reading, kind, known):
            found[kind] = window
    yield from found.items()


def _windows(reading: Reading) -> Iterator[tuple[str, Window]]:
    algorithm = reading.algorithm
    lead = scores.lead(reading.day.facts)
    if lead is not None and reading.case.closed_on is None:
        yield lead.kind, algorithm.evidence[lead.kind].valid_for
    for name in reading.here():
        move = algorithm.moves[name]
        target = algorithm.steps[algorithm.target_of(move, reading.case.step)]
        for requirement in (*move.requires, *target.enter.requires):
            if _applies(reading, requirement):
                yield requirement.type, requirement.within
    gates = {algorithm.moves[name].gate for name in reading.here()}
    for gate in algorithm.gates.values():
        if gate.id in gates:
            for item in gate.items:
                if reading.day.plan.holds(item.applies, reading.day.facts) is False:
                    continue
                for kind in _types(reading, item.answer):
                    yield kind, item.within or algorithm.evidence[kind].valid_for


def _applies(reading: Reading, requirement: Requirement) -> bool:
    return reading.day.plan.holds(requirement.when, reading.day.facts) is not False


def _types(reading: Reading, answer: Iterable[str]) -> Iterator[str]:
    adherence = (reading.algorithm.trials.adherence or "").partition(".")[0]
    for name in answer:
        kind = name.partition(".")[0]
        if kind in reading.algorithm.evidence:
            yield kind
        elif name.endswith(".days_covered_percent") and adherence in reading.algorithm.evidence:
            yield adherence


def _since(reading: Reading, kind: str, window: Window) -> date:
    return reading.day.fresh_since(kind, window)[0] or date.min


def _task(reading: Reading, kind: str, asked: Window | None) -> Task:
    evidence = reading.algorithm.evidence[kind]
    window = asked or evidence.valid_for
    due = next((item for item in reading.said.due if item.type == kind), None)
    due_words = ""
    if due is not None:
        due_words = f"{'Overdue since' if due.overdue else 'Due'} {day_words(due.due_on)}"
    record = reading.latest(kind)
    status, fresh, values, on = MISSING, "", "", ""
    if record is not None:
        on = day_words(record.observed_on)
        values = values_of(reading, record)
        if record.retracted_seq is not None:
            status = WRONG
        elif not record.values:
            values = "asked, not known"
        elif record in reading.day.fresh(kind, window):
            status, fresh = RECORDED, _left(reading, record, window)
        else:
            status, fresh = STALE, _gone(window, record)
    return Task(
        kind,
        evidence.title,
        status,
        values,
        on,
        fresh,
        due_words,
        due is not None and due.overdue,
    )


def values_of(reading: Reading, record: Record, *, every: bool = False) -> str:
    """The main values of a record in words; with `every` all of them."""
    evidence = reading.algorithm.evidence[record.type]
    names = [name for name in evidence.fields if name in record.values]
    if not every:
        names = [n for n in names if n in evidence.main or evidence.fields[n].required] or names
    many = len(evidence.fields) > 1
    told: list[str] = []
    for name in names:
        field = evidence.fields[name]
        words = value_words(record.values[name], field)
        told.append(f"{sentence_case(field.title)} {words}" if many else words)
    return ", ".join(told)


def _left(reading: Reading, record: Record, window: Window) -> str:
    if window.duration is not None:
        last = window.duration.after(record.observed_on)
        return f"counts until {day_words(last)}, {in_days(last, reading.today)}"
    return _SINCE.get(window.since, "") if window.since else "does not go out of date"


def _gone(window: Window, record: Record) -> str:
    if window.duration is not None:
        return f"out of date since {day_words(window.duration.after(record.observed_on))}"
    return f"to be asked {_AGAIN.get(window.since, 'again')}" if window.since else ""


_SINCE = {
    Since.TRIAL: "counts for this trial",
    Since.STEP: "counts in this step",
    Since.EPISODE: "counts in this episode",
    Since.GATE: "counts for this gate, at most 14 days",
    Since.INTERRUPT: "counts for this stop",
}
_AGAIN = {
    Since.TRIAL: "again in each trial",
    Since.STEP: "again in each step",
    Since.EPISODE: "again in each episode",
    Since.GATE: "again before each gated move",
    Since.INTERRUPT: "again after each stop",
}
