"""The address without a path: what runs here, where cases and algorithms are, who is signed in."""

from html import escape
from typing import Final

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from api.rest.app import PREFIX
from api.rest.route import TEMPLATE
from api.rest.settings import Settings
from api.signin.routes import SIGN_IN, SIGN_OUT
from api.signin.visitor import FORM_FIELD, Visitor, visitor
from engine.access.headers import Kind, security_headers

_PAGE: Final = f"""\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Treadway</title></head>
<body><main><h1>Treadway</h1>
{{who}}
<p>The <a href="/caseload">caseload</a> shows who needs something today,
<a href="/cases/new">a new case is opened here</a>,
and the <a href="/algorithms">algorithms</a> can be read.</p>
<p>Programs use the API at <code>{PREFIX}</code>, described at
<a href="{PREFIX}/openapi.json">{PREFIX}/openapi.json</a>.</p>
</main></body></html>
"""
_NOBODY: Final = f"""\
<p>Nobody is signed in in this browser. <a href="{SIGN_IN}">Sign in</a></p>"""
_SOMEBODY: Final = f"""\
<form method="post" action="{SIGN_OUT}"><input type="hidden" name="{FORM_FIELD}" value="{{token}}">
<p>Signed in as {{name}}. <button>Sign out</button></p></form>"""


def routes() -> list[Route]:
    """The route, to be put beside those of the API."""
    return [Route("/", _here, methods=["GET"])]


async def _here(request: Request) -> Response:
    request.scope[TEMPLATE] = "/"
    here: Visitor | None = await run_in_threadpool(visitor, request)
    who = _NOBODY
    if here is not None:
        who = _SOMEBODY.format(token=here.form_token(), name=escape(here.holder.name))
    settings: Settings = request.app.state.settings
    headers = security_headers(Kind.PATIENT_PAGE, behind_tls=settings.behind_tls)
    return Response(_PAGE.format(who=who), 200, headers, "text/html; charset=utf-8")
