"""Whatever an author has typed so far, the whole check and the editor's help answer, and in time."""

import random
from pathlib import Path

import pytest

from api.lsp.desk import Desk, Looked
from engine.definition.editor.completing import choices_at
from engine.definition.editor.formatting import formatted
from engine.definition.editor.hovering import hover_at
from engine.definition.editor.pointing import subject_at
from engine.definition.kinds import kind_of_text
from engine.definition.reader import read_text
from engine.definition.tree import content_of
from engine.definition.where import shipped_root, shown
from tests.property.test_mutated_definitions import mutated
from tests.support.clock import working_time

FILES = [
    "stepwise-depression/algorithm.yaml",
    "star-d/algorithm.yaml",
    "library/gates/reappraisal.yaml",
    "stepwise-depression/scenarios/02-under-dosed-trial.yaml",
]
SECONDS = 2


def look(desk: Desk, file: Path, text: str, *, thorough: bool) -> Looked:
    """Check a file as the language server does; every finding is whole and inside the file."""
    with working_time() as spent:
        looked = desk.look(file, {file: text}, thorough=thorough)
    assert spent.seconds < SECONDS * (2 if thorough else 1)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for finding in looked.findings:
        assert 1 <= finding.place.line <= len(lines)
        assert finding.message
        assert finding.why
        assert finding.fix
        for mend in finding.mends:
            assert all(1 <= edit.place.line <= len(lines) for edit in mend.edits)
    return looked


def ask_everywhere(looked: Looked, file: Path, text: str, rnd: random.Random) -> None:
    """Completion, hover, definition and format at places of the text, its end among them."""
    lines = text.splitlines() or [""]
    places = [(rnd.randrange(len(lines)) + 1, None) for _ in range(6)] + [(len(lines), None), (1, 1)]
    for line, column in places:
        at = column or rnd.randrange(len(lines[line - 1]) + 1) + 1
        for choice in choices_at(lines, kind_of_text(text), looked.good, line, at):
            assert choice.text
        if looked.draft is not None:
            told = hover_at(looked.draft, shown(file), line, at)
            assert told is None or told[0].strip()
            subject = subject_at(looked.draft, shown(file), line, at)
            assert subject is None or subject.name
    made = formatted(text)
    before, after = read_text(text, "x").root, read_text(made, "x").root
    assert (before is None) == (after is None)
    assert before is None or after is None or content_of(before) == content_of(after)


def spoil(file: str, seeds: range, *, thorough: bool) -> None:
    path = (shipped_root() / file).resolve()
    desk = Desk()
    look(desk, path, path.read_text("utf-8"), thorough=False)
    for seed in seeds:
        text = mutated(path.read_text("utf-8"), seed)
        looked = look(desk, path, text, thorough=thorough)
        ask_everywhere(looked, path, text, random.Random(seed))


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_a_spoilt_file_is_answered(file):
    spoil(file, range(8), thorough=False)


@pytest.mark.long
@pytest.mark.parametrize("block", range(20))
@pytest.mark.parametrize("file", FILES[:2])
def test_a_thousand_spoilt_definitions_are_answered_by_the_whole_check_too(file, block):
    spoil(file, range(block * 25, block * 25 + 25), thorough=True)
