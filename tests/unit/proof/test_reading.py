"""A claim that is written wrongly is a finding at its own line, with the name that may have been meant."""

from dataclasses import replace

import pytest

from engine.model.algorithm import Claim
from engine.model.place import Place
from engine.proof.forms import Assuming, DoseAtMost, Entering, Never, Together
from engine.proof.reading import read_claims
from tests.support.algorithms import shipped_algorithm

PLACE = Place("algorithm.yaml", 3, 3, 5)


def reading(body, sources=None):
    algorithm = shipped_algorithm("stepwise-depression")
    claims = {"c": Claim("c", "C", body, PLACE)}
    return read_claims(replace(algorithm, claims=claims), sources)


@pytest.mark.parametrize(
    ("body", "code", "near"),
    [
        pytest.param({"entring": "ect", "implies": "trd"}, "missing-key", "entering", id="form"),
        pytest.param({"entering": "esketamin", "implies": "trd"}, "unknown-step", "esketamine", id="step"),
        pytest.param({"entering": "ect", "implies": "respons"}, "unknown-name", "response", id="fact"),
        pytest.param({"entering": "ect", "implies": "trd", "excpt": "x"}, "unknown-key", "except", id="key"),
        pytest.param({"entering": "ect"}, "missing-key", "implies", id="missing"),
        pytest.param(
            {"moves": {"kind": "escalate"}, "pass": "reapraisal"}, "unknown-gate", "reappraisal", id="gate"
        ),
        pytest.param(
            {"never": {"start": "citaloprm"}, "given": "trd"}, "unknown-option", "citalopram", id="option"
        ),
        pytest.param({"never": {"move": "augmnt"}, "given": "trd"}, "unknown-move", "augment", id="move"),
        pytest.param({"never": {"move": "augment"}}, "missing-key", "given", id="given"),
        pytest.param(
            {"unknown_keeps": {"facts": ["phq_9"], "closed": "every"}},
            "unknown-evidence",
            "phq9",
            id="evidence",
        ),
        pytest.param(
            {"gap": {"in": "ect", "do": "phq9", "at_most": "4 weks"}}, "wrong-value", "weeks", id="duration"
        ),
        pytest.param(
            {"entering": "ect", "implies": "trd", "assuming": ["gate pass"]},
            "wrong-value",
            "gates pass",
            id="assuming",
        ),
        pytest.param(
            {"entering": "ect", "implies": "score.now + 1"}, "criterion-type", "", id="not-a-condition"
        ),
        pytest.param(
            {"monotone": {"move": "augment", "in": "episode.trails", "up": "true"}},
            "unknown-name",
            "episode.trials",
            id="monotone",
        ),
        pytest.param({"final": {"kind": "ends"}}, "wrong-value", "end", id="kind"),
    ],
)
def test_a_claim_about_what_does_not_exist_is_a_finding(body, code, near):
    found = reading(body).findings

    assert code in {finding.code for finding in found}
    assert any(near in f"{finding.fix} {finding.message}" for finding in found)
    assert not reading(body).claims


def test_a_finding_points_at_the_word_that_is_wrong():
    text = "claims:\n\n  c:\n    entering: etc\n    implies: trd\n  d:\n    entering: etc\n"

    found = reading({"entering": "etc", "implies": "trd"}, {"algorithm.yaml": text}).findings

    assert (found[0].place.line, found[0].place.column) == (4, 15)


@pytest.mark.parametrize(
    ("step", "key", "code", "new", "sure"),
    [
        ("ect", "implise", "unknown-key", "implies", True),
        ("remision", "implies", "unknown-step", "remission", False),
    ],
)
def test_a_misspelt_key_is_mended_and_a_misspelt_step_only_suggested(step, key, code, new, sure):
    text = f"a\nclaims:\n  claim:\n    entering: {step}\n    {key}: trd\n"
    found = reading({"entering": step, key: "trd"}, {"algorithm.yaml": text}).findings
    [mend] = next(one.mends for one in found if one.code == code)
    assert (mend.edits[0].new, mend.sure) == (new, sure)


def test_claims_are_typed():
    entering = reading(
        {"entering": "ect", "except": {"kind": ["bypass", "return"]}, "implies": "trd"}
    ).claims[0]
    assert entering.form == Entering(("escalate_to_ect",), "trd")

    never = reading({"never": {"start": "esketamine"}, "given": "trd", "assuming": ["gates pass"]}).claims[0]
    assert never.form == Never(options=("esketamine",))
    assert never.assuming == {Assuming.GATES_PASS}

    dose = reading(
        {"dose": {"option": "citalopram", "at_most": "20", "given": "patient.age_years > 60"}}
    ).claims[0]
    assert isinstance(dose.form, DoseAtMost)
    assert dose.given == "patient.age_years > 60"

    returns = reading({"at_most_one": "return_to_*"}).claims[0]
    assert isinstance(returns.form, Together)
    assert len(returns.form.moves) == 7
