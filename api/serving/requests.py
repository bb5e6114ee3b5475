"""Around every request: its id, its line in the log, the far end of it behind a proxy, the clock."""

import time
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.rest.route import TEMPLATE
from api.serving.logs import get_log
from engine.access.proxy import Network, client_of

HEADER: Final = b"x-request-id"
QUIET: Final = frozenset({"/api/v1/health/live", "/api/v1/health/ready", "/api/v1/metrics"})
"""Asked again and again by machines: no line where all is well."""

STEP_SECONDS: Final = 1.0
"""How far the clock of day may fall behind the steady one before it counts as set back."""


@dataclass
class ClockWatch:
    """Tells when the clock of day was set back: histories keep their order by number, days may repeat."""

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    _ahead: float = field(init=False)

    def __post_init__(self) -> None:
        self._ahead = self.wall() - self.steady()

    def stepped_back(self) -> float:
        """Seconds that the clock was set back since the last look; 0 where it was not."""
        ahead = self.wall() - self.steady()
        back, self._ahead = self._ahead - ahead, ahead
        return back if back > STEP_SECONDS else 0.0


class Requests:
    """The layer outside of the app's own guard."""

    def __init__(
        self, app: ASGIApp, trusted: Collection[Network], *, tls: bool, watch: ClockWatch | None = None
    ) -> None:
        self._app, self._trusted, self._tls = app, trusted, tls
        self._watch = watch or ClockWatch()
        self._log = get_log()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass on what is none."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._from_proxy(scope)
        request_id = uuid.uuid4().hex
        status, began = 0, time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), (HEADER, request_id.encode())]}
            await send(message)

        back = self._watch.stepped_back()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            if back:
                self._log.warning("clock set back", seconds=round(back, 1))
            try:
                await self._app(scope, receive, answer)
            finally:
                if scope["path"] not in QUIET or status >= 500:
                    self._tell(scope, status, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        """One line: the route's template and never the path, which holds ids."""
        caller = scope.get("state", {}).get("caller")
        who = {} if caller is None else {"account": caller.holder.user_id, "clinic": caller.clinic_id}
        tell = self._log.error if status >= 500 else self._log.info
        tell(
            "request",
            method=scope["method"] if scope["method"].isalpha() and len(scope["method"]) < 8 else "other",
            route=scope.get(TEMPLATE, "other"),
            status=status,
            milliseconds=round(seconds * 1000, 1),
            **who,
        )

    def _from_proxy(self, scope: Scope) -> None:
        peer = scope.get("client")
        if not self._trusted or not peer:
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        client = client_of(peer[0], headers, self._trusted, tls=self._tls)
        scope["client"] = (client.address, peer[1] if client.address == peer[0] else 0)
        scope["scheme"] = "https" if client.behind_tls else "http"
