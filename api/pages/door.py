"""The pages' door: who asks, may they, is the form ours; and what is shown where it is not.

What was typed is never lost: a form that cannot be accepted comes back with everything in it.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request, Response
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from api.pages.board import table as board
from api.pages.case.handling import Answer, Asked, NoSuchPageError, SeeOther, Sent
from api.pages.case.table import ROWS, Row
from api.pages.pathway import table as pathway
from api.pages.rendering import digest_of, render, static_file
from api.rest.caller import Caller, Doorkeeper
from api.rest.problems import problem_of
from api.rest.route import TEMPLATE
from api.rest.settings import Settings
from api.signin.routes import address_of_sign_in
from api.signin.visitor import FORM_FIELD, visitor
from engine.access.csrf import csrf_fits, foreign
from engine.access.decide import AccessDeniedError
from engine.access.headers import Kind, security_headers
from engine.model.errors import EngineError
from engine.service import AccessDeniedError as RoleMissingError
from engine.service import Actor, Desk
from engine.store.wall import within

LONGEST_FORM: Final = 500_000
MOST_FIELDS: Final = 1_000
_SAFE: Final = re.compile(r"[^A-Za-z0-9._-]")
UNSHOWN: Final = frozenset((FORM_FIELD, "seq", "key", "do", "checked"))


def routes(*, drafts: bool = False) -> list[Route]:
    """The addresses of the pages, to be put beside those of the API.

    Args:
        drafts: All patients are invented, so that cases may be opened in a definition that nobody approved.
    """
    found = [Route("/static/{name:path}", _static, methods=["GET"])]
    rows = (*board.ROWS, *ROWS, *pathway.ROWS)
    return [*found, *(Route(row.path, _endpoint(row, drafts=drafts), methods=[row.method]) for row in rows)]


async def _static(request: Request) -> Response:
    name = str(request.path_params["name"])
    found = static_file(name)
    settings: Settings = request.app.state.settings
    if found is None:
        return _page(request, Kind.PAGE, "problem.html", _NOT_FOUND, 404)
    body, kind = found
    lasting = request.query_params.get("v") == digest_of(name)
    headers = security_headers(Kind.ASSET if lasting else Kind.PAGE, behind_tls=settings.behind_tls)
    return Response(body, 200, headers, kind)


def _endpoint(row: Row, *, drafts: bool) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        request.scope[TEMPLATE] = row.path
        form = await _form(request) if row.method == "POST" else {}
        if form is None:
            return _page(request, Kind.PAGE, "problem.html", _TOO_LARGE, 413)
        return await run_in_threadpool(_answered, request, row, form, drafts)

    return answer


async def _form(request: Request) -> dict[str, str] | None:
    """What was typed, each name once; None where it is more than a form of ours can hold."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            return None
    try:
        pairs = parse_qsl(
            body.decode("ascii", "replace"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        return None
    return {name: value.replace("\r\n", "\n").replace("\x00", "") for name, value in pairs}


def _answered(
    request: Request,
    row: Row,
    form: Mapping[str, str],
    drafts: bool,
) -> Response:
    settings: Settings = request.app.state.settings
    doors: Doorkeeper = request.app.state.doorkeeper
    here = visitor(request)
    if here is None:
        if row.public and (clinic := _published(request, settings)) is not None:
            return _to_anybody(request, row, clinic)
        return _kept(request, form, 401, _SIGNED_OUT)
    holder = here.holder
    person = {"person": holder.name, "csrf": here.form_token()}
    if row.method == "POST":
        if foreign("POST", request.headers, settings.own_origins) is not None:
            return _page(request, Kind.PAGE, "problem.html", {**_FOREIGN, **person}, 403)
        if not csrf_fits(here.secret, form.get(FORM_FIELD)):
            return _kept(request, form, 403, {**_OTHER_SESSION, **person})
    clinics = holder.clinics(datetime.now(UTC))
    wanted = request.query_params.get("clinic")
    clinic = wanted or (clinics[0] if clinics else None)
    address = request.client.host if request.client else ""
    action = f"{row.method} {row.path}"
    try:
        allowed = doors.require(holder, row.right, clinic, action=action, address=address)
        assert clinic is not None, "a request without a clinic is never let in"
        caller = Caller(holder, clinic, allowed, request.app.state.store, doors, settings, action, address)
        at = {name: str(value) for name, value in request.path_params.items()}
        with caller.desk() as desk:
            asked = Asked(desk, at.pop("case_id", ""), dict(request.query_params), form, drafts=drafts)
            return _rendered(request, row.answer(asked, at), person)
    except NoSuchPageError:
        return _page(request, Kind.PAGE, "problem.html", {**_NOT_FOUND, **person}, 404)
    except (AccessDeniedError, RoleMissingError) as error:
        heading = {"heading": "Not allowed", "what": _sentence(error.message), "fix": _sentence(error.fix)}
        return _kept(request, form, problem_of(error).status, {**heading, **person})
    except (EngineError, OperationalError, InterfaceError) as error:
        return _failed(request, form, error, person)


def _published(request: Request, settings: Settings) -> str | None:
    """The clinic whose algorithms a reader without an account looks at; None where it publishes none."""
    known = settings.published_clinics
    clinic = request.query_params.get("clinic") or (known[0] if known else None)
    return clinic if clinic in known else None


def _to_anybody(request: Request, row: Row, clinic: str) -> Response:
    """A page for whoever asks: of algorithms alone, by somebody who holds no role."""
    doors: Doorkeeper = request.app.state.doorkeeper
    settings: Settings = request.app.state.settings
    at = {name: str(value) for name, value in request.path_params.items()}
    nobody: dict[str, object] = {"person": ""}
    try:
        with within(clinic):
            zone = doors.zone_of(clinic) or settings.zone
            desk = Desk(request.app.state.store, clinic, _ANYBODY, zone)
            asked = Asked(desk, query=dict(request.query_params), public=True)
            return _rendered(request, row.answer(asked, at), nobody)
    except NoSuchPageError:
        return _page(request, Kind.PAGE, "problem.html", {**_NOT_FOUND, **nobody}, 404)
    except (EngineError, OperationalError, InterfaceError) as error:
        return _failed(request, {}, error, nobody)


def _rendered(request: Request, answer: Answer, person: Mapping[str, object]) -> Response:
    if isinstance(answer, SeeOther):
        settings: Settings = request.app.state.settings
        headers = security_headers(Kind.PATIENT_PAGE, behind_tls=settings.behind_tls)
        return Response(status_code=303, headers={**headers, "location": answer.path})
    if isinstance(answer, Sent):
        return _file(request, answer)
    kind = Kind.PATIENT_PAGE if answer.patient else Kind.PAGE
    return _page(request, kind, answer.template, {**answer.context, **person}, answer.status)


def _file(request: Request, answer: Sent) -> Response:
    settings: Settings = request.app.state.settings
    headers = security_headers(Kind.PICTURE, behind_tls=settings.behind_tls)
    # A sandboxed PDF is not shown by every browser, so it is handed over as a file.
    how = "attachment" if answer.media_type == "application/pdf" else "inline"
    headers["content-disposition"] = f'{how}; filename="{_SAFE.sub("-", answer.name)}"'
    return Response(answer.content, 200, headers, answer.media_type)


def _failed(
    request: Request, form: Mapping[str, str], error: Exception, person: Mapping[str, object]
) -> Response:
    problem = problem_of(error)
    if problem.status == 404:
        return _page(request, Kind.PAGE, "problem.html", {**_NOT_FOUND, **person}, 404)
    told = {"heading": problem.title, "what": problem.detail, "fix": problem.fix}
    return _kept(request, form, problem.status, {**told, **person})


def _kept(request: Request, form: Mapping[str, str], status: int, told: Mapping[str, object]) -> Response:
    """A page that keeps what was typed and can send it again."""
    context = {
        **told,
        "action": request.url.path,
        "sign_in": address_of_sign_in(request.url.path) if status == 401 else "",
        "kept": [(name, value) for name, value in form.items() if name != FORM_FIELD],
        "shown": [(name.replace("-", " "), v) for name, v in form.items() if v and name not in UNSHOWN],
    }
    return _page(request, Kind.PATIENT_PAGE, "problem.html", context, status)


def _page(
    request: Request, kind: Kind, template: str, context: Mapping[str, object], status: int = 200
) -> Response:
    settings: Settings = request.app.state.settings
    headers = security_headers(kind, behind_tls=settings.behind_tls)
    text = render(template, {"kept": (), "shown": (), "fix": "", "sign_in": "", **context})
    return Response(text, status, headers, "text/html; charset=utf-8")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


_ANYBODY: Final = Actor("a reader who is not signed in", frozenset())
_NOT_FOUND: Final = {
    "heading": "There is no such page",
    "what": "Nothing is at this address, or you may not see it.",
    "fix": "Go back, or look for the case in the caseload.",
}
_SIGNED_OUT: Final = {
    "heading": "You are signed out",
    "what": "Nothing was stored.",
    "fix": "Sign in again in another tab of this browser, then come back to this one.",
}
_OTHER_SESSION: Final = {
    "heading": "Send this again",
    "what": "The form was opened before you signed in. Nothing was stored.",
    "fix": "Look at your entry, then send it again.",
}
_FOREIGN: Final = {
    "heading": "Request from elsewhere",
    "what": "The form does not come from a page of this installation. Nothing was done.",
    "fix": "Open the page here and enter it again.",
}
_TOO_LARGE: Final = {
    "heading": "Too large",
    "what": "The form holds more than can be kept. Nothing was stored.",
    "fix": "Enter less at once.",
}
