"""What suppliers write in formats that the EU system never sees is understood; in GeoJSON its own spelling is the measure."""

import numpy as np
import pytest

PLACE = "<Point><coordinates>108.051234,12.681234,0</coordinates></Point>"


def kml(**data):
    inside = "".join(f'<Data name="{key}"><value>{value}</value></Data>' for key, value in data.items())
    placemark = f"<Placemark><ExtendedData>{inside}</ExtendedData>{PLACE}</Placemark>"
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{placemark}</Document></kml>'


@pytest.mark.parametrize(
    ("text", "area_ha"), [("1,35", 1.35), ("1.35 ha", 1.35), ("15 000 m2", 1.5), ("1,35 Hectares", 1.35)]
)
def test_an_area_with_a_comma_or_a_unit(direct, text, area_ha):
    seen = direct(kml(Area=text))
    assert (seen.plots["area_ha"].tolist(), seen.plots["area_text"].tolist()) == ([area_ha], [""])
    assert [(one.cell, one.before) for one in seen.changes] == [("record 1, area", text)]


@pytest.mark.parametrize("text", ["1.234,5,6", "about 1", "3 sào"])
def test_an_area_that_is_not_certain_stays_text(direct, text):
    seen = direct(kml(Area=text))
    assert (bool(np.isnan(seen.plots["area_ha"][0])), seen.plots["area_text"][0], seen.changes) == (True, text, ())


@pytest.mark.parametrize("text", ["Viet Nam", "vn", "VNM", "Việt Nam"])
def test_a_country_by_its_name(direct, text):
    for data in (kml(Country=text), f"plot,lat,lon,country\nA,12.681234,108.051234,{text}\n"):
        seen = direct(data)
        assert seen.plots["country"].tolist() == ["VN"]
        assert [(one.before, one.after, one.rule) for one in seen.changes] == [(text, "VN", "country")]


@pytest.mark.parametrize("text", ["Congo", "Atlantis"])
def test_a_country_that_is_not_certain_stays_as_it_is(direct, text):
    assert direct(kml(Country=text)).plots["country"].tolist() == [text]


def test_geojson_is_left_to_the_rules(direct):
    text = '{"type":"Feature","properties":{"ProducerCountry":"Vietnam","Area":"1,35"},"geometry":%s}'
    seen = direct(text.replace("%s", '{"type":"Point","coordinates":[108.051234,12.681234]}'))
    assert (seen.plots["country"][0], seen.plots["area_text"][0], seen.changes) == ("Vietnam", "1,35", ())


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8-sig"])
def test_geojson_in_sixteen_bits_with_and_without_a_mark(direct, encoding):
    text = (
        '{"type":"Feature","properties":{"ProducerName":"Đặng"},"geometry":{"type":"Point","coordinates":[108.1,12.6]}}'
    )
    assert direct(text.encode(encoding)).plots["producer"].tolist() == ["Đặng"]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("{'type': 'FeatureCollection', 'features': []}", "Python"),
        ('{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":null},]}', "comma"),
        ('{"geometryType":"esriGeometryPolygon","features":[]}', "GeoJSON"),
        ('[{"type":"Feature"}]', "FeatureCollection"),
        ("// plots\nvar plots = {}", "GeoJSON"),
        ("<html><table><tr><td>lat</td></tr></table></html>", "spreadsheet"),
    ],
)
def test_what_is_nearly_right_is_told_what_to_change(direct, data, word):
    (note,) = direct(data).notes
    assert word in note.fix
