"""Signing in and out in a browser: the routes, their cookies, and what they refuse."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from sqlalchemy import select

from engine.access.lifetimes import SESSION_IDLE
from engine.access.rights import Role
from engine.access.throttle import RULES, Counted
from engine.people import People, add_user, grant, make_link, set_password
from engine.store.audit import lines
from engine.store.database import reading
from engine.store.people_schema import sign_in_tries
from engine.store.wall import within
from tests.support.issuer import CLIENT_ID, CLIENT_SECRET

PASSWORD = "seven grey herons by the weir"


def through_provider(browser, provider, onward="/"):
    """The whole way there and back; the answer at its end."""
    there = browser.get("/sign-in/provider", params={"onward": onward})
    assert there.status_code == 303
    back = urlsplit(provider.sent_back(there.headers["location"]))
    return browser.get(f"{back.path}?{back.query}")


def session_of(browser):
    return browser.cookies.get("treadway")


def form_token(browser):
    """The token of the form on the first page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/").text)
    assert found
    return found[1]


class TestThroughTheProvider:
    def test_somebody_is_signed_in_and_comes_to_where_they_wanted(self, browser, provider):
        answer = through_provider(browser, provider, "/cases/1001?on=2026-01-12")
        assert (answer.status_code, answer.headers["location"]) == (303, "/cases/1001?on=2026-01-12")
        assert "Signed in as Dr Ek" in browser.get("/").text

    def test_somebody_new_may_do_nothing_until_a_role_is_given(self, browser, provider, doors):
        through_provider(browser, provider)
        assert browser.get("/api/v1/board?clinic=harbour").status_code == 404
        holder = doors.who_by_session(session_of(browser))
        grant(doors, None, holder.user_id, Role.READER, "harbour")
        assert browser.get("/api/v1/board?clinic=harbour").status_code == 200

    def test_a_second_sign_in_is_a_new_session_and_ends_the_old_one(self, browser, provider, doors):
        through_provider(browser, provider)
        first = session_of(browser)
        through_provider(browser, provider)
        assert session_of(browser) != first
        assert doors.who_by_session(first) is None

    def test_an_answer_serves_once(self, browser, provider):
        there = browser.get("/sign-in/provider")
        back = urlsplit(provider.sent_back(there.headers["location"]))
        assert browser.get(f"{back.path}?{back.query}").status_code == 303
        assert browser.get(f"{back.path}?{back.query}").status_code == 403

    def test_the_answer_of_another_browser_signs_nobody_in(self, browser, provider, installed):
        """The thief's answer in the victim's browser, which has begun no sign-in."""
        there = browser.get("/sign-in/provider")
        back = urlsplit(provider.sent_back(there.headers["location"]))
        browser.cookies.clear()
        answer = browser.get(f"{back.path}?{back.query}")
        assert answer.status_code == 403
        assert session_of(browser) is None

    @pytest.mark.parametrize("kept", ["", "x", "e30=", "W10=", "WyJ4IiwgIi8iXQ==", "%00", "W1tbW1tb"])
    def test_a_cookie_that_is_not_ours_is_refused_without_a_fault(self, browser, kept):
        answer = browser.get("/sign-in/back?code=a&state=b", headers={"cookie": f"treadway-sign-in={kept}"})
        assert answer.status_code == 403
        assert "Not signed in" in answer.text

    def test_a_parameter_given_twice_is_refused(self, browser, provider):
        there = browser.get("/sign-in/provider")
        back = urlsplit(provider.sent_back(there.headers["location"]))
        assert browser.get(f"{back.path}?{back.query}&code=other").status_code == 403

    def test_a_token_of_a_liar_signs_nobody_in(self, browser, provider):
        provider.set(sign_with="stranger")
        answer = through_provider(browser, provider)
        assert answer.status_code == 403
        assert session_of(browser) is None

    def test_a_provider_that_is_down_is_said_to_be_so_and_costs_no_try(self, browser, provider, doors):
        there = browser.get("/sign-in/provider")
        provider.set(broken="jwks")
        back = urlsplit(provider.sent_back(there.headers["location"]))
        answer = browser.get(f"{back.path}?{back.query}")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
        with reading(doors.engine) as connection:
            assert connection.execute(select(sign_in_tries)).all() == []
        provider.set()
        assert through_provider(browser, provider).status_code == 303

    def test_one_that_is_down_at_the_start_leads_back_to_the_page(self, browser, provider):
        provider.set(broken="discovery")
        answer = browser.get("/sign-in/provider?onward=/caseload")
        assert answer.status_code == 503
        assert "try again in a minute" in answer.text

    def test_failed_answers_are_counted_by_address(self, browser):
        for _ in range(RULES[Counted.ADDRESS].tries):
            there = browser.get("/sign-in/provider")
            state = parse_qs(urlsplit(there.headers["location"]).query)["state"][0]
            answer = browser.get("/sign-in/back", params={"code": "guess", "state": state})
            assert answer.status_code == 403
        there = browser.get("/sign-in/provider")
        state = parse_qs(urlsplit(there.headers["location"]).query)["state"][0]
        answer = browser.get("/sign-in/back", params={"code": "guess", "state": state})
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0

    def test_passwords_are_not_asked_for_nor_taken_beside_a_provider(self, browser, doors):
        user_id = add_user(doors, "ek", "Dr Ek")
        set_password(doors, user_id, PASSWORD)
        assert "password" not in browser.get("/sign-in").text.lower()
        answer = browser.post("/sign-in", data={"login": "ek", "password": PASSWORD})
        assert answer.status_code == 403
        assert session_of(browser) is None

    def test_a_one_time_link_of_the_operator_still_works(self, browser, doors):
        link = make_link(doors, add_user(doors, "first", "First Admin"))
        assert browser.post("/sign-in", data={"link": link}).status_code == 303

    def test_sign_out_shows_the_way_out_at_the_provider_too(self, browser, provider, installed):
        provider.set(discovery={"end_session_endpoint": f"{provider.url}/logout"})
        other = installed(
            oidc_issuer=provider.url, oidc_client_id=CLIENT_ID, oidc_client_secret=CLIENT_SECRET
        )
        page = other.get("/sign-in?signed-out=yes").text
        assert f"{provider.url}/logout?client_id={CLIENT_ID}" in page
        assert quote("http://127.0.0.1:8000/sign-in", safe="") in page


class TestByPassword:
    @pytest.fixture
    def browser(self, installed, doors: People):
        user_id = add_user(doors, "ek", "Dr Ek")
        set_password(doors, user_id, PASSWORD)
        grant(doors, None, user_id, Role.CLINICIAN, "harbour")
        return installed()

    def test_the_right_one_signs_in(self, browser, doors):
        answer = browser.post("/sign-in", data={"login": "EK", "password": PASSWORD, "onward": "/caseload"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/caseload")
        with within("harbour"), reading(doors.engine) as connection:
            last = lines(connection, "harbour")[-1].row
        assert (last.action, last.detail) == ("sign in", "password")

    def test_wrong_and_unknown_are_answered_alike_and_nothing_typed_comes_back(self, browser):
        wrong = browser.post("/sign-in", data={"login": "ek", "password": "my secret dog"})
        unknown = browser.post("/sign-in", data={"login": "nobody", "password": "my secret dog"})
        assert wrong.status_code == unknown.status_code == 403
        assert wrong.text == unknown.text
        assert "my secret dog" not in wrong.text

    def test_tries_are_counted_over_all_processes(self, browser, installed):
        """The second browser asks another process's app over the same database."""
        other = installed()
        rule = RULES[Counted.ACCOUNT]
        for each in range(rule.tries):
            answer = (browser, other)[each % 2].post("/sign-in", data={"login": "ek", "password": "x"})
            assert answer.status_code == 403
        answer = other.post("/sign-in", data={"login": "ek", "password": PASSWORD})
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= rule.window.total_seconds()

    @pytest.mark.parametrize(
        "onward",
        [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "",
            "javascript:alert(1)",
            "/a\nb",
            "/é",
        ],
    )
    def test_nobody_is_led_to_another_site(self, browser, onward):
        answer = browser.post("/sign-in", data={"login": "ek", "password": PASSWORD, "onward": onward})
        assert answer.headers["location"] == "/"


class TestSessions:
    @pytest.fixture
    def browser(self, installed, doors: People):
        user_id = add_user(doors, "ek", "Dr Ek")
        grant(doors, None, user_id, Role.CLINICIAN, "harbour")
        client = installed()
        assert client.post("/sign-in", data={"link": make_link(doors, user_id)}).status_code == 303
        return client

    def test_sign_out_ends_the_session_and_takes_the_cookie(self, browser, doors):
        secret = session_of(browser)
        answer = browser.post("/sign-out", data={"csrf_token": form_token(browser)})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?signed-out=yes")
        assert session_of(browser) is None
        assert doors.who_by_session(secret) is None
        assert browser.get("/api/v1/board?clinic=harbour", headers={"cookie": f"treadway={secret}"}).is_error

    def test_signing_out_twice_is_no_error(self, browser):
        browser.cookies.clear()
        assert browser.post("/sign-out").status_code == 303

    @pytest.mark.parametrize(
        "made",
        [
            pytest.param(lambda _: {}, id="no-token"),
            pytest.param(lambda _: {"data": {"csrf_token": "A" * 88}}, id="wrong-token"),
            pytest.param(
                lambda token: {"data": {"csrf_token": token}, "headers": {"origin": "http://evil.example"}},
                id="another-origin",
            ),
            pytest.param(
                lambda token: {"data": {"csrf_token": token}, "headers": {"sec-fetch-site": "cross-site"}},
                id="another-site",
            ),
        ],
    )
    def test_another_site_cannot_sign_anybody_out(self, browser, doors, made):
        answer = browser.post("/sign-out", **made(form_token(browser)))
        assert answer.status_code == 403
        assert doors.who_by_session(session_of(browser)) is not None

    def test_a_session_that_is_over_is_no_session(self, browser, doors):
        secret = session_of(browser)
        later = People(doors.engine, lambda: doors.clock() + SESSION_IDLE + timedelta(seconds=1))
        assert doors.who_by_session(secret) is not None
        assert later.who_by_session(secret) is None

    def test_a_link_is_refused_by_a_form_of_another_site(self, browser, doors):
        link = make_link(doors, add_user(doors, "thief", "Thief"))
        answer = browser.post("/sign-in", data={"link": link}, headers={"origin": "http://evil.example"})
        assert answer.status_code == 403


class TestCookies:
    def test_behind_tls_the_cookies_are_bound_to_the_host(self, installed, provider):
        browser = installed(
            "https://treadway.example.org",
            public_url="https://treadway.example.org",
            oidc_issuer=provider.url,
            oidc_client_id=CLIENT_ID,
            oidc_client_secret=CLIENT_SECRET,
        )
        there = browser.get("/sign-in/provider")
        pending = there.headers["set-cookie"]
        assert pending.startswith("__Host-treadway-sign-in=")
        back = urlsplit(provider.sent_back(there.headers["location"]))
        answer = browser.get(f"{back.path}?{back.query}")
        cookies = answer.headers.get_list("set-cookie")
        assert [cookie.partition("=")[0] for cookie in cookies] == [
            "__Host-treadway",
            "__Host-treadway-sign-in",
        ]
        for cookie in [pending, *cookies]:
            flags = {part.strip().lower() for part in cookie.split(";")[1:]}
            assert {"httponly", "secure", "samesite=lax", "path=/"} <= flags
            assert not any(flag.startswith("domain") for flag in flags)
        assert "max-age" not in cookies[0].lower()
        assert "max-age=0" in cookies[1].lower()

    def test_no_page_of_the_way_is_kept_and_none_runs_scripts(self, browser, provider):
        pages = [
            browser.get("/sign-in"),
            browser.get("/sign-in/provider"),
            browser.get("/sign-in/back"),
            browser.post("/sign-in"),
            browser.get("/"),
        ]
        for page in pages:
            assert page.headers["cache-control"] == "no-store"
            assert "unsafe" not in page.headers["content-security-policy"]
            assert page.headers["x-content-type-options"] == "nosniff"
            assert page.headers["referrer-policy"] in ("no-referrer", "same-origin")
