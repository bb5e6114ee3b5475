"""The audit: a line for each look, kept with the look or not at all, and no line can be changed unseen."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert, text, update
from sqlalchemy.exc import DatabaseError, OperationalError

from engine.store import audit, history
from engine.store.database import open_engine, reading, url_of, writing
from engine.store.errors import StoreUnavailableError
from engine.store.migrate import upgrade
from engine.store.rows import AuditRow
from engine.store.schema import audit as table
from engine.store.store import Store
from tests.conftest import _database
from tests.store.samples import CLINIC, open_case

NOON = datetime(2026, 1, 6, 12, tzinfo=UTC)


def line(number: int = 1, **more) -> AuditRow:
    """A line that differs from the others."""
    return AuditRow(NOON + timedelta(minutes=number), "Dr Lind", "read case", (str(1000 + number),), **more)


def test_a_line_is_read_back_as_it_was_written(store):
    row = AuditRow(
        NOON,
        "Åsa 日本",
        "list cases",
        ("1001", "1002"),
        "step ssri",
        "called in",
        refused=True,
        address="10.0.0.7",
    )
    store.add_audit(CLINIC, row)
    assert store.read_audit(CLINIC) == (row,)
    assert store.read_audit("hill") == ()


def test_lines_are_numbered_and_linked_in_each_clinic_by_itself(store):
    for number in (1, 2):
        store.add_audit(CLINIC, line(number))
        store.add_audit("hill", line(number))
    with reading(store.engine) as connection:
        here, there = audit.lines(connection, CLINIC), audit.lines(connection, "hill")
    assert [found.seq for found in here] == [1, 2]
    assert here[1].previous_hash == here[0].hash
    assert [found.row for found in here] == [found.row for found in there]
    assert here[0].hash != there[0].hash, "a line of one clinic must not fit into the other's chain"


def test_lines_of_one_case_and_of_one_person_are_found(store):
    for row in (line(1), AuditRow(NOON, "Nurse Ek", "list cases", ("1001", "10012")), line(2)):
        store.add_audit(CLINIC, row)
    with reading(store.engine) as connection:
        assert [found.seq for found in audit.lines(connection, CLINIC, case_id="1001")] == [1, 2]
        assert [found.seq for found in audit.lines(connection, CLINIC, case_id="100")] == []
        assert [found.seq for found in audit.lines(connection, CLINIC, actor="Dr Lind")] == [1, 3]


def test_simultaneous_writers_leave_one_whole_chain(store):
    threads = [
        threading.Thread(target=lambda: [store.add_audit(CLINIC, line(n)) for n in range(5)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.read_audit(CLINIC)) == 20
    assert audit.check(store.engine, CLINIC) == ()


class TestNoLineNoAnswer:
    @pytest.fixture
    def case_id(self, store) -> str:
        return open_case(store)

    def look(self, store, case_id):
        return audit.read_with_audit(
            store.engine,
            CLINIC,
            AuditRow(NOON, "Dr Lind", "read case", why="care team"),
            lambda connection: history.read(connection, CLINIC, case_id),
            lambda events: sorted({found.case_id for found in events}),
        )

    def test_a_look_leaves_one_line_that_names_what_was_seen(self, store, case_id):
        assert len(self.look(store, case_id)) == 1
        (left,) = store.read_audit(CLINIC)
        assert (left.case_ids, left.why, left.refused) == ((case_id,), "care team", False)

    def test_a_look_whose_line_cannot_be_kept_shows_nothing(self, store, case_id):
        def fail(connection, cursor, statement, parameters, context, executemany):
            if statement.startswith("INSERT INTO audit "):
                raise OperationalError(statement, None, Exception("disk full"))

        event.listen(store.engine, "before_cursor_execute", fail)
        with pytest.raises(StoreUnavailableError):
            self.look(store, case_id)
        event.remove(store.engine, "before_cursor_execute", fail)
        assert store.read_audit(CLINIC) == ()

    def test_a_look_that_fails_leaves_no_line(self, store, case_id):
        with pytest.raises(ZeroDivisionError):
            audit.read_with_audit(
                store.engine, CLINIC, line(), lambda connection: 1 / 0, lambda seen: (case_id,)
            )
        assert store.read_audit(CLINIC) == ()


class TestAppendOnly:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit SET actor = 'somebody else'",
            "DELETE FROM audit",
            "UPDATE glasses SET reason = 'none of your business'",
        ],
    )
    def test_the_database_itself_refuses_a_change(self, store, statement):
        store.add_audit(CLINIC, line())
        with writing(store.engine) as connection:
            moment = "2026-01-06T12:00:00.000000Z"
            connection.execute(text(f"INSERT INTO users VALUES ('u','u','U',NULL,NULL,NULL,'{moment}',NULL)"))
            connection.execute(text(f"INSERT INTO glasses VALUES ('c','g','u','r','{moment}','{moment}')"))
        with pytest.raises(DatabaseError, match="append-only"), writing(store.engine) as connection:
            connection.execute(text(statement))


def _without_triggers(connection) -> None:
    if connection.dialect.name == "sqlite":
        for name in ("no_update", "no_delete", "no_replace"):
            connection.execute(text(f"DROP TRIGGER audit_{name}"))
    else:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))


EDITS = {
    "actor": "UPDATE audit SET actor = 'Nurse Ek' WHERE seq = :n",
    "why": "UPDATE audit SET why = 'x' WHERE seq = :n",
    "refused": "UPDATE audit SET refused = NOT refused WHERE seq = :n",
    "case": "UPDATE audit SET case_ids = '[]' WHERE seq = :n",
    "time": "UPDATE audit SET recorded_at = '2026-01-06T11:00:00.000000Z' WHERE seq = :n",
    "address": "UPDATE audit SET address = '10.0.0.1' WHERE seq = :n",
    "delete": "DELETE FROM audit WHERE seq = :n",
    "cut": "DELETE FROM audit WHERE seq >= :n",
    "swap": "UPDATE audit SET seq = CASE seq WHEN :n THEN -1 ELSE seq END",
    "clinic": "UPDATE audit SET clinic_id = 'hill' WHERE seq = :n",
}


class TestTampering:
    """Even with the triggers gone, as the database's owner could have it."""

    @pytest.mark.parametrize("edit", EDITS)
    @pytest.mark.parametrize("number", [1, 3, 5])
    def test_any_edit_is_found(self, store, edit, number):
        for each in range(1, 6):
            store.add_audit(CLINIC, line(each))
        assert audit.check(store.engine, CLINIC) == ()
        with writing(store.engine) as connection:
            _without_triggers(connection)
            connection.execute(text(EDITS[edit]), {"n": number})
        assert audit.check(store.engine, CLINIC)

    def test_a_tail_that_was_cut_with_its_head_is_found_against_a_head_kept_elsewhere(self, store):
        for each in range(1, 4):
            store.add_audit(CLINIC, line(each))
        with reading(store.engine) as connection:
            lines = audit.lines(connection, CLINIC)
        with writing(store.engine) as connection:
            _without_triggers(connection)
            connection.execute(text("DELETE FROM audit WHERE seq = 3"))
            connection.execute(
                text("UPDATE audit_heads SET seq = 2, hash = :h WHERE clinic_id = :c"),
                {"h": lines[1].hash, "c": CLINIC},
            )
        assert audit.check(store.engine, CLINIC) == ()
        assert audit.check(store.engine, CLINIC, known_head=(3, lines[2].hash))

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        column=st.sampled_from(["actor", "action", "detail", "why", "address", "previous_hash", "hash"]),
        number=st.integers(1, 5),
        value=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12),
    )
    def test_any_text_in_any_column_is_found(self, store, column, number, value):
        if not store.read_audit(CLINIC):
            for each in range(1, 6):
                store.add_audit(CLINIC, line(each))
            with writing(store.engine) as connection:
                _without_triggers(connection)
        mine = (table.c.clinic_id == CLINIC) & (table.c.seq == number)
        with reading(store.engine) as connection:
            before = {found.seq: found for found in audit.lines(connection, CLINIC)}[number]
        kept = (
            getattr(before.row, column, None)
            if column not in ("previous_hash", "hash")
            else getattr(before, column)
        )
        with writing(store.engine) as connection:
            connection.execute(update(table).where(mine).values({column: value}))
        found = audit.check(store.engine, CLINIC)
        with writing(store.engine) as connection:
            connection.execute(update(table).where(mine).values({column: kept}))
        assert bool(found) == (value != kept)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request, tmp_path):
    """An engine on a database without tables."""
    if request.param == "sqlite":
        engine = open_engine(url_of(str(tmp_path / "old.db")))
        yield engine
        engine.dispose()
        return
    with _database(request.getfixturevalue("postgres_url"), template="template0") as url:
        engine = open_engine(url)
        yield engine
        engine.dispose()


def test_an_audit_of_the_first_schema_is_kept_and_chained(empty):
    """Upgrading loses no line, and gives each its place in the chain of its clinic, by time."""
    upgrade(empty, "0001")
    columns = "clinic_id, audit_id, recorded_at, actor, action, case_ids, detail"
    with writing(empty) as connection:
        for clinic, audit_id, minute in ((CLINIC, "b", 1), (CLINIC, "a", 2), ("hill", "c", 1)):
            connection.execute(
                text(f"INSERT INTO audit ({columns}) VALUES (:c, :a, :t, 'Dr Lind', 'read case', :ids, :a)"),
                {"c": clinic, "a": audit_id, "t": f"2026-01-06T12:0{minute}:00.000000Z", "ids": '["1001"]'},
            )
    upgrade(empty)
    store = Store(empty)
    assert [row.detail for row in store.read_audit(CLINIC)] == ["b", "a"]
    assert [row.detail for row in store.read_audit("hill")] == ["c"]
    store.add_audit(CLINIC, line())
    assert audit.check(empty, CLINIC) == audit.check(empty, "hill") == ()
    with pytest.raises(DatabaseError, match="append-only"), writing(empty) as connection:
        connection.execute(text("DELETE FROM audit"))


def test_a_line_that_was_put_in_by_hand_is_found(store):
    store.add_audit(CLINIC, line(1))
    with writing(store.engine) as connection:
        connection.execute(
            insert(table).values(
                clinic_id=CLINIC, seq=2, recorded_at=NOON, actor="Dr Lind", action="read case", case_ids="[]",
                detail="", why="", refused=False, address="", previous_hash="x", hash="y",
            )
        )  # fmt: skip
    assert audit.check(store.engine, CLINIC)
