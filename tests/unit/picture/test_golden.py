"""The drawing of each shipped algorithm, so that a review shows how a picture changes."""

from pathlib import Path

import pytest

from engine.definition.loader import shipped
from engine.picture.draw import draw
from tests.support.algorithms import shipped_algorithm

GOLDEN = Path(__file__).parents[2] / "golden"


@pytest.mark.parametrize("name", shipped())
def test_dot_text_of_a_shipped_algorithm_changes_only_on_purpose(name):
    """DG-6. After a change that is meant, run `tests/golden/write.py` and read the difference."""
    golden = GOLDEN / f"{name}.dot"
    assert golden.is_file(), f"keep the drawing of {name} as {golden.name}"
    assert draw(shipped_algorithm(name), "dot") == golden.read_text(encoding="utf-8")


def test_no_drawing_is_kept_of_an_algorithm_that_is_gone():
    assert {path.stem for path in GOLDEN.glob("*.dot")} == set(shipped())
