"""What an identity provider says of itself: its addresses and keys, fetched once and kept for a while."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, TypedDict, cast
from urllib.parse import urlsplit

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import DictKey, KeySet
from pydantic import BaseModel, ConfigDict, ValidationError

from api.signin.errors import ProviderUnavailableError
from engine.access.proxy import is_loopback

KEPT_SECONDS: Final = 3600.0
NEW_KEYS_SECONDS: Final = 10.0
"""A token with an unknown key makes us fetch the keys anew, but not more often than this."""
TIMEOUT_SECONDS: Final = 10.0
LARGEST_BYTES: Final = 1_000_000


class HttpOptions(TypedDict):
    """How the HTTP client speaks with the provider."""

    timeout: float
    follow_redirects: bool
    trust_env: bool


class Metadata(BaseModel):
    """The part of the discovery document that is used."""

    model_config = ConfigDict(strict=True, frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    id_token_signing_alg_values_supported: list[str] = ["RS256"]
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]
    authorization_response_iss_parameter_supported: bool = False


@dataclass
class Provider:
    """An identity provider, known by its issuer URL. Safe for several threads.

    Attributes:
        issuer: As the provider itself writes it, to the letter.
        monotonic: Seconds that only grow.
    """

    issuer: str
    monotonic: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _metadata: tuple[float, Metadata] | None = field(default=None, repr=False)
    _keys: tuple[float, KeySet] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _refuse_open(self.issuer)

    def http_options(self) -> HttpOptions:
        """How to speak with it: no redirects, and no proxy for one on this computer."""
        host = urlsplit(self.issuer).hostname or ""
        return {"timeout": TIMEOUT_SECONDS, "follow_redirects": False, "trust_env": not is_loopback(host)}

    def metadata(self) -> Metadata:
        """Addresses of the provider.

        Raises:
            ProviderUnavailableError: It cannot be reached, is not who it should be, or speaks in the clear.
        """
        with self._lock:
            now = self.monotonic()
            if self._metadata is None or now - self._metadata[0] >= KEPT_SECONDS:
                self._metadata = (now, self._discovered())
            return self._metadata[1]

    def keys(self, *, newer: bool = False) -> KeySet:
        """Public keys of the provider. `newer`: one was met that is not among those kept.

        Raises:
            ProviderUnavailableError: See `metadata`.
        """
        address = self.metadata().jwks_uri
        with self._lock:
            now = self.monotonic()
            oldest = NEW_KEYS_SECONDS if newer else KEPT_SECONDS
            if self._keys is None or now - self._keys[0] >= oldest:
                self._keys = (now, _key_set(self._get(address)))
            return self._keys[1]

    def _discovered(self) -> Metadata:
        try:
            found = Metadata.model_validate(
                self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            )
        except ValidationError as error:
            raise ProviderUnavailableError("does not describe itself as OpenID Connect asks") from error
        if found.issuer != self.issuer:
            raise ProviderUnavailableError("calls itself by another name than the settings do")
        addresses = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
        for address in (*addresses, *filter(None, (found.end_session_endpoint,))):
            _refuse_open(address)
        return found

    def _get(self, address: str) -> object:
        body = bytearray()
        try:
            with (
                httpx2.Client(**self.http_options()) as client,
                client.stream("GET", address, headers={"Accept": "application/json"}) as response,
            ):
                if response.status_code != HTTPStatus.OK:
                    raise ProviderUnavailableError(f"answered {response.status_code} at {address}")
                for part in response.iter_bytes():
                    body += part
                    if len(body) > LARGEST_BYTES:
                        raise ProviderUnavailableError(f"answered without end at {address}")
        except httpx2.HTTPError as error:
            raise ProviderUnavailableError(f"cannot be reached at {address}") from error
        try:
            return cast(object, json.loads(body))
        except (ValueError, RecursionError) as error:
            raise ProviderUnavailableError(f"did not answer in JSON at {address}") from error


def _key_set(value: object) -> KeySet:
    """The public signing keys of a set. A secret key (`oct`) has no place there and is left out."""
    given = cast(dict[str, object], value).get("keys") if isinstance(value, dict) else None
    listed = cast(list[object], given) if isinstance(given, list) else []
    fit = [
        cast(DictKey, key)
        for key in listed
        if isinstance(key, dict)
        and cast(dict[str, object], key).get("kty") in ("RSA", "EC", "OKP")
        and cast(dict[str, object], key).get("use", "sig") == "sig"
    ]
    try:
        return KeySet.import_key_set({"keys": fit})
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ProviderUnavailableError("publishes no key that can be read") from error


def _refuse_open(address: str) -> None:
    """Raise for an address without TLS, unless it is on this computer."""
    parts = urlsplit(address)
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not safe or not parts.hostname or parts.username is not None:
        raise ProviderUnavailableError("has an address that is not encrypted")
