"""The harness finds what it is there to find: each planted defect, and nothing where none is planted."""

import re

import pytest

from engine.store.store import Store
from tests.faults.disk import fill_disk
from tests.faults.kills import kill_often
from tests.faults.races import race


def tried(plant: str | None, database: str) -> list[str]:
    """What is found with a defect planted: by kills, by races, by a full disk."""
    _, faults = kill_often(database, 6, seed=2, plant=plant, answers=15)
    faults += race(database, 25, plant=plant)
    if database.startswith("sqlite"):
        faults += fill_disk(database, plant=plant)
    return faults


PLANTED = pytest.mark.parametrize(
    ("plant", "found"),
    [
        pytest.param("acknowledge_before_commit", "acknowledged", id="acknowledge before commit"),
        pytest.param("two_commits", "list shows|head|half|log", id="two commits"),
        pytest.param("ignored_key", "more than once|answered", id="ignored key"),
        pytest.param("version_checked_outside", "not after|two winners", id="version checked outside"),
        pytest.param("swallowed_disk_errors", "acknowledged", id="swallowed disk errors"),
    ],
)


@pytest.fixture
def file(tmp_path):
    """A SQLite database with the tables in it."""
    Store.open(str(tmp_path / "cases.db")).close()
    return f"sqlite:///{tmp_path / 'cases.db'}"


@pytest.mark.slow
@PLANTED
def test_a_planted_defect_is_found(plant, found, file):
    faults = tried(plant, file)
    assert any(re.search(found, fault) for fault in faults), faults


@pytest.mark.slow
def test_nothing_is_found_where_nothing_is_planted(file):
    assert tried(None, file) == []


@pytest.mark.long
@pytest.mark.postgres
@PLANTED
def test_a_planted_defect_is_found_on_postgresql(plant, found, postgres_database):
    if plant == "swallowed_disk_errors":
        pytest.skip("the disk of the PostgreSQL server is not this test's to fill")
    faults = tried(plant, postgres_database.render_as_string(hide_password=False))
    assert any(re.search(found, fault) for fault in faults), faults


@pytest.mark.long
@pytest.mark.postgres
def test_nothing_is_found_where_nothing_is_planted_on_postgresql(postgres_database):
    assert tried(None, postgres_database.render_as_string(hide_password=False)) == []
