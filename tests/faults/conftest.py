"""The databases that faults are done to.

Until each of these has been seen to hold on a machine that does other work too, all of them belong to
`tw.py test --long`: what fails there is a defect to be found, not a reason to distrust the ordinary run.
"""

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder as long."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.long)
