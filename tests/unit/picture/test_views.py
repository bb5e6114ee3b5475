"""One patient's way, what is next, and counts."""

import re
from dataclasses import replace
from datetime import date

import pytest

from engine.model.decision import Part, Reason, Status
from engine.model.formulary import Checkpoint
from engine.model.time import Duration, Unit
from engine.picture.draw import draw
from engine.picture.layout import laid_out
from engine.picture.overlay import StepCount, counts_view, next_verdicts, trail_view, verdict_of
from engine.picture.paint import svg
from engine.picture.planner import plan
from engine.picture.render import DrawingError
from engine.picture.view import Verdict
from engine.runtime import decide
from tests.support.algorithms import shipped_algorithm
from tests.support.stories import scenario_files, story_of
from tests.unit.picture.cases import against, decision, decisions, walk
from tests.unit.picture.invented import stepwise
from tests.unit.picture.pictures import links, parsed, texts

ALGORITHM = stepwise()
PLAN = plan(ALGORITHM)


def said(case, answers=None) -> dict[str, str]:
    view = trail_view(PLAN, case, answers)
    return {ref: mark.said for ref, mark in view.marks.items()}


class TestTheWaySoFar:
    def test_each_step_says_when_it_was_visited_and_where_the_patient_is_now(self):
        case = walk(ALGORITHM, "start_ssri", "switch_to_snri")
        assert said(case, decisions(case)) == {
            "gate-snri": "passed",
            "step-diagnosis_check": "visited 1st",
            "step-ssri": "visited 2nd",
            "step-snri": "Now here, week 6",
        }

    def test_the_week_counts_to_the_last_planned_check(self):
        weeks = tuple(Duration(n, Unit.WEEK) for n in (2, 4, 6, 8))
        step = replace(ALGORITHM.steps["snri"], checkpoints=(Checkpoint("start", ("phq9",), weeks),))
        shown = plan(replace(ALGORITHM, steps={**ALGORITHM.steps, "snri": step}))
        case = walk(ALGORITHM, "start_ssri", "switch_to_snri")
        for week, expected in (
            (0, "Now here"),
            (6, "Now here, week 6 of 8"),
            (8, "Now here, week 8 of 8"),
            (9, "Now here, week 9"),
        ):
            marks = trail_view(shown, case, decisions(case, weeks=week)).marks
            assert marks["step-snri"].said == expected

    def test_a_step_visited_again_says_so(self):
        case = walk(ALGORITHM, "start_ssri", "enter_remission", "return_to_ssri")
        assert said(case)["step-ssri"] == "Now here, visit 2"
        case = walk(ALGORITHM, "start_ssri", "enter_remission", "return_to_ssri", "switch_to_snri")
        assert said(case)["step-ssri"] == "visited 2nd and 4th, visit 2"

    def test_the_arrows_that_were_taken_stand_out(self):
        case = walk(ALGORITHM, "start_ssri", "switch_to_snri")
        assert trail_view(PLAN, case, None).taken == {
            "arrow-start-step-diagnosis_check",
            "arrow-step-diagnosis_check-step-ssri",
            "arrow-step-ssri-gate-snri",
            "arrow-gate-snri-step-snri",
        }

    def test_a_move_written_in_a_box_stands_out_there(self):
        case = walk(ALGORITHM, "start_psychotherapy", "change_to_ssri")
        view = trail_view(PLAN, case, None)
        lines = PLAN.boxes["step-psychotherapy"].lines
        assert [lines[n].moves for _, n in view.lines_taken] == [("change_to_ssri",)]
        assert "arrow-step-diagnosis_check-step-ssri" not in view.taken

    def test_one_step_of_a_choice_was_reached_through_the_arrow_to_the_choice(self):
        case = walk(ALGORITHM, "start_ssri", "switch_to_snri", "augment", "escalate_to_ect")
        view = trail_view(PLAN, case, None)
        assert "arrow-gate-group.interventional-group-interventional" in view.taken
        assert view.marks["gate-group.interventional"].said == "passed"
        assert "step-tms" not in view.marks

    def test_leaving_from_a_later_step_takes_the_arrow_drawn_for_any_step(self):
        case = walk(ALGORITHM, "start_ssri", "exit_bipolar")
        assert "arrow-step-diagnosis_check-exit-bipolar_pathway" in trail_view(PLAN, case, None).taken
        assert said(case)["exit-bipolar_pathway"] == "Left here"

    def test_a_gate_passed_by_deviation_is_not_called_passed(self):
        case = walk(ALGORITHM, "start_ssri", "switch_to_snri", deviation=7)
        assert said(case)["gate-snri"] == "passed by deviation"

    def test_a_step_or_move_that_this_version_lacks_is_left_out(self):
        case = walk(ALGORITHM, "start_ssri", "switch_to_snri")
        older = replace(case.visits[1], step="gone_step"), replace(case.moves[0], move="gone_move")
        case = replace(
            case, visits=(case.visits[0], older[0], case.visits[2]), moves=(older[1], case.moves[1])
        )
        assert set(said(case)) == {"gate-snri", "step-diagnosis_check", "step-snri"}


class TestWhatIsNext:
    def test_verdicts_stand_on_arrows_and_lines_of_the_step_where_the_patient_is(self):
        case = walk(ALGORITHM, "start_ssri", "switch_to_snri")
        answers = decisions(
            case,
            decision("augment", Status.UNDECIDED),
            decision("go_to_psychotherapy", Status.PERMITTED),
            decision("start_ssri", Status.REFUSED, against(Part.FROM)),
        )
        view = trail_view(PLAN, case, answers)
        assert {ref: sign.verdict for ref, sign in view.arrow_signs.items()} == {
            "arrow-step-snri-gate-augmentation": Verdict.NOT_YET
        }
        ((place, sign),) = view.line_signs.items()
        assert PLAN.boxes["step-snri"].lines[place[1]].moves == ("go_to_psychotherapy",)
        assert sign.verdict is Verdict.READY

    def test_the_gate_ahead_says_how_many_questions_are_answered(self):
        case = walk(ALGORITHM, "start_ssri")
        view = said(case, decisions(case, decision("switch_to_snri", Status.UNDECIDED), answered=14))
        assert view["gate-snri"] == "14 of 19"

    def test_each_step_of_a_choice_gets_its_own_word_and_the_arrow_the_best(self):
        case = walk(ALGORITHM, "start_ssri", "switch_to_snri", "augment")
        answers = decisions(
            case,
            decision("escalate_to_tms", Status.UNDECIDED),
            decision("escalate_to_ect", Status.PERMITTED),
            decision("escalate_to_esketamine", Status.REFUSED, against(Part.OPTION, "Aneurysm")),
        )
        view = trail_view(PLAN, case, answers)
        assert {ref: sign.verdict for ref, sign in view.box_signs.items()} == {
            "step-tms": Verdict.NOT_YET,
            "step-ect": Verdict.READY,
            "step-esketamine": Verdict.NOT_OFFERED,
        }
        assert view.arrow_signs["arrow-step-augmentation-gate-group.interventional"].verdict is Verdict.READY

    def test_moves_to_another_step_of_the_same_choice_are_said_on_its_box(self):
        case = walk(ALGORITHM, "start_ssri", "switch_to_snri", "augment", "escalate_to_ect")
        view = trail_view(PLAN, case, decisions(case, decision("escalate_to_tms", Status.PERMITTED)))
        assert view.box_signs["step-tms"].verdict is Verdict.READY
        assert not view.arrow_signs

    def test_a_raised_interrupt_shows_on_the_panel_and_on_each_frozen_move(self):
        case = walk(ALGORITHM, "start_ssri", raised=("suicidality", "mania"))
        frozen = decision("switch_to_snri", Status.REFUSED, against(Part.INTERRUPT, "Suicide risk is raised"))
        view = trail_view(PLAN, case, decisions(case, frozen))
        assert view.marks["safety"].said == "Moves are frozen: Suicide risk and Mania"
        assert view.arrow_signs["arrow-step-ssri-gate-snri"].because == ("Suicide risk is raised",)

    def test_a_reason_too_long_for_the_picture_is_left_out_rather_than_cut(self):
        case = walk(ALGORITHM, "start_ssri", raised=("suicidality",))
        long = decision("switch_to_snri", Status.REFUSED, against(Part.INTERRUPT, "word " * 40))
        view = trail_view(PLAN, case, decisions(case, long))
        assert view.arrow_signs["arrow-step-ssri-gate-snri"].because == ()

    def test_a_closed_case_has_nothing_next(self):
        case = replace(walk(ALGORITHM, "start_ssri"), closed_on=walk(ALGORITHM).opened_on)
        assert next_verdicts(PLAN, case, decisions(case, decision("augment", Status.PERMITTED))) == {}
        assert said(case)["step-ssri"] == "visited 2nd"

    @pytest.mark.parametrize(
        ("status", "reasons", "verdict"),
        [
            pytest.param(Status.PERMITTED, (), Verdict.READY, id="permitted"),
            pytest.param(Status.UNDECIDED, (), Verdict.NOT_YET, id="undecided"),
            pytest.param(Status.REFUSED, (Part.CRITERION,), Verdict.NOT_YET, id="criterion-may-change"),
            pytest.param(Status.REFUSED, (Part.REQUIREMENT,), Verdict.NOT_YET, id="evidence-may-come"),
            pytest.param(Status.REFUSED, (Part.INTERRUPT,), Verdict.BLOCKED, id="interrupt"),
            pytest.param(Status.REFUSED, (Part.HARD_STOP,), Verdict.BLOCKED, id="hard-stop"),
            pytest.param(Status.REFUSED, (Part.CRITERION, Part.GATE), Verdict.BLOCKED, id="gate-concludes"),
            pytest.param(Status.REFUSED, (Part.OPTION,), Verdict.NOT_OFFERED, id="option-closed"),
            pytest.param(
                Status.REFUSED, (Part.OPTION, Part.INTERRUPT), Verdict.BLOCKED, id="interrupt-first"
            ),
        ],
    )
    def test_the_page_word_for_an_answer(self, status, reasons, verdict):
        assert verdict_of(decision("augment", status, *map(against, reasons))) is verdict

    def test_a_gate_that_time_alone_will_open_is_not_yet_rather_than_blocked(self):
        """ "Not yet. 3 of 4 weeks at 150 mg a day. Reached on 16-Mar-2026." """
        waiting = replace(decision("augment", Status.REFUSED, against(Part.GATE)), again_on=date(2026, 3, 16))
        assert verdict_of(waiting) is Verdict.NOT_YET
        frozen = replace(waiting, reasons=(against(Part.INTERRUPT), against(Part.GATE)))
        assert verdict_of(frozen) is Verdict.BLOCKED

    def test_an_interrupt_is_named_by_its_title_and_a_gate_by_its_question(self):
        case = walk(ALGORITHM, "start_ssri", raised=("suicidality",))
        by_title = Reason(Part.INTERRUPT, "suicidality", False, "a long sentence about frozen moves " * 3)
        answers = decisions(case, decision("switch_to_snri", Status.REFUSED, by_title))
        sign = trail_view(PLAN, case, answers).arrow_signs["arrow-step-ssri-gate-snri"]
        assert sign.because == ("Suicide risk",)
        question = decision("switch_to_snri", Status.REFUSED, against(Part.GATE, "Was it given long enough?"))
        sign = trail_view(PLAN, case, decisions(case, question)).arrow_signs["arrow-step-ssri-gate-snri"]
        assert sign.because == ("No: Was it given", "long enough?")


class TestCounts:
    def test_every_step_says_how_many_patients_and_none_is_left_blank(self):
        view = counts_view(PLAN, {"ssri": StepCount(27, 5, 6), "snri": StepCount(1)})
        words = {ref: mark.said for ref, mark in view.marks.items()}
        assert words.keys() == PLAN.boxes.keys()
        assert words["step-ssri"] == "27 patients, 5 flagged, median 6 weeks"
        assert words["step-snri"] == "1 patient"
        assert words["step-tms"] == "0 patients"

    def test_a_picture_shows_one_view_at_a_time(self):
        with pytest.raises(DrawingError, match="either a patient's way or counts"):
            draw(ALGORITHM, "svg", walk(ALGORITHM), counts={})


class TestPainted:
    def test_what_a_tab_says_is_read_out_with_its_box(self):
        case = walk(ALGORITHM, "start_ssri", "switch_to_snri")
        answers = decisions(case, decision("augment", Status.UNDECIDED))
        read = {
            id: link.attrib["aria-label"]
            for id, link in links(parsed(draw(ALGORITHM, "svg", case, answers))).items()
        }
        assert read["map-step-snri"] == "S2 SNRI or another class, medicine. Now here, week 6"
        assert read["map-gate-augmentation"].endswith("19 questions. 14 of 19")

    def test_the_list_says_the_same_as_the_picture(self):
        """CA-9: map and list hold the same statuses."""
        case = walk(ALGORITHM, "start_ssri", "switch_to_snri")
        answers = decisions(
            case, decision("augment", Status.UNDECIDED), decision("exit_bipolar", Status.PERMITTED)
        )
        listed = draw(ALGORITHM, "list", case, answers)
        for ref, status in said(case, answers).items():
            assert re.search(rf"^\[{re.escape(ref)}] .* -- {re.escape(status)}$", listed, re.MULTILINE), ref
        assert re.search(r"Add a second medicine -> .* -- Not yet$", listed, re.MULTILINE)
        assert re.search(r"Leave for the bipolar pathway -> .* -- Ready$", listed, re.MULTILINE)

    @pytest.mark.parametrize(
        "moves",
        [
            ("start_ssri",),
            ("start_psychotherapy", "change_to_ssri"),
            ("start_ssri", "switch_to_snri", "augment", "escalate_to_ect"),
            ("start_ssri", "enter_remission", "new_episode", "bypass_to_ect", "enter_remission", "discharge"),
        ],
    )
    def test_tabs_and_signs_stay_on_the_page_and_off_the_names_of_boxes(self, moves):
        layout = laid_out(ALGORITHM)
        case = walk(ALGORITHM, *moves, raised=("suicidality",))
        answers = decisions(
            case, *(decision(move, Status.REFUSED, against(Part.INTERRUPT)) for move in ALGORITHM.moves)
        )
        root = parsed(svg(layout, trail_view(layout.plan, case, answers)))
        x, y = layout.shift
        titles = [layout.drawn[ref].words[0].rect for ref in layout.plan.boxes]
        layer = list(root)[-1][-1]
        pills = [shape for shape in layer if shape.attrib.get("rx") == "4"]
        assert pills
        for pill in pills:
            left, top, width, height = (float(pill.attrib[name]) for name in ("x", "y", "width", "height"))
            assert left + x >= 0
            assert top + y >= 0
            assert left + width + x <= layout.width
            assert top + height + y <= layout.height
            for title in titles:
                assert (
                    left >= title.right
                    or left + width <= title.left
                    or top >= title.bottom
                    or top + height <= title.top
                )

    @pytest.mark.parametrize("story", scenario_files("stepwise-depression")[::12], ids=lambda path: path.stem)
    def test_the_way_of_a_shipped_story_is_told_to_its_end(self, story):
        algorithm = shipped_algorithm("stepwise-depression")
        walked = story_of(algorithm, story.name)
        said = decide(algorithm, walked.case, walked.today)
        read = links(parsed(draw(algorithm, "svg", walked.case, said)))
        for visit in walked.case.visits:
            label = read[f"map-{plan(algorithm).ref_of(visit.step)}"].attrib["aria-label"]
            assert re.search("visited|Now here|Left here", label), visit.step

    def test_a_view_names_itself(self):
        title = parsed(draw(ALGORITHM, "svg", counts={}))[0].text
        assert title == "Stepwise treatment of depression: patients in each step"

    def test_tab_words_are_in_the_picture(self):
        case = walk(ALGORITHM, "start_ssri", "switch_to_snri")
        shown = texts(parsed(draw(ALGORITHM, "svg", case, decisions(case))))
        assert {"1st", "2nd", "passed", "Now here, week 6"} <= set(shown)
