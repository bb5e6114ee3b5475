"""Cases that this process has read before: their events are neither read nor replayed again.

What is held counts only while the head of the case in the database, which is asked each time, has the same
`seq` and hash: the hash names every event before it. So another process's writes are seen at once, and a
restored database is not taken for the one before.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from engine.model.case import Case
from engine.model.event import Event
from engine.store.history import Head

MOST_EVENTS: Final = 100_000
"""Events held for each database; the cases that were not asked for longest go first."""


@dataclass(frozen=True, slots=True)
class Held:
    """A case with its whole history."""

    events: tuple[Event, ...]
    case: Case

    @property
    def head(self) -> Head:
        """The last event and its hash."""
        return Head(self.events[-1].seq, self.events[-1].hash)


class _Shelf:
    """What is held of one database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cases: OrderedDict[tuple[str, str], Held] = OrderedDict()
        self._events = 0

    def get(self, key: tuple[str, str]) -> Held | None:
        """What is held under a key."""
        with self._lock:
            found = self._cases.get(key)
            if found is not None:
                self._cases.move_to_end(key)
            return found

    def put(self, key: tuple[str, str], held: Held) -> None:
        """Hold it, and let go of what is too much."""
        with self._lock:
            before = self._cases.pop(key, None)
            self._events += len(held.events) - (0 if before is None else len(before.events))
            self._cases[key] = held
            while self._events > MOST_EVENTS:
                _, gone = self._cases.popitem(last=False)
                self._events -= len(gone.events)


_SHELVES: Final[WeakKeyDictionary[Engine, _Shelf]] = WeakKeyDictionary()


def held(engine: Engine, clinic_id: str, case_id: str) -> Held | None:
    """What is held of a case; None for one that was not read lately."""
    shelf = _SHELVES.get(engine)
    return None if shelf is None else shelf.get((clinic_id, case_id))


def hold(engine: Engine, clinic_id: str, case_id: str, what: Held) -> None:
    """Hold a case as its events make it."""
    _SHELVES.setdefault(engine, _Shelf()).put((clinic_id, case_id), what)
