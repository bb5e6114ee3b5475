"""Around every request: not more than can be answered in time, headers on every answer, and a last resort.

Plain ASGI: it sees what routing does not, and an answer that was begun is passed on as it comes.
"""

import logging
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.rest.metrics import Metrics
from api.rest.problems import OUR_FAULT, OVERLOADED, STOPPING, Problem
from api.rest.route import TEMPLATE
from api.rest.settings import Settings
from engine.access.headers import Kind, security_headers

LOG: Final = logging.getLogger("treadway.rest")
ALWAYS_OPEN: Final = frozenset({"/api/v1/health/live", "/api/v1/health/ready", "/api/v1/metrics"})
"""What must answer when nothing else does."""

STREAM: Final = "/api/v1/stream"
_OTHER: Final = "other"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(slots=True)
class Life:
    """Whether the process is ending: set once, and looked at by whatever takes its time."""

    stopping: bool = False


class Guard:
    """The outermost layer of the app."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics, life: Life) -> None:
        self._app = app
        self._metrics = metrics
        self._life = life
        self._most = settings.threads + settings.waiting
        self._most_streams = settings.streams
        self._in_flight = self._streams = 0
        self._headers = {
            kind: [
                (name.lower().encode(), value.encode())
                for name, value in security_headers(kind, behind_tls=settings.behind_tls).items()
            ]
            for kind in (Kind.API, Kind.PICTURE)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass on what is none."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, self._headers)
        began = time.perf_counter()
        turned_away = self._turned_away(scope["path"])
        try:
            if turned_away is not None:
                self._metrics.turned_away.labels(turned_away.code).inc()
                await turned_away.response()(scope, receive, answer)
            else:
                await self._counted(scope, receive, answer)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else _OTHER
            route = scope.get(TEMPLATE, _OTHER)
            self._metrics.requests.labels(method, route, str(answer.status)).inc()
            self._metrics.seconds.labels(route).observe((answer.began_at or time.perf_counter()) - began)

    def _turned_away(self, path: str) -> Problem | None:
        if path in ALWAYS_OPEN:
            return None
        if self._life.stopping:
            return STOPPING
        if path == STREAM:
            return OVERLOADED if self._streams >= self._most_streams else None
        return OVERLOADED if self._in_flight >= self._most else None

    async def _counted(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        stream = scope["path"] == STREAM
        gauge = self._metrics.streams if stream else self._metrics.in_flight
        self._count(1, stream=stream)
        gauge.inc()
        try:
            await self._app(scope, receive, answer)
        except Exception as error:  # noqa: BLE001 - nothing may reach a person as a traceback
            log_fault(error, scope.get(TEMPLATE, _OTHER))
            if not answer.begun:
                await OUR_FAULT.response()(scope, receive, answer)
        finally:
            self._count(-1, stream=stream)
            gauge.dec()

    def _count(self, by: int, *, stream: bool) -> None:
        if stream:
            self._streams += by
        else:
            self._in_flight += by


class _Answer:
    """Passes an answer on with the headers that every answer has."""

    def __init__(self, send: Send, headers: dict[Kind, list[tuple[bytes, bytes]]]) -> None:
        self._send, self._headers = send, headers
        self.status = 0
        self.began_at: float | None = None

    @property
    def begun(self) -> bool:
        """Whether the status line is out."""
        return self.began_at is not None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.began_at = time.perf_counter()
            own: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
            given = {name.lower() for name, _ in own}
            kind = Kind.PICTURE if _is_svg(own) else Kind.API
            own += [header for header in self._headers[kind] if header[0] not in given]
            message = {**message, "headers": own}
        await self._send(message)


def _is_svg(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name.lower() == b"content-type" and value.startswith(b"image/svg") for name, value in headers)


def log_fault(error: BaseException, route: str) -> None:
    """Note a mistake of ours: its kind and place. Its text may hold what was written about a patient."""
    frames: list[Any] = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-6:]))
    LOG.error("unforeseen %s in %s at %s", type(error).__name__, route, places)
