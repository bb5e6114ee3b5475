"""What was proved before, in the same process, changes no answer and no story."""

from dataclasses import replace

import z3

from engine.model.algorithm import Claim
from engine.proof.proving import Prover
from engine.proof.reading import read_claims
from engine.proof.story import tell
from tests.support.algorithms import shipped_algorithm
from tests.unit.proof.test_story import CLAIMS


def story() -> str | None:
    algorithm = shipped_algorithm("stepwise-depression")
    name = "bypass-needs-psychosis"
    claimed = replace(algorithm, claims={name: Claim(name, name, CLAIMS[name])})
    return tell(algorithm, Prover(algorithm).prove(read_claims(claimed).claims[0])).scenario


def test_terms_made_elsewhere_change_no_story():
    first = story()
    kept = [z3.Int(f"elsewhere_{number}") + number for number in range(2_000)]
    assert first is not None
    assert story() == first
    assert kept
