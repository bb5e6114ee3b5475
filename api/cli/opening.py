"""Opens a case, with what was taken before."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from api.cli.exits import UsageError
from api.cli.output import Output
from api.cli.values import day, pairs, role
from api.cli.writing import Done, tell
from api.words import day_words, step_words
from engine.model.case import Patient
from engine.model.entry import Reported

if TYPE_CHECKING:
    from engine.definition.loader import Loaded
    from engine.service import Desk

EARLIER_KEYS = (
    "from", "to", "dose_mg_per_day", "days_covered_percent", "outcome", "role", "scale", "before", "after",
)  # fmt: skip


def open_case(
    at: "Desk",
    output: Output,
    loaded: "Loaded",
    born: date,
    sex: str,
    name: str | None,
    number: str | None,
    earlier: Sequence[str],
    on: str | None,
    key: str | None,
) -> None:
    """Open the case and tell its number."""
    from engine.service import new_case
    from engine.store.rows import PatientRow

    opened_on = at.today() if on is None else day(on)
    reported = tuple(read_earlier(text) for text in earlier)
    written = new_case(at, loaded, Patient(born, sex), PatientRow(name, number), opened_on, reported, key)
    case = written.view.case
    step = step_words(written.view.algorithm.steps[case.step])
    output.result(f"Case {case.id} opened on {day_words(case.opened_on)} at {step}")
    tell(output, Done(written.view, written.events, replayed=written.replayed))


def read_earlier(text: str) -> Reported:
    """An earlier treatment from `sertraline from=2025-09-01 to=2025-11-03 dose_mg_per_day=150`.

    Raises:
        UsageError: No option, no start, or a word that is not known here.
    """
    first, *words = text.split() or [""]
    given = dict(pairs(words, "key=value"))
    for name in given:
        if name not in EARLIER_KEYS:
            raise UsageError(f"--earlier: `{name}` is not known", f"write {', '.join(EARLIER_KEYS)}")
    if "=" in first or "from" not in given:
        form = "sertraline from=2025-09-01 to=2025-11-03 dose_mg_per_day=150"
        raise UsageError(f"--earlier: `{text}` names no treatment or no start", f"write it as `{form}`")
    return Reported(
        option=first,
        started_on=day(given["from"], "--earlier from"),
        stopped_on=day(given["to"], "--earlier to") if "to" in given else None,
        role=role(given["role"], "--earlier role") if "role" in given else None,
        dose_mg_per_day=_number("dose_mg_per_day", given),
        days_covered_percent=_number("days_covered_percent", given),
        outcome=given.get("outcome"),
        scale=given.get("scale"),
        score_before=_whole("before", given),
        score_after=_whole("after", given),
    )


def _number(name: str, given: dict[str, str]) -> Decimal | None:
    if name not in given:
        return None
    try:
        return Decimal(given[name])
    except InvalidOperation:
        raise UsageError(
            f"--earlier {name}: `{given[name]}` is not a number", "write the number alone"
        ) from None


def _whole(name: str, given: dict[str, str]) -> int | None:
    number = _number(name, given)
    return None if number is None else int(number)
