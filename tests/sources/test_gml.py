"""GML as land offices and map services give it."""

import pytest
import shapely
from gml_samples import HEAD, RING, SHAPE, WGS84, collection, plot, polygon, record
from tests_helpers import zipped

from eudr_geo.plots.projecting import to_wgs84
from eudr_geo.sources.formats import ogr
from eudr_geo.sources.reading import read_bytes

ARC = (
    f'<gml:Polygon srsName="{WGS84}"><gml:exterior><gml:Ring><gml:curveMember><gml:Curve><gml:segments><gml:Arc><gml:posList>'
    "12 108 12.5 108.5 12 109</gml:posList></gml:Arc><gml:LineStringSegment><gml:posList>12 109 12 108</gml:posList>"
    "</gml:LineStringSegment></gml:segments></gml:Curve></gml:curveMember></gml:Ring></gml:exterior></gml:Polygon>"
)
GML_2 = (
    '<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml" xmlns:x="urn:x"><gml:featureMember><x:plots fid="p.1">'
    '<x:plot_id>0071</x:plot_id><gml:polygonProperty><gml:Polygon srsName="EPSG:4326"><gml:outerBoundaryIs><gml:LinearRing>'
    "<gml:coordinates>108.05,12.68 108.06,12.68 108.06,12.69 108.05,12.68</gml:coordinates></gml:LinearRing>"
    "</gml:outerBoundaryIs></gml:Polygon></gml:polygonProperty></x:plots></gml:featureMember></gml:FeatureCollection>"
)


@pytest.fixture(params=["fiona", "pyogrio"])
def reads(direct, request, monkeypatch):
    """The reader on either library."""
    pytest.importorskip(request.param)
    monkeypatch.setattr(ogr, "has_fiona", lambda: request.param == "fiona")
    return direct


@pytest.mark.parametrize(
    "data",
    [
        collection(plot("0071")),
        collection(plot("0071", system="http://www.opengis.net/def/crs/EPSG/0/4326")),
        collection(plot("0071", "108.05 12.68 108.06 12.68 108.06 12.69 108.05 12.68", "EPSG:4326")),
        collection(plot("0071", "108.05 12.68 108.06 12.68 108.06 12.69 108.05 12.68", "urn:ogc:def:crs:OGC:1.3:CRS84")),
        collection(plot("0071", "108.05 12.68 108.06 12.68 108.06 12.69 108.05 12.68", "http://www.opengis.net/gml/srs/epsg.xml#4326")),
        collection(
            f'<gml:boundedBy><gml:Envelope srsName="{WGS84}"><gml:lowerCorner>1 2</gml:lowerCorner></gml:Envelope></gml:boundedBy>',
            plot("0071", system=""),
        ),
        collection(plot("0071")).replace("featureMember>", "featureMembers>"),
        GML_2,
        zipped({"a/plots.gml": collection(plot("0071")), "a/plots.xsd": "<schema/>"}),
    ],
    ids=["urn", "http", "short", "crs84", "epsg.xml", "envelope", "members", "gml 2", "zipped with its schema"],
)  # fmt: skip
def test_a_plot_is_where_its_file_says(reads, data):
    seen = reads(data)
    assert (seen.format, seen.crs, seen.codes, seen.rejected) == ("GML", "EPSG:4326", [], ())
    assert seen.plots["plot_id"].tolist() == ["0071"]
    assert seen.plots.geometry[0].equals(SHAPE)


def test_a_national_grid_is_converted(reads):
    seen = reads(
        collection(
            plot("A", "450000 1402000 450200 1402000 450200 1402200 450000 1402000", "urn:ogc:def:crs:EPSG::5899")
        )
    )
    metres = shapely.Polygon([(450000, 1402000), (450200, 1402000), (450200, 1402200), (450000, 1402000)])
    assert (seen.crs, seen.codes) == ("EPSG:5899", [])
    assert shapely.hausdorff_distance(seen.plots.geometry[0], to_wgs84([metres], "EPSG:5899")[0]) < 1e-6


def test_values_stay_as_they_are_written(reads):
    more = '<x:area_ha>1.350</x:area_ha><x:a>01</x:a><x:a>2</x:a><x:owner kind="k"><x:Person><x:name>Đậu</x:name></x:Person></x:owner>'
    seen = reads(collection(plot("0071", more=more)))
    assert seen.plots["area_ha"].tolist() == [1.35]
    assert seen.plots["extra"][0] == '{"a": ["01", "2"], "name": "Đậu", "owner_kind": "k"}'


@pytest.mark.parametrize(
    ("shape", "code", "word"),
    [
        (polygon("abc 108 12 109 13 109 12 108"), "not-finite", "abc"),
        (polygon("12,68 108,05 12,68 108,06 12,69 108,06 12,68 108,05"), "unreadable-record", "comma"),
        (polygon(RING + " 5"), "unreadable-record", "damaged"),
        (ARC, "unsupported-geometry", "Arc"),
        ('<gml:Polygon xlink:href="#other"/>', "missing-geometry", "elsewhere"),
        (polygon() + polygon(), "unsupported-geometry", "2 shapes"),
        ("", "missing-geometry", "no geometry"),
        (f'<gml:LineString srsName="{WGS84}"><gml:posList>{RING}</gml:posList></gml:LineString>', "unsupported-geometry", "LineString"),
    ],
    ids=["word", "decimal commas", "odd count", "curve", "reference", "two shapes", "none", "line"],
)  # fmt: skip
def test_what_a_driver_would_change_or_drop_is_named(reads, monkeypatch, shape, code, word):
    monkeypatch.setenv("GML_SKIP_CORRUPTED_FEATURES", "YES")
    seen = reads(collection(plot("A"), record("0071", shape), plot("C")))
    assert [(row.record, row.code, row.plot_id) for row in seen.rejected] == [(2, code, "0071")]
    assert word in seen.rejected[0].why
    assert seen.plots["plot_id"].tolist() == ["A", "C"]


def test_a_record_that_ends_the_layer_for_the_driver_takes_no_other_along():
    """In the cage, where the driver is told to go on."""
    reading = read_bytes("x.gml", collection(plot("A"), plot("B", RING + " 5"), plot("C")).encode())
    assert reading.plots["plot_id"].tolist() == ["A", "C"]
    assert [row.record for row in reading.rejected] == [2]


def test_heights_are_dropped_and_said(reads):
    ring = "12.68 108.05 5 12.68 108.06 5 12.69 108.06 5 12.68 108.05 5"
    seen = reads(collection(record("A", polygon(ring, "urn:ogc:def:crs:EPSG::4979", ' srsDimension="3"'))))
    assert seen.plots["has_z"].tolist() == [True]
    assert seen.plots.geometry[0].equals(SHAPE)


def test_an_open_ring_is_a_fault_of_the_plot(reads):
    seen = reads(collection(plot("A", "12.68 108.05 12.68 108.06 12.69 108.06 12.69 108.05")))
    assert seen.plots["open_rings"].tolist() == [1]


def test_layers_are_told_apart_and_one_can_be_chosen(reads):
    data = collection(plot("A"), plot("R", tag="roads"), plot("B"))
    seen = reads(data)
    assert seen.codes == ["several-layers"]
    assert "plots, roads" in seen.notes[0].why
    assert seen.plots["group"].tolist() == ["plots", "plots", "roads"]
    assert reads(data, layer="plots").plots["plot_id"].tolist() == ["A", "B"]


def test_a_label_point_beside_a_boundary_is_said(reads):
    point = f'</x:geom><x:centre><gml:Point srsName="{WGS84}"><gml:pos>12 108</gml:pos></gml:Point></x:centre><x:geom>'
    seen = reads(collection(record("A", polygon() + point)))
    assert seen.plots.geometry[0].equals(SHAPE)
    assert "1 records have another shape" in seen.notes[0].why


@pytest.mark.parametrize(("system", "severity"), [("", "warning")])
def test_a_file_without_a_system_says_so(reads, system, severity):
    (note,) = reads(collection(plot("A", system=system))).notes
    assert (note.code, note.severity) == ("unknown-crs", severity)


@pytest.mark.parametrize(
    ("data", "code", "word"),
    [
        (collection(plot("A", system="the grid of my uncle")), "unknown-crs", "uncle"),
        (collection(), "unreadable-file", "no layer"),
        (collection(plot("A"))[:-40], "unreadable-file", "breaks at"),
        ('<!DOCTYPE a [<!ENTITY x "y">]>' + HEAD.format("") + "</gml:FeatureCollection>", "unreadable-file", "type definition"),
    ],
)  # fmt: skip
def test_a_whole_file_that_is_no_use_is_named(reads, data, code, word):
    (note,) = reads(data).notes
    assert note.code == code
    assert word in note.why


def test_a_record_that_lies_elsewhere_is_counted(reads):
    seen = reads(collection(plot("A"), '<gml:featureMember xlink:href="http://127.0.0.1:9/x"/>'))
    assert [(row.code, row.value) for row in seen.rejected] == [("missing-geometry", "http://127.0.0.1:9/x")]
