"""Signing in by the code flow of OpenID Connect: to the provider with `begin`, back from it with `finish`.

The flow is bound to the browser three times: `state` to the answer, `nonce` to the ID token, and the PKCE
verifier to the code. Nothing that a token says counts before its signature.
"""

import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, cast

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import (
    ExpiredTokenError,
    InvalidClaimError,
    InvalidKeyIdError,
    JoseError,
    MissingClaimError,
)

from api.signin.errors import Flaw, IdentityRefusedError, ProviderUnavailableError
from api.signin.provider import Provider

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""What an ID token may be signed with: `none` and shared secrets are not among them."""
LEEWAY_SECONDS: Final = 60
"""How far the clocks may be apart."""
OLDEST_TOKEN: Final = timedelta(minutes=10)
LONGEST_SIGN_IN: Final = timedelta(minutes=10)
LONGEST_SUBJECT: Final = 255

_CLAIM_FLAWS: Final = {"iss": Flaw.ISSUER, "aud": Flaw.AUDIENCE, "azp": Flaw.AUDIENCE, "nonce": Flaw.NONCE,
                       "exp": Flaw.TIME, "iat": Flaw.TIME, "nbf": Flaw.TIME}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Client:
    """What the provider knows this installation as. No secret: a public client, by PKCE alone."""

    client_id: str
    redirect_uri: str
    client_secret: str | None = None
    scope: str = "openid profile"


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that has begun: kept in a `__Host-`, HttpOnly, SameSite=Lax cookie until the answer comes."""

    state: str
    nonce: str
    verifier: str
    began_at: str

    def text(self) -> str:
        """For the cookie."""
        return json.dumps(asdict(self))

    @classmethod
    def of_text(cls, text: str) -> "Pending":
        """The inverse of `text`.

        Raises:
            IdentityRefusedError: It is not such a text.
        """
        try:
            found: object = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise IdentityRefusedError(Flaw.STATE) from error
        names = set(cls.__dataclass_fields__)
        values = cast(dict[str, object], found) if isinstance(found, dict) else {}
        if set(values) != names or not all(isinstance(value, str) and value for value in values.values()):
            raise IdentityRefusedError(Flaw.STATE)
        return cls(**cast(dict[str, str], values))


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider vouches for. `subject` means somebody only together with `issuer`."""

    issuer: str
    subject: str
    name: str


class _OAuth(Protocol):
    """What is used of authlib's client, which has no types of its own."""

    def create_authorization_url(
        self, url: str, state: str, code_verifier: str, *, nonce: str
    ) -> tuple[str, str]: ...

    def fetch_token(self, url: str, *, grant_type: str, code: str, code_verifier: str) -> object: ...


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class CodeFlow:
    """Sign-in at one provider. Holds no state of any sign-in; safe for several threads."""

    provider: Provider
    client: Client
    clock: Callable[[], datetime] = _now

    def begin(self) -> tuple[str, Pending]:
        """The address to send the browser to, and what to keep until it comes back.

        Raises:
            ProviderUnavailableError: Nobody can sign in there now.
        """
        pending = Pending(
            secrets.token_urlsafe(32),
            secrets.token_urlsafe(32),
            secrets.token_urlsafe(48),
            self.clock().isoformat(),
        )
        address = self.provider.metadata().authorization_endpoint
        with self._oauth() as oauth:
            url, _ = oauth.create_authorization_url(
                address, state=pending.state, code_verifier=pending.verifier, nonce=pending.nonce
            )
        return url, pending

    def finish(self, pending: Pending, answer: Mapping[str, str]) -> Identity:
        """Whom the provider's answer signs in. The caller forgets `pending` first: it serves once.

        Args:
            pending: What `begin` gave this very browser.
            answer: Query parameters of the redirect.

        Raises:
            IdentityRefusedError: It signs nobody in.
            ProviderUnavailableError: It could not be looked into.
        """
        self._check_answer(pending, answer)
        token = self._redeem(pending, answer["code"])
        raw = token.get("id_token")
        if not isinstance(raw, str):
            raise IdentityRefusedError(Flaw.FORM)
        access_token = token.get("access_token")
        claims = self._verified(raw, pending.nonce, access_token if isinstance(access_token, str) else None)
        subject, name = claims["sub"], claims.get("name")
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
            raise IdentityRefusedError(Flaw.CLAIM)
        return Identity(self.provider.issuer, subject, name if isinstance(name, str) else "")

    def _oauth(self) -> AbstractContextManager[_OAuth]:
        methods = self.provider.metadata().token_endpoint_auth_methods_supported
        method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        client = OAuth2Client(
            self.client.client_id,
            self.client.client_secret,
            token_endpoint_auth_method=method if self.client.client_secret else "none",
            scope=self.client.scope,
            redirect_uri=self.client.redirect_uri,
            code_challenge_method="S256",
            **self.provider.http_options(),
        )
        return cast(AbstractContextManager[_OAuth], cast(object, client))

    def _check_answer(self, pending: Pending, answer: Mapping[str, str]) -> None:
        try:
            age = self.clock() - datetime.fromisoformat(pending.began_at)
        except (ValueError, TypeError) as error:
            raise IdentityRefusedError(Flaw.STATE) from error
        state = answer.get("state", "").encode("utf-8", "surrogatepass")
        if (
            not hmac.compare_digest(state, pending.state.encode())
            or not timedelta(0) <= age < LONGEST_SIGN_IN
        ):
            raise IdentityRefusedError(Flaw.STATE)
        # RFC 9207: an answer that another provider sent into this sign-in.
        named = answer.get("iss")
        if self.provider.metadata().authorization_response_iss_parameter_supported and named is None:
            raise IdentityRefusedError(Flaw.ISSUER)
        if named is not None and named != self.provider.issuer:
            raise IdentityRefusedError(Flaw.ISSUER)
        if "error" in answer:
            raise IdentityRefusedError(Flaw.DENIED)
        if not answer.get("code"):
            raise IdentityRefusedError(Flaw.CODE)

    def _redeem(self, pending: Pending, code: str) -> Mapping[str, object]:
        address = self.provider.metadata().token_endpoint
        try:
            with self._oauth() as oauth:
                found = oauth.fetch_token(
                    address, grant_type="authorization_code", code=code, code_verifier=pending.verifier
                )
        except OAuthError as error:
            raise IdentityRefusedError(Flaw.CODE) from error
        except httpx2.HTTPError as error:
            raise ProviderUnavailableError("cannot be reached for the code") from error
        except ValueError as error:
            raise IdentityRefusedError(Flaw.FORM) from error
        if not isinstance(found, Mapping):
            raise IdentityRefusedError(Flaw.FORM)
        return cast(Mapping[str, object], found)

    def _verified(self, raw: str, nonce: str, access_token: str | None) -> Mapping[str, object]:
        token = self._decoded(raw)
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": self.provider.issuer},
                "sub": {"essential": True},
                "aud": {"essential": True, "value": self.client.client_id},
                "exp": {"essential": True},
                "iat": {"essential": True},
                "nonce": {"essential": True, "value": nonce},
            },
            params={"nonce": nonce, "client_id": self.client.client_id, "access_token": access_token},
        )
        now = int(self.clock().timestamp())
        try:
            claims.validate(now=now, leeway=LEEWAY_SECONDS)  # pyright: ignore[reportUnknownMemberType]
            issued_at = float(claims["iat"])
        except ExpiredTokenError as error:
            raise IdentityRefusedError(Flaw.TIME) from error
        except (MissingClaimError, InvalidClaimError) as error:
            raise IdentityRefusedError(_CLAIM_FLAWS.get(error.claim, Flaw.CLAIM)) from error
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise IdentityRefusedError(Flaw.CLAIM) from error
        if not -LEEWAY_SECONDS <= now - issued_at <= OLDEST_TOKEN.total_seconds() + LEEWAY_SECONDS:
            raise IdentityRefusedError(Flaw.TIME)
        return cast(Mapping[str, object], claims)

    def _decoded(self, raw: str) -> jwt.Token:
        """The token with its signature checked; an unknown key is looked for once among newer ones."""
        offered = self.provider.metadata().id_token_signing_alg_values_supported
        accepted = [name for name in ALGORITHMS if name in offered]
        try:
            header = jws.extract_compact(raw.encode()).headers()
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise IdentityRefusedError(Flaw.FORM) from error
        if header.get("alg") not in accepted:
            raise IdentityRefusedError(Flaw.SIGNATURE)
        for newer in (False, True):
            keys = self.provider.keys(newer=newer)
            try:
                if header.get("kid") is None and len(keys.keys) != 1:
                    raise IdentityRefusedError(Flaw.SIGNATURE)
                return jwt.decode(raw, keys, algorithms=accepted)
            except InvalidKeyIdError as error:
                if newer:
                    raise IdentityRefusedError(Flaw.SIGNATURE) from error
            except (JoseError, ValueError, TypeError, RecursionError) as error:
                raise IdentityRefusedError(Flaw.SIGNATURE) from error
        raise AssertionError("unreachable")
