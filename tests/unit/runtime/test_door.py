"""The door for evidence: what is possible comes in typed, the rest is refused with the field and the fix."""

from datetime import date
from decimal import Decimal

import pytest

from engine.model.errors import EvidenceError, UnknownNameError
from engine.runtime import plan_of, read_record
from tests.support.algorithms import shipped_algorithm

PLAN = plan_of(shipped_algorithm("stepwise-depression"))
TODAY = date(2026, 3, 2)
NINE = {f"item{n}": 2 for n in range(1, 10)}


def read(kind: str, **values: object) -> dict[str, object]:
    return dict(read_record(PLAN, kind, values, TODAY, TODAY))


def test_nine_items_give_the_total() -> None:
    """The total of a PHQ-9 is the sum of its nine items."""
    assert read("phq9", **NINE)["total"] == 18


@pytest.mark.parametrize(
    ("kind", "values", "field", "says"),
    [
        pytest.param("phq9", {"total": 300, "item9": 0}, "phq9.total", "0 to 27", id="total-of-300"),
        pytest.param("phq9", {"total": -1, "item9": 0}, "phq9.total", "0 to 27", id="below-zero"),
        pytest.param("phq9", {**NINE, "total": 17}, "phq9.total", "18", id="total-is-not-the-sum"),
        pytest.param("phq9", {"total": 12}, "phq9.item9", "item9", id="item-9-is-mandatory"),
        pytest.param(
            "phq9",
            {**{k: v for k, v in NINE.items() if k != "item3"}},
            "phq9.total",
            "total",
            id="eight-of-nine",
        ),
        pytest.param(
            "phq9", {"total": "12 points", "item9": 0}, "phq9.total", "not a number", id="with-a-unit"
        ),
        pytest.param("phq9", {"total": 12.5, "item9": 0}, "phq9.total", "whole number", id="half-a-point"),
        pytest.param("phq9", {"total": float("nan"), "item9": 0}, "phq9.total", "not a number", id="nan"),
        pytest.param(
            "phq9", {"total": float("inf"), "item9": 0}, "phq9.total", "not a number", id="infinity"
        ),
        pytest.param("phq9", {"totl": 12, "item9": 0}, "phq9.totl", "total", id="unknown-field"),
        pytest.param("mdq", {"problem": "serios"}, "mdq.problem", "serious", id="near-code"),
        pytest.param(
            "mental_state", {"mania": "perhaps"}, "mental_state.mania", "yes or no", id="not-yes-or-no"
        ),
        pytest.param(
            "mdd_interview",
            {"met": True, "onset_on": "2026-05-01"},
            "mdd_interview.onset_on",
            "after today",
            id="onset-in-the-future",
        ),
        pytest.param(
            "mdd_interview",
            {"met": True, "onset_on": "yesterday"},
            "mdd_interview.onset_on",
            "not a date",
            id="no-date",
        ),
        pytest.param(
            "cssrs",
            {"q1": False, "q2": False, "q6_lifetime": True, "q6_past_3_months": True, "risk": "none"},
            "cssrs.risk",
            "high",
            id="given-risk-contradicts-the-answers",
        ),
    ],
)
def test_impossible_evidence_is_refused(kind: str, values: dict[str, object], field: str, says: str) -> None:
    """The refusal names the field, and what would be possible."""
    with pytest.raises(EvidenceError) as refused:
        read(kind, **values)
    assert refused.value.field == field
    assert says in f"{refused.value.message} {refused.value.fix}"


def test_a_visit_cannot_be_in_the_future() -> None:
    """Evidence is dated on the day it was seen."""
    with pytest.raises(EvidenceError, match="after today"):
        read_record(PLAN, "phq9", {"total": 12, "item9": 0}, date(2026, 3, 3), TODAY)


def test_an_unknown_type_names_the_near_one() -> None:
    """A misspelt type is no type; capitals do not matter."""
    with pytest.raises(UnknownNameError) as refused:
        read("PHQ-9", total=12, item9=0)
    assert "phq9" in refused.value.near


@pytest.mark.parametrize("value", ["14.2", "14.20", Decimal("14.2"), 14.2])
def test_decimals_are_exact_however_they_come(value: object) -> None:
    """A TSH of 14.2 is 14.2 from text, decimal and binary fraction alike."""
    assert read("tsh", miu_per_litre=value)["miu_per_litre"] == Decimal("14.2")


@pytest.mark.parametrize(
    ("answers", "risk"),
    [
        pytest.param({"q2": False, "q6_lifetime": False, "q1": False}, "none", id="all-no"),
        pytest.param(
            {"q2": True, "q3": False, "q4": False, "q5": False, "q6_lifetime": False},
            "low",
            id="wish-or-thoughts",
        ),
        pytest.param(
            {"q2": True, "q3": True, "q4": False, "q5": False, "q6_lifetime": False}, "moderate", id="method"
        ),
        pytest.param({"q4": True}, "high", id="intent-alone-decides"),
        pytest.param({"q2": True, "q3": True}, None, id="a-missing-answer-could-raise-it"),
    ],
)
def test_the_worst_answer_decides_the_risk(answers: dict[str, object], risk: str | None) -> None:
    """Later questions count as no after a no; any other missing answer leaves the risk unknown."""
    assert read("cssrs", **answers).get("risk") == risk
