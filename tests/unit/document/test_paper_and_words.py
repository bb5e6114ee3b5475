"""What a PDF does with hostile text, and how sentences of a document are joined and cut to one step."""

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from engine.document.build import document_of
from engine.document.here import left_in
from engine.document.paper import pdf_of
from engine.document.writing import UNSOURCED, Sources, clauses, words
from engine.model.algorithm import Step, StepKind
from engine.model.criterion import ALWAYS, AllOf, AnyOf, Line
from tests.support.algorithms import shipped_algorithm

MARKUP = 'Step #panic("caught") \\ "quoted" ] } $x$ *b* _i_ `code` // no comment @ref <label> = head'


def test_text_is_never_read_as_markup_of_the_compiler():
    algorithm = shipped_algorithm("apa-2010")
    first = next(iter(algorithm.steps.values()))
    steps = {**algorithm.steps, first.id: replace(first, title=MARKUP, summary=f"{MARKUP} שלום 💊")}
    hostile = replace(algorithm, title=MARKUP, steps=steps, digest="hostile")
    read = PdfReader(io.BytesIO(pdf_of(hostile, document_of(hostile))))
    assert read.metadata is not None
    assert read.metadata.title == f"{MARKUP}, version 1.0.0"
    shown = "".join("".join(page.extract_text().split()) for page in read.pages)
    assert "".join(MARKUP.split()) in shown


def test_the_same_document_gives_the_same_bytes():
    algorithm = shipped_algorithm("apa-2010")
    assert pdf_of(algorithm, document_of(algorithm)) == pdf_of(algorithm, document_of(algorithm))


HERE = Step("one", "One", StepKind.TREATMENT)


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        (Line("step.id = 'one' and a"), Line("a")),
        (Line("step.id = 'two' and a"), None),
        (Line("step.id = 'two' or a"), Line("a")),
        (Line("step.id = 'one' or a"), ALWAYS),
        (Line("step.id != 'one'"), None),
        (Line("step.id in {'one', 'two'} and a"), Line("a")),
        (Line("step.id in {'two', 'three'}"), None),
        (Line("(step.id = 'one' and a) or (step.id = 'two' and b)"), Line("a")),
        (Line("a and b"), Line("a and b")),
        (AnyOf((Line("step.id = 'two'"), Line("a"))), AnyOf((Line("a"),))),
        (AnyOf((Line("step.id = 'one'"), Line("a"))), ALWAYS),
        (AnyOf((Line("step.id = 'two'"),)), None),
        (AllOf((Line("a"), Line("step.id = 'two'"))), None),
        (Line("not (step.id = 'one')"), Line("not (step.id = 'one')")),
    ],
)
def test_what_is_about_other_steps_is_left_out_and_nothing_else(condition, left):
    assert left_in(condition, HERE) == left


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (["a", "b"], "a or b"),
        (["a", "b", "c"], "a, b or c"),
        (["a and b", "c"], "a and b; or c"),
        (["a, b", "c"], "a, b; or c"),
        (["a"], "a"),
    ],
)
def test_joined_clauses_leave_one_reading(parts, said):
    assert clauses([words(part) for part in parts], "or") == (said,)


def test_a_number_without_a_source_says_so_where_one_is_needed():
    sources = Sources(shipped_algorithm("apa-2010"))
    assert sources.cite(None, needed=True) == (" ", UNSOURCED)
    assert sources.cite(None) == ()
    assert sources.rows() == ()
