"""Which name an author may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LONGEST = 80
_MOST_NAMES = 5_000


def near_names(word: str, names: Iterable[str], most: int = 2) -> tuple[str, ...]:
    """Names close to `word`, nearest first; empty when none is. Capitals make no difference."""
    if not word or len(word) > _LONGEST:
        return ()
    by_plain: dict[str, str] = {}
    for name in names:
        by_plain.setdefault(_plain(name), name)
        if len(by_plain) >= _MOST_NAMES:
            break
    close = difflib.get_close_matches(_plain(word), by_plain, n=most, cutoff=0.72)
    return tuple(by_plain[plain] for plain in close)


def same_letters(one: str, other: str) -> bool:
    """Whether two names differ in capitals, blanks, `-` and `_` alone."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").replace(" ", "_")


def did_you_mean(near: tuple[str, ...], otherwise: str) -> str:
    """A fix: the near names as a question, then what to do if none is meant."""
    if not near:
        return otherwise
    names = " or ".join(f"`{name}`" for name in near)
    return f"did you mean {names}? Otherwise {otherwise}" if otherwise else f"did you mean {names}?"
