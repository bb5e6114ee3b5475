"""Opens a case, with earlier treatments from a file."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.output import Output
from api.cli.values import day
from api.cli.writing import tell_written
from engine.model.case import Patient
from engine.model.entry import Reported

if TYPE_CHECKING:
    from engine.definition.loader import Loaded
    from engine.service import Desk


def open_case(
    at: "Desk",
    output: Output,
    loaded: "Loaded",
    born: date,
    sex: str,
    name: str | None,
    number: str | None,
    reported: Path | None,
    on: str | None,
    key: str | None,
) -> None:
    """Open the case and tell its number."""
    from engine.service import new_case
    from engine.store.rows import PatientRow

    opened_on = at.today() if on is None else day(on)
    earlier = read_reported(reported) if reported is not None else ()
    written = new_case(at, loaded, Patient(born, sex), PatientRow(name, number), opened_on, earlier, key)
    output.result(f"Case {written.view.case.id}")
    tell_written(output, written)


def read_reported(path: Path) -> tuple[Reported, ...]:
    raise NotImplementedError(path)
