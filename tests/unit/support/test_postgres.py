"""The PostgreSQL server of the tests: real, private to this machine, and gone afterwards."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from tests.support import postgres

ROOT = Path(__file__).parents[3]
OWN_SERVER = pytest.mark.skipif(
    "TREADWAY_TEST_POSTGRES_URL" in os.environ, reason="a server of your own may be set up otherwise"
)

pytestmark = pytest.mark.postgres


def ask(url: URL, query: str) -> object:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            result = connection.execute(text(query))
            return result.scalar() if result.returns_rows else None
    finally:
        engine.dispose()


def test_the_server_is_one_that_we_support(postgres_url):
    version = ask(postgres_url, "show server_version_num")

    assert int(str(version)) >= 140000


@OWN_SERVER
def test_nobody_else_can_reach_the_server(postgres_url):
    """It trusts every connection, so it listens on loopback alone and on no socket that others may open."""
    assert postgres_url.host == "127.0.0.1"
    assert ask(postgres_url, "show listen_addresses") == "127.0.0.1"
    assert ask(postgres_url, "show unix_socket_directories") == ""


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_a_database_of_its_own(postgres_database, turn):
    """What the first turn leaves behind, the second does not see."""
    ask(postgres_database, "create table left_behind (turn integer)")

    assert ask(postgres_database, "select count(*) from left_behind") == 0


def test_a_database_begins_as_a_copy_of_the_template(postgres_template, postgres_database):
    assert postgres_template.database != postgres_database.database


@OWN_SERVER
def test_text_is_stored_as_unicode_whatever_the_locale_of_the_machine(postgres_database):
    assert ask(postgres_database, "show server_encoding") == "UTF8"
    assert ask(postgres_database, "select length('Ångström ≥ 1 日')") == 14


def test_the_server_ends_with_its_block_even_after_a_failure():
    def fail() -> None:
        with postgres.server() as url:
            seen.append(process_of(make_url(url)))
            raise ZeroDivisionError

    seen: list[int] = []
    with pytest.raises(ZeroDivisionError):
        fail()

    assert is_gone(*seen)


def test_the_server_ends_when_the_test_process_is_killed():
    """kill -9 lets no clean-up run; only the closing pipe tells the keeper."""
    code = (
        "from tests.support import postgres\n"
        "with postgres.server() as url:\n"
        "    print(url, flush=True)\n"
        "    import time; time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        url = make_url(process.stdout.readline().strip())
        folder = Path(str(ask(url, "show data_directory"))).parent
        postmaster = process_of(url)
        process.send_signal(signal.SIGKILL)

    assert is_gone(postmaster)
    assert eventually(lambda: not folder.exists())


def test_a_server_that_cannot_start_says_why(monkeypatch):
    monkeypatch.setattr(postgres, "OPTIONS", "-c no_such_setting=1")
    monkeypatch.setattr(postgres, "START_TRIES", 1)

    with pytest.raises(postgres.PostgresFailedError, match="no_such_setting"), postgres.server():
        pass


def process_of(url: URL) -> int:
    folder = Path(str(ask(url, "show data_directory")))
    return int((folder / "postmaster.pid").read_text().splitlines()[0])


def is_gone(process: int) -> bool:
    def has_ended() -> bool:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        status = Path(f"/proc/{process}/stat")  # ended, but whoever inherited it has not looked yet
        return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z"

    return eventually(has_ended)


def eventually(holds) -> bool:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.02)
    return False
