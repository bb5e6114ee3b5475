"""CSRF, headers, proxies, tries and lifetimes: plain functions that every door uses."""

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.access.csrf import Foreign, csrf_fits, csrf_token, foreign
from engine.access.headers import Kind, security_headers, session_cookie
from engine.access.lifetimes import SESSION_IDLE, SESSION_LONGEST, session_lives
from engine.access.proxy import Client, client_of, listen_refusal, networks
from engine.access.secrets import clinic_of_token, hashed, is_clinic_id, new_secret, new_token
from engine.access.throttle import Rule, wait_seconds

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
OURS = {"https://clinic.example"}


class TestCsrf:
    def test_a_token_fits_its_session_alone(self):
        mine, other = new_secret(), new_secret()
        token = csrf_token(mine)
        assert csrf_fits(mine, token)
        assert not csrf_fits(other, token)

    def test_it_looks_different_each_time(self):
        """Else a compressed page could give it away letter by letter."""
        secret = new_secret()
        assert csrf_token(secret) != csrf_token(secret)

    @pytest.mark.parametrize("token", [None, "", "x", "é" * 88, "A" * 88, "=" * 88, "A" * 10_000])
    def test_anything_else_fits_nothing(self, token):
        assert not csrf_fits(new_secret(), token)

    @given(st.binary(min_size=64, max_size=64).map(bytes.hex) | st.text(max_size=100))
    def test_no_text_fits_by_chance_or_raises(self, token):
        assert not csrf_fits("s" * 43, token)

    @given(place=st.integers(0, 86), letter=st.sampled_from("AZaz09-_"))
    def test_a_changed_letter_spoils_it(self, place, letter):
        token = csrf_token("s" * 43)
        changed = f"{token[:place]}{letter}{token[place + 1 :]}"
        # The last letter before the padding holds bits that mean nothing.
        assert csrf_fits("s" * 43, changed) is (changed == token) or place >= 85

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "post", "SURPRISE"])
    @pytest.mark.parametrize(
        ("headers", "why"),
        [
            pytest.param(
                {"sec-fetch-site": "same-origin", "origin": "https://clinic.example"}, None, id="ours"
            ),
            pytest.param({"sec-fetch-site": "same-origin"}, None, id="ours-without-origin"),
            pytest.param({"origin": "https://clinic.example"}, None, id="older-browser"),
            pytest.param({"sec-fetch-site": "cross-site"}, Foreign.OTHER_SITE, id="cross-site"),
            pytest.param({"sec-fetch-site": "same-site"}, Foreign.OTHER_SITE, id="sister-site"),
            pytest.param({"sec-fetch-site": "none"}, Foreign.OTHER_SITE, id="typed"),
            pytest.param({"origin": "https://evil.example"}, Foreign.OTHER_ORIGIN, id="other-origin"),
            pytest.param({"origin": "null"}, Foreign.OTHER_ORIGIN, id="sandboxed"),
            pytest.param({"origin": "http://clinic.example"}, Foreign.OTHER_ORIGIN, id="without-tls"),
            pytest.param(
                {"origin": "https://clinic.example.evil.example"}, Foreign.OTHER_ORIGIN, id="longer"
            ),
            pytest.param({"origin": "https://clinic.example:444"}, Foreign.OTHER_ORIGIN, id="other-port"),
            pytest.param(
                {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
                Foreign.OTHER_ORIGIN,
                id="both",
            ),
            pytest.param({}, Foreign.UNKNOWN_ORIGIN, id="nothing-said"),
        ],
    )
    def test_what_changes_something_must_come_from_our_pages(self, method, headers, why):
        assert foreign(method, headers, OURS) is why

    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    def test_what_changes_nothing_may_come_from_anywhere(self, method):
        assert foreign(method, {"origin": "https://evil.example"}, OURS) is None


class TestHeaders:
    @pytest.mark.parametrize("kind", Kind)
    @pytest.mark.parametrize("behind_tls", [True, False])
    def test_every_answer_is_guarded(self, kind, behind_tls):
        headers = security_headers(kind, behind_tls=behind_tls)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert ("Strict-Transport-Security" in headers) is behind_tls

    @pytest.mark.parametrize("kind", [Kind.PAGE, Kind.PATIENT_PAGE, Kind.ASSET])
    def test_pages_run_nothing_that_is_not_a_file_of_ours(self, kind):
        policy = security_headers(kind, behind_tls=True)["Content-Security-Policy"]
        assert policy.startswith("default-src 'self';")
        assert "unsafe" not in policy

    @pytest.mark.parametrize("kind", Kind)
    def test_no_policy_allows_a_script_inside(self, kind):
        policy = security_headers(kind, behind_tls=True)["Content-Security-Policy"]
        allowed = dict(part.strip().split(" ", 1) for part in policy.split(";") if " " in part.strip())
        scripts = allowed.get("script-src", allowed["default-src"])
        assert scripts in ("'self'", "'none'")

    @pytest.mark.parametrize("kind", [Kind.PATIENT_PAGE, Kind.API])
    def test_no_patient_stays_in_a_cache(self, kind):
        assert security_headers(kind, behind_tls=True)["Cache-Control"] == "no-store"

    def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(self):
        cookie = session_cookie(behind_tls=True)
        assert cookie.name.startswith("__Host-")
        assert (cookie.secure, cookie.http_only, cookie.same_site, cookie.path) == (True, True, "Lax", "/")

    def test_on_plain_loopback_the_cookie_claims_no_more_than_it_has(self):
        cookie = session_cookie(behind_tls=False)
        assert not cookie.secure
        assert not cookie.name.startswith("__")


class TestProxy:
    TRUSTED = networks(["10.0.0.1", "192.168.7.0/24", "fd00::/8"])

    @pytest.mark.parametrize(
        ("peer", "forwarded", "client"),
        [
            pytest.param("203.0.113.9", "198.51.100.7", "203.0.113.9", id="stranger-says-anything"),
            pytest.param("10.0.0.1", "198.51.100.7", "198.51.100.7", id="our-proxy"),
            pytest.param("10.0.0.1", "1.2.3.4, 198.51.100.7", "198.51.100.7", id="client-wrote-the-first"),
            pytest.param("10.0.0.1", "198.51.100.7, 192.168.7.3", "198.51.100.7", id="two-proxies"),
            pytest.param("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7", id="mapped"),
            pytest.param("fd00::1", "2001:db8::7", "2001:db8::7", id="ipv6"),
            pytest.param("10.0.0.1", "", "10.0.0.1", id="nothing-forwarded"),
            pytest.param("10.0.0.1", "198.51.100.7, rubbish", "10.0.0.1", id="rubbish-ends-the-trail"),
            pytest.param("testclient", "198.51.100.7", "testclient", id="no-address"),
        ],
    )
    def test_forwarded_headers_count_only_from_listed_addresses(self, peer, forwarded, client):
        headers = {"x-forwarded-for": forwarded, "x-forwarded-proto": "https"}
        assert client_of(peer, headers, self.TRUSTED).address == client

    def test_a_stranger_cannot_claim_tls(self):
        assert client_of("203.0.113.9", {"x-forwarded-proto": "https"}, self.TRUSTED) == Client(
            "203.0.113.9", behind_tls=False
        )
        assert client_of("10.0.0.1", {"x-forwarded-proto": "https"}, self.TRUSTED).behind_tls

    def test_without_a_list_nobody_is_trusted(self):
        assert client_of("127.0.0.1", {"x-forwarded-for": "1.2.3.4"}, ()).address == "127.0.0.1"

    @given(st.text(max_size=40), st.ip_addresses())
    def test_no_header_raises_or_makes_a_client_of_ours(self, text, address):
        client = client_of("10.0.0.1", {"x-forwarded-for": f"{text},{address}"}, self.TRUSTED)
        ipaddress.ip_address(client.address)

    @pytest.mark.parametrize(
        ("host", "tls", "trusted", "demo", "allowed"),
        [
            ("127.0.0.1", False, (), False, True),
            ("localhost", False, (), True, True),
            ("::1", False, (), True, True),
            ("127.9.9.9", False, (), False, True),
            ("0.0.0.0", False, (), False, False),
            ("::", False, (), False, False),
            ("192.168.7.3", False, (), False, False),
            ("clinic.example", False, (), False, False),
            ("0.0.0.0", True, (), False, True),
            ("0.0.0.0", False, TRUSTED, False, True),
            ("0.0.0.0", True, TRUSTED, True, False),
            ("192.168.7.3", True, (), True, False),
        ],
    )
    def test_where_the_server_may_listen(self, host, tls, trusted, demo, allowed):
        refusal = listen_refusal(host, trusted, tls=tls, demo=demo)
        assert (refusal is None) is allowed

    def test_a_badly_written_list_is_refused_at_the_start(self):
        with pytest.raises(ValueError, match="rubbish"):
            networks(["10.0.0.1", "rubbish"])


class TestTries:
    RULE = Rule(3, timedelta(minutes=15))

    @pytest.mark.parametrize(
        ("ago_seconds", "wait"),
        [
            pytest.param([], 0, id="none"),
            pytest.param([1, 2], 0, id="one-left"),
            pytest.param([1, 2, 3], 897, id="waits-for-the-oldest"),
            pytest.param([1, 2, 900], 0, id="the-oldest-has-left"),
            pytest.param([1, 2, 899.5], 1, id="rounded-up"),
            pytest.param([0, 0, 0, 0, 0], 900, id="all-at-once"),
            pytest.param([600, 1, 800, 2], 300, id="any-order"),
        ],
    )
    def test_how_long_to_wait(self, ago_seconds, wait):
        assert wait_seconds(self.RULE, [NOW - timedelta(seconds=s) for s in ago_seconds], NOW) == wait

    @given(st.lists(st.integers(0, 1800), max_size=12))
    def test_after_the_wait_a_try_is_allowed_and_not_a_second_before(self, ago):
        tried = [NOW - timedelta(seconds=seconds) for seconds in ago]
        wait = wait_seconds(self.RULE, tried, NOW)
        assert wait_seconds(self.RULE, tried, NOW + timedelta(seconds=wait)) == 0
        if wait > 1:
            assert wait_seconds(self.RULE, tried, NOW + timedelta(seconds=wait - 1)) == 1


class TestLifetimes:
    @pytest.mark.parametrize(
        ("began_ago", "seen_ago", "lives"),
        [
            (timedelta(0), timedelta(0), True),
            (SESSION_IDLE, SESSION_IDLE, False),
            (SESSION_IDLE, SESSION_IDLE - timedelta(seconds=1), True),
            (SESSION_LONGEST, timedelta(0), False),
            (SESSION_LONGEST - timedelta(seconds=1), timedelta(0), True),
        ],
    )
    def test_a_session_ends_at_both_limits(self, began_ago, seen_ago, lives):
        assert session_lives(NOW - began_ago, NOW - seen_ago, NOW) is lives


class TestSecrets:
    def test_no_two_are_alike_and_each_is_long(self):
        made = {new_secret() for _ in range(100)}
        assert len(made) == 100
        assert {len(secret) for secret in made} == {43}

    def test_the_hash_is_not_the_secret(self):
        assert hashed("a") != hashed("b")
        assert "secret" not in hashed("secret")

    def test_a_token_names_its_clinic(self):
        assert clinic_of_token(new_token("harbour-2")) == "harbour-2"

    @pytest.mark.parametrize(
        "text", ["", "treadway.harbour.", "treadway..x", "bearer x", "a" * 43, f"treadway.Har.{'a' * 43}"]
    )
    def test_other_texts_name_none(self, text):
        assert clinic_of_token(text) is None

    @pytest.mark.parametrize("text", ["", "-a", "A", "a b", "a/b", "a" * 64, "é", "a\n", "../x", "a.b"])
    def test_what_cannot_name_a_clinic(self, text):
        assert not is_clinic_id(text)
