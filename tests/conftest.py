"""What all tests share: how many cases hypothesis makes, and a PostgreSQL server for those that ask."""

import contextlib
import os
import uuid
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import URL, create_engine, make_url, text

from tests.support import postgres

# No deadline: a busy machine is no defect. The same cases each time; the long runs go looking for new ones.
settings.register_profile("treadway", deadline=None, derandomize=True, database=None, print_blob=True)
settings.register_profile(
    "long", deadline=None, max_examples=5_000, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("treadway")


@pytest.fixture(scope="session")
def postgres_url() -> Generator[URL]:
    """A server that may be used for anything: a new one, or the one in TREADWAY_TEST_POSTGRES_URL."""
    given = os.environ.get("TREADWAY_TEST_POSTGRES_URL")
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    with postgres.server() as url:
        yield make_url(url)


@pytest.fixture(scope="session")
def postgres_template(postgres_url: URL) -> Generator[URL]:
    """An empty database that others are copied from; a folder of tests may override this to fill it first."""
    with _database(postgres_url, template="template0") as url:
        yield url


@pytest.fixture
def postgres_database(postgres_url: URL, postgres_template: URL) -> Generator[URL]:
    """A database of the test's own, copied from the template and dropped afterwards."""
    assert postgres_template.database
    with _database(postgres_url, template=postgres_template.database) as url:
        yield url


@contextlib.contextmanager
def _database(server: URL, template: str) -> Generator[URL]:
    name = f"treadway_{uuid.uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        yield server.set(database=name)
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        engine.dispose()
