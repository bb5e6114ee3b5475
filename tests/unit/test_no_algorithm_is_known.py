"""Nothing in the engine or its doors knows one algorithm: ids belong to definitions alone."""

import re
from pathlib import Path

import pytest

from engine.model.algorithm import MoveKind, StepKind
from engine.model.formulary import OptionKind, Role
from tests.support.algorithms import shipped_algorithm

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "engine").rglob("*.py"))
WORDS_OF_THE_FORMAT = {*MoveKind, *StepKind, *Role, *OptionKind, "remission", "weight", "adherence"}
"""Kinds, roles, an outcome, an attribute of drawings and a key of trials that are ids of it as well."""


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_source_names_a_move_a_measure_or_an_interrupt(path: Path) -> None:
    """The ids of moves, interrupts, flags and questionnaires occur in no quoted text of the engine."""
    algorithm = shipped_algorithm("stepwise-depression")
    own = {"deviation_expired", "outcome_disagrees", "rests_on_retracted"}
    ids = {*algorithm.moves, *algorithm.interrupts, *algorithm.flags, *algorithm.evidence, *algorithm.steps}
    quoted = set(re.findall(r"""(?<!["'\w])["']([a-z][a-z0-9_]+)["']""", path.read_text(encoding="utf-8")))
    known = quoted & (ids - own - WORDS_OF_THE_FORMAT)
    assert not known, f"{path.name} knows {sorted(known)}"
