"""KML as Google Earth, mapping programs and hands write it: nothing that it says of a plot is lost."""

import json

import pytest
import shapely
from tests_helpers import lines_run

RING = "108.051234,12.681234,0 108.052345,12.681345,0 108.052456,12.682456,0 108.051234,12.681234,0"
POLYGON = (
    f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{RING}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
)


def kml(
    *placemarks, head='xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"', more=""
):
    inside = "".join(f"<Placemark>{one}</Placemark>" for one in placemarks)
    return f"<kml {head}><Document>{more}{inside}</Document></kml>"


def extra(seen, row=0):
    return json.loads(seen.plots["extra"][row])


def test_a_description_is_kept_as_text(direct):
    seen = direct(
        kml(f"<name>P-1</name><description>Y Blơm &amp; sons, <![CDATA[<b>1.3 ha</b>]]></description>{POLYGON}")
    )
    assert extra(seen) == {"description": "Y Blơm & sons, 1.3 ha"}


def test_the_table_in_a_description_is_read_as_columns(direct):
    table = (
        "<table><tr><td>Farmer name</td><td>Y Blơm</td></tr><tr><th>Area</th><td>1.35</td></tr>"
        "<tr><td>Hamlet</td><td>Ea Tam</td></tr><tr><td>empty</td><td></td></tr></table>"
    )
    seen = direct(kml(f"<name>P-1</name><description><![CDATA[{table}]]></description>{POLYGON}"))
    assert (seen.plots["producer"][0], seen.plots["area_ha"][0]) == ("Y Blơm", 1.35)
    assert extra(seen)["Hamlet"] == "Ea Tam"


def test_what_stands_in_the_data_wins_over_the_description(direct):
    data = '<ExtendedData><Data name="Area"><value>2.5</value></Data></ExtendedData>'
    table = "<description>&lt;table>&lt;tr>&lt;td>Area&lt;/td>&lt;td>1.35&lt;/td>&lt;/tr>&lt;/table></description>"
    for inside in (data + table, table + data):
        assert direct(kml(inside + POLYGON)).plots["area_ha"].tolist() == [2.5]


@pytest.mark.parametrize(
    "text", ["<tr>" * 200_000, "<td" * 200_000, "<" * 600_000, "x" * 600_000, "<tr><td>a</td>" * 50_000]
)
def test_an_endless_description_costs_neither_time_nor_the_plot(direct, text):
    """So long that a pattern that costs the square of it takes an hour: the suite's own limit ends that."""
    data = kml(f"<name>P-1</name><description><![CDATA[{text}]]></description>{POLYGON}")
    seen, ran = lines_run(lambda: direct(data))
    assert len(seen.plots) == 1
    assert ran < 3 * len(text)


def test_times_and_addresses_are_kept(direct):
    inside = "<TimeStamp><when>2025-11-15T03:04:05Z</when></TimeStamp><address>Ea Tam</address>"
    seen = direct(kml(inside + POLYGON))
    assert (seen.plots["mapped_on"].tolist(), extra(seen)) == (["2025-11-15"], {"address": "Ea Tam"})


@pytest.mark.parametrize(
    "name", ["Untitled Polygon", "Polígono sin título", "Polygone sans titre", "Đa giác không có tiêu đề"]
)
def test_a_drawing_that_nobody_named_has_no_code(direct, name):
    assert direct(kml(f"<name>{name}</name>{POLYGON}")).plots["plot_id"].tolist() == [""]


def test_a_prefix_that_is_not_declared_harms_nothing(direct):
    text = kml(
        POLYGON, head='xmlns="http://www.opengis.net/kml/2.2"', more="<gx:balloonVisibility>1</gx:balloonVisibility>"
    )
    assert len(direct(text).plots) == 1


def test_a_bare_ampersand_is_named(direct):
    (note,) = direct(kml(f"<name>Lan & Hoa</name>{POLYGON}")).notes
    assert "&amp;" in note.fix


def test_a_picture_over_the_map_is_named(direct):
    seen = direct(kml(POLYGON, more="<GroundOverlay><name>scan</name></GroundOverlay>"))
    assert (len(seen.plots), seen.codes, "pictures" in seen.notes[0].why) == (1, ["several-layers"], True)


def track(*positions):
    return f"<gx:Track>{''.join(f'<gx:coord>{one} 500</gx:coord>' for one in positions)}</gx:Track>"


@pytest.mark.parametrize(("between", "is_offered"), [("108.052456 12.682456", True), ("108.062456 12.682456", False)])
def test_a_walk_with_a_pause_is_one_walk(direct, between, is_offered):
    pieces = track("108.051234 12.681234", "108.052345 12.681345", "108.052456 12.682456")
    rest = track(between, "108.051345 12.682567", "108.051234 12.681234")
    (rejected,) = direct(kml(f"<gx:MultiTrack>{pieces}{rest}</gx:MultiTrack>")).rejected
    assert (rejected.offer is not None) is is_offered
    if is_offered:
        assert shapely.is_valid(rejected.offer.geometry[0])
