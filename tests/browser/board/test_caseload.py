"""The caseload in a browser: CB-1 to CB-3 and CB-5 of the specification, and ALL-1."""

import pytest
from playwright.sync_api import expect

from engine.access.rights import Role
from engine.store.rows import PatientRow
from tests.support.case_stories import told

UNDER_DOSED = "02-under-dosed-trial.yaml"
SUICIDALITY = "08-suicidality-in-a-trial.yaml"
HOSTILE = "<b>BOLD</b> " + "W" * 90


@pytest.fixture(scope="module")
def cases(site):
    """Three cases: in a trial, stopped for safety, and one with a name that is hard to show."""
    return {
        "trial": told(site.desk, UNDER_DOSED, 3, 0, PatientRow("CASELOAD, Per (Mr)", "cb-trial")),
        "stopped": told(site.desk, SUICIDALITY, 3, 2, PatientRow("CASELOAD, Ada (Ms)", "cb-stop")),
        "hostile": told(site.desk, UNDER_DOSED, 2, 0, PatientRow(HOSTILE, "cb-hostile")),
    }


def test_cb_1_it_says_how_many_cases_there_are_which_filters_are_on_and_how_it_is_sorted(window, cases):
    page = window(js=False)
    page.goto("/caseload")
    said = page.locator(".board-said")
    expect(said).to_contain_text("Sorted by what needs somebody first, then longest without a record.")
    expect(said).to_contain_text("No filter is on.")
    total = int(said.inner_text().split()[0])
    assert total >= len(cases)

    page.get_by_label("Name, patient number or case number").fill("CASELOAD")
    page.get_by_role("button", name="Show").click()

    expect(said).to_contain_text(f"{total} open cases")
    expect(said).to_contain_text("1 filter on: named or numbered “CASELOAD”")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("link", name="Stopped for safety").click()
    expect(said).to_contain_text("2 filters on")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Clear").click()
    expect(said).to_contain_text("No filter is on.")


def test_cb_2_a_stopped_case_comes_first_with_its_reason_and_leads_to_the_case(window, cases):
    page = window(js=False)
    page.goto("/caseload?find=CASELOAD")
    first = page.locator("tbody tr").first
    expect(first).to_contain_text("CASELOAD, Ada (Ms)")
    expect(first.locator(".board__needs")).to_contain_text("STOP")
    first.get_by_role("link").click()
    assert page.url.endswith(f"/cases/{cases['stopped']}")


def test_cb_3_a_heading_sorts_and_alone_says_so_and_the_address_keeps_it(window, cases):
    page = window(js=False)
    page.goto("/caseload?find=CASELOAD")
    page.get_by_role("link", name="Patient", exact=True).click()
    expect(page.locator("th[aria-sort]")).to_have_count(1)
    expect(page.get_by_role("columnheader", name="Patient")).to_have_attribute("aria-sort", "ascending")
    names = page.locator("tbody th a")
    assert names.all_inner_texts() == ["CASELOAD, Ada (Ms)", "CASELOAD, Per (Mr)"]
    page.get_by_role("columnheader", name="Patient").get_by_role("link").click()
    assert names.all_inner_texts() == ["CASELOAD, Per (Mr)", "CASELOAD, Ada (Ms)"]
    page.reload()
    expect(page.get_by_role("columnheader", name="Patient")).to_have_attribute("aria-sort", "descending")
    for _ in ("set", "taken away"):
        page.get_by_role("link", name="Stopped for safety").click()
        expect(page.get_by_role("columnheader", name="Patient")).to_have_attribute("aria-sort", "descending")


def test_cb_5_a_score_that_is_due_and_missing_reads_not_recorded(window, site):
    told(site.desk, UNDER_DOSED, 3, 60, PatientRow("OVERDUE, Ida (Ms)", "cb-overdue"))
    page = window(js=False)
    page.goto("/caseload?find=OVERDUE")
    expect(page.locator("tbody tr").first).to_contain_text("the one due is not recorded")


def test_an_empty_list_says_why_and_a_stale_page_is_told(window, cases):
    page = window(js=False)
    page.goto("/caseload?find=NOBODY-OF-THIS-NAME")
    expect(page.locator("main")).to_contain_text("No open case fits this filter.")
    assert page.goto("/caseload?after=rubbish").status == 422
    assert page.goto("/caseload?lane=nowhere&step=%3Cscript%3E&sort=colour").status == 200


def test_a_name_is_text_whatever_stands_in_it(window, cases):
    page = window(width=360)
    page.goto("/caseload?find=%3Cb")
    expect(page.locator("tbody th a").first).to_have_text(HOSTILE)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_who_may_not_see_the_board_is_refused(window):
    page = window("Ann Auditor", Role.AUDITOR)
    assert page.goto("/caseload").status == 403


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_axe_finds_nothing_on_the_caseload(window, violations, cases, width, dark):
    page = window(width=width, dark=dark)
    for address in ("/caseload", "/caseload?lane=stopped&find=CASELOAD", "/caseload?find=NOBODY"):
        page.goto(address)
        assert violations(page) == []
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
