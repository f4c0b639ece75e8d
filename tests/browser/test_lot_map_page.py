"""The lot map in a real browser: what an importer sees, and what a stranger's text cannot do."""

import re
from dataclasses import replace

import numpy as np
import pytest
import shapely
from map_samples import HOSTILE, KINDS, all_hostile, cooperative, feeds_of, finding, land, on_the_way

from eudr_geo.outputs.maps.data import LotMapData, MapLot, MapPlots
from eudr_geo.outputs.maps.making import lot_map

pytestmark = pytest.mark.browser

P1, P2, P4, P8 = (108.0505, 12.6805), (108.0605, 12.6805), (108.0805, 12.6805), (108.1205, 12.6805)


WAY = [123, 45, 139, 255]
"""Colour of the way of a lot."""


@pytest.fixture
def coop(open_page):
    return open_page(lot_map(cooperative()))


@pytest.mark.fault(97)
def test_opens_from_a_file_and_asks_for_nothing_else(coop):
    coop.quiet()
    assert coop.requests == [coop.path.as_uri()]
    assert coop.page.title() == "Origin of consignment EA26-EXP-001"
    assert coop.drawn() > 500


def test_says_in_numbers_what_the_map_shows(coop):
    assert [coop.total(key) for key in ("plots", "producers", "area_ha")] == ["7", "7", "8.50"]
    told = zip(coop.texts("[data-total=kg] dd"), coop.texts("[data-total=kg] dt"), strict=True)
    forms = [(re.sub(r"\s", "", kg), form.lower()) for kg, form in told]
    assert forms == [("1235", "kilograms · dry parchment"), ("4100", "kilograms · green")], "never added up"
    assert coop.text("h1") == "Origin of consignment EA26-EXP-001"
    assert "It does not say that a product is deforestation-free or legal." in coop.text("#claim")
    assert "attributed in proportion" in coop.text("#notes")
    assert coop.page.locator(".leaflet-control-scale-line").inner_text()


def test_choosing_a_lot_changes_numbers_legend_colours_and_zoom(coop):
    before, zoom = coop.pixel(*P1), coop.page.evaluate("map_lot_map.getZoom()")
    assert coop.texts(".classes .range") == []
    coop.view("ML01")
    assert [coop.total(key) for key in ("plots", "producers", "area_ha", "kg")] == ["3", "3", "3.60", "100.0"]
    legend = [text.replace("\u202f", " ") for text in coop.texts(".classes .range")]
    assert len(legend) == 3
    assert legend[-1].endswith("and more")
    assert coop.texts(".classes .kg") == ["10.0\u202fkg", "30.0\u202fkg", "60.0\u202fkg"]
    assert coop.pixel(*P1) != before
    assert coop.page.evaluate("map_lot_map.getZoom()") > zoom
    coop.view("ML02")
    assert coop.total("kg") == "1235"
    assert coop.texts(".classes .count") == ["1"]
    coop.quiet()


def test_a_plot_has_the_colour_of_its_class(coop):
    coop.view("ML01")
    coop.page.evaluate("map_lot_map.setView([12.6805, 108.0505], 17, {animate: false})")
    coop.settle()
    # Right of the middle: the plot's code is written in the middle.
    heaviest, first = coop.pixel(108.0509, 12.6802), coop.swatch(".classes tr:last-child .swatch")
    assert np.abs(np.array(heaviest) - np.array(first)).max() <= 3
    assert heaviest != coop.swatch(".classes tr:nth-child(2) .swatch")


def test_lots_differ_in_more_than_colour(coop):
    coop.page.evaluate("map_lot_map.setView([12.6805, 108.0805], 17, {animate: false})")
    coop.settle()
    hatched = {tuple(coop.pixel(108.0801 + 0.00001 * i, 12.6802 + 0.00001 * j)) for i in range(12) for j in range(12)}
    assert len(hatched) > 1, "the second lot is hatched"
    coop.page.evaluate("map_lot_map.setView([12.6805, 108.0505], 17, {animate: false})")
    coop.settle()
    plain = {tuple(coop.pixel(108.0501 + 0.00001 * i, 12.6802)) for i in range(12)}
    assert len(plain) == 1


def test_clicking_a_plot_opens_its_table(coop):
    coop.click_at(*P2)
    card = coop.text(".plot-card .card").replace("\u202f", " ")
    for said in (
        "P-2",
        "Trần Văn Đức",
        "1.20 ha · VN · version 2",
        "ML01",
        "30.0 kg",
        "30.0 %",
        "25.0 and 33.5 kg",
        "2025-11-05 – 2025-11-19",
        "exact",
        "warning",
        "area 3.96 ha is close to 4 ha",
        "near-4-ha",
    ):
        assert said in card
    coop.page.keyboard.press("Escape")
    coop.page.locator(".plot-card").wait_for(state="detached")
    coop.click_at(*P1)
    assert coop.text(".plot-card h2") == "P-1"
    coop.click_at(108.0555, 12.66)
    coop.page.locator(".plot-card").wait_for(state="detached")
    coop.quiet()


def test_a_plot_that_fed_two_lots_names_both_the_chosen_one_first(coop):
    coop.view("BULK")
    coop.page.locator("#find").fill("P-3")
    coop.page.keyboard.press("Enter")
    assert [text.strip() for text in coop.texts(".card caption")] == ["BULK", "ML01"]
    assert coop.texts(".card .feed:nth-of-type(2) td")[0] == "40.0 kg"


def test_resting_on_a_plot_tells_its_name_and_kilograms(coop):
    x, y = coop.page.evaluate(
        "() => { const p = map_lot_map.latLngToContainerPoint([12.6805, 108.0505]), b = map_lot_map.getContainer().getBoundingClientRect(); return [p.x + b.left, p.y + b.top]; }"
    )
    coop.page.mouse.move(x, y)
    coop.page.mouse.move(x + 1, y)
    coop.settle()
    assert "Y Blơm Niê" in coop.text(".plot-tip")
    assert "60.0 kg" in coop.text(".plot-tip")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("P-4", ["P-4"]),
        ("duc", ["P-2", "P-4"]),
        ("Đức", ["P-2", "P-4"]),
        ("tran VAN", ["P-2", "P-4"]),
        ("h’wen", ["P-3"]),
        ("p-8", ["P-8"]),
    ],
)
def test_search_by_code_or_name_without_accents(coop, typed, expected):
    coop.page.locator("#find").fill(typed)
    assert coop.texts("#matches [role=option] b") == expected
    coop.page.keyboard.press("Enter")
    assert coop.text(".card h2") == expected[0]
    coop.settle()
    assert coop.page.evaluate("map_lot_map.getZoom()") >= 12
    assert coop.page.evaluate("document.activeElement.className") == "card"


def test_search_that_finds_nothing_says_what_to_do(coop):
    coop.page.locator("#find").fill("zzz")
    assert "Nothing found" in coop.text("#matches")
    coop.page.keyboard.press("Enter")
    assert coop.page.locator(".card").count() == 0


def test_everything_works_from_the_keyboard(coop):
    coop.page.locator("#find").focus()
    assert coop.texts("#matches [role=option] b")[0] == "P-4", "the largest share is offered first"
    coop.page.keyboard.press("ArrowDown")
    coop.page.keyboard.press("ArrowDown")
    chosen = coop.page.locator("#find").get_attribute("aria-activedescendant")
    name = coop.text(f"#{chosen} b")
    coop.page.keyboard.press("Enter")
    assert coop.text(".card h2") == name
    coop.page.keyboard.press("Escape")
    assert coop.page.evaluate("document.activeElement.id") == "find"
    coop.page.locator("input[name=view]").first.focus()
    coop.page.keyboard.press("ArrowDown")
    coop.settle()
    assert coop.text("#lot-line strong") == "ML01"


def test_other_plots_are_grey_and_can_be_hidden(coop):
    red, green, blue, opacity = coop.pixel(*P8)
    assert opacity > 0
    assert max(red, green, blue) - min(red, green, blue) < 16
    coop.page.locator("#others").uncheck()
    coop.settle()
    assert coop.pixel(*P8) == [0, 0, 0, 0]


def test_findings_are_counted_listed_and_outlined(coop):
    signs = coop.texts(".signs li")
    assert any(text.startswith("finding: error") and text.endswith("1") for text in signs)
    assert any(text.startswith("finding: warning") and text.endswith("1") for text in signs)
    coop.page.locator("#found summary").click()
    coop.page.locator("#found button", has_text="12 km outside").click()
    assert coop.text(".card h2") == "P-5"
    coop.view("ML01")
    assert "out-turn 0.87 is above 0.86" in coop.text("#found")
    assert not any(text.startswith("finding: error") for text in coop.texts(".signs li"))


def test_on_a_phone_the_card_lies_below_the_plot(open_page):
    phone = open_page(lot_map(cooperative()), width=390, height=844, phone=True)
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert phone.page.locator("#map_lot_map").bounding_box()["height"] > 400
    phone.view("ML01")
    phone.page.locator("#find").fill("P-2")
    phone.page.keyboard.press("Enter")
    phone.settle()
    card = phone.page.locator("#card-sheet").bounding_box()
    assert card["y"] > 400
    assert "30.0 kg" in phone.text("#card-sheet")
    assert phone.pixel(108.0602, 12.6802)[3] > 0, "the plot is in sight above the card"
    phone.page.locator("#card-sheet .close").click()
    assert not phone.page.locator("#card-sheet").is_visible()
    phone.quiet()


def test_the_way_of_a_lot_is_drawn_and_what_is_not_known_of_it_is_told(open_page):
    coop = open_page(lot_map(on_the_way()))
    assert not coop.page.is_visible("#way"), "all lots together have no one way"
    coop.view("ML01")
    assert coop.text("#way span") == "Way of the lot: 4 steps, 1 without a position."
    signs = coop.texts("#legend .signs li span")
    assert "way of the lot, from place to place" in signs
    assert "a step between has no position" in signs
    coop.page.click("#show-way")
    coop.becomes(lambda: sorted(coop.texts(".place-sign b")), ["CAT-LAI", "KHO-1", "TRAM-1"])
    coop.becomes(lambda: coop.pixel(106.79, 10.76, "ways"), WAY)
    north = np.arctanh(np.sin(np.radians([12.66, 10.76]))).mean()  # a line is straight on the map, not on the globe
    middle = ((108.12 + 106.79) / 2, float(np.degrees(np.arcsin(np.tanh(north)))))
    assert np.abs(np.subtract(coop.pixel(*middle, "ways"), WAY)).max() < 40, "a line leads from the store to the port"
    coop.view("ML02")
    assert not coop.page.is_visible("#way")
    assert coop.texts(".place-sign b") == []
    coop.quiet()


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_way_fits_a_phone(open_page, language):
    phone = open_page(lot_map(on_the_way(language)), width=390, height=844, phone=True)
    phone.page.click("#sheet-toggle")
    phone.view("ML01")
    phone.page.click("#show-way")
    assert phone.page.get_attribute("#sheet-toggle", "aria-expanded") == "false", "the map is seen again"
    phone.becomes(lambda: len(phone.texts(".place-sign b")), 3)
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    if language == "vi":
        assert phone.text("#show-way") == "Xem đường đi"
    phone.quiet()


def test_a_place_is_called_as_it_is_called(open_page):
    named = on_the_way()
    strange = "<img src=x onerror=document.title='PWN'>"
    places = [replace(one, code=strange) if one.code == "KHO-1" else one for one in named.places]
    renamed = {"KHO-1": strange}
    legs = [
        replace(one, before=renamed.get(one.before, one.before), after=renamed.get(one.after, one.after))
        for one in named.routes["ML01"].legs
    ]
    page = open_page(lot_map(replace(named, places=places, routes={"ML01": replace(named.routes["ML01"], legs=legs)})))
    page.view("ML01")
    page.page.click("#show-way")
    page.becomes(lambda: strange in page.texts(".place-sign b"), True)
    assert not page.page.locator(".place-sign img").count()
    page.quiet()


def test_without_plots_the_page_says_so(open_page):
    for data in (LotMapData("Nothing yet"), LotMapData("Nothing", lots=[MapLot("A")], outlines=[("Vietnam", land())])):
        page = open_page(lot_map(data))
        assert page.page.locator(".empty").is_visible()
        assert "No plots to show" in page.text(".empty")
        page.quiet()


@pytest.mark.parametrize("area_ha", [1.0, 0.5, 4.0, float("nan")])
def test_one_point_is_seen(open_page, area_ha):
    data = LotMapData(
        "One point",
        lots=[MapLot("A", quantity_kg=5.0)],
        plots=MapPlots(["P"], ["x"], ["VN"], [area_ha], [shapely.Point(108, 12.5)], [1]),
        feeds=feeds_of(("A", "P", 5.0, 1.0, 5.0, 5.0, "exact", "", "")),
    )
    page = open_page(lot_map(data))
    assert page.drawn() > 60
    page.page.evaluate("map_lot_map.setView([12.5, 108], 6, {animate: false})")
    page.settle()
    assert page.drawn() > 60, "also from far away"
    page.quiet()


def test_plots_across_the_180th_meridian_are_neighbours(open_page):
    across = shapely.Polygon([(179.999, -17), (-179.999, -17), (-179.999, -17.002), (179.999, -17.002)])
    data = LotMapData(
        "Fiji",
        lots=[MapLot("A", quantity_kg=3.0)],
        plots=MapPlots(
            list("PQR"),
            ["x"] * 3,
            ["FJ"] * 3,
            [4.0] * 3,
            [shapely.box(179.99, -17, 179.992, -16.998), shapely.box(-179.992, -17, -179.99, -16.998), across],
            [1] * 3,
        ),
        feeds=feeds_of(*(("A", code, 1.0, 1 / 3, 1.0, 1.0, "exact", "", "") for code in "PQR")),
        outlines=[
            ("Fiji", shapely.MultiPolygon([shapely.box(178, -18, 180, -17.5), shapely.box(-180, -18, -179, -17.5)]))
        ],
    )
    page = open_page(lot_map(data))
    assert page.page.evaluate("map_lot_map.getZoom()") > 12
    assert page.page.evaluate("map_lot_map.getBounds().getEast() - map_lot_map.getBounds().getWest()") < 0.2
    for lon in (179.9905, 180.0004, 180.0085):  # not the middle: the codes stand there
        assert page.pixel(lon, -16.9985 if lon != 180.0004 else -17.0015)[3] > 0
    page.page.locator("#find").fill("Q")
    page.page.keyboard.press("Enter")
    assert "179.99100° W" in page.text(".card")
    page.quiet()


def village(n):
    """Plots of one village, fifty metres apart, in two lots; and one far away."""
    lon = [*(108.05 + 0.0005 * (i % 4) for i in range(n)), 108.6]
    lat = [*(12.68 + 0.0005 * (i // 4) for i in range(n)), 12.9]
    codes = [f"P-{i + 1:02d}" for i in range(n + 1)]
    rows = [("AB"[i % 2], code, 10.0 + i, 0.05, 10.0, 99.0, "exact", "", "") for i, code in enumerate(codes)]
    plots = MapPlots(
        codes,
        ["x"] * (n + 1),
        ["VN"] * (n + 1),
        [0.2] * (n + 1),
        shapely.box(lon, lat, np.add(lon, 0.0004), np.add(lat, 0.0004)),
        [1] * (n + 1),
    )
    return LotMapData(
        "Village",
        lots=[MapLot("A"), MapLot("B")],
        plots=plots,
        feeds=feeds_of(*rows),
        findings=[finding("error", "x", plot="P-03")],
    )


def test_plots_on_top_of_each_other_are_counted_in_a_ring(open_page):
    page = open_page(lot_map(village(12)))
    centre = (108.05 + 0.00095, 12.68 + 0.0007)
    assert page.pixel(*centre)[3] > 0
    x, y = page.page.evaluate(
        "([lon, lat]) => { const p = map_lot_map.latLngToContainerPoint([lat, lon]), b = map_lot_map.getContainer().getBoundingClientRect(); return [p.x + b.left, p.y + b.top]; }",
        list(centre),
    )
    page.page.mouse.move(x, y)
    page.page.mouse.move(x + 1, y)
    tip = page.text(".plot-tip").replace("\u202f", " ")
    assert "12 plots" in tip
    assert "A: 90.0 kg" in tip  # 10 + 12 + … + 20
    assert "B: 96.0 kg" in tip
    assert "finding: error" in tip
    assert page.page.locator("#group-sign").is_visible()
    page.page.mouse.click(x, y)
    page.settle()
    assert page.page.evaluate("map_lot_map.getZoom()") > 14, "a click goes there"
    assert not page.page.locator("#group-sign").is_visible()
    page.click_at(108.0502, 12.6802)
    assert page.text(".card h2") == "P-01"
    page.quiet()


@pytest.mark.fault(93)
@pytest.mark.parametrize("kind", KINDS)
def test_a_strangers_text_is_shown_and_never_run(open_page, kind):
    text = HOSTILE[kind]
    page = open_page(lot_map(all_hostile(text)))
    shown = re.sub(r"[ \t\n\r\f]+", " ", text.replace("\0", "\ufffd")).strip()  # as HTML reads a title
    assert page.page.title() == shown, "the title is the one we gave"
    assert page.drawn() > 100, "the map is not blank"
    for selector in ("#title", "#subtitle", ".lot:nth-child(2) .lot-code"):
        assert page.text(selector) == text
    assert text in page.texts(".locator figcaption") + page.texts(".land-name span")
    page.page.locator("input[name=view]").nth(1).check()
    page.settle()
    assert page.text("#lot-line strong") == text
    assert page.texts("#found .findings .value") == [text, text]
    page.page.mouse.move(700, 400)
    page.click_at(108.0503, 12.6807)
    card = ".plot-card .card"
    assert page.text(f"{card} h2") == text
    assert page.texts(f"{card} caption .value")[0] == text
    cells = page.texts(f"{card} td")
    assert cells[0] == text
    assert sum(text in cell for cell in cells) >= 4, "producer, country and version, dates, evidence"
    assert page.texts(f"{card} .findings .value") == [text] * 4
    page.page.locator("#find").focus()
    assert text in page.texts("#matches b")
    width = page.page.evaluate("[document.documentElement.scrollWidth, document.querySelector('.panel').scrollWidth]")
    assert width[0] <= 1280
    assert width[1] <= 372, "long words do not push the page apart"
    assert page.page.title() == shown
    page.quiet()


def test_the_policy_stops_what_would_slip_through(open_page):
    marker = '<script type="application/json"'
    smuggled = '<script>window.ran = 1</script><img src="x" onerror="window.ran = 1"><img src="https://example.invalid/x.png"><link rel="stylesheet" href="https://example.invalid/x.css">'
    page = open_page(lot_map(cooperative()).replace(marker, smuggled + marker, 1))
    assert page.page.evaluate("() => window.ran") is None
    assert page.drawn() > 500
    blocked = [error for error in page.errors if "Content Security Policy" in error]
    assert len(blocked) >= 3


def test_five_thousand_plots_stay_quick(open_page):
    rng = np.random.default_rng(7)
    n = 5_000
    lon, lat = 108 + rng.random(n), 12.5 + rng.random(n)
    codes = [f"P-{i:05d}" for i in range(n)]
    share = rng.random(n)
    share /= share.sum()
    rows = {
        "lot_code": np.where(np.arange(n) % 2, "A", "B").tolist(),
        "plot_code": codes,
        "kg_attributed": share * 1e5,
        "share": share,
        "kg_min": share * 9e4,
        "kg_max": share * 1.1e5,
        "evidence_class": ["exact"] * n,
        "harvest_from": ["2025-11-01"] * n,
        "harvest_to": ["2025-12-01"] * n,
    }
    plots = MapPlots(
        codes, ["Lê Hạnh"] * n, ["VN"] * n, [1.2] * n, shapely.box(lon, lat, lon + 0.001, lat + 0.001), [1] * n
    )
    data = replace(cooperative(), lots=[MapLot("A"), MapLot("B")], plots=plots, feeds=rows, findings=())
    html = lot_map(data)
    assert len(html) < 4_000_000
    page = open_page(html)
    strokes = page.page.evaluate(
        """async () => {
          let strokes = 0;
          for (const name of ['fill', 'stroke', 'fillText', 'strokeText', 'drawImage']) {
            const real = CanvasRenderingContext2D.prototype[name];
            CanvasRenderingContext2D.prototype[name] = function (...given) { strokes += 1; return real.apply(this, given); };
          }
          document.querySelectorAll('input[name=view]')[1].click();
          await new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)));
          return strokes;
        }"""
    )
    assert 100 < strokes < 50_000, "each plot is drawn a few times and no more"
    assert page.drawn() > 10_000
    page.quiet()
