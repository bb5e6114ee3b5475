"""How often somebody may try to sign in, per account and per address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Final

from engine.model.errors import EngineError


class Counted(StrEnum):
    """What tries are counted by."""

    ACCOUNT = "account"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Rule:
    """At most `tries` failed tries within `window`, wherever the window is laid."""

    tries: int
    window: timedelta


RULES: Final = {
    Counted.ACCOUNT: Rule(10, timedelta(minutes=15)),
    Counted.ADDRESS: Rule(50, timedelta(minutes=15)),
}
"""A clinic may share one address, so that it gets more tries than an account."""


class TooManyTriesError(EngineError):
    """Too many failed tries to sign in; nothing was looked at."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("too many tries to sign in", f"try again in {retry_after_seconds} seconds")
        self.retry_after_seconds = retry_after_seconds


def wait_seconds(rule: Rule, failed_at: Sequence[datetime], now: datetime) -> int:
    """Whole seconds until the next try is allowed; 0 when it is allowed now. `failed_at` in any order."""
    recent = sorted(moment for moment in failed_at if moment > now - rule.window)
    if len(recent) < rule.tries:
        return 0
    return max(1, ceil((recent[-rule.tries] + rule.window - now).total_seconds()))
