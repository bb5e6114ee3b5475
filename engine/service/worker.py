"""The worker: brings every clinic's board to its own day, and forgets what has expired. Several may run.

It keeps no timer and no list: each round looks in the database for what is of an earlier day. A worker that
dies leaves nothing half done, and one that was away for a month does it all at its next round.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from engine.service.desk import Actor, Desk
from engine.service.turning import forget_keys, turn_day
from engine.store import people
from engine.store.database import reading
from engine.store.errors import StoreUnavailableError
from engine.store.store import Store
from engine.store.wall import within

ROUND_SECONDS: Final = 30.0

NAME: Final = "treadway worker"

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did: rows brought up to date and keys forgotten, over all clinics."""

    rows: int
    keys: int
    unreadable: int


def _now() -> datetime:
    return datetime.now(UTC)


def one_round(store: Store, clock: Callable[[], datetime] = _now) -> Round:
    """Go through every clinic once, each on the day it is there.

    Raises:
        StoreUnavailableError: What was done so far is kept.
    """
    with reading(store.engine) as connection:
        clinics = people.all_clinics(connection)
    rows = forgotten = unreadable = 0
    for clinic in clinics:
        desk = Desk(store, clinic.clinic_id, Actor(NAME), ZoneInfo(clinic.time_zone), clock)
        with within(clinic.clinic_id):
            turned = turn_day(desk)
            forgotten += forget_keys(desk)
        rows += turned.cases
        unreadable += len(turned.unreadable)
    return Round(rows, forgotten, unreadable)


def work(store: Store, stop: threading.Event, seconds: float = ROUND_SECONDS) -> None:
    """Rounds until `stop` is set. A database that cannot be reached is tried again at the next round."""
    while not stop.wait(seconds):
        try:
            done = one_round(store)
        except StoreUnavailableError as error:
            _LOG.warning("the worker could not reach the database: %s", error.message)
            continue
        if done.rows or done.unreadable:
            _LOG.info("brought %d rows to their day, %d could not be read", done.rows, done.unreadable)
