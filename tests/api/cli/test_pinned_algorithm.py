"""A case keeps the algorithm it was opened with, whatever becomes of the files it came from."""

import shutil

import pytest
from sqlalchemy import text

from engine.definition.where import shipped_root
from engine.service import kept
from engine.store.database import writing
from engine.store.store import Store

ON = ("--on", "2024-01-09")


@pytest.fixture
def own(home, monkeypatch):
    """The clinic's own copy of the algorithm and its libraries, and a memory without any algorithm."""
    monkeypatch.setattr(kept, "_ALGORITHMS", {})
    shutil.copytree(shipped_root() / "stepwise-depression", home / "ours" / "stepwise")
    shutil.copytree(shipped_root() / "library", home / "ours" / "library")
    return home / "ours"


@pytest.fixture
def opened(treadway, own):
    """Case 1001, opened in that copy."""
    assert treadway("case", "open", "ours/stepwise", "--born", "1981-07-14", "--sex", "female", *ON).code == 0
    kept._ALGORITHMS.clear()
    return own


def _forget(database, statement):
    store = Store.open(str(database))
    with writing(store.engine) as connection:
        for verb in ("update", "delete", "replace"):
            connection.execute(text(f"DROP TRIGGER algorithms_no_{verb}"))
        connection.exec_driver_sql(statement)
    store.close()


def test_a_case_goes_on_when_the_files_are_gone(treadway, opened):
    before = treadway("case", "show", "1001", *ON)
    kept._ALGORITHMS.clear()
    shutil.rmtree(opened)
    after = treadway("case", "show", "1001", *ON)
    assert after.code == 0
    assert after.out == before.out


def test_a_changed_file_changes_new_cases_only(treadway, opened):
    """The digest in the case names the content of the day it was opened, libraries included."""
    for file in (opened / "stepwise" / "algorithm.yaml", opened / "library" / "evidence" / "depression.yaml"):
        before = treadway("case show 1001 --json").json["algorithm"]["digest"]
        file.write_text(file.read_text().replace("title: ", "title: New ", 1))
        opened_later = treadway("case", "open", "ours/stepwise", "--born", "1981-07-14", *ON, "--json").json
        shown = treadway("case", "show", opened_later["case"], "--json").json
        assert shown["algorithm"]["digest"] != before
        assert treadway("case show 1001 --json").json["algorithm"]["digest"] == before


def test_a_definition_that_was_lost_is_named_by_its_digest(treadway, opened, tmp_path):
    database = tmp_path / "xdg_data_home" / "treadway" / "cases.db"
    _forget(database, "DELETE FROM algorithms")
    result = treadway("case", "show", "1001", *ON)
    assert result.code == 1
    assert "is not in this database" in result.err
    assert "backup" in result.err


def test_a_definition_that_was_altered_in_the_database_is_not_used(treadway, opened, tmp_path):
    database = tmp_path / "xdg_data_home" / "treadway" / "cases.db"
    _forget(database, "UPDATE algorithms SET files = replace(files, 'value: 10', 'value: 9')")
    result = treadway("case", "show", "1001", *ON)
    assert result.code == 1
    assert "has changed" in result.err
