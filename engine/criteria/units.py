"""Units of quantities: the part of UCUM that care uses, and CQL's calendar words.

A unit is read into its dimensions and its size in base units. Days and shorter words equal their UCUM
codes (`week` is `wk`); `month` and `year` are calendar lengths that no number of days equals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

CALENDAR = {
    "year": "year",
    "month": "month",
    "week": "wk",
    "day": "d",
    "hour": "h",
    "minute": "min",
    "second": "s",
    "millisecond": "ms",
}
"""CQL's unit words (their plurals read the same) to the unit each means."""

_ATOMS: dict[str, tuple[str, Fraction]] = {
    "1": ("", Fraction(1)),
    "%": ("", Fraction(1, 100)),
    "g": ("mass", Fraction(1)),
    "m": ("length", Fraction(1)),
    "[in_i]": ("length", Fraction(254, 10000)),
    "[lb_av]": ("mass", Fraction(45359237, 100000)),
    "s": ("time", Fraction(1)),
    "min": ("time", Fraction(60)),
    "h": ("time", Fraction(3600)),
    "d": ("time", Fraction(86400)),
    "wk": ("time", Fraction(604800)),
    "mo": ("ucum_month", Fraction(1)),
    "a": ("ucum_month", Fraction(12)),
    "month": ("calendar_month", Fraction(1)),
    "year": ("calendar_month", Fraction(12)),
    "L": ("volume", Fraction(1)),
    "l": ("volume", Fraction(1)),
    "mol": ("amount", Fraction(1)),
    "eq": ("equivalents", Fraction(1)),
    "[IU]": ("international_unit", Fraction(1)),
    "[iU]": ("international_unit", Fraction(1)),
    "U": ("enzyme_unit", Fraction(1)),
    "Cel": ("celsius", Fraction(1)),
    "m[Hg]": ("mercury", Fraction(1)),
    "{score}": ("", Fraction(1)),
}
_PREFIXED = {"g", "m", "s", "L", "l", "mol", "eq", "[IU]", "[iU]", "U", "m[Hg]"}
_PREFIXES = {
    "k": Fraction(1000),
    "d": Fraction(1, 10),
    "c": Fraction(1, 100),
    "m": Fraction(1, 1000),
    "u": Fraction(1, 10**6),
    "n": Fraction(1, 10**9),
    "p": Fraction(1, 10**12),
}
_PART = re.compile(r"(?P<atom>[^./0-9]+?|1)(?P<power>-?\d)?$")
_NO_DIMENSION: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: what it measures (dimension to power, sorted) and its size in base units."""

    dimensions: tuple[tuple[str, int], ...]
    size: Fraction


@lru_cache(maxsize=1024)
def read_unit(code: str) -> Unit | None:
    """Read a UCUM code or calendar word (singular); None when it is not one this language knows."""
    if not code or len(code) > 40:
        return None
    powers: dict[str, int] = {}
    size = Fraction(1)
    sign = 1
    for position, part in enumerate(re.split(r"([./])", code)):
        if position % 2:
            sign = -1 if part == "/" else 1
            continue
        if not part and position == 0 and len(code) > 1:
            continue
        found = _PART.match(part)
        atom = _atom(found["atom"]) if found else None
        if found is None or atom is None:
            return None
        power = sign * int(found["power"] or 1)
        size *= atom[1] ** power
        if atom[0] == "volume":
            # A litre is a cubic decimetre, so that 'g/cm3' and 'g/mL' compare.
            powers["length"] = powers.get("length", 0) + 3 * power
            size *= Fraction(1, 1000) ** power
        elif atom[0]:
            powers[atom[0]] = powers.get(atom[0], 0) + power
    dimensions = tuple(sorted((name, power) for name, power in powers.items() if power))
    return Unit(dimensions or _NO_DIMENSION, size)


def _atom(text: str) -> tuple[str, Fraction] | None:
    if text in _ATOMS:
        return _ATOMS[text]
    if text[:1] in _PREFIXES and text[1:] in _PREFIXED:
        dimension, size = _ATOMS[text[1:]]
        return dimension, size * _PREFIXES[text[0]]
    return None


def known_units() -> tuple[str, ...]:
    """Units to suggest when one is misspelt."""
    return (*_ATOMS, *CALENDAR, "mg", "kg", "mL", "mmol/L", "mg/L", "m[IU]/L", "mm[Hg]", "ms", "kg/m2")


def ratio(from_unit: str, to_unit: str) -> Fraction | None:
    """How many of `to_unit` one `from_unit` is, exactly; None when no fixed number is right."""
    one, other = read_unit(from_unit), read_unit(to_unit)
    if one is None or other is None or one.dimensions != other.dimensions:
        return None
    return one.size / other.size


_LOOSE_DAYS = {"month": 30, "year": 365, "mo": 30, "a": 365}


def loose_ratio(from_unit: str, to_unit: str) -> Fraction | None:
    """The same for `~`, where a year is 12 months or 365 days, and a month 30 days."""
    exact = ratio(from_unit, to_unit)
    if exact is not None:
        return exact
    as_calendar = {"mo": "month", "a": "year"}
    both = ratio(as_calendar.get(from_unit, from_unit), as_calendar.get(to_unit, to_unit))
    if both is not None:
        return both
    if from_unit in _LOOSE_DAYS:
        days = ratio("d", to_unit)
        return None if days is None else _LOOSE_DAYS[from_unit] * days
    if to_unit in _LOOSE_DAYS:
        days = ratio(from_unit, "d")
        return None if days is None else days / _LOOSE_DAYS[to_unit]
    return None
