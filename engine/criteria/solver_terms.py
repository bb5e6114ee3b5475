"""What solver terms are made of: values with their being known, truths as two formulas, dates.

No solver is imported here; the functions are handed the module `z3`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, cast

# The stubs of z3 are partial; its terms, and the module, are held as Any.
Term = Any
_CUMULATIVE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


@dataclass(frozen=True, slots=True)
class Pair:
    """A value that may be unknown. `term` means nothing where `known` is false."""

    known: Term
    term: Term


@dataclass(frozen=True, slots=True)
class Truth:
    """A condition: formulas that hold exactly when it is true, and exactly when it is false."""

    true: Term
    false: Term


class Calendar(Protocol):
    """What a date asks its encoding for."""

    z3: Term

    def parts_of(self, number: Term) -> tuple[Term, Term, Term]:
        """Year, month and day of a day number."""
        ...


class Day:
    """A date as year, month, day or as a day number, each worked out when asked for."""

    def __init__(
        self,
        encoding: Calendar,
        parts: tuple[Term, Term, Term] | None,
        number: Term | None,
        in_care: bool = False,
    ) -> None:
        """Make a date; `in_care` says it lies in 1901 to 2099, where each fourth year is a leap year."""
        self._in_care = in_care
        self._encoding = encoding
        self._parts = parts
        self._number = number

    @property
    def has_parts(self) -> bool:
        """Whether year, month and day are at hand."""
        return self._parts is not None

    @property
    def parts(self) -> tuple[Term, Term, Term]:
        """Year, month and day."""
        if self._parts is None:
            self._parts = self._encoding.parts_of(cast("Term", self._number))
        return self._parts

    @property
    def number(self) -> Term:
        """Days since the day before 0001-01-01."""
        if self._number is None:
            self._number = day_number(self._encoding.z3, *self.parts, in_care=self._in_care)
        return self._number

    @property
    def key(self) -> Term:
        """Orders dates: twelve months of 32 days."""
        year, month, day = self.parts
        return (year * 12 + month) * 32 + day


def month_length(z3: Term, year: Term, month: Term, in_care: bool = False) -> Term:
    """Days of a month; `in_care` as for a Day."""
    leap = year % 4 == 0 if in_care else _leap(z3, year)
    short = z3.Or([month == one for one in (4, 6, 9, 11)])
    return z3.If(month == 2, z3.If(leap, 29, 28), z3.If(short, 30, 31))


def _leap(z3: Term, year: Term) -> Term:
    return z3.And(year % 4 == 0, z3.Or(year % 100 != 0, year % 400 == 0))


def parts_by_formula(z3: Term, number: Term) -> tuple[Term, Term, Term]:
    """Year, month and day of a day number, written out; it comes down to numbers when the day is given."""
    # Years that begin on 1 March put the leap day last; 305 days lie before the first of them.
    days = number + 305
    era = days / 146097
    of_era = days % 146097
    year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365
    of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100)
    month_of_year = (5 * of_year + 2) / 153
    day = of_year - (153 * month_of_year + 2) / 5 + 1
    month = z3.If(month_of_year < 10, month_of_year + 3, month_of_year - 9)
    year = year_of_era + era * 400 + z3.If(month <= 2, 1, 0)
    return year, month, day


def day_number(z3: Term, year: Term, month: Term, day: Term, in_care: bool = False) -> Term:
    """Days since the day before 0001-01-01; `in_care` as for a Day."""
    before = year - 1
    if in_care:
        # From 1901 to 2099 the centuries always take 15 leap days off.
        leap, centuries = year % 4 == 0, 15
    else:
        leap = _leap(z3, year)
        centuries = before / 100 - before / 400
    passed: Term = z3.IntVal(_CUMULATIVE[11])
    for number in range(11, 0, -1):
        passed = z3.If(month == number, _CUMULATIVE[number - 1], passed)
    leap_day = z3.If(z3.And(leap, month > 2), 1, 0)
    return before * 365 + before / 4 - centuries + passed + leap_day + day
