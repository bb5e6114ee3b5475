"""Shipped stories told into a store as if they had ended a few days ago."""

from dataclasses import replace
from datetime import date, timedelta

from engine.definition.loader import load_shipped
from engine.model.case import Patient
from engine.model.entry import Entry
from engine.service import Desk, new_case, write
from engine.store.rows import PatientRow
from tests.support.stories import scenario_of


def told(
    desk: Desk,
    file: str,
    entries: int | None = None,
    ended_days_ago: int = 0,
    who: PatientRow | None = None,
    algorithm: str = "stepwise-depression",
) -> str:
    """The number of a case that has lived a story, or its first entries, up to so many days ago."""
    scenario = scenario_of(algorithm, file)
    story = [part.entry for part in scenario.story[:entries]]
    last = max(entry.on for entry in story)
    shift = desk.today() - timedelta(days=ended_days_ago) - last
    born = scenario.patient.birth_date + shift
    opened = new_case(
        desk,
        load_shipped(algorithm),
        Patient(born, scenario.patient.sex),
        who or PatientRow("BERG, Tom (Mr)", "4711"),
        story[0].on + shift,
        [
            replace(
                item,
                started_on=item.started_on + shift,
                stopped_on=item.stopped_on + shift if item.stopped_on else None,
            )
            for item in scenario.reported
        ],
    )
    for entry in story:
        write(desk, opened.view.case.id, _shifted(entry, shift))
    return opened.view.case.id


def _shifted(entry: Entry, shift: timedelta) -> Entry:
    record = {
        kind: None if values is None else {name: _moved(value, shift) for name, value in values.items()}
        for kind, values in entry.record.items()
    }
    deviate = entry.deviate
    if deviate is not None and deviate.expires is not None:
        deviate = replace(deviate, expires=deviate.expires + shift)
    retract = tuple(replace(item, on=item.on + shift) for item in entry.retract)
    return replace(entry, on=entry.on + shift, record=record, deviate=deviate, retract=retract, ask=())


def _moved(value: object, shift: timedelta) -> object:
    if isinstance(value, date):
        return value + shift
    try:
        return (date.fromisoformat(str(value)) + shift).isoformat() if "-" in str(value) else value
    except ValueError:
        return value
