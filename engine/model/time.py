"""Spans of calendar time: durations and the windows in which evidence counts as fresh."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Unit(StrEnum):
    """Calendar units of a duration."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


def add_months(day: date, months: int) -> date:
    """Shift by calendar months, clamped to a shorter month (31 January + 1 month = 28 February)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_between(first: date, second: date) -> int:
    """Whole calendar months from first to second, by day of month; negative when second is earlier."""
    if second < first:
        return -months_between(second, first)
    return (second.year - first.year) * 12 + second.month - first.month - (second.day < first.day)


def months_passed(first: date, second: date) -> int:
    """Whole calendar months that have passed, clamped: from 31 August six have passed on 28 February."""
    count = months_between(first, second)
    return count + (second >= add_months(first, count + 1))


@dataclass(frozen=True, slots=True)
class Duration:
    """A count of calendar units, such as 28 days or 6 months."""

    count: int
    unit: Unit

    def before(self, day: date) -> date:
        """The day this long before `day`; months clamped."""
        return self._shift(day, -self.count)

    def after(self, day: date) -> date:
        """The day this long after `day`; months clamped."""
        return self._shift(day, self.count)

    def _shift(self, day: date, count: int) -> date:
        unit = self.unit
        if unit is Unit.DAY:
            return day + timedelta(count)
        if unit is Unit.WEEK:
            return day + timedelta(7 * count)
        return add_months(day, count if unit is Unit.MONTH else 12 * count)

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"


def days(count: int) -> Duration:
    """A duration in days."""
    return Duration(count, Unit.DAY)


class Since(StrEnum):
    """Moments since which evidence may be asked for instead of a duration."""

    TRIAL = "trial"
    STEP = "step"
    EPISODE = "episode"
    GATE = "gate"
    """Since the last gated move, and at most 14 days old."""
    INTERRUPT = "interrupt"
    """Not older than the record that raised the interrupt."""


@dataclass(frozen=True, slots=True)
class Window:
    """How recent evidence must be: a duration (both ends count), a moment, or neither (it never expires)."""

    duration: Duration | None = None
    since: Since | None = None

    def __str__(self) -> str:
        return str(self.duration or self.since or "ever")


EVER = Window()
