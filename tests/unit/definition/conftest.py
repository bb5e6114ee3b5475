"""Small definitions, written where they are read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.definition.loader import Loaded, load, load_text
from engine.model.algorithm import Algorithm

ROOT = Path(__file__).parents[3]
HEAD = """\
algorithm: example
version: "1.0.0"
title: Example
start: check
"""
STEPS = """\
steps:
  check: {kind: assessment, moves: {leave: {kind: exit, to: end}}}
  end: {kind: end, result: left}
"""
TREATMENTS = """\
formulary:
  groups: {serotonergic: {title: Serotonergic}, sedating: {title: Sedating}}
  classes:
    SSRI: {title: SSRI, groups: serotonergic}
    MAOI: {title: MAOI}
  options:
    sertraline: {class: SSRI}
    citalopram: {class: SSRI, groups: sedating}
    phenelzine: {class: MAOI}
    cbt: {kind: psychotherapy}
    both: {kind: drug, class: MAOI, contains: [sertraline, phenelzine]}
"""

Given = Callable[..., Loaded]


def loaded(*parts: str, head: str = HEAD, steps: str = STEPS) -> Loaded:
    """A definition of the parts, with a head and two steps unless others are given."""
    return load_text(head + steps + "".join(parts), "example.yaml", [])


def algorithm_of(*parts: str, head: str = HEAD, steps: str = STEPS) -> Algorithm:
    """The same where it must be usable."""
    return loaded(*parts, head=head, steps=steps).usable()


@pytest.fixture(scope="session")
def small() -> Algorithm:
    """The small algorithm that uses every part of the format once."""
    found = load(ROOT / "tests/definitions/small")
    assert found.findings == ()
    return found.usable()
