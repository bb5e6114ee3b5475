"""Commands for authors: check, test, draw, criterion."""

import json
import re
import subprocess
from pathlib import Path
from shutil import copyfile, copytree, which

import pytest
from jsonschema_rs import Draft202012Validator

from engine.definition.where import shipped_root

# The part of the SARIF 2.1.0 schema that is written; every object in it closes, as there.
_REGION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["startLine"],
    "properties": {
        key: {"type": "integer", "minimum": 1} for key in ("startLine", "startColumn", "endLine", "endColumn")
    },
}
_LOCATION = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer", "minimum": -1},
        "physicalLocation": {
            "type": "object",
            "additionalProperties": False,
            "anyOf": [{"required": ["artifactLocation"]}],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"uri": {"type": "string", "pattern": "^[^ ]+$"}},
                },
                "region": _REGION,
            },
        },
    },
}
_TEXT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["text"],
    "properties": {"text": {"type": "string"}},
}
_RULE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id"],
    "properties": {"id": {"type": "string"}, "help": _TEXT},
}
_RESULT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["message"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": -1},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": _TEXT,
        "locations": {"type": "array", "items": _LOCATION},
        "relatedLocations": {"type": "array", "items": _LOCATION, "uniqueItems": True},
    },
}
_DRIVER = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "version": {"type": "string"},
        "rules": {"type": "array", "items": _RULE, "uniqueItems": True},
    },
}
SARIF = {
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["tool"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["driver"],
                        "properties": {"driver": _DRIVER},
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": _RESULT},
                },
            },
        },
    },
}

PASSING = """
scenario: A scale alone permits nothing
algorithm: stepwise-depression
patient: {birth_date: 1981-03-02, sex: male}
story:
  - {on: 2024-01-12, record: {phq9: {total: 19, item9: 0}}, ask: start_ssri, expect: {start_ssri: undecided}}
"""

FAILING = """
scenario: Believes that a scale alone is enough
algorithm: stepwise-depression
patient: {birth_date: 1981-03-02, sex: male}
story:
  - on: 2024-01-12
    record: {phq9: {total: 19, item9: 0}}
    ask: start_ssri
    expect:
      start_ssri: permitted
      facts: {phq9.total: 18}
"""

UNREADABLE = """
scenario: Written wrongly
algorithm: stepwise-depression
patient: {birth_date: 1981-03-02, sex: male}
story:
  - {on: 2024-01-12, record: {phq8: {total: 19}}}
"""


class TestCheck:
    def test_a_sound_definition_passes_and_is_counted(self, treadway, home):
        result = treadway("check stepwise-depression")
        assert result.code == 0
        assert re.match(
            r"passed  stepwise-depression: Stepwise treatment of depression \S+, 12 steps, \d+ moves; ",
            result.out,
        )
        assert result.err == "Next: treadway test stepwise-depression\n"

    def test_every_finding_of_every_file_is_told(self, treadway, home):
        (home / "one.yaml").write_text("algorithm: one\nverison: 1\n")
        (home / "two.yaml").write_text("algorithm: two\n\ttitle: x\n")
        result = treadway("check", "one.yaml", "two.yaml", "stepwise-depression", "--json")
        assert result.code == 1
        one, two, whole = result.json["definitions"]
        assert (one["usable"], two["usable"], whole["usable"]) == (False, False, True)
        assert any(finding["code"] == "unknown-key" for finding in one["findings"])
        assert all({"file", "line", "column", "why", "fix"} <= set(finding) for finding in two["findings"])
        assert len(whole["digest"]) == 64

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("a: &a [x, x]\nb: [*a, *a]\n", id="alias"),
            pytest.param("a: " + "[" * 900 + "]" * 900, id="deep"),
            pytest.param("a: " + "9" * 5_000, id="many-digits"),
            pytest.param("", id="empty"),
            pytest.param("- 1\n- 2\n", id="a-list"),
            pytest.param("algorithm: [unclosed\n", id="unclosed"),
            pytest.param("algorithm: x\nalgorithm: y\n", id="duplicate-key"),
        ],
    )
    def test_a_hostile_or_broken_file_gets_located_findings(self, treadway, home, text):
        (home / "x.yaml").write_text(text)
        result = treadway("check x.yaml")
        assert result.code == 1
        assert re.search(r"^x\.yaml:\d+:\d+: error\[[a-z-]+\]: ", result.out, re.MULTILINE)

    def test_a_library_is_checked_with_the_algorithms_that_use_it(self, treadway, home):
        result = treadway("check", str(shipped_root() / "library/gates"), "--json")
        assert result.code == 0
        [gate] = result.json["definitions"]
        assert (gate["kind"], gate["usable"], gate["findings"]) == ("library", True, [])

    def test_a_scenario_is_checked_against_the_algorithm_it_stands_with(self, treadway, home):
        copytree(shipped_root() / "star-d", home / "star-d")
        story = home / "star-d/scenarios/02-hamilton-of-thirteen.yaml"
        story.write_text(story.read_text("utf-8").replace("hamd17", "hamd71"))
        for named in ("star-d", str(story)):
            result = treadway("check", named, "--json")
            assert result.code == 1
            [checked] = result.json["definitions"]
            assert {one["code"] for one in checked["findings"]} == {"unknown-evidence"}

    def test_sarif_has_the_shape_that_code_hosts_read(self, treadway, home):
        (home / "a b.yaml").write_text("algorithm: x\ntitle: y\ntitle: z\n")
        result = treadway("check", "a b.yaml", "--sarif")
        assert result.code == 1
        assert list(Draft202012Validator(SARIF).iter_errors(result.json)) == []
        [run] = result.json["runs"]
        twice = next(one for one in run["results"] if one["ruleId"] == "duplicate-key")
        assert run["tool"]["driver"]["rules"][twice["ruleIndex"]]["id"] == "duplicate-key"
        where = twice["locations"][0]["physicalLocation"]
        assert where["artifactLocation"]["uri"] == "a%20b.yaml"
        assert where["region"] == {"startLine": 3, "startColumn": 1, "endLine": 3, "endColumn": 6}
        assert treadway("check", "a b.yaml", "--sarif", "--json").code == 2

    def test_fix_mends_what_is_mechanical_and_leaves_the_rest_as_written(self, treadway, home):
        file = home / "one.yaml"
        text = "# A draft\r\nalgorithm:   one  # the id\r\nverison: '1'\r\nunknown: x\r\n"
        file.write_bytes(text.encode("utf-8-sig"))
        shown = treadway("check", "one.yaml", "--fix", "--dry-run")
        assert "-verison: '1'" in shown.out
        assert "+version: '1'" in shown.out
        assert file.read_bytes() == text.encode("utf-8-sig")

        result = treadway("check", "one.yaml", "--fix")
        assert result.code == 1  # `unknown` is for the author to say
        assert "error[unknown-key]: the file has a key `unknown`" in result.out
        assert "Mended 1 in one.yaml" in result.err
        mended = text.replace("verison", "version").encode("utf-8-sig")
        assert file.read_bytes() == mended
        treadway("check", "one.yaml", "--fix")
        assert file.read_bytes() == mended
        assert [path.name for path in home.iterdir() if path.name.startswith(".one")] == []

    def test_dry_run_without_fix_is_wrong_usage(self, treadway, home):
        assert treadway("check stepwise-depression --dry-run").code == 2

    def test_an_unknown_name_is_no_file_and_no_shipped_algorithm(self, treadway, home):
        result = treadway("check stepwise-depresion")
        assert result.code == 3
        assert "did you mean `stepwise-depression`?" in result.err
        assert "stepwise-depression" in treadway("check zzz").err


class TestScenarios:
    @pytest.fixture
    def folder(self, home):
        folder = home / "stories"
        folder.mkdir()
        (folder / "1-passes.yaml").write_text(PASSING)
        return folder

    def test_passing_scenarios_are_counted(self, treadway, folder):
        result = treadway("test stepwise-depression --scenarios stories")
        assert result.code == 0
        assert result.out.startswith("passed  1 scenarios, 1 passed, 0 failed; 1 answers checked")

    def test_a_scenario_in_place_of_its_algorithm_is_told_apart(self, treadway, folder):
        result = treadway("test stories/1-passes.yaml")
        assert result.code == 2
        assert "is a scenario, and its algorithm is wanted here" in result.err
        assert "treadway test ALGORITHM --scenarios stories/1-passes.yaml" in result.err

    def test_a_failure_is_told_with_expected_actual_and_reasons(self, treadway, folder):
        (folder / "2-fails.yaml").write_text(FAILING)
        result = treadway("test stepwise-depression --scenarios stories")
        assert result.code == 1
        assert "Believes that a scale alone is enough" in result.out
        assert "  12-Jan-2024  start_ssri   (line 10)" in result.out
        assert "    expected  permitted\n    actual    undecided\n    because   " in result.out

    def test_the_json_has_the_shape_of_the_contract(self, treadway, folder):
        """Others read this shape: scenarios with file, scenario, passed and failures."""
        (folder / "2-fails.yaml").write_text(FAILING)
        (folder / "3-unreadable.yaml").write_text(UNREADABLE)
        result = treadway("test stepwise-depression --scenarios stories --json")
        assert result.code == 1
        passes, fails, unreadable = result.json["scenarios"]
        assert passes == {
            "file": "stories/1-passes.yaml",
            "scenario": "A scale alone permits nothing",
            "passed": True,
            "failures": [],
        }
        assert (fails["passed"], unreadable["passed"]) == (False, False)
        first, second = fails["failures"]
        assert set(first) == {"on", "key", "expected", "actual", "reasons"}
        assert (first["on"], first["key"], first["expected"], first["actual"]) == (
            "2024-01-12", "start_ssri", "permitted", "undecided",
        )  # fmt: skip
        assert first["reasons"]
        assert (second["key"], second["expected"], second["actual"]) == ("facts.phq9.total", "18", "19")
        assert "phq8" in unreadable["failures"][0]["actual"]

    def test_one_file_may_be_named(self, treadway, folder):
        assert treadway("test stepwise-depression --scenarios stories/1-passes.yaml").code == 0

    def test_a_folder_without_scenarios_is_said(self, treadway, home):
        (home / "empty").mkdir()
        assert treadway("test stepwise-depression --scenarios empty").code == 3
        assert treadway("test stepwise-depression --scenarios nowhere").code == 3


class TestDraw:
    def test_each_form_goes_to_a_file_named_after_the_algorithm(self, treadway, home):
        result = treadway("draw stepwise-depression --format svg,dot,list --output pictures")
        assert result.code == 0
        assert sorted(path.name for path in (home / "pictures").iterdir()) == [
            "stepwise-depression.dot", "stepwise-depression.svg", "stepwise-depression.txt",
        ]  # fmt: skip
        assert (home / "pictures" / "stepwise-depression.svg").read_text().lstrip().startswith("<")

    def test_the_list_goes_to_the_terminal(self, treadway, home):
        result = treadway("draw stepwise-depression --format list")
        assert "SSRI" in result.out
        assert not list(home.iterdir())

    def test_a_patients_way_is_drawn_from_the_case(self, treadway, assessed, home):
        treadway("case move 1001 start_ssri --on 2024-01-09")
        result = treadway("draw --case 1001 --format svg --on 2024-01-23")
        assert result.out == "Saved case-1001.svg\n"
        assert "week 2" in (home / "case-1001.svg").read_text()

    @pytest.mark.parametrize(
        ("command", "code"),
        [
            ("draw", 2),
            ("draw stepwise-depression --case 1001", 2),
            ("draw stepwise-depression --format jpeg", 2),
            ("draw stepwise-depression --format ,", 2),
            ("draw nothing.yaml", 3),
            ("draw --case 4711", 3),
        ],
    )
    def test_what_cannot_be_drawn_is_said(self, treadway, assessed, command, code):
        assert treadway(command).code == code

    def test_a_place_that_cannot_be_written_is_said(self, treadway, home):
        (home / "file").write_text("x")
        assert treadway("draw stepwise-depression --format dot --output file/picture.dot").code == 3


class TestCriterion:
    @pytest.fixture
    def facts(self, home):
        (home / "facts.json").write_text(
            json.dumps({"phq9": {"total": 17}, "mania": None, "seen": "2024-01-02", "ratio": 0.8})
        )
        return home

    def test_the_answer_is_true_false_or_unknown(self, treadway, facts):
        assert treadway("criterion", "phq9.total >= 10", "--facts", "facts.json").out == "true\n"
        assert treadway("criterion", "phq9.total < 10", "--facts", "facts.json").out == "false\n"
        assert treadway("criterion", "not (mania = true)", "--facts", "facts.json").out == "unknown\n"

    def test_a_decimal_is_exact(self, treadway, facts):
        """0.8 is not a binary fraction: a float would make this false."""
        assert treadway("criterion", "ratio * 10 = 8", "--facts", "facts.json").out == "true\n"

    def test_today_is_an_argument(self, treadway, facts):
        asked = (
            "criterion",
            "days between seen and Today()",
            "--facts",
            "facts.json",
            "--today",
            "2024-01-30",
        )
        assert treadway(*asked).out == "28\n"

    def test_why_names_the_facts_that_decide(self, treadway, facts):
        asked = ("criterion", "phq9.total >= 10 and mania = true", "--facts", "facts.json", "--why", "--json")
        told = treadway(*asked).json
        assert told["value"] is None
        assert told["confirm"] == [["mania"]]
        assert told["because"] == {"phq9.total": 17, "mania": None}

    def test_evidence_that_could_decide_nothing_is_not_proposed(self, treadway, facts):
        """No value of a fact makes it both above 3 and below 2."""
        (facts / "facts.json").write_text('{"x": null}')
        told = treadway("criterion", "x > 3 and x < 2", "--facts", "facts.json", "--why", "--json").json
        assert (told["value"], told["confirm"], told["rule_out"]) == (None, [], [["x"]])

    def test_an_algorithm_lends_its_names_titles_and_parameters(self, treadway, home):
        asked = ("criterion", "phq9.total >= entry_score", "--algorithm", "stepwise-depression")
        assert "at least" in treadway(*asked, "--english").out
        assert ">=" in treadway(*asked, "--cql").out
        assert treadway(*asked, "--sql").out.startswith("sqlite: ")

    def test_what_is_wrong_is_shown_in_place_with_a_near_name(self, treadway, facts):
        result = treadway("criterion", "phq9.totl >= 10", "--facts", "facts.json")
        assert result.code == 1
        assert "1:1: error[name-unknown]" in result.out
        assert "did you mean `phq9.total`?" in result.out

    @pytest.mark.parametrize(
        ("content", "code"),
        [("{", 3), ("[1]", 3), ('{"a": NaN}', 3), ('{"a": [1]}', 2), ("{}", 1)],
    )
    def test_facts_that_cannot_be_read(self, treadway, home, content, code):
        (home / "facts.json").write_text(content)
        assert treadway("criterion", "a = 1", "--facts", "facts.json").code == code

    def test_a_fact_that_does_not_fit_the_algorithm_is_refused(self, treadway, home):
        (home / "facts.json").write_text('{"phq9": {"total": "much"}}')
        asked = ("criterion", "phq9.total > 1", "--algorithm", "stepwise-depression", "--facts", "facts.json")
        assert treadway(*asked).code == 1
        (home / "facts.json").write_text('{"phq9": {"totl": 3}}')
        assert treadway(*asked).code == 2


class TestSchema:
    def test_it_is_json_schema_of_the_kind_asked_for(self, treadway, home):
        result = treadway("schema", "scenario")
        assert result.code == 0
        assert result.json == treadway("schema", "scenario", "--json").json["schema"]
        assert result.json["title"] == "Treadway scenario"
        assert treadway("schema", "algorithm", "--output", "a.json").code == 0
        assert "steps" in json.loads((home / "a.json").read_text("utf-8"))["properties"]

    def test_an_unknown_kind_is_wrong_usage(self, treadway, home):
        assert treadway("schema", "recipe").code == 2

    def test_a_first_line_for_editors_is_a_comment_like_any_other(self, treadway, home):
        text = (shipped_root() / "star-d/algorithm.yaml").read_text("utf-8")
        (home / "algorithm.yaml").write_text(f"# yaml-language-server: $schema=a.json\n{text}")
        assert treadway("check", "algorithm.yaml").code == 0


class TestDiff:
    @pytest.fixture
    def repository(self, home):
        """A git repository whose newest commit raised a parameter of a definition."""
        if which("git") is None:
            pytest.skip("git is not installed here")

        def git(*words: str) -> None:
            name = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
            subprocess.run(["git", *name, *words], check=True, capture_output=True)

        git("init", "--quiet")
        for name in ("library", "star-d"):
            copytree(shipped_root() / name, Path("algorithms") / name)
        git("add", ".")
        git("commit", "--quiet", "--message", "Begin")
        file = Path("algorithms/star-d/algorithm.yaml")
        text = file.read_text("utf-8")
        assert "interaction_review: {within: 30 days" in text
        file.write_text(
            text.replace("interaction_review: {within: 30 days", "interaction_review: {within: 20 days"),
            "utf-8",
        )
        git("commit", "--quiet", "--all", "--message", "Ask sooner")
        return file

    def test_two_git_revisions_are_compared(self, treadway, repository):
        result = treadway("diff HEAD~1:algorithms/star-d HEAD:algorithms/star-d --draw changes.svg")

        assert result.code == 0
        assert "Permits less (1)" in result.out
        assert "now in the last 20 days, was in the last 30 days" in result.out
        assert "~ changed" in Path("changes.svg").read_text("utf-8")

    def test_places_in_json_name_the_revision(self, treadway, repository):
        (change,) = treadway("diff HEAD~1:algorithms/star-d algorithms/star-d --json").json["changes"]

        assert change["before"]["file"] == "HEAD~1:algorithms/star-d/algorithm.yaml"
        assert change["after"]["file"] == "algorithms/star-d/algorithm.yaml"

    @pytest.mark.parametrize(
        ("named", "said"),
        [
            ("v9:algorithms/star-d", "Not a valid object name v9"),
            ("HEAD:algorithms/star-e", "did not match any files"),
        ],
    )
    def test_what_git_does_not_have_is_said(self, treadway, repository, named, said):
        result = treadway(f"diff {named} algorithms/star-d")

        assert result.code == 3
        assert said in result.err

    def test_git_is_asked_for_only_where_a_revision_is_named(self, treadway, home, monkeypatch):
        monkeypatch.setenv("PATH", str(home))

        assert treadway("diff star-d star-d").code == 0
        result = treadway("diff main:algorithms/star-d star-d")
        assert result.code == 3
        assert "needs git, which is not installed" in result.err

    def test_a_picture_has_a_form(self, treadway):
        assert treadway("diff star-d star-d --draw changes.txt").code == 2


class TestPublish:
    def test_a_version_never_changes(self, treadway, home):
        for name in ("library", "star-d"):
            copytree(shipped_root() / name, Path(name))
        first = treadway("publish star-d")
        again = treadway("publish ./star-d")
        file = Path("star-d/algorithm.yaml")
        file.write_text(file.read_text("utf-8").replace("title: STAR*D", "title: STAR", 1), "utf-8")
        changed = treadway("publish ./star-d")

        assert (first.code, again.code, changed.code) == (0, 0, 1)
        assert "exists with another content" in changed.err
        assert "give the new content a new version" in changed.err

    def test_a_dry_run_keeps_nothing(self, treadway, home):
        result = treadway("publish star-d --dry-run --json")

        assert (result.code, result.json["kept_at"]) == (0, None)


class TestCoverage:
    @pytest.fixture
    def short(self, home):
        """One scenario, which only records a score."""
        text = (
            "scenario: A score alone\nalgorithm: star-d\npatient: {birth_date: 1981-03-02, sex: male}\n"
            "story:\n  - {on: 2024-01-12, record: {qids_sr16: {total: 9, item12: 0}}}\n"
        )
        Path("score.yaml").write_text(text, "utf-8")

    def test_what_was_not_seen_is_listed_with_its_place(self, treadway, short):
        result = treadway("test star-d --scenarios score.yaml --missing")

        assert result.code == 0
        assert "  step       visited 1 of 13" in result.out
        assert re.search(r"  step       level_1: never visited   \(.*algorithm.yaml:\d+:\d+\)", result.out)

    @pytest.mark.slow
    def test_the_solver_finds_patients_for_moves_that_no_scenario_makes(self, treadway, home):
        folder = shipped_root() / "star-d" / "scenarios"
        copyfile(folder / "01-remission-on-citalopram.yaml", "one.yaml")
        written = treadway("test star-d --scenarios one.yaml --skeletons more --json").json["skeletons"]

        assert "more/exit-bipolar.yaml" in written
        run = treadway("test star-d --scenarios more")
        assert (run.code, f"{len(written)} passed" in run.out) == (0, True)
        assert "nothing is replaced" in treadway("test star-d --scenarios one.yaml --skeletons more").err
