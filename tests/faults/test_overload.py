"""More is asked of the service than it can do, and then it is killed: every answer it gave was true."""

import threading
from collections import Counter

import httpx2
import pytest

from engine.store.store import Store
from engine.store.verify import verify
from tests.api.rest.test_process import Served, served
from tests.api.rest.world import DAY, OPEN
from tests.faults.ledger import Ledger

WRITERS = 12
STORED, REFUSED = 60, 30


def press(server: Served, ledger: Ledger, said: dict[str, str]) -> None:
    """Write note after note in a case of one's own until the line breaks; `said` is what came of each."""
    name = threading.current_thread().name
    with server.client() as client:
        try:
            case, seq, number = "", 0, 0
            while True:
                number += 1
                text = f"{name} {number}"
                body, path, head = OPEN, "/cases", {"Idempotency-Key": text.replace(" ", "-")}
                if case:
                    body, path = {"on": DAY, "note": text}, f"/cases/{case}/events"
                    head["If-Match"] = f'"{seq}"'
                    said[text] = "nothing"
                answer = client.post(path, json=body, headers=head)
                if answer.status_code == 503:
                    assert int(answer.headers["retry-after"]) >= 1
                    assert answer.json()["code"] == "overloaded"
                else:
                    assert answer.status_code == 201, answer.text
                    case, seq = answer.json()["case"], answer.json()["seq"]
                word = "stored" if answer.status_code == 201 else "refused"
                if text in said:
                    said[text] = word
                ledger.note({"said": word})
        except httpx2.TransportError:
            return


@pytest.mark.slow
def test_what_was_acknowledged_is_there_and_what_was_turned_away_is_not(tmp_path):
    database = str(tmp_path / "cases.db")
    ledger, said = Ledger(), dict[str, str]()
    with served(database, threads=1, waiting=2, requests_a_minute=10**6) as server:
        writers = [threading.Thread(target=press, args=(server, ledger, said)) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        ledger.wait_for("stored", more=STORED)
        ledger.wait_for("refused", more=REFUSED)
        server.process.kill()
        for writer in writers:
            writer.join()
    store = Store.open(database)
    cases = [item.board.case_id for item in store.list_cases("harbour")]
    there = Counter(
        event.payload.get("text") for case in cases for event in store.read_events("harbour", case)
    )
    assert verify(store.engine, "harbour").broken == ()
    store.close()
    assert {text for text, word in said.items() if word == "stored" and there[text] != 1} == set()
    assert {text for text, word in said.items() if word == "refused" and there[text]} == set()
    assert {text for text, word in said.items() if word == "nothing" and there[text] > 1} == set()
    assert {"stored", "refused"} <= set(said.values())
