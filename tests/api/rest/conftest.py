"""A REST app over a real database, with two clinics of equal content and people of each role."""

from collections.abc import Generator
from pathlib import Path

import pytest
from sqlalchemy import URL
from starlette.testclient import TestClient

from api.rest.app import create_app
from api.rest.settings import Settings
from engine.store.database import open_engine
from engine.store.migrate import upgrade
from engine.store.store import Store
from tests.api.rest.people import Crew
from tests.api.rest.world import World, filled
from tests.conftest import _database


@pytest.fixture(scope="session")
def postgres_template(postgres_url: URL) -> Generator[URL]:
    """A PostgreSQL database with the tables in it, for the tests to copy."""
    with _database(postgres_url, template="template0") as url:
        engine = open_engine(url)
        upgrade(engine)
        engine.dispose()
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Store]:
    """A store on a database of the test's own."""
    if request.param == "postgresql":
        url: URL = request.getfixturevalue("postgres_database")
        opened = Store.open(url.render_as_string(hide_password=False))
    else:
        opened = Store.open(str(tmp_path / "cases.db"))
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Generator[Store]:
    """A store on SQLite, where the database makes no difference."""
    opened = Store.open(str(tmp_path / "cases.db"))
    yield opened
    opened.close()


@pytest.fixture
def settings() -> Settings:
    """Settings that a test may override."""
    return Settings(metrics_token="metrics-token", stream_poll_seconds=0.05)


def opened_world(store: Store, settings: Settings) -> Generator[World]:
    """The app with its clinics."""
    people = Crew(store)
    app = create_app(store, people.doors, settings)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield filled(World(client, store, people))


@pytest.fixture
def world(store: Store, settings: Settings) -> Generator[World]:
    """The app on either database."""
    yield from opened_world(store, settings)


@pytest.fixture
def small_world(sqlite_store: Store, settings: Settings) -> Generator[World]:
    """The app on SQLite alone."""
    yield from opened_world(sqlite_store, settings)


@pytest.fixture(scope="module")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    """The app on SQLite, for the many questions of a file that leave the first case of each clinic alone."""
    store = Store.open(str(tmp_path_factory.mktemp("shared") / "cases.db"))
    yield from opened_world(store, Settings(metrics_token="metrics-token", requests_a_minute=10**9))
    store.close()
