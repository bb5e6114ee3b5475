"""No patient is in a log, an error, an address, a metric or a report of ours.

A whole story is told through both doors with texts and numbers that stand nowhere else, wrongly too: then
everything that the program wrote beside its answers is searched for them.
"""

import io
import json
import logging
import sqlite3
from collections.abc import Generator
from pathlib import Path

import pytest
import structlog
from starlette.testclient import TestClient

from api.cli.run import run
from api.serving.application import application
from api.serving.local import owner_link, settle
from api.serving.logs import set_up_logs
from api.serving.settings import Installation
from engine.access.rights import Right, Role
from engine.people import People, add_user, grant, issue_token
from engine.service import writing
from engine.store.store import Store

METRICS = "a token that reads the metrics"
NAME, NUMBER, NOTE = "ZZQX-NAME, Mara", "ZZQX-4711-NUMBER", "ZZQX-NOTE about a quarrel"
REASON, WRONG, CREATININE = "ZZQX-REASON moved away", "ZZQX-WRONG", "187.625"
BORN = "1938-11-23"
MARKERS = ("ZZQX", CREATININE, BORN)
"""Parts of names, numbers, notes, reasons, values and dates of birth of the story's patients."""


class Told:
    """Everything that the program wrote beside its answers, by where it was written."""

    def __init__(self) -> None:
        self.parts: dict[str, str] = {}

    def add(self, where: str, text: str) -> None:
        self.parts[where] = self.parts.get(where, "") + text

    def markers(self, more: tuple[str, ...] = ()) -> list[tuple[str, str]]:
        return [
            (where, marker)
            for where, text in self.parts.items()
            for marker in (*MARKERS, *more)
            if marker in text
        ]


@pytest.fixture
def log() -> Generator[io.StringIO]:
    """What the log of the service holds, with debug lines of everybody."""
    root = logging.getLogger()
    before = root.handlers, root.level
    set_up_logs("json", "debug")
    stream = io.StringIO()
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    root.setLevel(logging.DEBUG)
    yield stream
    root.handlers, root.level = before
    logging.captureWarnings(capture=False)
    logging.raiseExceptions = True
    structlog.reset_defaults()


def words_of_problem(problem: dict[str, object]) -> str:
    """A problem without the events and the decision that a conflict answers with to whoever may read them."""
    return json.dumps({name: value for name, value in problem.items() if name not in ("events", "decision")})


def entries() -> list[dict[str, object]]:
    """What is written over REST: sound, refused, impossible and broken."""
    return [
        {"on": "2026-01-12", "record": {"phq9": {"total": 19, "item9": 1}}, "note": NOTE},
        {"on": "2026-01-12", "record": {"tsh": {"miu_per_litre": CREATININE}}},
        {"on": "2026-01-12", "start": {"option": WRONG}},
        {"on": "2026-01-12", "record": {"phq9": {"total": WRONG}}},
        {"on": "2026-01-12", "record": {WRONG: {"total": 3}}},
        {"on": WRONG, "note": NOTE},
        {"on": "2026-01-12", WRONG: NOTE},
        {"on": "2026-01-12", "release": {"interrupt": "suicidality", "reason": REASON}},
        {"on": "2026-01-12", "retract": {"evidence": "phq9", "on": "2026-01-12", "reason": REASON}},
    ]


def test_a_story_over_rest_leaves_no_patient_beside_its_answers(tmp_path, log, monkeypatch):
    told, secrets = Told(), []
    database = str(tmp_path / "cases.db")
    store = Store.open(database)
    settle(store, "UTC", demo=False)
    doors = People(store.engine)
    program = add_user(doors, "program", "Program")
    for role in Role:
        grant(doors, None, program, role, "local")
    until = doors.clock().replace(year=doors.clock().year + 1, day=1)
    token = issue_token(doors, None, program, "local", "test", [right.value for right in Right], until)
    link = owner_link(store)
    assert link
    secrets += [token, link]
    app = application(Installation(database_url=database, metrics_token=METRICS, port=8000))
    answers = []
    with TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {token}"

        def ask(method: str, path: str, **more: object) -> object:
            answer = client.request(method, f"/api/v1{path}", **more)  # pyright: ignore[reportArgumentType]
            answers.append(answer)
            told.add("addresses", str(answer.headers.get("location", "")))
            if answer.status_code >= 400:
                told.add("errors", words_of_problem(answer.json()))
            return answer.json() if answer.headers.get("content-type", "").endswith("json") else None

        patient = {"birth_date": BORN, "sex": "female", "name": NAME, "number": NUMBER}
        opened = {"algorithm": "stepwise-depression", "opened_on": "2026-01-05", "patient": patient}
        made = ask("POST", "/cases", json=opened)
        assert isinstance(made, dict)
        case = made["case"]
        ask("POST", "/cases", json={**opened, "patient": {**patient, "name": WRONG}})
        ask("POST", "/cases", content=f"{{broken {NAME}", headers={"content-type": "application/json"})
        for entry in entries():
            state = ask("GET", f"/cases/{case}")
            assert isinstance(state, dict)
            ask("POST", f"/cases/{case}/events", json=entry, headers={"If-Match": f'"{state["seq"]}"'})
        ask(
            "POST",
            f"/cases/{case}/moves",
            json={"move": WRONG, "on": "2026-01-12"},
            headers={"If-Match": '"1"'},
        )
        for path in (
            f"/cases/{case}/decisions?on=2026-01-12",
            f"/cases/{case}/history",
            f"/cases/{case}/diagram.svg",
            "/board",
            "/board/counts",
            f"/cases/{WRONG}",
            f"/board?step={WRONG}&after={WRONG}",
            f"/{WRONG}",
        ):
            ask("GET", path)

        # A mistake of ours, whose own words hold what was written about the patient.
        def fail(*_: object, **__: object) -> None:
            raise KeyError(f"{NAME} {CREATININE} {token}")

        monkeypatch.setattr(writing, "enter", fail)
        state = ask("GET", f"/cases/{case}")
        assert isinstance(state, dict)
        ask(
            "POST",
            f"/cases/{case}/events",
            json={"on": "2026-01-12", "note": NOTE},
            headers={"If-Match": f'"{state["seq"]}"'},
        )
        assert answers[-1].status_code == 500
        client.get("/sign-in", params={"link": link})
        client.post("/sign-in", data={"link": link}, headers={"origin": "http://127.0.0.1:8000"})
        metrics = client.get("/api/v1/metrics", headers={"Authorization": f"Bearer {METRICS}"}).text
    app.state.store.close()
    told.add("metrics", metrics)
    told.add("log", log.getvalue())

    assert {answer.status_code for answer in answers} >= {200, 201, 400, 404, 409, 422, 500}
    shown = "".join(answer.text for answer in answers if answer.status_code < 400)
    assert all(marker in shown for marker in MARKERS), "the story was not told: nothing could be found"
    lines = [json.loads(line) for line in told.parts["log"].splitlines()]
    assert sum(line["event"] == "request" for line in lines) >= len(answers)
    assert [line["error"] for line in lines if line["event"] == "unforeseen"] == ["KeyError"]
    assert told.markers((*secrets, METRICS)) == [], told.parts["errors"]
    store.close()


def test_the_audit_holds_no_value_of_a_record(tmp_path):
    """It names cases, people and filters. What was recorded stands in the history alone."""
    database = str(tmp_path / "cases.db")
    story(database)
    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT * FROM audit").fetchall()
    connection.close()
    assert len(rows) >= 3
    assert [marker for marker in MARKERS if marker in str(rows)] == []


OPEN = ["case", "open", "stepwise-depression", "--born", BORN, "--sex", "female", "--name", NAME]
STORY = (
    [*OPEN, "--number", NUMBER],
    ["case", "record", "1001", "phq9", "total=19", "item9=1"],
    ["case", "record", "1001", "tsh", f"miu_per_litre={CREATININE}"],
    ["case", "record", "1001", "tsh", f"miu_per_litre={CREATININE}9999"],
    ["case", "note", "1001", NOTE],
    ["case", "retract", "1001", "tsh", "--of", "2026-01-12", "--reason", REASON],
    ["case", "ask", "1001", "start_ssri"],
    ["case", "show", "1001"],
    ["case", "history", "1001"],
)
WRONGLY = (
    [*OPEN, "--sexx", "f"],
    [*OPEN, "--number", NUMBER, "--name", "ZZQX-OTHER"],
    ["case", "record", "1001", "tsh", f"miu_per_litr={CREATININE}"],
    ["db", "verify"],
    ["doctor"],
    ["worker", "--once"],
)


def story(database: str) -> None:
    for words in STORY:
        run(line(words, database))


def line(words: list[str], database: str) -> list[str]:
    dated = words[0] == "case" and words[1] != "history"
    return [*words, "--database", database, *(["--on", "2026-01-12"] if dated else [])]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("TREADWAY_DATABASE_URL", "TREADWAY_ROLES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TREADWAY_ACTOR", "Dr Lind")
    return tmp_path


def test_a_story_on_the_command_line_leaves_no_patient_beside_its_answers(home, capfd, monkeypatch):
    """Standard output is the answer. A command's words may repeat what was typed in it, and nothing else."""
    told, answers = Told(), ""
    database = str(home / "cases.db")
    for words in (*STORY, *WRONGLY):
        capfd.readouterr()
        run(line(words, database))
        shown = capfd.readouterr()
        answers += shown.out
        typed = [marker for marker in MARKERS if marker in " ".join(words)]
        found = [marker for marker in MARKERS if marker in shown.err and marker not in typed]
        assert found == [], words
    assert all(marker in answers for marker in ("ZZQX", CREATININE))

    def fail(*_: object, **__: object) -> None:
        raise KeyError(f"{NAME} {CREATININE}")

    monkeypatch.setattr(writing, "enter", fail)
    assert run(["case", "note", "1001", NOTE, "--database", database, "--on", "2026-01-12"]) == 70
    failed = capfd.readouterr()
    (report,) = (home / "treadway" / "errors").glob("*.txt")
    told.add("report", report.read_text("utf-8"))
    told.add("failure", failed.err + failed.out)
    assert told.markers() == []
