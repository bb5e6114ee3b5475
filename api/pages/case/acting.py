"""Doing what a form asks: once, on the case that its writer saw, and with an answer when it is not done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.case.handling import Asked, SeeOther, Shown, context, read
from api.pages.case.next_step import MAY_DEVIATE, needs_of
from api.pages.case.reasons import groups_of
from api.pages.case.timeline import event_rows
from api.words import asked_words, verdict
from engine.model.decision import Decision
from engine.model.entry import Entry
from engine.model.errors import CaseConflict
from engine.model.event import Event, EventType
from engine.service import Written, refused, write_whole

UNSENT: Final = frozenset(("seq", "key", "csrf_token"))
"""What a form carries unseen, and what is made anew when it is sent again."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was typed, in words."""

    title: str
    words: str


@dataclass(frozen=True)
class Done:
    """It was done: what the service says of it."""

    written: Written

    @property
    def raised(self) -> tuple[str, ...]:
        """Safety stops that it raised."""
        return tuple(
            str(event.payload["interrupt"])
            for event in self.written.events
            if event.type is EventType.INTERRUPT_RAISED
        )

    @property
    def seq(self) -> int:
        """The event that tells best what was done: the first one."""
        return self.written.events[0].seq if self.written.events else self.written.view.case.seq


def carry_out(asked: Asked, entry: Entry, action: str, yours: Sequence[Line]) -> Done | Shown:
    """Carry out an entry. Where it is not done the answer is a page that keeps what was typed.

    Args:
        asked: The request.
        entry: What is to be done.
        action: Where the form was sent, below the case's address.
        yours: What was typed, in words, for a person who has to decide about it again.
    """
    try:
        written = write_whole(asked.desk, asked.case_id, (entry,), asked.seq, asked.key)
    except CaseConflict as conflict:
        return conflicting(asked, conflict.since, action, yours)
    not_done = refused(written)
    return not_permitted(asked, not_done, entry, yours) if not_done else Done(written)


def done(asked: Asked, outcome: Done, to: str = "") -> SeeOther:
    """On to a page of the case that says what was done."""
    return SeeOther(f"{asked.path}{to}?done={outcome.seq}")


def conflicting(
    asked: Asked,
    since: Sequence[Event],
    action: str,
    yours: Sequence[Line],
    kept: Mapping[str, str] | None = None,
) -> Shown:
    """The case has moved on: theirs beside yours, and nothing stored."""
    reading = read(asked, "read newer events", timing=False)
    sent = {name: value for name, value in (kept or asked.form).items() if name not in UNSENT}
    return Shown(
        "case/conflict.html",
        context(
            asked,
            reading,
            yours=yours,
            theirs=event_rows(reading.algorithm, since, asked.zone),
            action=f"{asked.path}{action}",
            sent=sent,
        ),
        409,
    )


def not_permitted(asked: Asked, decisions: Sequence[Decision], entry: Entry, yours: Sequence[Line]) -> Shown:
    """Refused by decision: why, what would change it, and whether a clinician may go on all the same."""
    reading = read(asked, timing=False)
    first = decisions[0]
    deviable = first.deviable and first.subject in MAY_DEVIATE and not entry.deviate
    return Shown(
        "case/refused.html",
        context(
            asked,
            reading,
            title=asked_words(reading.algorithm, first),
            verdict=verdict(first),
            groups=groups_of(reading, first.reasons),
            needs=needs_of(reading, first),
            yours=yours,
            deviate=f"{asked.path}/deviate/{first.subject}/{first.id}" if deviable else "",
        ),
        409,
    )
