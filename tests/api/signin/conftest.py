"""A real identity provider in its own process, and an installation that signs people in through it."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.serving.application import application
from api.serving.settings import Installation
from engine.people import People, add_clinic
from engine.store.store import Store
from tests.support.issuer import CLIENT_ID, CLIENT_SECRET, Issuer, issuer

Installed = Callable[..., TestClient]


@pytest.fixture(scope="module")
def server() -> Generator[Issuer]:
    """The provider's process."""
    with issuer() as running:
        yield running


@pytest.fixture
def provider(server: Issuer) -> Issuer:
    """The provider, with good manners."""
    server.set()
    return server


@pytest.fixture
def doors(tmp_path: Path) -> Generator[People]:
    """People of an installation with one clinic."""
    store = Store.open(str(tmp_path / "cases.db"))
    people = People(store.engine)
    add_clinic(people, "harbour", "Harbour", "UTC")
    yield people
    store.close()


@pytest.fixture
def installed(doors: People, tmp_path: Path) -> Generator[Installed]:
    """Makes a browser at an installation over that database: `installed(**settings)`."""
    running: list[TestClient] = []

    def make(base: str = "http://127.0.0.1:8000", **settings: Any) -> TestClient:
        app = application(Installation(database_url=str(tmp_path / "cases.db"), **settings))
        client = TestClient(app, base_url=base, follow_redirects=False, raise_server_exceptions=False)
        client.headers["origin"] = base
        running.append(client)
        client.__enter__()
        return client

    yield make
    for client in running:
        client.__exit__(None, None, None)
        client.app.state.store.close()  # pyright: ignore[reportAttributeAccessIssue, reportFunctionMemberAccess]


@pytest.fixture
def browser(installed: Installed, provider: Issuer) -> TestClient:
    """A browser at an installation whose people sign in through the provider."""
    return installed(oidc_issuer=provider.url, oidc_client_id=CLIENT_ID, oidc_client_secret=CLIENT_SECRET)
