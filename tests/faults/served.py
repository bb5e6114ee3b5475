"""A store behind a socket, as a server has it: what the faults are done to.

A request is one line of JSON, an answer too. On SIGTERM it finishes what it accepted, closes the store and
ends with code 0.
"""

import json
import os
import signal
import socket
import threading
from datetime import UTC, datetime
from multiprocessing.connection import Connection

from engine.model.errors import CaseConflict
from engine.store.errors import KeyReusedError, OutcomeUnknownError, OverloadedError, StoreUnavailableError
from engine.store.rows import Appended, Idempotency, PatientRow, Stamp
from engine.store.store import Store
from tests.faults.plants import plant
from tests.store.samples import CLINIC, DIGEST, board_row, note, opened


def answer(store: Store, asked: dict) -> dict:
    """Do what a line asks for."""
    key = Idempotency(asked["key"], json.dumps(asked["texts"])) if asked.get("key") else None
    stamp = Stamp(asked["writer"], datetime.now(UTC), DIGEST)
    try:
        if asked["case"] is None:
            made = store.open_case(
                CLINIC, PatientRow(asked["texts"][0]), lambda c: ([opened()], board_row(c, 1)), stamp, key
            )
        else:
            drafts = [note(text) for text in asked["texts"]]
            row = board_row(asked["case"], asked["seq"] + len(drafts))
            made = store.append(CLINIC, asked["case"], asked["seq"], drafts, row, stamp, key)
    except CaseConflict as conflict:
        return {"said": "conflict", "since": [[e.seq, e.payload.get("text")] for e in conflict.since]}
    except KeyReusedError:
        return {"said": "key reused"}
    except OutcomeUnknownError:
        return {"said": "unknown"}
    except OverloadedError as error:
        return {"said": "unavailable", "retry_after": error.retry_after_seconds}
    except StoreUnavailableError as error:
        return {"said": "unavailable", "text": error.message}
    return _written(made)


def _written(made: Appended) -> dict:
    events = [[e.seq, e.payload.get("text"), e.hash] for e in made.events]
    return {"said": "stored", "case": made.events[0].case_id, "events": events, "replayed": made.replayed}


class Served:
    """The listening socket, and the requests in hand."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.state = threading.Condition()
        self.working = 0
        self.ending = False

    def serve(self) -> None:
        """Accept until the listener is shut."""
        while not self.ending:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(line,), daemon=True).start()

    def talk(self, line: socket.socket) -> None:
        """Answer one client until it goes away."""
        with line, line.makefile("rw", encoding="utf-8") as file:
            for text in file:
                with self.state:
                    if self.ending:
                        return
                    self.working += 1
                try:
                    reply = answer(self.store, json.loads(text))
                    file.write(json.dumps(reply) + "\n")
                    file.flush()
                except OSError:
                    return
                finally:
                    with self.state:
                        self.working -= 1
                        self.state.notify_all()

    def end(self, *_: object) -> None:
        """Finish what is in hand, then end."""
        threading.Thread(target=self._end).start()

    def _end(self) -> None:
        with self.state:
            self.ending = True
            self.state.wait_for(lambda: self.working == 0, 12)
        self.store.close()
        os._exit(0)


def main(database: str, planted: str | None, ready: Connection) -> None:
    """Serve until told to end, or killed; `ready` is told the port."""
    plant(planted)
    served = Served(Store.open(database))
    signal.signal(signal.SIGTERM, served.end)
    ready.send(served.listener.getsockname()[1])
    served.serve()
    threading.Event().wait()
