"""A counterexample is a story the runtime confirms, and a scenario that fails until something is mended."""

from dataclasses import replace

import pytest

from engine.definition.scenarios import read_scenario_text, run_scenario
from engine.model.algorithm import Claim
from engine.proof.proving import Prover
from engine.proof.reading import read_claims
from engine.proof.story import tell
from tests.support.algorithms import shipped_algorithm

CLAIMS = {
    "start-at-any-score": {"never": {"move": "start_ssri"}, "given": "phq9.total >= 20"},
    "bypass-needs-psychosis": {
        "entering": "ect",
        "by": {"kind": "bypass"},
        "implies": "mental_state.psychosis",
    },
    "citalopram-from-59": {
        "dose": {"option": "citalopram", "at_most": "20", "given": "patient.age_years > 59"}
    },
    "psychotherapy-after-a-trial": {"before_first": "psychotherapy", "was": "episode.trials >= 1"},
}


@pytest.mark.parametrize("name", CLAIMS)
def test_the_story_ends_as_the_solver_said_and_its_scenario_fails(name):
    algorithm = shipped_algorithm("stepwise-depression")
    claimed = replace(algorithm, claims={name: Claim(name, name, CLAIMS[name])})
    answer = Prover(algorithm).prove(read_claims(claimed).claims[0])

    told = tell(algorithm, answer)

    assert told.replayed, told.lines
    assert told.scenario is not None
    read = read_scenario_text(told.scenario, "story.yaml", algorithm)
    assert read.scenario is not None, read.findings
    result = run_scenario(algorithm, read.scenario)
    assert not result.passed
    assert [failure.key for failure in result.failures if failure.key == "entry"] == []
