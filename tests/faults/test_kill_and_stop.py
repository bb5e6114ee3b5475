"""A server is killed, or asked to end, at any moment: what it acknowledged is kept, once and whole."""

import random
import time

import pytest

from tests.faults.harness import Server, drive, serving
from tests.faults.kills import kill_often
from tests.faults.ledger import Ledger, faults_of
from tests.faults.tally import add

KILLS = 50
ON_POSTGRES = 20
STOPS = 5


@pytest.mark.slow
def test_what_was_acknowledged_survives_kill_9_at_any_moment(database):
    kills = KILLS if database.startswith("sqlite") else ON_POSTGRES
    ledger, faults = kill_often(database, kills, seed=1)
    assert faults == []
    assert len(ledger.said("stored")) > kills, "hardly anything was written: nothing was tried"
    assert ledger.said("conflict"), "no two writers met"


@pytest.mark.slow
def test_a_server_that_is_told_to_end_finishes_what_it_accepted(database):
    """It ends with code 0 in less than 15 seconds, and every request in hand was answered or not begun."""
    ledger = Ledger()
    for stop in range(STOPS):
        server = Server(database).ready()
        took: list[float] = []
        drive(server, ledger, 10 + 10 * stop, lambda server=server, took=took: took.append(server.stop()))
        assert took[0] < 15
    assert faults_of(ledger, database) == []
    assert len(ledger.said("stored")) > STOPS


@pytest.mark.slow
def test_a_database_that_others_write_to_at_once_keeps_every_promise(database):
    """Two server processes on one database, both killed."""
    ledger = Ledger()
    for _ in range(3):
        with serving(database) as other:
            server = Server(database).ready()

            def both(server=server, other=other):
                drive(other, ledger, 30, other.kill, writers=3)
                server.kill()

            drive(server, ledger, 10, both, writers=3)
    assert faults_of(ledger, database) == []


@pytest.mark.long
def test_kill_9_again_and_again(database):
    """Ten minutes of kills with a new seed each run; the tally sums them up."""
    until = time.monotonic() + 600
    while time.monotonic() < until:
        seed = random.SystemRandom().randrange(2**32)
        _, faults = kill_often(database, 100, seed)
        add(f"kill -9, {database.partition(':')[0]}", 100, faults, seed)
        assert faults == [], f"seed {seed}"
