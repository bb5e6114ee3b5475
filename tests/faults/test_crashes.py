"""The service dies between any two of its statements, and every promise is kept when it is back."""

import random
import shutil
import time
from pathlib import Path

import pytest

from engine.definition.loader import load
from engine.service.turning import rebuild
from engine.store import audit
from engine.store.verify import verify
from tests.faults.crashes import CLINIC, Clinic, live_and_die
from tests.faults.tally import add

SEEDS = 500
MANY_SEEDS = 2_000
ON_POSTGRES = 300
SMALL = Path(__file__).parents[1] / "definitions" / "small"


@pytest.fixture
def fast_disk(tmp_path):
    """A folder in memory where there is one: what is tried here does not depend on a sync."""
    memory = Path("/dev/shm")
    if not memory.is_dir():
        yield tmp_path
        return
    folder = memory / f"treadway-{tmp_path.name}-{random.SystemRandom().randrange(2**32)}"
    folder.mkdir(mode=0o700)
    yield folder
    shutil.rmtree(folder)


def die_often(database: str, seeds: range) -> None:
    """Try seeds on one database; every hundred, look through all of it."""
    clinic = Clinic(database, load(SMALL))
    try:
        for seed in seeds:
            assert live_and_die(clinic, seed) == []
        found = verify(clinic.store.engine, CLINIC)
        assert found.broken == ()
        assert found.cases == len(seeds), "a case was opened twice, or not"
        assert audit.check(clinic.store.engine, CLINIC) == ()
        again = rebuild(clinic.desk())
        assert (again.differences, again.unreadable) == ((), ())
    finally:
        clinic.store.close()


@pytest.mark.slow
def test_a_death_between_any_two_statements_loses_and_doubles_nothing(fast_disk):
    die_often(str(fast_disk / "cases.db"), range(SEEDS))


@pytest.mark.long
def test_a_death_between_any_two_statements_of_more_seeds(fast_disk):
    die_often(str(fast_disk / "cases.db"), range(SEEDS, SEEDS + MANY_SEEDS))


@pytest.mark.long
@pytest.mark.postgres
def test_a_death_between_any_two_statements_on_postgresql(postgres_database):
    die_often(postgres_database.render_as_string(hide_password=False), range(ON_POSTGRES))


@pytest.mark.long
def test_deaths_for_ten_minutes(fast_disk):
    until, chance = time.monotonic() + 600, random.SystemRandom()
    while time.monotonic() < until:
        first = chance.randrange(2**40)
        die_often(str(fast_disk / f"{first}.db"), range(first, first + 500))
        add("death between two statements", 500, [], first)
