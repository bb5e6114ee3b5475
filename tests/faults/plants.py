"""Defects to plant in the store, so that the harness can be seen to find them."""

import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from engine.store import board_rows, database, history, keys, store
from engine.store.database import reading, write, writing
from engine.store.errors import StoreUnavailableError
from engine.store.schema import cases

MOMENT = 0.03


def acknowledge_before_commit() -> None:
    """The answer is given while the commit is still to come."""

    def early(engine: Engine, work: Callable[[Connection], object]) -> object:
        told = threading.Event()
        found: list[object] = []
        failed: list[Exception] = []

        def later() -> None:
            try:
                with writing(engine) as connection:
                    try:
                        found.append(work(connection))
                    finally:
                        told.set()
                    time.sleep(MOMENT)
            except Exception as error:  # noqa: BLE001 - told to whoever waits
                failed.append(error)
                told.set()

        threading.Thread(target=later, daemon=True).start()
        told.wait()
        if found:
            return found[0]
        while not failed:
            time.sleep(0.001)
        raise failed[0]

    store.write = early


def two_commits() -> None:
    """The events are committed, and then what lists show of them."""
    whole = board_rows.put

    def halved(connection: Connection, *more: Any) -> None:
        connection.exec_driver_sql("COMMIT")
        time.sleep(MOMENT)
        connection.exec_driver_sql("BEGIN")
        whole(connection, *more)

    board_rows.put = halved


def ignored_key() -> None:
    """Idempotency keys are accepted and not looked at."""
    keys.known = lambda *_: None
    keys.remember = lambda *_: None


def version_checked_outside() -> None:
    """The version is compared before the transaction begins, and not again in it."""
    append = store.Store.append
    within = history.append

    def checked(self, clinic_id, case_id, expected_seq, *more):
        with reading(self.engine) as connection:
            mine = (cases.c.clinic_id == clinic_id) & (cases.c.case_id == case_id)
            seq = connection.execute(cases.select().where(mine)).one().seq
        if seq != expected_seq:
            return append(self, clinic_id, case_id, expected_seq, *more)
        time.sleep(MOMENT / 3)
        return append(self, clinic_id, case_id, -expected_seq, *more)

    def unchecked(connection, clinic_id, case_id, expected_seq, *more):
        if expected_seq < 0:
            mine = (cases.c.clinic_id == clinic_id) & (cases.c.case_id == case_id)
            expected_seq = connection.execute(cases.select().where(mine).with_for_update()).one().seq
        return within(connection, clinic_id, case_id, expected_seq, *more)

    setattr(store.Store, "append", checked)  # noqa: B010 - a planted defect
    history.append = unchecked


def swallowed_disk_errors() -> None:
    """An error of the disk is noted somewhere and not told."""

    def silent(engine: Engine, work: Callable[[Connection], object]) -> object:
        found: list[object] = []

        def noted(connection: Connection) -> object:
            found.append(work(connection))
            return found[-1]

        try:
            return write(engine, noted)
        except (StoreUnavailableError, DBAPIError):
            if not found:
                raise
            return found[-1]

    store.write = silent


def unsynced_commits() -> None:
    """The disk is not asked to keep a commit before it is acknowledged; a kill alone does not show it."""
    begun = database._set_up_sqlite

    def unsynced(connection, record) -> None:
        begun(connection, record)
        connection.execute("PRAGMA synchronous = OFF")

    database._set_up_sqlite = unsynced


PLANTS = {
    plant.__name__: plant
    for plant in (
        acknowledge_before_commit, two_commits, ignored_key, version_checked_outside, swallowed_disk_errors,
        unsynced_commits,
    )
}  # fmt: skip


def plant(name: str | None) -> None:
    """Plant one defect in this process; None leaves it as it is."""
    if name is not None:
        PLANTS[name]()
