"""The hash chain of a case: makes any change, loss or reordering of its events visible.

Works on events as an export writes them and needs no database: `check_chain` alone checks an export.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, cast

import rfc8785

from engine.model.event import Event
from engine.store.errors import UnfitTextError
from engine.store.schema import text_of_instant

Written = Mapping[str, object]
"""An event as an export writes it: texts and whole numbers, dates in ISO form, `payload` as JSON."""

CHAINED = (
    "case_id", "seq", "type", "observed_on", "recorded_at", "actor", "digest", "payload", "previous_hash",
)  # fmt: skip
"""What an event's hash covers: everything but the hash."""


class Fault(StrEnum):
    """Kinds of damage to a history."""

    ALTERED = "altered"
    MISSING = "missing"
    REORDERED = "reordered"
    UNLINKED = "unlinked"
    """Whole in itself, but not linked to the event before it: one of the two was put in or replaced."""


@dataclass(frozen=True, slots=True)
class Broken:
    """Damage found in a case's history, at the event `seq`."""

    case_id: str
    seq: int
    fault: Fault
    text: str


def canonical(value: Mapping[str, object]) -> str:
    """Canonical JSON (RFC 8785): one text for one value, on every machine.

    Raises:
        UnfitTextError: A text holds half a character (a lone surrogate), or a number is beyond 2**53.
    """
    try:
        if _is_plain(value):
            text = _PLAIN.encode(value)
            text.encode("utf-8")  # a lone surrogate is found here
            return text
        return rfc8785.dumps(value).decode("utf-8")  # pyright: ignore[reportArgumentType]
    except ValueError as error:
        raise UnfitTextError(
            "a text or number cannot be kept exactly", "write whole characters, and numbers below 2^53"
        ) from error


_PLAIN: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False
)
"""Writes what is plain as RFC 8785 does, and twenty times as fast."""


def _is_plain(value: object) -> bool:
    """Whether a value holds ASCII keys and texts, truth values, whole numbers below 2**53 alone."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return -(2**53) < cast(int, value) < 2**53
    if kind is dict:
        held = cast(dict[object, object], value)
        return all(type(k) is str and k.isascii() and _is_plain(v) for k, v in held.items())
    return kind in (list, tuple) and all(_is_plain(one) for one in cast(Sequence[object], value))


def _sha256(value: Mapping[str, object]) -> str:
    return hashlib.sha256(canonical(value).encode("utf-8")).hexdigest()


def first_link(clinic_id: str, case_id: str) -> str:
    """The `previous_hash` of a case's first event. It binds the chain to its clinic and case."""
    return _sha256({"clinic_id": clinic_id, "case_id": case_id})


def link(written: Written) -> str:
    """The hash of an event over everything it says, `previous_hash` included and `hash` left out."""
    return _sha256({name: written[name] for name in CHAINED})


def written(event: Event) -> dict[str, object]:
    """An event as an export writes it."""
    return {
        "case_id": event.case_id,
        "seq": event.seq,
        "type": event.type.value,
        "observed_on": event.observed_on.isoformat(),
        "recorded_at": text_of_instant(event.recorded_at),
        "actor": event.actor,
        "digest": event.digest,
        "payload": dict(event.payload),
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }


def check_chain(
    clinic_id: str, case_id: str, history: Sequence[Written], head: tuple[int, str] | None = None
) -> tuple[Broken, ...]:
    """Everything wrong with one case's history, by place.

    Args:
        clinic_id: Clinic the case belongs to.
        case_id: The case.
        history: Its events in order of `seq`.
        head: Last seq and hash kept elsewhere (in the database's `cases` row, or noted earlier). Without it
            a cut tail cannot be seen. It may be older than the last event.
    """
    broken: list[Broken] = []
    previous_seq, previous_hash = 0, first_link(clinic_id, case_id)
    after_whole = True
    for event in history:
        seq = event["seq"]
        if not isinstance(seq, int):
            text = f"the event after {previous_seq} has no number"
            broken.append(Broken(case_id, previous_seq + 1, Fault.ALTERED, text))
            continue
        if seq > previous_seq + 1:
            broken.append(_missing(case_id, previous_seq + 1, seq - 1))
        whole = event["case_id"] == case_id and _whole(event)
        if not whole:
            broken.append(_changed(case_id, seq, event, len(history)))
        elif event["previous_hash"] != previous_hash and after_whole and seq <= previous_seq + 1:
            text = f"event {seq} does not follow from the event before it"
            broken.append(Broken(case_id, seq, Fault.UNLINKED, text))
        previous_seq, previous_hash, after_whole = seq, event["hash"], whole
    if head is not None:
        broken.extend(_against_head(case_id, history, head))
    return tuple(broken)


def _whole(event: Written) -> bool:
    try:
        return link(event) == event["hash"]
    except UnfitTextError:
        return False


def _missing(case_id: str, first: int, last: int) -> Broken:
    which = f"event {first} is" if first == last else f"events {first} to {last} are"
    return Broken(case_id, first, Fault.MISSING, f"{which} missing")


def _changed(case_id: str, seq: int, event: Written, count: int) -> Broken:
    """Tell an event that was moved (its hash fits another place) from one that says something else now."""
    for place in range(1, count + 1):
        if place != seq and _whole({**event, "seq": place}):
            text = f"event {place} stands in the place of event {seq}"
            return Broken(case_id, seq, Fault.REORDERED, text)
    return Broken(case_id, seq, Fault.ALTERED, f"event {seq} is not as it was stored")


def _against_head(case_id: str, history: Sequence[Written], head: tuple[int, str]) -> tuple[Broken, ...]:
    seq, digest = head
    numbers = [number for event in history if isinstance(number := event["seq"], int)]
    last = max(numbers, default=0)
    if last < seq:
        return (_missing(case_id, last + 1, seq),)
    if not any(event["seq"] == seq and event["hash"] == digest for event in history):
        text = f"event {seq} is not the one that the head of the case names"
        return (Broken(case_id, seq, Fault.ALTERED, text),)
    return ()
