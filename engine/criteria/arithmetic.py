"""Calculation of the language on known values: rounding, division and dates, in one place.

Generated code, closures and the checks of column readings all call these.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from engine.criteria.types import DECIMAL_PLACES, WIDE

_STEP = Decimal(1).scaleb(-DECIMAL_PLACES)
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def rounded(value: Decimal) -> Decimal:
    """To 8 places, halves away from nothing."""
    return value.quantize(_STEP, rounding=ROUND_HALF_UP, context=WIDE)


def quotient(dividend: int | Decimal, divisor: int | Decimal) -> Decimal | None:
    """To 8 places, halves away from nothing; unknown when nothing divides."""
    if not divisor:
        return None
    return exact_quotient(Decimal(dividend), Decimal(divisor))


def exact_quotient(dividend: Decimal, divisor: Decimal) -> Decimal:
    """The quotient to 8 places. The sum of the digits is kept so wide that no double rounding shows."""
    found = WIDE.divide(dividend, divisor)
    if found.as_tuple().exponent >= -DECIMAL_PLACES:  # pyright: ignore[reportOperatorIssue]  # finite
        return found
    return found.quantize(_STEP, rounding=ROUND_HALF_UP, context=WIDE)


def scaled_quotient(dividend: int, divisor: int) -> int | None:
    """The quotient of whole numbers as a whole number, halves away from nothing; unknown for no divisor."""
    if not divisor:
        return None
    if divisor < 0:
        dividend, divisor = -dividend, -divisor
    if dividend < 0:
        return -((-2 * dividend + divisor) // (2 * divisor))
    return (2 * dividend + divisor) // (2 * divisor)


def month_length(year: int, month: int) -> int:
    """Days of a month."""
    if month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
        return 29
    return _MONTH_DAYS[month - 1]


def shift_days(date: dt.date, days: int) -> dt.date | None:
    """The date `days` later; unknown outside the years 1 to 9999."""
    ordinal = date.toordinal() + days
    if not 1 <= ordinal <= 3652059:
        return None
    return dt.date.fromordinal(ordinal)


def shift_months(date: dt.date, months: int) -> dt.date | None:
    """The same day `months` later, or the last of that month when it is shorter (31 January + 1 month)."""
    number = date.year * 12 + date.month - 1 + months
    year, month = divmod(number, 12)
    if not 1 <= year <= 9999:
        return None
    return dt.date(year, month + 1, min(date.day, month_length(year, month + 1)))


def month_number(date: dt.date) -> int:
    """Orders months; two of them differ by the months between."""
    return date.year * 12 + date.month


def month_key(date: dt.date) -> int:
    """Orders dates by month and day, so that whole months between two are a plain division by 32."""
    return (date.year * 12 + date.month) * 32 + date.day


def week_number(date: dt.date) -> int:
    """Weeks begin on Sunday."""
    return date.toordinal() // 7


def whole_part(value: int, divisor: int) -> int:
    """The quotient without its fraction: -1 day is 0 weeks."""
    return value // divisor if value >= 0 else -(-value // divisor)


def fold(text: str) -> str:
    """A text as `~` compares it: without case, runs of blanks as one."""
    return " ".join(text.casefold().split())


def same_scale(one: Decimal, other: Decimal) -> bool:
    """Whether two decimals are equal at the fewer places of the two; trailing zeros are no places."""
    places = min(_scale(one), _scale(other))
    step = Decimal(1).scaleb(-places)
    return one.quantize(step, ROUND_HALF_UP, WIDE) == other.quantize(step, ROUND_HALF_UP, WIDE)


def _scale(value: Decimal) -> int:
    exponent = WIDE.create_decimal(value).normalize(WIDE).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
