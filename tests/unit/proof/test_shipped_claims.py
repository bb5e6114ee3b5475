"""What the shipped algorithms claim is true of every patient."""

import pytest

from engine.definition.loader import load_shipped
from engine.proof.answers import Verdict
from engine.proof.proving import prove_all
from engine.proof.reading import read_claims
from tests.support.algorithms import shipped_algorithm

NAMES = ("stepwise-depression", "star-d", "nice-ng222")


@pytest.mark.parametrize("name", NAMES)
def test_every_claim_of_a_shipped_algorithm_is_read_without_a_finding(name):
    loaded = load_shipped(name)
    assert loaded.algorithm is not None

    read = read_claims(loaded.algorithm, loaded.sources)

    assert read.findings == []
    assert [claim.id for claim in read.claims] == list(loaded.algorithm.claims)


@pytest.mark.parametrize("name", NAMES)
def test_every_claim_of_a_shipped_algorithm_is_proved_and_none_says_nothing(name):
    answers = list(prove_all(shipped_algorithm(name), timeout_ms=120_000))

    assert {
        a.claim.id: (a.verdict.value, a.because) for a in answers if a.verdict is not Verdict.PROVED
    } == {}
    assert all(answer.rests_on for answer in answers)
