"""The difference of two versions as a picture: signs and line styles, never colour alone."""

from dataclasses import replace

from engine.definition.diff import compare
from engine.picture.difference import both, difference_svg, difference_view
from engine.picture.planner import plan
from engine.picture.view import DASHES, Change
from tests.support.algorithms import shipped_algorithm
from tests.unit.picture.pictures import parsed, texts

OLD = shipped_algorithm("stepwise-depression")
AUGMENT = OLD.moves["augment"]
NEW = replace(
    OLD,
    digest="another",
    steps={
        **{id_: step for id_, step in OLD.steps.items() if id_ != "esketamine"},
        "tms": replace(OLD.steps["tms"], enter=replace(OLD.steps["tms"].enter, when=None)),
    },
    moves={
        **{id_: move for id_, move in OLD.moves.items() if "esketamine" not in id_},
        "augment": replace(AUGMENT, by=frozenset({"consultant"})),
        "add_at_once": replace(AUGMENT, id="add_at_once", title="Add at once", sources=("snri",)),
    },
)
CHANGES = compare(OLD, NEW)


def test_a_step_that_went_is_still_drawn_and_marked():
    view = difference_view(plan(both(OLD, NEW)), CHANGES)
    assert view.marks["step-esketamine"].said == "- removed"
    assert view.marks["step-tms"].said == "~ changed"
    assert view.marks["step-esketamine"].dash == DASHES[Change.REMOVED] != DASHES[Change.CHANGED]
    assert "step-ssri" not in view.marks


def test_an_arrow_of_several_moves_says_changed_unless_all_became_the_same():
    view = difference_view(plan(both(OLD, NEW)), CHANGES)
    signs = {ref: sign.verdict for ref, sign in view.arrow_signs.items()}
    assert signs["arrow-step-ssri-gate-augmentation"] is Change.CHANGED
    assert signs["arrow-step-snri-gate-augmentation"] is Change.CHANGED


def test_every_sign_stands_in_the_picture_as_text():
    svg = difference_svg(OLD, NEW, CHANGES)
    said = " ".join(texts(parsed(svg)))
    assert "- removed" in said
    assert "~ changed" in said
    assert 'stroke-dasharray="6 5"' in svg


def test_nothing_is_marked_where_nothing_changed():
    assert difference_view(plan(OLD), ()).marks == {}
