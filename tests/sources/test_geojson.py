import json

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests_helpers import examples

from eudr_geo.checks.checking import check
from eudr_geo.sources.reading import read_bytes, read_plots

RING = "[[108.050001,12.680001],[108.052001,12.680001],[108.052001,12.682001],[108.050001,12.680001]]"


def feature(coordinates=f"[{RING}]", kind="Polygon", properties='{"ProductionPlace":"P-1"}'):
    return f'{{"type":"Feature","properties":{properties},"geometry":{{"type":"{kind}","coordinates":{coordinates}}}}}'


def collection(*features):
    return ('{"type":"FeatureCollection","features":[' + ",".join(features) + "]}").encode()


def read(*features, **options):
    reading = read_bytes("in.geojson", collection(*features), **options)
    assert reading.files[0].adds_up()
    return reading


def codes(reading):
    return [row.code for row in reading.rejected] + [note.code for note in reading.files[0].notes]


def test_the_official_samples_that_are_right_have_no_error(reference):
    for path in sorted((reference / "ec-geojson").glob("*.geojson")):
        result = check(read_plots([path]))
        errors = [finding.rule for finding in result.findings.errors()]
        assert errors == (["nested-point"] if "nested" in path.name else []), path.name


def test_one_bad_record_among_a_thousand_is_named(tmp_path):
    features = [feature(properties=json.dumps({"ProductionPlace": f"P-{i}"})) for i in range(1000)]
    features[617] = feature('[[["106,5",10.2],[1,2],[3,4]]]')
    path = tmp_path / "thousand.geojson"
    path.write_bytes(collection(*features))
    reading = read_plots(path)
    assert len(reading.plots) == 999
    (row,) = reading.rejected
    assert (row.record, row.code) == (618, "not-finite")
    assert "106.5" in row.fix
    findings = list(check(reading, select=["not-finite"]).findings)
    assert [(finding.record, finding.source) for finding in findings] == [(618, "thousand.geojson")]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("null", "missing-geometry"),
        ("[]", "missing-geometry"),
        ("[[]]", "unreadable-record"),
        ('[[["108,1","12,1"],["108,2","12,1"],["108,2","12,2"]]]', "not-finite"),
        ("[[[108.1,NaN],[108.2,12.1],[108.2,12.2]]]", "not-finite"),
        ("[[[1e999,12],[108.2,12.1],[108.2,12.2]]]", "not-finite"),
        ("[[[108.1,null],[108.2,12.1],[108.2,12.2]]]", "not-finite"),
        ("[[108.1,12.1],[108.2,12.1],[108.2,12.2]]", "unreadable-record"),
        ("[[[108.1],[108.2,12.1],[108.2,12.2]]]", "unreadable-record"),
        ("[[[1,2,3,4,5],[108.2,12.1],[108.2,12.2]]]", "unreadable-record"),
        ("7", "unreadable-record"),
        ('"108 12"', "unreadable-record"),
    ],
)
@pytest.mark.fault(28, 29, 30, 35)
def test_a_record_that_is_no_plot_is_rejected_alone(bad, code):
    reading = read(feature(), feature(bad), feature())
    assert len(reading.plots) == 2
    assert [(row.record, row.code) for row in reading.rejected] == [(2, code)]
    assert reading.rejected[0].why
    assert reading.rejected[0].fix


@pytest.mark.parametrize(
    "bad",
    ['{"type":"feature"}', "null", "42", '{"type":"Feature","geometry":null}', '{"type":"Feature","type":"Feature"}'],
)
@pytest.mark.fault(34)
def test_what_is_no_feature_is_counted(bad):
    reading = read(feature(), bad)
    assert (len(reading.plots), len(reading.rejected)) == (1, 1)


@pytest.mark.fault(31)
def test_a_key_that_stands_twice_is_not_silently_halved():
    reading = read(
        '{"type":"Feature","properties":{"plot_id":"A","plot_id":"B"},"geometry":{"type":"Point","coordinates":[1,2]}}'
    )
    assert "plot_id" in reading.rejected[0].why


def test_digits_are_kept_as_written():
    reading = read(feature("[108.500000,12.5]", "Point"), feature("[1.0805e2,12.1234567]", "Point"))
    assert reading.plots["decimals"].tolist() == [6, 7]
    assert reading.plots["short_lons"].tolist() == [0, 1]
    assert reading.plots["short_lats"].tolist() == [1, 0]


@pytest.mark.fault(41)
def test_ids_stay_text():
    texts = ["0071", "1E5", "12345678901234567890123"]
    reading = read(
        *(feature(properties=f'{{"plot_id":{json.dumps(text)},"n":12345678901234567890123}}') for text in texts)
    )
    assert reading.plots["plot_id"].tolist() == texts
    assert "12345678901234567890123" in reading.plots["extra"][0]


@pytest.mark.fault(48)
def test_rings_are_held_as_delivered():
    open_ring = "[[[108.1,12.1],[108.2,12.1],[108.2,12.2],[108.1,12.2]]]"
    two = "[[[108.1,12.1],[108.2,12.1]]]"
    reading = read(feature(open_ring), feature(two), feature(f"[{RING}]"))
    assert reading.plots["open_rings"].tolist() == [1, 0, 0]
    assert reading.plots["short_rings"].tolist() == [0, 1, 0]
    assert reading.plots["vertices"].tolist() == [4, 2, 4]


def test_offers_wait_for_somebody_to_ask():
    nested = feature("[[108.05,12.68]]", "Point")
    track = feature(RING, "LineString")
    reading = read(nested, track, feature("[[1,2],[3,4],[5,6],[7,8]]", "LineString"))
    assert [row.code for row in reading.rejected] == ["nested-point", "unsupported-geometry", "unsupported-geometry"]
    offers = [row.offer.geometry[0].geom_type if row.offer is not None else None for row in reading.rejected]
    assert offers == ["Point", "Polygon", None]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty-file"),
        (b"  \n", "empty-file"),
        (b'{"type":"FeatureCollection","features":[]}', "empty-file"),
        (b'{"type":"FeatureCollection","features":[{"type":"Fea', "unreadable-file"),
        (collection(feature()) + b"x", "unreadable-file"),
        (b'{"type":"Topology"}', "unsupported-format"),
        (b"%PDF-1.7 ...", "unreadable-file"),
        (b"<!doctype html><title>Sign in</title>", "unreadable-file"),
        (
            b'{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:999999"}},"features":[]}',
            "unknown-crs",
        ),
        (b'{"a":' * 100_000, "unreadable-file"),
    ],
)
def test_a_file_that_is_no_use_says_why(data, code):
    reading = read_bytes("x.geojson", data)
    assert len(reading.plots) == 0
    (note,) = list(reading.files[0].notes)
    assert note.code == code
    assert note.fix


@pytest.mark.fault(40)
def test_the_broken_place_is_named():
    data = collection(feature(), feature()).replace(b'"Point"', b"Point").replace(b'},{"type"', b'},\n{"type" oops', 1)
    (note,) = read_bytes("x.geojson", data).files[0].notes
    assert "line 2" in note.why


@pytest.mark.fault(36)
def test_a_known_crs_is_converted_and_said():
    utm = "[[[835000,1402000],[835200,1402000],[835200,1402200],[835000,1402000]]]"
    head = b'{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32648"}},"features":['
    reading = read_bytes("x.geojson", head + feature(utm).encode() + b"]}")
    lon, lat = shapely.get_coordinates(reading.plots.geometry)[0]
    assert (round(lon, 1), round(lat, 1)) == (108.1, 12.7)
    assert codes(reading) == ["crs-member"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_names_keep_their_letters(encoding):
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    text = collection(feature(properties='{"ProducerName":"Y Blơm Êban, Đắk Lắk"}')).decode()
    reading = read_bytes("x.geojson", mark + text.encode(encoding))
    assert reading.plots["producer"].tolist() == ["Y Blơm Êban, Đắk Lắk"]


def test_misspelt_properties_are_used_and_named():
    reading = read(
        feature(properties='{"producer_name":"A","PRODUCERCOUNTRY":"VN","Area_ha":1.5,"ProductionPlace":"P"}')
    )
    plots = reading.plots
    assert (plots["producer"][0], plots["country"][0], plots["area_ha"][0]) == ("A", "VN", 1.5)
    assert "producer_name>ProducerName" in plots["misspelt"][0]

    assert "ProductionPlace" not in plots["misspelt"][0]


def test_an_area_in_quotes_is_not_a_number():
    plots = read(feature(properties='{"Area":"2,5"}')).plots
    assert np.isnan(plots["area_ha"][0])
    assert plots["area_text"][0] == "2,5"


@pytest.mark.fault(40)
def test_one_object_a_line_and_lone_objects():
    lines = "\n".join(feature() for _ in range(3)).encode()
    assert len(read_bytes("x.geojson", lines).plots) == 3
    lone = read_bytes("x.geojson", f'{{"type":"Polygon","coordinates":[{RING}]}}'.encode())
    assert len(lone.plots) == 1
    assert codes(lone) == ["bare-geometry"]


def test_windows_do_not_change_what_is_read(monkeypatch, tmp_path):
    from eudr_geo.model.source import Source
    from eudr_geo.sources.readers import geojson

    rng = np.random.default_rng(5)
    features = []
    for i in range(60):
        xy = np.round(108 + rng.random((rng.integers(4, 12), 2)), rng.integers(2, 9))
        features.append(
            feature(
                json.dumps([[*xy.tolist(), xy[0].tolist()]]),
                properties=json.dumps({"name": f"Đ{i}", "note": '"coordinates":[1]'}),
            )
        )
    path = tmp_path / "x.geojson"
    path.write_bytes(collection(*features).replace(b",", b" ,\n "))
    whole = geojson.read(Source(path, "x")).plots
    for window in (97, 256, 1021):
        monkeypatch.setattr("eudr_geo.sources.formats.json_stream._WINDOW", window)
        part = geojson.read(Source(path, "x")).plots
        assert shapely.to_wkb(part.geometry).tolist() == shapely.to_wkb(whole.geometry).tolist()
        assert part["decimals"].tolist() == whole["decimals"].tolist()
        assert part["extra"].tolist() == whole["extra"].tolist()


value = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-400, 400), st.floats(allow_nan=False), st.text(max_size=5)),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=examples(60))
@given(
    st.lists(
        st.tuples(st.sampled_from(["Point", "Polygon", "MultiPolygon", "LineString", "Odd", 3]), value), max_size=5
    )
)
def test_no_record_is_ever_lost(tmp_path_factory, shapes):
    from eudr_geo.model.source import Source
    from eudr_geo.sources.readers import geojson

    path = tmp_path_factory.mktemp("fuzz") / "x.geojson"
    document = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": None, "geometry": {"type": kind, "coordinates": coords}}
            for kind, coords in shapes
        ],
    }
    path.write_text(json.dumps(document))
    reading = geojson.read(Source(path, "x"))
    assert reading.files[0].records == len(shapes) == len(reading.plots) + len(reading.rejected)
