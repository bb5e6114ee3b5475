"""Running an installation from the command line: people, audit, board, export, worker."""

import json
from datetime import timedelta

import pytest

from api.serving import turning
from engine.people import People
from engine.store.store import Store
from tests.support.behind import change


@pytest.fixture
def store(assessed):
    opened = Store.open(str(assessed))
    yield opened
    opened.close()


class TestPeople:
    def test_a_clinic_with_a_person_and_a_role_is_made_and_listed(self, treadway, assessed):
        assert treadway("people", "clinic", "hill", "--title", "Hill", "--zone", "Europe/Oslo").code == 0
        assert treadway("people", "add", "bo", "--name", "Bo Ek").code == 0
        assert treadway("people grant bo clinician --clinic hill").code == 0
        listed = treadway("people list --clinic hill --json").json
        assert [(each["login"], each["role"]) for each in listed["roles"]] == [("bo", "clinician")]

    def test_a_withdrawn_role_is_gone_from_the_list_and_stays_in_the_audit(self, treadway, assessed):
        assert treadway("people revoke grant-1 --clinic harbour").code == 0
        assert treadway("people list --clinic harbour --json").json["roles"] == []
        lines = treadway("audit --clinic harbour --json").json["lines"]
        assert [line["action"] for line in lines][:2] == ["make clinic", "grant role"]
        assert "revoke role" in [line["action"] for line in lines]
        assert {line["actor"] for line in lines} == {"operator of the installation"}

    def test_a_token_is_shown_once_works_and_is_withdrawn_at_once(self, treadway, store):
        made = treadway(
            "people token ada --title Laboratory --scope record_evidence --clinic harbour --json"
        ).json
        doors = People(store.engine)
        holder = doors.who_by_token(made["token"])
        assert holder is not None
        assert holder.token is not None
        assert holder.token.scopes == {"record_evidence"}
        listed = treadway("people list --clinic harbour --json")
        assert made["token"] not in listed.out
        token_id = next(t["token"] for t in listed.json["tokens"] if t["title"] == "Laboratory")
        assert treadway("people", "withdraw", token_id, "--clinic", "harbour").code == 0
        assert doors.who_by_token(made["token"]) is None

    def test_a_closed_account_is_nobody_with_its_token(self, treadway, store):
        made = treadway("people token ada --title test --scope read_board --clinic harbour --json").json
        assert treadway("people close ada").code == 0
        assert People(store.engine).who_by_token(made["token"]) is None

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ("people grant nobody reader --clinic harbour", "there is no account `nobody`"),
            ("people grant ada chief --clinic harbour", "there is no role `chief`"),
            ("people grant ada reader --clinic nowhere", "there is no clinic `nowhere`"),
            ("people token ada --title t --scope everything --clinic harbour", "`everything` is no scope"),
            ("people token ada --title t --scope read_board --days 400", "a token lasts a year at most"),
            ("people clinic Hill --title t --zone UTC", "`Hill` cannot name a clinic"),
            ("people clinic hill --title t --zone Mars", "there is no time zone `Mars`"),
            ("people add ada --name t", "there is an account `ada` already"),
        ],
    )
    def test_what_cannot_be_is_refused_with_a_fix(self, treadway, assessed, words, said):
        result = treadway(words)
        assert result.code in (1, 2)
        assert said in result.err
        assert len(result.err.splitlines()) == 2, "one line what, one line what to do"


class TestAudit:
    def test_who_looked_at_a_case_is_found_by_the_case(self, treadway, assessed):
        treadway("case show 1001 --on 2024-01-09")
        lines = treadway("audit --case 1001 --json").json["lines"]
        assert lines[-1]["actor"] == "Dr Lind"
        assert lines[-1]["action"] == "read case"
        assert all("1001" in line["cases"] for line in lines)

    def test_a_search_leaves_a_line_itself(self, treadway, assessed):
        before = treadway("audit --json").json["found"]
        assert treadway("audit --json").json["found"] == before + 1

    def test_a_person_is_found_by_a_part_of_the_name_whatever_its_capitals(self, treadway, assessed):
        treadway("case show 1001 --on 2024-01-09")
        assert treadway("audit --person LIND --json").json["found"] > 0
        assert treadway("audit --person nobody --json").json["found"] == 0

    def test_a_changed_line_is_found(self, treadway, assessed):
        treadway("case show 1001 --on 2024-01-09")
        change(assessed, "UPDATE audit SET actor = 'another' WHERE seq = 1 AND clinic_id = 'local'")
        result = treadway("audit --check")
        assert result.code == 1
        assert "line 1 is not as it was written" in result.out


class TestBoard:
    def test_it_counts_and_lists_open_cases_by_lane(self, treadway, assessed):
        said = treadway("board --json").json
        assert said["counts"]["cases"] == 2
        assert {case["case"] for case in said["cases"]} == {"1001", "1002"}
        assert all(case["lane"] for case in said["cases"])

    def test_a_page_leads_to_the_next_and_both_hold_every_case_once(self, treadway, assessed):
        first = treadway("board --limit 1 --json").json
        second = treadway("board", "--limit", "1", "--after", first["after"], "--json").json
        assert sorted(case["case"] for page in (first, second) for case in page["cases"]) == ["1001", "1002"]

    def test_an_unknown_lane_names_those_there_are(self, treadway, assessed):
        result = treadway("board --lane waiting")
        assert result.code == 2
        assert "decision_due" in result.err


class TestExport:
    def test_an_exported_history_is_verified_without_a_database(self, treadway, assessed, home):
        assert treadway("export histories.jsonl").code == 0
        assert (home / "histories.jsonl").stat().st_mode & 0o777 == 0o600
        assessed.unlink()
        result = treadway("db verify --history histories.jsonl --json").json
        assert (result["cases"], result["broken"]) == (2, [])
        assert result["events"] > 10

    def test_names_and_numbers_of_patients_stay_where_they_are(self, treadway, assessed, home):
        treadway("export histories.jsonl")
        text = (home / "histories.jsonl").read_text("utf-8")
        assert "OKAFOR" not in text
        assert '"number"' not in text

    def test_the_audit_names_the_cases_of_an_export(self, treadway, assessed):
        treadway("export one.jsonl --case 1002")
        line = treadway("audit --json").json["lines"][-1]
        assert (line["action"], line["cases"]) == ("export histories", ["1002"])

    def test_an_export_replaces_nothing(self, treadway, assessed, home):
        (home / "there.jsonl").write_text("mine")
        assert treadway("export there.jsonl").code == 2
        assert (home / "there.jsonl").read_text() == "mine"

    @pytest.mark.parametrize(
        "change", ["value", "removed", "swapped", "cut", "inserted", "hash", "other case"]
    )
    def test_any_change_of_the_file_is_found(self, treadway, assessed, home, change):
        treadway("export whole.jsonl")
        first, *events = (home / "whole.jsonl").read_text("utf-8").splitlines()
        if change == "value":
            events[1] = events[1].replace('"criteria_count": 7', '"criteria_count": 2')
        elif change == "removed":
            del events[3]
        elif change == "swapped":
            events[3], events[4] = events[4], events[3]
        elif change == "cut":
            del events[-2:]
        elif change == "inserted":
            events.insert(3, events[3])
        elif change == "hash":
            events[2] = json.dumps({**json.loads(events[2]), "hash": "0" * 64})
        else:
            events[2] = json.dumps({**json.loads(events[2]), "case_id": "1002"})
        (home / "changed.jsonl").write_text("\n".join([first, *events]) + "\n", "utf-8")
        result = treadway("db verify --history changed.jsonl --json")
        assert result.code == 1
        assert result.json["broken"]

    @pytest.mark.parametrize("text", ["", "{}", "nonsense", '{"format": "treadway.histories/1"}', "[1]"])
    def test_a_file_that_is_no_export_is_named_as_such(self, treadway, home, text):
        (home / "other.jsonl").write_text(text)
        result = treadway("db verify --history other.jsonl")
        assert result.code == 3
        assert "treadway export" in result.err


class TestWorker:
    def test_one_look_brings_every_row_to_the_clinics_day(self, treadway, assessed):
        """The cases were written on an earlier day as far as their rows know."""
        change(assessed, "UPDATE board SET computed_for = '2024-01-08'")
        assert treadway("worker --once --json").json == {
            "format": "treadway.worker/1",
            "cases": 2,
            "unreadable": 0,
        }
        assert treadway("worker --once --json").json["cases"] == 0

    def test_two_workers_do_no_work_twice(self, store, assessed):
        change(assessed, "UPDATE board SET computed_for = '2024-01-08'")
        assert [turning.turn(store, "UTC")[0] for _ in range(2)] == [2, 0]


def test_a_role_for_some_days_ends_by_itself(treadway, store):
    assert treadway("people grant ada reader --clinic harbour --days 14").code == 0
    now = People(store.engine).clock()
    later = People(store.engine, lambda: now + timedelta(days=15))
    text = treadway("people token ada --title test --scope read_board --clinic harbour --json").json["token"]
    holder = later.who_by_token(text)
    assert holder is not None
    assert {role.value for role in holder.roles_in("harbour", later.clock())} == {"clinician"}
