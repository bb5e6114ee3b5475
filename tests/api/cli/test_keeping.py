"""Commands that keep the database whole, and the look at what is installed."""

import pytest
from sqlalchemy import text

from engine.picture.render import dot_binary
from engine.store.database import writing
from engine.store.store import Store


def test_a_whole_database_passes_with_counts(treadway, assessed):
    result = treadway("db verify")
    assert result.code == 0
    assert result.out == "passed  2 cases, 13 events, 0 damaged places\n"


def test_damage_is_named_by_case_and_event(treadway, assessed):
    store = Store.open(str(assessed))
    with writing(store.engine) as connection:
        connection.execute(text("DROP TRIGGER events_no_update"))
        connection.execute(text("UPDATE events SET actor = 'somebody' WHERE case_id = '1001' AND seq = 4"))
    store.close()
    result = treadway("db verify")
    assert result.code == 1
    assert "altered: case 1001, event 4: event 4 is not as it was stored" in result.out
    assert treadway("db verify --json").json["broken"][0]["fault"] == "altered"


def test_a_backup_opens_and_holds_the_same(treadway, assessed, home):
    saved = treadway("db backup copy.db")
    assert saved.code == 0
    assert saved.out.startswith("Saved copy.db, ")
    assert treadway("db verify --database copy.db").code == 0
    assert treadway("case history 1001 --database copy.db").out == treadway("case history 1001").out
    assert (home / "copy.db").stat().st_mode & 0o077 == 0


def test_a_backup_replaces_nothing(treadway, assessed, home):
    (home / "copy.db").write_text("precious")
    result = treadway("db backup copy.db")
    assert result.code == 3
    assert (home / "copy.db").read_text() == "precious"


def test_upgrading_says_when_there_was_nothing_to_do(treadway, assessed):
    assert "(was already)" in treadway("db upgrade").out


def test_the_doctor_looks_at_everything_and_finds_it_well(treadway, assessed):
    result = treadway("doctor --json")
    assert result.code == 0
    looked_at = [check["what"] for check in result.json["checks"]]
    assert looked_at[:5] == ["Python", "SQLite", "database", "drawing", "font"]
    assert "algorithm" in looked_at
    assert looked_at[-6:] == ["settings", "listening", "time zone", "permissions", "clock", "worker"]


@pytest.fixture
def no_layout_program(monkeypatch):
    """The path of the layout program is looked up once; forget it before and after."""
    dot_binary.cache_clear()
    monkeypatch.setenv("TREADWAY_DOT", "/nowhere/dot")
    yield
    dot_binary.cache_clear()


def test_the_doctor_says_what_to_do_about_what_is_wrong(treadway, home, no_layout_program):
    (home / "notes.txt").write_text("Dear diary, " * 100)
    result = treadway("doctor --database notes.txt")
    assert result.code == 1
    assert "failed  database" in result.out
    assert "failed  drawing" in result.out
    assert "TREADWAY_DOT" in result.out


def test_without_a_url_cases_are_in_one_file_of_the_data_folder(treadway, home, tmp_path):
    treadway("case open --born 1981-07-14 --on 2024-01-08")
    assert (tmp_path / "xdg_data_home" / "treadway" / "cases.db").exists()
