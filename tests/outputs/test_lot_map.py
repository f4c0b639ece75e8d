"""The page of a lot map as text: what it says, and that it says it to nobody else."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from map_samples import HOSTILE, all_hostile, cooperative, feeds_of, on_the_way

from eudr_geo.outputs.maps.classes import class_of, legend, share_breaks
from eudr_geo.outputs.maps.data import LotMapData, MapLot, MapPlots
from eudr_geo.outputs.maps.making import lot_map
from eudr_geo.outputs.maps.offline import SCRIPTS
from eudr_geo.words.tables import words


class Page(HTMLParser):
    """What a browser would see: elements with their attributes, text of scripts and styles, the data block."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.scripts, self.styles, self.title, self.data = [], [], [], "", ""
        self._in = ()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._in = (tag, dict(attrs))
        if tag == "script":
            self.scripts.append("")
        if tag == "style":
            self.styles.append("")

    def handle_endtag(self, tag):
        self._in = ()

    def handle_data(self, data):
        if not self._in:
            return
        tag, attrs = self._in
        if tag == "title":
            self.title += data
        elif tag == "style":
            self.styles[-1] += data
        elif tag == "script" and attrs.get("type") == "application/json":
            self.data += data
        elif tag == "script":
            self.scripts[-1] += data

    def payload(self):
        return json.loads(self.data)


@pytest.fixture(scope="module")
def coop():
    return Page(lot_map(cooperative()))


def view_of(page, code):
    return next(view for view in page.payload()["views"] if view.get("code") == code)


def test_same_data_same_bytes_in_another_process():
    code = "import sys; sys.path.insert(0, 'tests'); from map_samples import cooperative; from eudr_geo.outputs.maps.making import lot_map; sys.stdout.buffer.write(lot_map(cooperative()).encode())"
    root = Path(__file__).parents[2]
    made = [
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=250,
        ).stdout
        for seed in ("1", "77")
    ]
    assert made[0] == made[1]
    assert made[0].decode() == lot_map(cooperative())


def test_nothing_in_the_page_points_elsewhere(coop):
    for tag, attrs in coop.elements:
        for name in ("src", "href", "srcset", "action", "data", "poster", "formaction"):
            assert attrs.get(name, "data:").startswith("data:"), f"<{tag} {name}={attrs.get(name)}>"
        assert not [name for name in attrs if name.startswith("on")], f"<{tag}> runs a script of its own"
    for style in coop.styles:
        assert "@import" not in style
        for target in re.findall(r"url\(\s*['\"]?([^)'\"]+)", style):
            assert target.startswith(("data:image/png;base64,", "#")), target
    for script in coop.scripts:
        assert "sourceMappingURL" not in script
    for pattern in (
        r"\bfetch\(",
        "XMLHttpRequest",
        "WebSocket",
        "sendBeacon",
        r"\beval\(",
        r"new Function",
        "serviceWorker",
    ):
        own = "".join(_asset(name) for name in SCRIPTS)
        assert not re.search(pattern, own)


def _asset(name):
    return resources.files("eudr_geo.outputs.maps").joinpath(name).read_text(encoding="utf-8")


def test_own_scripts_never_read_text_as_html():
    own = "".join(_asset(name) for name in SCRIPTS)
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment", own
    )


def test_the_policy_allows_these_scripts_and_nothing_else(coop):
    policy = next(
        attrs["content"] for tag, attrs in coop.elements if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";")}
    assert rules["default-src"] == ["'none'"]
    assert rules["img-src"] == ["data:"]
    assert "unsafe" not in policy
    assert "http" not in policy
    for kind, texts in (("script-src", [text for text in coop.scripts if text]), ("style-src", coop.styles)):
        hashes = {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts}
        assert set(rules[kind]) == hashes
    assert coop.elements.index(("meta", {"http-equiv": "Content-Security-Policy", "content": policy})) < next(
        at for at, (tag, _) in enumerate(coop.elements) if tag in {"script", "style", "link"}
    ), "a policy rules only what comes after it"


def test_a_page_is_a_folium_map_with_its_leaflet_inside(coop):
    assert any("Leaflet 1.9" in script for script in coop.scripts)
    assert any(re.search(r'L\.map\(\s*"map_lot_map"', script) for script in coop.scripts)
    assert any(attrs.get("id") == "map_lot_map" for _, attrs in coop.elements)


def test_totals_are_those_of_the_plots_that_fed(coop):
    everything = coop.payload()["views"][0]
    assert everything["lot"] is None
    assert (everything["plots"], everything["producers"]) == (7, 7)  # P-8 fed nothing; one name, two producers
    assert everything["quantity_kg"] is None, "green coffee and parchment are not added up"
    assert everything["forms"] == [["dry parchment", 1234.5], ["green", 4100.0]]
    micro = view_of(coop, "ML01")
    assert (micro["plots"], micro["producers"], micro["area_ha"], micro["quantity_kg"]) == (3, 3, 3.6, 100.0)
    assert (micro["harvest_from"], micro["harvest_to"]) == ("2025-11-03", "2025-12-01")
    assert micro["evidence_kg"] == {"exact": 90.0, "producer": 10.0}
    bulk = view_of(coop, "BULK")
    assert (bulk["plots"], bulk["without_area"], bulk["area_ha"]) == (4, 1, 4.9)


@pytest.mark.parametrize("code", ["ML01", "ML02", "BULK"])
def test_legend_numbers_are_those_of_the_data(coop, code):
    data = cooperative()
    mine = [
        (share, kg)
        for lot, share, kg in zip(data.feeds["lot_code"], data.feeds["share"], data.feeds["kg_attributed"], strict=True)
        if lot == code
    ]
    classes = view_of(coop, code)["classes"]
    assert sum(one["plots"] for one in classes) == len(mine)
    assert sum(one["kg"] for one in classes) == pytest.approx(sum(kg for _, kg in mine))
    for one in classes:
        low = -1 if one["from"] is None else one["from"]
        high = 2 if one["to"] is None else one["to"]
        inside = [kg for share, kg in mine if low <= share < high]
        assert (len(inside), min(inside), max(inside)) == (one["plots"], one["kg_min"], one["kg_max"])


def test_one_lot_needs_no_switch():
    data = replace(cooperative(), lots=cooperative().lots[:1])
    views = Page(lot_map(data)).payload()["views"]
    assert [view["lot"] for view in views] == [0]


def test_each_geometry_stands_once_and_to_six_decimals(coop):
    payload = coop.payload()
    features = payload["plots"]["features"]
    assert len(features) == 8
    assert coop.data.count('"Polygon"') == 7 + 1  # seven plots and one outline, however many lots there are
    assert len(payload["feeds"]["plot"]) == 8
    long = replace(cooperative().plots, geometry=[shapely.Point(108.123456789, 12.000000499)] * 8)
    place = Page(lot_map(replace(cooperative(), plots=long))).payload()["plots"]["features"][0]["geometry"][
        "coordinates"
    ]
    assert place == [108.123457, 12.0]


@pytest.mark.parametrize(
    "shape",
    [
        None,
        shapely.Polygon(),
        shapely.Point(float("nan"), 1),
        shapely.Point(float("inf"), 1),
        shapely.Point(12.7, 108.05),
        shapely.Point(500_000, 1_400_000),
    ],
    ids=str,
)
def test_a_plot_without_a_usable_position_is_said_not_drawn(shape):
    plots = replace(cooperative().plots, geometry=[shape, *list(cooperative().plots.geometry)[1:]])
    payload = Page(lot_map(replace(cooperative(), plots=plots))).payload()
    assert payload["plots"]["features"][0]["geometry"] is None
    assert payload["plots"]["features"][1]["geometry"]["type"] == "Polygon"
    assert payload["views"][1]["plots"] == 3, "it still counts"


def test_kilograms_without_a_plot_are_said():
    rows = feeds_of(
        ("A", "P-1", 60.0, 0.6, 60.0, 60.0, "exact", "", ""), ("A", "", 40.0, 0.4, 40.0, 40.0, "unknown", "", "")
    )
    data = replace(cooperative(), lots=[MapLot("A", quantity_kg=100.0)], feeds=rows)
    view = Page(lot_map(data)).payload()["views"][0]
    assert view["unknown_kg"] == 40.0
    assert sum(one["plots"] for one in view["classes"]) == 1


def test_kilograms_without_a_plot_are_not_added_up_over_forms():
    rows = feeds_of(
        ("A", "", 40.0, 1.0, 40.0, 40.0, "unknown", "", ""), ("B", "", 7.0, 1.0, 7.0, 7.0, "unknown", "", "")
    )
    lots = [MapLot("A", "cherry", quantity_kg=40.0), MapLot("B", "green", quantity_kg=7.0)]
    mixed = Page(lot_map(replace(cooperative(), lots=lots, feeds=rows))).payload()["views"][0]
    assert mixed["unknown_forms"] == mixed["forms"] == [["cherry", 40.0], ["green", 7.0]]
    alike = [replace(one, form="green") for one in lots]
    view = Page(lot_map(replace(cooperative(), lots=alike, feeds=rows))).payload()["views"][0]
    assert (view["quantity_kg"], view["unknown_kg"]) == (47.0, 47.0)
    assert "forms" not in view


def test_numbers_that_are_none_do_not_break_the_page():
    nan = float("nan")
    data = LotMapData(
        "t",
        lots=[MapLot("A")],
        plots=MapPlots(["P"], ["x"], [""], [nan], [shapely.Point(1, 2)], [None]),
        feeds=feeds_of(("A", "P", nan, nan, nan, nan, None, nan, None)),
    )
    payload = Page(lot_map(data)).payload()
    assert payload["views"][0]["quantity_kg"] is None
    assert payload["feeds"]["kg"] == [None]
    assert payload["feeds"]["from"] == [""]


def test_an_empty_map_is_a_page():
    payload = Page(lot_map(LotMapData("Nothing yet"))).payload()
    assert payload["plots"]["features"] == []
    assert payload["views"][0]["plots"] == 0


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="differ in length"):
        MapPlots(["P", "Q"], ["x"], ["VN"], [1.0], [None], [1])


@pytest.mark.fault(95)
@pytest.mark.parametrize("kind", HOSTILE)
def test_strangers_text_stays_data(kind):
    text = HOSTILE[kind]
    plain, page = Page(lot_map(all_hostile("plain"))), Page(lot_map(all_hostile(text)))
    assert page.scripts == plain.scripts
    assert page.styles == plain.styles
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]
    payload = page.payload()
    assert payload["title"] == payload["views"][1]["code"] == payload["findings"][0]["message"] == text
    assert payload["plots"]["features"][0]["properties"]["producer"] == text
    assert payload["outlines"]["features"][0]["properties"]["name"] == text
    assert page.title == text.replace("\0", "\ufffd")
    assert not re.search("[<>\u2028\u2029]", page.data)


def test_half_a_character_does_not_stop_the_map():
    page = lot_map(all_hostile("broken \udc41")).encode()
    assert "broken \ufffd".encode() in page


def test_marks_of_the_template_are_only_text():
    page = Page(lot_map(all_hostile("@@data@@ @@title@@ @@policy@@ {data}")))
    assert page.payload()["title"] == page.title == "@@data@@ @@title@@ @@policy@@ {data}"


def test_the_page_has_a_word_for_all_it_says():
    said = set(re.findall(r'(?:say|counted)\((?:[^"()]*, )?"(\w+)"', "".join(_asset(name) for name in SCRIPTS)))
    assert len(said) > 40
    assert said <= set(words("map", "en"))
    assert words("map", "no such language") == words("map", "en")


shares = st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=60).map(lambda values: np.round(np.array(values), 6))


@given(shares)
def test_every_plot_is_in_one_class_and_no_class_is_empty(share):
    breaks = share_breaks(share)
    assert breaks == sorted(set(breaks))
    assert len(breaks) <= 4
    rows = legend(share, share * 100, breaks)
    assert [one["class"] for one in rows] == list(range(len(breaks) + 1))
    assert sum(one["plots"] for one in rows) == len(share)
    assert sum(one["kg"] for one in rows) == pytest.approx(float(share.sum() * 100), abs=0.01)
    assert class_of(share, breaks).max() <= len(breaks)


def test_limits_of_classes_are_round_numbers():
    breaks = share_breaks(np.array([0.0123, 0.0251, 0.0333, 0.0412, 0.0578, 0.0934, 0.1456]))
    assert all(len(f"{limit:.6g}".lstrip("0.")) <= 2 for limit in breaks)
    assert len(breaks) >= 3


def test_the_form_of_a_lot_is_a_word_of_the_language():
    lots = [replace(lot, form="dry_parchment") for lot in cooperative().lots]
    said = {
        language: {
            view.get("form")
            for view in Page(lot_map(replace(cooperative(), lots=lots, language=language))).payload()["views"]
        }
        for language in ("en", "vi")
    }
    assert said == {"en": {None, "dry parchment"}, "vi": {None, "thóc khô"}}


def test_the_way_of_a_lot_is_in_the_data_and_only_of_its_lot():
    data = json.loads(Page(lot_map(on_the_way("vi"))).data)
    assert [(one["code"], one["kind"]) for one in data["places"]] == [
        ("TRAM-1", "điểm thu mua"), ("KHO-1", "nhà kho"), ("CAT-LAI", "cảng"),
    ]  # fmt: skip
    ways = {view.get("code"): view["way"] for view in data["views"] if "way" in view}
    assert ways == {
        "ML01": {"plots": [[0, 0, 0], [1, 0, 0], [2, 0, 0]], "legs": [[0, 1, 1], [1, 2, 0]], "steps": 4, "without": 1}
    }


def test_a_map_without_places_has_no_ways():
    data = json.loads(Page(lot_map(cooperative())).data)
    assert "places" not in data
    assert not [view for view in data["views"] if "way" in view]
