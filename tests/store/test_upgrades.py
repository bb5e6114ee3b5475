"""Databases of every earlier schema, with histories in them, become databases of this one."""

import json
import shutil
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from engine.runtime.lanes import Lane
from engine.store import audit, board
from engine.store.backup import back_up
from engine.store.board import BoardFilter
from engine.store.chain import canonical, written
from engine.store.database import open_engine, reading, schema_of, upgraded_by, url_of, writing
from engine.store.errors import SchemaError, StoreUnavailableError
from engine.store.history import chained
from engine.store.migrate import upgrade
from engine.store.rows import Stamp
from engine.store.schema import REVISION
from engine.store.store import Store
from engine.store.verify import verify
from tests.store.samples import DIGEST, append, note, open_case, opened

CLINICS = ("harbour", "hill")
EARLIER = ("0001", "0002", "0003")
MOMENT = "2026-01-05T09:30:00.000000Z"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request, tmp_path):
    """A database without a table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'cases.db'}"
        return
    url = request.getfixturevalue("postgres_database")
    engine = open_engine(url)
    with writing(engine) as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    yield url.render_as_string(hide_password=False)


def fill(engine, revision: str) -> None:
    """Two clinics with two cases each as that release stored them, one of them stopped, and an audit.

    What 0003 holds, it holds as 0002 left it.
    """
    upgrade(engine, "0002" if revision == "0003" else revision)
    with writing(engine) as connection:
        run = lambda sql, **values: connection.execute(text(sql), values)  # noqa: E731
        for clinic in CLINICS:
            run("INSERT INTO counters VALUES (:c, 'case', 1002), (:c, 'patient', 1002)", c=clinic)
            for number, interrupts in ((1001, []), (1002, ["suicidality"])):
                run(
                    "INSERT INTO patients VALUES (:c, :n, :name, :n)",
                    c=clinic, n=str(number), name=f"OKAFOR, Ada {number}",
                )  # fmt: skip
                stamp = Stamp("Dr Lind", datetime(2026, 1, 5, 9, 30, tzinfo=UTC), DIGEST)
                from engine.store.chain import first_link

                drafts = [opened(), note("a"), note("b")]
                events = chained(drafts, str(number), 0, first_link(clinic, str(number)), stamp)
                run(
                    "INSERT INTO cases VALUES (:c, :n, :n, 3, :hash)",
                    c=clinic, n=str(number), hash=events[-1].hash,
                )  # fmt: skip
                for made in events:
                    run(
                        "INSERT INTO events VALUES (:clinic_id, :case_id, :seq, :type, :observed_on, "
                        ":recorded_at, :actor, :digest, :payload, :previous_hash, :hash)",
                        **{**written(made), "clinic_id": clinic, "payload": canonical(made.payload)},
                    )
                run(
                    "INSERT INTO board VALUES (:c, :n, 3, 'small', :d, '1981-07-14', 'female', '2026-01-05', "
                    "'check', '2026-01-05', :interrupts, NULL)",
                    c=clinic, n=str(number), d=DIGEST, interrupts=json.dumps(interrupts),
                )  # fmt: skip
            if revision == "0001":
                run(
                    "INSERT INTO audit VALUES (:c, 'x', :at, 'Dr Lind', 'read case', '[\"1001\"]', '')",
                    c=clinic,
                    at=MOMENT,
                )
    if revision != "0001":
        from engine.store.rows import AuditRow

        for clinic in CLINICS:
            row = AuditRow(datetime(2026, 1, 5, tzinfo=UTC), "Dr Lind", "read case", ("1001",))
            audit.add(engine, clinic, row)
    upgrade(engine, revision)


def look_over(database: str) -> None:
    """Everything is there and whole, shown in lists, and can be written to."""
    store = Store.open(database)
    for clinic in CLINICS:
        assert verify(store.engine, clinic).broken == ()
        assert audit.check(store.engine, clinic) == ()
        assert [row.case_ids for row in store.read_audit(clinic)] == [("1001",)]
        first, second = store.list_cases(clinic)
        assert (first.patient.name, first.board.step) == ("OKAFOR, Ada 1001", "check")
        assert (first.board.lane, second.board.lane) == (Lane.EVIDENCE_DUE, Lane.STOPPED)
        assert (second.board.interrupts, second.board.urgency) == (("suicidality",), 0)
        assert first.board.computed_for == date.min, "it is worked out when somebody looks"
        with reading(store.engine) as connection:
            stopped = board.page(connection, clinic, BoardFilter(step="check", interrupt="suicidality"))
        assert [row.board.case_id for row in stopped.rows] == ["1002"]
        assert [e.seq for e in append(store, "1001", 3, "c", clinic=clinic).events] == [4]
        assert open_case(store, clinic) == "1003"
        assert verify(store.engine, clinic).broken == ()
    with writing(store.engine) as connection, pytest.raises(Exception, match="append-only"):
        connection.execute(text("DELETE FROM events"))
    store.close()


@pytest.mark.parametrize("revision", EARLIER)
class TestFromAnEarlierSchema:
    def test_a_database_with_histories_in_it_becomes_one_of_this_release(self, empty, revision):
        engine = open_engine(url_of(empty))
        fill(engine, revision)
        with pytest.raises(SchemaError, match=revision) as raised:
            Store.open(empty)
        assert "treadway db upgrade" in raised.value.fix
        upgrade(engine)
        engine.dispose()
        look_over(empty)

    def test_a_copy_is_upgraded_and_the_original_left_as_it_is(self, empty, revision, tmp_path):
        if not empty.startswith("sqlite"):
            pytest.skip("PostgreSQL is copied by its own tools")
        engine = open_engine(url_of(empty))
        fill(engine, revision)
        back_up(engine, tmp_path / "copy.db")
        copy = open_engine(url_of(str(tmp_path / "copy.db")))
        upgrade(copy)
        copy.dispose()
        assert schema_of(engine) == revision
        engine.dispose()
        look_over(f"sqlite:///{tmp_path / 'copy.db'}")

    @pytest.mark.slow
    def test_an_upgrade_that_is_cut_off_at_any_statement_changed_nothing_and_can_be_run_again(
        self, empty, revision
    ):
        engine = open_engine(url_of(empty))
        fill(engine, revision)
        statements = _until(engine, None)
        for nth in range(1, statements, max(1, statements // 40)):
            before = _tables(engine)
            with pytest.raises((StoreUnavailableError, OperationalError)):
                _until(engine, nth)
            assert schema_of(engine) == revision
            assert _tables(engine) == before
        upgrade(engine)
        engine.dispose()
        look_over(empty)


def _until(engine, nth: int | None) -> int:
    """Upgrade until the nth statement, which fails; None counts the statements and undoes them."""
    count = 0

    def look(*_):
        nonlocal count
        count += 1
        if count == nth:
            raise OperationalError("x", None, Exception("the power went"))

    def undo(*_):
        raise OperationalError("COMMIT", None, Exception("only counted"))

    event.listen(engine, "before_cursor_execute", look)
    if nth is None:
        event.listen(engine, "commit", undo)
    try:
        upgrade(engine)
    except (StoreUnavailableError, OperationalError):
        if nth is not None:
            raise
    finally:
        event.remove(engine, "before_cursor_execute", look)
        if nth is None:
            event.remove(engine, "commit", undo)
    return count


def _tables(engine) -> list[tuple]:
    """Names and definitions of everything in the database."""
    with reading(engine) as connection:
        if engine.dialect.name == "sqlite":
            return sorted(tuple(r) for r in connection.execute(text("SELECT name, sql FROM sqlite_master")))
        return sorted(
            tuple(r)
            for r in connection.execute(
                text(
                    "SELECT table_name, column_name FROM information_schema.columns "
                    "WHERE table_schema = 'public'"
                )
            )
        )


@pytest.mark.slow
def test_a_program_killed_in_the_middle_of_an_upgrade_leaves_the_earlier_schema(tmp_path):
    """What SQLite had written so far is undone by the next program that opens it."""
    import subprocess
    import sys
    from pathlib import Path

    path = tmp_path / "cases.db"
    engine = open_engine(url_of(str(path)))
    fill(engine, "0001")
    engine.dispose()
    for nth in (5, 30, 60, 90):
        copy = tmp_path / f"copy-{nth}.db"
        shutil.copyfile(path, copy)
        program = (
            "import os, signal, sys\n"
            "from sqlalchemy import event\n"
            "from engine.store.database import open_engine, url_of\n"
            "from engine.store.migrate import upgrade\n"
            f"engine = open_engine(url_of({str(copy)!r})); count = [0]\n"
            "def look(*_):\n"
            "    count[0] += 1\n"
            f"    if count[0] == {nth}: os.kill(os.getpid(), signal.SIGKILL)\n"
            "event.listen(engine, 'before_cursor_execute', look)\n"
            "upgrade(engine)\n"
        )
        done = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], check=False)
        assert done.returncode == -9
        left = open_engine(url_of(str(copy)))
        assert schema_of(left) == "0001"
        upgrade(left)
        left.dispose()
        look_over(str(copy))


def test_an_older_program_names_the_version_to_install(store):
    """The newer one had noted its own version when it upgraded the tables."""
    with writing(store.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text("DELETE FROM installation"))
        connection.execute(text("INSERT INTO installation VALUES ('upgraded_by', '7.1.0')"))
    with pytest.raises(
        SchemaError, match=f"schema 9999, this release knows schemas up to {REVISION}"
    ) as raised:
        Store.open(store.engine.url.render_as_string(hide_password=False))
    assert raised.value.fix == "install Treadway 7.1.0; this one changed nothing"


def test_an_upgrade_notes_which_version_made_it(empty, monkeypatch):
    monkeypatch.setattr("engine.store.migrate.version", lambda _: "3.2.1")
    store = Store.open(empty)
    assert upgraded_by(store.engine) == "3.2.1"
    store.close()
