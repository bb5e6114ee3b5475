"""One browser and one server for all tests of the pages; each test opens windows of its own."""

import socket
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page

from api.cli.desk import LOCAL_CLINIC
from api.serving.application import application
from api.serving.local import settle
from api.serving.settings import Installation
from engine.access.rights import Role
from engine.people import People, add_user, grant, make_link, sign_in_with_link
from engine.service import Actor, Desk
from engine.store.store import Store
from tests.support.browser import axe, browser


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if "/tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@dataclass
class Site:
    """A served installation with invented patients."""

    address: str
    store: Store
    doors: People
    users: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def desk(self) -> Desk:
        """A desk of somebody who may do everything, for what a test begins with."""
        return Desk(self.store, LOCAL_CLINIC, Actor("Dr Before"), self.doors.zone_of(LOCAL_CLINIC))

    def session(self, name: str, *roles: Role) -> str:
        """The secret of a new session of a person, made when first asked for."""
        if name not in self.users:
            login = name.lower().replace(" ", "-")
            self.users[name] = add_user(self.doors, login, name)
            for role in roles:
                grant(self.doors, None, self.users[name], role, LOCAL_CLINIC)
        return sign_in_with_link(self.doors, make_link(self.doors, self.users[name]), "127.0.0.1").secret


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Generator[Site]:
    """The server."""
    database = str(tmp_path_factory.mktemp("site") / "cases.db")
    store = Store.open(database)
    settle(store, "UTC", demo=True)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        app = application(Installation(database_url=database, port=port, published_clinics=(LOCAL_CLINIC,)))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
        listener.listen(64)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield Site(f"http://127.0.0.1:{port}", store, People(store.engine))
        server.should_exit = True
        thread.join(20)
    app.state.store.close()
    store.close()


@pytest.fixture(scope="session")
def shared_browser() -> Generator[Browser]:
    """The browser."""
    with browser() as opened:
        yield opened


Open = Callable[..., Page]


@pytest.fixture
def window(site: Site, shared_browser: Browser) -> Generator[Open]:
    """Opens a window in which somebody is signed in; a clinician where no name is given."""
    opened: list[BrowserContext] = []

    def window(
        name: str = "Dr Lind",
        *roles: Role,
        width: int = 1280,
        dark: bool = False,
        js: bool = True,
        signed_in: bool = True,
    ) -> Page:
        context = shared_browser.new_context(
            base_url=site.address,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=js,
        )
        opened.append(context)
        if signed_in:
            secret = site.session(name, *(roles or (Role.CLINICIAN,)))
            context.add_cookies([{"name": "treadway", "value": secret, "url": site.address}])
        context.set_default_timeout(60_000)  # a busy machine is no defect
        return context.new_page()

    yield window
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def violations() -> Callable[[Page], list[str]]:
    """What axe finds wrong with a page."""
    source = axe()

    def found(page: Page) -> list[str]:
        page.evaluate(source)
        result = page.evaluate("() => axe.run()")
        return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in result["violations"]]

    return found
