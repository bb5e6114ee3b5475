"""Trying an entry out: what would be stored, with nothing stored."""

from dataclasses import dataclass, replace

from engine.access.entries import rights_for
from engine.model.decision import Decision
from engine.model.entry import Entry
from engine.model.errors import CaseConflict
from engine.model.event import Event, EventType
from engine.runtime import enter
from engine.service.desk import Desk, not_after_today, stamp_of
from engine.service.reading import CaseView, read_case


@dataclass(frozen=True, slots=True)
class Tried:
    """What an entry would do: the case afterwards, events without links, requests not carried out."""

    view: CaseView
    events: tuple[Event, ...]
    refused: tuple[Decision, ...]


def try_entry(desk: Desk, case_id: str, entry: Entry, expected_seq: int | None = None) -> Tried:
    """Carry out an entry on a copy of the case. The audit notes that the case was read.

    Raises:
        CaseConflict, EvidenceError, UnknownNameError, AccessDeniedError: As `write` would.
    """
    desk.actor.needs_right(*rights_for(entry))
    view = read_case(desk, case_id)
    if expected_seq is not None and expected_seq != view.case.seq:
        since = tuple(event for event in view.events if event.seq > expected_seq)
        raise CaseConflict(case_id, expected_seq, since)
    not_after_today(desk, entry.on)
    entered = enter(view.algorithm, view.case, entry, roles=desk.actor.roles)
    stamp = stamp_of(desk, view.algorithm)
    events = tuple(
        Event(
            seq=seq,
            case_id=case_id,
            type=draft.type,
            observed_on=draft.observed_on,
            recorded_at=stamp.recorded_at,
            actor=stamp.actor,
            digest=stamp.digest,
            payload=draft.payload,
        )
        for seq, draft in enumerate(entered.drafts, start=view.case.seq + 1)
    )
    refusals = {
        (event.payload["request"], event.payload["id"])
        for event in events
        if event.type is EventType.REQUEST_REFUSED
    }
    refused = tuple(d for d in entered.refused if (d.subject, d.id) in refusals)
    return Tried(replace(view, case=entered.case), events, refused)
