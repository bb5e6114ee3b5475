"""`step-without-scenario`: a step that no scenario visits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from engine.definition.judging import note
from engine.model.algorithm import Algorithm
from engine.model.place import Finding

if TYPE_CHECKING:
    from engine.definition.scenarios.story import Scenario

CODE = "step-without-scenario"


def step_without_scenario(algorithm: Algorithm, scenarios: Iterable[Scenario]) -> Iterator[Finding]:
    """Each step that no scenario makes a move to. Whether the move was permitted, a test run tells."""
    moved = {entry.entry.move for scenario in scenarios for entry in scenario.story if entry.entry.move}
    targets = {algorithm.moves[name].target for name in moved if name in algorithm.moves}
    for step in algorithm.steps.values():
        if step.id != algorithm.start and step.id not in targets:
            yield note(
                CODE,
                step.place,
                f"no scenario visits step `{step.id}`",
                "nobody has tried what happens to a patient there",
                "write a scenario that makes a move to it; `treadway test --missing` begins one",
            )
