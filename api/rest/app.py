"""Makes the app: routes, guard, handlers, description. Here the parts of the door are put together."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final

import anyio.to_thread
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from api.rest import algorithms, board, cases, health, stream
from api.rest.answers import ProblemAnswer
from api.rest.caller import Doorkeeper
from api.rest.guard import Guard, Life
from api.rest.metrics import Metrics
from api.rest.pace import Pace
from api.rest.problems import (
    NO_SUCH_METHOD,
    NOT_FOUND,
    Problem,
    ProblemError,
    invalid,
    problem_of,
    validation_errors,
)
from api.rest.route import RIGHT
from api.rest.settings import Settings
from engine.model.errors import EngineError
from engine.store.store import Store

PREFIX: Final = "/api/v1"
VERSION: Final = "1.0.0"

_SUMMARY: Final = """\
Cases that walk through algorithms of care, over HTTP.

Every request names its clinic (`?clinic=`; an API token's own clinic where it is left out) and carries an
API token. Dates are clinic dates in ISO form; decimals are text in answers, so that nothing is rounded;
unknown is `null` and never `false`. Every error is a problem (RFC 9457) whose `code` is stable. A write names
the event that its writer has seen last (`If-Match`), and can be sent again with the same `Idempotency-Key`.
"""


def create_app(store: Store, doorkeeper: Doorkeeper, settings: Settings | None = None) -> FastAPI:
    """The REST app over a store.

    Args:
        store: An open store; closing it is the caller's.
        doorkeeper: Knows people and their rights.
        settings: Limits and surroundings.
    """
    settings = settings or Settings()
    life, metrics = Life(), Metrics()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.threads
        yield

    app = FastAPI(
        title="Treadway",
        version=VERSION,
        lifespan=lifespan,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # its pages load scripts from elsewhere
        redoc_url=None,
        exception_handlers={
            HTTPException: _http,
            RequestValidationError: _invalid,
            EngineError: _known,
            OperationalError: _known,
            InterfaceError: _known,
            PoolTimeoutError: _known,
        },
        redirect_slashes=False,
        generate_unique_id_function=lambda route: f"{route.tags[0]}_{route.name}",
    )
    state: Any = app.state
    state.store, state.doorkeeper, state.settings = store, doorkeeper, settings
    state.life, state.metrics, state.pace = life, metrics, Pace(settings.requests_a_minute)
    app.add_middleware(Guard, settings=settings, metrics=metrics, life=life)
    everything = APIRouter(prefix=PREFIX)
    for each in (algorithms, cases, board, stream, health):
        everything.include_router(each.router)
    app.include_router(everything)
    app.openapi = lambda: _described(app)
    return app


async def _http(_request: Request, error: Exception) -> Response:
    """Problems raised by routes, and what the framework answers by itself."""
    if isinstance(error, ProblemError):
        return error.problem.response()
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return NOT_FOUND.response()
    if error.status_code == 405:
        reply = NO_SUCH_METHOD.response()
        reply.headers["allow"] = (error.headers or {}).get("Allow", "")
        return reply
    return Problem(error.status_code, "bad-request", "Bad request", "The request cannot be read.").response()


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = error.errors()
    if any(one.get("loc", ("",))[0] == "path" for one in errors):
        return NOT_FOUND.response()
    return invalid(validation_errors(errors)).response()


async def _known(_request: Request, error: Exception) -> Response:
    return problem_of(error).response()


def _described(app: FastAPI) -> dict[str, Any]:
    """OpenAPI: problems and security beside what the framework knows of the routes."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=_SUMMARY, routes=app.routes)
        parts = schema["components"]["schemas"]
        problem = ProblemAnswer.model_json_schema(ref_template="#/components/schemas/{model}")
        for name, part in problem.pop("$defs", {}).items():
            parts.setdefault(name, part)
        parts[ProblemAnswer.__name__] = problem
        for name in ("HTTPValidationError", "ValidationError"):
            parts.pop(name, None)
        schema["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        for path in schema["paths"].values():
            for operation in path.values():
                if RIGHT in operation:
                    operation["security"] = [{"token": []}]
                    operation.setdefault("parameters", []).append(_CLINIC)
        app.openapi_schema = schema
    return app.openapi_schema


_CLINIC: Final = {
    "name": "clinic",
    "in": "query",
    "required": False,
    "description": "The clinic; a token's own clinic where it is left out.",
    "schema": {"type": "string", "maxLength": 80},
    "example": "harbour",
}
