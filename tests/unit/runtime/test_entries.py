"""Entries: all of one is carried out in its order, and what is refused is recorded as refused."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from engine.model.case import Patient
from engine.model.decision import ItemResult, OptionStatus, Recorded, Status
from engine.model.entry import Deviate, DoseChange, Entry, Release, Retract, Sign, Start, Stop
from engine.model.errors import EngineError, EvidenceError, UnknownNameError
from engine.model.event import EventType
from engine.runtime import HistoryError, enter, replay
from engine.runtime.decide import day_of, move_decision
from engine.runtime.options import option_answer
from engine.runtime.rests_on import moves_resting_on_retracted
from tests.support.algorithms import shipped_algorithm
from tests.support.stories import story_of
from tests.support.walks import Walk, opened

ALGORITHM = shipped_algorithm("stepwise-depression")
MONDAY = date(2026, 1, 5)
WORK_UP: dict[str, dict[str, object] | None] = {
    "mdd_interview": {"met": True},
    "phq9": {"total": 18, "item9": 0},
    "mdq": {"score": 2},
    "mental_state": {"psychosis": False, "catatonia": False, "mania": False, "not_eating_or_drinking": False},
    "cssrs": {"risk": "none"},
    "tsh": {"miu_per_litre": "2.0"},
    "substance_use": {"problem": False},
    "blood_count": {"normal": True},
    "metabolic_panel": {"normal": True, "sodium_mmol_per_litre": 140},
    "interaction_review": {"interaction_found": False},
}


def in_ssri() -> Walk:
    walk = opened(ALGORITHM, Patient(date(1981, 3, 2), "male"), MONDAY)
    walk.enter(Entry(MONDAY, WORK_UP, move="start_ssri", start=(Start("sertraline", Decimal(50)),)))
    assert walk.case.step == "ssri"
    return walk


def types(walk: Walk) -> list[EventType]:
    return [event.type for event in walk.events]


def test_a_start_follows_the_move_of_its_entry() -> None:
    """Evidence, move, start: one visit, one entry."""
    assert types(in_ssri())[-2:] == [EventType.MOVE_MADE, EventType.TREATMENT_STARTED]


def test_a_refused_move_is_recorded_and_changes_nothing() -> None:
    """The history tells who tried, and why not."""
    walk = in_ssri()
    entered = walk.enter(Entry(MONDAY + timedelta(days=7), move="augment"))

    assert entered is not None
    assert entered.moves["augment"].status is Status.REFUSED
    assert types(walk)[-1] is EventType.REQUEST_REFUSED
    assert walk.case.step == "ssri"


def test_a_refused_deviation_is_recorded_once() -> None:
    """An unsigned gate lets no deviation pass."""
    walk = in_ssri()
    before = len(walk.events)
    walk.enter(Entry(MONDAY + timedelta(days=7), move="augment", deviate=Deviate("it is urgent")))

    assert [event.payload["request"] for event in walk.events[before:]] == ["deviation"]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(
            Entry(MONDAY, {"phq9": {"total": 31, "item9": 0}}, move="augment"), id="impossible-score"
        ),
        pytest.param(Entry(MONDAY, move="augmnt"), id="unknown-move"),
        pytest.param(Entry(MONDAY, start=(Start("sertralin"),)), id="unknown-option"),
        pytest.param(Entry(MONDAY, sign=(Sign("reappraisal", {"dosis": True}),)), id="unknown-gate-item"),
        pytest.param(Entry(MONDAY, release=(Release("suicidalty", "seen"),)), id="unknown-interrupt"),
        pytest.param(Entry(MONDAY, stop=(Stop("sertraline", "better"),)), id="unknown-outcome"),
        pytest.param(Entry(MONDAY, dose=(DoseChange("sertraline", Decimal(-5)),)), id="negative-dose"),
        pytest.param(Entry(MONDAY, deviate=Deviate("why not")), id="deviation-from-nothing"),
        pytest.param(Entry(MONDAY, retract=(Retract("gad7", MONDAY),)), id="nothing-to-retract"),
        pytest.param(Entry(date(1900, 12, 31), {"gad7": {"total": 3}}), id="before-1901"),
    ],
)
def test_what_cannot_be_raises_before_anything_is_written(entry: Entry) -> None:
    """Bad input names itself, and leaves no draft behind."""
    case = in_ssri().case
    with pytest.raises(EngineError):
        enter(ALGORITHM, case, entry)


def test_an_unknown_move_names_the_near_ones() -> None:
    """A misspelt id is an error, unlike a move that starts elsewhere."""
    case = in_ssri().case
    with pytest.raises(UnknownNameError) as refused:
        move_decision(day_of(ALGORITHM, case, MONDAY), "augmnt")
    assert refused.value.near[0] == "augment"
    assert move_decision(day_of(ALGORITHM, case, MONDAY), "discharge").status is Status.REFUSED


def test_a_second_antidepressant_is_not_started_as_concomitant() -> None:
    """No start walks round the gate by its role."""
    walk = in_ssri()
    entered = walk.enter(Entry(MONDAY, start=(Start("venlafaxine", Decimal(75)),)))
    assert entered is not None
    assert entered.starts[0].status is Status.REFUSED


def test_a_blood_pressure_medicine_is_started_beside() -> None:
    """Concomitant medicines pass no gate, and are never frozen."""
    walk = in_ssri()
    walk.enter(Entry(MONDAY, {"phq9": {"total": 18, "item9": 2}}))
    assert [item.id for item in walk.case.raised()] == ["suicidality"]

    entered = walk.enter(Entry(MONDAY, start=(Start("thiazide"),)))

    assert entered is not None
    assert entered.starts[0].status is Status.PERMITTED


def test_a_stop_raises_in_the_same_entry_as_the_answer_that_caused_it() -> None:
    """The interrupt follows the record at once, in the same drafts."""
    walk = in_ssri()
    entered = walk.enter(Entry(MONDAY, {"phq9": {"total": 18, "item9": 1}}))
    assert entered is not None
    assert [draft.type for draft in entered.drafts] == [
        EventType.EVIDENCE_RECORDED,
        EventType.INTERRUPT_RAISED,
    ]


def test_a_release_says_why() -> None:
    """Evidence alone releases nothing: a person does, with a reason."""
    walk = in_ssri()
    walk.enter(Entry(MONDAY, {"phq9": {"total": 18, "item9": 1}, "cssrs": {"risk": "none"}}))
    silent = walk.enter(Entry(MONDAY, release=(Release("suicidality", " "),)))
    spoken = walk.enter(Entry(MONDAY, release=(Release("suicidality", "seen, no thoughts now"),)))

    assert silent is not None
    assert spoken is not None
    assert silent.releases[0].status is Status.REFUSED
    assert spoken.releases[0].status is Status.PERMITTED


def test_a_dose_above_a_limit_may_be_cut_but_not_raised() -> None:
    """A cut is never worse than staying."""
    walk = in_ssri()
    raised = walk.enter(Entry(MONDAY, dose=(DoseChange("sertraline", Decimal(400)),)))
    cut = walk.enter(Entry(MONDAY, dose=(DoseChange("sertraline", Decimal(25)),)))
    assert raised is not None
    assert cut is not None
    assert (raised.doses[0].status, cut.doses[0].status) == (Status.REFUSED, Status.PERMITTED)


def test_a_move_that_rested_on_a_mistake_is_marked_and_stays() -> None:
    """Retracting the score that opened the way undoes nothing, and shows what the answer would be now."""
    walk = in_ssri()
    walk.enter(Entry(MONDAY + timedelta(days=1), retract=(Retract("phq9", MONDAY, "wrong chart"),)))

    rested = moves_resting_on_retracted(day_of(ALGORITHM, walk.case, walk.today))

    assert walk.case.step == "ssri"
    assert [(item.move.move, item.now) for item in rested] == [("start_ssri", Status.UNDECIDED)]


def test_a_history_with_a_gap_is_no_history() -> None:
    """Events follow one another without gaps, from the opening on."""
    events = in_ssri().events
    with pytest.raises(HistoryError):
        replay(ALGORITHM, [*events[:3], *events[4:]])
    with pytest.raises(HistoryError):
        replay(ALGORITHM, events[1:])
    with pytest.raises(HistoryError):
        replay(ALGORITHM, [])


def test_as_of_tells_what_was_known_then() -> None:
    """A corrected record still counted on the day before its correction."""
    walk = story_of(ALGORITHM, "13-score-on-the-wrong-chart.yaml")
    retracted = next(event for event in walk.events if event.type is EventType.EVIDENCE_RETRACTED)
    before = replay(ALGORITHM, walk.events, as_of=retracted.seq - 1)
    after = replay(ALGORITHM, walk.events)
    wrong = retracted.payload["evidence"]
    assert isinstance(wrong, int)
    record_before, record_after = before.record(wrong), after.record(wrong)
    assert record_before is not None
    assert record_after is not None
    assert record_before.retracted_seq is None
    assert record_after.retracted_seq == retracted.seq


def test_a_case_cannot_open_in_the_future_of_its_patient() -> None:
    """Nobody is treated before they are born."""
    with pytest.raises(EvidenceError, match="birth date"):
        opened(ALGORITHM, Patient(date(2030, 1, 1), "male"), MONDAY)


def test_again_on_is_the_day_on_which_the_weeks_suffice() -> None:
    """After five weeks the gate says on which day time alone lets its question pass, and not a day before."""
    walk = in_ssri()
    day = day_of(ALGORITHM, walk.case, MONDAY + timedelta(weeks=5))

    gate = move_decision(day, "switch_to_snri", timing=True).gate

    assert gate is not None
    dur = next(item for item in gate.items if item.id == "dur")
    assert dur.result is ItemResult.FAILS
    assert dur.again_on == MONDAY + timedelta(weeks=6)


def test_a_move_names_what_its_only_waiting_option_needs() -> None:
    """With no safety answer on record, TMS as a whole waits for it, and says so."""
    day = day_of(ALGORITHM, in_ssri().case, MONDAY)
    option = option_answer(day, ALGORITHM.formulary.options["tms"])

    assert option.status is OptionStatus.UNDECIDED
    shown = {fact.fact: fact.missing for reason in option.reasons for fact in reason.facts}
    assert shown["tms_safety.metal_near_coil"] is Recorded.NEVER
