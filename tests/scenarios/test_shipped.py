"""The stories that come with the shipped algorithms: the authors' own tests of what they wrote."""

from pathlib import Path

import pytest

from engine.definition.loader import shipped
from engine.definition.scenarios import read_scenario, run_scenario, scenarios_in
from engine.definition.where import shipped_root
from tests.support.algorithms import shipped_algorithm

STORIES = [path for name in shipped() for path in scenarios_in(shipped_root() / name)]


@pytest.mark.parametrize("path", STORIES, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_a_shipped_story_ends_as_its_author_expects(path: Path):
    algorithm = shipped_algorithm(path.parents[1].name)
    read = read_scenario(path, algorithm)
    assert read.findings == ()
    assert read.scenario is not None
    failures = run_scenario(algorithm, read.scenario).failures
    assert [f"{one.place} {one.key}: expected {one.expected}, got {one.actual}" for one in failures] == []
