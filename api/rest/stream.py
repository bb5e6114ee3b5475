"""The live stream: which cases have changed, as they change, so that a board need not ask again and again."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated, Any, Final

import anyio
from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse

from api.rest.caller import Asking, Caller
from api.rest.guard import Life
from api.rest.problems import ProblemError, bad_request
from api.rest.route import GuardedRoute, needs, with_answer
from engine.access.decide import AccessDeniedError
from engine.access.rights import Right
from engine.model.errors import EngineError
from engine.service import Change, changes_since

router = APIRouter(route_class=GuardedRoute, tags=["board"])

AT_ONCE: Final = 200
"""Changes told in one look; the next look follows at once."""
ALIVE_SECONDS: Final = 15.0
"""A line is sent at least so often, so that a cut line is noticed at both ends."""
RETRY_MILLISECONDS: Final = 2_000

_THREADS: Final = anyio.CapacityLimiter(4)
"""Streams look in threads of their own and take none from requests."""

LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        description="The last `id` that was received; the stream goes on from there and leaves nothing out.",
        pattern="^[0-9]{1,15}$",
    ),
]


@router.get(
    "/stream",
    **with_answer(
        needs(Right.READ_BOARD),
        {
            200: {
                "description": "Server-sent events `case`: `data` holds `case`, `seq`, `step` and `lane`. "
                "A case that changes several times may be told once, as it is then.",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            }
        },
    ),
)
async def stream(request: Request, caller: Asking, last_event_id: LastEventId = None) -> StreamingResponse:
    """Tell which cases of the clinic change, from now or from `Last-Event-ID` on."""
    state: Any = request.app.state
    if last_event_id is not None and not last_event_id.isascii():
        raise ProblemError(bad_request("Last-Event-ID is not an id of this stream.", "Leave it out."))
    after = None if last_event_id is None else int(last_event_id)
    look = await _in_thread(_Look(caller, after, tell=False))
    return StreamingResponse(
        _told(caller, look.position, state.life),
        media_type="text/event-stream",
        headers={"cache-control": "no-store"},
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at what has changed; done in a thread."""

    caller: Caller
    after: int | None
    tell: bool = True

    def __call__(self) -> "_Seen":
        self.caller.require(Right.READ_BOARD)
        with self.caller.desk() as desk:
            if self.after is None or not self.tell:
                return _Seen(changes_since(desk, None)[1] if self.after is None else self.after)
            found, position = changes_since(desk, self.after, AT_ONCE)
            return _Seen(position, found)


@dataclass(frozen=True, slots=True)
class _Seen:
    position: int
    changes: tuple[Change, ...] = ()


async def _in_thread(look: _Look) -> _Seen:
    return await anyio.to_thread.run_sync(look, limiter=_THREADS)


async def _told(caller: Caller, position: int, life: Life) -> AsyncGenerator[bytes]:
    settings = caller.settings
    ends_at = anyio.current_time() + settings.stream_seconds
    quiet_since = anyio.current_time()
    yield f"retry: {RETRY_MILLISECONDS}\nid: {position}\nevent: open\ndata: {{}}\n\n".encode()
    while not life.stopping and anyio.current_time() < ends_at:
        try:
            seen = await _in_thread(_Look(caller, position))
        except AccessDeniedError:
            return  # the right was withdrawn; the next request is told so
        except EngineError:
            seen = _Seen(position)  # the database is away: the line stays, and says that it lives
        for change in seen.changes:
            yield _event(change)
        if seen.changes or anyio.current_time() - quiet_since > ALIVE_SECONDS:
            quiet_since = anyio.current_time()
            yield b": alive\n\n"
        position = seen.position
        if len(seen.changes) < AT_ONCE:
            await anyio.sleep(settings.stream_poll_seconds)


def _event(change: Change) -> bytes:
    data = {"case": change.case_id, "seq": change.seq, "step": change.step, "lane": change.lane}
    return f"id: {change.position}\nevent: case\ndata: {json.dumps(data)}\n\n".encode()
