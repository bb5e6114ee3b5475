"""What the case page shows of a case: banner, next step, checklist, gate, trials, chart, stops, history."""

from datetime import UTC, date

import pytest

from api.pages.case.banner import banner_of
from api.pages.case.chart import score_chart
from api.pages.case.checklist import MISSING, RECORDED, STALE, WRONG, checklist
from api.pages.case.gate_form import gate_form
from api.pages.case.next_step import next_step
from api.pages.case.stops import stops
from api.pages.case.timeline import stays
from api.pages.case.trials_table import trial_rows
from engine.model.decision import Status
from tests.support.case_readings import reading_of

UNDER_DOSED = "02-under-dosed-trial.yaml"
SUICIDALITY = "08-suicidality-in-a-trial.yaml"
ANEURYSM = "10-aneurysm-closes-esketamine.yaml"
CORRECTED = "13-score-on-the-wrong-chart.yaml"
ASKED = "22-asked-and-not-known.yaml"


def test_the_banner_names_the_patient_the_way_a_hospital_does():
    banner = banner_of(reading_of(UNDER_DOSED).view, date(2026, 4, 6))

    assert (banner.name, banner.born, banner.gender) == ("BERG, Tom", "01-Jul-1980 (45y)", "Male")


def test_unknown_evidence_is_never_shown_as_no():
    reading = reading_of(ANEURYSM)

    for name in reading.here():
        decision = reading.said.moves[name]
        block = next_step(reading).block(name)
        assert block is not None
        shown = {row.text: group.word for group in block.groups for row in group.rows}
        for reason in decision.reasons:
            if reason.holds is None:
                assert shown[reason.text[:1].upper() + reason.text[1:]] == "not recorded"


def test_reasons_stand_in_the_order_no_not_recorded_yes():
    words = [
        [group.word for group in block.groups if group.word != "with care"]
        for block in next_step(reading_of(SUICIDALITY)).blocks
    ]

    assert any(words)
    for found in words:
        assert found == [word for word in ("no", "not recorded", "yes") if word in found]


def test_every_value_behind_a_reason_names_its_record_and_its_writer():
    reading = reading_of(ANEURYSM)
    block = next_step(reading).block("escalate_to_esketamine")

    assert block is not None
    (fact,) = block.groups[0].rows[0].facts
    assert (fact.words, fact.on, fact.by) == ("yes", "02-Mar-2026", "tester")
    record = reading.case.record(fact.seq or 0)
    assert record is not None
    assert record.type == "vascular_disease"


def test_a_hard_stop_has_neither_control_nor_deviation():
    block = next_step(reading_of(ANEURYSM)).block("escalate_to_esketamine")

    assert block is not None
    assert (block.verdict, block.control, block.deviable) == ("Blocked", False, False)
    assert block.summary.startswith("An aneurysm may burst")


def test_under_a_stop_only_the_urgent_way_leaving_and_reducing_have_a_control():
    found = next_step(reading_of(SUICIDALITY, 3))

    assert found.frozen
    offered = {block.kind for block in found.blocks if block.control or block.deviable}
    assert offered <= {"bypass", "exit", "de escalate"}
    assert "de escalate" in offered


def test_a_case_as_it_was_known_then_offers_nothing():
    reading = reading_of(UNDER_DOSED)
    then = type(reading)(reading.view, reading.said, known=3)

    assert not any(block.control or block.deviable for block in next_step(then).blocks)


def test_what_would_decide_names_evidence_that_can_be_recorded():
    reading = reading_of(ANEURYSM)

    needed = [part for block in next_step(reading).blocks for need in block.needs for part in need]

    assert needed
    assert {part.kind for part in needed} <= set(reading.algorithm.evidence)


def test_the_checklist_tells_recorded_from_out_of_date_and_not_recorded():
    tasks = {task.kind: task for group in checklist(reading_of(ANEURYSM)).groups for task in group.tasks}

    assert tasks["vascular_disease"].status == RECORDED
    assert tasks["vascular_disease"].fresh == "does not go out of date"
    assert (tasks["second_opinion"].status, tasks["second_opinion"].fresh) == (
        STALE,
        "out of date since 01-Apr-2026",
    )
    assert (tasks["ect_workup"].status, tasks["ect_workup"].values) == (MISSING, "")


def test_asked_and_not_known_is_not_recorded_and_says_so():
    reading = reading_of(ASKED, 1)
    asked = [record.type for record in reading.case.records if record.asked_not_known]
    tasks = {task.kind: task for group in checklist(reading).groups for task in group.tasks}

    assert asked
    for kind in asked:
        if not any(r.type == kind and r.values for r in reading.case.records):
            assert (tasks[kind].status, tasks[kind].values) == (MISSING, "asked, not known")


def test_a_record_entered_in_error_is_shown_as_such_where_nothing_replaced_it():
    reading = reading_of(CORRECTED)
    wrong = {r.type for r in reading.case.records if r.retracted_seq is not None}
    right = {r.type for r in reading.case.records if r.retracted_seq is None}
    tasks = {task.kind: task for group in checklist(reading).groups for task in group.tasks}

    assert wrong
    for kind in wrong - right:
        assert tasks[kind].status == WRONG


def test_a_trial_says_exactly_what_it_lacks_and_when_time_brings_it():
    (trial,) = trial_rows(reading_of(SUICIDALITY, 3))

    assert trial.adequate == "no"
    assert [(lack.word, lack.text, lack.reached) for lack in trial.lacks] == [
        ("no", "length of the trial 2, needs at least 6 weeks", "23-Mar-2026"),
        ("no", "time at the least dose or above 2, needs at least 4 weeks", "09-Mar-2026"),
        ("not recorded", "share of days covered in the trial not recorded, needs at least 80 percent", ""),
    ]


def test_a_dose_below_the_least_is_not_mended_by_time():
    (trial,) = trial_rows(reading_of(UNDER_DOSED, 3))

    assert trial.dose_now == "10 mg a day"
    dose = next(lack for lack in trial.lacks if "least dose" in lack.text)
    assert (dose.word, dose.reached) == ("no", "")


def test_the_chart_stands_on_the_whole_scale_with_its_bands():
    chart = score_chart(reading_of(ANEURYSM))

    assert chart is not None
    assert (chart.low, chart.high) == (0, 27)
    assert [(rule.start, rule.word) for rule in chart.rules] == [
        (5, "mild"),
        (10, "moderate"),
        (15, "moderately severe"),
        (20, "severe"),
    ]
    assert len(chart.bars) == 4
    assert len({point.shape for point in chart.points}) > 1


def test_no_line_crosses_the_time_in_which_a_score_was_missing():
    chart = score_chart(reading_of(UNDER_DOSED, 3))

    assert chart is not None
    assert (len(chart.points), chart.lines, chart.missed) == (2, (), True)


def test_a_score_that_raised_a_stop_is_ringed():
    chart = score_chart(reading_of(SUICIDALITY))

    assert chart is not None
    assert [point.ringed for point in chart.points] == [False, True]


@pytest.mark.parametrize("file", ["01-remission-on-ssri.yaml", ANEURYSM, SUICIDALITY])
def test_everything_of_a_chart_lies_inside_it(file):
    chart = score_chart(reading_of(file))

    assert chart is not None
    for point in chart.points:
        assert 0 < point.x < chart.width
        assert 0 < point.y < chart.bottom
    for bar in chart.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= chart.right
        assert bar.y + 16 <= chart.height


def test_a_case_without_a_score_has_no_chart():
    assert score_chart(reading_of("49-gate-without-a-trial.yaml", 0)) is None


def test_a_stop_says_what_fired_what_to_do_and_what_its_release_needs():
    (stop,) = stops(reading_of(SUICIDALITY, 3))

    assert (stop.title, stop.since, stop.by) == ("Suicide risk", "23-Feb-2026", "clinician or consultant")
    assert "self-harm or being better off dead 2" in stop.causes[0].values
    assert stop.actions[0] == "Today: C-SSRS by a clinician"
    assert [need.kind for need in stop.needs] == ["cssrs"]
    assert not stop.releasable
    assert "Straight to ECT" in stop.spared
    assert "Reduce or stop" in stop.spared


def test_a_gate_asks_only_for_what_is_not_on_record():
    reading = reading_of(SUICIDALITY, 3)
    gate = reading.algorithm.gates["reappraisal"]
    form = gate_form(reading, gate, reading.said.gates["reappraisal"])

    rows = [row for group in form.groups for row in group.items]
    assert [row.number for row in rows] == list(range(1, 20))
    assert [group.title for group in form.groups] == [
        "Diagnosis",
        "Treatment given",
        "Body",
        "Life and harm",
        "Score",
    ]
    assert all(row.basis == "" for row in rows if row.blank)
    assert {row.id for row in form.left} == {row.id for row in rows if row.word == "not recorded"}
    adherence = next(row for row in rows if row.id == "adh")
    assert [one.name for one in adherence.fields] == ["adherence.days_covered_percent"]


def test_a_gate_without_a_failing_item_is_not_signable_while_one_is_blank():
    for entries in range(1, 8):
        reading = reading_of("39-blank-items.yaml", entries)
        answer = reading.said.gates["reappraisal"]
        form = gate_form(reading, reading.algorithm.gates["reappraisal"], answer)
        assert form.signable == (bool(answer.failing) or not answer.blank)


def test_the_history_hides_nothing_and_names_what_was_entered_in_error():
    reading = reading_of(CORRECTED)
    found = stays(reading.algorithm, reading.case, reading.view.events, UTC)

    rows = [row for stay in found for fold in stay.folds for row in fold.events]
    assert sorted(row.seq for row in rows) == list(range(1, reading.case.seq + 1))
    wrong = {r.seq for r in reading.case.records if r.retracted_seq is not None}
    assert {row.seq for row in rows if row.wrong} == wrong
    assert all(row.wrong.startswith("tester, ") for row in rows if row.wrong)


def test_a_refusal_stands_in_the_history_with_its_reason():
    reading = reading_of(UNDER_DOSED)
    found = stays(reading.algorithm, reading.case, reading.view.events, UTC, "decisions")

    rows = [row for stay in found for fold in stay.folds for row in fold.events]
    refused = [row.text for row in rows if row.tag == "Refused"]
    if any(event.type == "request_refused" for event in reading.view.events):
        assert refused
    assert not any(row.tag == "Evidence" for row in rows)


def test_the_verdict_agrees_with_the_engine():
    for file in (UNDER_DOSED, SUICIDALITY, ANEURYSM):
        reading = reading_of(file)
        for block in next_step(reading).blocks:
            permitted = reading.said.moves[block.id].status is Status.PERMITTED
            assert (block.verdict == "Ready") == permitted
