"""Who may read algorithms: without an account only where the installation says so; which open cases."""

from contextlib import closing

import pytest
from starlette.testclient import TestClient

from api.pages.case.handling import Asked
from api.pages.case.opening import offered_algorithms
from api.serving.application import application
from api.serving.local import settle
from api.serving.settings import Installation, SettingsError, read_installation
from engine.service import Actor, Desk
from engine.store.store import Store
from tests.support import published
from tests.support.published import ID, NEW


@pytest.fixture
def database(tmp_path):
    """A clinic that has published two approved versions."""
    path = str(tmp_path / "cases.db")
    with closing(Store.open(path)) as store:
        settle(store, "UTC", demo=False)
        published.publish_two(Desk(store, "local", Actor("Dr Before")))
    return path


@pytest.mark.parametrize("clinics", [(), ("another",)], ids=["not set", "of another clinic"])
def test_without_the_setting_nobody_reads_without_signing_in(database, clinics):
    app = application(Installation(database_url=database, published_clinics=clinics))
    with TestClient(app) as client:
        for path in ("/algorithms?clinic=local", f"/pathways/{ID}/{NEW}?clinic=local"):
            answer = client.get(path)
            assert answer.status_code == 401
            assert "You are signed out" in answer.text
    app.state.store.close()


def test_a_published_page_may_be_read_and_keeps_its_headers(database):
    app = application(Installation(database_url=database, published_clinics=("local",)))
    with TestClient(app) as client:
        answer = client.get(f"/pathways/{ID}/{NEW}")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-cache, private"
        assert "script-src" not in answer.headers["content-security-policy"]
        assert client.get(f"/pathways/{ID}/9.9.9").status_code == 404
        assert client.post(f"/pathways/{ID}/{NEW}").status_code == 405
        picture = client.get(f"/pathways/{ID}/{NEW}/diagram.svg")
        assert "sandbox" in picture.headers["content-security-policy"]
    app.state.store.close()


def test_the_setting_takes_several_clinics():
    found = read_installation({"TREADWAY_PUBLISHED_CLINICS": "harbour, fjord"})
    assert found.published_clinics == ("harbour", "fjord")
    with pytest.raises(SettingsError):
        read_installation({"TREADWAY_PUBLISHED_CLINIC": "harbour"})


def test_al_1_a_draft_cannot_be_chosen_for_a_new_case(database):
    with closing(Store.open(database)) as store:
        desk = Desk(store, "local", Actor("Dr Lind"))
        assert {one.value for one in offered_algorithms(Asked(desk))} == {f"{ID} {NEW}"}
        assert len(offered_algorithms(Asked(desk, drafts=True))) > 2
