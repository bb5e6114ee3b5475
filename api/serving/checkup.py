"""Looks at an installation: what is set, where it listens, files, clock, worker, identity provider.

Each look gives what was found, or raises an `EngineError` whose fix says what to do. None changes anything.
"""

import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import URL, func, select

from api.cli.desk import default_database
from api.serving.clinics import desks, longest_lag
from api.serving.listening import refuse_start
from api.serving.local import local_zone
from api.serving.settings import FILE_VARIABLE, SECRET, Installation, SettingsError, read_installation
from api.signin.provider import Provider
from engine.model.errors import EngineError
from engine.store.database import reading, url_of
from engine.store.schema import events
from engine.store.store import Store
from engine.store.wall import within

SLACK: Final = timedelta(seconds=5)
"""How far the last event may lie ahead of the clock: clocks of several computers differ a little."""


class CheckupError(EngineError):
    """Something is not as it must be."""


def checkup(database: str | None) -> Iterator[tuple[str, Callable[[], str]]]:
    """What is looked at, in order, each with its look."""
    try:
        settings = read_installation(options={"database_url": database})
    except SettingsError as error:
        yield "settings", _raising(error)
        yield "time zone", lambda: _zone(None)
        return
    url = url_of(settings.database_url or str(default_database()))
    yield "settings", lambda: _settings(settings)
    yield "listening", lambda: _listening(settings, url)
    yield "time zone", lambda: _zone(settings.time_zone)
    yield "permissions", lambda: _permissions(settings, url)
    yield "clock", lambda: _with_store(url, _clock)
    yield "worker", lambda: _with_store(url, lambda store: _worker(store, settings))
    if settings.oidc_issuer is not None:
        issuer = settings.oidc_issuer
        yield "sign-in", lambda: _provider(issuer)


def _raising(error: EngineError) -> Callable[[], str]:
    def look() -> str:
        raise error

    return look


def _settings(settings: Installation) -> str:
    given = sorted(settings.model_fields_set)
    file = os.environ.get(FILE_VARIABLE)
    where = f" ({file} and the environment)" if file else ""
    return f"{', '.join(given) or 'none set, all at their defaults'}{where}"


def _listening(settings: Installation, url: URL) -> str:
    refuse_start(settings, url, demo=False)
    how = "TLS" if settings.serves_tls else "TLS by the proxy" if settings.behind_tls else "unencrypted"
    processes = "1 process" if settings.workers == 1 else f"{settings.workers} processes"
    return f"{settings.host}:{settings.port}, {how}, {processes}"


def _zone(named: str | None) -> str:
    try:
        ZoneInfo("Europe/Oslo")
    except (KeyError, ValueError, OSError):
        raise CheckupError(
            "this computer knows no time zones", "install its package of them (Debian: `apt install tzdata`)"
        ) from None
    name = named or local_zone()
    today = datetime.now(ZoneInfo(name)).date()
    return f"{name}, where it is {today}" + ("" if named else " (of this computer)")


def _permissions(settings: Installation, url: URL) -> str:
    looked_at: list[str] = []
    file = os.environ.get(FILE_VARIABLE)
    if file and settings.model_fields_set & SECRET:
        looked_at.append(_private(Path(file)))
    if settings.tls_key is not None:
        looked_at.append(_private(settings.tls_key))
    if url.get_backend_name() == "sqlite":
        main = Path(url.database or "")
        files = [main.with_name(main.name + ending) for ending in ("", "-wal", "-shm")]
        looked_at += [_private(path) for path in files if path.exists()]
    return f"{len(looked_at)} files that only their owner can read"


def _private(path: Path) -> str:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise CheckupError(
            f"{path} can be read or written by others (mode {mode:04o})", f"run `chmod 600 {path}`"
        )
    return str(path)


def _with_store(url: URL, look: Callable[[Store], str]) -> str:
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return "no database yet"
    store = Store.open(url.render_as_string(hide_password=False), create=False)
    try:
        return look(store)
    finally:
        store.close()


def _clock(store: Store) -> str:
    now = datetime.now(UTC)
    last: datetime | None = None
    for desk in desks(store, "UTC"):
        with within(desk.clinic_id), reading(store.engine) as connection:
            mine = events.c.clinic_id == desk.clinic_id
            found: datetime | None = connection.execute(
                select(func.max(events.c.recorded_at)).where(mine)
            ).scalar_one_or_none()
        last = max(filter(None, (last, found)), default=None)
    if last is not None and last > now + SLACK:
        raise CheckupError(
            f"the clock was set back: the last event was recorded at {last:%Y-%m-%d %H:%M:%S}Z, "
            f"now it is {now:%Y-%m-%d %H:%M:%S}Z",
            "set the clock right (`timedatectl`); histories keep their order by number all the same",
        )
    return f"{now:%Y-%m-%d}, not behind the last event"


def _worker(store: Store, settings: Installation) -> str:
    days = longest_lag(store, settings.time_zone)
    if days and store.engine.dialect.name == "postgresql":
        raise CheckupError(
            f"lists are {days} days behind: no worker has looked at them",
            "start `treadway worker` (docs/how-to/deploy.md has its unit)",
        )
    if days:
        return f"lists are {days} days behind; the next look at them brings them up to date"
    return "lists are of today"


def _provider(issuer: str) -> str:
    found = Provider(issuer).metadata()
    return f"{found.issuer} answers"
