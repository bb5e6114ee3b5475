"""`treadway serve`: run the service; on a laptop without any setting."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from api.cli.exits import UsageError
from api.cli.options import Database, Json, Quiet
from api.cli.output import Output

if TYPE_CHECKING:
    from api.serving.settings import Installation
    from engine.store.store import Store

Host = Annotated[
    str | None, Option("--host", metavar="ADDRESS", help="Address to listen on. Without it this computer's.")
]
Port = Annotated[
    int | None, Option("--port", metavar="N", help="Port to listen on; 0 takes a free one. Without it 8000.")
]
Workers = Annotated[
    int | None,
    Option("--workers", metavar="N", help="Processes. More than one only on PostgreSQL. Without it 1."),
]
SettingsFile = Annotated[
    Path | None,
    Option(
        "--settings",
        metavar="FILE",
        envvar="TREADWAY_SETTINGS",
        help="TOML file with settings; docs/reference/settings.md lists them.",
    ),
]


def serve(
    host: Host = None,
    port: Port = None,
    workers: Workers = None,
    settings_file: SettingsFile = None,
    demo: Annotated[
        bool,
        Option("--demo", help="With fifteen invented patients, in a database of their own; loopback only."),
    ] = False,
    database: Database = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Serve the API and the pages of cases until told to end (Ctrl-C, SIGTERM); accepted work is finished.

    On a laptop it takes no setting: one SQLite file, this computer alone, and a one-time link that signs its
    owner in. Each case has its pages at /cases/NUMBER; there is no page yet that lists them.

    Examples:
        treadway serve
        treadway serve --demo
        treadway serve --settings /etc/treadway/settings.toml
    """
    from api.serving.listening import refuse_start
    from api.serving.logs import set_up_logs
    from api.serving.processes import listen, run
    from api.serving.settings import read_installation
    from engine.store.database import url_of

    output = Output(as_json=as_json, quiet=quiet)
    named = None if settings_file is None else str(settings_file)
    given: dict[str, object] = {"host": host, "port": port, "workers": workers, "database_url": database}
    settings = read_installation(file=named, options=given)
    if settings.database_url is None:
        settings = settings.model_copy(update={"database_url": str(_default_database(demo=demo))})
    assert settings.database_url is not None
    refuse_start(settings, url_of(settings.database_url), demo=demo)
    link, invented = _prepare(output, settings, demo=demo)
    refuse_start(settings, url_of(settings.database_url), demo=invented)
    listener = listen(settings)
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    _tell(output, settings, link, invented=invented)
    # Each process reads its settings by itself: what was given here goes before what stands there.
    if named is not None:
        os.environ["TREADWAY_SETTINGS"] = named
    for name in given:
        os.environ[f"TREADWAY_{name.upper()}"] = str(getattr(settings, name))
    set_up_logs(settings.log_format, settings.log_level)
    run(settings, listener)


def _default_database(*, demo: bool) -> Path:
    from api.cli.desk import default_database

    return default_database().with_name("demo-cases.db") if demo else default_database()


def _prepare(output: Output, settings: "Installation", *, demo: bool) -> tuple[str | None, bool]:
    """See that the database can be served; the secret of a link, and whether everybody in it is invented."""
    from api.serving.local import holds_nothing, is_demo, owner_link, settle
    from engine.access.proxy import is_loopback
    from engine.store.database import url_of
    from engine.store.store import Store

    assert settings.database_url is not None
    on_sqlite = url_of(settings.database_url).get_backend_name() == "sqlite"
    on_a_laptop = on_sqlite and is_loopback(settings.host)
    store = Store.open(settings.database_url)
    try:
        empty = holds_nothing(store)
        if demo and not empty and not is_demo(store):
            raise UsageError(
                "this database is not the demonstration's: its patients may be real",
                "leave --database out; the demonstration has a file of its own",
            )
        if demo or on_a_laptop:
            settle(store, settings.time_zone, demo=demo)
        if demo and empty:
            _fill(output, store)
        link = owner_link(store) if on_a_laptop else None
        return link, is_demo(store)
    finally:
        store.close()


def _fill(output: Output, store: "Store") -> None:
    from api.cli.demo import walk_all

    output.say("Walking the fifteen invented patients through their stories, once.")
    walk_all(store, output)


def _tell(output: Output, settings: "Installation", link: str | None, *, invented: bool) -> None:
    """Where it is to be found, on standard output: the link is for whoever sits at this computer."""
    scheme = "https" if settings.serves_tls else "http"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = settings.public_url or f"{scheme}://{host}:{settings.port}"
    sign_in = None if link is None else f"{base}/sign-in?link={link}"
    output.result(
        f"Treadway serves on {base}" + (" (every patient is invented)" if invented else ""),
        f"API         {base}/api/v1",
        f"described   {base}/api/v1/openapi.json",
        *([] if sign_in is None else [f"sign in     {sign_in}", "            (once, within 15 minutes)"]),
        f"caseload    {base}/caseload",
    )
    output.document(
        "treadway.serve/1",
        {
            "address": base,
            "api": f"{base}/api/v1",
            "description": f"{base}/api/v1/openapi.json",
            "sign_in": sign_in,
            "demo": invented,
        },
    )
    sys.stdout.flush()
    output.next("treadway people --help (accounts, roles, tokens); Ctrl-C ends it")
