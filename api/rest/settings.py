"""What an installation may set of the REST door. No limit may be endless."""

from dataclasses import dataclass, field
from datetime import tzinfo


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits and surroundings of one process.

    Attributes:
        threads: Requests worked on at once. Fewer than the connections of the database pool (15).
        waiting: Requests that may wait for a thread; the next one is answered 503 at once.
        streams: Live streams open at once.
        body_bytes: Largest body. A definition with all its libraries has about 300 kB.
        body_seconds: Time in which a whole body must have arrived.
        stream_poll_seconds: How often a live stream looks for changes.
        stream_seconds: How long a stream lasts before the client is asked to come again: the caller's
            rights are asked anew then, as they are at each look.
        requests_a_minute: For one account; more are answered 429.
        behind_tls: Browsers reach us over TLS.
        own_origins: Origins of our own pages, for requests that carry a session cookie.
        metrics_token: Bearer token that reads `/metrics`; without one there are no metrics to read.
        published_clinics: Clinics whose algorithms are read without signing in.
        zone: Time zone of clinics that name none; None is that of this computer.
    """

    threads: int = 8
    waiting: int = 56
    streams: int = 100
    body_bytes: int = 2_000_000
    body_seconds: float = 20.0
    stream_poll_seconds: float = 1.0
    stream_seconds: float = 600.0
    requests_a_minute: int = 6_000
    behind_tls: bool = False
    own_origins: frozenset[str] = field(default_factory=frozenset[str])
    metrics_token: str | None = None
    published_clinics: tuple[str, ...] = ()
    zone: tzinfo | None = None
