"""Libraries that hold steps, moves, checkpoints, claims and the rule of trials."""

from pathlib import Path

import pytest

from engine.definition.loader import Loaded, load_text

OWN = """\
algorithm: example
version: "1.0.0"
title: Example
use: [pathways/ending]
start: check
steps:
  check: {kind: assessment, checkpoints: [first_week]}
evidence:
  contact: {fields: {made: {type: boolean}}}
"""
ENDING = """\
library: pathways/ending
version: "1.0.0"
title: Ending
checkpoints:
  first_week: {after: entry, at: 1 week, do: [contact], unverified: true}
steps:
  ended: {kind: end, result: left}
moves:
  leave: {kind: exit, from: every, to: ended}
claims:
  ends-are-final: {final: {kind: end}}
"""


@pytest.fixture
def loaded(tmp_path: Path):
    def made(own: str = OWN, ending: str = ENDING) -> Loaded:
        (tmp_path / "pathways").mkdir(exist_ok=True)
        (tmp_path / "pathways/ending.yaml").write_text(ending, "utf-8")
        return load_text(own, "algorithm.yaml", [tmp_path])

    return made


def test_an_algorithm_takes_steps_moves_checkpoints_and_claims_from_a_library(loaded):
    algorithm = loaded().usable()
    assert list(algorithm.steps) == ["check", "ended"]
    assert algorithm.moves["leave"].sources == ("check",)
    assert algorithm.steps["check"].checkpoints[0].do == ("contact",)
    assert "ends-are-final" in algorithm.claims


def test_the_step_where_cases_start_comes_first_wherever_it_is_written(loaded):
    step = "  check: {kind: assessment, checkpoints: [first_week]}\n"
    own = OWN.replace(step, "  gone: {kind: end, result: referred}\n")
    own += "moves: {refer: {kind: exit, from: check, to: gone}}\n"
    algorithm = loaded(own, ENDING.replace("steps:\n", f"steps:\n{step}")).usable()
    assert list(algorithm.steps) == ["check", "gone", "ended"]


def test_a_move_of_a_library_must_lead_to_a_step_that_exists(loaded):
    found = loaded(ending=ENDING.replace("to: ended", "to: gone")).findings
    assert [one.code for one in found if one.severity.name == "ERROR"] == ["unknown-step"]
    assert found[0].place.file.endswith("pathways/ending.yaml")


def test_a_step_of_a_library_is_not_doubted_where_the_library_cannot_be_read(loaded):
    own = OWN + "moves: {go: {kind: exit, from: check, to: ended}}\n"
    found = loaded(own.replace("pathways/ending", "pathways/other")).findings
    assert "unknown-step" not in {one.code for one in found}


def test_what_two_files_say_of_trials_is_put_together_and_nothing_may_be_said_twice(loaded):
    trials = "trials: {counts: trial.kind = 'drug'}\n"
    own = OWN + "trials: {failed: trial.weeks > 4, unverified: true}\n"
    together = loaded(own, ENDING + trials)
    assert "duplicate-id" not in {one.code for one in together.findings}
    twice = loaded(own.replace("failed: trial.weeks > 4", "counts: trial.kind = 'drug'"), ENDING + trials)
    assert [(one.code, one.place.file) for one in twice.errors] == [("duplicate-id", "algorithm.yaml")]
