"""One case of the caseload in words."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from api.pages.board.titles import evidence_title, flag_title, step_title, stop_title
from api.words import age_words, day_words
from engine.model.algorithm import Algorithm
from engine.service import BoardCase

UNKNOWN: Final = "not recorded"


@dataclass(frozen=True, slots=True)
class Need:
    """What somebody is to do. `word` says how pressing it is: STOP, Act or Next."""

    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row. `curve` holds the points of the scores in a box of 100 by 24; empty below two scores."""

    href: str
    number: str
    name: str
    born: str
    step: str
    since: str
    measure: str
    scores: str
    latest: str
    curve: str
    change: str
    seen: str
    seen_ago: str
    needs: tuple[Need, ...]


def line_of(case: BoardCase, algorithm: Algorithm | None, today: date) -> Line:
    """A row of the page. `algorithm` None: it could not be read, and ids stand for titles."""
    board, patient = case.listed.board, case.listed.patient
    known = () if algorithm is None else (algorithm,)
    scores = [value for _, value in board.scores]
    overdue = any(item.type == board.scale and item.due_on <= today for item in board.due)
    latest = f"latest {day_words(board.scores[-1][0])}" if board.scores else ""
    if overdue:
        latest = ", ".join(part for part in (latest, f"the one due is {UNKNOWN}") if part)
    week = (today - board.entered_on).days // 7 + 1
    ago = None if board.seen_on is None else (today - board.seen_on).days
    return Line(
        href=f"/cases/{board.case_id}",
        number=board.case_id,
        name=patient.name or f"Name {UNKNOWN}",
        born=f"{day_words(board.birth_date)} ({age_words(board.birth_date, today)})",
        step=step_title(known, board.step),
        since=f"week {week}",
        measure=evidence_title(known, board.scale) if board.scale else "",
        scores=" ".join(str(value) for value in scores) or UNKNOWN,
        latest=latest,
        curve=_curve(scores),
        change=_change(board.score_baseline, scores[-1] if scores else None),
        seen=UNKNOWN if board.seen_on is None else day_words(board.seen_on),
        seen_ago="" if ago is None else "today" if ago == 0 else f"{ago} day{'' if ago == 1 else 's'} ago",
        needs=_needs(case, known, today),
    )


def _needs(case: BoardCase, known: tuple[Algorithm, ...], today: date) -> tuple[Need, ...]:
    board = case.listed.board
    found = [Need("STOP", stop_title(known, name)) for name in board.interrupts]
    found += [Need("Act", flag_title(known, name)) for name in case.flags]
    due = case.due
    if due is not None:
        what = evidence_title(known, due.type)
        if due.overdue:
            found.append(Need("Act", f"{what} overdue since {day_words(due.due_on)}"))
        else:
            when = "today" if due.due_on == today else day_words(due.due_on)
            found.append(Need("Act" if due.due_on <= today else "Next", f"{what} due {when}"))
    return tuple(found)


def _change(baseline: int | None, now: int | None) -> str:
    """Against the score with which the trial began, in words."""
    if baseline is None or now is None or baseline == 0:
        return UNKNOWN
    percent = round(100 * abs(now - baseline) / baseline)
    return "unchanged" if percent == 0 else f"{percent} % {'lower' if now < baseline else 'higher'}"


def _curve(scores: list[int]) -> str:
    if len(scores) < 2:
        return ""
    top, low = max(scores), min(scores)
    span = max(top - low, 1)
    across = 100 / (len(scores) - 1)
    return " ".join(
        f"{2 + number * across * 0.96:.0f},{3 + 18 * (top - value) / span:.0f}"
        for number, value in enumerate(scores)
    )
