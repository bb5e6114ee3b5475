"""Recording evidence in a browser: RE-1 to RE-6 of the specification."""

import re

import pytest
from playwright.sync_api import Page, expect

from engine.definition.loader import shipped
from engine.store.rows import PatientRow
from tests.support.algorithms import shipped_algorithm
from tests.support.case_stories import told

HARMLESS = "02-under-dosed-trial.yaml"


@pytest.fixture(scope="module")
def case(site):
    """A case in a trial."""
    return told(site.desk, HARMLESS, 3, 0, PatientRow("RECORD, Rae", "re-1"))


def answered(page: Page, **items: int) -> None:
    for n in range(1, 10):
        page.locator(f"input[name=item{n}][value='{items.get(f'item{n}', 1)}']").check()


def save(page: Page) -> None:
    page.get_by_role("button", name="Check and save").click()


def test_re_1_a_total_of_31_is_refused_with_the_range(window, case):
    page = window()
    page.goto(f"/cases/{case}/record/phq9")
    page.get_by_text("Only the total is known").click()
    page.get_by_label("Total").fill("31")
    page.locator("input[name=item9][value='0']").check()
    save(page)

    expect(page).to_have_title(re.compile("^Error:"))
    expect(page.get_by_role("alert")).to_contain_text("PHQ-9 total must be 0 to 27")
    expect(page.get_by_label("Total")).to_have_value("31")
    page.get_by_role("link", name="PHQ-9 total must be 0 to 27").click()
    expect(page.locator("#total")).to_be_focused()


def test_re_2_eight_of_nine_answers_save_no_total(window, site, case):
    page = window()
    page.goto(f"/cases/{case}/record/phq9")
    before = site.store.read_case("local", case).events[-1].seq
    for n in (1, 2, 3, 5, 6, 7, 8, 9):
        page.locator(f"input[name=item{n}][value='0']").check()
    expect(page.get_by_text("8 of 9 answered, no total yet")).to_be_visible()
    save(page)

    expect(page.get_by_role("alert")).to_contain_text("Answer question 4")
    assert site.store.read_case("local", case).events[-1].seq == before
    expect(page.locator("input[name=item5][value='0']")).to_be_checked()


def test_re_3_an_answer_about_self_harm_stops_the_case_within_that_response(window, site):
    case = told(site.desk, HARMLESS, 3, 0, PatientRow("STOP, Sam", "re-3"))
    page = window()
    page.goto(f"/cases/{case}/record/phq9")
    answered(page, item9=2)
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Suicide risk")
    expect(page.get_by_role("alert")).to_contain_text("Today: C-SSRS by a clinician")
    with page.expect_response(lambda r: r.request.method == "POST") as response:
        page.get_by_role("button", name="Save and raise the stop").click()

    assert response.value.status == 200
    assert "Moves are frozen" in response.value.text()
    expect(page.get_by_role("heading", name="STOP Suicide risk")).to_be_visible()
    page.goto(f"/cases/{case}")
    expect(page.get_by_role("region", name="STOP Suicide risk")).to_be_visible()


def test_re_4_a_number_without_its_unit_is_refused(window, case):
    page = window()
    page.goto(f"/cases/{case}/record/weight")
    page.get_by_label("Weight", exact=True).fill("70")
    save(page)

    expect(page.get_by_role("alert")).to_contain_text("Choose the unit of Weight: kg or lb")


def test_re_5_a_future_date_is_refused_and_a_late_one_keeps_both_days(window, case):
    page = window()
    page.goto(f"/cases/{case}/record/contact")
    page.get_by_label("Year").fill("2090")
    page.get_by_label("Contact with the patient").fill("telephone")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("or earlier")
    expect(page.get_by_label("Contact with the patient")).to_have_value("telephone")

    page.get_by_label("Year").fill("2026")
    page.get_by_label("Month").fill("Jan")
    page.get_by_label("Day").fill("5")
    save(page)
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    page.goto(f"/cases/{case}/history")
    expect(page.locator(".case-event", has_text="telephone")).to_contain_text("late entry, recorded")


KINDS = sorted(
    {
        (evidence.id, str(evidence)): (name, evidence.id)
        for name in reversed(shipped())
        for evidence in shipped_algorithm(name).evidence.values()
    }.values()
)


@pytest.fixture(scope="module")
def cases(site):
    """A new case in each shipped algorithm."""
    from datetime import date

    from engine.definition.loader import load_shipped
    from engine.model.case import Patient
    from engine.service import new_case

    opened: dict[str, str] = {}
    for name in {name for name, _ in KINDS}:
        who = PatientRow(f"KIND, {name}", f"re-6-{name}")
        born = Patient(date(1990, 1, 1), "female")
        made = new_case(site.desk, load_shipped(name), born, who, site.desk.today())
        opened[name] = made.view.case.id
    return opened


def test_re_6_every_kind_of_evidence_has_a_form_that_is_read_back(window, site, cases):
    page = window(js=False)
    for name, kind in KINDS:
        page.goto(f"/cases/{cases[name]}/record/{kind}")
        typed = fill(page)
        save(page)
        if page.get_by_role("heading", name="Check before it is saved").count():
            page.locator("button", has_text="ave").first.click()
        assert page.locator(".govuk-error-summary").count() == 0, (name, kind, page.inner_text("main"))
        events = site.store.read_case("local", cases[name]).events
        record = [e for e in events if e.type == "evidence_recorded"][-1]
        assert record.payload["type"] == kind
        values = record.payload["values"]
        assert typed <= set(values), (kind, typed, values)


def fill(page: Page) -> set[str]:
    """Answer every question of a form by its first answer or its lowest number; the names answered."""
    names: set[str] = set()
    for hint in page.locator(".govuk-form-group:has(.govuk-hint)").all():
        text = hint.inner_text()
        found = re.search(r"([\d.,]+) to [\d.,]+", text)
        box = hint.locator("input[type=text]")
        if found and box.count() == 1:
            box.fill(found[1].replace(",", ""))
            names.add(str(box.get_attribute("name")))
            unit = hint.locator("select option:not([value=''])")
            if unit.count():
                hint.locator("select").select_option(index=1)
    for group in page.locator("fieldset:has(input[type=radio])").all():
        if "worked out" in group.inner_text():
            continue
        first = group.locator("input[type=radio]").first
        first.check()
        names.add(str(first.get_attribute("name")))
    for box in page.locator("main input[type=text]").all():
        name = str(box.get_attribute("name"))
        if not box.input_value() and not name.endswith(("-day", "-month", "-year")) and name != "total":
            box.fill("as told")
            names.add(name)
    for chosen in page.locator("main select").all():
        name = str(chosen.get_attribute("name"))
        if not name.endswith("-unit"):
            chosen.select_option(index=1)
            names.add(name)
    names.discard("total")
    return names
