"""`treadway criterion --cases`: what is reported of a file, and how the command ends."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

ROOT = Path(__file__).parents[3]
READINGS = ["closures", "generated", "generated-lazy", "polars", "sqlite", "z3"]

RIGHT = {"expression": "1 / 1", "expected": "1.0"}
WRONG = {"expression": "1 / 1", "expected": "1"}
OUTSIDE = {"expression": "Ln(1)", "expected": "0.0"}
REFUSED = {"expression": "0.33333333 * 3.0", "expected": "0.99999999"}
AS_ASKED = {"expression": "2147483648", "expected": "invalid", "invalid": "true"}


@pytest.fixture
def cases(home, monkeypatch):
    """Write these cases to `cases.jsonl`."""
    monkeypatch.delenv("TREADWAY_POSTGRES_URL", raising=False)

    def write(*lines: object) -> None:
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        (home / "cases.jsonl").write_text(text)

    return write


def ask(treadway, *more):
    return treadway("criterion", "--cases", "cases.jsonl", *more)


class TestEnd:
    def test_0_when_every_answer_is_right(self, treadway, cases):
        cases(RIGHT, AS_ASKED)
        assert ask(treadway).code == 0

    def test_0_when_a_column_reading_refuses_or_a_case_lies_outside(self, treadway, cases):
        cases(REFUSED, OUTSIDE)
        assert ask(treadway).code == 0

    def test_1_when_an_answer_is_wrong(self, treadway, cases):
        cases(RIGHT, WRONG)
        assert ask(treadway).code == 1

    def test_1_when_an_error_was_wanted_and_an_answer_came(self, treadway, cases):
        cases({"expression": "1 / 0", "invalid": True})
        assert ask(treadway).code == 1

    def test_1_when_one_reading_alone_is_wrong(self, treadway, cases, monkeypatch):
        def wrong(criteria, rows):
            return [[not criterion.evaluate(row) for row in rows] for criterion in criteria]

        monkeypatch.setattr("api.cli.criterion_cases.by_polars", wrong)
        cases({"expression": "1 = 1", "expected": "true"})

        told = ask(treadway, "--json")

        assert told.code == 1
        assert [(one["reading"], one["answer"]) for one in told.json["wrong"]] == [("polars", "false")]

    def test_3_when_a_line_is_no_case(self, treadway, cases):
        cases(RIGHT, "{", {"expected": "1"})
        result = ask(treadway)
        assert (result.code, result.out) == (3, "")
        assert "cases.jsonl:2: not JSON at column 2" in result.err
        assert "cases.jsonl:3: `expression` is missing" in result.err

    def test_3_when_there_is_no_file(self, treadway, cases):
        assert ask(treadway).code == 3

    @pytest.mark.parametrize(
        ("more", "told"),
        [
            (["1 = 1"], "a criterion was given beside --cases"),
            (["--why", "--facts", "x.json"], "--facts says nothing about --cases"),
            (["--today", "1"], "--today: `1` is not a date"),
            (["--postgres", "sqlite:///x.db"], "--postgres names no PostgreSQL server"),
        ],
    )
    def test_2_when_the_command_is_written_wrongly(self, treadway, cases, more, told):
        cases(RIGHT)
        result = ask(treadway, *more)
        assert result.code == 2
        assert told in result.err

    def test_2_when_there_is_neither_a_criterion_nor_a_file(self, treadway, home):
        assert "no criterion was given" in treadway("criterion").err
        assert treadway("criterion").code == 2

    def test_5_when_the_server_does_not_answer_and_its_password_is_not_told(self, treadway, cases):
        cases(RIGHT)
        result = ask(treadway, "--postgres", "postgresql://u:s3cret@127.0.0.1:1/x")
        assert result.code == 5
        assert "s3cret" not in result.out + result.err


class TestJson:
    def test_counts_by_reading(self, treadway, cases):
        cases(RIGHT, WRONG, OUTSIDE, REFUSED, AS_ASKED)

        told = ask(treadway, "--json").json

        assert told["format"] == "treadway.criterion-cases/1"
        counts = (told["cases"], told["asked"], told["outside"], told["refused_as_asked"])
        assert counts == (5, 3, 1, 1)
        assert list(told["readings"]) == READINGS
        assert told["readings"]["closures"] == {"passed": 2, "refused": 0, "wrong": 1}
        assert told["readings"]["sqlite"] == {"passed": 1, "refused": 1, "wrong": 1}
        assert list(told["not_run"]) == ["postgresql"]

    def test_counts_by_file_and_group(self, treadway, cases):
        cases(
            {**RIGHT, "file": "A.xml", "group": "Divide"},
            {**OUTSIDE, "file": "A.xml", "group": "Ln"},
            {**WRONG, "file": "B.xml"},
            RIGHT,
        )

        told = ask(treadway, "--json").json["files"]

        assert [(one["file"], one["cases"], one["outside"]) for one in told] == [
            ("A.xml", 2, 1),
            ("B.xml", 1, 0),
        ]
        assert [(one["group"], one["readings"]["z3"]["passed"]) for one in told[0]["groups"]] == [
            ("Divide", 1),
            ("Ln", 0),
        ]
        assert told[1]["readings"]["polars"]["wrong"] == 1

    def test_each_miss_is_placed(self, treadway, cases):
        cases(RIGHT, "", {**WRONG, "file": "F", "group": "G", "name": "N"})

        wrong = ask(treadway, "--json").json["wrong"]

        assert [one["reading"] for one in wrong] == READINGS
        first = wrong[0]
        assert (first["line"], first["file"], first["group"], first["name"]) == (3, "F", "G", "N")
        assert (first["expected"], first["answer"], first["lifted"]) == ("1", "1.0", False)

    def test_the_reason_of_what_lies_outside_has_a_place(self, treadway, cases):
        cases(OUTSIDE, AS_ASKED)

        told = ask(treadway, "--json").json

        assert told["outside_cases"][0]["problem"]["code"] == "function-unknown"
        assert told["refused_as_asked_cases"][0]["problem"]["code"] == "number-out-of-range"
        assert told["refused_as_asked_cases"][0]["problem"]["column"] == 1


class TestWords:
    def test_a_table_by_reading_with_what_was_not_run(self, treadway, cases):
        cases(RIGHT)
        lines = ask(treadway).out.splitlines()
        assert "closures               1        0      0" in lines
        assert any(line.startswith("postgresql      not run: no server was named") for line in lines)

    def test_a_table_by_file_where_files_are_named(self, treadway, cases):
        cases({**RIGHT, "file": "A.xml", "group": "Divide"})
        text = ask(treadway).out
        assert "passed, by file and group" in text
        assert "\nA.xml " in text
        assert "\n  Divide " in text
        cases(RIGHT)
        assert "by file" not in ask(treadway).out

    def test_misses_refusals_and_reasons_are_told_with_their_line(self, treadway, cases):
        cases(WRONG, OUTSIDE, REFUSED, {"expression": "1 / 0", "invalid": True})
        text = ask(treadway).out
        assert "line 1: `1 / 1` should give 1\n      1.0  by closures, generated" in text
        assert "line 4: `1 / 0` should be refused\n      null  by closures" in text
        assert "such as line 2: Ln(1)" in text
        assert "line 3: `0.33333333 * 3.0`" in text
        assert "by polars (facts), sqlite" in text

    def test_the_first_miss_is_offered_to_be_tried(self, treadway, cases):
        cases(WRONG)
        assert ask(treadway).err == "Next: treadway criterion '1 / 1' --why\n"
        cases({"expression": f"1{' ' * 9_000}= 1", "expected": "false"})
        assert ask(treadway).err == ""

    def test_no_more_than_a_screen_of_misses(self, treadway, cases):
        cases(*[WRONG] * 30)
        text = ask(treadway).out
        assert text.count("should give") == 20
        assert "and 10 more, which --json lists" in text


def test_today_is_an_argument(treadway, cases):
    cases({"expression": "Today() + 1 day", "expected": "@2024-02-29"})
    assert ask(treadway, "--today", "2024-02-28").code == 0


def test_progress_is_told_on_a_terminal_after_a_second_and_taken_away(cases, home):
    """The clock is moved instead of waited for."""
    cases(*[RIGHT] * 10)
    script = (
        "import sys, itertools, api.cli.output as o\n"
        "ticks = itertools.count()\n"
        "o.time.monotonic = lambda: float(next(ticks))\n"
        "from api.cli.run import run\nsys.exit(int(run(sys.argv[1:])))"
    )
    main, other = pty.openpty()
    command = [sys.executable, "-c", script, "criterion", "--cases", "cases.jsonl"]
    path = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=home, env=path, stdout=subprocess.DEVNULL, stderr=other, check=True)
    os.close(other)
    drawn = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:
            break
        if not part:
            break
        drawn += part
    os.close(main)
    assert b"Asking 10 cases [" in drawn
    assert b"of 70 z3" in drawn
    assert drawn.endswith(b"\r\033[K")


@pytest.mark.slow
@pytest.mark.postgres
class TestPostgres:
    def test_a_server_named_is_asked(self, treadway, cases, postgres_url: sa.URL, monkeypatch):
        cases(RIGHT, WRONG, REFUSED)
        url = postgres_url.set(drivername="postgresql").render_as_string(hide_password=False)

        told = ask(treadway, "--postgres", url, "--json").json

        assert told["readings"]["postgresql"] == {"passed": 2, "refused": 0, "wrong": 1}
        assert told["not_run"] == {}
        monkeypatch.setenv("TREADWAY_POSTGRES_URL", url)
        assert ask(treadway, "--json").json["readings"] == told["readings"]

    def test_nothing_of_the_database_is_touched(self, treadway, cases, postgres_database: sa.URL):
        """A table of whatever name stays, and none is added."""
        cases(RIGHT)
        engine = sa.create_engine(postgres_database)
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE treadway_facts_0 AS SELECT 1 AS kept"))
        before = sa.inspect(engine).get_table_names()

        url = postgres_database.render_as_string(hide_password=False)
        assert ask(treadway, "--postgres", url).code == 0

        assert sa.inspect(engine).get_table_names() == before
        with engine.connect() as connection:
            assert connection.execute(sa.text("SELECT kept FROM treadway_facts_0")).scalar_one() == 1
        engine.dispose()
