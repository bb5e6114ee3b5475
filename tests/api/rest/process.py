"""A program that serves the REST app, for tests that need a process.

Run as `python -m tests.api.rest.process DATABASE SETTINGS`. It prints the port it listens on, and ends as the
product's own server does.
"""

import json
import socket
import sys

from api.rest.app import create_app
from api.rest.server import serve
from api.rest.settings import Settings
from engine.people import People
from engine.store.store import Store


def main(database: str, settings: str) -> None:
    """Serve until told to end."""
    store = Store.open(database)
    app = create_app(store, People(store.engine), Settings(**json.loads(settings)))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(512)
        print(listener.getsockname()[1], flush=True)
        serve(app, listener=listener)
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
