"""`treadway doctor`: is everything here that Treadway needs, and what to do where it is not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from api.cli.desk import default_database
from api.cli.exits import Code
from api.cli.options import Database, Json, Quiet
from api.cli.output import Output, paint
from engine.model.errors import EngineError, UnreadableError


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing looked at. `fix` is empty where all is well."""

    what: str
    found: str
    fix: str = ""


def doctor(database: Database = None, as_json: Json = False, quiet: Quiet = False) -> None:
    """Look at what Treadway needs here and how it is set up, say what is wrong and what to do about it.

    Python, SQLite, database and its schema, drawing and font, algorithms, settings, where it listens, time
    zone, permissions of files, clock, worker, identity provider. Nothing is changed. Exit 1 when something is
    wrong.

    Examples:
        treadway doctor
        treadway doctor --database cases.db
    """
    output = Output(as_json=as_json, quiet=quiet)
    results = list(_checks(database or str(default_database())))
    for item in results:
        word = paint("failed", "failed") if item.fix else paint("passed", "passed")
        output.result(f"{word}  {item.what:<12}{item.found}")
        if item.fix:
            output.result(f"        {'':<12}{item.fix}")
    failed = any(item.fix for item in results)
    output.document(
        "treadway.doctor/1",
        {"checks": [{"what": i.what, "passed": not i.fix, "found": i.found, "fix": i.fix} for i in results]},
    )
    output.next("treadway demo")
    output.end(Code.NO if failed else Code.DONE)


def _checks(database: str) -> Iterator[Checked]:
    import platform

    yield Checked("Python", platform.python_version())
    looks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("SQLite", _sqlite),
        ("database", lambda: _database(database)),
        ("drawing", _drawing),
        ("font", _font),
    )
    for what, look in looks:
        yield _told(what, look)
    yield from _algorithms()
    from api.serving.checkup import checkup

    for what, look in checkup(database):
        yield _told(what, look)


def _told(what: str, look: Callable[[], str]) -> Checked:
    try:
        return Checked(what, look())
    except EngineError as error:
        return Checked(what, error.message, error.fix or "docs/how-to/deploy.md says how it is set up")


def _sqlite() -> str:
    from engine.store.database import SQLITE_VERSION, refuse_unsafe_sqlite

    refuse_unsafe_sqlite()
    return SQLITE_VERSION


def _database(database: str) -> str:
    from engine.store.store import Store

    if "://" not in database and not Path(database).exists():
        return f"{database} (not there yet; the first case makes it)"
    store = Store.open(database, create=False)
    try:
        return store.engine.url.render_as_string(hide_password=True)
    finally:
        store.close()


def _drawing() -> str:
    """Draws two boxes, so that the layout program has run."""
    from engine.picture.render import dot_binary, run_dot

    run_dot("digraph { a -> b }")
    return str(dot_binary())


def _font() -> str:
    from engine.picture.font import font

    try:
        return f"shipped, {len(font().widths)} characters, {len(font(bold=True).widths)} in bold"
    except OSError as error:
        raise UnreadableError("the shipped font is missing", "install Treadway again") from error


def _algorithms() -> Iterator[Checked]:
    from engine.definition.loader import load_shipped, shipped

    for name in shipped():
        loaded = load_shipped(name)
        errors = len(loaded.errors)
        found = f"{name}: {loaded.algorithm.version}" if loaded.algorithm else f"{name}: {errors} errors"
        yield Checked("algorithm", found, f"run `treadway check {name}`" if errors else "")
