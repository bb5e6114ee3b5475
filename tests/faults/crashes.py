"""A program that dies between any two statements of the service, as a seed says where.

The store and its commits are real; the death is an exception that nothing may catch, after which the dead
program cannot say another word to the database.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Engine, event

from engine.definition.loader import Loaded
from engine.model.case import Patient
from engine.model.entry import Deviate, Entry, Release, Sign, Start, Stop
from engine.service import Actor, Desk, board_page, changes_since, new_case, read_case, write
from engine.service.board import BoardFilter
from engine.service.turning import turn_day
from engine.store import database
from engine.store.rows import PatientRow
from engine.store.store import Store
from engine.store.turns import Turns

CLINIC = "harbour"
PATIENT = Patient(date(1980, 7, 1), "male")
FIRST = date(2026, 1, 5)


class Died(BaseException):
    """The program has ended here."""


@contextmanager
def dying(engine: Engine, at: int) -> Generator[Callable[[], int]]:
    """Die before or after the statement or commit number `at`; gives how many there were."""
    count, dead = 0, False

    def pass_by(*_: object) -> None:
        nonlocal count, dead
        count += 1
        if dead or count == at:
            dead = True
            raise Died

    commit = engine.dialect.do_commit

    def around(connection: Any) -> None:
        pass_by()
        commit(connection)
        pass_by()

    event.listen(engine, "before_cursor_execute", pass_by)
    event.listen(engine, "after_cursor_execute", pass_by)
    setattr(engine.dialect, "do_commit", around)  # noqa: B010 - where the dialect is typed read-only
    try:
        yield lambda: count
    finally:
        event.remove(engine, "before_cursor_execute", pass_by)
        event.remove(engine, "after_cursor_execute", pass_by)
        engine.dialect.do_commit = commit


class Clinic:
    """One database that is opened again after each death."""

    def __init__(self, address: str, loaded: Loaded) -> None:
        self.database, self.loaded = address, loaded
        self.now = datetime(2026, 1, 5, 9, tzinfo=UTC)
        self.store, self.deaths = Store.open(address), 0

    def desk(self) -> Desk:
        """The clinic as its program sees it after it was started anew."""
        return Desk(self.store, CLINIC, Actor("Dr Lind"), UTC, lambda: self.now)

    def start_again(self) -> None:
        """What the dead program held is gone; another one opens the database."""
        self.deaths += 1
        self.store.engine.dispose()
        if self.deaths % 25:
            # The same in all that counts: new connections and a new queue; only compiled statements live on.
            if self.store.engine.dialect.name == "sqlite":
                database._TURNS[self.store.engine] = Turns()
        else:
            self.store = Store.open(self.database)


def live_and_die(clinic: Clinic, seed: int) -> list[str]:
    """One seed: a case, some entries, a death somewhere in them, the same request again with its key."""
    chance = Random(seed)
    clinic.now = datetime(2026, 1, 5, 9, tzinfo=UTC)
    faults: list[str] = []
    desk = clinic.desk()
    case = f"opening {seed}"
    acknowledged: list[tuple[int, str]] = []
    key = f"{seed}-open"

    def opening(desk: Desk) -> tuple[str, list[tuple[int, str]]]:
        made = new_case(desk, clinic.loaded, PATIENT, PatientRow(f"case {seed}"), FIRST, key=key)
        return made.view.case.id, [(e.seq, e.hash) for e in made.events]

    case, acknowledged = _through(clinic, chance, opening, faults)
    for number in range(chance.randint(1, 3)):
        clinic.now += timedelta(days=chance.choice((0, 1, 7, 28)))
        desk = clinic.desk()
        entry = any_entry(chance, desk.today())

        def writing(
            desk: Desk, entry: Entry = entry, seq: int = acknowledged[-1][0], number: int = number
        ) -> list[tuple[int, str]]:
            made = write(desk, case, entry, seq, f"{seed}-{number}")
            return [(e.seq, e.hash) for e in made.events]

        acknowledged += _through(clinic, chance, writing, faults)
        if chance.random() < 0.2:
            _look(clinic, chance)
    stored = [(e.seq, e.hash) for e in clinic.store.read_events(CLINIC, case)]
    if stored != acknowledged:
        faults.append(f"seed {seed}: acknowledged {acknowledged}, stored {stored}")
    return faults


def _through(clinic: Clinic, chance: Random, act, faults: list[str]):
    """Do it with a death on the way, then again as the sender would, until it is answered."""
    try:
        with dying(clinic.store.engine, chance.randint(1, 90)):
            return act(clinic.desk())
    except Died:
        clinic.start_again()
        return act(clinic.desk())


def _look(clinic: Clinic, chance: Random) -> None:
    """Reads, and a turn of the day, may die as well; nothing may come of it."""
    try:
        with dying(clinic.store.engine, chance.randint(1, 40)):
            turn_day(clinic.desk(), 5)
            board_page(clinic.desk(), BoardFilter(), limit=5)
            changes_since(clinic.desk(), 0, 5)
    except Died:
        clinic.start_again()


def any_entry(chance: Random, on: date) -> Entry:
    """Something that a clinic may enter; much of it is refused."""
    record: dict[str, dict[str, object] | None] = {
        "phq9": {"total": chance.randint(0, 27), "item9": chance.choice((0, 0, 0, 2))}
    }
    match chance.randint(0, 6):
        case 0 | 1:
            record["interview"] = {"met": True}
            return Entry(on, record, move="start_ssri", start=(Start("sertraline"),))
        case 2:
            return Entry(on, record, stop=(Stop("sertraline", "intolerant"),))
        case 3:
            return Entry(on, record, sign=(Sign("reappraisal", {"dx": True}),), move="switch_to_maoi")
        case 4:
            return Entry(on, {"safety_plan": {"agreed": True}}, release=(Release("suicidality", "seen"),))
        case 5:
            return Entry(on, record, move="start_ssri", deviate=Deviate("agreed with the patient"))
        case _:
            return Entry(on, record)


def read_all(clinic: Clinic) -> int:
    """Every case can be read; how many there are."""
    listed = clinic.store.list_cases(CLINIC)
    for item in listed:
        read_case(clinic.desk(), item.board.case_id)
    return len(listed)
