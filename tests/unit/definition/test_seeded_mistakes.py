"""Mistakes that authors make, put into the main algorithm one at a time: each is found where it was made."""

import pytest

from engine.definition.loader import load_text
from engine.definition.where import shipped_root

TEXT = (shipped_root() / "stepwise-depression/algorithm.yaml").read_text("utf-8")

MISTAKES = [
    pytest.param("        to: ssri\n", "        to: sssri\n", "unknown-step", id="target-misspelt"),
    pytest.param("        kind: start\n", "        kind: begin\n", "wrong-value", id="kind-that-is-none"),
    pytest.param(
        "phq9.total >= entry_score", "phq9.totl >= entry_score", "unknown-name", id="field-misspelt"
    ),
    pytest.param(
        "phq9.total >= entry_score", "phq9.total >= 'ten'", "criterion-type", id="text-for-a-number"
    ),
    pytest.param(
        "phq9.total >= entry_score", "phq9.total => entry_score", "criterion-syntax", id="wrong-sign"
    ),
    pytest.param(
        "phq9.total >= entry_score", "(phq9.total < 5) is false", "unknown-hidden", id="hides-an-unknown"
    ),
    pytest.param(
        "        mdq: 6 months\n", "        mqd: 6 months\n", "unknown-evidence", id="evidence-misspelt"
    ),
    pytest.param("        mdq: 6 months\n", "        mdq: 6 mnths\n", "bad-duration", id="unit-misspelt"),
    pytest.param(
        "        mdq: 6 months\n",
        "        mdq: 6 months\n        mdq: ever\n",
        "duplicate-key",
        id="key-twice",
    ),
    pytest.param("        tsh: 6 months\n", "\ttsh: 6 months\n", "tab", id="tab"),
    pytest.param(
        "value: 10, from: 8", "value: 7, from: 8", "parameter-out-of-range", id="parameter-out-of-range"
    ),
    pytest.param("source: canmat-2023}", "source: canmat-2022}", "unknown-source", id="source-misspelt"),
    pytest.param(
        "  - gates/reappraisal\n", "  - gates/reapraisal\n", "library-not-found", id="library-misspelt"
    ),
    pytest.param("start: diagnosis_check\n", "", "missing-key", id="no-start"),
    pytest.param(
        "episode.adequate_failures >= trd_failures",
        "episode.failures >= 2",
        "unknown-name",
        id="no-such-fact",
    ),
    pytest.param(
        "trial.outcome in {'partial', ", "trial.outcome in {'partly', ", "criterion-type", id="code-misspelt"
    ),
    pytest.param("    read: phq9.total\n", "    read: phq9.totl\n", "unknown-field", id="fact-misspelt"),
    pytest.param("    look: assess\n", "    lok: assess\n", "unknown-key", id="key-misspelt"),
    pytest.param("gate: reappraisal", "gate: reapraisal", "unknown-gate", id="gate-misspelt"),
    pytest.param("gate: reappraisal", "draw: edge", "escalation-without-gate", id="gate-left-out"),
]


@pytest.mark.parametrize(("old", "new", "code"), MISTAKES)
def test_a_mistake_is_found_on_its_own_line(old, new, code):
    assert old in TEXT
    spoilt = TEXT.replace(old, new, 1)
    first = next(
        n for n, (a, b) in enumerate(zip(TEXT.split("\n"), spoilt.split("\n"), strict=False), 1) if a != b
    )
    loaded = load_text(spoilt, "draft.yaml")
    assert loaded.algorithm is None
    assert {one.code for one in loaded.errors} == {code}
    where = [one.place.line for one in loaded.errors]
    # What is missing is shown where it should be: at the head of the file, or at the kind of the move.
    missing = {"missing-key": 4, "escalation-without-gate": first - 3}
    assert where == [missing.get(code, first)]
