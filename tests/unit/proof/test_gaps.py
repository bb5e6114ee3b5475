"""Gaps and choices are those that enumeration finds, told as stories that the runtime confirms."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definition.loader import load_text
from engine.definition.scenarios import read_scenario_text, run_scenario
from engine.model.case import Patient
from engine.model.decision import Status
from engine.model.entry import Entry
from engine.proof.answers import Verdict
from engine.proof.gaps import choice_claims, gap_claims
from engine.proof.proving import Prover
from engine.proof.story import tell
from engine.proof.telling import walked
from engine.runtime.day import Day
from engine.runtime.moves import move_status
from engine.runtime.plan import plan_of
from tests.support.algorithms import shipped_algorithm

TEXT = """\
algorithm: example
version: "1.0.0"
title: Example
start: check
evidence:
  phq9:
    title: PHQ-9
    valid_for: 28 days
    fields: {{total: {{title: Total, type: integer, range: [0, 27], required: true}}}}
steps:
  check:
    kind: assessment
    moves:
      mild: {{kind: continue, to: watch, when: phq9.total < {below}}}
      severe: {{kind: continue, to: rest, when: phq9.total >= {least}}}
  watch: {{kind: maintenance, moves: {{leave: {{kind: exit, to: end}}}}}}
  rest: {{kind: maintenance, moves: {{go: {{kind: exit, to: end}}}}}}
  end: {{kind: end, result: left}}
"""
DAY = date(2026, 3, 2)


def totals(algorithm, status: Status) -> set[int]:
    """By the runtime: totals with which both moves have this answer."""
    plan = plan_of(algorithm)
    found = set()
    for total in range(28):
        entry = Entry(DAY, {"phq9": {"total": str(total)}})
        ((case, on),) = walked(plan, Patient(date(1986, 1, 15), "female"), (), [entry])
        moves = (algorithm.moves["mild"], algorithm.moves["severe"])
        if all(move_status(Day(plan, case, on), move) is status for move in moves):
            found.add(total)
    return found


@given(below=st.integers(1, 27), least=st.integers(1, 27))
@settings(max_examples=12, deadline=None)
def test_gaps_and_choices_are_those_of_every_score_tried_one_by_one(below, least):
    algorithm = load_text(TEXT.format(below=below, least=least), "example.yaml").usable()
    prover = Prover(algorithm)

    gap = prover.prove(gap_claims(algorithm)[0])
    (choice,) = (prover.prove(claim) for claim in choice_claims(algorithm))

    refused, permitted = totals(algorithm, Status.REFUSED), totals(algorithm, Status.PERMITTED)
    assert (gap.verdict is Verdict.NOT_TRUE) is bool(refused)
    assert (choice.verdict is Verdict.NOT_TRUE) is bool(permitted)
    for answer, values in ((gap, refused), (choice, permitted)):
        if answer.witness is not None:
            assert answer.witness.facts["phq9.total within 28 days"] in values
            assert tell(algorithm, answer).replayed


@pytest.fixture(scope="module")
def stepwise():
    return shipped_algorithm("stepwise-depression")


def test_after_an_adequate_trial_nobody_is_left_without_a_move(stepwise):
    prover = Prover(stepwise)
    answers = {answer.claim.id: answer for answer in map(prover.prove, gap_claims(stepwise))}

    gaps = {name for name, answer in answers.items() if answer.verdict is Verdict.NOT_TRUE}

    # Nobody need be treated who is not ill, and in remission the way on is to stay.
    assert gaps == {"gap-diagnosis_check", "gap-remission"}


def test_the_story_of_a_choice_ends_with_both_moves_permitted_and_fails_as_a_scenario(stepwise):
    (claim,) = (one for one in choice_claims(stepwise) if one.id == "choice-escalate_to_tms-escalate_to_ect")
    told = tell(stepwise, Prover(stepwise).prove(claim))

    assert told.replayed, told.lines
    assert [(part.text, part.value, part.decides) for part in told.parts[-1]] == [
        ("escalate_to_tms is permitted", True, True),
        ("escalate_to_ect is permitted", True, True),
    ]
    assert [part.here for part in told.parts[0]] == [False, False]
    assert told.scenario is not None
    scenario = read_scenario_text(told.scenario, "story.yaml", stepwise).scenario
    assert scenario is not None
    assert [failure.key for failure in run_scenario(stepwise, scenario).failures] == ["escalate_to_tms"]
