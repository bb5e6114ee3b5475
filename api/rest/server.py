"""Runs the app in a process: takes requests, and on SIGTERM finishes what was accepted and ends."""

import signal
import socket
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

GRACE_SECONDS = 12
"""How long requests may take to finish once the process is told to end."""


class Server(uvicorn.Server):
    """A server that tells its app when it is told to end, so that live streams do too."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note that the process is to end; a second Ctrl-C ends it without waiting.

        Unlike the framework's own it does not raise the signal again: an end that went well is exit code 0.
        """
        app: Any = getattr(self.config, "loaded_app", None) or self.config.app
        app.state.life.stopping = True
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True


def configured(app: FastAPI | str, host: str, port: int) -> uvicorn.Config:
    """How a process serves: no access log (addresses hold ids), no forwarded headers, bounded headers."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_level="warning",
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=20,
        h11_max_incomplete_event_size=32_768,
        backlog=512,
    )


def serve(
    app: FastAPI, host: str = "127.0.0.1", port: int = 8000, listener: socket.socket | None = None
) -> None:
    """Serve until told to end."""
    Server(configured(app, host, port)).run(None if listener is None else [listener])
