"""What scenarios have seen of an algorithm."""

from pathlib import Path

import pytest

from engine.definition.loader import shipped
from engine.definition.scenarios import Coverage, read_scenario_text, run_scenario
from engine.definition.scenarios.reading import read_scenario, scenarios_in
from engine.definition.where import shipped_root
from tests.support.algorithms import shipped_algorithm

STORY = """
scenario: A score alone
algorithm: stepwise-depression
patient: {birth_date: 1981-03-02, sex: male}
story:
  - {on: 2024-01-12, record: {phq9: {total: 9, item9: 0}}, ask: start_ssri}
"""


@pytest.fixture
def seen() -> Coverage:
    algorithm = shipped_algorithm("stepwise-depression")
    read = read_scenario_text(STORY, "story.yaml", algorithm)
    assert read.scenario is not None
    coverage = Coverage(algorithm)
    run_scenario(algorithm, read.scenario, coverage)
    return coverage


def shares(coverage: Coverage) -> dict[tuple[str, str], tuple[int, int]]:
    return {(one.kind, one.way): (one.seen, one.total) for one in coverage.shares()}


def test_one_step_and_no_move_is_seen_by_a_score_alone(seen):
    found = shares(seen)
    assert found["step", "visited"] == (1, len(seen.algorithm.steps))
    assert found["move", "made"][0] == 0
    assert found["interrupt", "raised"][0] == 0


def test_a_criterion_counts_each_way_it_came_out(seen):
    ways = {one.way for one in seen.unseen() if one.name == "move start_ssri: phq9.total >= entry_score"}
    assert ways == {"true", "unknown"}


def test_moves_of_other_steps_are_not_seen(seen):
    unseen = {(one.name, one.way) for one in seen.unseen() if one.kind == "move"}
    assert ("augment", "refused") in unseen
    assert ("start_ssri", "refused") not in unseen


def test_history_is_never_asked_to_be_unknown(seen):
    unknown = [one.name for one in seen.unseen() if (one.kind, one.way) == ("criterion", "unknown")]
    assert not any("base.kind" in name for name in unknown)


@pytest.mark.long
@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_visit_every_step_and_make_every_move(name):
    algorithm = shipped_algorithm(name)
    coverage = Coverage(algorithm)
    for file in scenarios_in(Path(shipped_root()) / name):
        read = read_scenario(file, algorithm)
        assert read.scenario is not None
        run_scenario(algorithm, read.scenario, coverage)
    assert [one.name for one in coverage.unseen() if one.way in ("visited", "made")] == []
