"""`treadway prove`: stories of patients, gaps, and what a user may do wrong or interrupt."""

import re
import signal
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest

from engine.definition.loader import shipped_root

ROOT = Path(__file__).parents[3]
CLAIM = "entry-as-in-the-trial"
OLD, NEW = "hamd17.total >= entry_score_hamd17,", "hamd17.total >= entry_score_hamd17 - 1,"


@pytest.fixture
def mine(home):
    """STAR*D as somebody miswrote it: a HAM-D17 of 13 is enough to begin."""
    for name in ("library", "star-d"):
        copytree(shipped_root() / name, home / name)
    file = home / "star-d/algorithm.yaml"
    text = file.read_text("utf-8")
    assert OLD in text
    file.write_text(text.replace(OLD, NEW), "utf-8")
    return home / "star-d"


def test_a_story_shows_each_part_of_the_claim_at_each_visit_and_what_decides(treadway, mine):
    told = treadway("prove", str(mine), "--claim", CLAIM, "--json").json["claims"][0]

    assert told["verdict"] == "not true"
    assert told["places"] == ["star-d/algorithm.yaml:227:7"]
    asked, implied = told["story"]["parts"]
    assert asked == {"text": "start_level_1 is permitted", "at_each_visit": ["yes"], "decides": False}
    assert (implied["at_each_visit"], implied["decides"]) == (["no"], True)


def test_stories_are_saved_to_run_and_drawn(treadway, mine, home):
    result = treadway("prove", str(mine), "--claim", CLAIM, "--save", "stories", "--draw", "pictures")

    assert result.code == 1
    assert re.search(r"\n  start_level_1 is permitted +yes\n", result.out)
    assert result.out.count("[no]") == 1
    assert "Division is taken as exact" in result.out
    assert "<svg" in (home / f"pictures/counterexample-{CLAIM}.svg").read_text("utf-8")
    assert treadway("test", str(mine), "--scenarios", "stories").code == 1
    file = mine / "algorithm.yaml"
    file.write_text(file.read_text("utf-8").replace(NEW, OLD), "utf-8")
    assert treadway("test", str(mine), "--scenarios", "stories").code == 0


def test_gaps_are_looked_for_step_by_step(treadway):
    told = treadway("prove star-d --gaps --json").json

    assert told["format"] == "treadway.gaps/1"
    assert {one["step"]: one["gap"] for one in told["gaps"]} == {
        "entry": True, "level_1": False, "level_2_switch": False, "level_2_augment": False, "level_2a": False,
        "level_3_switch": False, "level_3_augment": False, "level_4": False, "follow_up": True,
    }  # fmt: skip
    assert told["findings"] == []


def test_what_was_not_looked_at_in_time_is_not_decided(treadway):
    result = treadway("prove star-d --gaps --timeout 0.01")

    assert result.code == 5
    assert "not decided  level_1" in result.out


def test_gaps_ask_their_own_questions(treadway):
    result = treadway("prove star-d --gaps --claim nobody-stuck")

    assert result.code == 2
    assert "leave out --claim and --refines" in result.err


def test_a_claim_that_is_not_there_is_said_with_its_near_names(treadway):
    result = treadway("prove star-d --claim entry-as-in-trial")

    assert result.code != 0
    assert CLAIM in result.err


def test_ctrl_c_ends_a_proof_and_its_process(home):
    script = "from api.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", script, "prove", "stepwise-depression"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline().startswith("proved")
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)

    assert process.returncode == 130
    assert "Traceback" not in errors
    assert found
    assert not any(_runs(int(number)) for number in found)


def _runs(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
