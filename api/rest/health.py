"""How the process is, for whatever restarts or bypasses it, and its metrics. They hold no patient."""

import hmac
from typing import Annotated

import anyio
from fastapi import APIRouter, Header, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from api.rest.answers import HealthAnswer
from api.rest.problems import NOT_FOUND, ProblemError
from api.rest.replies import json_reply
from api.rest.route import problem_response
from engine.model.errors import EngineError
from engine.store.database import refuse_other_schema, schema_of
from engine.store.store import Store

router = APIRouter(tags=["health"])

READY_SECONDS = 2.0
"""How long the database may take to answer before the process counts as not ready."""

_LIMIT = anyio.CapacityLimiter(2)
"""Threads of its own: the question must be answered when all others are busy."""


@router.get("/health/live", responses={200: {"model": HealthAnswer, "description": "It runs."}})
async def live() -> Response:
    """Whether the process runs at all."""
    return json_reply({"status": "live"})


@router.get(
    "/health/ready",
    responses={
        200: {"model": HealthAnswer, "description": "It can work."},
        503: {"model": HealthAnswer, "description": "It is ending, or the database does not answer."},
    },
)
async def ready(request: Request) -> Response:
    """Whether the process can work now: its database answers, with the right tables."""
    if request.app.state.life.stopping:
        return json_reply({"status": "stopping"}, 503)
    with anyio.move_on_after(READY_SECONDS):
        works = await anyio.to_thread.run_sync(
            _works, request.app.state.store, limiter=_LIMIT, abandon_on_cancel=True
        )
        if works:
            return json_reply({"status": "ready"})
    return json_reply({"status": "no-database"}, 503, retry_after="5")


def _works(store: Store) -> bool:
    try:
        refuse_other_schema(schema_of(store.engine))
    except (EngineError, SQLAlchemyError):
        return False
    return True


@router.get(
    "/metrics",
    responses={
        200: {
            "description": "Prometheus' text form.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        404: problem_response("There are none to read, or the token is another one."),
        422: problem_response("A header cannot be read."),
    },
)
async def metrics(
    request: Request, authorization: Annotated[str | None, Header(include_in_schema=False)] = None
) -> Response:
    """Metrics for Prometheus, read with the installation's metrics token."""
    wanted = request.app.state.settings.metrics_token
    given = (authorization or "").removeprefix("Bearer ")
    if not wanted or not hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode()):
        raise ProblemError(NOT_FOUND)
    text = await anyio.to_thread.run_sync(request.app.state.metrics.text, limiter=_LIMIT)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
