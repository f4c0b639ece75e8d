"""FlatGeobuf as QGIS and GDAL write it; and damaged, feature by feature."""

import struct

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests_helpers import examples

from eudr_geo.model.source import Source, WholeFileError
from eudr_geo.sources.readers import flatgeobuf
from eudr_geo.sources.reading import read_plots

RING = [(108.05, 12.68), (108.0512, 12.6801), (108.0513, 12.6811), (108.0501, 12.681), (108.05, 12.68)]
HOLE = [(108.0505, 12.6803), (108.0507, 12.6803), (108.0507, 12.6805), (108.0505, 12.6803)]
SHAPES = [
    shapely.Polygon(RING),
    shapely.Polygon(RING, [HOLE]),
    shapely.Point(108.056789, 12.712345),
    shapely.MultiPolygon(
        [shapely.Polygon(RING), shapely.Polygon([(x + 0.01, y) for x, y in RING], [[(x + 0.01, y) for x, y in HOLE]])]
    ),
    shapely.MultiPoint([(108.05, 12.68), (108.06, 12.69)]),
    shapely.GeometryCollection([shapely.Point(108.05, 12.68), shapely.Polygon(RING)]),
]


def write(path, shapes=SHAPES, crs=4326, **options):
    n = len(shapes)
    columns = {
        "plot_id": [f"{row:04}" for row in range(n)],
        "ProducerName": ["Nguyễn Thị Đậu"] * n,
        "Area": [1.35 + row for row in range(n)],
        "year": [2012] * n,
        "organic": [True] * n,
    }
    gpd.GeoDataFrame(columns, geometry=shapes, crs=crs).to_file(path, driver="FlatGeobuf", **options)
    return path


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write(tmp_path_factory.mktemp("fgb") / "plots.fgb", SPATIAL_INDEX="NO").read_bytes()


def test_every_kind_of_geometry_and_value_comes_back(tmp_path):
    reading = read_plots([write(tmp_path / "plots.fgb")], country="VN")
    plots = reading.plots
    order = np.argsort(plots["plot_id"])
    assert plots["plot_id"][order].tolist() == [f"{row:04}" for row in range(len(SHAPES))]
    assert plots["producer"].tolist() == ["Nguyễn Thị Đậu"] * len(SHAPES)
    assert plots["area_ha"][order].tolist() == [1.35 + row for row in range(len(SHAPES))]
    assert '"organic": true' in plots["extra"][0]
    assert '"year": "2012"' in plots["extra"][0]
    for found, given_ in zip(plots.geometry[order], SHAPES, strict=True):
        assert shapely.equals_exact(found, shapely.force_2d(given_), tolerance=0)
    assert not plots["has_z"].any()
    assert reading.files[0].format == "FlatGeobuf"
    assert reading.files[0].records == len(SHAPES)


@pytest.mark.fault(67)
def test_heights_are_noted_and_dropped(tmp_path):
    path = write(tmp_path / "z.fgb", [shapely.Polygon([(*one, 512.0) for one in RING])])
    plots = read_plots([path]).plots
    assert plots["has_z"].tolist() == [True]
    assert shapely.equals_exact(plots.geometry[0], shapely.Polygon(RING), tolerance=0)


@pytest.mark.fault(67)
def test_lines_are_offered_and_empty_ones_named(tmp_path):
    shapes = [shapely.Polygon(RING), shapely.LineString(RING), None, shapely.LineString(RING[:3])]
    path = write(tmp_path / "plots.fgb", shapes, SPATIAL_INDEX="NO")
    reading = read_plots([path], country="VN")
    assert [(row.record, row.code, row.offer is not None) for row in reading.rejected] == [
        (2, "unsupported-geometry", True),
        (3, "missing-geometry", False),
        (4, "unsupported-geometry", False),
    ]
    assert len(reading.plots) == 1


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_another_system_is_converted_and_an_unknown_one_asked_for(tmp_path):
    metres = gpd.GeoSeries([shapely.Polygon(RING)], crs=4326).to_crs(32649)
    path = write(tmp_path / "utm.fgb", list(metres), crs=32649)
    (plot,) = read_plots([path]).plots.geometry
    assert shapely.hausdorff_distance(plot, shapely.Polygon(RING)) < 1e-7
    path = write(tmp_path / "none.fgb", list(metres), crs=None)
    (note,) = read_plots([path]).files[0].notes
    assert note.code == "unknown-crs"
    (plot,) = read_plots([path], crs="EPSG:32649").plots.geometry
    assert shapely.hausdorff_distance(plot, shapely.Polygon(RING)) < 1e-7


@pytest.mark.fault(65)
def test_a_file_that_breaks_off_rejects_what_is_missing(direct, written):
    seen = direct(written[:-40])
    assert len(seen.plots) == len(SHAPES) - 1
    assert seen.reasons == [(len(SHAPES), "unreadable-record")]
    assert "breaks off" in seen.rejected[0].why


def test_a_claim_of_a_million_features_is_refused(direct, written):
    at = written.index(struct.pack("<Q", len(SHAPES)))
    seen = direct(written[:at] + struct.pack("<Q", 5_000_000) + written[at + 8 :])
    assert seen.codes == ["unreadable-file"]
    assert "5,000,000" in seen.notes[0].why


@settings(max_examples=examples(300))
@given(data=st.data())
def test_any_damage_is_named_and_nothing_lost(written, tmp_path_factory, data):
    changed = bytearray(written)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(8, len(changed) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.fgb"
    path.write_bytes(bytes(changed))
    said = None
    try:
        reading = flatgeobuf.read(Source(path, "damaged.fgb"))
    except WholeFileError as error:
        said = error
    else:
        (file,) = reading.files
        assert file.records == len(reading.plots) + len(reading.rejected)
        assert np.isfinite(shapely.get_coordinates(reading.plots.geometry)).all()
    assert said is None or (said.why and said.fix)
