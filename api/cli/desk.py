"""Opens what a case command works on: the database, who is acting, an algorithm by name or path."""

import getpass
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.exits import UsageError
from engine.model.errors import UnknownNameError

if TYPE_CHECKING:
    from engine.definition.loader import Loaded
    from engine.service import Desk

LOCAL_CLINIC = "local"
"""The one clinic of a database that is used from the command line."""


def default_database() -> Path:
    """The one file that holds cases where no database is named."""
    import platformdirs

    return Path(platformdirs.user_data_dir("treadway", appauthor=False)) / "cases.db"


@contextmanager
def desk(database: str | None, actor: str | None = None, roles: str | None = None) -> "Generator[Desk]":
    """A place to work at, closed afterwards.

    Raises:
        UsageError: A role that does not exist.
        DatabaseUnreadableError, SchemaError, StoreUnavailableError: The database cannot be used.
    """
    from engine.service import ROLES, Actor, Desk
    from engine.store.store import Store

    held = None if roles is None else frozenset(word.strip() for word in roles.split(",") if word.strip())
    for role in sorted(held or ()):
        if role not in ROLES:
            raise UsageError(f"there is no role `{role}`", f"roles are {', '.join(ROLES)}")
    store = Store.open(database or str(default_database()))
    try:
        yield Desk(store, LOCAL_CLINIC, Actor(actor or _sign_in_name(), held))
    finally:
        store.close()


def _sign_in_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def load_named(name: str) -> "Loaded":
    """A definition by the id of a shipped algorithm, or by the path of its folder or file.

    Raises:
        UnknownNameError: Neither a file nor a shipped algorithm.
        UnreadableError: The file cannot be read.
    """
    from engine.definition.loader import load, load_shipped, shipped

    if Path(name).exists() or name.endswith((".yaml", ".yml")) or "/" in name or "\\" in name:
        return load(name)
    try:
        return load_shipped(name)
    except UnknownNameError as error:
        if not error.near:
            error.fix = f"name a definition's folder or file, or one of {', '.join(shipped())}"
        raise
