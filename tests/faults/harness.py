"""Starts the served store, drives it with writers that keep a ledger, breaks it, starts it again."""

import contextlib
import itertools
import json
import multiprocessing
import random
import socket
import threading
import time
from collections.abc import Callable, Generator

from tests.faults import served
from tests.faults.ledger import ANSWER_SECONDS, Ledger, Request

WRITERS = 6
_NAMES = itertools.count()
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.faults.served"])


class Server:
    """A served store in a process of its own, made from one that has read the program already."""

    def __init__(self, database: str, plant: str | None = None) -> None:
        self._ready, theirs = _FORKS.Pipe(duplex=False)
        self.process = _FORKS.Process(target=served.main, args=(database, plant, theirs), daemon=True)
        self.process.start()
        theirs.close()
        self.port = 0
        self.lines: list[Line] = []

    def ready(self) -> "Server":
        """Wait until it takes requests."""
        assert self._ready.poll(ANSWER_SECONDS), "the server does not start"
        self.port = self._ready.recv()
        return self

    @property
    def pid(self) -> int:
        """The number of its process."""
        assert self.process.pid
        return self.process.pid

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        self.process.kill()
        self.process.join()
        self._ready.close()

    def stop(self) -> float:
        """Ask it to end; how many seconds it took."""
        began = time.monotonic()
        self.process.terminate()
        self.process.join(ANSWER_SECONDS)
        assert self.process.exitcode == 0
        self._ready.close()
        return time.monotonic() - began


@contextlib.contextmanager
def serving(database: str, plant: str | None = None) -> Generator[Server]:
    """A server for a while; killed at the end if it still runs."""
    server = Server(database, plant).ready()
    try:
        yield server
    finally:
        server.kill()
        for line in server.lines:
            line.close()


class Line:
    """A client's connection; opened when it is first needed."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.socket: socket.socket | None = None
        server.lines.append(self)

    def ask(self, request: Request, seconds: float = 20.0) -> dict | None:
        """Send a request and note the answer; None when the line broke first."""
        try:
            if self.socket is None:
                self.socket = socket.create_connection(("127.0.0.1", self.server.port), 5)
                self.file = self.socket.makefile("rw", encoding="utf-8")
            self.socket.settimeout(seconds)
            self.file.write(json.dumps(request.line()) + "\n")
            self.file.flush()
            text = self.file.readline()
            told = json.loads(text) if text.endswith("\n") else None
        except (OSError, ValueError):
            told = None
        if told is None:
            self.close()
        else:
            request.told = told
        return told

    def close(self) -> None:
        """Hang up."""
        ours, self.socket = self.socket, None
        if ours is not None:
            with contextlib.suppress(OSError):
                self.file.close()
            ours.close()


class Shared:
    """Cases that several writers write to, each with the last event that one of them saw."""

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}

    def note(self, told: dict) -> None:
        """Keep what an answer tells of a shared case, or share the first case that is told of."""
        if told["said"] == "stored" and (told["case"] in self.seen or not self.seen):
            self.seen[told["case"]] = told["events"][-1][0]


def write_until(server: Server, ledger: Ledger, stop: threading.Event, shared: Shared) -> None:
    """One writer: opens a case and appends to it, and now and then to one that others write to as well."""
    name, line = f"w{next(_NAMES)}", Line(server)
    own: tuple[str, int] | None = None
    for number in itertools.count():
        if stop.is_set():
            break
        request = _next(ledger, name, number, own, shared)
        told = line.ask(request)
        ledger.note(told)
        if told is None:
            break
        if told["said"] == "stored" and request.case in (None, own and own[0]):
            own = (told["case"], told["events"][-1][0])
        if told["said"] == "conflict" and told["since"] and own and request.case == own[0]:
            own = (own[0], told["since"][-1][0])
        if told["said"] in ("unavailable", "unknown"):
            time.sleep(0.01)
        shared.note(told)
    line.close()


def _next(ledger: Ledger, name: str, number: int, own: tuple[str, int] | None, shared: Shared) -> Request:
    key = f"{name}-{number}"
    if own is None:
        return ledger.add(Request(key, name, None, 0, [f"case of {key}"]))
    case, seq = own
    if number % 4 == 3 and shared.seen:
        case, seq = next(iter(shared.seen.items()))
    return ledger.add(Request(key, name, case, seq, [f"{key} a", f"{key} b"]))


def drive(
    server: Server, ledger: Ledger, answers: int, then: Callable[[], None], writers: int = WRITERS
) -> None:
    """Let writers write until so many writes were answered, do something to the server, and wait until
    every writer has noticed.
    """
    stop, shared = threading.Event(), Shared()
    threads = [
        threading.Thread(target=write_until, args=(server, ledger, stop, shared)) for _ in range(writers)
    ]
    for thread in threads:
        thread.start()
    try:
        ledger.wait_for("stored", "conflict", more=answers)
        then()
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def resend(server: Server, ledger: Ledger, chance: random.Random, most: int = 12) -> list[str]:
    """Send again what was never answered, and some of what was: one event, and the same answer."""
    faults: list[str] = []
    line = Line(server)
    acknowledged = ledger.said("stored")
    some = chance.sample(acknowledged, min(len(acknowledged), most))
    for request in some:
        before = request.told
        again = line.ask(request)
        assert before is not None
        if again is None or again["said"] != "stored" or again["events"] != before["events"]:
            faults.append(f"{request.key} was answered {before} and then {again}")
        request.told = before
    for request in ledger.open:
        line.ask(request)
    line.close()
    return faults
