"""Keeps other sites from acting in a signed-in browser: a token in each form, and a look at the origin.

The session cookie is SameSite as well; each of the three is enough where a browser honours it.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing; every route keeps to that."""

_PURPOSE: Final = b"treadway form"
_BYTES: Final = hashlib.sha256().digest_size


class Foreign(StrEnum):
    """Why a request that changes something is refused."""

    OTHER_SITE = "other_site"
    OTHER_ORIGIN = "other_origin"
    UNKNOWN_ORIGIN = "unknown_origin"
    """The browser did not say where the request came from. Every current one does."""
    NO_TOKEN = "no_token"  # noqa: S105 - a reason


def csrf_token(session_secret: str) -> str:
    """A token for the forms of one session. Differs each time: compressed pages do not give it away."""
    pad = secrets.token_bytes(_BYTES)
    masked = bytes(a ^ b for a, b in zip(pad, _mac(session_secret), strict=True))
    return base64.urlsafe_b64encode(pad + masked).decode("ascii")


def csrf_fits(session_secret: str, token: str | None) -> bool:
    """Whether a token was made for this session. It dies with the session, since sign-in makes a new one."""
    if not token or not token.isascii():
        return False
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except ValueError:
        return False
    if len(raw) != 2 * _BYTES:
        return False
    mac = bytes(a ^ b for a, b in zip(raw[:_BYTES], raw[_BYTES:], strict=True))
    return hmac.compare_digest(mac, _mac(session_secret))


def foreign(method: str, headers: Mapping[str, str], own_origins: Collection[str]) -> Foreign | None:
    """Why a request is not from a page of ours; None when it is, or when it changes nothing.

    For requests that carry a cookie. One with an API token needs no check: no browser adds that by itself.

    Args:
        method: HTTP method, in capitals.
        headers: Header names in small letters.
        own_origins: Origins of our pages, such as `https://clinic.example`.
    """
    if method in SAFE_METHODS:
        return None
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return Foreign.OTHER_SITE
    origin = headers.get("origin")
    if origin is None:
        return None if site == "same-origin" else Foreign.UNKNOWN_ORIGIN
    return None if origin in own_origins else Foreign.OTHER_ORIGIN


def _mac(session_secret: str) -> bytes:
    return hmac.digest(session_secret.encode("utf-8", "surrogatepass"), _PURPOSE, "sha256")
