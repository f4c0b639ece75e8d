"""GeoJSON, variant by variant: each value in each ordinate, each wrong member, each system, each encoding."""

import codecs
import json
import math

import pytest
import shapely

POINT = '{"type":"Point","coordinates":[108.05,12.68]}'
GOOD = f'{{"type":"Feature","properties":{{}},"geometry":{POINT}}}'
PLACES = {  # where a number stands in a geometry
    "longitude of a point": ("Point", "[%s,12.68]"),
    "latitude of a point": ("Point", "[108.05,%s]"),
    "height of a point": ("Point", "[108.05,12.68,%s]"),
    "longitude in a ring": ("Polygon", "[[[108.05,12.68],[%s,12.68],[108.052,12.682],[108.05,12.68]]]"),
    "latitude in a ring": ("Polygon", "[[[108.05,12.68],[108.052,%s],[108.052,12.682],[108.05,12.68]]]"),
    "height in a ring": ("Polygon", "[[[108.05,12.68,1],[108.052,12.68,%s],[108.052,12.682,1],[108.05,12.68,1]]]"),
    "longitude in a hole": (
        "Polygon",
        "[[[108.05,12.68],[108.06,12.68],[108.06,12.69],[108.05,12.68]],[[%s,12.681],[108.056,12.682],[108.057,12.682],[108.055,12.681]]]",
    ),
    "a part of several": ("MultiPoint", "[[108.05,12.68],[108.06,%s]]"),
}
NO_PLACE = ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1e308", "-1e308", "1.7976931348623157e308", "1e400"]
NO_NUMBER = ["null", '"108.05"', '"106,5"', '""', "true", "false", "[]", "[1]", "{}"]


def feature(coordinates, kind="Point", properties="{}"):
    return f'{{"type":"Feature","properties":{properties},"geometry":{{"type":"{kind}","coordinates":{coordinates}}}}}'


def collection(*features, more=""):
    return f'{{"type":"FeatureCollection"{more},"features":[{",".join(features)}]}}'


@pytest.mark.fault(28, 29)
@pytest.mark.parametrize("value", NO_PLACE + NO_NUMBER)
@pytest.mark.parametrize("place", sorted(PLACES))
def test_what_is_no_place_rejects_its_record_wherever_it_stands(direct, place, value):
    kind, text = PLACES[place]
    seen = direct(collection(GOOD, feature(text % value, kind), GOOD))
    assert seen.plots["record"].tolist() == [1, 3]
    assert [record for record, _ in seen.reasons] == [2]
    assert seen.reasons[0][1] in {"not-finite", "unreadable-record", "nested-point"}
    assert seen.rejected[0].fix


@pytest.mark.fault(28)
@pytest.mark.parametrize("zero", ["-0.0", "-0", "0e0", "-0e-9"])
@pytest.mark.parametrize("place", sorted(PLACES))
def test_a_negative_zero_is_zero(direct, place, zero):
    kind, text = PLACES[place]
    seen = direct(collection(feature(text % zero, kind)))
    assert len(seen.plots) == 1
    assert not any(
        value == 0 and math.copysign(1, value) < 0 for value in shapely.get_coordinates(seen.plots.geometry).flat
    )


@pytest.mark.fault(28)
@pytest.mark.parametrize("tiny", ["1e-320", "5e-324", "-1e-320", "1e-400"])
def test_a_number_too_small_to_see_is_kept_or_is_zero(direct, tiny):
    (point,) = direct(collection(feature(f"[{tiny},12.68]"))).plots.geometry
    assert abs(point.x) < 1e-300
    assert point.y == 12.68


@pytest.mark.fault(30)
@pytest.mark.parametrize(
    ("kind", "coordinates", "code"),
    [
        ("Point", "[108.05]", "unreadable-record"),
        ("Point", "[108.05,12.68,1,2,3]", "unreadable-record"),
        ("Point", "[]", "missing-geometry"),
        ("Point", "[[108.05,12.68]]", "nested-point"),
        ("Point", "true", "unreadable-record"),
        ("Polygon", "[108.05,12.68]", "unreadable-record"),
        ("Polygon", "[[108.05,12.68],[108.06,12.68],[108.06,12.69],[108.05,12.68]]", "unreadable-record"),
        ("Polygon", "[[[[108.05,12.68],[108.06,12.68],[108.06,12.69],[108.05,12.68]]]]", "unreadable-record"),
        ("MultiPolygon", "[[[108.05,12.68],[108.06,12.68],[108.06,12.69],[108.05,12.68]]]", "unreadable-record"),
        ("MultiPolygon", "[[]]", "unreadable-record"),
        ("Polygon", "[[[108.05,12.68],[108.06],[108.06,12.69],[108.05,12.68]]]", "unreadable-record"),
        ("Polygon", "[[[108.05,12.68,1,2,3],[108.06,12.68],[108.06,12.69],[108.05,12.68]]]", "unreadable-record"),
    ],
)
def test_coordinates_of_the_wrong_depth_or_length_are_rejected_alone(direct, kind, coordinates, code):
    seen = direct(collection(feature(coordinates, kind), GOOD))
    assert seen.reasons == [(1, code)]
    assert len(seen.plots) == 1


@pytest.mark.fault(30)
def test_a_measure_behind_the_height_is_left_out_and_said(direct):
    seen = direct(collection(feature("[108.05,12.68,512,7]")))
    assert seen.plots["has_z"].tolist() == [True]
    assert shapely.get_coordinate_dimension(seen.plots.geometry).tolist() == [2]


TWICE = {
    "type": f'{{"type":"Feature","type":"Feature","properties":{{}},"geometry":{POINT}}}',
    "geometry": f'{{"type":"Feature","properties":{{}},"geometry":null,"geometry":{POINT}}}',
    "properties": f'{{"type":"Feature","properties":{{}},"properties":{{"a":1}},"geometry":{POINT}}}',
    "id": f'{{"type":"Feature","id":1,"id":2,"properties":{{}},"geometry":{POINT}}}',
    "coordinates": '{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[1,2],"coordinates":[108.05,12.68]}}',
    "plot_id": f'{{"type":"Feature","properties":{{"plot_id":"A","plot_id":"B"}},"geometry":{POINT}}}',
    "plot_id, one in escapes": f'{{"type":"Feature","properties":{{"plot_id":"A","plot\\u005fid":"B"}},"geometry":{POINT}}}',
    "a name inside a property": f'{{"type":"Feature","properties":{{"x":{{"b":1,"b":2}}}},"geometry":{POINT}}}',
    "a name deep inside a property": f'{{"type":"Feature","properties":{{"x":[{{"y":{{"b":1,"b":2}}}}]}},"geometry":{POINT}}}',
    "a name inside, in two ways": f'{{"type":"Feature","properties":{{"x":{{"b":1," b":2}}}},"geometry":{POINT}}}',
    "coordinates inside a property": f'{{"type":"Feature","properties":{{"x":{{"coordinates":[1,2],"coordinates":[3,4]}}}},"geometry":{POINT}}}',
    "inside a collection": '{{"type":"Feature","properties":{{}},"geometry":{{"type":"GeometryCollection","geometries":[{}]}}}}'.format(
        POINT.replace('"coordinates"', '"coordinates":[1,2],"coordinates"')
    ),
}


@pytest.mark.fault(31)
@pytest.mark.parametrize("name", sorted(TWICE))
def test_a_name_twice_rejects_its_record_and_halves_nothing(direct, name):
    seen = direct(collection(TWICE[name], GOOD))
    assert [record for record, _ in seen.reasons] == [1]
    assert seen.plots["record"].tolist() == [2]


@pytest.mark.fault(34)
@pytest.mark.parametrize(
    "bad",
    [
        GOOD.replace("Feature", "feature"), GOOD.replace("Feature", "FEATURE"), GOOD.replace("Feature", "Placemark"),
        GOOD.replace('"type":"Feature",', ""), "null", "42", '"x"', "[]", "true", "{}", collection(GOOD),
        GOOD.replace("Point", "point"), GOOD.replace("Point", "Circle"), GOOD.replace('"properties":{}', '"properties":[]'),
        GOOD.replace('"properties":{}', '"properties":"x"'), GOOD.replace('"Point"', "null"),
    ],
)  # fmt: skip
def test_each_thing_that_is_no_feature_is_counted(direct, bad):
    seen = direct(collection(GOOD, bad, GOOD))
    assert seen.plots["record"].tolist() == [1, 3]
    assert [record for record, _ in seen.reasons] == [2]


@pytest.mark.fault(35)
@pytest.mark.parametrize(
    "geometry",
    [
        None, "null", "{}", '"POINT (1 2)"', '{"type":"Polygon","coordinates":[]}', '{"type":"MultiPoint","coordinates":[]}',
        '{"type":"GeometryCollection","geometries":[]}', '{"type":"Point"}', '{"type":"Point","coordinates":null}',
        '{"type":"Polygon","coordinates":[[]]}',
    ],
)  # fmt: skip
def test_a_record_without_a_shape_is_rejected_and_the_others_kept(direct, geometry):
    bad = GOOD.replace(f',"geometry":{POINT}', "" if geometry is None else f',"geometry":{geometry}')
    seen = direct(collection(GOOD, bad, GOOD))
    assert seen.plots["record"].tolist() == [1, 3]
    assert seen.reasons[0][0] == 2
    assert seen.rejected[0].why


METRES = "[835000,1402000]"
NAMED = {  # crs member: where a point of these metres, or of degrees, then lies; None = refused
    '{"type":"name","properties":{"name":"EPSG:32648"}}': (METRES, (108.1, 12.7)),
    '{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32648"}}': (METRES, (108.1, 12.7)),
    '{"type":"name","properties":{"name":"EPSG:3857"}}': ("[12028070,1423000]", (108.0, 12.7)),
    '{"type":"name","properties":{"name":"EPSG:4326"}}': ("[108.05,12.68]", (108.0, 12.7)),
    '{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4326"}}': ("[108.05,12.68]", (108.0, 12.7)),
    '{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}}': ("[108.05,12.68]", (108.0, 12.7)),
    "null": ("[108.05,12.68]", (108.0, 12.7)),
    '{"type":"name","properties":{"name":"bogus"}}': ("[108.05,12.68]", None),
    '{"type":"name","properties":{"name":"EPSG:999999"}}': ("[108.05,12.68]", None),
    '{"type":"name","properties":{"name":""}}': ("[108.05,12.68]", None),
    '{"type":"name","properties":{"name":42}}': ("[108.05,12.68]", None),
    '{"type":"name","properties":{"name":null}}': ("[108.05,12.68]", None),
    '{"type":"name","properties":{"name":"+proj=pipeline +step +proj=axisswap"}}': ("[108.05,12.68]", None),
    '{"type":"name","properties":null}': ("[108.05,12.68]", None),
    '{"type":"name"}': ("[108.05,12.68]", None),
    "{}": ("[108.05,12.68]", None),
    "[4326]": ("[108.05,12.68]", None),
    '"EPSG:4326"': ("[108.05,12.68]", None),
}


@pytest.mark.fault(36)
@pytest.mark.parametrize("crs", sorted(NAMED))
def test_each_way_to_name_a_system_is_understood_or_refused(direct, crs):
    coordinates, where = NAMED[crs]
    seen = direct(collection(feature(coordinates), more=f',"crs":{crs}'))
    if where is None:
        assert seen.codes == ["unknown-crs"]
        assert not len(seen.plots)
        return
    (point,) = seen.plots.geometry
    assert (round(point.x, 1), round(point.y, 1)) == (round(where[0], 1), round(where[1], 1))
    assert seen.codes == ([] if crs == "null" else ["crs-member"])


@pytest.mark.fault(36)
@pytest.mark.parametrize("kind", ["proj4", "ogcwkt", "esriwkt"])
def test_a_linked_system_is_refused_and_never_fetched(direct, canary, kind):
    crs = json.dumps({"type": "link", "properties": {"href": canary.url, "type": kind}})
    assert direct(collection(GOOD, more=f',"crs":{crs}')).codes == ["unknown-crs"]


NAME = "Nguyễn Thị Đậu"
TEXT = collection(feature("[108.05,12.68]", properties=f'{{"producer":"{NAME}"}}'))
READ = {
    "UTF-8": TEXT.encode(),
    "UTF-8 with its mark": codecs.BOM_UTF8 + TEXT.encode(),
    "UTF-16, small end first": codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
    "UTF-16, large end first": codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    "UTF-16 without a mark": TEXT.encode("utf-16-le"),  # the zeros between the brackets tell
    "UTF-16, large end, without a mark": TEXT.encode("utf-16-be"),
    "UTF-32, small end first": codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
    "UTF-32, large end first": codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"),
}
ASKED = {
    "UTF-32 without a mark": TEXT.encode("utf-32-le"),
    "Latin-1": TEXT.replace(NAME, "José Peña").encode("latin-1"),
    "Windows 1252": TEXT.replace(NAME, "José “Peña”").encode("cp1252"),
    "Windows 1258": TEXT.replace(NAME, "Đă\u0323ng").encode("cp1258"),
    "two encodings": TEXT.encode().replace(b'"features"', b'"Jos\xe9":1,"features"'),
    "UTF-8 behind the mark of UTF-16": codecs.BOM_UTF16_LE + TEXT.encode(),
    "UTF-8 of halves": TEXT.encode().replace(NAME.encode(), b"\xed\xa0\xbc\xed\xbc\xb1"),
    "UTF-8 cut inside a letter": TEXT.encode().replace(NAME.encode(), NAME.encode()[:-2]),
}


@pytest.mark.fault(38)
@pytest.mark.parametrize("name", sorted(READ))
def test_an_encoding_that_is_certain_is_read_to_the_letter(direct, name):
    seen = direct(READ[name])
    assert seen.plots["producer"].tolist() == [NAME]
    assert not seen.codes


@pytest.mark.fault(38)
@pytest.mark.parametrize("name", sorted(ASKED))
def test_an_encoding_that_is_not_certain_is_asked_for(direct, name):
    seen = direct(ASKED[name])
    assert not len(seen.plots)
    assert seen.codes[0] in {"unreadable-file", "unreadable-text"}
    assert "\ufffd" not in repr(seen)
    assert seen.notes[0].fix
