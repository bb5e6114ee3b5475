"""The databases that every test of the store runs on."""

from collections.abc import Generator
from pathlib import Path

import pytest
from sqlalchemy import URL

from engine.store.database import open_engine
from engine.store.migrate import upgrade
from engine.store.store import Store
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
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database of the test's own, with the tables in it."""
    if request.param == "postgresql":
        url: URL = request.getfixturevalue("postgres_database")
        return url.render_as_string(hide_password=False)
    path = tmp_path / "cases.db"
    Store.open(str(path)).close()
    return f"sqlite:///{path}"


@pytest.fixture
def store(database: str) -> Generator[Store]:
    """A store on that database."""
    opened = Store.open(database)
    yield opened
    opened.close()
