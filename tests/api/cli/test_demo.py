"""The demo: fifteen patients, every answer explained, one trail drawn."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.store.store import Store
from engine.store.verify import verify

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Shown:
    """What one run of the demo left behind."""

    out: str
    err: str
    folder: Path


def _run(folder: Path, *more: str) -> Shown:
    done = subprocess.run(
        [sys.executable, "-c", "from api.cli import main; main()", "demo", "--output", str(folder), *more],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert done.returncode == 0, done.stderr
    return Shown(done.stdout, done.stderr, folder)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """The demo, run once into a folder with a space in its name."""
    return _run(tmp_path_factory.mktemp("demo") / "the demo")


def test_it_walks_fifteen_patients_with_evidence_and_reasons(demo):
    patients = re.findall(r"^ ?(\d+)  .+\((?:woman|man), \d+y, case (\d+)\)$", demo.out, re.MULTILINE)
    assert [number for number, _ in patients] == [str(n) for n in range(1, 16)]
    assert [case for _, case in patients] == [str(1000 + n) for n in range(1, 16)]
    assert demo.out.count("recorded  ") >= 15
    assert re.search(r"15 patients, \d+ entries, \d+ answers explained\.", demo.out)


def test_each_of_the_verdicts_is_met(demo):
    for word in ("Ready: ", "Not yet: ", "Blocked: ", "Not offered: "):
        assert f"  {word}" in demo.out
    assert "STOP Suicide risk: moves are frozen" in demo.out


def test_no_word_of_a_program_is_shown(demo):
    assert not re.search(r"\b(None|null|NaN|True|False)\b|\{|<class", demo.out)


def test_it_draws_the_algorithm_and_one_trail(demo):
    assert {path.name for path in demo.folder.glob("*.svg")} == {"stepwise-depression.svg", "patient-11.svg"}
    assert "Now here" in (demo.folder / "patient-11.svg").read_text()
    assert (demo.folder / "patient-11.png").read_bytes().startswith(b"\x89PNG")


def test_its_cases_are_kept_whole_and_the_next_command_shows_one(demo, treadway):
    command = demo.err.rpartition("Next: treadway ")[2].strip()
    before, _, database = command.partition(" --database ")
    shown = treadway(*before.split(), "--database", database.strip("'"))
    assert shown.code == 0
    assert "S5 TMS" in shown.out
    store = Store.open(str(demo.folder / "demo-cases.db"))
    found = verify(store.engine, "local")
    store.close()
    assert (found.cases, found.broken) == (15, ())


def test_run_again_it_tells_the_same_to_programs_too(demo):
    again = _run(demo.folder, "--json")
    told = json.loads(again.out)
    assert len(told["patients"]) == 15
    decisions = [
        d for patient in told["patients"] for entry in patient["entries"] for d in entry["decisions"]
    ]
    assert f"{len(decisions)} answers explained" in demo.out
    assert all(decision["reasons"] or decision["status"] == "permitted" for decision in decisions)


def test_a_place_that_cannot_be_written_is_said(treadway, home):
    (home / "file").write_text("x")
    result = treadway("demo --output file/demo")
    assert result.code == 3
    assert result.err.startswith("error: ")
