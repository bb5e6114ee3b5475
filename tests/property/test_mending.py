"""`--fix`: only what is wrong changes, comments and layout stay, and a second run changes nothing."""

import random
import re
from functools import lru_cache

import pytest

from engine.definition.loader import load_text
from engine.definition.mending import mended, spliced, sure_mends
from engine.definition.where import shipped_root
from engine.model.place import Finding
from tests.property.test_mutated_definitions import mutated

MISTAKES = [
    (r"\bkind: assessment\b", "kind: assesment"),
    (r"\bkind: treatment\b", "kind: Treatment"),
    (r"\b(within|every|early|valid_for): (\d+) days\b", r"\1: \2 dyas"),
    (r"\b(within|every|early|valid_for): (\d+) (days|weeks|months)\b", r"\1: \2\3"),
    (r"^    title: ", "    tilte: "),
    (r"\bvalid_for: ", "valid_fro: "),
    (r"\brequired: true", "required: yes"),
    (r"\bwhen: (?=\w)", "when: !!str "),
    (r">= entry_score\b", "≥ entry_score"),
    (r"trial\.kind != 'none'", "trial.kind <> 'none'"),
]


@lru_cache
def original(name: str) -> str:
    return (shipped_root() / name / "algorithm.yaml").read_text("utf-8")


def findings(text: str) -> tuple[Finding, ...]:
    return load_text(text, "draft.yaml").findings


def spoilt(text: str, seed: int) -> tuple[str, int]:
    """The text with up to six mistakes, each on a line of its own, and how many there are."""
    rnd = random.Random(seed)
    lines = text.split("\n")
    care = lines.index("claims:")  # claims are read by the prover
    made = 0
    for old, new in rnd.sample(MISTAKES, 6):
        places = [
            number for number, line in enumerate(lines[:care]) if re.search(old, line.partition("#")[0])
        ]
        if places:
            at = rnd.choice(places)
            lines[at] = re.sub(old, new, lines[at], count=1)
            made += 1
    return "\n".join(lines), made


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["stepwise-depression", "star-d"])
def test_what_was_spoilt_is_as_it_was_to_the_last_comment(name, seed):
    text, made = spoilt(original(name), seed)
    assert made >= 2
    mend, count = mended(text, findings, "draft.yaml")
    assert mend.split("\n") == original(name).split("\n")
    assert count >= made
    assert mended(mend, findings, "draft.yaml") == (mend, 0)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(1))
def test_whatever_was_done_to_a_file_only_lines_with_a_finding_change(block):
    for seed in range(block * 10, block * 10 + 10):
        text = mutated(original("stepwise-depression"), seed)
        found = sure_mends(findings(text), "draft.yaml")
        once = spliced(text, (edit for mend in found for edit in mend.edits))
        before, after = text.split("\n"), once.split("\n")
        assert len(before) == len(after)
        told = {edit.place.line - 1 for mend in found for edit in mend.edits}
        changed = {number for number, line in enumerate(before) if line != after[number]}
        assert changed <= told
        whole, _ = mended(text, findings, "draft.yaml")
        assert mended(whole, findings, "draft.yaml") == (whole, 0)


def test_line_ends_and_indentation_are_kept():
    text = "algorithm: x\r\nversion: '1'\r\ntilte:   X   # a note\r\nstart: a\r\n"
    assert mended(text, findings, "draft.yaml") == (text.replace("tilte", "title"), 1)


def test_of_two_changes_of_one_place_only_the_first_is_made():
    one = load_text("algorithm: x\ntilte: x\n", "draft.yaml").findings
    edits = [edit for mend in sure_mends(one, "draft.yaml") for edit in mend.edits]
    assert spliced("algorithm: x\ntilte: x\n", [*edits, *edits]) == "algorithm: x\ntitle: x\n"


@pytest.mark.parametrize(
    "line", ["        to: sssri", "        when: phq9.totl >= 10", "    gate: reapraisal"]
)
def test_a_name_of_care_is_never_chosen_for_the_author(line):
    """A step, treatment or fact that is only near is suggested, not written."""
    key = line.partition(":")[0]
    lines = original("stepwise-depression").split("\n")
    at = next(number for number, one in enumerate(lines) if one.startswith(f"{key}:"))
    text = "\n".join([*lines[:at], line, *lines[at + 1 :]])
    mends = [mend for finding in findings(text) for mend in finding.mends]
    assert mends
    assert not any(mend.sure for mend in mends)
