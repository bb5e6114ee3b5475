"""Each form of claim: a true one is proved, another is not, one that says nothing is vacuous."""

from dataclasses import replace

import pytest

from engine.model.algorithm import Claim
from engine.proof.answers import Verdict
from engine.proof.proving import Prover
from engine.proof.reading import read_claims
from tests.support.algorithms import shipped_algorithm

NAME = "stepwise-depression"
RECORDED = {"assuming": ["gates pass", "requirements recorded", "no safety stop"]}
CLAIMS = [
    ("reachable-not", {"reachable": "discharged"}, "proved"),
    ("final", {"final": "discharged"}, "proved"),
    ("final-not", {"final": "remission"}, "not true"),
    ("can-reach", {"can_reach": {"from": "ssri", "to": "ect"}}, "proved"),
    (
        "paths",
        {
            "paths": {
                "from": "diagnosis_check",
                "to": "ect",
                "cross": {"any": [{"gate": "reappraisal"}, {"kind": "bypass"}]},
            }
        },
        "proved",
    ),
    (
        "paths-round",
        {"paths": {"from": "diagnosis_check", "to": "ect", "cross": {"gate": "reappraisal"}}},
        "not true",
    ),
    ("before-first", {"before_first": "augmentation", "was": {"any": ["ssri", "snri"]}}, "proved"),
    ("before-first-not", {"before_first": "ect", "was": "augmentation"}, "not true"),
    (
        "before-first-criterion-not",
        {"before_first": "psychotherapy", "was": "episode.trials >= 1"},
        "not true",
    ),
    ("moves-without", {"moves": "bypass_to_ect", "pass_none": "true"}, "proved"),
    ("moves-without-not", {"moves": "augment", "pass_none": "true"}, "not true"),
    ("moves-not", {"moves": {"kind": "bypass"}, "pass": "reappraisal"}, "not true"),
    ("frozen-not", {"frozen_by": {"moves": {"kind": "escalate"}, "none": "true"}}, "not true"),
    ("gap-not", {"gap": {"in": {"kind": "treatment"}, "do": "phq9", "at_most": "1 week"}}, "not true"),
    ("gap-none", {"gap": {"in": "ssri", "do": "tsh", "at_most": "6 months"}}, "not true"),
    ("entering-not", {"entering": "ect", "implies": "trd"}, "not true"),
    (
        "entering-unknown-is-not-enough",
        {"entering": "augmentation", "implies": "not taking.lithium"},
        "not true",
    ),
    (
        "entering-by",
        {"entering": "ect", "by": {"kind": "escalate"}, "implies": "trd and second_opinion.agrees"},
        "proved",
    ),
    (
        "entering-never",
        {"entering": "diagnosis_check", "except": {"kind": "return"}, "implies": "trd"},
        "vacuous",
    ),
    (
        "entering-move",
        {"entering": "ect", "implies": "move.to = 'ect' and move.kind in {'bypass', 'escalate', 'return'}"},
        "proved",
    ),
    ("never-move-not", {"never": {"move": "bypass_to_ect"}, "given": "trd"}, "not true"),
    ("never-vacuous", {"never": {"move": "augment"}, "given": "patient.age_years < 0"}, "vacuous"),
    ("never-start", {"never": {"start": "paroxetine"}, "given": "taking.phenelzine"}, "proved"),
    ("never-start-not", {"never": {"start": "sertraline"}, "given": "taking.cbt"}, "not true"),
    (
        "dose",
        {"dose": {"option": "citalopram", "at_most": "40", "given": "patient.age_years >= 18"}},
        "proved",
    ),
    (
        "dose-not",
        {"dose": {"option": "citalopram", "at_most": "20", "given": "patient.age_years > 59"}},
        "not true",
    ),
    ("unknown-keeps-not", {"unknown_keeps": {"facts": ["ecg"], "closed": {"kind": "start"}}}, "not true"),
    ("unknown-never-refuses", {"unknown_never_refuses": {"kind": "escalate"}}, "proved"),
    ("never-both-not", {"never_both": ["response", "improved"]}, "not true"),
    ("exactly-one-not", {"exactly_one": ["response", "partial_response", "no_response"]}, "not true"),
    ("at-most-one-not", {"at_most_one": ["augment", "go_to_psychotherapy"]}, "not true"),
    (
        "some-move-not",
        {"some_move": {"kind": "augment"}, "in": "ssri", "given": "adequate_trial", **RECORDED},
        "not true",
    ),
    ("some-move-elsewhere", {"some_move": "augment", "in": "ect"}, "not true"),
    (
        "some-option-not",
        {"some_option": "open", "in": "ssri", "given": "patient.age_years >= 18"},
        "not true",
    ),
    (
        "monotone-not",
        {"monotone": {"move": "change_to_ssri", "in": "episode.adequate_failures", "up": "true"}},
        "not true",
    ),
    (
        "monotone-down",
        {"monotone": {"move": "change_to_ssri", "in": "episode.adequate_failures", "up": "false"}},
        "proved",
    ),
    (
        "monotone-nothing",
        {"monotone": {"move": "exit_bipolar", "in": "episode.adequate_failures", "up": "true"}},
        "vacuous",
    ),
    ("always", {"always": "step.kind = 'treatment'", "in": "ssri"}, "proved"),
    (
        "always-of-trials",
        {"always": "trial.weeks_at_minimum_dose <= trial.weeks", "in": {"kind": "treatment"}},
        "proved",
    ),
    ("always-not", {"always": "score.now < 10", "in": "remission"}, "not true"),
    ("keeps", {"fact": "episode.trials", "never": "decreases", "within": "episode"}, "proved"),
    ("keeps-across-episodes", {"fact": "episode.trials", "never": "decreases"}, "not true"),
    (
        "keeps-running",
        {"fact": "episode.adequate_failures", "never": "decreases", "within": "episode"},
        "not decided",
    ),
    ("keeps-nothing-known", {"fact": "score.now", "never": "decreases", "within": "episode"}, "not decided"),
    ("at-most-once", {"at_most_times": {"enter": "discharged", "n": "1", "within": "episode"}}, "proved"),
    (
        "at-most-loop",
        {"at_most_times": {"enter": "augmentation", "n": "3", "within": "episode"}},
        "not decided",
    ),
    ("within", {"within": {"from": "entry of ssri", "possible": "augment", "at_most": "12 weeks"}}, "proved"),
    (
        "within-not",
        {"within": {"from": "entry of remission", "possible": "discharge", "at_most": "8 weeks"}},
        "not true",
    ),
]


@pytest.fixture(scope="module")
def prover():
    return Prover(shipped_algorithm(NAME), timeout_ms=120_000)


@pytest.mark.parametrize(("body", "verdict"), [pytest.param(body, v, id=name) for name, body, v in CLAIMS])
def test_a_claim_gets_the_answer_that_is_true(prover, body, verdict):
    algorithm = replace(shipped_algorithm(NAME), claims={"c": Claim("c", "C", body)})
    read = read_claims(algorithm)
    assert read.findings == []

    answer = prover.prove(read.claims[0])

    assert answer.verdict.value == verdict, (answer.because, answer.bound)
    if answer.verdict is Verdict.NOT_TRUE:
        assert answer.because
    if answer.verdict is Verdict.NOT_DECIDED:
        assert answer.bound
