"""A criterion reads as a sentence."""

import pytest

from engine.criteria import Name, Names, Phrase
from engine.criteria.english import sentence
from engine.criteria.types import BOOLEAN, DecimalType, IntegerType, StringType
from tests.unit.criteria.tables import NAMES


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "phq9.total >= entry_score and not bipolar",
            "PHQ-9 total is at least 10 (Entry score) and Bipolar disorder is no",
        ),
        ("trd", "“Not helped by two treatments” applies"),
        ("not trd or psychosis", "“Not helped by two treatments” does not apply or Psychosis is yes"),
        ("score.now <= 0.5 * score.baseline", "Score now is at most half of Score at baseline"),
        (
            "trial.outcome in {'partial', 'no_response'}",
            "Outcome of the trial is partial or no response",
        ),
        ("trial.outcome != 'none'", "Outcome of the trial is other than none"),
        (
            "weeks between trial.started_on and Today() >= 6",
            "at least 6 whole weeks have passed from Start of the trial to today",
        ),
        (
            "trial.started_on + 14 days <= Today()",
            "14 days after Start of the trial is on or before today",
        ),
        ("trial.started_on > @2026-03-01", "Start of the trial is after 1 March 2026"),
        ("phq9.total between 5 and 9", "PHQ-9 total is from 5 to 9"),
        ("phq9.total in Interval[5, 10)", "PHQ-9 total is at least 5 and less than 10"),
        ("psychosis is null", "Psychosis is not known"),
        ("psychosis is not null", "Psychosis is known"),
        ("psychosis is true", "it is known that Psychosis is yes"),
        ("psychosis = false", "Psychosis is no"),
        (
            "bipolar or (psychosis and phq9.total < 5)",
            "Bipolar disorder is yes; or both Psychosis is yes and PHQ-9 total is less than 5",
        ),
        (
            "bipolar and psychosis and taking.SSRI",
            "Bipolar disorder is yes, Psychosis is yes and Taking an SSRI is yes",
        ),
        ("not (phq9.total > 3)", "PHQ-9 total is at most 3"),
        (
            "not (bipolar and psychosis)",
            "it is not so that both Bipolar disorder is yes and Psychosis is yes",
        ),
        ("bipolar implies psychosis", "if Bipolar disorder is yes, then Psychosis is yes"),
        ("bipolar xor psychosis", "either Bipolar disorder is yes or Psychosis is yes, but not both"),
        ("lithium >= 600 'mg'", "Dose of lithium is at least 600 mg"),
        ("washout > 1 week", "Washout is more than 1 week"),
        ("Coalesce(score.now, 60) < 5", "the first known of Score now and 60 is less than 5"),
        (
            "if bipolar then trd else true",
            "if Bipolar disorder is yes, then “Not helped by two treatments” applies, and otherwise always",
        ),
        ("taking.olanzapine_fluoxetine", "taking olanzapine fluoxetine is yes"),
        ("score.baseline - score.now >= 5", "Score at baseline minus Score now is at least 5"),
        ("true", "always"),
        ("-3 < score.now", "minus 3 is less than Score now"),
        (
            "case when bipolar then 1 else 2 end = 1",
            "1 if Bipolar disorder is yes, and otherwise 2 is 1",
        ),
        (
            "Min({score.now, score.baseline}) < 3",
            "the least of Score now and Score at baseline is less than 3",
        ),
        ("trial.days_covered_percent >= 80", "Days covered is at least 80"),
    ],
)
def test_a_criterion_in_english(text: str, said: str):
    """Right first, then smooth, with titles for names."""
    assert sentence(text, NAMES) == said


PHRASES = Names(
    names=[
        Name("age", IntegerType(0, 150), "age in years", phrase=Phrase("age", "years")),
        Name("lasted", IntegerType(0, 999), "weeks", phrase=Phrase("the length of the trial", "weeks")),
        Name(
            "outcome",
            StringType(("none", "no_response", "intolerant")),
            "outcome",
            phrase=Phrase("the outcome", labels={"intolerant": "stopped for side effects"}),
        ),
        Name("taking", BOOLEAN, "taking it", phrase=Phrase("it", yes="it is taken", no="it is not taken")),
        Name("least", IntegerType(6, 6), "Weeks of an adequate trial", "parameter"),
        Name("country", StringType(), "Country of the labels", "parameter"),
        Name("score", DecimalType(2), "the score now"),
        Name("base", DecimalType(2), "the first score"),
    ],
    constants={"least": 6, "country": "US"},
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("age >= 25", "age is at least 25 years"),
        ("lasted = 1", "the length of the trial is 1 week"),
        ("lasted >= least", "the length of the trial is at least 6 weeks (Weeks of an adequate trial)"),
        ("outcome = 'intolerant'", "the outcome is stopped for side effects"),
        (
            "outcome in {'no_response', 'intolerant'}",
            "the outcome is no response or stopped for side effects",
        ),
        ("not (outcome in {'intolerant'})", "the outcome is not stopped for side effects"),
        ("taking", "it is taken"),
        ("not taking", "it is not taken"),
        ("age >= 12 and age <= 55", "age is from 12 to 55 years"),
        ("taking and age >= 12 and age <= 55", "it is taken and age is from 12 to 55 years"),
        ("not (age between 12 and 55)", "age is not from 12 to 55 years"),
        ("age in Interval[12, 55)", "age is at least 12 and less than 55 years"),
        ("country = 'UK'", "“Country of the labels” (here US) is UK"),
        ("score <= 0.75 * base", "the score now is at most 75 percent of the first score"),
        ("score <= 1.5 * base", "the score now is at most 1.5 times the first score"),
        ("score + base + age > 3", "the score now plus the first score plus age is more than 3"),
        (
            "score - (base - age) > 3",
            "the score now minus the result of the first score minus age is more than 3",
        ),
    ],
)
def test_phrases_make_a_sentence_smooth(text: str, said: str):
    """Numbers carry their units, codes their labels, and yes or no a clause of its own."""
    assert sentence(text, PHRASES) == said


def test_no_sign_stands_in_a_sentence():
    """It is read aloud, too."""
    text = (
        "phq9.total <= 5 and score.now > 3 * 2 or trial.started_on != @2026-01-01 and lithium / 2 >= 1 'mg'"
    )
    assert not set("<>=*/_{}'") & set(sentence(text, NAMES))
