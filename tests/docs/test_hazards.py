"""Each test that the safety pages and the table of promises name exists, and would be collected."""

import ast
import re
from pathlib import Path

import pytest

import tw

PAGES = ("docs/safety/hazards.md", "docs/safety/threats.md", "docs/reference/promises.md")
NAMED = re.compile(r"`((?:tests|algorithms)/[^`]+\.(?:py|yaml)[^`]*)`")


def rows(page: str) -> list[tuple[str, str]]:
    """Each row of a page's table: its first cell, and all of it."""
    lines = (tw.ROOT / page).read_text("utf-8").splitlines()
    table = [line for line in lines if line.startswith("| ")][1:]
    return [(line.split("|")[1].strip(), line) for line in table]


def missing(name: str) -> str | None:
    """What is wrong with a name, if anything."""
    file, *parts = name.split("::")
    path = tw.ROOT / file
    if not path.is_file():
        return f"{file} is not there"
    if path.suffix == ".yaml":
        shipped = path.parent.name == "scenarios" and path.parents[1].parent == tw.ROOT / "algorithms"
        return None if shipped else f"{file} is no scenario of a shipped algorithm"
    if not Path(file).name.startswith("test_"):
        return f"{file} is no file of tests"
    body = ast.parse(path.read_text("utf-8")).body
    for part in parts:
        found = [each for each in body if getattr(each, "name", None) == part]
        if len(found) != 1 or not part.startswith(("test_", "Test")):
            return f"{name}: {part} is not there"
        body = getattr(found[0], "body", [])
    if any(part.startswith("Test") for part in parts[-1:]) and not any(
        getattr(each, "name", "").startswith("test_") for each in body
    ):
        return f"{name} holds no test"
    return None


@pytest.mark.parametrize("page", PAGES)
def test_every_row_names_a_test_and_every_named_test_exists(page):
    assert rows(page)
    for first, row in rows(page):
        names = NAMED.findall(row)
        assert names, f"{page}, {first}: no test is named"
        assert [problem for name in names if (problem := missing(name))] == []


def test_all_sixteen_hazards_and_fifteen_threats_are_there():
    assert [first for first, _ in rows(PAGES[0])] == [f"H{number}" for number in range(1, 17)]
    assert [first for first, _ in rows(PAGES[1])] == [str(number) for number in range(1, 16)]


@pytest.mark.parametrize(
    "name",
    [
        "tests/nowhere/test_x.py",
        "tests/docs/test_hazards.py::test_that_is_not_there",
        "tests/docs/test_hazards.py::rows",
        "tests/conftest.py",
        "algorithms/stepwise-depression/algorithm.yaml",
    ],
)
def test_a_test_that_is_gone_is_noticed(name):
    assert missing(name)
