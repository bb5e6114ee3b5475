"""The address without a path: says what runs here, signs in by a one-time link. There are no pages yet."""

from html import escape
from typing import Final
from urllib.parse import parse_qs

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from api.rest.app import PREFIX
from api.rest.problems import problem_of
from api.rest.settings import Settings
from engine.access.csrf import foreign
from engine.access.headers import Kind, security_headers, session_cookie
from engine.model.errors import EngineError
from engine.people import People, SignedIn, TooManyTriesError, sign_in_with_link

LONGEST_FORM: Final = 1_000
"""Bytes of the form of a one-time link."""

_PAGE: Final = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Treadway</title></head>
<body><main><h1>Treadway</h1>
{body}
</main></body></html>
"""
_HERE: Final = f"""\
<p>{{who}}</p>
<p>There are no pages yet. Programs use the API at <code>{PREFIX}</code>, described at
<a href="{PREFIX}/openapi.json">{PREFIX}/openapi.json</a>;
people use the command <code>treadway</code>.</p>"""
_FORM: Final = """\
<form method="post" action="/sign-in"><input type="hidden" name="link" value="{link}">
<p>This link signs you in once, in this browser.</p><p><button>Sign in</button></p></form>"""
_REFUSED: Final = "<h2>Not signed in</h2><p>{what}: {fix}.</p>"


def routes() -> list[Route]:
    """The routes, to be put beside those of the API."""
    return [
        Route("/", _here, methods=["GET"]),
        Route("/sign-in", _ask, methods=["GET"]),
        Route("/sign-in", _sign_in, methods=["POST"]),
    ]


async def _here(request: Request) -> Response:
    settings: Settings = request.app.state.settings
    secret = request.cookies.get(session_cookie(behind_tls=settings.behind_tls).name)
    doors: People = request.app.state.doorkeeper
    holder = await run_in_threadpool(doors.who_by_session, secret) if secret else None
    who = "Nobody is signed in in this browser." if holder is None else f"Signed in as {holder.name}."
    return _page(settings, _HERE.format(who=escape(who)))


async def _ask(request: Request) -> Response:
    """Shows a button: whatever fetches an address to have a look at it must not use the link up."""
    link = request.query_params.get("link", "")
    return _page(request.app.state.settings, _FORM.format(link=escape(link[:100])))


async def _sign_in(request: Request) -> Response:
    settings: Settings = request.app.state.settings
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            return _refused(settings, 413, "this is no link", "open the link that was printed")
    if foreign("POST", request.headers, settings.own_origins) is not None:
        return _refused(
            settings, 403, "the form does not come from this address", "open the link that was printed"
        )
    link = parse_qs(body.decode("ascii", "replace")).get("link", [""])[0]
    address = request.client.host if request.client else ""
    try:
        signed_in = await run_in_threadpool(_signed_in, request, link, address)
    except TooManyTriesError as error:
        return _refused(settings, 429, error.message, error.fix)
    except EngineError as error:
        status = problem_of(error).status
        return _refused(settings, status if status >= 500 else 403, error.message, error.fix)
    cookie = session_cookie(behind_tls=settings.behind_tls)
    reply = Response(status_code=303, headers={"location": "/"})
    reply.set_cookie(
        cookie.name,
        signed_in.secret,
        path=cookie.path,
        secure=cookie.secure,
        httponly=cookie.http_only,
        samesite="lax",
    )
    return reply


def _signed_in(request: Request, link: str, address: str) -> SignedIn:
    settings: Settings = request.app.state.settings
    old = request.cookies.get(session_cookie(behind_tls=settings.behind_tls).name)
    return sign_in_with_link(request.app.state.doorkeeper, link, address, old)


def _refused(settings: Settings, status: int, what: str, fix: str) -> Response:
    text = _REFUSED.format(what=escape(what[:1].upper() + what[1:]), fix=escape(fix))
    return _page(settings, text, status)


def _page(settings: Settings, body: str, status: int = 200) -> Response:
    headers = {
        **security_headers(Kind.PAGE, behind_tls=settings.behind_tls),
        # The address of a one-time link must not be kept.
        "Cache-Control": "no-store",
    }
    return Response(_PAGE.format(body=body), status, headers, "text/html; charset=utf-8")
