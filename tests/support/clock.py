"""How long a piece of work takes, whatever else the process and the machine are busy with."""

import gc
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Spent:
    """Seconds of processor time; 0 until the work has ended."""

    seconds: float = 0.0


@contextmanager
def working_time() -> Generator[Spent]:
    """Measure what this thread alone spends on the work, without tidying up after earlier tests.

    A solver of an earlier test that is collected meanwhile can take ten seconds to go.
    """
    spent = Spent()
    gc.disable()
    began = time.thread_time()
    try:
        yield spent
    finally:
        spent.seconds = time.thread_time() - began
        gc.enable()
