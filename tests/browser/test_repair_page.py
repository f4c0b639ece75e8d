"""The page of a repair in a real browser."""

import json

import pytest
import shapely
from map_samples import HOSTILE, KINDS
from report_samples import a_report, village_report

from eudr_geo.checks.checking import check
from eudr_geo.checks.repairing import repair
from eudr_geo.model.changes import Change, TakenBack
from eudr_geo.model.report import Report
from eudr_geo.outputs.pages.repair_page import repair_page
from eudr_geo.sources.reading import read_bytes

pytestmark = pytest.mark.browser


def repaired(*, also=("self-intersection",), language="en"):
    crossing = [[108.06, 12.68], [108.061001, 12.681001], [108.061001, 12.680001], [108.060001, 12.681001]]
    ring = [[108.05, 12.68], [108.0512345, 12.6812345], [108.0512345, 12.6812345], [108.0512345, 12.6800001]]
    features = [
        {
            "type": "Feature",
            "properties": {"plot_id": f"P-{n}", "ProducerName": "Y", "ProducerCountry": "VN", "Area": area},
            "geometry": {"type": "Polygon", "coordinates": [[*one, one[0]]]},
        }
        for n, one, area in ((1, crossing, 1.2), (2, ring, "1,2"), (3, [[lat, lon] for lon, lat in ring], 1.2))
    ]
    data = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    done = repair(read_bytes("walk.geojson", data), also=also, by="Lan")
    report = Report(check(done.reading), done.reading.plots, language=language)
    return repair_page(done.changes, done.taken_back, report)


def change(**more):
    square = shapely.box(108, 12, 108.001, 12.001)
    given = {
        "rule": "sliver", "source": "a.kml", "record": 1, "plot_id": "P-1", "field": "geometry",
        "before": square.wkb_hex, "after": square.wkb_hex, "what": "cut it", "by": "safe repair",
        "area_before_ha": 1.5, "area_after_ha": 1.25, "largest_move_m": 12.5,
    }  # fmt: skip
    return Change(**{**given, **more})


def test_before_and_after_with_areas_and_moves(open_page):
    page = open_page(repaired())
    assert page.texts(".repair h3")[:2] == ["P-1", "P-2"]
    assert page.page.locator(".repair").nth(0).locator("svg path").count() > 4
    assert "→" in page.text(".repair .sums b")
    second = page.page.locator(".repair").nth(1)
    assert second.locator("del").first.text_content() == "1,2"
    assert second.locator("ins").first.text_content() == "1.2"
    assert page.text(".repair.unfit .still") or page.page.locator(".left .group").count()
    page.quiet()


def test_what_is_left_is_named(open_page):
    page = open_page(repaired())
    assert "Longitude and latitude" in " ".join(page.texts(".left .what"))
    assert "--also swapped-axes" in page.text(".left .foot")


def test_choices(open_page):
    page = open_page(
        repair_page(
            [change(record=n, plot_id=f"P-{n}", largest_move_m=float(n), rule="spike" if n == 7 else "sliver") for n in range(1, 90)],
            [TakenBack("sliver", "a.kml", n, f"P-{n}", "it would bring another error: sliver") for n in (1, 2, 3)],
            a_report([]),
        )
    )  # fmt: skip
    assert page.text("#count") == "89 of 89 corrected plots"
    assert page.page.locator(".repair").count() <= 80
    page.page.locator("#sort").select_option("move")
    page.settle()
    assert page.texts(".repair h3")[0] == "P-89"
    page.page.locator("#find").fill("spike")
    page.becomes(lambda: page.texts(".repair h3"), ["P-7"])
    assert "3 × sliver not made" in page.text(".more")
    assert page.texts(".more li")[0] == "P-1 · a.kml, record 1: it would bring another error: sliver"
    page.quiet()


@pytest.mark.fault(93)
@pytest.mark.parametrize("kind", KINDS)
def test_a_strangers_text_is_shown_and_never_run(open_page, kind):
    text = HOSTILE[kind]
    made = [change(plot_id=text, source=text, what=text, by=text), change(field="country", before=text, after=text, plot_id=text, source=text)]  # fmt: skip
    page = open_page(
        repair_page(made, [TakenBack(text, text, 1, text, text)], village_report(3, text=text)), width=400, phone=True
    )
    assert page.texts(".repair h3") == [text]
    assert page.texts(".repair del") == [text]
    assert text.replace("\0", "\ufffd") in page.text("details.more li")  # no HTML can hold a NUL
    wide, window = page.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= window
    page.quiet()


@pytest.mark.parametrize("language", ["vi", "es", "fr", "pt", "id"])
def test_other_languages(open_page, language):
    page = open_page(repaired(language=language))
    assert page.page.evaluate("document.documentElement.lang") == language
    assert page.text("h1") != "Repairs: before and after"
    assert "undefined" not in page.text("main")
    page.quiet()


def test_nothing_to_repair_is_said(open_page):
    page = open_page(repair_page([], [], a_report([])))
    assert "Nothing was corrected" in page.text(".calm")
    page.quiet()


def test_the_same_ledger_gives_the_same_page():
    assert repaired() == repaired()
