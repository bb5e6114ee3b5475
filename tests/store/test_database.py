"""Opening a database: settings the promises rest on, and clear words where it cannot be used."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.store.backup import back_up
from engine.store.database import (
    open_engine,
    reading,
    refuse_other_schema,
    refuse_unsafe_sqlite,
    schema_of,
    sqlite_is_safe,
    url_of,
    writing,
)
from engine.store.errors import (
    DatabaseUnreadableError,
    SchemaError,
    StoreUnavailableError,
    UnsafeDatabaseError,
)
from engine.store.schema import REVISION
from engine.store.store import Store
from engine.store.verify import verify
from tests.store.samples import CLINIC, append, open_case


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        pytest.param((3, 6, 23), True, id="before-wal"),
        pytest.param((3, 7, 0), False, id="first-affected"),
        pytest.param((3, 40, 1), False, id="debian-12"),
        pytest.param((3, 44, 5), False, id="just-before-a-backport"),
        pytest.param((3, 44, 6), True, id="backport-3.44"),
        pytest.param((3, 45, 0), False, id="after-a-backport-series"),
        pytest.param((3, 50, 6), False, id="just-before-backport-3.50"),
        pytest.param((3, 50, 7), True, id="backport-3.50"),
        pytest.param((3, 51, 2), False, id="last-affected"),
        pytest.param((3, 51, 3), True, id="mended"),
        pytest.param((3, 53, 4), True, id="bundled"),
        pytest.param((4, 0, 0), True, id="later"),
    ],
)
def test_which_sqlite_versions_are_free_of_the_wal_reset_race(version, safe):
    assert sqlite_is_safe(version) is safe


def test_an_affected_sqlite_is_refused_by_name():
    with pytest.raises(UnsafeDatabaseError, match=r"SQLite 3\.40\.1 can lose committed events"):
        refuse_unsafe_sqlite("3.40.1")


class TestSettings:
    def test_sqlite_syncs_every_commit_and_waits_for_others(self, tmp_path):
        engine = open_engine(url_of(str(tmp_path / "cases.db")))
        with reading(engine) as connection:
            values = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
        engine.dispose()
        assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}

    def test_a_new_file_is_its_owners_alone(self, tmp_path):
        path = tmp_path / "new folder" / "cases.db"
        store = Store.open(str(path))
        open_case(store)
        modes = {item.name: stat.S_IMODE(item.stat().st_mode) for item in path.parent.iterdir()}
        store.close()
        assert modes
        assert set(modes.values()) == {0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700

    def test_a_path_with_odd_letters_is_a_path(self, tmp_path):
        path = tmp_path / "a b%20c?d#é.db"
        store = Store.open(str(path))
        open_case(store)
        store.close()
        assert path.exists()


class TestUnusable:
    @pytest.mark.parametrize(
        "url", ["mysql://host/x", "sqlite://", "://", "postgresql://host:port/x", "oracle://x"]
    )
    def test_another_kind_of_database_is_refused_with_the_forms_that_work(self, url):
        with pytest.raises(DatabaseUnreadableError) as raised:
            Store.open(url)
        assert "postgresql://" in raised.value.fix

    def test_a_file_that_is_no_database(self, tmp_path):
        path = tmp_path / "notes.txt"
        path.write_text("Dear diary, " * 200)
        with pytest.raises(DatabaseUnreadableError, match="no database"):
            Store.open(str(path))
        assert path.read_text().startswith("Dear diary")

    def test_another_programs_database_is_left_alone(self, tmp_path):
        path = tmp_path / "other.db"
        other = sqlite3.connect(path)
        other.execute("CREATE TABLE photos (id INTEGER)")
        other.close()
        with pytest.raises(DatabaseUnreadableError, match="another program"):
            Store.open(str(path))

    def test_a_folder_is_no_database(self, tmp_path):
        with pytest.raises(DatabaseUnreadableError, match="cannot be opened"):
            Store.open(str(tmp_path))

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
    def test_a_folder_without_the_right_to_write(self, tmp_path):
        tmp_path.chmod(0o500)
        with pytest.raises(DatabaseUnreadableError, match="permission denied"):
            Store.open(str(tmp_path / "cases.db"))

    def test_a_server_that_is_not_there_is_worth_another_try(self):
        with pytest.raises(StoreUnavailableError) as raised:
            Store.open("postgresql://nobody:secret@127.0.0.1:1/none")
        assert "secret" not in str(raised.value)

    def test_a_locked_database_is_reported_after_a_bounded_wait(self, tmp_path, monkeypatch):
        monkeypatch.setattr("engine.store.database.BUSY_SECONDS", 0.2)
        path = str(tmp_path / "cases.db")
        store = Store.open(path)
        case_id = open_case(store)
        other = Store.open(path)
        with writing(other.engine), pytest.raises(StoreUnavailableError, match="locked"):
            append(store, case_id, 1, "waits")
        append(store, case_id, 1, "goes on")
        other.close()
        store.close()


class TestSchema:
    def test_an_older_program_refuses_a_newer_schema(self, database):
        store = Store.open(database)
        with writing(store.engine) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        store.close()
        with pytest.raises(SchemaError, match=r"schema 9999") as raised:
            Store.open(database)
        assert "install Treadway" in raised.value.fix

    def test_an_older_schema_names_the_command_that_upgrades_it(self):
        with pytest.raises(SchemaError) as raised:
            refuse_other_schema("0000")
        assert "treadway db upgrade" in raised.value.fix

    def test_a_database_without_tables_is_made_only_when_asked(self, tmp_path):
        path = str(tmp_path / "cases.db")
        with pytest.raises(SchemaError):
            Store.open(path, create=False)
        store = Store.open(path)
        assert schema_of(store.engine) == REVISION
        store.close()


class TestBackup:
    def test_a_copy_made_while_a_case_is_being_written_is_whole_and_opens(self, tmp_path):
        store = Store.open(str(tmp_path / "cases.db"))
        case_id = open_case(store)
        for seq in range(1, 50):
            append(store, case_id, seq, "x" * 500)
        with writing(store.engine) as connection:
            connection.execute(text("UPDATE board SET step = 'half written'"))
            back_up(store.engine, tmp_path / "copy.db")
            connection.execute(text("UPDATE board SET step = 'diagnosis_check'"))
        append(store, case_id, 50, "later")

        copy = Store.open(str(tmp_path / "copy.db"))
        assert verify(copy.engine, CLINIC).broken == ()
        assert copy.list_cases(CLINIC)[0].board.step == "diagnosis_check"
        assert copy.read_events(CLINIC, case_id) == store.read_events(CLINIC, case_id)[:50]
        copy.close()
        store.close()

    def test_it_replaces_nothing_and_leaves_no_half_copy(self, tmp_path):
        store = Store.open(str(tmp_path / "cases.db"))
        target = tmp_path / "copy.db"
        target.write_text("precious")
        with pytest.raises(DatabaseUnreadableError, match="exists already"):
            back_up(store.engine, target)
        with pytest.raises(DatabaseUnreadableError):
            back_up(store.engine, tmp_path / "no such folder" / "copy.db")
        store.close()
        assert target.read_text() == "precious"
        assert not list(tmp_path.rglob("*.part"))

    def test_postgresql_is_backed_up_by_its_own_tools(self, postgres_database):
        engine = open_engine(postgres_database)
        with pytest.raises(DatabaseUnreadableError) as raised:
            back_up(engine, Path("unused"))
        engine.dispose()
        assert "pg_dump" in raised.value.fix
