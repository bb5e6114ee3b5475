"""Taking a case over to another version of its algorithm: tried first, on the record, and back again."""

import re
from typing import Any

import pytest

from engine.definition.where import shipped_root
from tests.api.rest.world import DAY, OPEN, World

READY = {
    "mdd_interview": {"met": True, "criteria_count": 7},
    "phq9": {"total": 17, "item9": 0},
    "mdq": {"score": 3},
    "mental_state": {"psychosis": False, "catatonia": False, "mania": False, "not_eating_or_drinking": False},
    "cssrs": {"risk": "none"},
    "tsh": {"miu_per_litre": 1.9},
    "blood_count": {"normal": True},
    "metabolic_panel": {"normal": True, "sodium_mmol_per_litre": 140},
    "substance_use": {"audit_c": 2, "problem": False},
    "interaction_review": {"interaction_found": False},
}
SHIPPED = (shipped_root() / "stepwise-depression" / "algorithm.yaml").read_text(encoding="utf-8")


def another_version() -> str:
    """The shipped algorithm as version 1.1.0: the SSRI step has a new id, and a higher score is asked for."""
    text = SHIPPED.replace('version: "1.0.0"', 'version: "1.1.0"', 1)
    text = re.sub(r"\bssri\b", "first_medicine", text)
    replaces = 'replaces: {version: "1.0.0", steps: {ssri: first_medicine}}\n'
    text = text.replace(
        "value: 10, from: 8, to: 15, source: kroenke-2001", "value: 15, from: 8, to: 15, source: kroenke-2001"
    )
    return text.replace("use:\n", f"{replaces}use:\n", 1)


@pytest.fixture
def walked(small_world: World) -> tuple[World, str]:
    """A clinic that holds both versions, and a case in the SSRI step of the first."""
    published = small_world.post("/algorithms", {"definition": another_version()}, "harbour-author")
    assert published.status_code == 201, published.text
    case = small_world.cases["harbour"]
    entries = [{"on": DAY, "record": READY}, {"on": DAY, "move": "start_ssri"}]
    moved = small_world.post(f"/cases/{case}/events", entries, seq=1)
    assert moved.json()["step"] == "ssri", moved.text
    return small_world, case


def go_over(world: World, case: str, version: str, **more: Any) -> Any:
    body = {"version": version, "on": DAY, "reason": "The clinic has adopted it.", **more}
    return world.post(f"/cases/{case}/migration", body, seq=world.seq(case))


def test_trying_a_version_changes_nothing_and_says_what_would_change(walked: tuple[World, str]):
    world, case = walked
    before = world.get(f"/cases/{case}").json()

    tried = go_over(world, case, "1.1.0", dry_run=True).json()

    assert tried["possible"] is True
    assert (tried["from"]["version"], tried["to"]["version"]) == ("1.0.0", "1.1.0")
    assert (tried["step_before"], tried["step_after"]) == ("ssri", "first_medicine")
    assert world.get(f"/cases/{case}").json() == before


def test_a_case_goes_over_on_the_record_and_comes_back_as_it_was(walked: tuple[World, str]):
    world, case = walked
    before = world.get(f"/cases/{case}").json()
    said = world.get(f"/cases/{case}/decisions?on={DAY}").json()

    over = go_over(world, case, "1.1.0", dry_run=False)

    assert over.status_code == 200, over.text
    (event,) = over.json()["events"]
    assert event["type"] == "algorithm_changed"
    assert event["payload"]["reason"] == "The clinic has adopted it."
    assert "harbour-clinician" in event["actor"]
    there = world.get(f"/cases/{case}").json()
    assert there["step"] == "first_medicine"
    assert there["algorithm"]["digest"] == over.json()["to"]["digest"] != before["algorithm"]["digest"]
    assert world.get(f"/cases/{case}/decisions?on={DAY}").json()["algorithm"]["version"] == "1.1.0"

    back = go_over(world, case, "1.0.0", dry_run=False)

    assert back.status_code == 200, back.text
    again = world.get(f"/cases/{case}").json()
    assert {**again, "seq": before["seq"]} == before
    after = world.get(f"/cases/{case}/decisions?on={DAY}").json()
    assert {**after, "seq": said["seq"]} == said
    then = world.get(f"/cases/{case}/history?as_of={over.json()['seq']}").json()
    assert then["state"]["step"] == "first_medicine"


def test_a_case_writes_on_in_the_new_version(walked: tuple[World, str]):
    world, case = walked
    go_over(world, case, "1.1.0", dry_run=False)

    written = world.record(case, phq9={"total": 14, "item9": 0})

    assert written.status_code == 201, written.text
    assert written.json()["algorithm"]["version"] == "1.1.0"


def test_a_version_that_does_not_know_the_history_is_refused(walked: tuple[World, str]):
    world, case = walked
    broken = another_version().replace('version: "1.1.0"', 'version: "1.2.0"', 1)
    broken = broken.replace('replaces: {version: "1.0.0", steps: {ssri: first_medicine}}\n', "")
    assert world.post("/algorithms", {"definition": broken}, "harbour-author").status_code == 201
    seq = world.seq(case)

    tried = go_over(world, case, "1.2.0", dry_run=True).json()
    refused = go_over(world, case, "1.2.0", dry_run=False)

    assert tried["possible"] is False
    assert any("ssri" in problem for problem in tried["problems"])
    assert (refused.status_code, refused.json()["code"]) == (409, "not-possible")
    assert world.seq(case) == seq


def test_a_version_that_is_not_there_is_not_found(walked: tuple[World, str]):
    world, case = walked

    assert go_over(world, case, "9.9.9", dry_run=True).status_code == 404
    assert go_over(world, case, "1.0.0", dry_run=False).status_code == 409, "it is there already"


def test_going_over_is_done_once_for_one_key(walked: tuple[World, str]):
    world, case = walked
    seq = world.seq(case)
    body = {"version": "1.1.0", "on": DAY, "reason": "Adopted.", "dry_run": False}
    headers = {"If-Match": f'"{seq}"', "Idempotency-Key": "over"}

    first = world.ask("POST", f"/cases/{case}/migration", json=body, headers=headers)
    again = world.ask("POST", f"/cases/{case}/migration", json=body, headers=headers)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert world.seq(case) == seq + 1


def test_a_version_never_changes(small_world: World):
    first = small_world.post("/algorithms", {"definition": another_version()}, "harbour-author")
    same = small_world.post("/algorithms", {"definition": another_version()}, "harbour-author")
    other = another_version().replace("title: Stepwise treatment", "title: Another treatment", 1)
    changed = small_world.post("/algorithms", {"definition": other}, "harbour-author")

    assert (first.status_code, same.status_code) == (201, 201)
    assert same.json() == first.json()
    assert (changed.status_code, changed.json()["code"]) == (409, "version-exists")
    listed = small_world.get("/algorithms").json()["algorithms"]
    versions = [one["version"] for one in listed if one["id"] == "stepwise-depression"]
    assert versions == ["1.1.0", "1.0.0"]


def test_two_versions_are_compared_in_words(small_world: World):
    small_world.post("/algorithms", {"definition": another_version()}, "harbour-author")

    same = small_world.get("/algorithms/stepwise-depression/diff?from=1.1.0").json()
    found = small_world.get("/algorithms/stepwise-depression/diff?from=1.0.0&to=1.1.0&diagram=true").json()

    assert (same["changes"], same["diagram"]) == ([], None)
    assert (found["old"]["version"], found["new"]["version"]) == ("1.0.0", "1.1.0")
    told = {change["id"]: change["text"] for change in found["changes"]}
    assert told["entry_score"] == "now 15, was 10"
    assert told["first_medicine"] == "new step"
    assert "- removed" in found["diagram"]
    assert small_world.get("/algorithms/stepwise-depression/diff?from=9.9.9").status_code == 404
    assert small_world.get("/algorithms/stepwise-depression/diff").status_code == 422


def test_new_cases_begin_in_the_newest_version_and_old_ones_stay(small_world: World):
    small_world.post("/algorithms", {"definition": another_version()}, "harbour-author")

    opened = small_world.post("/cases", OPEN).json()
    named = small_world.post("/cases", {**OPEN, "version": "1.0.0"}).json()
    old = small_world.get(f"/cases/{small_world.cases['harbour']}/decisions").json()

    assert opened["algorithm"]["version"] == "1.1.0"
    assert named["algorithm"]["version"] == old["algorithm"]["version"] == "1.0.0"
