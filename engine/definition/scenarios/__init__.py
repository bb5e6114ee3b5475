"""Scenarios: stories of invented patients with expected answers, the author's tests of an algorithm."""

from engine.definition.scenarios.reading import (
    ScenarioRead,
    draft_scenario,
    read_scenario,
    read_scenario_text,
    scenarios_in,
)
from engine.definition.scenarios.running import run_scenario
from engine.definition.scenarios.story import (
    Expectation,
    Expected,
    Failure,
    Scenario,
    ScenarioResult,
    StoryEntry,
)

__all__ = [
    "Expectation",
    "Expected",
    "Failure",
    "Scenario",
    "ScenarioRead",
    "ScenarioResult",
    "StoryEntry",
    "draft_scenario",
    "read_scenario",
    "read_scenario_text",
    "run_scenario",
    "scenarios_in",
]
