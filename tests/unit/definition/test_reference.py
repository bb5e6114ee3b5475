"""The reference shows what works: its blocks are one definition, one library and one scenario."""

import re
from pathlib import Path

import pytest

from engine.definition.loader import load
from engine.definition.scenarios import read_scenario_text, run_scenario
from engine.definition.schema import (
    evidence,
    files,
    formulary,
    gates,
    requirements,
    scenario,
    selectors,
    steps,
)
from engine.definition.schema.base import Part, Sourced
from engine.definition.text import as_text
from engine.model.algorithm import Algorithm
from tests.unit.definition.conftest import ROOT

PAGE = (ROOT / "docs/reference/definition.md").read_text("utf-8")
PARTS = sorted(
    {
        one
        for module in (evidence, files, formulary, gates, requirements, scenario, selectors, steps)
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Part)
    }
    - {Part, Sourced},
    key=lambda one: one.__name__,
)


def blocks(kind: str = "") -> list[str]:
    return re.findall(rf"^```yaml{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def algorithm(tmp_path_factory: pytest.TempPathFactory) -> Algorithm:
    folder: Path = tmp_path_factory.mktemp("reference")
    (folder / "example").mkdir()
    (folder / "example/algorithm.yaml").write_text("".join(blocks()) + "use: [evidence/sleep]\n")
    (folder / "library/evidence").mkdir(parents=True)
    (folder / "library/evidence/sleep.yaml").write_text(blocks(" library")[0])
    loaded = load(folder / "example", library_roots=[folder / "library"])
    assert as_text(loaded.findings) == ""
    return loaded.usable()


def test_the_blocks_of_the_reference_are_one_definition_without_a_finding(algorithm):
    assert len(blocks()) == 11
    assert algorithm.id == "example-depression"
    assert "isi" in algorithm.evidence


def test_the_scenario_of_the_reference_holds(algorithm):
    [text] = blocks(" scenario")
    read = read_scenario_text(text, "story.yaml", algorithm)
    assert as_text(read.findings) == ""
    assert read.scenario is not None
    assert run_scenario(algorithm, read.scenario).failures == ()


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_every_key_of_the_format_stands_in_the_reference(part):
    """A key that no author can read about is not part of the format."""
    missing = [key for key in part.known_keys() if not re.search(rf"\b{key}\b", PAGE)]
    assert missing == []
