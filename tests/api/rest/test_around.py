"""What is around every answer: headers, the audit, health, metrics, limits, the database away."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from api.rest.app import create_app
from api.rest.pace import Pace
from api.rest.problems import ProblemError
from api.rest.settings import Settings
from engine.access.csrf import csrf_token
from engine.access.rights import Role
from engine.store.errors import StoreUnavailableError
from engine.store.store import Store
from tests.api.rest.world import API, DAY, OPEN, World

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.mark.parametrize(
    ("path", "who", "status"),
    [
        ("/cases/1001", "harbour-clinician", 200),
        ("/cases/1001/diagram.svg", "harbour-clinician", 200),
        ("/algorithms/stepwise-depression/diagram.svg", "harbour-clinician", 200),
        ("/board", "harbour-clinician", 200),
        ("/board", None, 401),
        ("/board", "harbour-auditor", 403),
        ("/nothing", None, 404),
        ("/health/live", None, 200),
        ("/openapi.json", None, 200),
    ],
)
def test_every_answer_carries_the_headers_that_keep_browsers_safe(small_world: World, path, who, status):
    answer = small_world.get(path, who)

    assert answer.status_code == status
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy
    if path.startswith(("/cases", "/board")):
        assert answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers


def test_behind_tls_browsers_are_told_to_stay_there(sqlite_store: Store):
    app = create_app(sqlite_store, World.doors(sqlite_store), Settings(behind_tls=True))
    with TestClient(app) as client:
        assert "max-age" in client.get(f"{API}/health/live").headers["strict-transport-security"]


READS = [
    ("/cases/{case}", "read case"),
    ("/cases/{case}/decisions", "read decisions"),
    ("/cases/{case}/history", "read history"),
    ("/cases/{case}/diagram.svg", "read diagram"),
    ("/board", "read board"),
]


@pytest.mark.parametrize(("path", "action"), READS)
def test_each_read_of_a_patient_leaves_one_line_with_who_and_what(world: World, path: str, action: str):
    case = world.cases["harbour"]
    world.people.token("harbour-reader")
    before = len(world.audit())

    assert world.get(path.format(case=case), "harbour-reader").status_code == 200

    (line,) = world.audit()[before:]
    assert (line.action, line.case_ids) == (action, (case,))
    assert "harbour-reader" in line.actor
    assert line.why == "reader"
    assert line.address
    assert not line.refused


def test_a_refused_read_leaves_its_line_too(world: World):
    world.people.token("harbour-auditor")
    before = len(world.audit())

    world.get(f"/cases/{world.cases['harbour']}", "harbour-auditor")

    (line,) = world.audit()[before:]
    assert line.refused
    assert "harbour-auditor" in line.actor


@pytest.mark.parametrize(("path", "action"), READS)
def test_without_its_line_in_the_audit_nothing_is_answered(small_world: World, path: str, action: str):
    case = small_world.cases["harbour"]
    small_world.people.token("harbour-reader")
    with small_world.store.engine.begin() as connection:
        connection.execute(
            text("CREATE TRIGGER no_audit BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        )

    answer = small_world.get(path.format(case=case), "harbour-reader")

    assert answer.status_code in (500, 503), action
    assert "BERG" not in answer.text


def test_what_a_stale_writer_is_shown_is_noted(small_world: World):
    case = small_world.cases["harbour"]
    small_world.record(case, phq9={"total": 19, "item9": 0})
    before = len(small_world.audit())

    small_world.post(f"/cases/{case}/events", {"on": DAY, "note": "x"}, seq=1)

    assert [line.action for line in small_world.audit()[before:]] == ["read newer events"]


def test_counts_hold_no_patient_and_the_board_all_filters_in_words(small_world: World):
    counts = small_world.get("/board/counts").json()
    assert counts["cases"] == 1
    assert counts["lanes"] == {"evidence_due": 1}
    assert counts["steps"] == {"diagnosis_check": 1}

    assert small_world.get("/board?lane=stopped&step=ssri").json()["cases"] == []
    words = small_world.audit()[-1].detail
    assert "ssri" in words
    assert "stopped" in words


def test_the_board_is_read_page_by_page_without_gap_or_repetition(world: World):
    opened = [world.cases["harbour"]]
    opened += [world.post("/cases", OPEN).json()["case"] for _ in range(6)]

    seen: list[str] = []
    after: str | None = None
    while True:
        page = world.get("/board", params={"limit": 3, **({"after": after} if after else {})}).json()
        seen += [row["case"] for row in page["cases"]]
        after = page["after"]
        if after is None:
            break

    assert sorted(seen) == sorted(opened)


def test_a_case_that_an_interrupt_stops_is_in_that_lane(world: World):
    case = world.cases["harbour"]
    world.record(case, phq9={"total": 21, "item9": 3})

    row = world.get("/board?lane=stopped").json()["cases"]

    assert [one["case"] for one in row] == [case]
    assert row[0]["patient"]["name"] == "BERG, Tom"
    assert world.get("/board", "valley-clinician").json()["cases"][0]["lane"] == "evidence_due"


def test_health_says_whether_the_database_answers(small_world: World, monkeypatch: pytest.MonkeyPatch):
    assert small_world.get("/health/live", None).json() == {"status": "live"}
    assert small_world.get("/health/ready", None).json() == {"status": "ready"}

    def gone(_engine: object) -> str:
        raise StoreUnavailableError("gone", "")

    monkeypatch.setattr("api.rest.health.schema_of", gone)
    answer = small_world.get("/health/ready", None)
    assert (answer.status_code, answer.json()) == (503, {"status": "no-database"})
    assert answer.headers["retry-after"]


def test_a_database_that_is_away_is_said_to_be_so(small_world: World, monkeypatch: pytest.MonkeyPatch):
    def gone(*_args: object) -> None:
        raise StoreUnavailableError("the disk of Tom BERG is full", "")

    monkeypatch.setattr(small_world.store, "read_case", gone)
    answer = small_world.get(f"/cases/{small_world.cases['harbour']}")

    assert (answer.status_code, answer.json()["code"]) == (503, "database-unavailable")
    assert answer.headers["retry-after"]
    assert "BERG" not in answer.text


def test_a_mistake_of_ours_says_nothing_of_what_was_sent(small_world: World, monkeypatch, caplog):
    def broken(*_args: object) -> None:
        raise RuntimeError("while reading BERG, Tom")

    monkeypatch.setattr(small_world.store, "read_case", broken)
    answer = small_world.get(f"/cases/{small_world.cases['harbour']}")

    assert (answer.status_code, answer.json()["code"]) == (500, "our-fault")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "BERG" not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text


def test_metrics_need_their_token_and_hold_no_patient(small_world: World):
    case = small_world.cases["harbour"]
    small_world.get(f"/cases/{case}")

    assert small_world.get("/metrics", None).status_code == 404
    assert small_world.get("/metrics", "harbour-admin").status_code == 404
    answer = small_world.get("/metrics", None, headers={"Authorization": "Bearer metrics-token"})
    assert answer.status_code == 200
    assert 'route="/cases/{case_id}"' in answer.text
    assert "treadway_http_request_seconds" in answer.text
    assert case not in answer.text
    assert "BERG" not in answer.text


def test_an_account_that_asks_too_much_is_told_when_to_come_again(sqlite_store: Store):
    settings = Settings(requests_a_minute=3)
    world = World.over(sqlite_store, settings)
    with world.client:
        answers = [world.get("/board") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_a_bucket_fills_evenly():
    moment = [0.0]
    pace = Pace(60, clock=lambda: moment[0])
    for _ in range(60):
        pace.take("a")
    pace.take("b")
    with pytest.raises(ProblemError):
        pace.take("a")
    moment[0] = 1.01
    pace.take("a")
    with pytest.raises(ProblemError):
        pace.take("a")


def test_a_session_writes_only_from_our_own_pages(sqlite_store: Store):
    settings = Settings(own_origins=frozenset({"https://clinic.example"}))
    world = World.over(sqlite_store, settings)
    with world.client:
        case = world.post("/cases", OPEN).json()["case"]
        secret = world.people.session("harbour-clinician")
        world.client.cookies.set("treadway", secret)
        path = f"/cases/{case}/events?clinic=harbour"
        own = {"Origin": "https://clinic.example", "X-CSRF-Token": csrf_token(secret), "If-Match": '"1"'}
        other = {**own, "Origin": "https://evil.example"}
        without = {name: value for name, value in own.items() if name != "X-CSRF-Token"}

        note = {"on": DAY, "note": "x"}
        assert world.ask("POST", path, None, json=note, headers=other).status_code == 403
        assert world.ask("POST", path, None, json=note, headers=without).status_code == 403
        assert world.ask("GET", f"/cases/{case}", None).json()["code"] == "no-clinic"
        assert world.ask("GET", f"/cases/{case}?clinic=harbour", None, headers=other).status_code == 200
        assert world.ask("POST", path, None, json=note, headers=own).status_code == 201


def test_a_role_that_is_withdrawn_is_gone_at_the_next_request(small_world: World):
    from engine.people import disable

    case = small_world.cases["harbour"]
    small_world.tokens["leaver"] = small_world.people.issue("harbour-leaver", "harbour", [Role.READER])
    assert small_world.get(f"/cases/{case}", "leaver").status_code == 200

    disable(small_world.people.doors, small_world.people.users["harbour-leaver"])

    assert small_world.get(f"/cases/{case}", "leaver").status_code == 401


def test_limits_are_finite():
    settings = Settings()
    assert settings.threads < 15, "the pool of the database has 15 connections"
    assert replace(settings).body_bytes < 10_000_000
