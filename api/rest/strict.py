"""JSON as every database and every reader understands it alike; anything else is refused where it comes in.

Python reads `NaN`, halves of characters, numbers of any length and doubled keys, which other readers of the
same text refuse or take otherwise.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, cast

DIGITS: Final = 18
"""Longest whole number. Every field that takes a number is far below."""
_LONGEST_DECIMAL: Final = 40
_EXPONENT: Final = 30


class UnsoundJsonError(ValueError):
    """The text is not sound JSON. The message says what is wrong and holds nothing of the text."""


def read_json(data: bytes) -> object:
    """The value of a JSON text, decimals kept exactly.

    Raises:
        UnsoundJsonError: Not UTF-8, not JSON, nested too deep, a key twice, half a character, a zero
            character, a number that is none or too long.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise UnsoundJsonError("the body is not UTF-8 text") from None
    try:
        value: object = json.loads(
            text,
            parse_constant=_constant,
            parse_int=_whole,
            parse_float=_decimal,
            object_pairs_hook=_once,
        )
    except UnsoundJsonError:
        raise
    except RecursionError:
        raise UnsoundJsonError("the body is nested too deep") from None
    except ValueError:
        raise UnsoundJsonError("the body is not JSON") from None
    if "\\u" in text:  # half a character can only be written so
        for written in _texts(value):
            if "\x00" in written or any("\ud800" <= letter <= "\udfff" for letter in written):
                raise UnsoundJsonError("a text holds a character that cannot be kept")
    return value


def _constant(_name: str) -> object:
    raise UnsoundJsonError("a number is not a number")


def _whole(digits: str) -> int:
    if len(digits) > DIGITS:
        raise UnsoundJsonError("a number is too long")
    return int(digits)


def _decimal(digits: str) -> Decimal:
    if len(digits) > _LONGEST_DECIMAL:
        raise UnsoundJsonError("a number is too long")
    number = Decimal(digits)
    if number and abs(number.adjusted()) > _EXPONENT:
        raise UnsoundJsonError("a number is too large or too small")
    return number


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnsoundJsonError("a key is written twice in one object")
    return found


def _texts(value: object) -> Iterator[str]:
    """Every text in a value, keys included."""
    left = [value]
    while left:
        found = left.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, list):
            left += cast(list[object], found)
        elif isinstance(found, dict):
            for entry in cast(dict[str, object], found).items():
                left += entry
