"""Seeded mistakes are found, each by what the corpus names; the documented table is that corpus."""

from pathlib import Path

import pytest

from tests.proof.defects import DEFECTS, Defect, finders

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "claims.md"
START, END = "<!-- defects -->\n", "<!-- /defects -->"


def table() -> str:
    """The corpus as a Markdown table, the mistakes that nothing finds below it."""
    found = [defect for defect in DEFECTS if defect.finder is not None]
    missed = [defect for defect in DEFECTS if defect.finder is None]
    lines = ["| mistake | in | found by |", "|---|---|---|"]
    lines += [f"| {d.title} | {d.algorithm} | {d.finder} |" for d in found]
    lines += ["", "Not found by any claim or check:", "", "| mistake | in | why |", "|---|---|---|"]
    lines += [f"| {d.title} | {d.algorithm} | {d.unfound} |" for d in missed]
    return "\n".join(lines) + "\n"


def test_the_corpus_is_large_and_names_each_mistake_once():
    assert len([defect for defect in DEFECTS if defect.finder is not None]) >= 40
    assert len({defect.id for defect in DEFECTS}) == len(DEFECTS)
    assert all(defect.unfound for defect in DEFECTS if defect.finder is None)


def test_the_documented_table_is_the_corpus():
    """To write it anew: python -m tests.proof.write."""
    text = PAGE.read_text(encoding="utf-8")

    assert text.partition(START)[2].partition(END)[0] == table()


@pytest.mark.slow
@pytest.mark.parametrize("defect", [pytest.param(d, id=d.id) for d in DEFECTS if d.finder is not None])
def test_a_seeded_mistake_is_found(defect: Defect):
    assert defect.finder is not None

    assert defect.finder in finders(defect, only={defect.finder})
