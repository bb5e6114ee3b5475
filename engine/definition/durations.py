"""Durations and windows as an author writes them: `14 days`, `6 months`, `ever`, `trial`."""

from __future__ import annotations

import re

from engine.definition.limits import MAX_COUNT
from engine.definition.spelling import near_names
from engine.model.time import EVER, Duration, Since, Unit, Window

_DURATION = re.compile(r"(\d{1,9})\s+([A-Za-z]+)\Z")
_JOINED = re.compile(r"(\d{1,6})[-_]?([A-Za-z]+)\Z")
_UNITS = {form: unit for unit in Unit for form in (str(unit), f"{unit}s")}
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31, Unit.YEAR: 366}


class DurationError(ValueError):
    """A text that is no duration; `fix` says what to write, `near` the text that was surely meant."""

    def __init__(self, fix: str, near: tuple[str, ...] = ()) -> None:
        super().__init__(fix)
        self.fix = fix
        self.near = near


def read_duration(text: str) -> Duration:
    """Read a duration such as `14 days`.

    Raises:
        DurationError: Not a whole number and a unit, or longer than some centuries.
    """
    found = _DURATION.match(text.strip())
    if found is None:
        number = re.match(r"\d+", text.strip())
        example = f"{number[0]} days" if number and len(number[0]) < 6 else "14 days"
        joined = _JOINED.match(text.strip())
        near = (f"{joined[1]} {joined[2].lower()}",) if joined and joined[2].lower() in _UNITS else ()
        raise DurationError(
            f"write a whole number and a unit, such as `{near[0] if near else example}`", near
        )
    count, word = int(found[1]), found[2].lower()
    unit = _UNITS.get(word)
    if unit is None:
        near = near_names(word, _UNITS)
        raise DurationError(
            f"write `{count} {near[0]}`" if near else "the units are days, weeks, months and years",
            (f"{count} {near[0]}",) if len(near) == 1 else (),
        )
    if count * _DAYS[unit] > MAX_COUNT:
        raise DurationError("no treatment is planned over centuries; write a shorter time")
    return Duration(count, unit)


def read_window(text: str) -> Window:
    """Read how recent evidence must be: a duration, `ever`, or the moment since which it counts.

    Raises:
        DurationError: None of these.
    """
    word = text.strip()
    if word == "ever":
        return EVER
    if word in tuple(Since):
        return Window(since=Since(word))
    try:
        return Window(duration=read_duration(word))
    except DurationError as error:
        near = near_names(word, ("ever", *Since))
        if near:
            raise DurationError(f"did you mean `{near[0]}`?", near[:1]) from None
        moments = ", ".join(Since)
        raise DurationError(f"{error.fix}; or `ever`, or a moment ({moments})", error.near) from None
