"""`treadway document`: a folder and a PDF, and whether a folder is stale."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from engine.definition.where import shipped_root


@pytest.fixture
def own(home: Path) -> Path:
    """A definition of one's own, with the libraries beside it."""
    for name in ("apa-2010", "library"):
        shutil.copytree(shipped_root() / name, home / name)
    return home / "apa-2010" / "algorithm.yaml"


def test_a_document_is_stale_when_its_definition_has_changed(treadway, own):
    assert treadway("document apa-2010/algorithm.yaml --out handout").code == 0
    fresh = treadway("document apa-2010/algorithm.yaml --check handout")
    assert (fresh.code, fresh.out) == (0, "handout is the document of apa-2010 1.0.0 as it is now\n")

    own.write_text(own.read_text().replace("value: 4", "value: 5", 1) + "\n# a comment\n")
    stale = treadway("document apa-2010/algorithm.yaml --check handout --json")
    assert (stale.code, stale.json["stale"]) == (1, True)
    assert treadway("document apa-2010/algorithm.yaml --check handout").out.startswith("handout is stale: ")


def test_a_comment_makes_no_document_stale(treadway, own):
    treadway("document apa-2010/algorithm.yaml --out handout")
    own.write_text(f"# a comment\n{own.read_text()}")
    assert treadway("document apa-2010/algorithm.yaml --check handout").code == 0


@pytest.mark.parametrize("content", [None, "", "<!doctype html><title>Another page</title>"])
def test_what_is_no_document_is_no_input(treadway, home, content):
    if content is not None:
        (home / "handout").mkdir()
        (home / "handout" / "index.html").write_text(content)
    result = treadway("document --check handout")
    assert result.code == 3
    assert "name the folder that `treadway document` wrote" in result.err


def test_what_changed_since_a_version_is_told(treadway, home, own):
    shutil.copytree(home / "apa-2010", home / "later")
    later = home / "later" / "algorithm.yaml"
    later.write_text(later.read_text().replace("value: 4", "value: 5", 1))
    treadway("document later/algorithm.yaml --since apa-2010/algorithm.yaml --out handout")
    page = (home / "handout" / "index.html").read_text()
    assert "What changed" in page
    assert "now 5, was 4" in page


def test_a_pdf_is_tagged_and_has_title_language_and_bookmarks(treadway, home):
    """PD-4."""
    assert treadway("document apa-2010 --pdf apa.pdf").code == 0
    assert not (home / "apa-2010-document").exists()
    _is_accessible(home / "apa.pdf", "APA 2010, what to do")


def _is_accessible(path: Path, title: str) -> None:
    read = PdfReader(path)
    root: Any = read.root_object
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - a value of the reader
    assert root["/Lang"] == "en"
    assert read.metadata is not None
    assert title in (read.metadata.title or "")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712 - a value of the reader
    assert "pdfuaid" in root["/Metadata"].get_data().decode()
    bookmarks = [one.title for one in read.outline if not isinstance(one, list)]
    assert bookmarks[0] == "The pathway at a glance"
    assert bookmarks[-1] == "Sources"


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(each.parent.name for each in shipped_root().glob("*/algorithm.yaml")))
def test_every_shipped_algorithm_has_a_document_on_paper(treadway, home, name):
    assert treadway(f"document {name} --pdf one.pdf").code == 0
    _is_accessible(home / "one.pdf", "version 1.")
