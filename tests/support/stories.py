"""Stories of the shipped scenario files as walks, from which random walks may go on."""

from functools import lru_cache
from pathlib import Path

from engine.definition.scenarios import read_scenario
from engine.definition.scenarios.story import Scenario
from engine.model.algorithm import Algorithm
from tests.support.algorithms import shipped_algorithm
from tests.support.walks import Walk, opened

ALGORITHMS = Path(__file__).parents[2] / "algorithms"


@lru_cache
def scenario_files(name: str) -> tuple[Path, ...]:
    """Scenario files of a shipped algorithm, in order."""
    return tuple(sorted((ALGORITHMS / name / "scenarios").glob("*.yaml")))


@lru_cache
def scenario_of(name: str, file: str) -> Scenario:
    """One scenario; a finding in it fails the test that asks."""
    read = read_scenario(ALGORITHMS / name / "scenarios" / file, shipped_algorithm(name))
    assert read.scenario is not None, read.findings
    return read.scenario


def story_of(algorithm: Algorithm, file: str, entries: int | None = None) -> Walk:
    """The walk of a scenario, to its end or over its first entries."""
    scenario = scenario_of(algorithm.id, file)
    first = scenario.story[0].entry.on
    walk = opened(algorithm, scenario.patient, first, scenario.reported)
    for part in scenario.story[:entries]:
        walk.enter(part.entry)
    return walk
