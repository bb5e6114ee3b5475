"""Passwords, for clinics without an identity provider: what is good enough, and the argon2id hash."""

import threading
import unicodedata
from collections.abc import Collection
from importlib.resources import files
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST: Final = 15
LONGEST: Final = 200
_DIFFERENT_LETTERS: Final = 5
_SAME_TIME: Final = 2
"""Hashes computed at once: each takes 64 MiB, and a flood of tries must not take all memory."""

_HASHER: Final = PasswordHasher()
_SLOTS: Final = threading.BoundedSemaphore(_SAME_TIME)
_BREACHED: Final = frozenset(files("engine.access").joinpath("breached.txt").read_text("utf-8").split())
# A sign-in to an unknown account must take as long as one to a known account.
_NOBODY: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$5xUVZaYeHl1uX226DOrNYA$EBJlaaruUjCLnrOomGVvQSF6/lhaVDPAd+QqSjlQ2dY"
)


def problem(password: str, names: Collection[str] = ()) -> str | None:
    """What is wrong with a new password, in words for its owner; None when it will do.

    Args:
        password: As typed. No rules about kinds of letters, and it never has to be changed by date.
        names: Of the account and the clinic; a password is not made of them.
    """
    plain = _plain(password)
    if len(plain) < SHORTEST:
        return f"use {SHORTEST} letters or more; four or five unrelated words do well"
    if len(plain) > LONGEST:
        return f"use at most {LONGEST} letters"
    folded = "".join(plain.casefold().split())
    if folded in _BREACHED or _repeats(folded):
        return "this password is among the first that are tried; choose another"
    if len(set(folded)) < _DIFFERENT_LETTERS:
        return f"use at least {_DIFFERENT_LETTERS} different letters"
    rest = folded
    others = {name.casefold() for name in (*names, "treadway", "password")}
    for name in sorted(others, key=len, reverse=True):
        rest = rest.replace(name, "") if name else rest
    if len(rest) < SHORTEST // 2:
        return "this password is made of names that others know; choose another"
    return None


def hash_password(password: str) -> str:
    """The argon2id hash to keep, with its own salt."""
    with _SLOTS:
        return _HASHER.hash(_plain(password))


def fits(kept: str | None, password: str) -> bool:
    """Whether a password is the one behind a hash. None (no such account) takes as long and is False."""
    if len(password) > LONGEST:
        return False
    with _SLOTS:
        try:
            return _HASHER.verify(kept or _NOBODY, _plain(password)) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with weaker settings than today's, and should be made anew at sign-in."""
    return _HASHER.check_needs_rehash(kept)


def _plain(password: str) -> str:
    """One form of what looks the same: keyboards compose letters differently."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode("utf-8")


def _repeats(text: str) -> bool:
    """Whether a short piece said again and again makes the text, as in `abcabcabcabcabc`."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, len(text) // 2 + 1))
