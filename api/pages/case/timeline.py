"""The history of a case for people: newest first, by stay in a step, nothing left out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import groupby
from typing import Final, Protocol

from api.telling import event_words
from api.words import day_words, step_words
from engine.model.algorithm import Algorithm
from engine.model.case import Case, Visit
from engine.model.event import Event, EventType
from engine.picture.words import printable

ALL: Final = "all"
FILTERS: Final = {
    ALL: "All",
    "decisions": "Decisions",
    "evidence": "Evidence",
    "safety": "Safety",
    "deviations": "Deviations",
}
_KINDS: Final = {
    EventType.CASE_OPENED: "decisions",
    EventType.TREATMENT_REPORTED: "evidence",
    EventType.EVIDENCE_RECORDED: "evidence",
    EventType.EVIDENCE_RETRACTED: "evidence",
    EventType.TREATMENT_STARTED: "decisions",
    EventType.DOSE_CHANGED: "decisions",
    EventType.TREATMENT_STOPPED: "decisions",
    EventType.GATE_SIGNED: "decisions",
    EventType.MOVE_MADE: "decisions",
    EventType.REQUEST_REFUSED: "decisions",
    EventType.DEVIATION_RECORDED: "deviations",
    EventType.INTERRUPT_RAISED: "safety",
    EventType.INTERRUPT_RELEASED: "safety",
    EventType.ALGORITHM_CHANGED: "decisions",
    EventType.EPISODE_CLOSED: "decisions",
    EventType.CASE_CLOSED: "decisions",
}
_MINOR: Final = frozenset((EventType.CHECKPOINT_DONE, EventType.CASE_ASSIGNED, EventType.DISCUSS_MARKED))
FOLDED_FROM: Final = 3
"""So many minor events in a row are folded into one line."""

_TAGS: Final = {
    EventType.MOVE_MADE: "Move",
    EventType.REQUEST_REFUSED: "Refused",
    EventType.DEVIATION_RECORDED: "Deviation",
    EventType.INTERRUPT_RAISED: "Stop",
    EventType.INTERRUPT_RELEASED: "Released",
    EventType.EVIDENCE_RETRACTED: "Correction",
    EventType.GATE_SIGNED: "Gate",
    EventType.TREATMENT_STARTED: "Started",
    EventType.TREATMENT_STOPPED: "Stopped",
    EventType.DOSE_CHANGED: "Dose",
    EventType.TREATMENT_REPORTED: "Earlier",
    EventType.EVIDENCE_RECORDED: "Evidence",
    EventType.NOTE_ADDED: "Note",
}


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event.

    Attributes:
        wrong: Who marked it as entered in error and when; empty for what stands.
        late: When it was recorded, where that was on a later day than what it tells of.
        kind: Evidence type, where it is a record that can be corrected.
    """

    seq: int
    on: str
    tag: str
    text: str
    by: str
    at: str
    wrong: str = ""
    late: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """Events in a row: one that is shown, or several minor ones behind one line."""

    events: tuple[EventRow, ...]
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Stay:
    """What happened during one stay in a step."""

    title: str
    dates: str
    folds: tuple[Fold, ...]


def stays(
    algorithm: Algorithm, case: Case, events: Iterable[Event], zone: tzinfo | None, wanted: str = ALL
) -> tuple[Stay, ...]:
    """The history, newest first, under the step in which each event happened."""
    events = tuple(events)
    wrong = {
        int(str(event.payload["evidence"])): f"{event.actor}, {day_words(_local(event, zone))}"
        for event in events
        if event.type is EventType.EVIDENCE_RETRACTED
    }
    rows = [
        (event, _row(algorithm, event, zone, wrong))
        for event in events
        if wanted in (ALL, _KINDS.get(event.type))
    ]
    found: list[Stay] = []
    for n, visit in enumerate(case.visits):
        following = case.visits[n + 1].entered_seq if n + 1 < len(case.visits) else case.seq + 1
        first = 1 if n == 0 else visit.entered_seq
        inside = [pair for pair in rows if first <= pair[0].seq < following]
        if inside:
            found.append(Stay(_title(algorithm, visit.step), _dates(visit), tuple(_folds(reversed(inside)))))
    return tuple(reversed(found))


def event_rows(algorithm: Algorithm, events: Iterable[Event], zone: tzinfo | None) -> tuple[EventRow, ...]:
    """Events in words, in their order."""
    return tuple(_row(algorithm, event, zone, {}) for event in events)


def _folds(pairs: Iterable[tuple[Event, EventRow]]) -> Iterator[Fold]:
    for minor, group in groupby(pairs, key=lambda pair: pair[0].type in _MINOR):
        rows = tuple(row for _, row in group)
        if minor and len(rows) >= FOLDED_FROM:
            yield Fold(rows, minor=True)
        else:
            yield from (Fold((row,)) for row in rows)


def _row(algorithm: Algorithm, event: Event, zone: tzinfo | None, wrong: dict[int, str]) -> EventRow:
    recorded = _local(event, zone)
    text = printable(_text(algorithm, event))
    return EventRow(
        seq=event.seq,
        on=day_words(event.observed_on),
        tag=_TAGS.get(event.type, ""),
        text=text[:1].upper() + text[1:],
        by=event.actor,
        at=f"{day_words(recorded)}, {recorded:%H:%M}",
        wrong=wrong.get(event.seq, ""),
        late=day_words(recorded) if recorded.date() > event.observed_on else "",
        kind=str(event.payload["type"]) if event.type is EventType.EVIDENCE_RECORDED else "",
    )


def _text(algorithm: Algorithm, event: Event) -> str:
    """What happened, by the titles of the algorithm in place of its ids."""
    payload = event.payload
    match event.type:
        case EventType.MOVE_MADE:
            move = algorithm.moves.get(str(payload["move"]))
            title = move.title if move else str(payload["move"])
            way = [_title(algorithm, str(payload[end])) for end in ("from", "to")]
            deviated = ", by deviation" if payload.get("deviation") else ""
            return f"{title}: {' to '.join(dict.fromkeys(way))}{deviated}"
        case EventType.REQUEST_REFUSED:
            told = event_words(event, algorithm)
            _, _, because = told.partition(", because: ")
            answer = "Not yet" if payload["status"] == "undecided" else "Not permitted"
            asked = asked_title(algorithm, str(payload["request"]), str(payload["id"]))
            return f"{answer}: {asked}" + (f". {because}" if because else "")
        case EventType.DEVIATION_RECORDED:
            told = event_words(event, algorithm).partition(", until ")[2]
            asked = asked_title(algorithm, str(payload["subject"]), str(payload["id"]))
            return f"Deviation for {asked}, until {told}"
        case EventType.EVIDENCE_RETRACTED:
            return f"Entry {event_words(event, algorithm).removeprefix('event ')}"
        case _:
            return event_words(event, algorithm)


def asked_title(algorithm: Algorithm, request: str, name: str) -> str:
    """What a request was about, by its title."""
    known: dict[str, Mapping[str, Titled]] = {
        "move": algorithm.moves,
        "sign": algorithm.gates,
        "release": algorithm.interrupts,
    }
    found = known.get(request, algorithm.formulary.options).get(name) or algorithm.moves.get(name)
    return f"{_ASKED.get(request, '')}{found.title if found else name}"


class Titled(Protocol):
    """Anything of an algorithm that has a title."""

    @property
    def title(self) -> str:
        """For people."""
        ...


_ASKED: Final = {
    "start": "start ",
    "dose": "new dose of ",
    "stop": "stop ",
    "sign": "sign ",
    "release": "release ",
    "deviation": "deviation for ",
}


def _title(algorithm: Algorithm, step: str) -> str:
    found = algorithm.steps.get(step)
    return step_words(found) if found else step


def _local(event: Event, zone: tzinfo | None) -> datetime:
    return event.recorded_at.astimezone(zone)


def _dates(visit: Visit) -> str:
    end = f" to {day_words(visit.left_on)}" if visit.left_on else ", now"
    return f"{day_words(visit.entered_on)}{end}"
