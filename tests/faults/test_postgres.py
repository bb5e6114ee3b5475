"""PostgreSQL restarts, or the line to it is cut, slow or half open: a bounded error, and soon all is well."""

import threading
import time

import pytest
from sqlalchemy import create_engine, text

from engine.store.errors import StoreUnavailableError
from engine.store.store import Store
from engine.store.verify import verify
from tests.faults.harness import Line, drive, serving
from tests.faults.ledger import Ledger, Request, faults_of
from tests.faults.proxy import Proxy
from tests.store.samples import CLINIC, append, open_case

pytestmark = [pytest.mark.postgres, pytest.mark.long]

CUTS = 10
HEALED_SECONDS = 5


@pytest.fixture
def line(postgres_database):
    """The database behind a line that can be broken."""
    proxy = Proxy(postgres_database.port)
    yield proxy, postgres_database.set(port=proxy.port).render_as_string(hide_password=False)
    proxy.close()


def healed(server, ledger: Ledger, name: str) -> float:
    """Seconds until a write is stored again."""
    began = time.monotonic()
    while time.monotonic() - began < 30:
        request = ledger.add(
            Request(f"heal-{name}-{time.monotonic()}", "h", None, 0, [f"heal {time.monotonic()}"])
        )
        client = Line(server)
        told = client.ask(request)
        client.close()
        if told is not None and told["said"] == "stored":
            return time.monotonic() - began
        time.sleep(0.05)
    raise AssertionError("it did not heal")


def test_a_line_that_is_cut_under_load_is_an_error_and_heals(line, postgres_database):
    """Cut at once, or after so many bytes that an answer is torn in the middle."""
    proxy, url = line
    ledger = Ledger()
    with serving(url) as server:
        for number in range(CUTS):

            def cut(number=number):
                if number % 2:
                    proxy.cut_after = 37 * number
                    time.sleep(0.2)
                proxy.cut()

            drive(server, ledger, 10, cut)
            assert healed(server, ledger, str(number)) < HEALED_SECONDS
    assert faults_of(ledger, postgres_database.render_as_string(hide_password=False)) == []
    assert ledger.said("unavailable", "unknown"), "nothing was ever cut: nothing was tried"


def test_a_line_that_is_half_open_is_given_up_and_heals(line, postgres_database):
    """Nothing comes and nothing ends: every writer is answered in bounded time."""
    proxy, url = line
    store = Store.open(url)
    case_id = open_case(store)
    append(store, case_id, 1, "before")
    time.sleep(0.6)
    proxy.mode = "stall"
    began = time.monotonic()
    with pytest.raises(StoreUnavailableError):
        append(store, case_id, 2, "lost")
    assert time.monotonic() - began < 10
    proxy.mode = "pass"
    began = time.monotonic()
    while True:
        try:
            append(store, case_id, len(store.read_events(CLINIC, case_id)), "after")
            break
        except StoreUnavailableError:
            assert time.monotonic() - began < HEALED_SECONDS
    assert time.monotonic() - began < HEALED_SECONDS
    store.close()


def test_a_statement_that_hangs_in_the_middle_is_given_up(line):
    """The line stalls after the transaction has begun."""
    proxy, url = line
    store = Store.open(url)
    case_id = open_case(store)
    threading.Timer(0.2, lambda: setattr(proxy, "mode", "stall")).start()
    began = time.monotonic()
    with pytest.raises(StoreUnavailableError):
        append_on_and_on(store, case_id)
    assert time.monotonic() - began < 20
    proxy.mode = "pass"
    time.sleep(0.2)
    assert verify(store.engine, CLINIC).broken == ()
    store.close()


def append_on_and_on(store, case_id):
    for seq in range(1, 100_000):
        append(store, case_id, seq, "x")


def test_a_slow_line_is_slow_and_nothing_worse(line):
    proxy, url = line
    store = Store.open(url)
    case_id = open_case(store)
    proxy.mode = "slow"
    append(store, case_id, 1, "slowly")
    proxy.mode = "pass"
    assert len(store.read_events(CLINIC, case_id)) == 2
    store.close()


def test_a_lock_that_another_holds_is_waited_for_in_bounds(postgres_database):
    store = Store.open(postgres_database.render_as_string(hide_password=False))
    case_id = open_case(store)
    other = create_engine(postgres_database)
    for _ in range(2):
        with other.begin() as connection:
            connection.execute(text("SELECT * FROM cases FOR UPDATE"))
            began = time.monotonic()
            with pytest.raises(StoreUnavailableError, match="locked"):
                append(store, case_id, 1, "waits")
            assert 3 < time.monotonic() - began < 10
    append(store, case_id, 1, "goes on")
    other.dispose()
    store.close()


def test_a_server_that_is_stopped_at_once_and_started_again_loses_nothing():
    """Ten immediate stops of PostgreSQL under load; recovery reads its log."""
    from tests.support.postgres import running

    with running("-c fsync=on -c full_page_writes=on") as postgres:
        url = postgres.url
        Store.open(url).close()
        ledger = Ledger()
        with serving(url) as server:
            for number in range(CUTS):
                drive(server, ledger, 10, postgres.stop_at_once, writers=4)
                postgres.start()
                assert healed(server, ledger, str(number)) < HEALED_SECONDS
        assert faults_of(ledger, url) == []
        assert ledger.said("unavailable", "unknown")


def test_connections_that_the_database_ends_are_replaced(postgres_database):
    """As after a failover: every session is ended while it rests in the pool."""
    store = Store.open(postgres_database.render_as_string(hide_password=False))
    case_id = open_case(store)
    admin = create_engine(postgres_database.set(database="postgres"), isolation_level="AUTOCOMMIT")
    seq = 1
    for _ in range(CUTS):
        with admin.connect() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
                {"name": postgres_database.database},
            )
        began = time.monotonic()
        while True:
            try:
                append(store, case_id, seq, "x")
                break
            except StoreUnavailableError:
                assert time.monotonic() - began < HEALED_SECONDS
        seq += 1
    admin.dispose()
    store.close()
