"""Words for people: dates, doses, ages and verdicts as the manual of style wants them."""

from datetime import date
from decimal import Decimal

import pytest

from api.words import (
    age_words,
    day_words,
    dose_words,
    fact_words,
    kleene_words,
    number_words,
    value_words,
    verdict,
    with_day_words,
)
from engine.model.decision import (
    AlgorithmRef,
    Decision,
    FactShown,
    Part,
    Reason,
    Recorded,
    Status,
)

TODAY = date(2026, 3, 2)


def test_a_date_has_two_digits_three_letters_four_digits():
    assert day_words(date(2026, 3, 2)) == "02-Mar-2026"


def test_iso_dates_inside_a_sentence_are_written_the_same_way():
    assert with_day_words("signed on 2026-03-02, not 2026-13-40") == "signed on 02-Mar-2026, not 2026-13-40"


@pytest.mark.parametrize(
    ("born", "today", "age"),
    [
        pytest.param(date(1981, 3, 2), date(2026, 3, 1), "44y", id="day-before-birthday"),
        pytest.param(date(1981, 3, 2), date(2026, 3, 2), "45y", id="birthday"),
        pytest.param(date(2004, 2, 29), date(2026, 2, 28), "21y", id="leap-day"),
    ],
)
def test_an_age_is_in_whole_years(born, today, age):
    assert age_words(born, today) == age


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (Decimal("100.0"), "100"),
        (Decimal("0.50"), "0.5"),
        (Decimal("1200"), "1,200"),
        (1200, "1,200"),
        (Decimal("1E+2"), "100"),
        (Decimal("0"), "0"),
    ],
)
def test_a_number_has_no_trailing_zero_and_a_comma_from_1000(number, words):
    assert number_words(number) == words


def test_a_dose_is_written_in_full():
    assert dose_words(Decimal("100.0")) == "100 mg a day"
    assert dose_words(Decimal("84"), "mg", "session") == "84 mg a session"
    assert dose_words(None) == ""


def test_evidence_is_yes_no_or_not_recorded():
    assert [kleene_words(value) for value in (True, False, None)] == ["yes", "no", "not recorded"]
    assert [value_words(value) for value in (True, False, None)] == ["yes", "no", "not recorded"]


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (FactShown("phq9.total", "PHQ-9, Total", 17, TODAY, 3), "PHQ-9, Total 17, 02-Mar-2026"),
        (FactShown("phq9.total", "PHQ-9, Total", None, missing=Recorded.NEVER), "PHQ-9, Total not recorded"),
        (
            FactShown("tsh.x", "TSH", None, TODAY, 4, Recorded.STALE),
            "TSH out of date, 02-Mar-2026",
        ),
        (FactShown("tsh.x", "TSH", None, TODAY, 4, Recorded.ASKED), "TSH asked, not known, 02-Mar-2026"),
    ],
)
def test_a_fact_is_told_with_its_date_or_with_why_it_is_unknown(fact, words):
    assert fact_words(fact) == words


def test_a_title_that_was_just_said_is_not_said_again():
    fact = FactShown("phq9.total", "PHQ-9, Total", 17, TODAY, 3)
    assert fact_words(fact, "PHQ-9, recorded in the last 14 days") == "Total 17, 02-Mar-2026"
    assert fact_words(fact, "PHQ-9, Total is at least 10") == "17, 02-Mar-2026"


def _decision(status: Status, *reasons: Reason) -> Decision:
    return Decision("move", "augment", "Augment", status, TODAY, AlgorithmRef("a", "1", "d"), reasons)


@pytest.mark.parametrize(
    ("decision", "word"),
    [
        (_decision(Status.PERMITTED), "Ready"),
        (_decision(Status.UNDECIDED, Reason(Part.CRITERION, "criterion", None, "x")), "Not yet"),
        (_decision(Status.REFUSED, Reason(Part.CRITERION, "criterion", False, "x")), "Not yet"),
        (_decision(Status.REFUSED, Reason(Part.INTERRUPT, "suicidality", False, "x")), "Blocked"),
        (_decision(Status.REFUSED, Reason(Part.HARD_STOP, "aneurysm", False, "x")), "Blocked"),
        (_decision(Status.REFUSED, Reason(Part.FROM, "not_from_here", False, "x")), "Not offered"),
    ],
)
def test_each_answer_has_its_word(decision, word):
    assert verdict(decision) == word
