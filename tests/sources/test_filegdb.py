"""File Geodatabases, zipped as ArcGIS users zip them."""

import random
import struct

import pytest
import shapely
from gml_samples import GEODATABASE_ROWS, SHAPE, geodatabase
from tests_helpers import zipped

from eudr_geo.plots.projecting import to_wgs84
from eudr_geo.sources.formats import ogr

ARC = (
    struct.pack("<BII", 1, 10, 1)
    + struct.pack("<BII", 1, 8, 5)
    + struct.pack("<10d", 108, 12, 109, 13, 110, 12, 109, 11, 108, 12)
)


@pytest.fixture(params=["fiona", "pyogrio"])
def reads(direct, request, monkeypatch):
    """The reader on either library."""
    pytest.importorskip(request.param)
    monkeypatch.setattr(ogr, "has_fiona", lambda: request.param == "fiona")
    return direct


@pytest.mark.parametrize("top", ["", "plots.gdb/", "du lieu/xa/plots.gdb/", "PLOTS.GDB/"])
def test_a_geodatabase_is_read_with_and_without_a_folder_round_it(reads, tmp_path, top):
    seen = reads(zipped(geodatabase(tmp_path / "w.gdb", GEODATABASE_ROWS, top=top)))
    assert (seen.format, seen.crs, seen.codes) == ("FileGDB", "EPSG:4326", [])
    assert seen.plots["plot_id"].tolist() == ["0071", "B"]
    assert seen.plots["area_ha"].tolist() == [1.35, 1.35]
    assert [(row.record, row.code, row.plot_id) for row in seen.rejected] == [(3, "missing-geometry", "C")]
    assert seen.plots.geometry[0].geom_type == "Polygon"
    assert shapely.hausdorff_distance(seen.plots.geometry[0], SHAPE) < 1e-8


def test_layers_are_read_and_tables_are_named(reads, tmp_path):
    geodatabase(tmp_path / "w.gdb", GEODATABASE_ROWS[:1])
    geodatabase(tmp_path / "w.gdb", GEODATABASE_ROWS[1:2], layer="xa_2", append=True)
    data = zipped(geodatabase(tmp_path / "w.gdb", [(None, "N")], layer="notes", kind=None, system=None, append=True))
    seen = reads(data)
    assert seen.plots["group"].tolist() == ["plots", "xa_2"]
    assert [note.code for note in seen.notes] == ["several-layers", "several-layers"]
    assert "notes" in seen.notes[0].why
    assert reads(data, layer="xa_2").plots["plot_id"].tolist() == ["B"]


def test_a_curve_is_rejected_and_not_made_into_corners(reads, tmp_path):
    seen = reads(zipped(geodatabase(tmp_path / "w.gdb", [(ARC, "arc"), (SHAPE, "A")])))
    assert [(row.record, row.code, row.plot_id) for row in seen.rejected] == [(1, "unsupported-geometry", "arc")]
    assert seen.plots["plot_id"].tolist() == ["A"]


def test_heights_and_grids(reads, tmp_path):
    metres = shapely.Polygon([(835000, 1402000, 5), (835200, 1402000, 5), (835200, 1402200, 5), (835000, 1402000, 5)])
    data = zipped(geodatabase(tmp_path / "w.gdb", [(metres, "A")], kind="MultiPolygon Z", system="EPSG:32648"))
    seen = reads(data)
    (expected,) = to_wgs84([shapely.force_2d(metres)], "EPSG:32648")
    assert (seen.crs, seen.plots["has_z"].tolist()) == ("EPSG:32648", [True])
    assert shapely.hausdorff_distance(seen.plots.geometry[0], expected) < 1e-6


def test_a_geodatabase_without_a_system_says_so(reads, tmp_path):
    (note,) = reads(zipped(geodatabase(tmp_path / "w.gdb", GEODATABASE_ROWS[:1], system=None))).notes
    assert (note.code, note.severity) == ("unknown-crs", "warning")


@pytest.mark.parametrize(
    ("change", "code", "word"),
    [
        (lambda files: {k: v for k, v in files.items() if "00000001.gdbtable" not in k}, "unreadable-file", "missing"),
        (lambda files: {**files, "w.gdb/a0000000a.cdf": b"x"}, "unsupported-format", "compressed"),
        (lambda files: dict.fromkeys(files, b""), "unreadable-file", "damaged"),
    ],
)
def test_parts_that_are_missing_or_packed_are_named(reads, tmp_path, change, code, word):
    (note,) = reads(zipped(change(geodatabase(tmp_path / "w.gdb", GEODATABASE_ROWS)))).notes
    assert note.code == code
    assert word in note.why


def test_a_bomb_is_refused_before_it_is_laid_out(reads, tmp_path):
    files = geodatabase(tmp_path / "w.gdb", GEODATABASE_ROWS)
    (note,) = reads(zipped({**files, "w.gdb/a0000000b.gdbtable": bytes(30_000_000)})).notes
    assert note.code == "unreadable-file"
    assert "times its size" in note.why


def test_names_in_the_archive_open_nothing(reads, tmp_path):
    files = geodatabase(tmp_path / "w.gdb", GEODATABASE_ROWS, top="../../x.gdb/")
    (note,) = reads(zipped(files)).notes
    assert "outside itself" in note.why
    assert not (tmp_path.parent / "x.gdb").exists()


@pytest.mark.parametrize("seed", range(3))
def test_damage_never_loses_a_record(reads, tmp_path, seed):
    files = geodatabase(tmp_path / "w.gdb", GEODATABASE_ROWS)
    draw = random.Random(seed)
    for name in sorted(draw.sample(sorted(files), 10)):
        data = bytearray(files[name])
        for _ in range(3):
            if data:
                data[draw.randrange(len(data))] = draw.randrange(256)
        reads(zipped({**files, name: bytes(data)}))  # the fixture adds up the records
