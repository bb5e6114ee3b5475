"""How many requests one account may send: a bucket for each that fills evenly."""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from api.rest.problems import TOO_MANY, ProblemError

MOST_ACCOUNTS = 10_000
"""Buckets kept; the one unused for longest goes first, and it is full by then."""


class Pace:
    """Buckets in this process alone: with several processes an account may send as many times more.

    Args:
        a_minute: What one account may send.
        clock: Seconds that only grow.
    """

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = float(max(1, a_minute))
        self._a_second = self._most / 60
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, account: str) -> None:
        """Take one request out of an account's bucket.

        Raises:
            ProblemError: It is empty; Retry-After says when there will be one more.
        """
        with self._lock:
            now = self._clock()
            left, since = self._buckets.pop(account, (self._most, now))
            left = min(self._most, left + (now - since) * self._a_second)
            taken = left >= 1
            self._buckets[account] = (left - taken, now)
            if len(self._buckets) > MOST_ACCOUNTS:
                self._buckets.popitem(last=False)
        if not taken:
            seconds = math.ceil((1 - left) / self._a_second)
            raise ProblemError(replace(TOO_MANY, headers={"Retry-After": str(seconds)}))
