"""No text breaks the reader: it is a criterion, or problems with places, within a second."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.criteria import Checked, check, compile_criterion, parse, write
from engine.criteria.english import sentence
from engine.criteria.export import cql_library
from tests.conformance.expressions import NAMES, Expressions

SPOKEN = """
and or xor implies not in is null true false if then else case when end between exists duration difference
weeks months days hour Interval Coalesce Min Max Count Exists IsNull Today ( ) [ ] { } , . = != ~ < <= > >=
+ - * / 0 1 2.5 0.123456789 99999999999 'partial' 'x' \" ' "t" @2026-02-28 @2026-02-30 'mg' // /* */ \\
psychosis score.now trial.outcome trial.started_on washout failures nowhere é ≥ \x00
"""
WORDS = SPOKEN.split()
seeds = st.integers(0, 2**32 - 1)


def answered(text: str) -> None:
    """Read the text as everyone does, and hold every problem against it."""
    began = time.process_time()
    found = check(text, NAMES)
    if isinstance(found, Checked):
        criterion = compile_criterion(text, NAMES)
        assert criterion.text == text
        assert parse(write(parse(text))) == parse(text)
        assert sentence(text, NAMES)
        assert cql_library("any", "1", NAMES, {"text": text})
    else:
        assert found
        for problem in found:
            assert 0 <= problem.start <= problem.end <= len(text)
            assert problem.line >= 1
            assert problem.column >= 1
            assert problem.message
            assert problem.caret(text)
            assert "Traceback" not in problem.message
    assert time.process_time() - began < 2  # about a tenth of that is used; a busy machine is no defect


@settings(max_examples=300)
@given(text=st.text(max_size=200))
def test_any_text_is_answered(text: str):
    """Letters of every alphabet, control characters, quotes."""
    answered(text)


@settings(max_examples=300)
@given(words=st.lists(st.sampled_from(WORDS), max_size=30))
def test_words_of_the_language_in_any_order_are_answered(words: list[str]):
    """Nearly criteria: the reader gets further than with letters."""
    answered(" ".join(words))


@settings(max_examples=60)
@given(seed=seeds)
def test_a_damaged_criterion_is_answered(seed: int):
    """A piece cut out, doubled or put elsewhere, as happens while someone types."""
    r = random.Random(seed)
    text = Expressions(r).any()
    for _ in range(10):
        a, b = sorted((r.randint(0, len(text)), r.randint(0, len(text))))
        damage = r.choice(
            (
                text[:a] + text[b:],
                text[:b] + text[a:],
                text[:a] + r.choice(WORDS) + text[a:],
                text[a:b] + text[:a] + text[b:],
                text[:a],
            )
        )
        answered(damage)


@pytest.mark.slow
@settings(max_examples=30)
@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), times=st.integers(50, 4_000))
def test_long_texts_are_answered_within_a_second(words: list[str], times: int):
    """Ten thousand characters of one pattern."""
    answered((" ".join(words) * times)[:10_000])


@pytest.mark.long
@given(text=st.text() | st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join))
def test_any_text_is_answered_long(text: str):
    """The same, for as many as the long profile asks."""
    answered(text[:10_000])
