"""Why a criterion has its value, and what could decide it, told in facts."""

import datetime as dt

import pytest

from engine.criteria import compile_criterion
from engine.criteria.explain import explain, leaves
from tests.unit.criteria.tables import NAMES, facts


def sets(*names: str) -> tuple[frozenset[str], ...]:
    """Written as `a+b`."""
    return tuple(frozenset(one.split("+")) for one in names)


@pytest.mark.parametrize(
    ("text", "known", "because"),
    [
        pytest.param("bipolar and psychosis", {"bipolar": False}, ("bipolar",), id="one-no-is-enough"),
        pytest.param("bipolar or psychosis", {"psychosis": True}, ("psychosis",), id="one-yes-is-enough"),
        pytest.param(
            "bipolar or psychosis",
            {"bipolar": False, "psychosis": False},
            ("bipolar", "psychosis"),
            id="both-no",
        ),
        pytest.param(
            "phq9.total >= 10 and not bipolar",
            {"phq9_total": 12, "bipolar": False},
            ("phq9.total", "bipolar"),
            id="all-that-hold",
        ),
        pytest.param(
            "score.now <= score.baseline", {"score_now": 3}, ("score.baseline",), id="the-unknown-side"
        ),
        pytest.param(
            "trd and bipolar",
            {"episode_adequate_failures_at_least": 0, "episode_adequate_failures_at_most": 1},
            ("episode.adequate_failures",),
            id="a-count-by-its-name",
        ),
        pytest.param(
            "if bipolar then psychosis else phq9.total > 3",
            {"bipolar": False, "phq9_total": 5},
            ("bipolar", "phq9.total"),
            id="the-branch-taken",
        ),
        pytest.param("psychosis is null", {}, ("psychosis",), id="an-unknown-is-a-reason"),
        pytest.param("Coalesce(bipolar, psychosis)", {"bipolar": True}, ("bipolar",), id="the-first-known"),
    ],
)
def test_because(text: str, known: dict[str, int | bool], because: tuple[str, ...]):
    """The facts that make the result what it is, whatever all others are."""
    assert explain(compile_criterion(text, NAMES), facts(**known)).because == because


@pytest.mark.parametrize(
    ("text", "known", "confirm", "rule_out"),
    [
        pytest.param("bipolar", {}, sets("bipolar"), sets("bipolar"), id="the-fact-itself"),
        pytest.param(
            "bipolar and psychosis",
            {},
            sets("bipolar+psychosis"),
            sets("bipolar", "psychosis"),
            id="both-to-confirm-either-to-rule-out",
        ),
        pytest.param(
            "bipolar or psychosis",
            {"bipolar": False},
            sets("psychosis"),
            sets("psychosis"),
            id="only-the-unknown-one",
        ),
        pytest.param(
            "score.now <= 0.5 * score.baseline",
            {},
            sets("score.baseline+score.now"),
            sets("score.baseline+score.now"),
            id="both-sides-of-a-comparison",
        ),
        pytest.param(
            "trd and phq9.total >= 10",
            {"episode_adequate_failures_at_least": 1, "episode_adequate_failures_at_most": 3},
            sets("episode.adequate_failures+phq9.total"),
            sets("episode.adequate_failures", "phq9.total"),
            id="a-count-that-is-a-range",
        ),
        pytest.param(
            "bipolar implies psychosis",
            {},
            sets("bipolar", "psychosis"),
            sets("bipolar+psychosis"),
            id="implies",
        ),
        pytest.param(
            "bipolar xor psychosis",
            {},
            sets("bipolar+psychosis"),
            sets("bipolar+psychosis"),
            id="xor",
        ),
        pytest.param(
            "phq9.total / 0 > 3", {}, sets("phq9.total"), sets("phq9.total"), id="never-but-not-seen"
        ),
    ],
)
def test_what_could_decide_an_unknown(text, known, confirm, rule_out):
    """Smallest sets of unknown facts, the smallest first; for yes and for no apart."""
    found = explain(compile_criterion(text, NAMES), facts(**known))
    assert found.value is None
    assert found.confirm == confirm
    assert found.rule_out == rule_out


def test_a_solver_drops_sets_that_cannot_decide():
    """`score.now` can't be above 30 and below 5 at once, and nothing divides by nothing."""
    criterion = compile_criterion("score.now > 30 and score.now < 5", NAMES)
    assert explain(criterion, facts()).confirm == sets("score.now")
    exact = explain(criterion, facts(), exact=True)
    assert exact.confirm == ()
    assert exact.rule_out == sets("score.now")
    never = explain(compile_criterion("phq9.total / 0 > 3", NAMES), facts(), exact=True)
    assert never.confirm == never.rule_out == ()


def test_a_solver_keeps_to_the_range_of_a_fact():
    """A PHQ-9 total is at most 27, so no record of it can be more."""
    criterion = compile_criterion("phq9.total > 27 or bipolar", NAMES)
    assert explain(criterion, facts(), exact=True).confirm == sets("bipolar")


def test_a_criterion_that_is_no_condition_gives_its_facts():
    """A date that is unknown because its start is."""
    criterion = compile_criterion("trial.started_on + washout", NAMES)
    found = explain(criterion, facts(trial_started_on=dt.date(2026, 1, 1)))
    assert found.value is None
    assert found.because == ("washout",)
    assert found.confirm == found.rule_out == ()


def test_leaves_are_the_comparisons_with_their_words():
    """In order, also inside a define; one that stands twice is told once."""
    text = "phq9.total between 5 and 9 and (trd or not bipolar) and trd"
    found = leaves(compile_criterion(text, NAMES))
    assert [(leaf.text, leaf.origin.define) for leaf in found] == [
        ("phq9.total between 5 and 9", None),
        ("episode.adequate_failures >= 2", "trd"),
        ("bipolar", None),
    ]
    assert [leaf.facts for leaf in found] == [("phq9.total",), ("episode.adequate_failures",), ("bipolar",)]
    assert text[found[0].origin.start : found[0].origin.end] == found[0].text
    assert found[0].evaluate(facts(phq9_total=7)) is True
    assert found[2].evaluate(facts()) is None


def test_the_leaf_of_a_criterion_that_is_no_condition_is_the_whole():
    """A time that is asked for, for instance."""
    text = "weeks between trial.started_on and Today()"
    (leaf,) = leaves(compile_criterion(text, NAMES))
    assert leaf.text == text
    assert leaf.facts == ("Today()", "trial.started_on")
