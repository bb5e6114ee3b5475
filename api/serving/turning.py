"""The worker: turns the day in every clinic. Part of each process that serves, and a command of its own.

It keeps no timer and no list: each round looks in the database for what is of an earlier day. One that dies
leaves nothing half done, one that was away for a month does it all at its next round, and several share the
work without doing any of it twice.
"""

import threading
from collections.abc import Callable
from datetime import datetime

from api.cli.desk import default_database
from api.serving.clinics import desks
from api.serving.logs import get_log
from api.serving.settings import Installation
from engine.model.errors import EngineError
from engine.service.turning import forget_keys, turn_day
from engine.store.errors import StoreUnavailableError
from engine.store.store import Store
from engine.store.wall import within


def turn(store: Store, zone: str | None, clock: Callable[[], datetime] | None = None) -> tuple[int, int]:
    """One round: how many rows were brought up to date, and how many cases cannot be read.

    Args:
        store: An open store.
        zone: Time zone of clinics that name none; None is that of this computer.
        clock: Gives the present moment in UTC.

    Raises:
        StoreUnavailableError: What was done so far is kept.
    """
    cases = unreadable = 0
    for desk in desks(store, zone, clock):
        with within(desk.clinic_id):
            turned = turn_day(desk)
            forget_keys(desk)
        cases += turned.cases
        unreadable += len(turned.unreadable)
    return cases, unreadable


def work(store: Store, settings: Installation, ended: threading.Event) -> None:
    """Rounds until told to end. A database that is away is tried again at the next round."""
    log = get_log()
    while not ended.is_set():
        try:
            cases, unreadable = turn(store, settings.time_zone)
        except StoreUnavailableError as error:
            log.warning("database unavailable", error=type(error).__name__)
        else:
            if cases:
                log.info("turned", cases=cases)
            if unreadable:
                log.error("unreadable", cases=unreadable)
        ended.wait(settings.worker_seconds)


def work_beside(settings: Installation, ended: threading.Event) -> threading.Thread:
    """The same in a thread of a process that serves, over a store of its own. Set `ended` and join it."""

    def run() -> None:
        try:
            store = Store.open(settings.database_url or str(default_database()), create=False)
        except EngineError as error:
            get_log().warning("no worker", error=type(error).__name__)
            return
        try:
            work(store, settings, ended)
        finally:
            store.close()

    thread = threading.Thread(target=run, name="worker", daemon=True)
    thread.start()
    return thread
