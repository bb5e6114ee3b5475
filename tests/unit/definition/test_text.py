"""Findings as text and as JSON."""

from engine.definition.text import as_json, as_text, finding_text, summary
from engine.model.place import Finding, Place, Severity

FINDING = Finding(
    "unknown-step",
    Place("algorithms/a/algorithm.yaml", 47, 11, 7),
    "`switch_class` leads to `trail_2`, which is not a step",
    "a case that makes this move would have nowhere to go",
    "did you mean `trial_2` (line 62)? Otherwise declare a step with this id",
    excerpt="      to: trail_2",
)


def test_a_finding_is_shown_with_its_line_carets_reason_and_fix():
    assert (
        finding_text(FINDING)
        == """\
algorithms/a/algorithm.yaml:47:11: error[unknown-step]: `switch_class` leads to `trail_2`, which is not a step
   |
47 |       to: trail_2
   |           ^^^^^^^
   why: a case that makes this move would have nowhere to go
   fix: did you mean `trial_2` (line 62)? Otherwise declare a step with this id
   see: docs/checks/unknown-step.md
"""
    )


def test_the_margin_fits_the_number_of_the_line():
    finding = Finding("a", Place("f", 1234, 1, 1), "m", "w", "f", excerpt="x")
    assert finding_text(finding).splitlines()[1:4] == ["     |", "1234 | x", "     | ^"]


def test_carets_end_with_the_line():
    finding = Finding("a", Place("f", 1, 3, 500), "m", "w", "f", excerpt="abcdef")
    assert "   |   ^^^^\n" in finding_text(finding)


def test_a_long_line_is_cut_around_the_place():
    line = "x" * 500 + "here" + "y" * 400
    text = finding_text(Finding("a", Place("f", 1, 501, 4), "m", "w", "f", excerpt=line))
    shown, carets = text.splitlines()[2:4]
    assert len(shown) < 200
    assert shown[carets.index("^") : carets.index("^") + 4] == "here"


def test_a_second_place_is_named():
    finding = Finding("a", Place("f", 3, 1, 1), "m", "w", "f", related=Place("f", 1, 1, 1), excerpt="x")
    assert "   also: f:1:1\n" in finding_text(finding)


def test_findings_are_counted_by_how_bad_they_are():
    warning = Finding("a", Place("f", 1, 1), "m", "w", "f", Severity.WARNING)
    assert summary([FINDING, FINDING, warning]) == "2 errors, 1 warning"
    assert summary([]) == "no findings"


def test_text_and_json_hold_the_same():
    [made] = as_json([FINDING])
    assert (made["file"], made["line"], made["column"], made["length"]) == (
        *str(FINDING.place).split(":")[:1],
        47,
        11,
        7,
    )
    assert made["severity"] == "error"
    text = as_text([FINDING])
    assert all(str(made[key]) in text for key in ("code", "message", "why", "fix", "see", "excerpt"))
