"""What holds for every command: JSON, help that starts with examples, no traceback, a quick start."""

import json
import os
import pty
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from api.cli.app import app
from tests.api.cli.commands import ARGUMENTS, NEED_A_SERVER, NEVER_END, all_commands

ROOT = Path(__file__).parents[3]

SCENARIO = """
scenario: A scale alone permits nothing
algorithm: stepwise-depression
patient: {birth_date: 1981-03-02, sex: male}
story:
  - {on: 2024-01-12, record: {phq9: {total: 19, item9: 0}}, ask: start_ssri, expect: {start_ssri: undecided}}
"""


def test_the_table_of_these_tests_names_every_command():
    assert set(ARGUMENTS) | NEVER_END | NEED_A_SERVER == set(all_commands())


@pytest.fixture
def scenario(home, request, treadway):
    """What commands are told to read."""
    (home / "scenario.yaml").write_text(SCENARIO)
    if request.node.callspec.params.get("words") == ("db", "restore"):
        request.getfixturevalue("assessed")
        assert treadway("db backup kept.db").code == 0


QUICK = [pytest.param(words, id=" ".join(words)) for words in ARGUMENTS if words != ("demo",)]
EACH = [*QUICK, pytest.param(("demo",), id="demo", marks=pytest.mark.slow)]


def _without_secrets(text):
    """Links and tokens differ each time."""
    return re.sub(r"[A-Za-z0-9_-]{43}", "SECRET", text)


def _help_starts_with_examples(treadway, words):
    result = treadway(*words, "--help")
    assert result.code == 0
    assert treadway(*words, "-h").out == result.out
    assert result.out.startswith("Examples:\n")
    assert "Usage: treadway" in result.out


def _examples_can_be_parsed(treadway, words):
    text = treadway(*words, "--help").out.partition("Usage:")[0]
    examples = [line.strip() for line in text.splitlines()[1:] if line.strip()]
    assert examples
    for example in examples:
        program, *rest = shlex.split(example)
        assert program == "treadway"
        assert tuple(rest[: len(words)]) == words
        command = get_command(app)
        for word in words:
            assert isinstance(command, TyperGroup)
            command = command.commands[word]
        command.make_context(example, rest[len(words) :])


@pytest.mark.parametrize("words", sorted(NEVER_END | NEED_A_SERVER), ids=" ".join)
def test_the_help_of_commands_that_are_run_elsewhere_is_as_good(treadway, home, words):
    _help_starts_with_examples(treadway, words)
    _examples_can_be_parsed(treadway, words)


@pytest.mark.parametrize("words", EACH)
class TestEveryCommand:
    def test_json_is_one_document_that_names_its_format(self, treadway, assessed, scenario, words):
        result = treadway(*words, *ARGUMENTS[words], "--json")
        assert result.code in (0, 1)
        assert result.json["format"].startswith("treadway.")
        assert result.json["format"].endswith("/1")

    def test_quiet_says_nothing_but_the_result(self, treadway, assessed, scenario, words):
        result = treadway(*words, *ARGUMENTS[words], "--quiet")
        assert result.code in (0, 1)
        assert result.err == ""

    def test_it_ends_with_the_next_useful_command_or_a_closing_word(
        self, treadway, assessed, scenario, words
    ):
        result = treadway(*words, *ARGUMENTS[words])
        if words != ("criterion",):
            assert result.err.strip()

    def test_colour_changes_nothing_of_the_text(
        self, treadway, assessed, scenario, words, monkeypatch, home, request
    ):
        """On a terminal the same words come in colour: colour never says anything alone."""
        plain = treadway(*words, *ARGUMENTS[words], "--quiet")
        shutil.copy(request.getfixturevalue("assessed_database"), assessed)
        for made in ("copy.db", "again.db", "histories.jsonl"):
            (home / made).unlink(missing_ok=True)
        monkeypatch.setattr("api.cli.output.coloured", lambda: True)
        coloured = treadway(*words, *ARGUMENTS[words], "--quiet")
        assert coloured.code == plain.code
        assert _without_secrets(re.sub(r"\033\[[0-9;]*m", "", coloured.out)) == _without_secrets(plain.out)

    def test_help_starts_with_examples(self, treadway, home, words):
        _help_starts_with_examples(treadway, words)

    def test_its_examples_can_be_parsed(self, treadway, home, words):
        """Each example names a command that exists, with options that it has."""
        _examples_can_be_parsed(treadway, words)

    def test_a_wrong_option_names_a_near_one(self, treadway, assessed, words):
        result = treadway(*words, *ARGUMENTS[words], "--jsonn")
        assert result.code == 2
        assert "--json" in result.err


def test_json_tells_errors_too(treadway, assessed):
    """A program that reads standard output gets the error there, with its exit code and near names."""
    result = treadway("case move 1001 start_sri --json")
    assert result.code == 2
    error = result.json["error"]
    assert (error["name"], error["exit"], error["near"][0]) == ("unknown-move", 2, "start_ssri")


def test_json_of_a_decision_has_the_contract_s_keys(treadway, assessed):
    decision = treadway("case why 1001 augment --on 2024-01-09 --json").json
    assert decision["move"] == "augment"
    assert decision["status"] == "refused"
    assert set(decision["needs"]) == {"to_permit", "to_refuse"}
    assert {"again_on", "holds_until", "gate", "algorithm", "reasons"} <= set(decision)
    assert set(decision["algorithm"]) == {"id", "version", "digest"}
    for reason in decision["reasons"]:
        assert {"text", "fact", "value", "observed_on", "evidence_id", "source", "line"} <= set(reason)


class TestStart:
    def test_help_needs_no_heavy_library(self, home):
        """So that `treadway --help` comes at once; a count of milliseconds would depend on the machine."""
        script = (
            "import sys\nfrom api.cli.run import run\nrun(sys.argv[1:])\n"
            "heavy = {'sqlalchemy', 'alembic', 'polars', 'z3', 'lark', 'transitions', 'rich', 'yaml'}\n"
            "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
        )
        for words in (["--help"], ["case", "--help"], ["case", "record", "--help"]):
            done = subprocess.run(
                [sys.executable, "-c", script, *words], cwd=ROOT, capture_output=True, text=True, check=True
            )
            assert done.stderr.strip() == "[]"

    def test_no_case_command_needs_alembic(self, assessed):
        script = (
            "import sys\nfrom api.cli.run import run\nrun(sys.argv[1:])\nassert 'alembic' not in sys.modules"
        )
        subprocess.run(
            [sys.executable, "-c", script, "case", "list"], cwd=ROOT, check=True, capture_output=True
        )


class TestColour:
    def _on_terminal(self, *words, **more):
        """Run with standard output on a terminal and give what it received."""
        main, other = pty.openpty()
        script = "import sys\nfrom api.cli.run import run\nsys.exit(int(run(sys.argv[1:])))"
        process = subprocess.Popen(
            [sys.executable, "-c", script, *words],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=other, stderr=subprocess.DEVNULL,
            env={**os.environ, "TERM": "xterm", **more},
        )  # fmt: skip
        os.close(other)
        received = b""
        while True:
            try:
                part = os.read(main, 65536)
            except OSError:
                break
            if not part:
                break
            received += part
        process.wait()
        os.close(main)
        return received.decode()

    def test_a_terminal_gets_colour_unless_told_otherwise(self, assessed):
        words = ("case", "ask", "1001", "start_ssri", "--on", "2024-01-09")
        assert "\033[32mReady\033[0m" in self._on_terminal(*words)
        assert "\033[" not in self._on_terminal(*words, NO_COLOR="1")
        assert "\033[" not in self._on_terminal(*words, TERM="dumb")

    def test_a_pipe_gets_plain_text(self, treadway, assessed):
        assert "\033[" not in treadway("case list").out


def test_json_survives_any_text(treadway, assessed):
    """Letters of every script and signs that mean something elsewhere come back as they were written."""
    text = '<b>é 日本 \\N "quoted" ;DROP TABLE\u2028'
    treadway("case", "note", "1001", text, "--on", "2024-01-09")
    events = json.loads(treadway("case history 1001 --json").out)["events"]
    assert events[-1]["payload"]["text"] == text
