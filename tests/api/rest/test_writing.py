"""Writing over HTTP: nothing lost, nothing twice, all or nothing, and on the record."""

import pytest

from tests.api.rest.world import DAY, OPEN, World

NOTE = {"on": DAY, "note": "Seen."}
SUICIDAL = {"on": DAY, "record": {"cssrs": {"risk": "high"}}}


def test_a_writer_who_has_not_seen_the_last_event_gets_what_has_happened_since(world: World):
    case = world.cases["harbour"]
    world.post(f"/cases/{case}/events", NOTE, seq=1)

    late = world.post(f"/cases/{case}/events", {"on": DAY, "note": "Late."}, seq=1)

    problem = late.json()
    assert late.status_code == 409
    assert problem["type"].endswith("stale")
    assert [event["seq"] for event in problem["events"]] == [2]
    assert problem["seq"] == 2
    assert late.headers["etag"] == '"2"'
    assert world.seq(case) == 2
    again = world.post(f"/cases/{case}/events", {"on": DAY, "note": "Late."}, seq=2)
    assert again.status_code == 201


def test_a_request_sent_again_with_its_key_is_done_once_and_answered_alike(world: World):
    case = world.cases["harbour"]
    headers = {"Idempotency-Key": "key-1", "If-Match": '"1"'}

    first = world.ask("POST", f"/cases/{case}/events", json=NOTE, headers=headers)
    world.post(f"/cases/{case}/events", {"on": DAY, "note": "In between."}, seq=2)
    again = world.ask("POST", f"/cases/{case}/events", json=NOTE, headers=headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["idempotency-replayed"] == "true"
    assert world.seq(case) == 3


def test_a_refusal_sent_again_is_refused_alike_and_recorded_once(world: World):
    case = world.cases["harbour"]
    body = {"on": DAY, "move": "start_ssri"}
    headers = {"Idempotency-Key": "key-1", "If-Match": '"1"'}

    first = world.ask("POST", f"/cases/{case}/moves", json=body, headers=headers)
    again = world.ask("POST", f"/cases/{case}/moves", json=body, headers=headers)

    assert (first.status_code, again.status_code) == (409, 409)
    assert again.content == first.content
    assert world.seq(case) == 2


def test_a_case_opened_again_with_its_key_is_one_case(world: World):
    headers = {"Idempotency-Key": "key-1"}

    first = world.ask("POST", "/cases", json=OPEN, headers=headers)
    world.post(f"/cases/{first.json()['case']}/events", NOTE, seq=1)
    again = world.ask("POST", "/cases", json=OPEN, headers=headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content


def test_a_key_cannot_change_its_meaning(world: World):
    case = world.cases["harbour"]
    headers = {"Idempotency-Key": "key-1", "If-Match": '"1"'}
    world.ask("POST", f"/cases/{case}/events", json=NOTE, headers=headers)

    other = world.ask("POST", f"/cases/{case}/events", json={"on": DAY, "note": "Another."}, headers=headers)

    assert other.status_code == 422
    assert other.json()["code"] == "key-reused"


def test_a_key_of_one_clinic_means_nothing_in_another(world: World):
    headers = {"Idempotency-Key": "key-1", "If-Match": '"1"'}
    world.ask("POST", f"/cases/{world.cases['harbour']}/events", json=NOTE, headers=headers)

    body = {"on": DAY, "note": "Of the valley."}
    other = world.ask(
        "POST", f"/cases/{world.cases['valley']}/events", "valley-clinician", json=body, headers=headers
    )

    assert other.status_code == 201
    assert "idempotency-replayed" not in other.headers


def test_several_entries_are_stored_in_order(world: World):
    case = world.cases["harbour"]
    entries = [
        {"on": "2026-01-10", "note": "First."},
        {"on": DAY, "record": {"phq9": {"total": 19, "item9": 0}}},
        {"on": DAY, "note": "Last."},
    ]

    answer = world.post(f"/cases/{case}/events", entries, seq=1)

    assert answer.status_code == 201
    assert [event["type"] for event in answer.json()["events"]] == [
        "note_added",
        "evidence_recorded",
        "note_added",
    ]


def test_one_impossible_entry_leaves_nothing_of_the_others(world: World):
    case = world.cases["harbour"]

    answer = world.post(
        f"/cases/{case}/events", [NOTE, {"on": DAY, "record": {"phq9": {"total": 28}}}], seq=1
    )

    assert answer.status_code == 422
    assert answer.json()["code"] == "impossible-evidence"
    assert world.seq(case) == 1


def test_where_one_request_is_refused_none_is_carried_out(world: World):
    case = world.cases["harbour"]
    entries = [
        {"on": DAY, "start": {"option": "omeprazole_or_none", "role": "concomitant"}},
    ]
    assert world.post(f"/cases/{case}/events", entries, seq=1).status_code == 422, "no such treatment"
    entries = [
        {
            "on": DAY,
            "start": {"option": "lithium", "role": "concomitant", "dose_mg_per_day": 600},
            "deviate": "x",
        },
        {"on": DAY, "move": "start_ssri"},
    ]

    answer = world.post(f"/cases/{case}/events", entries, seq=1)

    assert answer.status_code == 409
    assert {event["type"] for event in answer.json()["events"]} == {"request_refused"}
    assert world.get(f"/cases/{case}").json()["treatments"] == []


def test_a_refused_request_takes_no_finding_with_it(world: World):
    """What a patient answered is kept, with the interrupt that it raises."""
    case = world.cases["harbour"]
    body = {"on": DAY, "record": {"phq9": {"total": 21, "item9": 3}}, "move": "start_ssri"}

    answer = world.post(f"/cases/{case}/events", body, seq=1)

    types = [event["type"] for event in answer.json()["events"]]
    assert answer.status_code == 409
    assert types == ["evidence_recorded", "interrupt_raised", "request_refused"]
    read = world.get(f"/cases/{case}").json()
    assert read["interrupts"] == [answer.json()["events"][1]["payload"]["interrupt"]]
    assert read["step"] == "diagnosis_check"


def test_each_decision_names_the_algorithm_by_digest(small_world: World):
    case = small_world.cases["harbour"]
    said = small_world.get(f"/cases/{case}/decisions").json()
    digests = {decision["algorithm"]["digest"] for decision in said["moves"].values()}
    refused = small_world.post(f"/cases/{case}/moves", {"on": DAY, "move": "start_ssri"}, seq=1).json()

    assert digests == {said["algorithm"]["digest"]} == {refused["decision"]["algorithm"]["digest"]}
    assert len(said["algorithm"]["digest"]) == 64


@pytest.mark.parametrize("path", ["", "/decisions", "/history", "/diagram.svg"])
def test_a_read_is_answered_304_to_whoever_has_it(small_world: World, path: str):
    address = f"/cases/{small_world.cases['harbour']}{path}"
    first = small_world.get(address)

    known = small_world.get(address, headers={"If-None-Match": first.headers["etag"]})
    small_world.record(small_world.cases["harbour"], phq9={"total": 19, "item9": 0})
    changed = small_world.get(address, headers={"If-None-Match": first.headers["etag"]})

    assert first.status_code == 200
    assert (known.status_code, known.content) == (304, b"")
    assert changed.status_code == 200


def test_the_history_is_as_it_was_known_then(small_world: World):
    case = small_world.cases["harbour"]
    small_world.record(case, phq9={"total": 19, "item9": 0})
    events = small_world.get(f"/cases/{case}/history").json()["events"]

    by_number = small_world.get(f"/cases/{case}/history?as_of=1").json()
    moment = events[0]["recorded_at"].replace("+00:00", "Z")
    by_moment = small_world.get(f"/cases/{case}/history", params={"as_of": moment}).json()
    before = small_world.get(f"/cases/{case}/history?as_of=2020-01-01T00:00:00Z")

    assert [event["seq"] for event in events] == [1, 2]
    assert by_number == by_moment
    assert by_number["seq"] == 1
    assert (before.status_code, before.json()["code"]) == (404, "not-known-then")


def test_two_writers_who_saw_the_same_are_one_writer_and_one_conflict(world: World):
    from concurrent.futures import ThreadPoolExecutor

    case = world.cases["harbour"]
    world.people.token("harbour-clinician")
    with ThreadPoolExecutor(4) as pool:
        path = f"/cases/{case}/events"
        sent = [pool.submit(world.post, path, {"on": DAY, "note": f"{n}"}, seq=1) for n in range(4)]
        codes = sorted(one.result().status_code for one in sent)

    assert codes == [201, 409, 409, 409]
    assert world.seq(case) == 2
