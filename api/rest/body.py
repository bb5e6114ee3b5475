"""Reads the body of a request, bounded in size and time."""

from typing import Final
from urllib.parse import parse_qs

import anyio
from fastapi import Request

from api.rest.problems import TOO_LARGE, TOO_SLOW, ProblemError, bad_request
from api.rest.settings import Settings

MOST_FIELDS: Final = 500


async def bounded_body(request: Request, most_bytes: int, seconds: float) -> bytes:
    """The whole body.

    Raises:
        ProblemError: It is too large, or did not arrive in time.
    """
    declared = request.headers.get("content-length", "0")
    if declared.isascii() and declared.isdigit() and int(declared[:12]) > most_bytes:
        raise ProblemError(TOO_LARGE)
    chunks: list[bytes] = []
    size = 0
    try:
        with anyio.fail_after(seconds):
            async for chunk in request.stream():
                size += len(chunk)
                if size > most_bytes:
                    raise ProblemError(TOO_LARGE)
                chunks.append(chunk)
    except TimeoutError:
        raise ProblemError(TOO_SLOW) from None
    return b"".join(chunks)


async def read_form(request: Request, most_bytes: int) -> dict[str, list[str]]:
    """The fields of a form as a browser sends it without files, each with its values in order.

    Raises:
        ProblemError: See `bounded_body`; or it is no such form.
    """
    settings: Settings = request.app.state.settings
    data = await bounded_body(request, most_bytes, settings.body_seconds)
    try:
        return parse_qs(
            data.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise ProblemError(bad_request("The form cannot be read.", "Send it from its page.")) from None
