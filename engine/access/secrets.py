"""Secrets that people and programs carry. Shown once; only their hash is kept."""

import hashlib
import re
import secrets
from typing import Final

BYTES: Final = 32
"""Random bytes of a secret: beyond guessing, so that a fast hash is enough."""

_CLINIC: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_TOKEN: Final = re.compile(r"treadway\.([a-z0-9][a-z0-9-]{0,62})\.([A-Za-z0-9_-]{43})")


def new_secret() -> str:
    """A fresh secret of 43 letters, fit for a cookie and a URL."""
    return secrets.token_urlsafe(BYTES)


def hashed(secret: str) -> str:
    """What the database keeps of a secret: SHA-256 in hex."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def is_clinic_id(text: str) -> bool:
    """Whether a text can name a clinic: small letters, digits and `-`, at most 63."""
    return _CLINIC.fullmatch(text) is not None


def new_token(clinic_id: str) -> str:
    """A fresh API token. It names its clinic, so that no lookup ever spans clinics."""
    return f"treadway.{clinic_id}.{new_secret()}"


def clinic_of_token(text: str) -> str | None:
    """The clinic that a token names; None for what is no token. Only the hash of all of it proves it."""
    match = _TOKEN.fullmatch(text)
    return match[1] if match else None
