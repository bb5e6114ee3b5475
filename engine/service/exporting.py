"""Histories for another place: as JSON lines that anybody can check without this program's database.

The first line says what the file is and names the head of each case; every other line is one event as its
hash covers it. Names and numbers of patients are not in it: they stand outside of the histories.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, cast

from engine.access.rights import Right
from engine.model.errors import UnreadableError
from engine.service.desk import Desk, add_audit
from engine.store.chain import Broken, Fault, Written, check_chain, written
from engine.store.schema import text_of_instant

FORMAT: Final = "treadway.histories/1"
_FIX: Final = "name a file that `treadway export` wrote"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of an exported file found."""

    clinic_id: str
    cases: int
    events: int
    broken: tuple[Broken, ...]


def export_histories(desk: Desk, case_ids: Sequence[str] = ()) -> Iterator[str]:
    """The lines of an export; one line of the audit names the cases, before the first is given.

    Args:
        desk: The clinic.
        case_ids: These cases alone; all of the clinic where none is named.

    Raises:
        AccessDeniedError, StoreUnavailableError: Nothing is given.
        UnknownNameError: There is no such case.
    """
    desk.actor.needs_right(Right.EXPORT)
    store = desk.store
    wanted = case_ids or [item.board.case_id for item in store.list_cases(desk.clinic_id)]
    add_audit(desk, "export histories", tuple(wanted), "chosen" if case_ids else "all")
    histories = {case_id: store.read_events(desk.clinic_id, case_id) for case_id in wanted}
    heads = {case_id: [events[-1].seq, events[-1].hash] for case_id, events in histories.items()}
    first = {
        "format": FORMAT,
        "clinic": desk.clinic_id,
        "exported_at": text_of_instant(desk.clock()),
        "heads": heads,
    }
    yield json.dumps(first, ensure_ascii=False)
    for events in histories.values():
        for event in events:
            yield json.dumps(written(event), ensure_ascii=False)


def check_export(lines: Iterable[str]) -> Checked:
    """Look through an exported file for changed, missing or reordered events.

    Raises:
        UnreadableError: The file is no export.
    """
    remaining = enumerate(lines, start=1)
    first = _object(next(remaining, (1, ""))[1], 1)
    heads = first.get("heads")
    if first.get("format") != FORMAT or not isinstance(heads, dict):
        raise UnreadableError("the first line is not that of an export", _FIX)
    clinic_id = str(first.get("clinic"))
    histories: dict[str, list[Written]] = {str(case_id): [] for case_id in cast(dict[str, object], heads)}
    broken: list[Broken] = []
    for number, line in remaining:
        event = _object(line, number)
        if not {"case_id", "seq", "hash"} <= set(event):
            raise UnreadableError(f"line {number} is no event", _FIX)
        case_id = str(event["case_id"])
        if case_id not in histories:
            seq = event["seq"] if isinstance(event["seq"], int) else 0
            broken.append(
                Broken(case_id, seq, Fault.UNLINKED, f"the first line names no head of case {case_id}")
            )
        histories.setdefault(case_id, []).append(event)
    for case_id, history in histories.items():
        head = cast(dict[str, object], heads).get(case_id)
        broken.extend(check_chain(clinic_id, case_id, history, _head(head)))
    events = sum(len(history) for history in histories.values())
    return Checked(clinic_id, len(histories), events, tuple(broken))


def _object(line: str, number: int) -> dict[str, object]:
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise UnreadableError(f"line {number} is no JSON object", _FIX)
    return cast(dict[str, object], value)


def _head(value: object) -> tuple[int, str] | None:
    match value:
        case [int(seq), str(digest)]:
            return seq, digest
        case _:
            return None
