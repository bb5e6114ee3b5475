"""Criteria as terms of a solver: over all patients at once."""

import datetime as dt
from decimal import Decimal

import pytest
import z3

from engine.criteria import (
    BOOLEAN,
    DATE,
    STRING,
    TODAY,
    DecimalType,
    IntegerType,
    Name,
    Names,
    QuantityType,
    StringType,
    Value,
    compile_criterion,
)
from engine.criteria.solver import Encoding, UnsolvableError

NAMES = Names(
    (
        Name("phq9.total", IntegerType(0, 27)),
        Name("baseline", IntegerType(1, 27)),
        Name("tsh", DecimalType(2, Decimal(0), Decimal(100))),
        Name("well", BOOLEAN),
        Name("outcome", StringType(("none", "partial", "worsened"))),
        Name("note", STRING),
        Name("entered_on", DATE),
        Name("scored_on", DATE),
        Name("gap", QuantityType("d", 0, Decimal(0), Decimal(100))),
    )
)


def patient_for(*texts: str) -> dict[str, Value] | None:
    """A patient for whom every text is true, or None where there is none."""
    encoding = Encoding()
    solver = z3.Solver()
    criteria = [compile_criterion(text, NAMES) for text in texts]
    solver.add(*(encoding.truth(criterion.core).true for criterion in criteria))
    solver.add(*encoding.constraints)
    found = solver.check()
    assert found != z3.unknown
    if found == z3.unsat:
        return None
    patient = encoding.decode(solver.model())
    row = dict.fromkeys((name.name for name in NAMES.names), None) | {TODAY: dt.date(2026, 3, 1)} | patient
    for criterion in criteria:
        assert criterion.evaluate(row) is True, f"{criterion.text} is not true for {row}"
    return patient


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(("phq9.total > 27",), id="beyond-the-range"),
        pytest.param(("phq9.total >= 10", "phq9.total < 10"), id="both-ways"),
        pytest.param(("outcome = 'none'", "outcome in {'partial', 'worsened'}"), id="two-codes"),
        pytest.param(("outcome < 'none'",), id="below-the-first-code"),
        pytest.param(
            ("phq9.total <= 0.5 * baseline", "phq9.total > 0.75 * baseline"), id="response-and-none"
        ),
        pytest.param(
            ("scored_on < entered_on + 4 months", "months between entered_on and scored_on >= 4"),
            id="within-four-months-and-not",
        ),
        pytest.param(
            ("years between entered_on and scored_on = 1", "days between entered_on and scored_on < 300"),
            id="a-short-year",
        ),
        pytest.param(("well", "well is null"), id="known-and-not"),
        pytest.param(("entered_on + 14 days <= scored_on", "scored_on - 13 days < entered_on"), id="days"),
    ],
)
def test_what_no_patient_can_be(texts: tuple[str, ...]):
    """Over every value that the facts can have."""
    assert patient_for(*texts) is None


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(("phq9.total >= 10", "well is null"), id="unknown-is-a-value"),
        pytest.param(("outcome > 'none'", "not (outcome = 'worsened')"), id="a-code-between"),
        pytest.param(("note > 'a'", "note < 'b'"), id="a-text-between"),
        pytest.param(("tsh > 0.4", "tsh < 0.42"), id="a-decimal-at-its-places"),
        pytest.param(
            ("entered_on + 1 month = scored_on", "days between entered_on and scored_on = 28"), id="february"
        ),
        pytest.param(
            (
                "entered_on + 1 month = scored_on",
                "days between entered_on and scored_on < 29",
                "entered_on > @2030-01-01",
            ),
            id="clamped",
        ),
        pytest.param(("entered_on + gap = scored_on", "gap > 40 days", "entered_on = @2024-02-29"), id="gap"),
        pytest.param(
            (
                "difference in weeks between entered_on and scored_on = 1",
                "days between entered_on and scored_on = 1",
            ),
            id="over-a-sunday",
        ),
        pytest.param(("phq9.total / baseline = 0.5",), id="a-quotient"),
        pytest.param(("months between entered_on and Today() >= 6",), id="today"),
    ],
)
def test_a_patient_that_can_be_is_found_and_replayed(texts: tuple[str, ...]):
    """The story the solver tells is true in the closures too."""
    assert patient_for(*texts) is not None


def test_a_parameter_can_be_a_variable():
    """Without a constant it is a fact like others: a claim can be made for every value of it."""
    names = NAMES.extended((Name("entry_score", IntegerType(8, 15), kind="parameter"),))
    criterion = compile_criterion("phq9.total >= entry_score and phq9.total < 8", names)
    encoding = Encoding()
    solver = z3.Solver()
    solver.add(encoding.truth(criterion.core).true, *encoding.constraints)
    assert solver.check() == z3.unsat


def test_two_patients_can_be_held_apart():
    """Two encodings with prefixes: more failures never closes what was open."""
    criterion = compile_criterion("phq9.total >= 10 and not well", NAMES)
    one, other = Encoding("before "), Encoding("after ")
    before, after = one.truth(criterion.core), other.truth(criterion.core)
    solver = z3.Solver()
    for name, (pair, type) in one.variables.items():
        same = other.fact(name, type)
        solver.add(pair.known, same.known)
        solver.add(same.term >= pair.term if name == "phq9.total" else same.term == pair.term)
    solver.add(before.true, z3.Not(after.true), *one.constraints, *other.constraints)
    assert solver.check() == z3.unsat


def test_a_condition_is_true_or_false_or_neither():
    """The two formulas never hold together, and with every fact unknown neither does."""
    criterion = compile_criterion("phq9.total >= 10 and (well or outcome = 'none')", NAMES)
    encoding = Encoding()
    truth = encoding.truth(criterion.core)
    solver = z3.Solver()
    solver.add(*encoding.constraints)
    assert solver.check(z3.And(truth.true, truth.false)) == z3.unsat
    unknown = [z3.Not(pair.known) for pair, _ in encoding.variables.values()]
    assert solver.check(*unknown, z3.Or(truth.true, truth.false)) == z3.unsat


def test_loose_texts_without_codes_are_refused():
    """No formula folds letters."""
    criterion = compile_criterion("note ~ 'a'", NAMES)
    with pytest.raises(UnsolvableError, match="write `=`"):
        Encoding().truth(criterion.core)
