"""A proof runs in a process of its own: bounded in time and memory, kept by digest."""

from pathlib import Path

import pytest

from engine.definition.loader import load_text
from engine.proof.answers import Verdict
from engine.proof.keeping import kept
from engine.proof.running import prove, prove_refines
from engine.proof.stating import claims_of
from tests.support.algorithms import shipped_algorithm

SMALL = Path(__file__).parents[2] / "definitions/small/algorithm.yaml"


@pytest.fixture
def algorithm():
    return shipped_algorithm("star-d")


def test_an_answer_is_found_once_and_then_kept(algorithm, tmp_path):
    claims = claims_of(algorithm, "one-grade-of-response")

    first = list(prove(algorithm, claims, folder=tmp_path))

    assert [answer.verdict for answer in first] == [Verdict.PROVED]
    assert list(kept(tmp_path, algorithm)) == ["one-grade-of-response"]
    assert list(prove(algorithm, claims, folder=tmp_path, seconds=0.001)) == first


def test_a_kept_answer_points_at_the_lines_of_today(tmp_path):
    """A comment changes no digest, but moves the lines that an answer names."""
    text = SMALL.read_text("utf-8").replace(
        "claims:\n", "claims:\n  never-well: {entering: remission, implies: score.now < 0}\n"
    )
    for above in ("", "# One line more.\n"):
        algorithm = load_text(above + text, "small.yaml").usable()
        (answer,) = prove(algorithm, claims_of(algorithm, "never-well"), folder=tmp_path)
        assert answer.places == (algorithm.moves["enter_remission"].place,)


def test_what_is_not_answered_in_time_says_so_and_is_not_kept(algorithm, tmp_path):
    claims = claims_of(algorithm)

    answers = list(prove(algorithm, claims, seconds=0.01, folder=tmp_path))

    assert [answer.claim.id for answer in answers] == [claim.id for claim in claims]
    assert {answer.verdict for answer in answers} == {Verdict.NOT_DECIDED}
    assert "stopped at 0.01 s" in answers[0].bound
    assert kept(tmp_path, algorithm) == {}


def test_a_proof_that_would_take_all_memory_is_not_decided(algorithm):
    answers = list(prove(algorithm, claims_of(algorithm, "entry-as-in-the-trial"), memory_mb=60))

    assert [answer.verdict for answer in answers] == [Verdict.NOT_DECIDED]
    assert "memory" in answers[0].bound


def test_an_algorithm_permits_no_more_than_itself(algorithm):
    answers = list(prove_refines(algorithm, algorithm, seconds=300))

    assert {answer.claim.id for answer in answers} > algorithm.moves.keys()
    assert {answer.verdict for answer in answers} == {Verdict.PROVED}
