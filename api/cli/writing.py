"""Carries out one entry and tells what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from api.cli.answers import refusal_lines
from api.cli.desk import desk
from api.cli.exits import Code
from api.cli.output import Output, paint
from api.cli.values import day
from api.shapes import decision_shape, event_shape
from api.telling import event_words
from api.words import day_words, step_words
from engine.model.decision import Decision
from engine.model.entry import Entry
from engine.model.event import Event, EventType

if TYPE_CHECKING:
    from engine.service import CaseView


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
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What a write did, or would do on a dry run."""

    view: "CaseView"
    events: Sequence[Event]
    refused: Sequence[Decision] = ()
    replayed: bool = False
    dry_run: bool = False


def told(output: Output, writing: Writing, make: Callable[[date], Entry]) -> None:
    """Carry out the entry that `make` gives for the clinic date, and tell what was stored or refused.

    Raises:
        Ended: With code 1 where a request was refused or is undecided.
    """
    with desk(writing.database, writing.actor, writing.roles) as at:
        entry = make(at.today() if writing.on is None else day(writing.on))
        if writing.dry_run:
            from engine.service.trying import try_entry

            tried = try_entry(at, writing.case, entry, writing.if_match)
            done = Done(tried.view, tried.events, tried.refused, dry_run=True)
        else:
            from engine.service import refused, write

            written = write(at, writing.case, entry, writing.if_match, writing.key)
            done = Done(written.view, written.events, refused(written), written.replayed)
    output.end(tell(output, done))


def tell(output: Output, done: Done) -> Code:
    """What was stored, what was refused and why, and the next useful command."""
    case, algorithm = done.view.case, done.view.algorithm
    if done.replayed:
        output.say("This was sent before, with the same key: nothing was done again.")
    for event in done.events:
        if event.type not in (EventType.REQUEST_REFUSED, EventType.CASE_OPENED):
            words = event_words(event, algorithm)
            line = f"{day_words(event.observed_on)}  {words[:1].upper()}{words[1:]}"
            output.result(paint(line, "STOP") if event.type is EventType.INTERRUPT_RAISED else line)
    for decision in done.refused:
        output.result(*refusal_lines(algorithm, decision))
    output.document(
        "treadway.written/1",
        {
            "case": case.id,
            "seq": case.seq,
            "step": case.step,
            "events": [event_shape(event) for event in done.events],
            "refused": [decision_shape(decision) for decision in done.refused],
            "replayed": done.replayed,
            "dry_run": done.dry_run,
        },
    )
    output.say(_closing(done, step_words(algorithm.steps[case.step])))
    output.next(_next(done))
    return Code.NO if done.refused else Code.DONE


def _closing(done: Done, step: str) -> str:
    case = done.view.case
    if done.dry_run:
        return f"Nothing was stored. Case {case.id} would be at {step}, event {case.seq}."
    kept = "Nothing was changed. The request is kept in the history." if done.refused else "Saved."
    return f"{kept} Case {case.id} is at {step}, event {case.seq}."


def _next(done: Done) -> str:
    case = done.view.case.id
    for decision in done.refused:
        if decision.subject == "move":
            return f"treadway case why {case} {decision.id}"
    for event in done.events:
        if event.type is EventType.INTERRUPT_RAISED:
            return f'treadway case release {case} {event.payload["interrupt"]} --reason "..."'
    return f"treadway case show {case}"
