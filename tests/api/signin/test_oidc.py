"""Signing in through an identity provider: a real one in its own process, that misbehaves when told to."""

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.signin.errors import Flaw, IdentityRefusedError, ProviderUnavailableError
from api.signin.oidc import Client, CodeFlow, Identity, Pending
from api.signin.provider import KEPT_SECONDS, NEW_KEYS_SECONDS, Provider
from tests.support.issuer import CLIENT_ID, CLIENT_SECRET, REDIRECT, Issuer


class Seconds:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def flow(provider, seconds) -> CodeFlow:
    return CodeFlow(Provider(provider.url, seconds), Client(CLIENT_ID, REDIRECT, CLIENT_SECRET))


def sign_in(flow: CodeFlow, provider: Issuer) -> Identity:
    """The whole way there and back."""
    url, pending = flow.begin()
    return flow.finish(Pending.of_text(pending.text()), provider.visit(url))


def refused(flow: CodeFlow, provider: Issuer) -> Flaw:
    """Why the whole way there and back signs nobody in."""
    with pytest.raises(IdentityRefusedError) as raised:
        sign_in(flow, provider)
    return raised.value.flaw


def now() -> int:
    return int(time.time())


class TestTheWholeWay:
    def test_somebody_is_signed_in(self, flow, provider):
        assert sign_in(flow, provider) == Identity(provider.url, "42", "Dr Ek")

    def test_the_browser_carries_no_secret_there(self, flow, provider):
        url, pending = flow.begin()
        sent = parse_qs(urlsplit(url).query)
        assert set(sent) == {
            "response_type", "client_id", "redirect_uri", "scope", "state", "nonce",
            "code_challenge", "code_challenge_method",
        }  # fmt: skip
        assert sent["code_challenge_method"] == ["S256"]
        assert pending.verifier not in url
        assert CLIENT_SECRET not in url

    def test_no_two_sign_ins_share_a_secret(self, flow):
        first, second = flow.begin()[1], flow.begin()[1]
        assert not {first.state, first.nonce, first.verifier} & {second.state, second.nonce, second.verifier}

    @pytest.mark.parametrize("alg", ["RS256", "ES256"])
    def test_either_kind_of_key_will_do(self, flow, provider, alg):
        provider.set(alg=alg)
        assert sign_in(flow, provider).subject == "42"

    def test_a_name_is_not_needed(self, flow, provider):
        provider.set(claims={"name": None})
        assert sign_in(flow, provider).name == ""

    def test_the_provider_is_asked_about_itself_once(self, flow, provider, seconds):
        path = "/.well-known/openid-configuration"
        sign_in(flow, provider)
        asked = provider.asked()
        sign_in(flow, provider)
        assert (provider.asked()[path], provider.asked()["/jwks"]) == (asked[path], asked["/jwks"])
        seconds.now += KEPT_SECONDS
        sign_in(flow, provider)
        assert provider.asked()[path] == asked[path] + 1


class TestBadTokens:
    @pytest.mark.parametrize(
        ("claims", "flaw"),
        [
            pytest.param({"iss": "https://evil.example"}, Flaw.ISSUER, id="issuer-wrong"),
            pytest.param({"iss": None}, Flaw.ISSUER, id="issuer-missing"),
            pytest.param({"iss": ["a"]}, Flaw.ISSUER, id="issuer-list"),
            pytest.param({"aud": "somebody-else"}, Flaw.AUDIENCE, id="audience-wrong"),
            pytest.param({"aud": None}, Flaw.AUDIENCE, id="audience-missing"),
            pytest.param({"aud": []}, Flaw.AUDIENCE, id="audience-empty"),
            pytest.param({"aud": [CLIENT_ID, "other"]}, Flaw.AUDIENCE, id="audiences-without-party"),
            pytest.param({"aud": [CLIENT_ID, "other"], "azp": "other"}, Flaw.AUDIENCE, id="party-wrong"),
            pytest.param({"azp": "other"}, Flaw.AUDIENCE, id="party-wrong-alone"),
            pytest.param({"nonce": "another"}, Flaw.NONCE, id="nonce-wrong"),
            pytest.param({"nonce": None}, Flaw.NONCE, id="nonce-missing"),
            pytest.param({"nonce": ""}, Flaw.NONCE, id="nonce-empty"),
            pytest.param({"exp": 1_000_000_000}, Flaw.TIME, id="expired"),
            pytest.param({"exp": None}, Flaw.TIME, id="expiry-missing"),
            pytest.param({"exp": "tomorrow"}, Flaw.TIME, id="expiry-text"),
            pytest.param({"iat": None}, Flaw.TIME, id="issue-missing"),
            pytest.param({"iat": 9_999_999_999}, Flaw.TIME, id="issued-tomorrow"),
            pytest.param({"iat": 1_000_000_000}, Flaw.TIME, id="issued-long-ago"),
            pytest.param({"nbf": 9_999_999_999}, Flaw.TIME, id="not-yet"),
            pytest.param({"sub": None}, Flaw.CLAIM, id="subject-missing"),
            pytest.param({"sub": ""}, Flaw.CLAIM, id="subject-empty"),
            pytest.param({"sub": 42}, Flaw.CLAIM, id="subject-number"),
            pytest.param({"sub": "x" * 256}, Flaw.CLAIM, id="subject-endless"),
            pytest.param({"at_hash": "AAAA"}, Flaw.CLAIM, id="another-access-token"),
        ],
    )
    def test_a_claim_that_is_not_as_it_must_be_signs_nobody_in(self, flow, provider, claims, flaw):
        provider.set(claims=claims)
        assert refused(flow, provider) is flaw

    def test_two_audiences_with_us_as_the_party_will_do(self, flow, provider):
        provider.set(claims={"aud": [CLIENT_ID, "other"], "azp": CLIENT_ID})
        assert sign_in(flow, provider).subject == "42"

    @pytest.mark.parametrize(
        "manners",
        [
            pytest.param({"sign_with": "none", "alg": "none"}, id="alg-none"),
            pytest.param({"sign_with": "none", "alg": "NONE"}, id="alg-NONE"),
            pytest.param({"sign_with": "none", "alg": "RS256"}, id="no-signature"),
            pytest.param({"sign_with": "oct-of-public-key"}, id="public-key-as-secret"),
            pytest.param({"sign_with": "stranger"}, id="stranger-with-our-key-id"),
            pytest.param({"sign_with": "old"}, id="key-that-was-taken-away"),
            pytest.param({"kid": "unknown"}, id="unknown-key-id"),
            pytest.param({"kid": "none"}, id="no-key-id-among-several"),
            pytest.param({"alg": "RS512"}, id="method-not-offered"),
        ],
    )
    def test_a_signature_that_proves_nothing_signs_nobody_in(self, flow, provider, manners):
        """Also where the provider itself says that it offers `none` and shared secrets."""
        provider.set(**manners)
        assert refused(flow, provider) is Flaw.SIGNATURE

    @pytest.mark.parametrize(
        "raw", ["", "x", "a.b", "a.b.c", "a.b.c.d.e", "é.é.é", "e30.e30.", f"{'A' * 100_000}.A.A"]
    )
    def test_what_is_no_token_signs_nobody_in(self, flow, provider, raw):
        provider.set(raw_id_token=raw or " ")
        assert refused(flow, provider) in (Flaw.FORM, Flaw.SIGNATURE)

    @pytest.mark.parametrize(
        ("response", "flaw"),
        [
            pytest.param({"access_token": "x", "token_type": "Bearer"}, Flaw.FORM, id="no-id-token"),
            pytest.param({"access_token": "x", "id_token": 7}, Flaw.FORM, id="id-token-number"),
            pytest.param(["x"], Flaw.FORM, id="list"),
            pytest.param({"error": "invalid_client"}, Flaw.CODE, id="error"),
        ],
    )
    def test_an_answer_without_a_token_signs_nobody_in(self, flow, provider, response, flaw):
        provider.set(token_response=response)
        assert refused(flow, provider) is flaw

    def test_any_change_to_a_good_token_spoils_it(self, flow, provider):
        provider.set()
        good = _good_token(flow, provider)
        flow._decoded(good)
        header, body, signature = good.split(".")
        for changed in (
            f"{header}.{_with(body, sub='1')}.{signature}",
            f"{header}.{body}.{signature[:-8]}AAAAAAAA",
            f"{_with(header, alg='none')}.{body}.",
            f"{_with(header, alg='HS256')}.{body}.{signature}",
            f"{_with(header, jku='https://evil.example')}.{body}.{signature}",
            f"{header}.{body}",
            f"{header}.{body}.",
            f"{good}.{signature}",
        ):
            with pytest.raises(IdentityRefusedError):
                flow._decoded(changed)

    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(place=st.integers(0, 5_000), letter=st.sampled_from("ABCXYZabcxyz0189-_.=~ é"))
    def test_any_changed_letter_spoils_it_or_changes_nothing(self, flow, provider, place, letter):
        good = _GOOD.setdefault(provider.url, None) or _good_token(flow, provider)
        _GOOD[provider.url] = good
        place %= len(good)
        changed = good[:place] + letter + good[place + 1 :]
        try:
            found = flow._decoded(changed).claims
        except IdentityRefusedError:
            return
        # base64 leaves bits unused at the end of each part; nothing that is said may differ.
        assert found == flow._decoded(good).claims


_GOOD: dict[str, str | None] = {}


def _good_token(flow, provider) -> str:
    url, pending = flow.begin()
    token = flow._redeem(pending, provider.visit(url)["code"])["id_token"]
    assert isinstance(token, str)
    return token


def _with(part: str, **values: object) -> str:
    said = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return base64.urlsafe_b64encode(json.dumps({**said, **values}).encode()).rstrip(b"=").decode()


class TestKeys:
    def test_a_new_key_is_fetched_when_it_is_met(self, flow, provider, seconds):
        sign_in(flow, provider)
        provider.set(rotate=1)
        seconds.now += NEW_KEYS_SECONDS
        assert sign_in(flow, provider).subject == "42"

    def test_a_key_that_was_rotated_away_signs_nobody_in(self, flow, provider, seconds):
        sign_in(flow, provider)
        provider.set(rotate=2)
        seconds.now += NEW_KEYS_SECONDS
        sign_in(flow, provider)
        provider.set(rotate=2, sign_with="old")
        seconds.now += NEW_KEYS_SECONDS
        assert refused(flow, provider) is Flaw.SIGNATURE

    def test_an_old_key_that_is_still_published_will_do(self, flow, provider):
        provider.set(sign_with="old", publish_old=True)
        assert sign_in(flow, provider).subject == "42"

    def test_unknown_keys_do_not_make_us_ask_without_end(self, flow, provider):
        sign_in(flow, provider)
        before = provider.asked()["/jwks"]
        provider.set(kid="unknown")
        for _ in range(5):
            assert refused(flow, provider) is Flaw.SIGNATURE
        assert provider.asked()["/jwks"] <= before + 1


class TestTheWayBack:
    def test_an_answer_of_another_browser_signs_nobody_in(self, flow, provider):
        """Login CSRF: the attacker's answer in the victim's browser."""
        url, _ = flow.begin()
        _, victims = flow.begin()
        with pytest.raises(IdentityRefusedError) as raised:
            flow.finish(victims, provider.visit(url))
        assert raised.value.flaw is Flaw.STATE

    def test_a_code_is_worth_nothing_without_its_verifier(self, flow, provider):
        """A stolen code, put into the thief's own sign-in."""
        url, _ = flow.begin()
        _, thiefs = flow.begin()
        answer = {**provider.visit(url), "state": thiefs.state}
        with pytest.raises(IdentityRefusedError) as raised:
            flow.finish(thiefs, answer)
        assert raised.value.flaw is Flaw.CODE

    def test_a_code_works_once(self, flow, provider):
        url, pending = flow.begin()
        answer = provider.visit(url)
        assert flow.finish(pending, answer)
        with pytest.raises(IdentityRefusedError) as raised:
            flow.finish(pending, answer)
        assert raised.value.flaw is Flaw.CODE

    @pytest.mark.parametrize(
        ("change", "flaw"),
        [
            pytest.param({"state": ""}, Flaw.STATE, id="state-empty"),
            pytest.param({"state": None}, Flaw.STATE, id="state-missing"),
            pytest.param({"state": "é\ud800"}, Flaw.STATE, id="state-odd"),
            pytest.param({"iss": "https://evil.example"}, Flaw.ISSUER, id="another-provider"),
            pytest.param({"iss": None}, Flaw.ISSUER, id="provider-not-named"),
            pytest.param({"code": None}, Flaw.CODE, id="no-code"),
            pytest.param({"code": "invented"}, Flaw.CODE, id="code-invented"),
            pytest.param({"error": "access_denied"}, Flaw.DENIED, id="denied"),
        ],
    )
    def test_an_answer_that_is_not_as_it_must_be_signs_nobody_in(self, flow, provider, change, flaw):
        url, pending = flow.begin()
        answer = {**provider.visit(url), **change}
        with pytest.raises(IdentityRefusedError) as raised:
            flow.finish(pending, {name: value for name, value in answer.items() if value is not None})
        assert raised.value.flaw is flaw

    def test_a_person_who_says_no_is_not_signed_in(self, flow, provider):
        provider.set(deny=True)
        assert refused(flow, provider) is Flaw.DENIED

    @pytest.mark.parametrize(("minutes", "works"), [(9, True), (10, False), (-1, False)])
    def test_it_must_not_take_longer_than_ten_minutes(self, provider, minutes, works):
        client = Client(CLIENT_ID, REDIRECT, CLIENT_SECRET)
        url, pending = CodeFlow(Provider(provider.url), client).begin()
        began = datetime.now(UTC) - timedelta(minutes=minutes)
        old = Pending(pending.state, pending.nonce, pending.verifier, began.isoformat())
        flow = CodeFlow(Provider(provider.url), client)
        if works:
            assert flow.finish(old, provider.visit(url))
        else:
            with pytest.raises(IdentityRefusedError):
                flow.finish(old, provider.visit(url))

    @given(st.text(max_size=60) | st.sampled_from(["{}", "[]", "null", '{"state": 1}', "[" * 50_000]))
    def test_a_cookie_of_ours_that_is_not_is_refused(self, text):
        with pytest.raises(IdentityRefusedError):
            Pending.of_text(text)

    def test_a_wrong_secret_of_the_client_signs_nobody_in(self, provider):
        flow = CodeFlow(Provider(provider.url), Client(CLIENT_ID, REDIRECT, "wrong"))
        assert refused(flow, provider) is Flaw.CODE

    def test_what_a_person_is_told_names_no_detail(self):
        assert (
            len({(IdentityRefusedError(flaw).message, IdentityRefusedError(flaw).fix) for flaw in Flaw}) == 1
        )


class TestTheProvider:
    @pytest.mark.parametrize(
        "manners",
        [
            pytest.param({"broken": "discovery"}, id="down"),
            pytest.param({"discovery": {"issuer": "https://evil.example"}}, id="another-name"),
            pytest.param({"discovery": {"issuer": None}}, id="no-name"),
            pytest.param(
                {"discovery": {"token_endpoint": "http://evil.example/token"}}, id="token-in-the-clear"
            ),
            pytest.param({"discovery": {"jwks_uri": "file:///etc/passwd"}}, id="file"),
            pytest.param({"discovery": {"authorization_endpoint": "javascript:alert(1)"}}, id="script"),
            pytest.param({"discovery": {"jwks_uri": 7}}, id="number"),
            pytest.param(
                {"discovery": {"token_endpoint": "https://user@evil.example"}}, id="user-in-address"
            ),
        ],
    )
    def test_one_that_cannot_be_trusted_is_not_used(self, flow, provider, manners):
        provider.set(**manners)
        with pytest.raises(ProviderUnavailableError):
            flow.begin()

    @pytest.mark.parametrize("token_status", [500, 503])
    def test_one_that_fails_half_way_is_unavailable(self, flow, provider, token_status):
        provider.set(token_status=token_status)
        with pytest.raises(ProviderUnavailableError):
            sign_in(flow, provider)

    def test_one_whose_keys_cannot_be_had_is_unavailable(self, flow, provider):
        provider.set(broken="jwks")
        with pytest.raises(ProviderUnavailableError):
            sign_in(flow, provider)

    def test_one_that_is_back_is_used_again(self, flow, provider):
        provider.set(broken="discovery")
        with pytest.raises(ProviderUnavailableError):
            flow.begin()
        provider.set()
        assert sign_in(flow, provider)

    @pytest.mark.parametrize("url", ["http://id.example", "ftp://id.example", "", "id.example", "https://"])
    def test_an_issuer_without_tls_is_refused_at_the_start(self, url):
        with pytest.raises(ProviderUnavailableError):
            Provider(url)

    def test_nobody_listening_is_told_in_words(self):
        with pytest.raises(ProviderUnavailableError) as raised:
            CodeFlow(Provider("http://127.0.0.1:1"), Client(CLIENT_ID, REDIRECT)).begin()
        assert "cannot be reached" in raised.value.message
