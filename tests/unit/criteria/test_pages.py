"""The reference and the pages of problems say what the language does."""

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest

from engine.criteria import (
    BOOLEAN,
    Checked,
    CriterionError,
    Name,
    Names,
    Problem,
    Value,
    check,
    check_define,
    compile_criterion,
    parse,
    write_value,
)
from engine.criteria.lower import MAX_SIZE
from tests.unit.criteria.tables import NAMES, facts

ROOT = Path(__file__).parents[3]
PAGES = sorted((ROOT / "docs/criteria").glob("*-*.md"))
SOURCES = ROOT / "engine/criteria"
WITHOUT_EXAMPLE = {"criterion-too-deep", "criterion-too-large", "criterion-too-long", "title-ambiguous"}

KNOWN = facts(
    phq9_total=18,
    score_baseline=20,
    score_now=8,
    trial_outcome="partial",
    trial_started_on=dt.date(2026, 1, 31),
    trial_weeks=4,
    bipolar=False,
    lithium=Decimal(600),
    episode_adequate_failures_at_least=1,
    episode_adequate_failures_at_most=2,
)


def reference_examples() -> list[tuple[str, str]]:
    text = (ROOT / "docs/reference/criteria.md").read_text("utf-8")
    rows = re.findall(r"^\| `(.+)` \| (.+) \|$", text, re.MULTILINE)
    # The first table lists the facts themselves.
    return [(criterion, answer) for criterion, answer in rows if criterion not in _facts_listed(text)]


def _facts_listed(text: str) -> set[str]:
    table = text.split("| fact | value |")[1].split("\n\n", maxsplit=1)[0]
    return set(re.findall(r"^\| `(.+)` \|", table, re.MULTILINE)) - {"bipolar", "psychosis"}


@pytest.mark.parametrize(("criterion", "answer"), reference_examples(), ids=lambda text: text[:50])
def test_an_example_of_the_reference_is_true(criterion: str, answer: str):
    """Each row of a table is evaluated."""
    if criterion in ("bipolar", "psychosis") and answer == "false":
        return  # the fact itself
    value = compile_criterion(criterion, NAMES).evaluate(KNOWN)
    assert _shown(value) == answer


def _shown(value: Value) -> str:
    return "unknown" if value is None else write_value(value)


def test_the_reference_has_examples_of_every_part():
    """A table that the reader of this test no longer finds would let every example pass."""
    assert len(reference_examples()) > 60


def problems_of(text: str) -> Checked | tuple[Problem, ...]:
    """Check a block of a page: defines, one a line, and a criterion, or the first define."""
    defines: dict[str, str] = {}
    criterion: list[str] = []
    for line in text.strip().split("\n"):
        if line.startswith("define "):
            name, _, inner = line.removeprefix("define ").partition(": ")
            defines[name] = inner
        else:
            criterion.append(line)
    names = NAMES.extended(defines=defines)
    if criterion:
        return check("\n".join(criterion), names, BOOLEAN)
    return check_define(next(iter(defines)), names)


def blocks(part: str) -> list[str]:
    return re.findall(r"```cql\n(.*?)```", part, re.DOTALL)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.stem not in WITHOUT_EXAMPLE], ids=lambda p: p.stem
)
def test_a_page_shows_the_problem_and_its_mend(page: Path):
    """What it calls refused is refused with its code and words; what it says to write instead is accepted."""
    text = page.read_text("utf-8")
    refused, instead = text.split("## Instead")
    for block in blocks(refused):
        found = problems_of(block)
        assert isinstance(found, tuple)
        assert found[0].code == page.stem
        assert f"> {found[0].message}\n" in refused
        assert (f"> Fix: {found[0].fix}\n" in refused) or not found[0].fix
    assert blocks(refused)
    for block in blocks(instead):
        assert isinstance(problems_of(block), Checked)
    assert blocks(instead)


def test_every_code_has_a_page_and_every_page_a_code():
    """The codes are those that the language can give."""
    words = {
        word
        for name in ("parse", "misreadings", "check", "comparing", "calculating", "lower")
        for word in re.findall(r'"([a-z]+(?:-[a-z]+)+)"', (SOURCES / f"{name}.py").read_text("utf-8"))
    }
    assert {page.stem for page in PAGES} == words - {"utf-8"}
    index = (ROOT / "docs/criteria/index.md").read_text("utf-8")
    assert all(f"]({page.name})" in index for page in PAGES)


def test_the_problems_without_an_example_are_given_too():
    """Their texts are too long for a page."""
    titled = Names((Name("a", BOOLEAN, "Same"), Name("b", BOOLEAN, "Same")))
    grown = {"d0": "a and b"}
    grown |= {f"d{i}": f"d{i - 1} and d{i - 1} and not d{i - 1}" for i in range(1, 20)}
    assert MAX_SIZE < 3**19
    given = {
        "criterion-too-deep": ("(" * 61 + "true" + ")" * 61, titled),
        "criterion-too-long": ("true" * 5_000, titled),
        "title-ambiguous": ('"Same"', titled),
        "criterion-too-large": ("d19", titled.extended(defines=grown)),
    }
    for code, (text, names) in given.items():
        with pytest.raises(CriterionError) as error:
            compile_criterion(text, names)
        (problem,) = error.value.problems
        assert problem.code == code
        assert problem.end <= len(text)


def test_the_words_of_the_reference_are_those_of_the_grammar():
    """Its order of operators is the one that the reader uses."""
    text = (ROOT / "docs/reference/criteria.md").read_text("utf-8")
    order = re.search(r"From the tightest to the loosest: (.*?)\. An", text, re.DOTALL)
    assert order is not None
    levels = [level.split() for level in re.findall(r"`([^`]+)`", order[1])]
    examples = {
        "*": "a * b", "+": "a + b", "is": "a is null", "not": "not a", "between": "a between b and c",
        "<": "a < b", "=": "a = b", "in": "a in {1}", "and": "a and b", "or": "a or b",
        "implies": "a implies b",
    }  # fmt: skip
    assert [level[0] for level in levels] == list(examples)
    for level in levels:
        assert parse(examples[level[0]])
