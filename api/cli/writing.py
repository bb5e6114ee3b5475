"""Carries out one entry and tells what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from api.cli.answers import refusal_lines
from api.cli.desk import desk
from api.cli.exits import Code
from api.cli.history import event_words
from api.cli.output import Output, paint
from api.cli.values import day
from api.shapes import decision_shape, event_shape
from api.words import day_words, step_words
from engine.model.entry import Entry
from engine.model.event import EventType

if TYPE_CHECKING:
    from engine.service import Written


@dataclass(frozen=True, slots=True)
class Writing:
    """Options that every writing command has."""

    case: str
    on: str | None
    if_match: int | None
    key: str | None
    database: str | None
    actor: str | None
    roles: str | None


def told(output: Output, writing: Writing, make: Callable[[date], Entry]) -> None:
    """Carry out the entry that `make` gives for the clinic date, and tell what was stored or refused.

    Raises:
        Ended: With code 1 where a request was refused or is undecided.
    """
    from engine.service import write

    with desk(writing.database, writing.actor, writing.roles) as at:
        on = at.today() if writing.on is None else day(writing.on)
        written = write(at, writing.case, make(on), writing.if_match, writing.key)
    output.end(tell_written(output, written))


def tell_written(output: Output, written: "Written") -> Code:
    """What was stored, what was refused and why, and the next useful command."""
    from engine.service import refused

    view, not_done = written.view, refused(written)
    if written.replayed:
        output.say("This was sent before, with the same key: nothing was done again.")
    for event in written.events:
        if event.type not in (EventType.REQUEST_REFUSED, EventType.CASE_OPENED):
            style = "STOP" if event.type is EventType.INTERRUPT_RAISED else None
            words = event_words(event, view.algorithm)
            line = f"{day_words(event.observed_on)}  {words[:1].upper()}{words[1:]}"
            output.result(paint(line, style) if style else line)
    for decision in not_done:
        output.result(*refusal_lines(view.algorithm, decision))
    case = view.case
    output.document(
        "treadway.written/1",
        {
            "case": case.id,
            "seq": case.seq,
            "step": case.step,
            "events": [event_shape(event) for event in written.events],
            "refused": [decision_shape(decision) for decision in not_done],
            "replayed": written.replayed,
        },
    )
    step = step_words(view.algorithm.steps[case.step])
    kept = "Nothing was changed. The request is kept in the history. " if not_done else "Saved. "
    output.say(f"{kept}Case {case.id} is at {step}, event {case.seq}.")
    output.next(_next(written))
    return Code.NO if not_done else Code.DONE


def _next(written: "Written") -> str:
    case = written.view.case.id
    raised = [event for event in written.events if event.type is EventType.INTERRUPT_RAISED]
    for event in written.events:
        if event.type is EventType.REQUEST_REFUSED and event.payload["request"] == "move":
            return f"treadway case why {case} {event.payload['id']}"
    if raised:
        return f'treadway case release {case} {raised[0].payload["interrupt"]} --reason "..."'
    return f"treadway case show {case}"
