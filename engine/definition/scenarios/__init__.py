"""Scenarios: stories of invented patients with expected answers, the author's tests of an algorithm."""

from engine.definition.scenarios.coverage import Coverage, Share, Unseen
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
    "Coverage",
    "Expectation",
    "Expected",
    "Failure",
    "Scenario",
    "ScenarioRead",
    "ScenarioResult",
    "Share",
    "StoryEntry",
    "Unseen",
    "draft_scenario",
    "read_scenario",
    "read_scenario_text",
    "run_scenario",
    "scenarios_in",
]
