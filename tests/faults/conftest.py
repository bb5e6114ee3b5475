"""The databases that faults are done to."""

from collections.abc import Generator
from pathlib import Path

import pytest
from sqlalchemy import URL

from engine.store.store import Store
from tests.store.conftest import postgres_template as postgres_template  # noqa: PLC0414 - a fixture


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[str]:
    """The URL of a database of the test's own, with the tables in it."""
    if request.param == "postgresql":
        url: URL = request.getfixturevalue("postgres_database")
        yield url.render_as_string(hide_password=False)
        return
    path = tmp_path / "cases.db"
    Store.open(str(path)).close()
    yield f"sqlite:///{path}"
