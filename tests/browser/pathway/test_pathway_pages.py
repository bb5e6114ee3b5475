"""The library and the pathway document in a browser: AL-2, AL-3, PD-1 to PD-5, the rules of all pages."""

import io
import re

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from engine.access.rights import Role
from engine.definition.diff import compare
from engine.model.case import Patient
from engine.service import find_algorithm, list_algorithms, new_case
from engine.store.rows import PatientRow
from tests.support import published
from tests.support.published import EMOJI, HEBREW, HOSTILE, ID, LONG, MARKUP, NEW, OLD

DOCUMENT = f"/pathways/{ID}/{NEW}"
PAGES = ["/algorithms", DOCUMENT, f"{DOCUMENT}/changes"]


@pytest.fixture(scope="module", autouse=True)
def shelf(site):
    """Two approved versions and a hostile draft in the clinic, and two open cases in the newer version."""
    published.publish_two(site.desk)
    published.publish_hostile(site.desk)
    today = site.desk.today()
    patient = Patient(today.replace(year=today.year - 40, day=1), "female")
    loaded = find_algorithm(site.desk, ID, NEW)
    people = (PatientRow("LIND, Per", "al-1"), PatientRow("LIND, Per", "al-2"))
    return [new_case(site.desk, loaded, patient, who, today).view.case.id for who in people]


def algorithm(site, version=NEW):
    return find_algorithm(site.desk, ID, version).usable()


# --- the library --------------------------------------------------------------------------------------------


def test_al_2_a_version_past_its_review_shows_so_and_a_later_one_does_not(window):
    page = window(js=False)
    page.goto(f"/pathways/{ID}/{OLD}")
    expect(page.get_by_text("Review overdue")).to_be_visible()
    page.goto(DOCUMENT)
    expect(page.get_by_text("Review overdue")).to_have_count(0)


def test_al_3_counts_of_the_library_equal_the_database(window, site):
    page = window(js=False)
    page.goto("/algorithms")
    ids = {one.algorithm.id for one in list_algorithms(site.desk)}
    expect(page.locator("tbody tr")).to_have_count(len(ids))
    expect(page.locator("caption")).to_contain_text(f"{len(ids)} of {len(ids)} algorithms")
    row = page.locator("tbody tr", has=page.locator(f"a[href='{DOCUMENT}']"))
    one = algorithm(site)
    expect(row).to_contain_text(f"{len(one.steps)} steps")
    expect(row).to_contain_text("2 live cases")
    expect(row).to_contain_text(f"{len(one.claims)} claims not yet proved")


def test_the_library_is_searched_and_filtered_without_scripts(window):
    page = window(js=False)
    page.goto("/algorithms")
    page.get_by_label("Status").select_option("Approved")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_label("Find").fill("no such words")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("fits these filters")).to_be_visible()
    page.get_by_role("link", name="Clear").click()
    expect(page.get_by_text("each in its newest version")).to_be_visible()


# --- the document -------------------------------------------------------------------------------------------


def test_pd_1_every_step_move_and_stop_is_a_heading_of_the_document(window, site):
    page = window(js=False)
    page.goto(DOCUMENT)
    headings = " | ".join(page.locator(".doc-body h2, .doc-body h3, .doc-body h4").all_inner_texts())
    one = algorithm(site)
    for part in (*one.steps.values(), *one.moves.values(), *one.interrupts.values()):
        assert part.title in headings


def test_pd_2_each_citation_leads_to_a_source_and_each_source_is_cited(window):
    page = window()
    page.goto(DOCUMENT)
    lost, unused = page.evaluate(
        """() => {
            const all = query => [...document.querySelectorAll(query)];
            const cited = all(".doc-cite").map(a => a.getAttribute("href").slice(1));
            const known = all(".doc-sources li").map(li => li.id);
            return [cited.filter(id => !known.includes(id)), known.filter(id => !cited.includes(id))];
        }"""
    )
    assert (lost, unused) == ([], [])
    first = page.locator(".doc-cite").first
    target = first.get_attribute("href")
    first.click()
    expect(page.locator(str(target))).to_be_in_viewport()


def test_pd_3_a_node_of_the_map_leads_to_its_chapter(window, site):
    page = window()
    page.goto(DOCUMENT)
    links = page.locator(".doc-map svg a")
    refs = [str(one.get_attribute("href")) for one in links.all()]
    assert len(refs) > len(algorithm(site).steps)
    for ref in refs:
        assert page.locator(f"[id='{ref[1:]}']").count() == 1, ref
    page.locator(f".doc-map svg a[href='{refs[1]}']").click()
    expect(page.locator(f"[id='{refs[1][1:]}']")).to_be_in_viewport()


def test_pd_4_the_pdf_has_tags_title_language_and_bookmarks(window):
    page = window()
    page.goto(DOCUMENT)
    address = str(page.get_by_role("link", name="PDF", exact=True).get_attribute("href"))
    answer = page.request.get(address)
    assert answer.headers["content-type"] == "application/pdf"
    read = PdfReader(io.BytesIO(answer.body()))
    assert read.root_object["/StructTreeRoot"] is not None
    assert str(read.root_object["/Lang"]) == "en"
    assert read.metadata is not None
    assert f"version {NEW}" in str(read.metadata.title)
    assert "Safety stops" in [str(one.get("/Title")) for one in read.outline if not isinstance(one, list)]


def test_pd_5_an_old_version_names_the_newer_one(window):
    page = window(js=False)
    page.goto(f"/pathways/{ID}/{OLD}")
    note = page.get_by_text("A newer version exists")
    expect(note).to_be_visible()
    note.get_by_role("link").click()
    expect(page).to_have_url(re.compile(rf"{NEW}$"))
    expect(page.get_by_text("A newer version exists")).to_have_count(0)


def test_the_page_of_changes_holds_what_a_comparison_finds(window, site):
    page = window(js=False)
    page.goto(DOCUMENT)
    page.get_by_role("link", name="What changed", exact=True).first.click()
    found = compare(algorithm(site, OLD), algorithm(site))
    lines = page.locator(".doc-changes li")
    expect(lines).to_have_count(len(found))
    assert len(found) > 0
    for change in found:
        expect(page.locator(".doc-changes")).to_contain_text([change.sentence])
    expect(page.locator("svg.treadway-diagram")).to_be_visible()


def test_print_shows_what_a_reader_may_open(window):
    page = window(js=False)
    page.goto(DOCUMENT)
    folded = page.locator(".doc-fold").last.locator("li").first
    expect(folded).to_be_hidden()
    page.emulate_media(media="print")
    expect(folded).to_be_visible()


def test_a_case_leads_to_the_document_of_its_version(window, shelf):
    page = window(js=False)
    page.goto(f"/cases/{shelf[0]}")
    page.locator("footer").get_by_role("link").click()
    expect(page).to_have_url(re.compile(rf"{DOCUMENT}$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("APA 2010")


# --- who may read -------------------------------------------------------------------------------------------


def test_approved_versions_are_read_without_signing_in_and_drafts_are_not(window):
    page = window(signed_in=False, js=False)
    page.goto("/algorithms")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).not_to_contain_text("live case")
    page.get_by_role("link", name="APA 2010").click()
    expect(page).to_have_url(re.compile(rf"{DOCUMENT}$"))
    for path, status in (
        (f"/pathways/{HOSTILE}/1.0.0", 404),
        ("/pathways/stepwise-depression/1.0.0", 404),
        ("/algorithms?clinic=another", 401),
        ("/cases/new", 401),
    ):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == status, path


# --- what holds on every page -------------------------------------------------------------------------------


LOOKS = [
    pytest.param(path, width, dark, marks=marks, id=f"{path}-{width}-{'dark' if dark else 'light'}")
    for path in PAGES
    for width, dark in ((1280, False), (320, True), (1280, True), (320, False))
    # The document is long: each theme and each width once, and the other pairs in the long run.
    for marks in ([pytest.mark.long] if path == DOCUMENT and dark is (width == 1280) else [],)
]


@pytest.mark.parametrize(("path", "width", "dark"), LOOKS)
def test_all_1_and_5_axe_finds_nothing_nothing_leaves_the_host_and_nothing_is_wider_than_the_window(
    window, site, violations, path, width, dark
):
    page = window(width=width, dark=dark)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path)
    assert violations(page) == []
    assert [url for url in asked if not url.startswith(site.address)] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 360])
def test_markup_long_words_right_to_left_text_and_emoji_are_shown_as_text(window, violations, width):
    page = window("Ed Author", Role.AUTHOR, width=width)
    page.goto(f"/pathways/{HOSTILE}/1.0.0")
    expect(page.locator("h1")).to_have_text(MARKUP)
    assert page.title() != "caught"
    text = page.locator(".doc-body").inner_text()
    for written in (MARKUP, LONG, HEBREW, EMOJI):
        assert written in text
    assert page.locator(".doc-body b").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert width == 1280 or violations(page) == []
    page.goto("/algorithms")
    expect(page.get_by_role("link", name=MARKUP)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
