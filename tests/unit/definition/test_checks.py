"""Each check has a definition that earns it, the exact message, and a page. See `tests/definitions/bad`."""

import re
from pathlib import Path

import pytest

from engine.definition import limits
from engine.definition.checks import ALL
from engine.definition.checks.registry import STORIES, STORY
from engine.definition.loader import load, load_text
from engine.definition.scenarios import read_scenario_text
from engine.definition.text import as_text
from engine.model.place import Finding, Severity
from engine.proof.checks import SOLVED
from engine.service.checking import beyond
from tests.support.checks_page import INDEX, page

ROOT = Path(__file__).parents[3]
BAD = ROOT / "tests/definitions/bad"
LIBRARY = ROOT / "tests/definitions/library"
FOLDERS = (ROOT / "engine/definition/checks", ROOT / "engine/proof/checks")
PAGES = ROOT / "docs/checks"
EVERY = (*ALL, *STORIES, *SOLVED)
CODES = [check.code for check in EVERY]
OF_SCENARIOS = {check.code for check in STORY} | {"unknown-interrupt", "unknown-flag", "unknown-item"}
WARNINGS = {
    "bad-code",
    "checkpoint-after-end",
    "criterion-always-true",
    "criterion-never-true",
    "move-never-permitted",
    "moves-alike",
    "number-without-source",
    "option-twice",
    "parameter-without-values",
    "requirement-never-fresh",
    "shadowed-name",
    "step-without-move",
    "step-without-options",
    "unit-mismatch",
    "window-longer-than-valid",
}
NOTES = {
    "evidence-never-asked",
    "evidence-never-used",
    "step-without-scenario",
    *(code for code in CODES if code.startswith("unused-")),
}
NOT_ERRORS = dict.fromkeys(WARNINGS, Severity.WARNING) | dict.fromkeys(NOTES, Severity.NOTE)
LEAVES_OUT_A_STEP = """\
scenario: Leaves without treatment
algorithm: example
patient: {birth_date: 1981-03-02, sex: male}
story: [{on: 2026-01-12, move: leave}]
"""


def found(code: str) -> tuple[Finding, ...]:
    """The findings of the bad file of a code."""
    text = (BAD / f"{code}.yaml").read_text("utf-8")
    label = f"tests/definitions/bad/{code}.yaml"
    if code in OF_SCENARIOS:
        return read_scenario_text(text, label, load(ROOT / "tests/definitions/small").usable()).findings
    loaded = load_text(text, label, [LIBRARY])
    if loaded.algorithm is None:
        return loaded.findings
    stories = []
    if code == "step-without-scenario":
        stories = [read_scenario_text(LEAVES_OUT_A_STEP, "story.yaml", loaded.algorithm)]
    return (*loaded.findings, *beyond(loaded, loaded.algorithm, stories))


@pytest.fixture(autouse=True)
def from_the_repository(monkeypatch):
    """Findings name files below the working folder."""
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("code", CODES)
def test_a_bad_definition_earns_this_message_and_no_other(code):
    findings = found(code)
    assert [finding.code for finding in findings] == [code]
    assert as_text(findings) == (BAD / f"{code}.txt").read_text("utf-8")


@pytest.mark.parametrize("code", CODES)
def test_only_errors_keep_a_definition_from_being_used(code):
    assert {finding.severity for finding in found(code)} == {NOT_ERRORS.get(code, Severity.ERROR)}


@pytest.mark.parametrize("code", CODES)
def test_a_finding_names_no_python_type(code):
    words = (BAD / f"{code}.txt").read_text("utf-8").lower()
    assert not re.search(
        r"\b(nonetype|dict|str|int|pydantic|traceback|scalar|token|exception|input)\b", words
    )


@pytest.mark.parametrize("code", CODES)
def test_the_page_of_a_check_shows_the_message_it_gives(code):
    page = (PAGES / f"{code}.md").read_text("utf-8")
    assert page.startswith(f"# {code}\n")
    assert (BAD / f"{code}.txt").read_text("utf-8").rstrip() in page


def test_every_check_has_one_file_one_bad_definition_and_one_page_and_nothing_is_left_over():
    files = {path.stem.replace("_", "-") for folder in FOLDERS for path in folder.glob("*.py")}
    files -= {"--init--", "registry"}
    assert files == set(CODES)
    assert {path.stem for path in BAD.iterdir()} == set(CODES)
    # `not-listed` is what the registry adds itself where one mistake comes hundreds of times.
    assert {path.stem for path in PAGES.glob("*.md")} == {*CODES, "not-listed", "index"}


def test_the_index_is_written_from_the_checks():
    """To write it anew: `python -m tests.support.checks_page`."""
    assert INDEX.read_text("utf-8") == page()


def test_a_check_is_named_after_its_function_and_says_so():
    for check in EVERY:
        module = __import__(check.function.__module__, fromlist=["CODE"])
        assert check.code == module.CODE
        assert module.__doc__.startswith(f"`{check.code}`: ")
        assert check.function.__doc__


def test_the_page_of_the_limits_names_each_of_them():
    page = (PAGES / "too-large.md").read_text("utf-8")
    counted = {name: value for name, value in vars(limits).items() if name.startswith("MAX_")}
    # Told by checks of their own, or never met by a reader.
    for name in ("MAX_BYTES", "MAX_DEPTH", "MAX_TROUBLES", "MAX_COUNT", "MAX_CHAIN", "MAX_MISTAKEN"):
        del counted[name]
    assert [
        name for name, value in counted.items() if f"{value:,}" not in page and f"{value} " not in page
    ] == []
