"""`treadway worker`: brings what lists show up to date when a clinic's day turns."""

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Annotated

from typer import Option

from api.cli.desk import default_database
from api.cli.exits import Code
from api.cli.options import Database, Json, Quiet
from api.cli.output import Output
from api.cli.serve import SettingsFile

if TYPE_CHECKING:
    from engine.store.store import Store


def worker(
    once: Annotated[bool, Option("--once", help="Look once, and end.")] = False,
    settings_file: SettingsFile = None,
    database: Database = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Bring lists up to date in every clinic when its day turns: what is due, late or has run out.

    Nothing depends on it but speed: whoever looks at a list that is behind brings a part of it up to date.
    Several may run at once; none does another's work. Each process of `treadway serve` is one of them.

    Examples:
        treadway worker
        treadway worker --once
    """
    from api.serving.logs import get_log, set_up_logs
    from api.serving.settings import read_installation
    from api.serving.turning import work
    from engine.store.store import Store

    output = Output(as_json=as_json, quiet=quiet)
    named = None if settings_file is None else str(settings_file)
    settings = read_installation(file=named, options={"database_url": database})
    store = Store.open(settings.database_url or str(default_database()), create=once)
    try:
        if once:
            _once(output, store, settings.time_zone)
            return
        set_up_logs(settings.log_format, settings.log_level)
        log, ended = get_log(), threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _setting(ended))
        log.info("start")
        work(store, settings, ended)
        log.info("end")
    finally:
        store.close()


def _once(output: Output, store: "Store", zone: str | None) -> None:
    from api.serving.turning import turn

    cases, unreadable = turn(store, zone)
    output.result(f"{cases} rows brought up to date, {unreadable} cases that cannot be read")
    output.document("treadway.worker/1", {"cases": cases, "unreadable": unreadable})
    output.next("treadway db verify" if unreadable else "treadway board")
    output.end(Code.NO if unreadable else Code.DONE)


def _setting(ended: threading.Event) -> Callable[[int, FrameType | None], None]:
    def handle(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    return handle
