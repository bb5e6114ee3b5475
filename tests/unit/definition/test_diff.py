"""Two versions compared: every change is told, in words, with what it does to what is permitted."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definition.diff import Effect, Sign, compare
from engine.definition.loader import load, shipped
from engine.definition.where import shipped_root
from engine.model.algorithm import Algorithm
from tests.support.algorithms import shipped_algorithm

OWN = "stepwise-depression/algorithm.yaml"
GATE = "library/gates/reappraisal.yaml"
STOPS = "library/interrupts/depression.yaml"
DRUGS = "library/formulary/antidepressants.yaml"

EDITS = [
    pytest.param(
        (OWN, "tsh: 6 months", "tsh: 3 months"),
        ["~", "permits less", "Diagnosis check: to leave: Thyroid function: now in the last 3 months"],
        id="shorter-window",
    ),
    pytest.param(
        (OWN, "        substance_use: 3 months\n", ""),
        ["-", "permits more", "Diagnosis check: to leave: no longer needs Alcohol and drugs"],
        id="requirement-dropped",
    ),
    pytest.param(
        (OWN, "        - {class: SNRI}\n", "        - {class: SNRI, except: [venlafaxine]}\n"),
        ["-", "permits less", "SNRI or another class: no longer offers Venlafaxine"],
        id="option-dropped",
    ),
    pytest.param(
        (OWN, "- episode.adequate_failures >= 2\n", "- episode.adequate_failures >= 3\n"),
        [
            "~",
            "permits less",
            "at least 3 adequate trials did not work in this episode, was where at least 2",
        ],
        id="higher-bound",
    ),
    pytest.param(
        (OWN, "- episode.adequate_failures >= 2\n", "- episode.adequate_failures > 0\n"),
        ["~", "permits more", "Add a second medicine: now where"],
        id="lower-bound",
    ),
    pytest.param(
        (OWN, "    by: consultant\n    requires: {second_opinion", "    requires: {second_opinion"),
        ["~", "permits more", "Go on to ECT: now for everyone who may move cases, was for consultant"],
        id="for-everyone",
    ),
    pytest.param(
        (
            STOPS,
            ", mental_state.not_eating_or_drinking]}\n    actions",
            "]}\n    actions",
        ),
        ["-", "permits more", "raised: no longer where the patient does not eat or does not drink"],
        id="stop-raised-less-often",
    ),
    pytest.param(
        (DRUGS, "maximum: 40", "maximum: 60"),
        ["~", "permits more", "greatest dose now 60 mg a day, was 40 mg a day"],
        id="higher-dose",
    ),
    pytest.param(
        (GATE, "else: pseudo_dose", "else: pseudo_dose\n        overridable: false"),
        ["~", "permits less", "a clinician may no longer deviate"],
        id="no-deviation",
    ),
    pytest.param(
        (OWN, "value: 4, from: 4, to: 8", "value: 6, from: 4, to: 8"),
        ["~", "depends on the patient", "Weeks of it at the least dose or above: now 6, was 4"],
        id="parameter",
    ),
    pytest.param(
        (OWN, "at_weeks: [2, 4, 6, 8], do", "at_weeks: [2, 4], do"),
        ["+", "permits the same", "SSRI: now due: PHQ-9, 2 weeks and 4 weeks after the start"],
        id="checkpoint",
    ),
]


@pytest.fixture
def edited(tmp_path: Path):
    """The main algorithm with one edit in one of its files; None where it cannot be used then."""

    def made(file: str, old: str, new: str) -> Algorithm | None:
        for name in ("library", "stepwise-depression"):
            shutil.copytree(shipped_root() / name, tmp_path / name)
        text = (tmp_path / file).read_text("utf-8")
        assert old in text
        (tmp_path / file).write_text(text.replace(old, new, 1), "utf-8")
        return load(tmp_path / "stepwise-depression").algorithm

    return made


@pytest.mark.parametrize(("edit", "told"), EDITS)
def test_one_edit_is_told_as_what_it_means(edited, edit, told):
    algorithm = edited(*edit)
    changes = compare(shipped_algorithm("stepwise-depression"), algorithm)
    sign, effect, words = told
    assert [(str(one.sign), str(one.effect)) for one in changes if words in one.sentence] == [
        (sign, effect)
    ], [one.sentence for one in changes]


def test_a_parameter_names_the_moves_it_is_felt_by(edited):
    algorithm = edited(OWN, "value: 4, from: 4, to: 8", "value: 6, from: 4, to: 8")
    (change,) = compare(shipped_algorithm("stepwise-depression"), algorithm)
    assert "Switch to an SNRI or another class" in change.felt_by
    assert "Start an SSRI" not in change.felt_by
    assert change.after.line == change.before.line > 0


@pytest.mark.parametrize("name", shipped())
def test_an_algorithm_does_not_differ_from_itself(name):
    assert compare(shipped_algorithm(name), shipped_algorithm(name)) == ()


@settings(max_examples=15)
@given(st.sampled_from(shipped()), st.sampled_from(shipped()))
def test_what_came_one_way_went_the_other(one, other):
    there = compare(shipped_algorithm(one), shipped_algorithm(other))
    back = compare(shipped_algorithm(other), shipped_algorithm(one))
    came = {(change.kind, change.id) for change in there if change.words == f"new {change.kind}"}
    went = {(change.kind, change.id) for change in back if change.words == f"{change.kind} removed"}
    assert came == went
    assert all(change.sign is Sign.ADDED for change in there if (change.kind, change.id) in came)
    assert {Effect.NONE} >= {change.effect for change in there if change.kind == "claim"}
