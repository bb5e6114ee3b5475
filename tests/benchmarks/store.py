# pyright: reportAttributeAccessIssue=false, reportOptionalMemberAccess=false
# pysqlite3 names its functions at run time only, and the rows here are raw.
"""Durable moves, board pages and long cases, beside the same rows and queries by hand, in one run.

Run: .venv/bin/python -m tests.benchmarks.store [moves|board|case|postgres] [--cases 1000000] [--folder DIR]
"""

import argparse
import gc
import itertools
import json
import random
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

import pysqlite3
from sqlalchemy import Engine

from engine.definition.loader import load
from engine.model.case import Patient
from engine.model.entry import Entry
from engine.runtime.lanes import Lane
from engine.service import Actor, Desk, new_case, write
from engine.service.reading import view_of
from engine.store import board as pages
from engine.store.board import BoardFilter
from engine.store.board_schema import ORDERS, board, board_marks
from engine.store.database import reading
from engine.store.rows import PatientRow
from engine.store.store import Store
from tests.benchmarks.covering import covered, twin

SMALL = load(Path(__file__).parents[1] / "definitions" / "small")
CLINIC = "harbour"
FIRST = date(2026, 1, 5)
PATIENT = Patient(date(1980, 7, 1), "male")
ROUNDS = 5
TABLES = ("events", "cases", "board", "writes", "clinic_heads")


def desk_of(store: Store) -> Desk:
    """A clinic on a fixed day."""
    return Desk(store, CLINIC, Actor("Dr Lind"), UTC, lambda: datetime(2026, 3, 2, 12, tzinfo=UTC))


def opened(desk: Desk, count: int) -> list[str]:
    """New cases."""
    return [new_case(desk, SMALL, PATIENT, PatientRow("BERG, Tom"), FIRST).view.case.id for _ in range(count)]


# Durable moves


class Raw:
    """The same rows as one move, written with the driver alone."""

    def __init__(self, path: Path, like: Path) -> None:
        source = pysqlite3.connect(like)
        self.connection = pysqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = FULL")
        for (sql,) in source.execute(
            "SELECT sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL "
            f"AND tbl_name IN {TABLES}"
        ):
            self.connection.execute(sql)
        self.rows = {}
        for table in TABLES:
            found = source.execute(f"SELECT * FROM {table}").fetchall()
            self.rows[table] = found[-1]
            for row in found if table in ("cases", "board", "clinic_heads") else ():
                self.connection.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)
        source.close()
        self.seq = 100_000

    def move(self) -> None:
        """The statements and rows of one move."""
        self.seq += 1
        do = self.connection.execute
        event, write_row = list(self.rows["events"]), list(self.rows["writes"])
        event[2], write_row[1] = self.seq, self.seq
        mine = (event[0], event[1])
        do("BEGIN IMMEDIATE")
        do("SELECT seq, hash FROM cases WHERE clinic_id = ? AND case_id = ?", mine).fetchone()
        do("UPDATE cases SET seq = ?, hash = ? WHERE clinic_id = ? AND case_id = ?", (self.seq, "h", *mine))
        do(f"INSERT INTO events VALUES ({','.join('?' * len(event))})", event)
        do("SELECT * FROM board WHERE clinic_id = ? AND case_id = ?", mine).fetchone()
        do("UPDATE board SET seq = ? WHERE clinic_id = ? AND case_id = ?", (self.seq, *mine))
        do("SELECT position, hash FROM clinic_heads WHERE clinic_id = ?", mine[:1]).fetchone()
        do(f"INSERT INTO writes VALUES ({','.join('?' * len(write_row))})", write_row)
        do("UPDATE clinic_heads SET position = ?, hash = ? WHERE clinic_id = ?", (self.seq, "h", mine[0]))
        do("COMMIT")


def rate(work: Callable[[], None], seconds: float = 1.5) -> float:
    """Calls a second."""
    count, began = 0, time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        work()
        count += 1
    return count / passed


def moving(desk: Desk, cases: list[str]) -> Callable[[], None]:
    """Asks for a move in one case after the other: decided, and stored as refused."""
    entry, turn = Entry(date(2026, 3, 2), move="start_ssri"), itertools.cycle(cases)

    def move() -> None:
        assert write(desk, next(turn), entry).events

    return move


CASES = 60
"""Cases of a writer, so that none grows long: what replaying a long one takes is measured by itself."""


def together(desk: Desk, writers: int, seconds: float = 2.0) -> float:
    """Moves a second of several writers, each on cases of its own."""
    shares = [opened(desk, CASES) for _ in range(writers)]
    counts = [0] * writers
    until = time.perf_counter() + seconds

    def write_on(number: int) -> None:
        move = moving(desk, shares[number])
        while time.perf_counter() < until:
            move()
            counts[number] += 1

    threads = [threading.Thread(target=write_on, args=(n,)) for n in range(writers)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)


def moves(folder: Path) -> None:
    """One writer against raw SQLite; eight writers through shared commits."""
    path = folder / "moves.db"
    store = Store.open(str(path))
    desk = desk_of(store)
    moving(desk, opened(desk, 1))()
    raw = Raw(folder / "raw.db", path)
    ones, raws, eights = [], [], []
    for _ in range(ROUNDS):
        raws.append(rate(raw.move))
        ones.append(rate(moving(desk, opened(desk, CASES))))
        eights.append(together(desk, 8))
    store.close()
    floor = median(raws)
    print(f"raw sqlite3, same rows     {floor:8.0f} moves/s")
    print(f"one writer                 {median(ones):8.0f} moves/s   {median(ones) / floor:5.2f} x  (0.5)")
    print(f"eight writers              {median(eights):8.0f} moves/s   {median(eights) / floor:5.2f} x  (4)")


# Opening a long case


def long_case(folder: Path) -> None:
    """A case with 500 events, from the database to its state."""
    store = Store.open(str(folder / "case.db"))
    desk = desk_of(store)
    case_id, other = opened(desk, 2)
    day = FIRST
    seq = view_of(desk, case_id).case.seq
    while seq < 500:
        day = min(day + timedelta(days=1), date(2026, 3, 2))
        made = write(desk, case_id, Entry(day, {"phq9": {"total": seq % 20, "item9": 0}}))
        seq = made.view.case.seq
    store.close()
    cold, warm = [], []
    for _ in range(20):
        # Another process, whose connection is open and whose algorithm is loaded.
        store = Store.open(str(folder / "case.db"))
        desk = desk_of(store)
        view_of(desk, other)
        cold.append(_ms(lambda desk=desk: view_of(desk, case_id)))
        warm += [_ms(lambda desk=desk: view_of(desk, case_id)) for _ in range(10)]
        store.close()
    print(f"open a case of {seq} events for the first time  {median(cold):6.2f} ms   (below 5)")
    print(f"open it again                             {median(warm):6.2f} ms")


# Pages of the board


def any_day(chance: random.Random) -> str:
    """A day of the last year or so."""
    return (FIRST + timedelta(days=chance.randrange(400))).isoformat()


def filled(folder: Path, count: int) -> Store:
    """A clinic with many cases, written by the thousand; each row as the store writes it."""
    path = folder / f"board-{count}.db"
    if path.exists():
        return Store.open(str(path))
    store = Store.open(str(path))
    connection = pysqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA foreign_keys = OFF")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
        "AND tbl_name LIKE 'board%'"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    chance = random.Random(1)
    lanes = [*(lane.value for lane in Lane), "in_trial", "in_trial", "maintenance"]
    connection.execute("BEGIN")
    connection.execute("INSERT INTO patients VALUES (?, '1', 'BERG, Tom', NULL)", (CLINIC,))
    insert_row = f"INSERT INTO board VALUES ({','.join('?' * len(board.c))})"
    insert_mark = f"INSERT INTO board_marks VALUES ({','.join('?' * len(board_marks.c))})"
    for number in range(1001, 1001 + count):
        flags = [f"flag_{n}" for n in range(6) if chance.random() < 0.08]
        is_open = chance.random() < 0.8
        row = {
            "clinic_id": CLINIC, "case_id": str(number), "case_no": number, "open": is_open, "seq": 1,
            "computed_for": "2099-01-01", "algorithm": "small", "digest": "d" * 64, "patient_id": "1",
            "name": f"P{chance.randrange(10**6)}", "number": None, "birth_date": "1980-01-01", "sex": "male",
            "opened_on": any_day(chance), "closed_on": None, "step": f"step_{chance.randrange(12)}",
            "entered_on": any_day(chance),
            "lane": chance.choice(lanes) if is_open else None,
            "urgency": chance.choice((0, 100, 101, 2000, 9999)),
            "seen_on": any_day(chance), "due_on": any_day(chance),
            "interrupts": "[]", "flags": json.dumps(flags), "due": "[]",
            "scale": "phq9", "score_baseline": 18, "scores": '[["2026-01-05", 18], ["2026-02-02", 12]]',
            "assigned_to": f"manager {chance.randrange(40)}", "discuss": False, "question": None,
        }  # fmt: skip
        row["sort_name"] = row["name"].casefold()
        connection.execute(insert_row, [row[c.name] for c in board.c])
        for flag in flags:
            mark = {**row, "mark": f"flag:{flag}"}
            connection.execute(insert_mark, [mark[c.name] for c in board_marks.c])
    for _, sql in indexes:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.close()
    return store


def paged(folder: Path, count: int) -> None:
    """Pages in every order under every filter, the first and deep ones, against an index made for each."""
    began = time.perf_counter()
    store = filled(folder, count)
    print(f"{count:,} cases ({time.perf_counter() - began:.0f} s to fill)")
    filters = {
        "all": BoardFilter(), "step": BoardFilter(step="step_3"), "lane": BoardFilter(lane="stopped"),
        "assigned to": BoardFilter(assigned_to="manager 7"), "flag": BoardFilter(flag="flag_2"),
        "step and flag": BoardFilter(step="step_3", flag="flag_2"),
    }  # fmt: skip
    gc.collect()
    gc.freeze()
    worst = 0.0
    print(
        f"{'filter':<14} {'order':<9} {'floor p99':>13} {'page p99':>9} {'p99':>6} {'median':>7} {'deep':>7}"
    )
    with twin(store.engine) as other:
        for name, wanted, order in [(n, w, o) for n, w in filters.items() for o in ORDERS]:
            ours, theirs, deep = _times(store, other, wanted, order)
            ratio = _p99(ours) / _p99(theirs)
            worst = max(worst, ratio)
            print(
                f"{name:<14} {order:<9} {_p99(theirs):10.2f} ms {_p99(ours):6.2f} ms {ratio:6.2f} "
                f"{median(ours) / median(theirs):7.2f} {median(deep) / median(ours):7.2f}"
            )
    print(f"worst ratio {worst:.2f} (at most 2)")
    began = time.perf_counter()
    with reading(store.engine) as connection:
        pages.counts(connection, CLINIC)
    print(f"counts {1_000 * (time.perf_counter() - began):.0f} ms")
    store.close()


def _p99(times: list[float]) -> float:
    return quantiles(times, n=100)[-1]


def _times(
    store: Store, other: Engine, wanted: BoardFilter, order: str, count: int = 200
) -> tuple[list[float], ...]:
    """Milliseconds of first pages, of the same rows from an index made for them, and of deep pages."""
    ours, theirs, deep = [], [], []
    with covered(other, wanted, order) as same, reading(store.engine) as connection:
        after = None
        for _ in range(60):
            after = pages.page(connection, CLINIC, wanted, order, after=after, limit=200).after or after
        for _ in range(count):
            ours.append(_ms(lambda: pages.page(connection, CLINIC, wanted, order, limit=50)))
            theirs.append(_ms(same))
            deep.append(_ms(lambda: pages.page(connection, CLINIC, wanted, order, after=after, limit=50)))
    return ours, theirs, deep


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1_000 * (time.perf_counter() - began)


def main() -> None:
    """Run what is named, or all but PostgreSQL."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", nargs="*", default=["moves", "case", "board"])
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        for what in given.what:
            match what:
                case "moves":
                    moves(folder)
                case "case":
                    long_case(folder)
                case "board":
                    paged(folder, given.cases)
                case "postgres":
                    from tests.benchmarks.dbos_step import against_dbos

                    against_dbos(folder)
                case _:
                    parser.error(f"there is no `{what}`")


if __name__ == "__main__":
    main()
