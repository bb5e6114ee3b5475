"""Bad input over HTTP: refused with a problem, never a failure, never stored, never repeated."""

import json
from typing import Any

import pytest

from api.rest.app import PREFIX, create_app
from tests.api.rest.world import DAY, OPEN, PATIENT, World

SECRET = "swordfish"
ENTRY = json.dumps({"on": DAY, "note": SECRET}).encode()

BODIES = [
    pytest.param(b"", 422, id="nothing"),
    pytest.param(b"{", 400, id="half-an-object"),
    pytest.param(b"null", 422, id="null"),
    pytest.param(b'"swordfish"', 422, id="a-text"),
    pytest.param(b'{"on": "2026-01-12", "note": NaN}', 400, id="nan"),
    pytest.param(b'{"on": "2026-01-12", "record": {"phq9": {"total": Infinity}}}', 400, id="infinity"),
    pytest.param(
        b'{"on": "2026-01-12", "record": {"phq9": {"total": 1e400}}}', 400, id="too-large-a-decimal"
    ),
    pytest.param(
        b'{"on": "2026-01-12", "record": {"phq9": {"total": ' + b"9" * 5_000 + b"}}}", 400, id="digits"
    ),
    pytest.param(
        b'{"on": "2026-01-12", "record": {"phq9": {"total": 9223372036854775808}}}', 400, id="2**63"
    ),
    pytest.param(b'{"on": "2026-01-12", "note": "swordfish\\ud800"}', 400, id="half-a-character"),
    pytest.param(b'{"on": "2026-01-12", "swordfish\\udfff": 1}', 400, id="half-a-character-in-a-key"),
    pytest.param(b'{"on": "2026-01-12", "note": "swordfish\\u0000"}', 400, id="zero-character"),
    pytest.param('{"on": "2026-01-12", "note": "swordfish"}'.encode("utf-16"), 400, id="utf-16"),
    pytest.param(b'{"on": "2026-01-12", "note": "\xe9"}', 400, id="latin-1"),
    pytest.param(b"\xef\xbb\xbf" + ENTRY, 400, id="byte-order-mark"),
    pytest.param(b'{"on": "2026-01-12", "on": "2026-01-13", "note": "x"}', 400, id="a-key-twice"),
    pytest.param(b"[" * 100_000, 400, id="deep-array"),
    pytest.param(b'{"on":' * 50_000, 400, id="deep-object"),
    pytest.param(b"[" + ENTRY + b"," + b"[" * 500 + b"]" * 500 + b"]", 422, id="deep-but-sound"),
    pytest.param(b"[]", 422, id="no-entry"),
    pytest.param(b"[" + b",".join([ENTRY] * 101) + b"]", 422, id="too-many-entries"),
    pytest.param(b'{"on": "2026-02-30", "note": "swordfish"}', 422, id="no-such-day"),
    pytest.param(b'{"on": "0001-01-01", "note": "swordfish"}', 422, id="long-ago"),
    pytest.param(b'{"on": "2999-01-01", "note": "swordfish"}', 422, id="far-ahead"),
    pytest.param(b'{"on": "2099-01-01", "note": "swordfish"}', 422, id="after-today"),
    pytest.param(b'{"on": "2026-01-12"}', 422, id="says-nothing"),
    pytest.param(b'{"on": "2026-01-12", "note": "   "}', 422, id="blank-note"),
    pytest.param(b'{"on": "2026-01-12", "swordfish": true}', 422, id="unknown-key"),
    pytest.param(b'{"on": "2026-01-12", "ask": "start_ssri"}', 422, id="ask-belongs-to-scenarios"),
    pytest.param(b'{"on": "2026-01-12", "move": "swordfish"}', 422, id="unknown-move"),
    pytest.param(b'{"on": "2026-01-12", "record": {"swordfish": {"x": 1}}}', 422, id="unknown-evidence"),
    pytest.param(
        b'{"on": "2026-01-12", "record": {"phq9": {"total": 300, "item9": 0}}}', 422, id="impossible"
    ),
    pytest.param(
        b'{"on": "2026-01-12", "record": {"phq9": {"total": 17.5, "item9": 0}}}', 422, id="no-whole-number"
    ),
    pytest.param(b'{"on": "2026-01-12", "record": {"phq9": {"total": {"a": 1}}}}', 422, id="wrong-type"),
    pytest.param(
        b'{"on": "2026-01-12", "start": {"option": "sertraline", "dose_mg_per_day": -5}}', 422, id="negative"
    ),
    pytest.param(
        b'{"on": "2026-01-12", "start": {"option": "sertraline", "dose_mg_per_day": "NaN"}}',
        422,
        id="nan-text",
    ),
    pytest.param(b'{"on": "2026-01-12", "start": {"option": "../../etc/passwd"}}', 422, id="path-as-id"),
    pytest.param(json.dumps({"on": DAY, "note": "x" * 4_001}).encode(), 422, id="long-note"),
    pytest.param(json.dumps({"on": DAY, "note": "x" * 2_000_001}).encode(), 413, id="too-large"),
]


@pytest.mark.parametrize(("body", "status"), BODIES)
def test_a_bad_body_is_refused_and_changes_nothing(shared_world: World, body: bytes, status: int):
    case = shared_world.cases["harbour"]

    answer = sent(shared_world, f"/cases/{case}/events", body)

    assert answer.status_code == status, answer.text
    is_problem(answer)
    assert SECRET not in answer.text
    assert shared_world.seq(case) == 1


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Content-Type": "text/plain"}, id="text"),
        pytest.param({"Content-Type": "application/x-www-form-urlencoded"}, id="form"),
        pytest.param({"Content-Type": "application/xml"}, id="xml"),
        pytest.param({"Content-Type": "application/json; charset=utf-16"}, id="other-charset"),
        pytest.param({"Content-Type": "application/json", "Content-Encoding": "gzip"}, id="packed"),
    ],
)
def test_a_body_that_is_not_said_to_be_plain_json_is_refused(shared_world: World, headers: dict[str, str]):
    case = shared_world.cases["harbour"]

    answer = sent(shared_world, f"/cases/{case}/events", ENTRY, **headers)

    assert answer.status_code == 415
    is_problem(answer)


def test_a_body_that_hides_its_size_is_cut_off(shared_world: World):
    case = shared_world.cases["harbour"]
    pieces = (b" " * 65_536 for _ in range(40))

    answer = sent(shared_world, f"/cases/{case}/events", pieces)

    assert answer.status_code == 413


@pytest.mark.parametrize("tag", ["1", 'W/"1"', '""', '"one"', '"1", "2"', '"' + "9" * 30 + '"', '"-1"'])
def test_an_if_match_that_is_no_tag_of_a_case_is_refused(shared_world: World, tag: str):
    answer = sent(shared_world, f"/cases/{shared_world.cases['harbour']}/events", ENTRY, **{"If-Match": tag})

    assert answer.status_code in (400, 422)
    is_problem(answer)


@pytest.mark.parametrize("tag", [None, "*"])
def test_a_write_that_has_seen_nothing_is_asked_what_it_has_seen(shared_world: World, tag: str | None):
    headers = {"If-Match": tag} if tag else {}
    answer = shared_world.ask(
        "POST",
        f"/cases/{shared_world.cases['harbour']}/events",
        json={"on": DAY, "note": "x"},
        headers=headers,
    )

    assert answer.status_code == 428
    assert answer.json()["code"] == "precondition-required"


@pytest.mark.parametrize(
    "path",
    [
        "/cases/..%2F..%2Fetc%2Fpasswd",
        "/cases/1001'%20OR%201=1--",
        "/cases/%00",
        "/cases/%ff%fe",
        "/cases/" + "9" * 5_000,
        "/algorithms/..%2F..%2Fetc",
        "/algorithms/%2e%2e",
        "/algorithms/stepwise-depression/diagram.svg%00",
        "/nothing",
        "/cases/1001/",
    ],
)
def test_an_address_that_is_none_is_not_found(shared_world: World, path: str):
    answer = shared_world.get(path)

    assert answer.status_code == 404
    is_problem(answer)


@pytest.mark.parametrize(
    "query",
    ["step=%27--", "lane=<script>", "flag=../x", "limit=0", "limit=1e9", "after=%00", "after=nonsense"],
)
def test_a_filter_that_is_none_is_refused(shared_world: World, query: str):
    answer = shared_world.get(f"/board?{query}")

    assert answer.status_code == 422
    is_problem(answer)


@pytest.mark.parametrize(
    "as_of", ["yesterday", "-1", "2026-01-12", "2026-13-01T00:00:00Z", "9" * 20, "1.5", "\u0661"]
)
def test_an_as_of_that_is_none_is_refused(shared_world: World, as_of: str):
    answer = shared_world.get(f"/cases/{shared_world.cases['harbour']}/history", params={"as_of": as_of})

    assert answer.status_code == 422


def test_another_method_is_refused_with_those_that_are_allowed(shared_world: World):
    answer = shared_world.ask("DELETE", f"/cases/{shared_world.cases['harbour']}")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    is_problem(answer)


HOSTILE = [
    "'; DROP TABLE events; --",
    '" OR "1"="1',
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</svg><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{7*7}}${7*7}#{7*7}",
    '=HYPERLINK("http://x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\\N\\G\\E",
    "<b>label</b>",
    "trailing backslash\\",
    '"]; node [label="x',
    "../../../../etc/passwd",
    "..\\..\\windows",
    "file:///etc/passwd",
    "%s%n%x",
    "a\r\nSet-Cookie: x=1",
    "\u202egnp.exe",
    "a\u2028b\u2029c",
    "\U0001f600\u0301",
]
FIELDS: list[tuple[str, Any]] = [
    ("note", lambda text: {"on": DAY, "note": text}),
    ("text of evidence", lambda text: {"on": DAY, "record": {"treatment_history_note": {"text": text}}}),
    (
        "reason of a retraction",
        lambda text: {
            "on": DAY,
            "record": {"phq9": {"total": 9, "item9": 0}},
            "retract": {"evidence": "phq9", "on": DAY, "reason": text},
        },
    ),
    ("reason of a stop", lambda text: {"on": DAY, "stop": {"option": "sertraline", "reason": text}}),
    ("reason of a deviation", lambda text: {"on": DAY, "move": "start_ssri", "deviate": text}),
    ("reason of a release", lambda text: {"on": DAY, "release": {"interrupt": "SI-SUIC", "reason": text}}),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_as_text_or_refused(shared_world: World, text: str):
    """In every text field of a body, and then in every answer that shows the case."""
    opened = shared_world.post("/cases", {**OPEN, "patient": {**PATIENT, "name": text, "number": text}})
    assert opened.status_code in (201, 422), opened.text
    case = opened.json().get("case", shared_world.cases["harbour"])
    for field, body in FIELDS:
        answer = shared_world.post(f"/cases/{case}/events", body(text), seq=shared_world.seq(case))
        assert answer.status_code in (201, 409, 422), (field, answer.text)

    read = shared_world.get(f"/cases/{case}")
    assert opened.status_code == 422 or read.json()["patient"]["name"] == text
    notes = [
        e["payload"]["text"]
        for e in shared_world.get(f"/cases/{case}/history").json()["events"]
        if e["type"] == "note_added"
    ]
    assert notes == [text]
    picture = shared_world.get(f"/cases/{case}/diagram.svg")
    assert picture.status_code == 200
    assert "<script" not in picture.text
    assert text not in picture.text
    assert shared_world.get("/board").status_code == 200
    assert shared_world.store.read_events("harbour", case), "the tables are where they were"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_a_definition_is_a_finding_or_text(shared_world: World, text: str):
    title = json.dumps(text)
    steps = f"steps:\n  a: {{title: {title}, kind: assessment}}\n"
    draft = f"algorithm: x\nversion: '1'\ntitle: {title}\nstart: a\n{steps}"

    answer = shared_world.post("/algorithms/check", {"definition": draft, "diagram": True}, "harbour-author")

    assert answer.status_code == 200
    assert "<script" not in (answer.json()["diagram"] or "")


@pytest.mark.parametrize(
    "definition",
    [
        "[" * 5_000,
        "a: &a [x]\nb: *a\n" * 50,
        "!!python/object:os.system x",
        "a: " + "9" * 5_000,
        "\ufeff",
        "%YAML 9\n",
    ],
)
def test_a_draft_that_is_no_definition_has_findings(shared_world: World, definition: str):
    answer = shared_world.post("/algorithms/check", {"definition": definition}, "harbour-author")

    assert answer.status_code == 200
    assert answer.json()["usable"] is False
    assert answer.json()["findings"]


def test_a_draft_gets_the_findings_of_the_command_line_and_what_mends_them(shared_world: World):
    head = "algorithm: x\nversion: '1'\ntitle: X\nstart: a\n"
    moves = "moves: {out: {kind: exit, to: b, when: step.weeks > 5 and step.weeks < 2}}"
    draft = f"{head}steps:\n  a: {{kind: assessment, {moves}}}\n  b: {{kind: end}}\n"
    answer = shared_world.post("/algorithms/check", {"definition": draft}, "harbour-author").json()
    assert (answer["usable"], [one["code"] for one in answer["findings"]]) == (True, ["move-never-permitted"])

    spoilt = draft.replace("kind: exit", "kind: exitt")
    answer = shared_world.post("/algorithms/check", {"definition": spoilt}, "harbour-author").json()
    [finding] = answer["findings"]
    assert answer["usable"] is False
    [mend] = finding["mends"]
    assert (finding["code"], mend["edits"][0]["new"], mend["sure"]) == ("wrong-value", "exit", True)


def test_no_answer_of_the_framework_is_left(shared_world: World):
    """Each error of the description is a problem, on every operation."""
    for path, operations in create_app(None, None).openapi()["paths"].items():  # pyright: ignore[reportArgumentType]
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and not path.startswith(f"{PREFIX}/health"):
                    assert list(answer["content"]) == ["application/problem+json"], (method, path, status)


def sent(world: World, path: str, body: Any, **headers: str) -> Any:
    return world.ask(
        "POST", path, content=body, headers={"Content-Type": "application/json", "If-Match": '"1"', **headers}
    )


def is_problem(answer: Any) -> None:
    """An error has one shape, at every address."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "code", "title", "status", "detail", "fix"} <= set(problem)
    assert problem["status"] == answer.status_code
    assert "Traceback" not in answer.text
