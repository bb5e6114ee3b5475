"""A served installation in the test's own process."""

import dataclasses
from collections.abc import Generator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.serving.application import application
from api.serving.local import owner_link, settle
from api.serving.settings import Installation
from engine.people import People
from engine.store.store import Store

TOKEN = "a token that reads the metrics"


@dataclasses.dataclass(frozen=True)
class Served:
    """The app over a laptop's database, and its store."""

    client: TestClient
    store: Store
    doors: People


@pytest.fixture
def served(tmp_path: Path) -> Generator[Served]:
    database = str(tmp_path / "cases.db")
    store = Store.open(database)
    settle(store, "UTC", demo=False)
    app = application(Installation(database_url=database, metrics_token=TOKEN, port=8000))
    with TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as client:
        yield Served(client, store, People(store.engine))
    app.state.store.close()
    store.close()


@pytest.fixture
def link(served: Served) -> str:
    found = owner_link(served.store)
    assert found
    return found
