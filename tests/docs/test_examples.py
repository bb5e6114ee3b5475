"""Each example in a document does what the document says."""

from pathlib import Path

import pytest

import tw
from tests.support.documents import Folder, examples

DOCUMENTS = sorted([*tw.ROOT.glob("*.md"), *tw.ROOT.glob("docs/**/*.md"), *tw.ROOT.glob("algorithms/*/*.md")])


@pytest.mark.slow
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(tw.ROOT)))
def test_the_examples_of_a_document_are_true(document: Path, tmp_path: Path):
    """All are tried, in order, since a later one may build on an earlier one."""
    folder = Folder(tmp_path)

    problems = [problem for each in examples(document.read_text("utf-8")) if (problem := folder.run(each))]

    assert not problems, "\n\n".join(problems)
