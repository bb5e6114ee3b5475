"""Signing in and out in a browser: by one-time link, by password, through the clinic's identity provider."""

import base64
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, cast
from urllib.parse import urlencode, urlsplit

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from api.rest.body import read_form
from api.rest.problems import ProblemError, problem_of
from api.rest.route import TEMPLATE
from api.rest.settings import Settings
from api.signin.errors import Flaw, IdentityRefusedError, ProviderUnavailableError
from api.signin.oidc import LONGEST_SIGN_IN, CodeFlow, Pending
from api.signin.page import Render, SignInPage
from api.signin.visitor import (
    FORM_FIELD,
    ForeignFormError,
    drop_cookie,
    refuse_foreign,
    session_secret,
    set_cookie,
    visitor,
)
from engine.access.headers import Cookie, Kind, pending_cookie, security_headers, session_cookie
from engine.model.errors import EngineError
from engine.people import (
    People,
    SignedIn,
    SignInRefusedError,
    TooManyTriesError,
    begin_try,
    forgive_try,
    have_passwords,
    sign_in_with_identity,
    sign_in_with_link,
    sign_in_with_password,
    sign_out,
)

SIGN_IN: Final = "/sign-in"
SIGN_OUT: Final = "/sign-out"
PROVIDER: Final = "/sign-in/provider"
BACK: Final = "/sign-in/back"
"""Where the identity provider sends the browser back to: the redirect URI to register there."""

LONGEST_FORM: Final = 4_000
LONGEST_ONWARD: Final = 1_000
_OWN_PATH: Final = re.compile(r"/(?![/\\\\])[!-~]*")
"""No `//host` and no `/\\\\host`, which browsers take for another site; nothing but printed ASCII."""


def routes() -> list[Route]:
    """The routes, to be put beside those of the API."""
    return [
        _route("GET", SIGN_IN, _ask),
        _route("POST", SIGN_IN, _sign_in),
        _route("GET", PROVIDER, _to_provider),
        _route("GET", BACK, _from_provider),
        _route("POST", SIGN_OUT, _sign_out),
    ]


def _route(method: str, path: str, answer: Callable[[Request], Awaitable[Response]]) -> Route:
    async def named(request: Request) -> Response:
        request.scope[TEMPLATE] = path
        return await answer(request)

    return Route(path, named, methods=[method])


def address_of_sign_in(onward: str) -> str:
    """Where to send a browser in which nobody is signed in, so that it comes back to `onward`."""
    return f"{SIGN_IN}?{urlencode({'onward': onward})}"


async def _ask(request: Request) -> Response:
    """Shows what there is to sign in with. A link is not used up: programs preview addresses."""
    asked = request.query_params
    return await _page(
        request,
        SignInPage(
            _onward(asked.get("onward")),
            asked.get("link", "")[:100] or None,
            signed_out=asked.get("signed-out") == "yes",
        ),
    )


async def _sign_in(request: Request) -> Response:
    """Signs in by the link or the password of the form."""
    onward, link = "/", ""
    try:
        form = {name: values[0] for name, values in (await read_form(request, LONGEST_FORM)).items()}
        onward, link = _onward(form.get("onward")), form.get("link", "")
        refuse_foreign(request, None, None)
        old, address = session_secret(request), _far_end(request)
        doors: People = request.app.state.doorkeeper

        def signed_in() -> SignedIn:
            if link:
                return sign_in_with_link(doors, link, address, old)
            if _flow(request) is not None:
                raise SignInRefusedError("sign in through the identity provider of your clinic")
            return sign_in_with_password(doors, form.get("login", ""), form.get("password", ""), address, old)

        return _signed_in(request, await run_in_threadpool(signed_in), onward)
    except (EngineError, ProblemError) as error:
        return await _refused(request, error, onward)


async def _to_provider(request: Request) -> Response:
    """Sends the browser to the identity provider. By a link: a form may not lead away from this address."""
    onward = _onward(request.query_params.get("onward"))
    flow = _flow(request)
    if flow is None:
        return await _page(request, SignInPage(onward))
    try:
        url, pending = await run_in_threadpool(flow.begin)
    except EngineError as error:
        return await _refused(request, error, onward)
    reply = _redirect(url)
    kept = base64.urlsafe_b64encode(json.dumps([pending.text(), onward]).encode()).decode()
    set_cookie(reply, _pending(request), kept, int(LONGEST_SIGN_IN.total_seconds()))
    return reply


async def _from_provider(request: Request) -> Response:
    """Takes the provider's answer. The sign-in that began is forgotten, however this one ends."""
    onward = "/"
    try:
        pending, onward = _kept(request.cookies.get(_pending(request).name, ""))
        flow = _flow(request)
        if flow is None or len(request.query_params.multi_items()) > len(request.query_params):
            raise IdentityRefusedError(Flaw.STATE)
        reply = _signed_in(request, await run_in_threadpool(_identified, request, flow, pending), onward)
    except EngineError as error:
        reply = await _refused(request, error, onward)
    drop_cookie(reply, _pending(request))
    return reply


def _identified(request: Request, flow: CodeFlow, pending: Pending) -> SignedIn:
    doors: People = request.app.state.doorkeeper
    address = _far_end(request)
    try_id = begin_try(doors, address)
    try:
        found = flow.finish(pending, request.query_params)
    except ProviderUnavailableError:
        forgive_try(doors, address, try_id)
        raise
    return sign_in_with_identity(
        doors, found.issuer, found.subject, found.name, address, session_secret(request), try_id
    )


async def _sign_out(request: Request) -> Response:
    """Ends the session of this browser, by a form with the session's token."""
    try:
        form = await read_form(request, LONGEST_FORM)
        here = await run_in_threadpool(visitor, request)
        if here is not None:
            refuse_foreign(request, here.secret, form.get(FORM_FIELD, [""])[0])
            doors: People = request.app.state.doorkeeper
            await run_in_threadpool(sign_out, doors, here.secret, _far_end(request))
    except (EngineError, ProblemError) as error:
        return await _refused(request, error, "/")
    reply = _redirect(f"{SIGN_IN}?signed-out=yes")
    drop_cookie(reply, _cookie(request))
    return reply


def _signed_in(request: Request, signed_in: SignedIn, onward: str) -> Response:
    reply = _redirect(onward)
    set_cookie(reply, _cookie(request), signed_in.secret)
    return reply


async def _refused(request: Request, error: EngineError | ProblemError, onward: str) -> Response:
    """The page again, with what went wrong; it never repeats what was typed."""
    if isinstance(error, ProblemError):
        problem = error.problem
        said, status, headers = (problem.detail.rstrip("."), problem.fix.rstrip(".")), problem.status, {}
    else:
        said, status, headers = (error.message, error.fix), _status(error), _later(error)
    return await _page(request, SignInPage(onward, problem=said), status, headers)


def _status(error: EngineError) -> int:
    match error:
        case TooManyTriesError():
            return 429
        case ProviderUnavailableError():
            return 503
        case ForeignFormError():
            return 403
        case _:
            status = problem_of(error).status
            return status if status >= 500 else 403


def _later(error: EngineError) -> dict[str, str]:
    match error:
        case TooManyTriesError(retry_after_seconds=seconds):
            return {"Retry-After": str(seconds)}
        case ProviderUnavailableError():
            return {"Retry-After": "60"}
        case _:
            return dict(problem_of(error).headers)


async def _page(
    request: Request, page: SignInPage, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    filled: SignInPage = await run_in_threadpool(_filled, request, page)
    render: Render = request.app.state.sign_in_page
    settings: Settings = request.app.state.settings
    every = {
        **security_headers(Kind.PAGE, behind_tls=settings.behind_tls),
        # The address of a one-time link must not be kept.
        "Cache-Control": "no-store",
        **(headers or {}),
    }
    return Response(render(request, filled), status, every, "text/html; charset=utf-8")


def _filled(request: Request, page: SignInPage) -> SignInPage:
    """The page with what this installation offers."""
    flow = _flow(request)
    if flow is None:
        return replace(page, password=_password_known(request.app.state.doorkeeper))
    out = _provider_sign_out(request, flow) if page.signed_out else None
    return replace(page, provider=urlsplit(flow.provider.issuer).hostname, provider_sign_out=out)


def _password_known(doors: People) -> bool:
    try:
        return have_passwords(doors)
    except EngineError:
        return True  # the page says already that the database is away


def _provider_sign_out(request: Request, flow: CodeFlow) -> str | None:
    try:
        address = flow.provider.metadata().end_session_endpoint
    except EngineError:
        return None
    if address is None:
        return None
    back = flow.client.redirect_uri.removesuffix(BACK) + SIGN_IN
    asked = urlencode({"client_id": flow.client.client_id, "post_logout_redirect_uri": back})
    return f"{address}{'&' if '?' in address else '?'}{asked}"


def _kept(text: str) -> tuple[Pending, str]:
    """What `_to_provider` put into the cookie."""
    try:
        found: object = json.loads(base64.urlsafe_b64decode(text))
    except (ValueError, RecursionError) as error:
        raise IdentityRefusedError(Flaw.STATE) from error
    parts = cast(list[object], found) if isinstance(found, list) else []
    match parts:
        case [str(pending), str(onward)]:
            return Pending.of_text(pending), _onward(onward)
        case _:
            raise IdentityRefusedError(Flaw.STATE)


def _onward(path: str | None) -> str:
    """A path of this installation; the first page for whatever else somebody may have put there."""
    fit = path is not None and _OWN_PATH.fullmatch(path) is not None and len(path) <= LONGEST_ONWARD
    return path if fit and path is not None else "/"


def _redirect(address: str) -> Response:
    return Response(status_code=303, headers={"location": address, "cache-control": "no-store"})


def _flow(request: Request) -> CodeFlow | None:
    return request.app.state.code_flow


def _far_end(request: Request) -> str:
    return request.client.host if request.client else ""


def _cookie(request: Request) -> Cookie:
    return session_cookie(behind_tls=request.app.state.settings.behind_tls)


def _pending(request: Request) -> Cookie:
    return pending_cookie(behind_tls=request.app.state.settings.behind_tls)
