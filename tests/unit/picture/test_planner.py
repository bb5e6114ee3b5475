"""What is drawn, what is merged and what is written in a box."""

from dataclasses import replace

import pytest

from engine.model.algorithm import Algorithm, Move, MoveKind, Step, StepKind
from engine.picture.plan import Plan, Stroke
from engine.picture.planner import plan
from tests.unit.picture.invented import algorithm, branching, gate, ladder, stepwise


def arrows(shown: Plan) -> dict[tuple[str, str], tuple[str, ...]]:
    return {(arrow.tail, arrow.head): arrow.moves for arrow in shown.arrows}


def written(shown: Plan, ref: str) -> dict[str, str]:
    return {line.text: line.goal for line in shown.boxes[ref].lines}


@pytest.fixture(scope="module")
def shown() -> Plan:
    return plan(stepwise())


def test_the_main_line_is_the_longest_way_down_and_a_choice_is_one_stop_on_it(shown):
    assert shown.main == (
        "step-diagnosis_check", "step-ssri", "step-snri", "step-augmentation", "group-interventional",
        "step-remission",
    )  # fmt: skip


def test_what_may_run_alongside_stands_beside_the_line(shown):
    beside = [arrow for arrow in shown.arrows if arrow.stroke is Stroke.ALONGSIDE]
    assert [(arrow.tail, arrow.head) for arrow in beside] == [("step-snri", "step-psychotherapy")]
    assert "step-psychotherapy" not in shown.main


def test_one_gate_stands_before_each_box_that_gated_arrows_lead_to(shown):
    assert {ref: gate.targets for ref, gate in shown.gates.items()} == {
        "gate-snri": ("snri",),
        "gate-augmentation": ("augmentation",),
        "gate-psychotherapy": ("psychotherapy",),
        "gate-group.interventional": ("tms", "ect", "esketamine"),
    }


def test_every_gated_arrow_ends_at_a_gate(shown):
    for arrow in shown.arrows:
        moves = [shown.algorithm.moves[id] for id in arrow.moves]
        if any(move.gate for move in moves):
            assert arrow.head in shown.gates or arrow.tail in shown.gates, arrow.ref


def test_moves_to_each_step_of_a_choice_become_one_arrow(shown):
    escalations = ("escalate_to_tms", "escalate_to_ect", "escalate_to_esketamine")
    assert arrows(shown)["step-augmentation", "gate-group.interventional"] == escalations
    assert arrows(shown)["gate-group.interventional", "group-interventional"] == escalations


def test_moves_within_a_choice_are_said_once_in_its_heading(shown):
    frame = shown.frames["group-interventional"]
    assert frame.line is not None
    assert frame.line.gate == "reappraisal"
    assert frame.line.moves == ("escalate_to_tms", "escalate_to_ect", "escalate_to_esketamine")
    assert "From one of these" not in " ".join(written(shown, "step-tms"))


def test_an_urgent_move_from_any_step_is_drawn_once_from_the_start_without_a_gate(shown):
    (urgent,) = (arrow for arrow in shown.arrows if arrow.stroke is Stroke.URGENT)
    assert (urgent.tail, urgent.head) == ("step-diagnosis_check", "step-ect")
    assert urgent.label[0] == "At any step before R, urgent:"
    assert urgent.emphasis == 1


def test_leaving_from_any_step_is_drawn_once_from_the_start(shown):
    exits = [arrow for arrow in shown.arrows if "exit_bipolar" in arrow.moves]
    assert [(arrow.tail, arrow.label[0]) for arrow in exits] == [("step-diagnosis_check", "At any step:")]


def test_an_author_who_writes_from_any_step_does_not_say_it_twice():
    base = stepwise()
    for label, expected in (
        (("From any step:", "mania"), ("At any step:", "mania")),
        (("At any step: mania,", "or screen positive"), ("At any step:", "mania, or", "screen positive")),
    ):
        changed = replace(base.moves["exit_bipolar"], label=label)
        shown = plan(replace(base, moves={**base.moves, "exit_bipolar": changed}))
        assert next(arrow for arrow in shown.arrows if "exit_bipolar" in arrow.moves).label == expected


def test_a_step_that_no_arrow_would_reach_gets_one_from_the_last_step_before_it(shown):
    """Remission is written in every box; its box still hangs on the line."""
    assert arrows(shown)["group-interventional", "step-remission"] == ("enter_remission",)
    assert "Remission" not in written(shown, "step-tms")
    assert written(shown, "step-ssri")["Remission"] == "R"


def test_moves_back_are_written_in_the_box(shown):
    assert written(shown, "step-psychotherapy")["Less than half better"] == "S1"
    assert written(shown, "step-remission")["New episode after 4 months"] == "S0"


def test_moves_back_to_many_steps_with_one_label_share_a_line(shown):
    assert written(shown, "step-remission")["Relapse: the last step that helped"] == "S1 to S5"


def test_moves_back_to_many_steps_without_labels_share_a_line_too():
    base = stepwise()
    bare = {
        id: replace(move, label=()) if id.startswith("return_") else move for id, move in base.moves.items()
    }
    lines = plan(replace(base, moves=bare)).boxes["step-remission"].lines
    assert [(line.text, line.goal, line.gate) for line in lines] == [
        ("Return", "S1 to S5", "reappraisal"),
        ("New episode after 4 months", "S0", None),
    ]


def test_a_move_within_the_step_is_written_as_staying(shown):
    assert written(shown, "step-ssri")["Another of the same kind"] == "stay"


def test_a_hidden_move_is_not_in_the_picture(shown):
    shown_moves = {id for arrow in shown.arrows for id in arrow.moves}
    shown_moves |= {id for box in shown.boxes.values() for line in box.lines for id in line.moves}
    assert "de_escalate" not in shown_moves


@pytest.mark.parametrize("made", [stepwise, branching, ladder])
def test_no_move_is_lost(made):
    """Each move out of each step is an arrow or a line, or said for a whole choice or for any step."""
    whole = made()
    shown = plan(whole)
    for move in whole.moves.values():
        for step in move.sources if move.draw != "hidden" else ():
            ref = shown.ref_of(step)
            frames = [frame for frame in shown.frames.values() if step in frame.steps]
            tails = {ref, *(frame.ref for frame in frames)}
            as_arrow = any(move.id in arrow.moves and arrow.tail in tails for arrow in shown.arrows)
            as_line = any(move.id in line.moves for line in shown.boxes[ref].lines)
            for_all = any(frame.line and move.id in frame.line.moves for frame in frames)
            said_once = any(
                move.id in arrow.moves and arrow.label and arrow.label[0].startswith("At any")
                for arrow in shown.arrows
            )
            assert as_arrow or as_line or for_all or said_once, (move.id, step)


def test_a_move_from_many_steps_to_one_is_drawn_once_and_written_in_the_others(shown):
    assert arrows(shown)["step-ssri", "gate-psychotherapy"] == ("go_to_psychotherapy",)
    assert ("step-snri", "gate-psychotherapy") not in arrows(shown)
    assert written(shown, "step-snri")["Not enough, or prefers therapy"] == "S4"


def test_two_moves_between_the_same_boxes_share_an_arrow():
    steps = [Step("a", "A", StepKind.TREATMENT), Step("b", "B", StepKind.TREATMENT)]
    moves = [
        Move("one", "One", MoveKind.SWITCH, ("a",), "b"),
        Move("two", "Two", MoveKind.AUGMENT, ("a",), "b"),
    ]
    arrow = plan(algorithm(steps, moves)).arrows[1]
    assert (arrow.moves, arrow.label) == (("one", "two"), ("One", "or Two"))


def test_two_gates_before_one_step_are_two_hexagons():
    steps = [Step(id, id.upper(), StepKind.TREATMENT) for id in "abc"]
    moves = [
        Move("one", "One", MoveKind.SWITCH, ("a",), "b", gate="first"),
        Move("two", "Two", MoveKind.SWITCH, ("a",), "b", gate="second"),
    ]
    shown = plan(algorithm(steps, moves, gates={"first": gate("first"), "second": gate("second")}))
    assert {ref: box.gate for ref, box in shown.gates.items()} == {
        "gate-b": "first",
        "gate-b-second": "second",
    }
    assert ("gate-b", "step-b") in arrows(shown)
    assert ("gate-b-second", "step-b") in arrows(shown)
    assert arrows(shown)["step-a", "gate-b-second"] == ("two",)
    assert arrows(shown)["gate-b-second", "step-b"] == ("two",)


def test_a_step_named_like_a_group_keeps_its_own_gate():
    base = stepwise()
    odd = replace(base.steps["snri"], id="interventional")
    steps = {("interventional" if id == "snri" else id): step for id, step in base.steps.items()}
    moves = {
        id: replace(
            move,
            sources=tuple("interventional" if source == "snri" else source for source in move.sources),
            target="interventional" if move.target == "snri" else move.target,
        )
        for id, move in base.moves.items()
    }
    shown = plan(replace(base, steps={**steps, "interventional": odd}, moves=moves))
    assert {"gate-interventional", "gate-group.interventional"} <= shown.gates.keys()


def test_a_group_of_one_is_a_plain_step():
    whole = ladder()
    lone = replace(whole.steps["rung_2"], group="alone")
    assert not plan(replace(whole, steps={**whole.steps, "rung_2": lone})).frames


def test_an_algorithm_of_one_step_can_be_shown():
    shown = plan(ladder(1))
    assert shown.order == ("step-rung_1",)
    assert [(arrow.tail, arrow.head) for arrow in shown.arrows] == [("start", "step-rung_1")]


def test_a_circle_of_steps_still_has_a_main_line():
    steps = [Step(id, id.upper(), StepKind.TREATMENT) for id in "abc"]
    moves = [
        Move(f"{frm}{to}", f"To {to}", MoveKind.SWITCH, (frm,), to)
        for frm, to in (("a", "b"), ("b", "c"), ("c", "a"))
    ]
    shown = plan(algorithm(steps, moves))
    assert shown.main == ("step-a", "step-b", "step-c")
    assert written(shown, "step-c") == {"To a": "A"}


def test_the_plan_does_not_depend_on_names():
    """Nothing knows an algorithm: other ids, codes and titles give the same shape."""

    def renamed(whole: Algorithm) -> Algorithm:
        names = {id: f"x{n}" for n, id in enumerate(whole.steps)}
        return replace(
            whole,
            start=names[whole.start],
            steps={names[id]: replace(step, id=names[id]) for id, step in whole.steps.items()},
            moves={
                id: replace(
                    move, sources=tuple(names[s] for s in move.sources), target=names.get(move.target or "")
                )
                for id, move in whole.moves.items()
            },
        )

    one, other = plan(stepwise()), plan(renamed(stepwise()))
    assert [arrow.moves for arrow in one.arrows] == [arrow.moves for arrow in other.arrows]
    assert [len(box.lines) for box in one.boxes.values()] == [len(box.lines) for box in other.boxes.values()]
