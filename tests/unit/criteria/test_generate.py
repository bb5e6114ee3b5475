"""Code made from criteria: what it shares, and how it keeps within Python's own limits."""

import pytest

from engine.criteria import Value, compile_criterion
from engine.criteria.generate import compile_many
from tests.unit.criteria.tables import NAMES, facts


class Counting(dict[str, Value]):
    """Facts that remember how often each was read."""

    def __init__(self, row: dict[str, Value]) -> None:
        super().__init__(row)
        self.reads: list[str] = []

    def __getitem__(self, name: str) -> Value:
        self.reads.append(name)
        return super().__getitem__(name)


def test_a_fact_is_read_once_for_all_criteria():
    """Fifteen criteria over one score ask the mapping once."""
    criteria = [compile_criterion(f"phq9.total >= {limit} and not bipolar", NAMES) for limit in range(15)]
    row = Counting({"phq9.total": 7, "bipolar": False})
    assert compile_many(criteria)(row) == (*(True,) * 8, *(False,) * 7)
    assert sorted(row.reads) == ["bipolar", "phq9.total"]


def test_no_criteria_give_no_values():
    """A step without moves."""
    assert compile_many([])({}) == ()
    assert compile_many([], lazy=True)({}) == ()


@pytest.mark.parametrize("lazy", [False, True], ids=["eager", "lazy"])
def test_a_deep_criterion_stays_within_the_brackets_python_reads(lazy: bool):
    """Fifty levels, each with brackets of its own in the code."""
    text = "bipolar"
    for level in range(18):
        text = f"(not {text} or psychosis)" if level % 2 else f"({text} and phq9.total > {level % 5})"
    criterion = compile_criterion(text, NAMES)
    for row in (facts(), facts(bipolar=True, psychosis=False, phq9_total=9), facts(psychosis=True)):
        assert compile_many([criterion], lazy=lazy)(row) == (criterion.evaluate(row),)


@pytest.mark.parametrize("lazy", [False, True], ids=["eager", "lazy"])
def test_defines_used_over_and_over_do_not_blow_the_code_up(lazy: bool):
    """Each define uses the one before three times: 3^6 parts written out, 6 shared ones in the code."""
    defines = {"d0": "phq9.total > 3 and not bipolar"}
    defines |= {f"d{i}": f"(d{i - 1} or psychosis) and (d{i - 1} xor d{i - 1})" for i in range(1, 7)}
    names = NAMES.extended(defines=defines)
    criteria = [compile_criterion(f"d{i}", names) for i in range(7)]
    for row in (facts(), facts(phq9_total=9, bipolar=False), facts(phq9_total=9, psychosis=True)):
        assert compile_many(criteria, lazy=lazy)(row) == tuple(one.evaluate(row) for one in criteria)


def test_texts_and_names_cannot_become_code():
    """Quotes, backslashes and braces stand in the code as they stand in the text."""
    text = "trial.outcome ~ '\\' + open(\"x\") + \\\\ {facts} \\n'"
    criterion = compile_criterion(text, NAMES)
    assert compile_many([criterion])(facts(trial_outcome="none")) == (False,)


def test_division_in_code_rounds_as_the_closures_do():
    """Whole numbers at eight places, halves away from nothing, signs and all."""
    criterion = compile_criterion("(score.now - 30) / (score.baseline - 20) >= -0.33333333", NAMES)
    quotient = compile_criterion("(score.now - 30) / (score.baseline - 20)", NAMES)
    evaluate = compile_many([criterion, quotient])
    for now in range(61):
        for baseline in range(1, 61):
            row = facts(score_now=now, score_baseline=baseline)
            assert evaluate(row) == (criterion.evaluate(row), quotient.evaluate(row))
