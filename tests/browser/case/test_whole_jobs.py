"""Whole jobs on a case: without JavaScript, by keyboard, twice pressed, signed out, with hostile text."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from engine.access.rights import Role
from engine.definition.loader import load_text
from engine.model.case import Patient
from engine.service import new_case
from engine.store.rows import PatientRow
from tests.support.case_stories import told

UNDER_DOSED = "02-under-dosed-trial.yaml"
SUICIDALITY = "08-suicidality-in-a-trial.yaml"
ANEURYSM = "10-aneurysm-closes-esketamine.yaml"


def submit(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@pytest.fixture(scope="module")
def trial(site):
    """A case in its first trial."""
    return told(site.desk, UNDER_DOSED, 3, 0, PatientRow("JOB, Jo", "job-trial"))


@pytest.fixture(scope="module")
def stopped(site):
    """A case stopped for safety."""
    return told(site.desk, SUICIDALITY, 3, 2, PatientRow("JOB, Jill", "job-stop"))


PAGES = ("", "/history", "/print", "/record/phq9", "/record/tsh", "/gate/reappraisal", "/move/de_escalate",
         "/deviate/move/enter_remission", "/start", "/dose/{option}", "/stop/{option}")  # fmt: skip


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    window, violations, site, trial, stopped, width, dark
):
    """ALL-1."""
    page = window(width=width, dark=dark)
    addresses = [f"/cases/{trial}{path.format(option='paroxetine')}" for path in PAGES]
    addresses += [f"/cases/{stopped}", f"/cases/{stopped}/release/suicidality", "/cases/new"]
    found: dict[str, list[str]] = {}
    for address in addresses:
        page.goto(address)
        wrong = violations(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append("wider than the screen")
        if wrong:
            found[address] = wrong
    assert not found


def test_pages_fetch_nothing_from_elsewhere_and_show_no_program_words(window, site, trial, stopped):
    """ALL-5, ALL-6."""
    page = window()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PAGES:
        page.goto(f"/cases/{trial}{path.format(option='paroxetine')}")
        text = page.locator("body").inner_text()
        assert not re.search(r"\b(None|null|undefined|NaN|Traceback)\b", text.replace("None of", "")), path
    assert all(url.startswith(site.address) for url in asked)


def test_a_case_is_opened_started_and_recorded_without_javascript(window, site):
    """ALL-3."""
    page = window(js=False)
    page.goto("/cases/new")
    for part, value in (("day", "2"), ("month", "Mar"), ("year", "1981")):
        page.locator(f"#born-{part}").fill(value)
    submit(page, "Open the case")
    expect(page).to_have_title(re.compile("^Error:"))
    for part, value in (("day", "2"), ("month", "Mar"), ("year", "1981")):
        expect(page.locator(f"#born-{part}")).to_have_value(value)
    expect(page.get_by_role("alert")).to_contain_text("Choose the algorithm")
    page.get_by_label("Stepwise treatment of depression, version").check()
    page.get_by_label("Name", exact=True).fill("ÖZ, عمر 🙂 (Mx)")
    page.get_by_label("Not recorded").first.check()
    submit(page, "Open the case")

    expect(page.get_by_role("region", name="Patient")).to_contain_text("ÖZ, عمر 🙂 (Mx)")
    expect(page.get_by_role("region", name="Patient")).to_contain_text("Gender not recorded")
    path = page.url.partition("?")[0]
    page.goto(f"{path}/start")
    page.get_by_label("Treatment").select_option(label="Omeprazole")
    page.get_by_label("Dose").fill("20")
    submit(page, "Start")
    expect(page.get_by_role("status")).to_contain_text("Started Omeprazole")
    page.goto(f"{path}/stop/omeprazole")
    page.get_by_label("Year").fill("1999")
    submit(page, "Stop the treatment")
    expect(page.get_by_role("alert")).to_contain_text("Stop date must be on or after the start date")
    page.goto(f"{path}/stop/omeprazole")
    submit(page, "Stop the treatment")
    expect(page.get_by_role("status")).to_contain_text("Stopped Omeprazole")


def test_a_move_and_a_dose_are_made_by_keyboard_alone(window, site):
    """ALL-2."""
    case = told(site.desk, UNDER_DOSED, 3, 0, PatientRow("KEY, Kim", "job-keys"))
    page = window()
    page.goto(f"/cases/{case}/dose/paroxetine")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "dose":
            break
    page.keyboard.type("20")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Dose of Paroxetine 20 mg a day")
    page.goto(f"/cases/{case}/record/phq9")
    page.locator("#item1").focus()
    for _ in range(9):
        page.keyboard.press("1")
        page.keyboard.press("Tab")
    expect(page.get_by_text("Total 9 (9 of 9 answered)")).to_be_visible()
    page.keyboard.press("Enter")


def test_a_form_that_is_sent_twice_does_it_once(window, site):
    case = told(site.desk, UNDER_DOSED, 3, 0, PatientRow("TWICE, Tom", "job-twice"))
    page = window(js=False)
    page.goto(f"/cases/{case}/history")
    before = site.store.read_case("local", case).events[-1].seq
    page.get_by_label("Note", exact=True).fill("Asked the pharmacy\nfor the record")
    with page.expect_response(lambda r: r.request.method == "POST") as first:
        submit(page, "Add the note")
    request = first.value.request
    again = page.context.request.post(
        request.url,
        headers={"content-type": "application/x-www-form-urlencoded", "origin": site.address},
        data=request.post_data or "",
        max_redirects=0,
    )

    assert again.status == 303
    assert site.store.read_case("local", case).events[-1].seq == before + 1


def test_what_was_typed_survives_the_end_of_the_session(window, site, trial):
    page = window()
    page.goto(f"/cases/{trial}/history")
    page.get_by_label("Note", exact=True).fill("Her sister called & asked <when>")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    submit(page, "Add the note")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    expect(page.locator("main")).to_contain_text("Her sister called & asked <when>")
    page.context.add_cookies(cookies)
    submit(page, "Send it again")
    expect(page.get_by_role("heading", level=1)).to_have_text("Send this again")
    submit(page, "Send it again")
    expect(page.get_by_role("status")).to_contain_text("Her sister called & asked <when>")


def test_a_reader_sees_the_case_and_no_control_and_is_told_which_role_it_takes(window, trial):
    page = window("Reader Rita", Role.READER)
    page.goto(f"/cases/{trial}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("S1 SSRI")
    assert page.locator("main form, main a.case-button").count() == 0
    page.goto(f"/cases/{trial}/record/phq9")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not allowed")
    expect(page.locator("main")).to_contain_text("care_manager")


def test_an_unknown_address_of_a_case_is_answered_in_words(window, trial):
    page = window()
    for path in (
        f"/cases/{trial}/record/nothing",
        f"/cases/{trial}/gate/none",
        f"/cases/{trial}/move/x",
        f"/cases/{trial}/correct/999",
        f"/cases/{trial}?known=zzz",
        "/cases/9999",
    ):
        reply = page.goto(path)
        assert reply is not None
        assert reply.status == 404, path
        expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")


WIDER = """() => [...document.querySelectorAll("main *, header *, .case-banner *")]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .filter(e => !e.closest(".case-scroll, .case-map__box"))
    .map(e => e.tagName + "." + e.className).slice(0, 5)
    .filter(() => document.documentElement.scrollWidth > innerWidth)"""
HOSTILE = ("<script>alert(1)</script>", "{{ 7 * 7 }}", "לא ידוע", "🙂🙃", "W" * 120)
DEFINITION = """\
algorithm: hostile
version: "1"
title: "{title}"
status: draft
start: first
sources: {{treadway: "{title}"}}
evidence:
  odd:
    title: "{title}"
    source: treadway
    fields:
      a: {{title: "{title}", type: boolean}}
      b: {{title: "{title}", type: code, values: {{one: "{title}", two: Two}}}}
steps:
  first:
    title: "{title}"
    kind: assessment
    moves:
      on: {{title: "{title}", kind: start, to: second, requires: {{odd: 14 days}}, when: odd.a}}
  second: {{title: "{title}", kind: end, result: referred}}
"""


@pytest.mark.parametrize("text", HOSTILE, ids=["markup", "template", "right-to-left", "emoji", "long-word"])
def test_words_of_a_definition_are_shown_as_text_and_break_nothing(window, site, text):
    loaded = load_text(DEFINITION.format(title=text), "hostile.yaml", [])
    if loaded.algorithm is None:
        pytest.fail(str([f.message for f in loaded.findings]))
    made = new_case(
        site.desk, loaded, Patient(date(1990, 1, 1), "female"), PatientRow(text, text), site.desk.today()
    )
    page = window(width=360)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for path in ("", "/record/odd", "/move/on", "/history"):
        reply = page.goto(f"/cases/{made.view.case.id}{path}")
        assert reply is not None
        assert reply.status == 200
        assert text in page.locator("body").inner_text()
        assert not page.evaluate(WIDER), path
    assert not dialogs
