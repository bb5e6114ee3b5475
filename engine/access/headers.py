"""Headers that every answer carries, and the flags of the session cookie, as data."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What an answer is, as far as its headers go."""

    PAGE = "page"
    PATIENT_PAGE = "patient_page"
    """Any page or file that shows a patient, whatever its format."""
    API = "api"
    PICTURE = "picture"
    """SVG or PDF without a patient in it."""
    ASSET = "asset"
    """A built file whose name holds its digest."""


POLICY: Final = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
"""No `unsafe-*`: neither scripts nor styles inside a page."""

FILE_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""For data and pictures opened by themselves: they fetch nothing and run nothing."""

PICTURE_POLICY: Final = f"{FILE_POLICY}; style-src 'unsafe-inline'; sandbox"
"""An SVG carries its own styles. It is sandboxed, and no answer of this kind runs a script."""

_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_CACHE: Final = {
    Kind.PAGE: "no-cache, private",
    Kind.PATIENT_PAGE: "no-store",
    Kind.API: "no-store",
    Kind.PICTURE: "no-cache, private",
    Kind.ASSET: "public, max-age=31536000, immutable",
}
_POLICIES: Final = {Kind.API: FILE_POLICY, Kind.PICTURE: PICTURE_POLICY}
_TWO_YEARS: Final = 63_072_000


def security_headers(kind: Kind, *, behind_tls: bool) -> dict[str, str]:
    """Headers of an answer. Behind TLS browsers are told to use nothing else for two years."""
    headers = {
        **_ALWAYS,
        "Content-Security-Policy": _POLICIES.get(kind, POLICY),
        "Cache-Control": _CACHE[kind],
    }
    if kind in (Kind.PAGE, Kind.PATIENT_PAGE):
        # Told nothing at all, a browser calls the origin of our own forms "null".
        headers["Referrer-Policy"] = "same-origin"
    if behind_tls:
        headers["Strict-Transport-Security"] = f"max-age={_TWO_YEARS}; includeSubDomains"
    return headers


@dataclass(frozen=True, slots=True)
class Cookie:
    """Name and flags of a cookie. A session's has no Max-Age: the server decides when a session ends."""

    name: str
    secure: bool
    http_only: bool = True
    same_site: str = "Lax"
    """Strict would lose the session on the way back from the identity provider."""
    path: str = "/"


def session_cookie(*, behind_tls: bool) -> Cookie:
    """The `__Host-` cookie; on plain loopback one without `Secure`, since a browser would drop it there."""
    return Cookie("__Host-treadway", secure=True) if behind_tls else Cookie("treadway", secure=False)


def pending_cookie(*, behind_tls: bool) -> Cookie:
    """The cookie of a sign-in that is under way at the identity provider."""
    return Cookie("__Host-treadway-sign-in" if behind_tls else "treadway-sign-in", secure=behind_tls)
