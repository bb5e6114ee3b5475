"""The address without a path, and the one-time link that `treadway serve` prints."""

import re

import pytest

from api.rest.app import create_app
from api.serving.local import is_demo, owner_link, settle
from engine.access.rights import Role
from engine.store.store import Store

HERE = {"origin": "http://127.0.0.1:8000"}


def sign_in(served, link, **headers):
    return served.client.post(
        "/sign-in", data={"link": link}, headers={**HERE, **headers}, follow_redirects=False
    )


class TestOneTimeLink:
    def test_it_signs_the_owner_in_and_the_board_can_be_read(self, served, link):
        answer = sign_in(served, link)
        assert answer.status_code == 303
        assert "httponly" in answer.headers["set-cookie"].lower()
        assert "Signed in as Owner of this computer" in served.client.get("/").text
        assert served.client.get("/api/v1/board?clinic=local").status_code == 200

    def test_a_second_use_is_refused(self, served, link):
        sign_in(served, link)
        served.client.cookies.clear()
        answer = sign_in(served, link)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers

    def test_looking_at_its_address_does_not_use_it_up(self, served, link):
        """Programs fetch addresses to preview them."""
        page = served.client.get("/sign-in", params={"link": link})
        assert re.search(rf'value="{link}"', page.text)
        assert sign_in(served, link).status_code == 303

    def test_a_form_of_another_site_is_refused_and_leaves_the_link_good(self, served, link):
        assert sign_in(served, link, origin="http://evil.example").status_code == 403
        assert sign_in(served, link).status_code == 303

    def test_an_earlier_link_ends_with_a_new_one(self, served, link):
        newer = owner_link(served.store)
        assert sign_in(served, link).status_code == 403
        assert sign_in(served, newer).status_code == 303

    def test_hostile_text_in_the_address_stays_text(self, served):
        page = served.client.get("/sign-in", params={"link": '"><script>alert(1)</script>'})
        assert "<script>" not in page.text

    @pytest.mark.parametrize("body", [b"", b"link=", b"link=%FF%00", b"link=" + b"a" * 9_000])
    def test_a_broken_form_is_refused_without_a_fault(self, served, body):
        answer = served.client.post("/sign-in", content=body, headers=HERE)
        assert answer.status_code in (400, 403, 413)


def test_the_first_address_leads_to_the_caseload_a_new_case_and_the_algorithms(served):
    page = served.client.get("/")
    for path in ("/caseload", "/cases/new", "/algorithms"):
        assert f'href="{path}"' in page.text
        assert served.client.get(path, follow_redirects=False).status_code != 404
    assert "/api/v1/openapi.json" in page.text
    assert "unsafe" not in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


def test_the_pages_of_the_front_are_beside_the_api_and_not_in_its_description(served):
    plain = create_app(None, None)  # pyright: ignore[reportArgumentType]
    assert served.client.get("/api/v1/openapi.json").json()["paths"].keys() == plain.openapi()["paths"].keys()


class TestLaptop:
    def test_its_owner_holds_every_role_in_its_one_clinic(self, served, link):
        sign_in(served, link)
        secret = served.client.cookies["treadway"]
        holder = served.doors.who_by_session(secret)
        assert holder is not None
        assert holder.roles_in("local", served.doors.clock()) == frozenset(Role)

    def test_a_second_start_makes_nothing_anew(self, served):
        before = len(served.store.read_audit("local"))
        settle(served.store, "UTC", demo=False)
        assert len(served.store.read_audit("local")) == before

    def test_only_the_demonstrations_own_database_is_one(self, served, tmp_path):
        assert not is_demo(served.store)
        other = Store.open(str(tmp_path / "demo.db"))
        settle(other, "UTC", demo=True)
        assert is_demo(other)
        other.close()


def test_every_answer_names_its_request(served):
    ids = {served.client.get("/").headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3
