"""Each exit code of the command line has a test: a script can rely on it."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.cli import exits
from engine.store.database import writing
from engine.store.store import Store

PATIENT = "OKAFOR, Ada"
ROOT = Path(__file__).parents[3]


def test_0_done(treadway, assessed):
    assert treadway("case list").code == 0


class TestOneTheAnswerIsNo:
    def test_a_refused_move(self, treadway, assessed):
        assert treadway("case move 1001 augment --on 2024-01-09").code == 1

    def test_an_undecided_question(self, treadway, assessed):
        assert treadway("case ask 1002 start_ssri --on 2024-01-09").code == 1

    def test_impossible_evidence(self, treadway, assessed):
        assert treadway("case record 1001 phq9 total=300 item9=0").code == 1

    def test_a_definition_with_findings(self, treadway, home):
        (home / "bad.yaml").write_text("algorithm: bad\nverison: 1\n")
        result = treadway("check bad.yaml")
        assert result.code == 1
        assert "bad.yaml:2:1: error[unknown-key]" in result.out


class TestTwoWrongUsage:
    @pytest.mark.parametrize("command", ["", "case"])
    def test_no_command_shows_the_help(self, treadway, home, command):
        result = treadway(*command.split())
        assert result.code == 2
        assert "Examples:" in result.err

    def test_an_unknown_command(self, treadway, home):
        result = treadway("chek")
        assert result.code == 2
        assert "did you mean `treadway check`?" in result.err


class TestThreeNotFoundOrUnreadable:
    @pytest.mark.parametrize(
        "make",
        [
            pytest.param(lambda path: None, id="no-file"),
            pytest.param(lambda path: path.write_bytes(b"title: \xff\xfe"), id="not-utf-8"),
            pytest.param(lambda path: path.write_bytes(b"a: " + b"x" * 10_500_000), id="over-10-mb"),
            pytest.param(lambda path: path.mkdir(), id="a-folder-without-a-definition"),
        ],
    )
    def test_a_definition(self, treadway, home, make):
        make(home / "x.yaml")
        result = treadway("check x.yaml")
        assert result.code == 3
        assert result.err.startswith("error: ")

    def test_a_case(self, treadway, assessed):
        assert treadway("case show 4711").code == 3

    def test_a_file_that_is_no_database(self, treadway, home):
        (home / "notes.txt").write_text("Dear diary, " * 100)
        result = treadway("case list --database notes.txt")
        assert result.code == 3
        assert "no database" in result.err

    def test_a_database_that_is_not_there_is_not_verified(self, treadway, home):
        assert treadway("db verify --database missing.db").code == 3


def test_4_the_case_has_moved_on(treadway, assessed):
    assert treadway("case note 1001 mine --if-match 3 --on 2024-01-09").code == 4


def test_5_not_done_in_time(treadway, assessed, monkeypatch):
    monkeypatch.setattr("engine.store.database.BUSY_SECONDS", 0.1)
    holder = Store.open(str(assessed))
    with writing(holder.engine):
        result = treadway("case note 1001 mine --on 2024-01-09")
    holder.close()
    assert result.code == 5
    assert "locked" in result.err
    assert "nothing was stored" in result.err


class TestSixNotAllowed:
    def test_a_reader_reads_and_writes_nothing(self, treadway, assessed):
        assert treadway("case list --roles reader").code == 0
        result = treadway("case note 1001 mine --roles reader --on 2024-01-09")
        assert result.code == 6
        assert "care_manager, clinician, consultant" in result.err

    def test_a_care_manager_records_and_does_not_treat(self, treadway, assessed):
        """One table of rights: each thing in an entry asks for its own right."""
        assert treadway("case note 1001 called --roles care_manager --on 2024-01-09").code == 0
        result = treadway(
            "case start 1001 sertraline --dose-mg-per-day 50 --roles care_manager --on 2024-01-09"
        )
        assert result.code == 6
        assert "may not start, change and stop treatments" in result.err
        assert treadway("case move 1001 start_ssri --roles care_manager --on 2024-01-09").code == 6

    def test_an_author_reads_no_cases(self, treadway, assessed):
        assert treadway("case show 1001 --roles author").code == 6

    def test_no_role_at_all_is_denied(self, treadway, assessed):
        assert treadway("case", "list", "--roles", "").code == 6

    def test_a_role_that_does_not_exist_is_wrong_usage(self, treadway, assessed):
        assert treadway("case list --roles king").code == 2


class TestSeventyOurFault:
    @pytest.fixture
    def broken(self, monkeypatch):
        def fail(*_arguments, **_options):
            raise RuntimeError(f"PHQ-9 of {PATIENT} is 17")

        monkeypatch.setattr("engine.service.list_cases", fail)

    def test_it_gives_a_reference_and_keeps_a_report(self, treadway, assessed, broken, tmp_path):
        result = treadway("case list")
        assert result.code == 70
        reference = result.err.partition("reference ")[2][:8]
        report = tmp_path / "xdg_state_home" / "treadway" / "errors" / f"{reference}.txt"
        text = report.read_text()
        assert reference in text
        assert "RuntimeError" in text
        assert "in list_" in text
        assert report.stat().st_mode & 0o077 == 0

    def test_the_report_quotes_nothing_of_a_patient(self, treadway, assessed, broken, tmp_path):
        """A message may quote a record; where it happened is enough to find the fault."""
        treadway("case list")
        for report in tmp_path.rglob("errors/*.txt"):
            assert PATIENT not in report.read_text()

    def test_it_is_told_when_no_report_can_be_kept(self, treadway, assessed, broken, tmp_path):
        (tmp_path / "xdg_state_home").write_text("a file where the folder should be")
        result = treadway("case list")
        assert result.code == 70
        assert "could not be written" in result.err

    def test_programs_get_the_reference_too(self, treadway, assessed, broken):
        error = treadway("case list --json").json["error"]
        assert error["exit"] == 70
        assert len(error["reference"]) == 8


class TestInterrupted:
    def test_130_says_what_was_kept(self, treadway, assessed, monkeypatch):
        def interrupt(*_arguments, **_options):
            raise KeyboardInterrupt

        monkeypatch.setattr("engine.service.list_cases", interrupt)
        result = treadway("case list")
        assert result.code == 130
        assert "What had been acknowledged is kept" in result.err

    def test_ctrl_c_ends_a_running_program_without_a_traceback(self, home):
        script = "from api.cli import main; main()"
        process = subprocess.Popen(
            [sys.executable, "-c", script, "demo", "--output", str(home / "demo")],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        deadline = time.monotonic() + 30
        while not (home / "demo" / "demo-cases.db").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 130
        assert "Traceback" not in errors


def test_a_reader_that_leaves_early_is_no_error(assessed):
    """`treadway case history 1001 | head -1` ends quietly."""
    script = "import sys\nfrom api.cli.run import run\nsys.exit(int(run(['case', 'history', '1001'])))"
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 0
    assert "Traceback" not in errors
    assert "Broken" not in errors


def test_the_codes_are_those_of_the_manual():
    assert {code.name: int(code) for code in exits.Code} == {
        "DONE": 0, "NO": 1, "USAGE": 2, "NOT_FOUND": 3, "CONFLICT": 4, "NOT_IN_TIME": 5, "DENIED": 6,
        "OUR_FAULT": 70, "INTERRUPTED": 130,
    }  # fmt: skip
