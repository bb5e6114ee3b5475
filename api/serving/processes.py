"""Runs the service until it is told to end: one process, or several behind one socket."""

import multiprocessing
import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import FrameType
from typing import Final

from api.rest.metrics import TOGETHER
from api.rest.server import GRACE_SECONDS, Server, configured
from api.serving.logs import get_log
from api.serving.settings import Installation, SettingsError, read_installation
from api.serving.turning import work_beside

FACTORY: Final = "api.serving.application:make"
LOOK_SECONDS: Final = 0.5
"""How soon a dead process is replaced."""
QUICK_SECONDS: Final = 10.0
"""A process that ends sooner never served: as many of them in a row as there are workers end the service."""


class WorkersFailedError(SettingsError):
    """No process can serve; each says in the log why."""


def listen(settings: Installation) -> socket.socket:
    """A socket at the address of the settings.

    Raises:
        SettingsError: The address is not this computer's, or is taken.
    """
    try:
        found = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, _, _, _, address = found[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise SettingsError(
            f"{settings.host}:{settings.port} cannot be listened on: {(error.strerror or 'unknown').lower()}",
            "end the program that listens there, or choose another --port (0 takes any free one)",
        ) from error
    return listener


def run(settings: Installation, listener: socket.socket) -> None:
    """Serve until told to end (SIGTERM, SIGINT); then finish what was accepted.

    The settings must also be those of the environment, which each process reads by itself.

    Raises:
        WorkersFailedError: Several processes were wanted and none could serve.
    """
    log = get_log()
    log.info("start", port=listener.getsockname()[1], workers=settings.workers)
    if settings.workers == 1:
        _serve(settings, listener)
    else:
        _several(settings.workers, listener)
    log.info("end")


def _serve(settings: Installation, listener: socket.socket) -> None:
    """One process. Its store is closed last, when no request is left."""
    config = configured(FACTORY, settings.host, settings.port)
    config.factory = True
    config.ssl_certfile = settings.tls_certificate
    config.ssl_keyfile = settings.tls_key
    ended = threading.Event()
    worker = work_beside(settings, ended)
    try:
        Server(config).run([listener])
    finally:
        ended.set()
        worker.join(GRACE_SECONDS)
        app = getattr(config, "loaded_app", None)
        if app is not None:
            app.state.store.close()


def _work(listener: socket.socket) -> None:
    """What each of several processes does."""
    _serve(read_installation(), listener)


def _several(workers: int, listener: socket.socket) -> None:
    """Keep as many processes running as were asked for."""
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    folder = Path(tempfile.mkdtemp(prefix="treadway-metrics-"))
    os.environ[TOGETHER] = str(folder)  # before a child imports what counts
    running: list[tuple[SpawnProcess, float]] = []
    failures = 0
    try:
        running = [_start(listener) for _ in range(workers)]
        while not ended.wait(LOOK_SECONDS):
            for place, (process, began) in enumerate(running):
                if process.is_alive():
                    continue
                failures = failures + 1 if time.monotonic() - began < QUICK_SECONDS else 0
                get_log().error("process died", process=process.pid, status=process.exitcode)
                if failures >= workers:
                    raise WorkersFailedError(
                        "the processes end as soon as they begin",
                        "the lines above say why; `treadway doctor` looks at what they need",
                    )
                running[place] = _start(listener)
    finally:
        _end([process for process, _ in running])
        del os.environ[TOGETHER]
        shutil.rmtree(folder, ignore_errors=True)


def _start(listener: socket.socket) -> tuple[SpawnProcess, float]:
    process = multiprocessing.get_context("spawn").Process(target=_work, args=(listener,))
    process.start()
    return process, time.monotonic()


def _end(processes: list[SpawnProcess]) -> None:
    """Let each finish what it has accepted."""
    for process in processes:
        process.terminate()
    last = time.monotonic() + GRACE_SECONDS + 2
    for process in processes:
        process.join(max(0.1, last - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()
