"""Forms made from the definitions, and what is read out of them."""

from datetime import date

import pytest

from api.pages.case.evidence_form import NOT_KNOWN, Input, evidence_form, given_of, given_on
from api.pages.case.evidence_given import read_date, read_given
from engine.definition.loader import shipped
from engine.model.case import Record
from engine.model.evidence import EvidenceType, FieldType
from engine.runtime import plan_of, read_record
from tests.support.algorithms import shipped_algorithm

TODAY = date(2026, 4, 6)
MAIN = shipped_algorithm("stepwise-depression")
ITEMS = {f"item{n}": "1" for n in range(1, 10)}


def read(kind: str, **given: str):
    typed = {name.replace("__", "-"): value for name, value in given.items()}
    return read_given(MAIN, MAIN.evidence[kind], {**given_on(TODAY), **typed}, TODAY)


def test_a_questionnaire_is_asked_by_item_with_its_words():
    form = evidence_form(MAIN, MAIN.evidence["phq9"], given_on(TODAY))

    assert [question.number for question in form.questions] == [*range(1, 10), 0]
    assert form.questions[8].legend == "9. Thoughts of self-harm or being better off dead"
    assert [(c.value, c.word) for c in form.questions[0].choices][:2] == [
        ("0", "Not at all"),
        ("1", "Several days"),
    ]
    assert form.total is not None


def test_nine_answers_make_the_total():
    found = read("phq9", **ITEMS)

    assert not found.errors
    values = read_record(plan_of(MAIN), "phq9", found.values or {}, TODAY, TODAY)
    assert values["total"] == 9


def test_eight_of_nine_answers_have_no_total_and_name_the_missing_one():
    """RE-2."""
    found = read("phq9", **{**ITEMS, "item4": ""})

    assert found.values is None
    assert found.errors == {
        "item4": "Answer question 4 (tired, little energy): 8 of 9 answered, no total yet"
    }


def test_a_total_alone_still_asks_about_self_harm():
    found = read("phq9", total="17")

    assert found.errors == {"item9": "Answer question 9 (thoughts of self-harm or being better off dead)"}


def test_a_total_of_31_is_refused_with_the_range():
    """RE-1."""
    assert read("phq9", total="31", item9="0").errors == {"total": "PHQ-9 total must be 0 to 27"}


def test_a_total_that_contradicts_the_answers_is_refused():
    found = read("phq9", **ITEMS, total="12")

    assert found.errors == {"total": "PHQ-9 total must match the answers, which give 9: correct one of them"}


def test_a_number_needs_its_unit_where_several_are_allowed():
    """RE-4."""
    assert read("weight", kg="70").errors == {"kg": "Choose the unit of Weight: kg or lb"}


def test_pounds_are_kept_as_kilograms_and_said_so():
    found = read("weight", kg="150", kg__unit="lb")

    assert found.conversions == ["Weight: 150 lb is kept as 68.04 kg"]
    assert {name: str(value) for name, value in (found.values or {}).items()} == {"kg": "68.04"}


def test_a_future_date_is_refused():
    """RE-5."""
    found = read_given(
        MAIN, MAIN.evidence["safety_plan"], {**given_on(date(2026, 4, 7)), "agreed": "yes"}, TODAY
    )

    assert found.errors == {"on": "Date of the visit must be today, 06-Apr-2026, or earlier"}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        pytest.param(("6", "Apr", "2026"), date(2026, 4, 6), id="short-month"),
        pytest.param(("06", "april", "2026"), date(2026, 4, 6), id="long-month"),
        pytest.param((" 6 ", "4", "2026"), date(2026, 4, 6), id="number-and-spaces"),
        pytest.param(("31", "Feb", "2026"), None, id="no-such-day"),
        pytest.param(("6", "Apr", "26"), None, id="two-digits"),
        pytest.param(("6", "", "2026"), None, id="no-month"),
        pytest.param(("x", "Apr", "2026"), None, id="no-number"),
        pytest.param(("1", "Jan", "99999999999"), None, id="huge"),
    ],
)
def test_dates_as_people_type_them(typed, found):
    day, month, year = typed
    given = {"on-day": day, "on-month": month, "on-year": year}

    day, error = read_date(given, "on", "Date of the visit", TODAY)

    assert day == found
    assert bool(error) == (found is None)


def test_unusual_numbers_are_asked_about_and_impossible_ones_refused():
    unusual = read("tsh", miu_per_litre="142", miu_per_litre__unit="mIU/L")
    impossible = read("tsh", miu_per_litre="1420", miu_per_litre__unit="mIU/L")

    assert unusual.unusual == ["Thyroid function TSH 142 mIU/L is far above usual (0.4 to 4 mIU/L)"]
    assert not unusual.errors
    assert impossible.errors == {"miu_per_litre": "Thyroid function TSH must be 0 to 500 mIU/L"}


@pytest.mark.parametrize("typed", ["1,5", "abc", "NaN", "Infinity", "1_0", "9" * 50, "1e999"])
def test_what_is_no_plain_number_is_refused_in_words(typed):
    found = read("lithium_level", mmol_per_litre=typed)

    assert list(found.errors) == ["mmol_per_litre"]
    assert found.values is None


def test_asked_and_not_known_is_stored_apart_from_never_asked():
    found = read("pregnancy", **{NOT_KNOWN: "yes"})

    assert (found.values, found.errors) == (None, {})


def test_asked_and_not_known_beside_an_answer_is_a_contradiction():
    assert list(read("pregnancy", status="pregnant", **{NOT_KNOWN: "yes"}).errors) == ["status"]


def test_an_empty_form_is_not_a_record():
    assert read("safety_plan").errors == {
        "agreed": "Answer at least one question, or say that it was asked and is not known"
    }


def test_all_errors_are_told_at_once():
    found = read("blood_pressure", systolic="500", diastolic="x", on__day="40")

    assert set(found.errors) == {"on", "systolic", "diastolic"}


def sample(evidence: EvidenceType) -> dict[str, str]:
    """Something possible in every field that is not worked out from others."""
    typed = given_on(TODAY)
    form = evidence_form(MAIN, evidence, {})
    for question in form.questions:
        field = evidence.fields[question.name]
        match question.input:
            case Input.CHOICE | Input.SELECT:
                typed[question.name] = question.choices[0].value
            case Input.NUMBER:
                low = 0 if field.low is None else field.low
                typed[question.name] = str(int(low) + 1)
                if question.units:
                    typed[f"{question.name}-unit"] = field.unit or ""
            case Input.DATE:
                typed |= {f"{question.name}-{k.partition('-')[2]}": v for k, v in given_on(TODAY).items()}
            case Input.TEXT:
                typed[question.name] = "as told"
        if question.name in evidence.derive:
            typed.pop(question.name)
    return typed


@pytest.mark.parametrize("name", shipped())
def test_every_evidence_kind_of_a_shipped_algorithm_is_read_back_as_it_was_typed(name):
    algorithm = shipped_algorithm(name)
    for evidence in algorithm.evidence.values():
        typed = sample(evidence)
        found = read_given(algorithm, evidence, typed, TODAY)
        assert not found.errors, (evidence.id, found.errors)
        values = read_record(plan_of(algorithm), evidence.id, found.values or {}, TODAY, TODAY)
        again = given_of(evidence, Record(1, evidence.id, TODAY, values))
        assert read_given(algorithm, evidence, again, TODAY).values is not None
        assert {k: v for k, v in typed.items() if v} == {k: v for k, v in again.items() if k in typed and v}


def test_every_field_of_every_shipped_algorithm_can_be_asked():
    for name in shipped():
        algorithm = shipped_algorithm(name)
        for evidence in algorithm.evidence.values():
            form = evidence_form(algorithm, evidence, {})
            asked = {q.name for q in form.questions} | ({form.total.name} if form.total else set())
            assert asked == set(evidence.fields)
            for question in form.questions:
                choosing = evidence.fields[question.name].type in (FieldType.CODE, FieldType.BOOLEAN)
                assert bool(question.choices) or not choosing
