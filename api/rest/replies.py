"""Making answers: JSON, entity tags, and the reading of the headers that go with them."""

import hashlib
import re
from typing import Annotated, Final

from fastapi import Header, Response
from pydantic_core import to_json

from api.rest.problems import PRECONDITION, ProblemError, bad_request

_SEQ: Final = re.compile(r'"([0-9]{1,9})"\Z')

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The ETag of the case as the writer has seen it. Missing: 428; of an earlier event: 409.",
        examples=['"12"'],
        max_length=40,
    ),
]
IfNoneMatch = Annotated[
    str | None,
    Header(
        alias="If-None-Match", description="Where this ETag still holds the answer is 304.", max_length=200
    ),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Sent again with the same body: nothing is done and the first answer comes back.",
        pattern="^[!-~]{1,200}$",
        examples=["5f0c7c1e-8a51-4c7e-9d5c-0d8f5f6f2a10"],
    ),
]


def seq_of(if_match: str | None) -> int:
    """The event that a writer has seen last.

    Raises:
        ProblemError: No If-Match, or something else than the ETag of a case.
    """
    if if_match is None or if_match.strip() == "*":  # a star would match whatever came in between
        raise ProblemError(PRECONDITION)
    found = _SEQ.match(if_match.strip())
    if found is None:
        raise ProblemError(
            bad_request("If-Match is not the ETag of a case.", 'Send such as `If-Match: "12"`.')
        )
    return int(found.group(1))


def tag_of_seq(seq: int) -> str:
    """The entity tag of a case."""
    return f'"{seq}"'


def tag_of(*parts: object) -> str:
    """An entity tag of whatever an answer depends on."""
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def json_reply(shape: object, status: int = 200, **headers: str) -> Response:
    """An answer in JSON; `etag="..."` and the like become headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(to_json(shape), status, named, "application/json")


def unless_known(reply: Response, if_none_match: str | None) -> Response:
    """The answer, or 304 where the client says that it has it."""
    tag = reply.headers.get("etag")
    known = {part.strip().removeprefix("W/") for part in (if_none_match or "").split(",")}
    if tag is None or tag not in known:
        return reply
    return Response(status_code=304, headers={"etag": tag})


def svg_reply(svg: str, tag: str, *, patient: bool = False) -> Response:
    """A picture; one with a patient in it is never kept."""
    headers = {"etag": tag, "content-disposition": "inline"}
    if patient:
        headers["cache-control"] = "no-store"
    return Response(svg.encode(), 200, headers, "image/svg+xml")


def pdf_reply(content: bytes, tag: str) -> Response:
    """A PDF without a patient in it."""
    headers = {"etag": tag, "content-disposition": "attachment"}
    return Response(content, 200, headers, "application/pdf")
