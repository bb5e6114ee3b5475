"""Dates, numbers and doses as people read them, the same everywhere."""

from datetime import date
from decimal import Decimal
from typing import Final

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_words(day: date) -> str:
    """`02-Mar-2026`, whatever the locale."""
    return f"{day.day:02d}-{MONTHS[day.month - 1]}-{day.year:04d}"


def number_words(number: int | Decimal) -> str:
    """No trailing zeros, a leading zero, a comma from 1,000: `0.5`, `150`, `1,200`."""
    if isinstance(number, int):
        return f"{number:,}"
    return f"{number.normalize():,f}"


def dose_words(dose: Decimal | None, unit: str = "mg", per: str = "day") -> str:
    """`100 mg a day`; empty where no dose is recorded."""
    return "" if dose is None else f"{number_words(dose)} {unit} a {per}"
