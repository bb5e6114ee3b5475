"""Commands that keep the database whole, and the look at what is installed."""

import re

import pytest
from sqlalchemy import text

from engine.picture.render import dot_binary
from engine.store.database import writing
from engine.store.store import Store
from tests.support.behind import change


def test_a_whole_database_passes_with_counts(treadway, assessed):
    result = treadway("db verify")
    assert result.code == 0
    passed, head = result.out.splitlines()
    assert passed == "passed  2 cases, 13 events, 0 damaged places"
    assert re.fullmatch(r" +head \d+:[0-9a-f]{64}", head)


def test_a_head_noted_earlier_shows_what_was_cut_off(treadway, assessed):
    noted = treadway("db verify --json").json["head"]
    assert treadway(f"db verify --head {noted}").code == 0
    position, _, digest = noted.partition(":")
    later = treadway(f"db verify --head {int(position) + 1}:{digest}")
    assert later.code == 1
    assert "failed" in later.out
    assert treadway("db verify --head yesterday").code == 2
    assert treadway(f"db verify --head {noted} --history x.jsonl").code == 2


def test_rows_that_differ_from_their_events_are_named_and_made_again(treadway, assessed):
    assert treadway("db rebuild").out == "passed  2 cases, 0 differed, 0 unreadable\n"
    change(assessed, "UPDATE board SET step = 'ect' WHERE case_id = '1001'")
    found = treadway("db rebuild")
    assert found.code == 1
    assert "case 1001: step; made again" in found.out
    assert treadway("db rebuild").code == 0


def test_a_backup_comes_back_as_a_new_database_and_only_whole(treadway, assessed, home):
    treadway("db backup copy.db")
    assert treadway("db restore copy.db again.db").out.startswith("Restored again.db, ")
    assert treadway("db verify --database again.db").out == treadway("db verify").out
    assert treadway("db restore copy.db again.db").code == 3
    with (home / "copy.db").open("r+b") as file:
        file.seek(5_000)
        file.write(b"x")
    damaged = treadway("db restore copy.db another.db")
    assert damaged.code != 0
    assert "is not as it was when it was made" in damaged.err
    assert not (home / "another.db").exists()


def test_a_file_knows_no_roles(treadway, assessed):
    result = treadway("db restrict server")
    assert result.code != 0
    assert "only PostgreSQL needs this" in result.err


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
