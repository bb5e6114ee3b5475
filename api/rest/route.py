"""What every route does before its function runs: who asks, may they, is the body sound.

A route cannot be written without a right: the app does not start.
"""

import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from api.rest.answers import ProblemAnswer
from api.rest.body import bounded_body
from api.rest.caller import let_in
from api.rest.problems import MEDIA_TYPE, NOT_JSON, ProblemError, bad_request
from api.rest.settings import Settings
from api.rest.strict import UnsoundJsonError, read_json
from engine.access.rights import Right

RIGHT: Final = "x-treadway-right"
"""Key of a route's OpenAPI entry that names the right it needs."""

TEMPLATE: Final = "treadway.route"
"""Key of the scope that holds the route's path with its parameters' names, for metrics."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

_WORDS: Final = {
    400: "The body or a header cannot be read.",
    401: "Nobody is signed in.",
    403: "The caller may not do this.",
    404: "Unknown, or of another clinic.",
    408: "The body did not arrive in time.",
    409: "The case has changed (`stale`), or the request was refused by decision (`refused`).",
    413: "The body is too large.",
    415: "The body is not said to be JSON.",
    422: "The body can be read and cannot be used.",
    428: "If-Match is missing.",
    429: "The account has sent too much.",
    503: "Overloaded, shutting down, or the database is unavailable. Nothing was stored.",
}
_ALWAYS: Final = (400, 401, 403, 404, 422, 429, 503)
_WITH_BODY: Final = (408, 413, 415)


def needs(right: Right, *more: int, body: bool = False) -> dict[str, Any]:
    """The arguments of a route decorator that name its right and the problems it may answer."""
    codes = sorted({*_ALWAYS, *(_WITH_BODY if body else ()), *more})
    return {
        "openapi_extra": {RIGHT: right.value},
        "responses": {code: problem_response(_WORDS[code]) for code in codes},
    }


def with_answer(args: dict[str, Any], answer: dict[int | str, dict[str, Any]]) -> dict[str, Any]:
    """The arguments of a route with its good answer beside the problems."""
    return {**args, "responses": {**answer, **args["responses"]}}


def ok(
    model: type, status: int = 200, text: str = "Done.", **more: object
) -> dict[int | str, dict[str, Any]]:
    """How OpenAPI describes a good answer."""
    return {status: {"model": model, "description": text, **more}}


SVG: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The picture.", "content": {"image/svg+xml": {"schema": {"type": "string"}}}}
}


PDF: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The document.",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def problem_response(description: str) -> dict[str, Any]:
    """How OpenAPI describes a problem."""
    return {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{ProblemAnswer.__name__}"}}},
    }


class StrictRequest(Request):
    """A request whose body is bounded in size and time, and whose JSON is strict."""

    async def body(self) -> bytes:
        """The whole body, within bounds."""
        if not hasattr(self, "_body"):
            self._body = await _bounded(self, self.app.state.settings)
        return self._body

    async def json(self) -> object:
        """The value of the body."""
        data = await self.body()
        try:
            return read_json(data)
        except UnsoundJsonError as error:
            raise ProblemError(
                bad_request(f"{str(error).capitalize()}.", "Send sound JSON in UTF-8.")
            ) from None


async def _bounded(request: Request, settings: Settings) -> bytes:
    data = await bounded_body(request, settings.body_bytes, settings.body_seconds)
    if data and not _says_json(request.headers):
        raise ProblemError(NOT_JSON)
    return data


_JSON: Final = re.compile(
    r"application/(?:json|[a-z0-9.-]+\+json)\s*(?:;\s*charset=\"?utf-?8\"?\s*)?\Z", re.IGNORECASE
)


def _says_json(headers: Mapping[str, str]) -> bool:
    plain = headers.get("content-encoding", "identity").strip().lower() == "identity"
    return plain and _JSON.match(headers.get("content-type", "").strip()) is not None


class GuardedRoute(APIRoute):
    """A route with a right."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the framework's
        super().__init__(*args, **kwargs)
        extra = self.openapi_extra or {}
        if RIGHT not in extra:
            raise TypeError(f"the route {self.path} names no right")
        self.right = Right(extra[RIGHT])

    def get_route_handler(self) -> Handler:
        """What answers a request: let in, then the framework's own."""
        answer = super().get_route_handler()
        right = Right((self.openapi_extra or {})[RIGHT])

        async def handle(request: Request) -> Response:
            request.scope[TEMPLATE] = self.path_format
            action = f"{request.method} {self.path_format}"
            request.state.caller = await run_in_threadpool(let_in, request, right, action)
            return await answer(StrictRequest(request.scope, request.receive))

        return handle
