"""The page of a check in a real browser: what people see, filter and print."""

from dataclasses import replace

import pytest
from map_samples import HOSTILE, KINDS
from report_samples import a_report, village_report

from eudr_geo.model.findings import Finding
from eudr_geo.outputs.pages.check_page import check_page

pytestmark = pytest.mark.browser


def test_the_numbers_and_every_finding_are_there(open_page):
    page = open_page(check_page(village_report()))
    assert page.texts(".cards dd")[:5] == ["4", "2", "2", "2", "2"]
    assert page.page.locator(".finding").count() == 6
    assert page.texts(".finding.error .said") == ["lies 12 km outside Viet Nam"] * 2
    assert page.texts(".finding .do")[0] == "walk it again"
    assert page.text("#count") == "6 of 6 findings"
    assert page.page.locator(".finding svg path").count() > 10
    page.quiet()


def test_choices_narrow_the_list_and_the_map(open_page):
    page = open_page(check_page(village_report(30)))
    page.page.locator("#severities input").nth(0).uncheck()
    page.settle()
    assert page.page.locator(".finding.error").count() == 0
    assert page.text("#count") == "20 of 30 findings"
    page.page.locator("#rule").select_option(label="few-corners (10)")
    page.settle()
    assert page.text("#count") == "10 of 30 findings"
    page.page.locator("#clear").click()
    page.settle()
    assert page.text("#count") == "30 of 30 findings"
    assert page.text("#place-name") == "Village"
    page.page.locator("#place").select_option(label="Ea Kao (15)")
    page.settle()
    assert page.text("#count") == "15 of 30 findings"
    page.page.locator("#find").fill("buon ako")
    page.becomes(lambda: page.text("#count"), "No finding fits these choices.")
    page.page.locator("#clear").click()
    page.page.locator("#find").fill("P-19")
    page.becomes(lambda: page.texts(".finding .who b"), ["P-19"])
    page.quiet()


def test_villages_and_files_are_two_choices(open_page):
    report = village_report()
    plots = report.plots.with_columns(source=["a.geojson"] * 3 + ["b.geojson"] * 3)
    found = [replace(one, source=plots["source"][one.row]) for one in report.result.findings]
    page = open_page(check_page(a_report(found, plots, files=("a.geojson", "b.geojson"))))
    page.page.locator("#file").select_option(label="b.geojson (3)")
    page.settle()
    assert page.texts(".finding .who b") == ["P-4", "P-5", "P-5"]
    page.page.locator("#place").select_option(label="Ea Kao (3)")
    page.settle()
    assert page.texts(".finding .who b") == ["P-5", "P-5"]


def test_letters_are_found_without_their_marks(open_page):
    page = open_page(check_page(village_report()))
    page.page.locator("#find").fill("zzz")
    page.becomes(lambda: page.text("#count"), "No finding fits these choices.")
    page.page.locator("#find").fill("tran duc")
    page.becomes(lambda: page.text("#count"), "6 of 6 findings")


def test_show_on_map_goes_there_and_a_click_on_a_plot_lists_its_findings(open_page):
    page = open_page(check_page(village_report()))
    before = page.page.evaluate("document.querySelector('#map').textContent")
    page.page.locator(".finding .tools button").first.click()
    page.settle()
    assert page.page.locator(".finding.chosen").count() == 1
    assert page.page.evaluate("document.querySelector('#map').textContent") != before, "the grid moved"
    box = page.page.locator("#map").bounding_box()
    page.page.mouse.click(box["x"] + box["width"] / 2 - 6, box["y"] + box["height"] / 2 + 6)
    page.settle()
    assert set(page.texts(".finding .who b")) == {"P-1"}
    page.quiet()


def test_a_worklist_leads_to_the_drawings_of_one_record(open_page):
    page = open_page(check_page(village_report()))
    page.page.evaluate("location.hash = '#at=1-2'")
    page.settle()
    assert page.texts(".finding .who b") == ["P-2", "P-2"]
    page.page.locator("#clear").click()
    assert page.text("#count") == "6 of 6 findings"


def test_five_thousand_findings(open_page):
    text = check_page(village_report(5_000))
    assert len(text) < 6_000_000
    page = open_page(text)
    assert page.page.locator(".finding").count() <= 120, "rows are made as they come into view"
    page.page.mouse.wheel(0, 30_000)
    page.becomes(lambda: page.page.locator(".finding").count() > 40, wanted=True)
    page.page.locator("#find").fill("P-4999")
    page.becomes(lambda: page.texts(".finding .who b"), ["P-4999"])
    page.quiet()


def test_paper_shows_all_that_was_chosen(open_page):
    page = open_page(check_page(village_report(300)))
    page.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.page.emulate_media(media="print")
    assert page.page.locator(".finding").count() == 300
    assert not page.page.locator("#choices").is_visible()
    assert not page.page.locator("#print").is_visible()


@pytest.mark.parametrize("phone", [True, False])
def test_nothing_sticks_out_sideways(open_page, phone):
    page = open_page(
        check_page(village_report(9, text="A" * 3000)), width=360 if phone else 1000, height=740, phone=phone
    )
    wide, window = page.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= window
    page.quiet()


@pytest.mark.fault(93)
@pytest.mark.parametrize("kind", KINDS)
def test_a_strangers_text_is_shown_and_never_run(open_page, kind):
    text = HOSTILE[kind]
    page = open_page(check_page(village_report(3, text=text)))
    assert page.page.title() == "Plot check"
    shown = text.replace("\0", "\ufffd")
    assert page.texts(".finding .who b") == [text] * 3
    assert page.texts(".finding .said") == [text] * 3
    assert page.text(".of .value") == shown
    assert shown in page.text(".crash")
    assert page.text(".files td.value") == shown
    page.quiet()


def test_the_policy_stops_what_would_slip_through(open_page):
    marker = '<script type="application/json"'
    smuggled = (
        '<script>window.ran = 1</script><img src="x" onerror="window.ran = 1"><img src="https://example.invalid/x.png">'
    )
    page = open_page(check_page(village_report()).replace(marker, smuggled + marker, 1))
    assert page.page.evaluate("() => window.ran") is None
    assert len([error for error in page.errors if "Content Security Policy" in error]) >= 2


@pytest.mark.parametrize("language", ["vi", "es", "fr", "pt", "id"])
def test_other_languages(open_page, language):
    page = open_page(check_page(village_report(language=language)))
    assert page.page.evaluate("document.documentElement.lang") == language
    assert page.text("h1") != "Plot check"
    assert "undefined" not in page.text("body main")
    page.quiet()


def test_without_plots_there_is_no_map_and_without_files_no_list_of_them(open_page):
    found = Finding("over-draw", "error", "lot", "too much was taken", "look again", "good practice", code="ML01")
    page = open_page(check_page(a_report([found], files=())))
    assert page.text("h1") == "Project check"
    assert page.texts(".finding .who b") == ["ML01"]
    assert not page.page.locator("#map").is_visible()
    assert not page.page.locator(".files").count()
    page.quiet()


def test_nothing_found_is_said(open_page):
    page = open_page(check_page(a_report([])))
    assert "Nothing was found" in page.text(".calm")
    assert not page.page.locator("#choices").count()
    page.quiet()
