"""What induction takes for granted holds on every story told: settled failures and trials never fall."""

import pytest

from engine.runtime import plan_of
from engine.runtime import trials as judge
from engine.runtime.day import Day
from tests.support.algorithms import shipped_algorithm
from tests.support.stories import scenario_files, scenario_of
from tests.support.walks import opened


def counts(day: Day) -> tuple[int, int]:
    """Sure failures of settled trials of the episode, and its trials."""
    settled = [t for t, failed in judge.failures(day, lifetime=False) if failed and t.settled_on is not None]
    return len(settled), int(str(day.facts["episode.trials"]))


@pytest.mark.parametrize("name", ["stepwise-depression", "star-d", "nice-ng222"])
def test_settled_failures_and_trials_never_fall_within_an_episode(name):
    algorithm = shipped_algorithm(name)
    plan = plan_of(algorithm)
    looked_at = 0
    for file in scenario_files(name):
        scenario = scenario_of(name, file.name)
        entries = [part.entry for part in scenario.story]
        corrected = any(entry.retract for entry in entries)
        late = [entry.on for entry in entries] != sorted(entry.on for entry in entries)
        if corrected or late:
            continue
        walk = opened(algorithm, scenario.patient, entries[0].on, scenario.reported)
        before, episode = (0, 0), 0
        for entry in entries:
            walk.enter(entry)
            after = counts(Day(plan, walk.case, entry.on))
            if len(walk.case.episodes) == episode:
                assert after[0] >= before[0], (file.name, entry.on)
                assert after[1] >= before[1], (file.name, entry.on)
                looked_at += 1
            before, episode = after, len(walk.case.episodes)
    assert looked_at > 30
