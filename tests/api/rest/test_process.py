"""A real server process on loopback: the live stream, an orderly end, more than it can do."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from engine.store.store import Store
from tests.api.rest.people import Crew
from tests.api.rest.world import API, DAY, OPEN

pytestmark = pytest.mark.slow
PATIENCE = 20.0


@dataclass
class Served:
    """A server process, and a person in each clinic."""

    process: subprocess.Popen[str]
    base: str
    people: Crew

    def client(self, who: str = "harbour-clinician") -> httpx2.Client:
        """A client of one person."""
        headers = {"Authorization": f"Bearer {self.people.token(who)}"}
        return httpx2.Client(base_url=self.base, headers=headers, timeout=PATIENCE)

    def stop(self) -> int:
        """Tell it to end, and its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def served(database: str, **settings: object) -> Generator[Served]:
    """A server on a database."""
    store = Store.open(database)
    people = Crew(store)
    for who in ("harbour-clinician", "harbour-reader", "valley-clinician"):
        people.token(who)
    command = [sys.executable, "-m", "tests.api.rest.process", database, json.dumps(settings)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Served(process, f"http://127.0.0.1:{int(process.stdout.readline())}{API}", people)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        store.close()


@pytest.fixture
def database(tmp_path: Path) -> str:
    return str(tmp_path / "cases.db")


def messages(lines: Iterator[str]) -> Iterator[dict[str, str]]:
    """The events of a stream, without the lines that only say that it lives."""
    message: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if line == "" and message:
            yield message
            message = {}
        elif name:
            message[name] = value.strip()


def test_a_stream_tells_changes_and_goes_on_where_it_was_cut(database: str):
    with served(database, stream_poll_seconds=0.05) as server, server.client() as writer:
        case = writer.post("/cases", json=OPEN).json()["case"]
        with writer.stream("GET", "/stream") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            told = messages(stream.iter_lines())
            assert next(told)["event"] == "open"
            note(writer, case, 1)
            first = next(told)
        assert json.loads(first["data"]) | {"lane": "?"} == {
            "case": case, "seq": 2, "step": "diagnosis_check", "lane": "?"
        }  # fmt: skip
        note(writer, case, 2)
        other = writer.post("/cases", json=OPEN).json()["case"]

        with writer.stream("GET", "/stream", headers={"Last-Event-ID": first["id"]}) as stream:
            told = messages(stream.iter_lines())
            assert next(told)["event"] == "open"
            found = [json.loads(next(told)["data"]) for _ in range(2)]

        assert [(one["case"], one["seq"]) for one in found] == [(case, 3), (other, 1)]


def test_a_stream_tells_nothing_of_another_clinic(database: str):
    with (
        served(database, stream_poll_seconds=0.05) as server,
        server.client() as ours,
        server.client("valley-clinician") as theirs,
        ours.stream("GET", "/stream") as stream,
    ):
        told = messages(stream.iter_lines())
        next(told)
        for _ in range(2):
            theirs.post("/cases", json=OPEN)
        case = ours.post("/cases", json=OPEN).json()["case"]
        note(ours, case, 1)
        found = json.loads(next(told)["data"])
        if found["seq"] == 1:
            found = json.loads(next(told)["data"])
        assert (found["case"], found["seq"]) == (case, 2)
        assert case == "1001", "the other clinic has a case of this number at event 1"


def test_nothing_is_left_out_of_a_stream_while_many_write(database: str):
    with served(database, stream_poll_seconds=0.01) as server, server.client() as writer:
        cases = [writer.post("/cases", json=OPEN).json()["case"] for _ in range(4)]
        seen: dict[str, int] = {}

        def listen() -> None:
            last: str | None = None
            while seen.get("all") is None and any(seen.get(case, 0) < 11 for case in cases):
                headers = {"Last-Event-ID": last or "0"}
                with server.client() as ear, ear.stream("GET", "/stream", headers=headers) as stream:
                    told = messages(stream.iter_lines())
                    next(told)
                    for _, message in zip(range(5), told, strict=False):  # cut it again and again
                        last = message["id"]
                        data = json.loads(message["data"])
                        assert data["seq"] >= seen.get(data["case"], 0)
                        seen[data["case"]] = data["seq"]
                        if all(seen.get(case, 0) >= 11 for case in cases):
                            return

        ear = threading.Thread(target=listen, daemon=True)
        ear.start()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda case: [note(writer, case, seq) for seq in range(1, 11)], cases))
        ear.join(PATIENCE)

    assert seen == dict.fromkeys(cases, 11)


def test_told_to_end_it_finishes_what_it_took_and_closes_streams(database: str):
    """Exit 0 within 15 seconds, and whatever was acknowledged is in the database."""
    with served(database, stream_poll_seconds=0.05) as server, server.client() as writer:
        cases = [writer.post("/cases", json=OPEN).json()["case"] for _ in range(4)]
        acknowledged: dict[str, int] = {}
        ended = threading.Event()

        def write(case: str) -> None:
            seq = 1
            with server.client() as client:
                while True:
                    try:
                        answer = client.post(
                            f"/cases/{case}/events",
                            json={"on": DAY, "note": "x"},
                            headers={"If-Match": f'"{seq}"'},
                        )
                    except httpx2.TransportError:
                        return
                    if answer.status_code != 201:
                        assert answer.status_code == 503
                        return
                    seq = acknowledged[case] = answer.json()["seq"]

        def listen() -> None:
            with server.client() as client, client.stream("GET", "/stream") as stream:
                for _ in stream.iter_lines():
                    pass
            ended.set()

        ear = threading.Thread(target=listen)
        ear.start()
        writers = [threading.Thread(target=write, args=(case,)) for case in cases]
        for thread in writers:
            thread.start()
        time.sleep(1.5)
        began = time.monotonic()
        code = server.stop()
        took = time.monotonic() - began
        for thread in (*writers, ear):
            thread.join(PATIENCE)
        store = Store.open(database)
        kept = {case: store.read_events("harbour", case)[-1].seq for case in cases}
        store.close()

    assert code == 0
    assert took < 15
    assert ended.is_set()
    assert set(acknowledged) == set(cases)
    assert all(acknowledged[case] <= kept[case] <= acknowledged[case] + 1 for case in cases)


def test_more_than_it_can_do_is_turned_away_at_once_and_health_still_answers(database: str):
    with served(database, threads=2, waiting=4) as server, server.client() as writer:
        case = writer.post("/cases", json=OPEN).json()["case"]
        codes: list[int] = []
        retry: list[str | None] = []
        health: list[float] = []
        over = threading.Event()

        def press() -> None:
            with server.client() as client:
                while not over.is_set():
                    answer = client.get(f"/cases/{case}/decisions")
                    codes.append(answer.status_code)
                    if answer.status_code == 503:
                        retry.append(answer.headers.get("retry-after"))
                        assert answer.json()["code"] == "overloaded"

        with ThreadPoolExecutor(24) as pool:
            pressing = [pool.submit(press) for _ in range(24)]
            with httpx2.Client(base_url=server.base) as probe:
                for _ in range(20):
                    began = time.monotonic()
                    assert probe.get("/health/live").status_code == 200
                    health.append(time.monotonic() - began)
                    time.sleep(0.1)
            over.set()
            for one in pressing:
                one.result(PATIENCE)
        assert writer.get(f"/cases/{case}").status_code == 200, "it works again at once"

    assert set(codes) == {200, 503}
    assert all(retry)
    assert sorted(health)[len(health) // 2] < 0.5, "the machine of the test is shared, so the bound is wide"


def test_a_body_that_does_not_arrive_is_not_waited_for(database: str):
    import socket

    with served(database, body_seconds=0.3) as server, server.client() as writer:
        case = writer.post("/cases", json=OPEN).json()["case"]
        host, port = server.base.removeprefix("http://").split("/")[0].split(":")
        token = server.people.token("harbour-clinician")
        with socket.create_connection((host, int(port)), PATIENCE) as slow:
            slow.sendall(
                f"POST {API}/cases/{case}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
                "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{".encode()
            )
            assert b" 408 " in slow.recv(200)


def test_no_token_and_no_patient_is_in_what_the_process_prints(
    database: str, capfd: pytest.CaptureFixture[str]
):
    with served(database) as server, server.client() as writer:
        case = writer.post("/cases", json=OPEN).json()["case"]
        writer.get(f"/cases/{case}")
        writer.get("/cases/nonsense")
        writer.post("/cases", content=b"{")
        server.stop()
        token = server.people.token("harbour-clinician")

    said = "".join(capfd.readouterr())
    for secret in ("BERG", "4711", token, case):
        assert secret not in said


def note(client: httpx2.Client, case: str, seq: int) -> Any:
    """Write a note to a case as it is."""
    answer = client.post(
        f"/cases/{case}/events", json={"on": DAY, "note": "x"}, headers={"If-Match": f'"{seq}"'}
    )
    assert answer.status_code == 201, answer.text
    return answer
