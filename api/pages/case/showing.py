"""Pages that only show: the case, its history, its summary on paper."""

from dataclasses import dataclass

from api.pages.case.banner import NOT_RECORDED
from api.pages.case.chart import score_chart
from api.pages.case.checklist import checklist
from api.pages.case.handling import Asked, NoSuchPageError, Shown, context, read
from api.pages.case.next_step import next_step
from api.pages.case.reading import Reading, week_of
from api.pages.case.stops import stops
from api.pages.case.timeline import ALL, FILTERS, EventRow, event_rows, stays
from api.pages.case.trials_table import medicines, trial_rows
from api.words import day_words, step_words
from engine.model.algorithm import StepKind
from engine.model.time import Unit
from engine.picture.draw import draw
from engine.service import list_algorithms

RECENT = 5
"""So many of the latest events stand on the case page itself."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where a case is, in one line and in the steps that led there.

    Attributes:
        week: `week 6 of 8`; empty in the first week.
        way: Titles of the steps so far.
    """

    step: str
    since: str
    week: str
    way: tuple[str, ...]
    left: bool


def where(reading: Reading) -> Where:
    """The present step."""
    algorithm, case = reading.algorithm, reading.case
    step = algorithm.steps[case.step]
    week = week_of(case.visit.entered_on, reading.today)
    weeks = {Unit.DAY: 1, Unit.WEEK: 7}
    planned = max(
        (
            weeks.get(at.unit, 0) * at.count // 7
            for checkpoint in step.checkpoints
            if checkpoint.after in ("entry", "start")
            for at in checkpoint.at
        ),
        default=0,
    )
    of = f" of {planned}" if week <= planned else ""
    names = (algorithm.steps.get(visit.step) for visit in case.visits)
    return Where(
        step_words(step),
        day_words(case.visit.entered_on),
        f"week {week}{of}" if week else "",
        tuple(step_words(found) for found in names if found),
        case.closed_on is not None or step.kind is StepKind.END,
    )


def show_case(asked: Asked) -> Shown:
    """The case page."""
    reading = read(asked)
    algorithm = reading.algorithm
    pathway = f"/pathways/{algorithm.id}/{algorithm.version}"
    return Shown(
        "case/case.html",
        context(
            asked,
            reading,
            where=where(reading),
            stops=stops(reading),
            next=next_step(reading),
            map=draw(algorithm, "svg", reading.case, reading.said, links=pathway, alone=False),
            list=draw(algorithm, "html", reading.case, reading.said, links=pathway),
            pathway=pathway,
            chart=score_chart(reading),
            trials=trial_rows(reading),
            beside=medicines(reading),
            checklist=checklist(reading),
            flags=[algorithm.flags[flag].title for flag in reading.said.flags],
            recent=tuple(reversed(event_rows(algorithm, reading.view.events[-RECENT:], asked.zone))),
            newer=_newer(asked, reading),
            done=_done(asked, reading),
            known_on=day_words(reading.today) if reading.known else "",
        ),
    )


def show_history(asked: Asked) -> Shown:
    """Everything that happened, newest first."""
    reading = read(asked, "read history", timing=False)
    wanted = asked.query.get("show", ALL)
    if wanted not in FILTERS:
        raise NoSuchPageError(wanted)
    return Shown(
        "case/history.html",
        context(
            asked,
            reading,
            stays=stays(reading.algorithm, reading.case, reading.view.events, asked.zone, wanted),
            filters=FILTERS,
            wanted=wanted,
            latest=reading.today.isoformat(),
            count=len(reading.view.events),
            done=_done(asked, reading),
            known_on=day_words(reading.today) if reading.known else "",
        ),
    )


def show_summary(asked: Asked) -> Shown:
    """One page of paper."""
    reading = read(asked, "print case")
    found = checklist(reading)
    return Shown(
        "case/summary.html",
        context(
            asked,
            reading,
            where=where(reading),
            stops=stops(reading),
            next=next_step(reading),
            chart=score_chart(reading),
            trials=trial_rows(reading),
            beside=[row for row in medicines(reading) if row.running],
            open=[
                task
                for group in found.groups
                if not group.folded
                for task in group.tasks
                if task.status != "Recorded"
            ],
            flags=[reading.algorithm.flags[flag].title for flag in reading.said.flags],
            printed_at=f"{asked.desk.clock().astimezone(asked.zone):%H:%M}",
            unknown=NOT_RECORDED,
        ),
    )


def _done(asked: Asked, reading: Reading) -> EventRow | None:
    """What was just done, by the event that the address names."""
    text = asked.query.get("done", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    found = [event for event in reading.view.events if event.seq == int(text)]
    return next(iter(event_rows(reading.algorithm, found, asked.zone)), None)


def _newer(asked: Asked, reading: Reading) -> str:
    """The version that a case of an earlier one may go over to; empty where it has the newest."""
    if reading.known is not None or reading.case.closed_on is not None:
        return ""
    same = [one.algorithm for one in list_algorithms(asked.desk) if one.algorithm.id == reading.algorithm.id]
    newest = same[0] if same else reading.algorithm
    mine = next((n for n, one in enumerate(same) if one.digest == reading.algorithm.digest), 0)
    return newest.version if mine > 0 else ""
