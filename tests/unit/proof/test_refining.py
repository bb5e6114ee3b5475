"""One version permits no more than another: whatever lets more patients through is found and named."""

from pathlib import Path

import pytest

from engine.definition.loader import load_text
from engine.proof.answers import Verdict
from engine.proof.proving import Prover
from engine.proof.reading import read_claims
from engine.proof.refining import Refining, refinement_claims
from engine.proof.story import tell

SMALL = Path(__file__).parents[2] / "definitions/small/algorithm.yaml"
TEXT = SMALL.read_text("utf-8")
MORE = {
    "lower entry": ("entry_score: {value: 10,", "entry_score: {value: 9,", "start_ssri"),
    "evidence no longer required": (
        "requires: {interview: 14 days, phq9: 14 days}",
        "requires: {phq9: 14 days}",
        "start_ssri",
    ),
    "an item of the gate asks less": ("        pass: trial.at_minimum_dose\n", "", "switch_to_maoi"),
    "criterion dropped": (", to: remission, when: well_again}", ", to: remission}", "enter_remission"),
    "higher dose": (
        "citalopram: {title: Citalopram, class: SSRI, dose: {minimum: 20, maximum: 40",
        "citalopram: {title: Citalopram, class: SSRI, dose: {minimum: 20, maximum: 60",
        "starts:ssri",
    ),
    "limit gone": (
        "when: patient.age_years > 80, maximum: 100",
        "when: patient.age_years > 90, maximum: 100",
        "starts:ssri",
    ),
    "shorter washout": ("after: [SSRI], days: 14", "after: [SSRI], days: 7", "starts:maoi"),
    "stop raised later": ("raise_when: phq9.item9 >= 1", "raise_when: phq9.item9 >= 2", "stop:suicidality"),
    "stop released by less": (
        "release: {requires: {safety_plan: interrupt}, when: safety_plan.agreed}",
        "release: {requires: {safety_plan: interrupt}}",
        "stop:suicidality",
    ),
    "signature held longer": ("holds: 14 days", "holds: 28 days", "gate:reappraisal"),
    "a way there was not": (
        "when: no_response}",
        "when: no_response}\n  leave: {title: Leave, kind: exit, from: ssri, to: discharged}",
        "leave",
    ),
}
LESS = {
    "higher entry": ("entry_score: {value: 10,", "entry_score: {value: 11,"),
    "one more requirement": (
        "requires: {interview: 14 days, phq9: 14 days}",
        "requires: {interview: 14 days, phq9: 14 days, safety_plan: 14 days}",
    ),
    "lower dose": ("maximum: 40", "maximum: 30"),
    "stop raised earlier": ("raise_when: phq9.item9 >= 1", "raise_when: phq9.item9 >= 1 or phq9.total >= 25"),
    "one treatment fewer": ("primary: [{class: SSRI}]", "primary: [sertraline]"),
}


def changed(old: str, new: str):
    """The small algorithm with one place changed."""
    assert old in TEXT
    return load_text(TEXT.replace(old, new), str(SMALL)).usable()


@pytest.fixture(scope="module")
def before():
    return load_text(TEXT, str(SMALL)).usable()


def not_proved(old, new):
    refining = Refining(old, new)
    answers = [refining.prove(claim) for claim in refinement_claims(old, new)]
    assert {answer.verdict for answer in answers} <= {Verdict.PROVED, Verdict.NOT_TRUE}
    return {answer.claim.id: answer for answer in answers if answer.verdict is Verdict.NOT_TRUE}


def test_an_algorithm_permits_no_more_than_itself(before):
    assert not_proved(before, before) == {}


@pytest.mark.parametrize("what", MORE)
def test_whatever_lets_more_through_is_found(before, what):
    old, new, part = MORE[what]
    assert part in not_proved(before, changed(old, new))


@pytest.mark.parametrize("what", LESS)
def test_whatever_lets_fewer_through_is_proved(before, what):
    assert not_proved(before, changed(*LESS[what])) == {}


def test_an_item_that_a_deviation_may_now_pass_is_found():
    firm = changed("        else: wrong_dx", "        else: wrong_dx\n        overridable: false")
    found = not_proved(firm, changed("        else: wrong_dx", "        else: wrong_dx"))
    assert found["gate:reappraisal"].because == ("a deviation may now pass dx of reappraisal",)


def test_a_safety_stop_that_is_gone_is_found(before):
    start, end = TEXT.index("interrupts:"), TEXT.index("start: check")
    found = not_proved(before, changed(TEXT[start:end], ""))
    assert found["stop:suicidality"].because == ("the safety stop suicidality is gone",)


def test_the_patient_newly_permitted_has_a_story(before):
    new = changed("entry_score: {value: 10,", "entry_score: {value: 9,")
    answer = not_proved(before, new)["start_ssri"]
    assert answer.because == ("start_ssri is permitted in check, and was not",)
    assert tell(new, answer).replayed
    assert answer.witness is not None
    assert answer.witness.facts["phq9.total within 14 days"] == 9


@pytest.mark.parametrize(
    ("claim", "score", "verdict"),
    [
        ("refines", 11, Verdict.PROVED),
        ("refines", 9, Verdict.NOT_TRUE),
        ("same_as", 10, Verdict.PROVED),
        ("same_as", 11, Verdict.NOT_TRUE),
        ("same_as", 9, Verdict.NOT_TRUE),
    ],
)
def test_an_author_may_claim_it_of_another_algorithm(tmp_path, claim, score, verdict):
    (tmp_path / "old").mkdir()
    (tmp_path / "old/algorithm.yaml").write_text(TEXT, "utf-8")
    text = TEXT.replace("entry_score: {value: 10,", f"entry_score: {{value: {score},")
    algorithm = load_text(f"{text}  other: {{{claim}: old}}\n", str(tmp_path / "algorithm.yaml")).usable()
    read = read_claims(algorithm)
    assert read.findings == []
    (stated,) = (one for one in read.claims if one.id == "other")
    assert Prover(algorithm).prove(stated).verdict is verdict


@pytest.mark.parametrize("named", ["older", "star-e"])
def test_an_algorithm_that_is_not_there_is_a_finding(named):
    (finding,) = read_claims(
        load_text(f"{TEXT}  other: {{refines: {named}}}\n", str(SMALL)).usable()
    ).findings
    assert finding.code == "wrong-value"
    assert f"there is no shipped algorithm `{named}`" in finding.message
