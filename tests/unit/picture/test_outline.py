"""The list: what the picture says and what it has no room for."""

from dataclasses import replace

from engine.model.algorithm import Bounds, MoveKind
from engine.model.criterion import AllOf, AnyOf, Line, NoneOf
from engine.model.formulary import Requirement
from engine.model.time import EVER, Window, days
from engine.picture.draw import draw
from engine.picture.outline import outline
from engine.picture.planner import plan
from tests.unit.picture.invented import stepwise


def changed(**steps_and_moves: object) -> str:
    base = stepwise()
    steps = {id: steps_and_moves.get(id, step) for id, step in base.steps.items()}
    moves = {id: steps_and_moves.get(id, move) for id, move in base.moves.items()}
    return draw(replace(base, digest=repr(steps_and_moves), steps=steps, moves=moves), "list")


def test_every_move_is_listed_once_for_each_step_or_once_for_all():
    words = outline(plan(stepwise()))
    own = {(entry.ref, move.id) for entry in words.entries for move in entry.moves}
    shared = {move.id: where for where, moves in words.shared for move in moves}
    assert ("step-ssri", "augment") in own
    assert ("step-snri", "augment") in own
    assert shared["exit_bipolar"] == "At any step"
    assert shared["de_escalate"] == "At any treatment step", "hidden in the picture, not in the list"
    assert not {move for _, move in own} & shared.keys()


def test_a_move_says_its_gate_its_target_and_what_it_needs():
    base = stepwise().moves["augment"]
    move = replace(
        base,
        requires=(Requirement("phq9", Window(days(14))), Requirement("family_history", EVER)),
        when=AllOf((Line("Today() >= @2026-01-02"), AnyOf((Line("patient.age_years < 65"), Line("false"))))),
    )
    text = changed(augment=move)
    assert (
        "  * Add a second medicine -> [step-augmentation] S3 Add a second medicine, past the gate Reappraisal"
        in text
    )
    assert "      - phq9 recorded (14 days)" in text
    assert "      - family_history recorded (ever)" in text
    assert "      - Any of: " in text
    assert "65" in text


def test_a_criterion_that_cannot_be_said_is_shown_as_it_is_written():
    move = replace(stepwise().moves["augment"], when=NoneOf((Line("this is ( no criterion"),)))
    assert "      - None of: this is ( no criterion" in changed(augment=move)


def test_what_holds_for_every_move_in_or_out_stands_with_the_step():
    step = replace(
        stepwise().steps["tms"],
        enter=Bounds((Requirement("tms_safety", EVER),), except_kinds=frozenset({MoveKind.RETURN})),
    )
    assert "    In by any move, except return: tms_safety recorded (ever)" in changed(tms=step)


def test_a_move_within_the_step_says_that_it_stays():
    assert "  * Another of the same kind (stays in the step), past the gate Reappraisal" in draw(
        stepwise(), "list"
    )


def test_links_of_the_html_list_lead_where_those_of_the_picture_lead():
    made = draw(stepwise(), "html", links="/pathways/x/1")
    assert '<li id="list-step-ssri"><a href="/pathways/x/1#step-ssri">S1 SSRI</a>' in made
