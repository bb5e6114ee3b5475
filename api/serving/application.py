"""Puts the service together from its settings: what each process runs."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from starlette.types import ASGIApp

from api.cli.desk import default_database
from api.pages import door
from api.rest.app import create_app
from api.rest.settings import Settings
from api.serving import front
from api.serving.local import is_demo
from api.serving.logs import set_up_logs
from api.serving.metrics import CountingStore
from api.serving.requests import Requests
from api.serving.settings import Installation, read_installation
from api.signin import page, routes
from api.signin.oidc import Client, CodeFlow
from api.signin.provider import Provider
from engine.access.proxy import networks
from engine.people import People
from engine.store.store import Store


def make() -> FastAPI:
    """The app by the settings of the environment; each process of several calls it."""
    settings = read_installation()
    set_up_logs(settings.log_format, settings.log_level)
    return application(settings)


def application(settings: Installation) -> FastAPI:
    """The app over the database of these settings. Its store is `app.state.store`: close it at the end."""
    opened = Store.open(settings.database_url or str(default_database()), create=False)
    store = CountingStore(opened.engine)
    try:
        app = create_app(store, People(store.engine), limits(settings))
        store.count_in(app.state.metrics, settings.time_zone)
        app.state.code_flow = code_flow(settings)
        app.state.sign_in_page = page.plain
        app.router.routes.extend([*routes.routes(), *front.routes(), *door.routes(drafts=is_demo(store))])
        trusted = networks(settings.trusted_proxies)

        def outside(inner: ASGIApp) -> ASGIApp:
            return Requests(inner, trusted, tls=settings.serves_tls)

        app.add_middleware(outside)
    except BaseException:
        store.close()
        raise
    return app


def code_flow(settings: Installation) -> CodeFlow | None:
    """The way through the clinic's identity provider; None where none is set. Asks nobody yet."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    back = f"{settings.public_url or f'http://127.0.0.1:{settings.port}'}{routes.BACK}"
    client = Client(settings.oidc_client_id, back, settings.oidc_client_secret)
    return CodeFlow(Provider(settings.oidc_issuer), client)


def limits(settings: Installation) -> Settings:
    """What the REST door takes of the settings."""
    own = {f"http://{host}:{settings.port}" for host in ("127.0.0.1", "localhost", "[::1]")}
    return replace(
        Settings(),
        threads=settings.threads,
        waiting=settings.waiting,
        streams=settings.streams,
        body_bytes=settings.body_bytes,
        body_seconds=settings.body_seconds,
        stream_seconds=settings.stream_seconds,
        requests_a_minute=settings.requests_a_minute,
        behind_tls=settings.behind_tls,
        own_origins=frozenset({settings.public_url}) if settings.public_url else frozenset(own),
        metrics_token=settings.metrics_token,
        published_clinics=settings.published_clinics,
        zone=ZoneInfo(settings.time_zone) if settings.time_zone else None,
    )
