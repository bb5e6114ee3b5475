"""A case over HTTP: opened, read, asked, written to."""

from tests.api.rest.world import DAY, OPEN, World


def test_a_case_is_opened_and_read(world: World):
    made = world.post("/cases", {**OPEN, "patient": {"birth_date": "1990-05-01", "sex": "female"}})

    case = made.json()
    assert made.status_code == 201
    assert made.headers["location"] == f"/api/v1/cases/{case['case']}"
    read = world.get(f"/cases/{case['case']}")
    assert read.status_code == 200
    assert read.headers["etag"] == made.headers["etag"] == f'"{case["seq"]}"'
    assert read.json()["step"] == "diagnosis_check"
    assert read.json()["patient"] == {
        "name": None,
        "number": None,
        "birth_date": "1990-05-01",
        "sex": "female",
    }


def test_evidence_is_recorded_and_decided_on(world: World):
    case = world.cases["harbour"]

    written = world.record(case, phq9={"total": 19, "item9": 0})

    assert written.status_code == 201
    assert [event["type"] for event in written.json()["events"]] == ["evidence_recorded"]
    said = world.get(f"/cases/{case}/decisions?on={DAY}").json()
    assert said["moves"]["start_ssri"]["status"] == "undecided"
    assert said["algorithm"]["digest"] == said["moves"]["start_ssri"]["algorithm"]["digest"]


def test_a_move_that_is_not_permitted_is_refused_with_its_decision(world: World):
    case = world.cases["harbour"]

    answer = world.post(f"/cases/{case}/moves", {"move": "start_ssri", "on": DAY}, seq=1)

    problem = answer.json()
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"].endswith("refused")
    assert problem["decision"]["move"] == "start_ssri"
    assert problem["decision"]["status"] == "undecided"
    assert problem["seq"] == 2
    assert [event["type"] for event in problem["events"]] == ["request_refused"]
    assert world.get(f"/cases/{case}").json()["step"] == "diagnosis_check"
