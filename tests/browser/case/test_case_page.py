"""The case page in a browser: CA-1 to CA-10 of the specification."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from engine.access.rights import Role
from engine.store.rows import PatientRow
from tests.support.case_stories import told

UNDER_DOSED = "02-under-dosed-trial.yaml"
SUICIDALITY = "08-suicidality-in-a-trial.yaml"
ANEURYSM = "10-aneurysm-closes-esketamine.yaml"
BLANK_ITEM = "39-blank-items.yaml"
LOW_SCORES = "93-two-low-scores-two-weeks-apart.yaml"


@pytest.fixture(scope="module")
def trial(site):
    """A case in its first trial, a gate signed."""
    return told(site.desk, UNDER_DOSED, 3, 0, PatientRow("LINDQVIST, Per (Mr)", "ca-trial"))


@pytest.fixture(scope="module")
def stopped(site):
    """A case stopped for safety."""
    return told(site.desk, SUICIDALITY, 3, 2, PatientRow("OKAFOR, Ada (Ms)", "ca-stop"))


@pytest.fixture(scope="module")
def aneurysm(site):
    """A case for which esketamine is closed for good."""
    return told(site.desk, ANEURYSM, None, 0, PatientRow("BERG, Tom (Mr)", "ca-aneurysm"))


def submit(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def post(page: Page, path: str, **more: str) -> int:
    """Send a form to an address whose page offers none, with everything a form of ours carries."""
    csrf = page.locator("input[name=csrf_token]").first.get_attribute("value") or ""
    seq = page.locator("input[name=seq]").first.get_attribute("value") or ""
    return page.evaluate(
        """async ([path, form]) =>
            (await fetch(path, {method: "POST", body: new URLSearchParams(form)})).status""",
        [path, {"csrf_token": csrf, "seq": seq, "key": path, **more}],
    )


@pytest.mark.parametrize("sub", ["", "/history", "/print", "/record/phq9", "/gate/reappraisal", "/start"])
def test_ca_1_the_banner_has_its_order_and_forms_on_every_page_of_a_case(window, trial, sub):
    page = window(js=False)
    page.goto(f"/cases/{trial}{sub}")

    banner = page.get_by_role("region", name="Patient").locator(".case-banner__line")
    expect(banner).to_have_text(
        re.compile(
            rf"\s*LINDQVIST, Per \(Mr\)\s+Born \d\d-[A-Z][a-z]{{2}}-\d{{4}} \(\d+y\)\s+Gender Male"
            rf"\s+Case no\. {trial}\s+More.*",
            re.DOTALL,
        )
    )


def test_ca_2_unknown_evidence_is_under_not_recorded_and_never_under_no(window, aneurysm):
    page = window()
    page.goto(f"/cases/{aneurysm}/move/escalate_to_ect")

    unknown = page.locator(".case-reasons__group--not-recorded")
    expect(unknown).to_contain_text("Work-up for ECT")
    expect(page.locator(".case-reasons__group--no", has_text="Work-up for ECT")).to_have_count(0)


def test_ca_3_each_reason_leads_to_the_record_it_rests_on(window, aneurysm):
    page = window()
    page.goto(f"/cases/{aneurysm}/move/escalate_to_esketamine")
    reason = page.locator(".case-reasons__group--no li").first
    expect(reason).to_contain_text("An aneurysm may burst")
    reason.get_by_role("link").first.click()

    expect(page).to_have_url(re.compile(r"/history#event-\d+$"))
    expect(page.locator(".case-event:target")).to_contain_text("Vascular disease")


def test_ca_4_under_a_stop_only_the_urgent_way_leaving_and_reducing_have_a_control(window, stopped):
    page = window()
    page.goto(f"/cases/{stopped}")
    expect(page.get_by_role("region", name="STOP Suicide risk")).to_be_focused()
    made = page.locator("a[href$='#make'], a[href*='/deviate/move/']").evaluate_all(
        "links => links.map(a => a.getAttribute('href').replace(/#.*/, '').split('/').pop())"
    )
    assert set(made) <= {"bypass_to_ect", "exit_bipolar", "exit_other_diagnosis", "de_escalate"}
    assert "de_escalate" in made

    page.goto(f"/cases/{stopped}/move/de_escalate")
    assert post(page, f"/cases/{stopped}/move/switch_to_snri") == 409


def test_ca_5_a_gate_with_18_answers_is_not_signed_and_names_the_missing_one(window, site):
    case = told(site.desk, BLANK_ITEM, 3, 0, PatientRow("GATE, Gil", "ca-gate"))
    page = window()
    page.goto(f"/cases/{case}/gate/reappraisal")
    expect(page.get_by_role("heading", level=1)).to_have_text("Reappraisal 18 of 19 answered")
    before = site.store.read_case("local", case).events[-1].seq
    submit(page, "Sign, 1 left")

    link = page.get_by_role("alert").get_by_role("link")
    expect(link).to_have_text("Answer question 15: Have losses and living conditions been asked about?")
    assert site.store.read_case("local", case).events[-1].seq == before
    link.click()
    page.locator("#item-soc").get_by_label("Yes").first.check()
    submit(page, "Sign, 1 left")
    expect(page.get_by_role("status")).to_contain_text("The treatment was right and did not work")
    page.goto(f"/cases/{case}/history")
    expect(page.locator(".case-event", has_text="Losses and living conditions")).to_have_count(1)


def test_ca_6_a_hard_stop_offers_no_deviation(window, aneurysm):
    page = window()
    page.goto(f"/cases/{aneurysm}")
    assert page.locator("a[href*='/deviate/move/escalate_to_esketamine']").count() == 0
    page.goto(f"/cases/{aneurysm}/deviate/move/escalate_to_esketamine")

    expect(page.locator("main")).to_contain_text("A deviation cannot pass this")
    assert page.locator("main form").count() == 0


def test_ca_7_the_second_of_two_saves_gets_a_page_that_keeps_its_text(window, site):
    case = told(site.desk, UNDER_DOSED, 3, 0, PatientRow("TWO, Tia", "ca-7"))
    first, second = window("Dr Lind"), window("Nurse Abel", Role.CARE_MANAGER)
    for page in (first, second):
        page.goto(f"/cases/{case}/record/contact")
    first.get_by_label("Contact with the patient").fill("by telephone")
    submit(first, "Check and save")
    expect(first.get_by_role("status")).to_contain_text("Saved.")
    second.get_by_label("Contact with the patient").fill("at home, <b>with</b> her sister ☎")
    with second.expect_response(lambda r: r.request.method == "POST") as response:
        submit(second, "Check and save")

    assert response.value.status == 409
    expect(second.locator("main")).to_contain_text("at home, <b>with</b> her sister ☎")
    expect(second.locator("main")).to_contain_text("by telephone")
    expect(second.locator("main")).to_contain_text("Dr Lind")
    submit(second, "Apply mine to the current case")
    expect(second.get_by_role("status")).to_contain_text("at home, <b>with</b> her sister")


def test_ca_8_an_entry_in_error_changes_the_verdict_and_stays_in_the_history(window, site):
    case = told(site.desk, LOW_SCORES, 4, 0, PatientRow("ERROR, Eva", "ca-8"))
    page = window()
    page.goto(f"/cases/{case}")
    expect(page.locator("#move-enter_remission .case-verdict")).to_have_text("Ready")
    page.goto(f"/cases/{case}/history?show=evidence")
    page.locator(".case-event", has_text="total 4").first.get_by_role("link", name="Entered in error").click()
    submit(page, "Mark as entered in error")
    expect(page.get_by_role("alert")).to_contain_text("Enter why it was entered in error")
    page.get_by_label("Why was it entered in error?").fill("written into the wrong chart")
    submit(page, "Mark as entered in error")
    expect(page.get_by_role("status")).to_contain_text("entered in error")

    expect(page.locator("#move-enter_remission .case-verdict")).to_have_text("Not yet")
    page.goto(f"/cases/{case}/history")
    wrong = page.locator(".case-event--wrong")
    expect(wrong).to_have_count(1)
    expect(wrong).to_contain_text("entered in error by Dr Lind")
    expect(wrong.locator("s")).to_contain_text("total 4")


def test_ca_9_the_map_and_the_list_hold_the_same_steps_statuses_and_links(window, trial):
    page = window()
    page.goto(f"/cases/{trial}")
    on_map = page.locator(".case-map svg a").evaluate_all(
        "links => links.map(a => [a.id.replace('map-', ''), a.getAttribute('href')])"
    )
    in_list = page.locator(".case-list > ul > li[id]").evaluate_all(
        "items => items.map(li => [li.id.replace('list-', ''), li.querySelector('a').getAttribute('href')])"
    )

    assert dict(on_map) == dict(in_list)
    here = page.locator("#map-step-ssri").get_attribute("aria-label") or ""
    expect(page.locator("#list-step-ssri > .status")).to_have_text(here.rpartition(". ")[2])


def test_ca_10_the_paper_names_the_patient_on_each_page(window, trial):
    page = window()
    page.goto(f"/cases/{trial}/print")
    pdf = page.pdf(format="A4")

    from io import BytesIO

    from pypdf import PdfReader

    sheets = PdfReader(BytesIO(pdf)).pages
    assert len(sheets) == 1
    for sheet in sheets:
        assert "LINDQVIST, Per" in sheet.extract_text()


def test_a_case_as_it_was_known_then_is_read_only_and_says_so(window, site, trial):
    page = window()
    page.goto(f"/cases/{trial}/history")
    page.get_by_label("The case as it was known on").fill((site.desk.today() - timedelta(days=1)).isoformat())
    submit(page, "Show")
    # The story was told into the store today: yesterday nothing was known.
    expect(page.get_by_role("heading", level=1)).to_contain_text("no such page")
    page.goto(f"/cases/{trial}?known=3")

    expect(page.get_by_role("note")).to_contain_text("Nothing can be changed here")
    assert page.locator("main form, main a.case-button").count() == 0


def test_a_stop_is_released_once_its_evidence_is_recorded(window, site):
    case = told(site.desk, SUICIDALITY, 3, 0, PatientRow("RELEASE, Rune", "ca-release"))
    page = window()
    page.goto(f"/cases/{case}/release/suicidality")
    page.get_by_label("What was found and agreed?").fill("seen")
    submit(page, "Release the stop")
    expect(page.get_by_role("heading", level=1)).to_contain_text("release Suicide risk")
    page.goto(f"/cases/{case}/record/cssrs")
    page.locator("input[name=risk][value=none]").check()
    submit(page, "Check and save")
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    page.get_by_role("link", name="Release this stop").click()
    submit(page, "Release the stop")
    expect(page.get_by_role("alert")).to_contain_text("Enter what was found and agreed")
    page.get_by_label("What was found and agreed?").fill("C-SSRS none, no plan needed")
    submit(page, "Release the stop")

    expect(page.get_by_role("status")).to_contain_text("Released Suicide risk")
    assert page.locator(".case-stop").count() == 0


def test_a_deviation_is_reviewed_then_signed_and_stands_in_the_history(window, site):
    case = told(site.desk, SUICIDALITY, 1, 0, PatientRow("DEVIATE, Dag", "ca-deviate"))
    page = window()
    page.goto(f"/cases/{case}/deviate/move/exit_other_diagnosis")
    submit(page, "Review")
    expect(page.get_by_role("alert")).to_contain_text("Enter why you decide otherwise")
    page.get_by_label("Why do you decide otherwise?").fill("A tumour was found")
    submit(page, "Review")
    expect(page.locator("main")).to_contain_text("A tumour was found")
    submit(page, "Sign the deviation")

    expect(page.get_by_role("heading", level=1)).to_contain_text("diagnosis")
    page.goto(f"/cases/{case}/history?show=deviations")
    expect(page.locator(".case-event")).to_contain_text("A tumour was found")
