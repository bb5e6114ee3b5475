"""How fast a move is over HTTP, as a ratio to a bare ASGI app that does the same SQL, in one run.

    python tests/benchmarks/http.py [--moves 400] [--connections 32] [--rounds 3] [--json]

Both serve one SQLite file with the same cases, from one process of uvicorn, and answer the same bytes. The
bare app decides nothing and checks nothing: it runs the statements that one move of the real app was seen to
run, each with the values of its own case, and commits. Reach: 0.7. Both are warm before the clock starts.
"""

import argparse
import asyncio
import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

sys.path.remove(str(Path(__file__).parent))  # this file would be taken for the library `http`
sys.path.insert(0, str(Path(__file__).parents[2]))

import pysqlite3
import uvicorn
from sqlalchemy import event

from api.rest.settings import Settings
from engine.store.store import Store
from tests.api.rest.test_migration import READY
from tests.api.rest.world import API, DAY, OPEN, World

ROOT = Path(__file__).parents[2]
MOVE = json.dumps({"on": DAY, "move": "start_ssri"}).encode()
REACH = 0.7
MODEL = "1002"
"""The case whose move is looked at; 1001 moves before it, so that everything is loaded."""


@dataclass
class Prepared:
    """A database of cases that are all ready for the same move, and what that move does."""

    cases: list[str]
    seq: int
    token: str
    statements: list[tuple[str, Any]]
    answer: str


def prepare(database: str, count: int) -> Prepared:
    """Open the cases, and look at the statements of one move."""
    store = Store.open(database)
    world = World.over(store, Settings(requests_a_minute=10**9))
    cases: list[str] = []
    seq = 0
    with world.client:
        for _ in range(count + 2):
            case = world.post("/cases", OPEN).json()["case"]
            done = world.post(f"/cases/{case}/events", {"on": DAY, "record": READY}, seq=1)
            assert done.status_code == 201, done.text
            seq = done.json()["seq"]
            cases.append(case)
        seen: list[tuple[str, Any]] = []

        def look(_c: object, _cursor: object, statement: str, given: Any, _x: object, many: bool) -> None:
            seen.append((statement, [list(row) for row in given] if many else list(given)))

        assert world.post(f"/cases/{cases[0]}/moves", json.loads(MOVE), seq=seq).status_code == 201
        event.listen(store.engine, "before_cursor_execute", look)
        answer = world.post(f"/cases/{MODEL}/moves", json.loads(MOVE), seq=seq)
        assert answer.status_code == 201, answer.text
    token = world.people.token("harbour-clinician")
    store.close()
    return Prepared(cases[2:], seq, token, seen, answer.text)


class Bare:
    """The bare app: the statements of one move, with another case in them."""

    def __init__(self, database: str, plan: str) -> None:
        prepared = json.loads(Path(plan).read_text(encoding="utf-8"))
        self.answer = prepared["answer"].encode()
        statements = [(text, given) for text, given in prepared["statements"]]
        begin = next(place for place, (text, _) in enumerate(statements) if text == "BEGIN IMMEDIATE")
        self.reads = [one for one in statements[:begin] if not one[0].startswith("BEGIN")]
        marks = ("BEGIN", "SAVEPOINT", "RELEASE")
        self.writes = [one for one in statements[begin + 1 :] if not one[0].startswith(marks)]
        moved = next(given for text, given in self.writes if "UPDATE clinic_heads" in text)
        self.model_position = self.position = moved[0]
        self.connection = vars(pysqlite3)["connect"](database, isolation_level=None)  # not in its stubs
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self.connection.execute(f"PRAGMA {pragma}")

    def run(self, statement: str, given: Any, case: str) -> None:
        """One statement, for this case."""
        cursor = self.connection.cursor()
        if given and isinstance(given[0], list):
            cursor.executemany(statement, [self._own(row, case) for row in given])
        else:
            cursor.execute(statement, self._own(given, case))
        if statement.startswith("SELECT"):
            cursor.fetchall()

    def _own(self, given: list[Any], case: str) -> list[Any]:
        own: list[Any] = []
        for value in given:
            if value == MODEL:
                own.append(case)
            elif value == int(MODEL):
                own.append(int(case))
            elif value == self.model_position and not isinstance(value, bool):
                own.append(self.position)
            else:
                own.append(value)
        return own

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one move."""
        if scope["type"] != "http":
            return
        await receive()
        case = scope["path"].split("/")[-2]
        for statement, given in self.reads:
            self.run(statement, given, case)
        self.connection.execute("BEGIN IMMEDIATE")
        self.position += 1
        for statement, given in self.writes:
            self.run(statement, given, case)
        self.connection.execute("COMMIT")
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(self.answer)).encode()),
        ]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": self.answer})


def serve_bare(database: str, plan: str) -> None:
    """Serve the bare app, as the real one is served."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(512)
        print(listener.getsockname()[1], flush=True)
        config = uvicorn.Config(Bare(database, plan), access_log=False, log_level="warning", lifespan="off")
        uvicorn.Server(config).run([listener])


async def load(port: int, prepared: Prepared, connections: int) -> float:
    """Make every move, over so many connections; gives the seconds."""
    left = iter(prepared.cases)

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for case in left:
            head = (
                f"POST {API}/cases/{case}/moves HTTP/1.1",
                "Host: x",
                f"Authorization: Bearer {prepared.token}",
                "Content-Type: application/json",
                f'If-Match: "{prepared.seq}"',
                f"Content-Length: {len(MOVE)}",
            )
            writer.write("\r\n".join((*head, "", "")).encode() + MOVE)
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 201"), answer
            length = re.search(rb"content-length: (\d+)", answer, re.IGNORECASE)
            assert length is not None
            await reader.readexactly(int(length.group(1)))
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    return time.perf_counter() - began


def measure(command: list[str], prepared: Prepared, connections: int) -> float:
    """Moves a second of a server, once it has answered a first few on every connection."""
    first = 2 * connections
    warm, rest = (
        replace(prepared, cases=prepared.cases[:first]),
        replace(prepared, cases=prepared.cases[first:]),
    )
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        port = int(process.stdout.readline())
        asyncio.run(load(port, warm, connections))
        seconds = asyncio.run(load(port, rest, connections))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    return len(rest.cases) / seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--moves", type=int, default=400)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--bare", nargs=2, metavar=("DATABASE", "PLAN"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        serve_bare(*options.bare)
        return
    with tempfile.TemporaryDirectory(prefix="treadway-http-") as name:
        folder = Path(name)
        real, used, bare = folder / "real.db", folder / "used.db", folder / "bare.db"
        plan = folder / "plan.json"
        prepared = prepare(str(real), options.moves)
        plan.write_text(
            json.dumps({"statements": prepared.statements, "answer": prepared.answer}, default=str),
            encoding="utf-8",
        )
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(options.rounds):
            for each in (used, bare):
                for old in folder.glob(f"{each.name}*"):
                    old.unlink()
                shutil.copy(real, each)
            ours.append(
                measure(
                    ["-m", "tests.api.rest.process", str(used), json.dumps({"requests_a_minute": 10**9})],
                    prepared,
                    options.connections,
                )
            )
            theirs.append(measure([__file__, "--bare", str(bare), str(plan)], prepared, options.connections))
    ratios = sorted(own / floor for own, floor in zip(ours, theirs, strict=True))
    found = {
        "moves_a_second": round(median(ours)),
        "bare_moves_a_second": round(median(theirs)),
        "ratio": round(median(ratios), 3),
        "ratios": [round(ratios[0], 3), round(ratios[-1], 3)],
    }
    if options.json:
        print(json.dumps({**found, "reach": REACH}))
    else:
        print(f"HTTP move, {options.connections} connections: {median(ours):,.0f} a second")
        print(f"bare ASGI app, same SQL:       {median(theirs):,.0f} a second")
        print(
            f"ratio {found['ratio']} ({ratios[0]:.2f} to {ratios[-1]:.2f} in {options.rounds} rounds; "
            f"reach {REACH})"
        )


if __name__ == "__main__":
    main()
