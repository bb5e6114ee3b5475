"""The board: any filter, any order, page after page, and what is due on the clinic's own day."""

import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from api.serving.turning import turn
from engine.definition.loader import load
from engine.model.case import Patient
from engine.model.entry import Deviate, Entry, Start
from engine.runtime.lanes import Lane
from engine.service import Actor, Desk, board_counts, board_page, changes_since, new_case, write
from engine.service.board import BadCursorError, BoardFilter
from engine.service.turning import rebuild, turn_day
from engine.store import board, people
from engine.store.board_schema import ORDERS
from engine.store.database import reading, writing
from engine.store.rows import PatientRow
from tests.store.samples import CLINIC, STAMP, append, board_row, open_case, opened

SMALL = load(Path(__file__).parents[1] / "definitions" / "small")
FIRST = date(2026, 1, 5)
PATIENT = Patient(date(1980, 7, 1), "male")
DEPRESSED: dict[str, dict[str, object] | None] = {
    "interview": {"met": True},
    "phq9": {"total": 18, "item9": 0},
}


class At:
    """A clinic on a day."""

    def __init__(self, store, clinic: str = CLINIC, zone: str = "UTC") -> None:
        self.now = datetime(2026, 1, 5, 12, tzinfo=UTC)
        self.desk = Desk(store, clinic, Actor("Dr Lind"), ZoneInfo(zone), lambda: self.now)

    def open(self, name: str = "BERG, Tom") -> str:
        return new_case(self.desk, SMALL, PATIENT, PatientRow(name), FIRST).view.case.id

    def row(self, case_id: str):
        (found,) = [
            r.board for r in self.desk.store.list_cases(self.desk.clinic_id) if r.board.case_id == case_id
        ]
        return found


@pytest.fixture
def at(store):
    return At(store)


class TestARow:
    def test_it_says_where_a_case_is_and_what_it_waits_for(self, at):
        case_id = at.open()
        assert at.row(case_id).lane is Lane.EVIDENCE_DUE
        write(at.desk, case_id, Entry(FIRST, DEPRESSED))
        assert at.row(case_id).lane is Lane.DECISION_DUE
        write(at.desk, case_id, Entry(FIRST, move="start_ssri", start=(Start("sertraline"),)))
        row = at.row(case_id)
        assert (row.lane, row.step) == (Lane.IN_TRIAL, "ssri")
        assert (row.scale, row.score_baseline, row.scores) == ("phq9", 18, ((FIRST, 18),))
        assert [(item.type, item.due_on) for item in row.due] == [("phq9", FIRST + timedelta(weeks=2))]
        write(at.desk, case_id, Entry(FIRST, {"phq9": {"total": 18, "item9": 2}}))
        row = at.row(case_id)
        assert (row.lane, row.interrupts, row.urgency) == (Lane.STOPPED, ("suicidality",), 0)

    def test_a_row_follows_from_the_same_transaction_as_its_events(self, at):
        case_id = at.open()
        write(at.desk, case_id, Entry(FIRST, DEPRESSED))
        assert rebuild(at.desk).differences == ()


class TestPages:
    @pytest.fixture
    def many(self, store):
        for number in range(23):
            who = PatientRow(f"P{number % 7}, X")

            def make(case_id: str, number: int = number):
                from dataclasses import replace

                row = replace(
                    board_row(case_id, 1, step=f"step_{number % 3}"),
                    lane=list(Lane)[number % 5] if number != 5 else None,
                    urgency=number % 4,
                    flags=(f"flag_{number % 2}", "both") if number % 3 else (),
                    seen_on=FIRST + timedelta(days=number % 5),
                    entered_on=FIRST + timedelta(days=number % 6),
                    assigned_to=(None, "Ann", "Bo")[number % 3],
                    discuss=number % 4 == 0,
                )
                return [opened()], row

            store.open_case(CLINIC, who, make, STAMP)
        open_case(store, clinic="hill")
        return store

    @pytest.mark.parametrize(
        ("wanted", "holds"),
        [
            (BoardFilter(), lambda row: True),
            (BoardFilter(open=False), lambda row: True),
            (BoardFilter(step="step_1"), lambda row: row.step == "step_1"),
            (BoardFilter(lane="in_trial"), lambda row: row.lane == "in_trial"),
            (BoardFilter(flag="flag_1"), lambda row: "flag_1" in row.flags),
            (BoardFilter(flag="both", step="step_1"), lambda r: "both" in r.flags and r.step == "step_1"),
            (BoardFilter(assigned_to="Ann"), lambda row: row.assigned_to == "Ann"),
            (BoardFilter(assigned_to=""), lambda row: row.assigned_to is None),
            (BoardFilter(discuss=True), lambda row: row.discuss),
            (BoardFilter(discuss=True, flag="both"), lambda row: row.discuss and "both" in row.flags),
            (BoardFilter(find="p3"), lambda row: True),
        ],
    )  # fmt: skip
    def test_pages_give_every_row_once_in_order(self, many, wanted, holds):
        for order in ORDERS:
            for descending in (False, True):
                self.pages_in_order(many, wanted, holds, order, descending=descending)

    def pages_in_order(self, many, wanted, holds, order, *, descending):
        with reading(many.engine) as connection:
            found, after = [], None
            while True:
                page = board.page(
                    connection, CLINIC, wanted, order, descending=descending, after=after, limit=4
                )
                assert len(page.rows) <= 4
                found += page.rows
                after = page.after
                if after is None:
                    break
            whole = board.page(connection, CLINIC, wanted, order, descending=descending, limit=200)
        assert [r.board.case_id for r in found] == [r.board.case_id for r in whole.rows]
        expected = {
            r.board.case_id
            for r in many.list_cases(CLINIC)
            if r.board.open == wanted.open and holds(r.board)
            and (wanted.find is None or r.patient.name.startswith("P3"))
        }  # fmt: skip
        assert {r.board.case_id for r in found} == expected
        assert len(found) == len(expected) > 0
        keys = [_key(r, order) for r in found]
        assert keys == sorted(keys, reverse=descending)

    def test_counts_are_those_of_the_pages(self, many):
        with reading(many.engine) as connection:
            counts = board.counts(connection, CLINIC)
            for lane, number in counts.lanes.items():
                assert len(board.page(connection, CLINIC, BoardFilter(lane=lane), limit=200).rows) == number
            for flag, number in counts.flags.items():
                assert len(board.page(connection, CLINIC, BoardFilter(flag=flag), limit=200).rows) == number
        assert counts.total == 22
        assert sum(counts.steps.values()) == sum(counts.assigned_to.values()) == 22

    @pytest.mark.parametrize(
        "cursor", ["", "x", "AAAA", "WyJ1cmdlbmN5Il0", "WyJuYW1lIiwgIm4iLCAxMDAxXQ", "é"]
    )
    def test_a_cursor_of_somewhere_else_is_refused(self, many, cursor):
        with reading(many.engine) as connection, pytest.raises(BadCursorError):
            board.page(connection, CLINIC, BoardFilter(), after=cursor)

    def test_no_page_sorts_or_scans(self, many):
        """Every filter with every order is read from an index that has it in that order."""
        if many.engine.dialect.name != "sqlite":
            pytest.skip("the plan of so small a table says nothing on PostgreSQL")
        filters = [
            BoardFilter(), BoardFilter(step="s"), BoardFilter(lane="l"), BoardFilter(flag="f"),
            BoardFilter(assigned_to="a"), BoardFilter(assigned_to=""), BoardFilter(discuss=True),
        ]  # fmt: skip
        for wanted in filters:
            for order in ORDERS:
                assert "TEMP B-TREE" not in _plan(many, wanted, order), (wanted, order)


def _key(listed, order):
    row = listed.board
    first = {
        "urgency": (row.urgency, row.seen_on),
        "name": (listed.patient.name.casefold(),),
        "seen": (row.seen_on,),
        "entered": (row.entered_on,),
        "due": (date.max,),
        "number": (),
    }[order]
    return (*first, int(row.case_id))


def _plan(store, wanted, order) -> str:
    said: list[str] = []
    from sqlalchemy import event

    def look(connection, cursor, statement, parameters, *_):
        if "board" in statement:
            rows = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            said.extend(str(row[3]) for row in rows)

    event.listen(store.engine, "before_cursor_execute", look)
    try:
        with reading(store.engine) as connection:
            board.page(connection, CLINIC, wanted, order, after=None, limit=5)
    finally:
        event.remove(store.engine, "before_cursor_execute", look)
    return " | ".join(said)


class TestTheDay:
    def started(self, at) -> str:
        case_id = at.open()
        write(at.desk, case_id, Entry(FIRST, DEPRESSED, move="start_ssri", start=(Start("sertraline"),)))
        return case_id

    def test_a_checkpoint_becomes_due_when_the_clinics_day_turns_without_any_write(self, at):
        case_id = self.started(at)
        at.now += timedelta(days=13)
        turn_day(at.desk)
        assert (at.row(case_id).lane, at.row(case_id).seq) == (Lane.IN_TRIAL, at.row(case_id).seq)
        at.now += timedelta(days=1)
        assert turn_day(at.desk).cases == 1
        assert at.row(case_id).lane is Lane.EVIDENCE_DUE
        assert turn_day(at.desk).cases == 0

    def test_a_deviation_that_expires_becomes_a_flag(self, at):
        case_id = at.open()
        write(
            at.desk,
            case_id,
            Entry(FIRST, move="start_ssri", deviate=Deviate("agreed", FIRST + timedelta(days=3))),
        )
        at.now += timedelta(days=3)
        turn_day(at.desk)
        assert "deviation_expired" not in at.row(case_id).flags
        at.now += timedelta(days=1)
        turn_day(at.desk)
        assert "deviation_expired" in at.row(case_id).flags

    def test_whoever_reads_the_board_sees_today_without_any_worker(self, at):
        case_id = self.started(at)
        at.now += timedelta(days=30)
        (shown,) = board_page(at.desk, BoardFilter()).cases
        assert shown.due is not None
        assert (shown.listed.board.case_id, shown.due.overdue) == (case_id, True)
        assert board_counts(at.desk).lanes == {"evidence_due": 1}

    @pytest.mark.parametrize(
        ("zone", "due"),
        [("Pacific/Kiritimati", True), ("UTC", False), ("Pacific/Niue", False)],
    )
    def test_the_clinics_own_time_zone_decides_what_day_it_is(self, store, zone, due):
        """At 11:00 UTC it is already tomorrow 14 hours east, and still today 11 hours west."""
        at = At(store, zone=zone)
        case_id = self.started(at)
        at.now = datetime(2026, 1, 18, 11, tzinfo=UTC)
        turn_day(at.desk)
        assert (at.row(case_id).lane is Lane.EVIDENCE_DUE) is due

    def test_several_workers_do_every_row_once(self, at):
        """Each row is brought to its day by one worker, whichever it is."""
        for _ in range(24):
            self.started(at)
        at.now += timedelta(days=20)
        done: list[int] = []
        workers = [threading.Thread(target=lambda: done.append(turn_day(at.desk).cases)) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        turn_day(at.desk)
        assert sum(done) <= 24
        rows = at.desk.store.list_cases(CLINIC)
        assert {row.board.computed_for for row in rows} == {date(2026, 1, 25)}
        assert {row.board.lane for row in rows} == {Lane.EVIDENCE_DUE}

    def test_a_worker_goes_through_every_clinic_on_its_own_day(self, store):
        clinics = {"east": "Pacific/Kiritimati", "west": "Pacific/Niue"}
        with writing(store.engine) as connection:
            for name, zone in clinics.items():
                people.add_clinic(
                    connection, people.Clinic(name, name, zone), datetime(2026, 1, 1, tzinfo=UTC)
                )
        places = {name: At(store, name, zone) for name, zone in clinics.items()}
        for place in places.values():
            self.started(place)
        now = datetime(2026, 1, 18, 11, tzinfo=UTC)
        assert turn(store, None, lambda: now) == (2, 0)
        days = {name: store.list_cases(name)[0].board.computed_for for name in clinics}
        assert days == {"east": date(2026, 1, 19), "west": date(2026, 1, 18)}
        assert turn(store, None, lambda: now) == (0, 0)

    def test_a_case_that_cannot_be_read_holds_up_no_other(self, at):
        cases = [self.started(at) for _ in range(3)]
        with writing(at.desk.store.engine) as connection:
            if connection.dialect.name == "sqlite":
                connection.execute(text("DROP TRIGGER events_no_update"))
            else:
                connection.execute(text("DROP TRIGGER events_append_only ON events"))
            connection.execute(
                text("UPDATE events SET digest = 'gone' WHERE case_id = :case"), {"case": cases[0]}
            )
        at.now += timedelta(days=20)
        turned = turn_day(at.desk)
        assert [case for case, _ in turned.unreadable] == [cases[0]]
        assert at.row(cases[2]).lane is Lane.EVIDENCE_DUE


class TestRebuild:
    def test_it_finds_no_difference_where_there_is_none(self, at):
        for _ in range(3):
            at.open()
        found = rebuild(at.desk)
        assert (found.cases, found.differences) == (3, ())

    @pytest.mark.parametrize(
        ("edit", "named"),
        [
            ("UPDATE board SET step = 'elsewhere' WHERE case_id = '1002'", ("step",)),
            ("UPDATE board SET flags = '[\"x\"]' WHERE case_id = '1002'", ("flags",)),
            ("UPDATE board SET urgency = 3, lane = 'in_trial' WHERE case_id = '1002'", ("lane", "urgency")),
            ("DELETE FROM board WHERE case_id = '1002'", ("row",)),
            ("DELETE FROM board_marks WHERE case_id = '1002'", ("marks",)),
            ("DELETE FROM due WHERE case_id = '1002'", ("due checkpoints",)),
        ],
    )  # fmt: skip
    def test_it_names_what_differed_and_mends_it(self, at, edit, named):
        at.open()
        TestTheDay().started(at)
        write(at.desk, "1002", Entry(FIRST, {"phq9": {"total": 18, "item9": 2}}))
        with writing(at.desk.store.engine) as connection:
            connection.execute(text(edit))
        found = rebuild(at.desk)
        assert [(d.case_id, d.columns) for d in found.differences] == [("1002", named)]
        assert rebuild(at.desk).differences == ()


class TestChanges:
    def test_a_follower_is_told_of_each_case_that_changed_since(self, at):
        case_id = at.open()
        _, now = changes_since(at.desk, None)
        assert changes_since(at.desk, now) == ((), now)
        other = at.open()
        write(at.desk, case_id, Entry(FIRST, DEPRESSED))
        changes, after = changes_since(at.desk, now)
        assert [(c.case_id, c.lane) for c in changes] == [
            (other, Lane.EVIDENCE_DUE),
            (case_id, Lane.DECISION_DUE),
        ]
        assert after == changes[-1].position == now + 2
        append(at.desk.store, other, 1, "x")
        assert [c.case_id for c in changes_since(at.desk, after)[0]] == [other]
