"""The project as a GeoPackage: what other programs see, and that nothing is lost on the way in and out."""

import sqlite3
import warnings
from contextlib import closing

import fiona
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from store_projects import ask, put, reading_of, squares
from tests_helpers import examples

from eudr_geo.base.errors import InputError, StoreError
from eudr_geo.model import gpkg_blob
from eudr_geo.store import open_store

TABLES_OF_THE_STANDARD = {"gpkg_spatial_ref_sys", "gpkg_contents", "gpkg_geometry_columns", "gpkg_extensions"}


@pytest.fixture
def copy(store, tmp_path):
    """What GDAL gets: a copy of a project of 30 plots, one of them surveyed again."""
    put(store, reading_of(squares(30), area_ha=[1.5] * 30), failing=[3])
    put(store, reading_of(squares(1, size=0.0011), digest="b"))
    target = tmp_path / "copy.gpkg"
    store.copy_to(target)
    return target


def test_the_file_says_what_it_is(store, path):
    store.close()
    assert ask(path, "PRAGMA application_id") == [(0x47504B47,)]
    assert ask(path, "PRAGMA user_version") == [(10300,)]
    assert {row[0] for row in ask(path, "SELECT name FROM sqlite_master")} >= TABLES_OF_THE_STANDARD
    assert [row[0] for row in ask(path, "SELECT srs_id FROM gpkg_spatial_ref_sys ORDER BY 1")] == [-1, 0, 4326]
    assert ask(path, "PRAGMA foreign_key_check") == []
    assert ask(path, "PRAGMA integrity_check") == [("ok",)]


def test_every_table_is_announced_and_no_text_is_lost_to_gdal(store, path):
    tables = {row[0] for row in ask(path, "SELECT table_name FROM gpkg_contents")}
    mine = {
        row[0]
        for row in ask(path, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        if not row[0].startswith(("gpkg_", "rtree_", "sqlite_"))
    }
    assert tables == mine
    for name in sorted(mine):
        kinds = {row[2] for row in ask(path, f"PRAGMA table_info({name})")}
        assert not [kind for kind in kinds if "CHAR" in kind.upper()], f"GDAL drops these columns of {name}"


def test_pyogrio_sees_the_layers(copy):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layers = dict(pyogrio.list_layers(copy))
        assert {"plots", "lot_plots", "plot_version", "location"} <= {name for name, kind in layers.items() if kind}
        assert layers["delivery"] is None
        frame = pyogrio.read_dataframe(copy, layer="plots")
    assert len(frame) == 30
    assert frame.crs.to_epsg() == 4326
    by_code = frame.set_index("plot_code")
    assert by_code.loc["P-1", "version"] == 2
    assert by_code.loc["P-4", ["errors", "warnings"]].tolist() == [0, 1]
    assert by_code.loc["P-2", "producer"] == "x"
    assert pyogrio.read_info(copy, layer="plot_version")["features"] == 31
    assert set(pyogrio.read_dataframe(copy, layer="lot").columns) >= {"code", "stream_code", "form", "quantity_kg"}


@pytest.mark.parametrize("layer", ["plots", "plot_version"])
def test_a_box_finds_the_same_plots_in_gdal(copy, layer):
    box = (108.0035, 12.4, 108.0105, 12.6)
    with fiona.open(copy, layer=layer) as found:
        assert found.crs.to_epsg() == 4326
        codes = {feature["properties"]["plot_code"] for _, feature in found.items(bbox=box)}
    assert codes == {"P-3", "P-4", "P-5", "P-6"}
    assert set(pyogrio.read_dataframe(copy, layer=layer, bbox=box)["plot_code"]) == codes


def test_qgis_finds_a_style_for_the_plots(copy):
    rows = ask(copy, "SELECT styleQML FROM layer_styles WHERE f_table_name = 'plots' AND useAsDefault = 1")
    assert len(rows) == 1
    assert rows[0][0].count("<symbol ") == 3


def tree_is_right(path):
    held = ask(path, "SELECT id, minx, maxx, miny, maxy FROM rtree_plot_version_geometry ORDER BY id")
    rows = ask(path, "SELECT fid, geometry FROM plot_version ORDER BY fid")
    assert [row[0] for row in held] == [fid for fid, _ in rows]
    for (_, *box), (_, blob) in zip(held, rows, strict=True):
        west, south, east, north = gpkg_blob.decode(blob).bounds
        assert box == pytest.approx([west, east, south, north], abs=1e-4)  # the tree holds 32-bit numbers
        assert box[0] <= west
        assert box[1] >= east
    assert ask(path, "SELECT rtreecheck('rtree_plot_version_geometry')") == [("ok",)]


@pytest.mark.parametrize("n", [5, 1_500], ids=["by its trigger", "in bulk"])
def test_the_tree_is_right_after_import_update_and_undo(store, path, n):
    put(store, reading_of(squares(n)))
    tree_is_right(path)
    put(store, reading_of(squares(n, size=0.0012), digest="b"))
    tree_is_right(path)
    assert ask(path, "SELECT count(*) FROM plot_version") == [(2 * n,)]
    store.undo(now="later", who="x")
    tree_is_right(path)
    assert ask(path, "SELECT count(*) FROM plot_version") == [(n,)]
    put(store, reading_of(squares(3, start=n), plot_id=["X-1", "X-2", "X-3"], digest="c"))
    tree_is_right(path)  # the trigger is back after the bulk


def test_the_tree_follows_when_gdal_edits_a_copy(copy):
    with fiona.open(copy, "a", layer="plot_version") as layer:
        schema = layer.schema["properties"]
        facts = dict.fromkeys(schema) | {
            "plot_code": "P-2", "version": 9, "geometry_hash": "x", "mapped_on": "", "valid_from": "", "valid_to": "",
            "source_sha256": "", "src_file": "", "src_sheet": "", "imported_at": "", "method": "", "mapper": "",
        }  # fmt: skip
        layer.write({"type": "Feature", "geometry": shapely.Point(1, 2).__geo_interface__, "properties": facts})
    tree_is_right(copy)
    with open_store(copy) as edited:
        assert edited.bbox(0, 0, 3, 3) == ["P-2"]
        with pytest.raises(StoreError, match="boundary of P-2 is not what was stored"):  # nobody kept its hash
            edited.load_plots(["P-2"])


def test_the_tree_follows_rows_changed_one_by_one(store, path):
    put(store, reading_of(squares(4)))
    with store._transaction() as connection:
        run = connection.exec_driver_sql
        run("UPDATE plot_version SET geometry = ? WHERE fid = 1", tuple(gpkg_blob.encode([shapely.Point(5, 6)])))
        run("UPDATE plot_version SET fid = 77 WHERE fid = 2")
        run("UPDATE plot_version SET geometry = ? WHERE fid = 3", tuple(gpkg_blob.encode([shapely.Polygon()])))
    assert store.bbox(4, 5, 6, 7) == ["P-1"]
    ids = [row[0] for row in ask(path, "SELECT id FROM rtree_plot_version_geometry ORDER BY 1")]
    assert ids == [1, 4, 77]  # an empty geometry is nowhere


def test_a_box_finds_plots_as_they_are_now(store):
    put(store, reading_of(squares(3)))
    put(store, reading_of([shapely.box(20, 20, 20.001, 20.001)], digest="b"))
    assert store.bbox(107.9, 12.4, 108.0015, 12.6) == []
    assert store.bbox(19, 19, 21, 21) == ["P-1"]
    assert store.bbox(107, 12, 109, 13) == ["P-2", "P-3"]


def test_a_box_is_exact_although_the_tree_is_not(store):
    put(store, reading_of([shapely.box(108.1234567, 12.5, 108.1234569, 12.6)]))
    assert store.bbox(108.1234569, 12, 109, 13) == ["P-1"]
    assert store.bbox(108.12345691, 12, 109, 13) == []


SHAPES = [
    shapely.Point(108.123456789012, -12.000000000001),
    shapely.box(108, 12, 108.1, 12.1),
    shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (2, 1), (2, 2), (1, 2)]]),
    shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]),
    shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]),  # a bow-tie: bad plots are kept as they are
    shapely.MultiPoint([(1, 2), (3, 4)]),
    shapely.LineString([(1, 2), (3, 4)]),
    shapely.GeometryCollection([shapely.Point(1, 2), shapely.box(0, 0, 1, 1)]),
]


def test_geometries_come_back_to_the_last_bit(store):
    put(store, reading_of(SHAPES))
    back = store.load_plots([f"P-{i + 1}" for i in range(len(SHAPES))])
    assert [shapely.to_wkb(one) for one in back.geometry] == [shapely.to_wkb(one) for one in SHAPES]


numbers = st.floats(-180, 180, allow_nan=False)


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=8))
@settings(max_examples=examples(50))
def test_blobs_say_the_edges_that_the_geometry_has(positions):
    geometries = [shapely.MultiPoint(positions), shapely.Point(positions[0])]
    for blob, geometry in zip(gpkg_blob.encode(geometries), geometries, strict=True):
        west, south, east, north = geometry.bounds
        assert gpkg_blob.edges(blob) == (west, east, south, north)
        assert gpkg_blob.decode(blob).equals_exact(geometry, 0)


def test_blobs_of_other_programs_are_understood():
    box = shapely.box(1, 2, 3, 4)
    head = gpkg_blob.encode([box])[0][:4]
    bare = head[:3] + b"\x01" + (4326).to_bytes(4, "little")
    assert gpkg_blob.edges(bare + shapely.to_wkb(box)) == (1, 3, 2, 4)
    assert gpkg_blob.edges(bare + shapely.to_wkb(shapely.Point(5, 6), byte_order=0)) == (5, 5, 6, 6)
    big = head[:3] + b"\x02" + (4326).to_bytes(4, "big") + np.array([1, 3, 2, 4], ">f8").tobytes()
    assert gpkg_blob.edges(big + shapely.to_wkb(box, byte_order=0)) == (1, 3, 2, 4)
    assert gpkg_blob.decode(big + shapely.to_wkb(box, byte_order=0)).equals(box)
    empty = gpkg_blob.encode([shapely.Polygon()])[0]
    assert gpkg_blob.edges(empty) is None
    assert gpkg_blob.decode(empty).is_empty
    for nonsense in (b"", b"GP", b"not a geometry at all", b"GP\x00\xff0000"):
        with pytest.raises(ValueError, match="not a GeoPackage geometry"):
            gpkg_blob.decode(nonsense)


def test_a_copy_is_a_project_and_takes_nobodys_place(store, tmp_path):
    put(store, reading_of(squares(3)))
    store.copy_to(tmp_path / "copy.gpkg")
    with open_store(tmp_path / "copy.gpkg") as copy:
        assert copy.load_plots()["plot_id"].tolist() == ["P-1", "P-2", "P-3"]
        assert copy.meta == store.meta
    before = (tmp_path / "copy.gpkg").read_bytes()
    with pytest.raises(InputError, match="already exists"):
        store.copy_to(tmp_path / "copy.gpkg")
    assert (tmp_path / "copy.gpkg").read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["coop.gpkg", "copy.gpkg"]


def test_a_reader_may_copy_too(store, path, tmp_path):
    put(store, reading_of(squares(3)))
    store.close()
    with open_store(path) as reader:
        reader.copy_to(tmp_path / "copy.gpkg")
    assert ask(tmp_path / "copy.gpkg", "SELECT count(*) FROM plot") == [(3,)]


def test_what_only_python_knows_is_not_needed_to_read(store, path):
    put(store, reading_of(squares(3)))
    store.close()
    with closing(sqlite3.connect(path)) as plain:  # a program without ST_MinX
        assert len(plain.execute("SELECT * FROM plots").fetchall()) == 3
