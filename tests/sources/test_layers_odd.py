"""Shapefiles and GeoPackages as they arrive: parts missing, cut, misnamed; text that GDAL would lose."""

import io
import sqlite3
import struct
import unicodedata
import zipfile
from pathlib import Path

import fiona
import pytest
import shapely
from fiona.crs import CRS
from shapely.geometry import mapping

SQUARE = shapely.Polygon([(108.05, 12.68), (108.052, 12.68), (108.052, 12.682), (108.05, 12.68)])
UTM = shapely.Polygon([(835000, 1402000), (835200, 1402000), (835200, 1402200), (835000, 1402000)])
FIELDS = {"plot_id": "str:30", "ProducerNa": "str:60", "Area": "float:10.4"}
ROWS = [
    (SQUARE, {"plot_id": "0071", "ProducerNa": "Nguyễn Văn Đạt", "Area": 1.5}),
    (SQUARE, {"plot_id": "B", "ProducerNa": "Y Blơm", "Area": None}),
    (None, {"plot_id": "C", "ProducerNa": None, "Area": None}),
]


def written(folder, rows=ROWS, *, driver="ESRI Shapefile", kind="Polygon", epsg=4326, layer="plots", encoding="utf-8"):
    folder.mkdir(exist_ok=True)
    path = folder / ("plots.gpkg" if driver == "GPKG" else "plots.shp")
    options = {"layer": layer} if driver == "GPKG" else {}
    if epsg:
        options["crs"] = CRS.from_epsg(epsg)
    with fiona.open(
        path, "w", driver=driver, schema={"geometry": kind, "properties": FIELDS}, encoding=encoding, **options
    ) as target:
        for geometry, properties in rows:
            target.write(
                {
                    "type": "Feature",
                    "geometry": None if geometry is None else mapping(geometry),
                    "properties": properties,
                }
            )
    return folder


def parts(folder):
    return {path.suffix[1:]: path.read_bytes() for path in folder.iterdir()}


def zipped(files, stem="plots", more=()):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for suffix, data in files.items():
            archive.writestr(f"{stem}.{suffix}", data)
        for name, data in dict(more).items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.fixture
def shapefile(tmp_path):
    return parts(written(tmp_path / "shp"))


@pytest.fixture
def package(tmp_path):
    return (written(tmp_path / "gpkg", driver="GPKG") / "plots.gpkg").read_bytes()


def changed(package, tmp_path, *statements):
    """A GeoPackage after some SQL, its triggers out of the way."""
    path = tmp_path / "changed.gpkg"
    path.write_bytes(package)
    base = sqlite3.connect(path)
    for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        base.execute(f'DROP TRIGGER "{name}"')
    for statement in statements:
        base.execute(*statement) if isinstance(statement, tuple) else base.execute(statement)
    base.commit()
    base.close()
    return path.read_bytes()


def blob(wkb):
    return b"GP\0\1" + struct.pack("<i", 4326) + wkb


def ring(*positions):
    flat = [number for position in positions for number in position]
    return b"\1" + struct.pack("<III", 3, 1, len(positions)) + struct.pack(f"<{len(flat)}d", *flat)


def what(seen):
    return seen.plots["plot_id"].tolist(), [(row.plot_id, row.code) for row in seen.rejected]


WHOLE = (["0071", "B"], [("C", "missing-geometry")])


@pytest.mark.parametrize("stem", ["plots", "sub/dir/plots", "PLOTS", "Bản đồ"])
@pytest.mark.parametrize("without", ["", "shx", "cpg", "prj"])
@pytest.mark.fault(17, 19)
def test_an_honest_zip_is_read_whatever_is_missing(direct, shapefile, stem, without):
    files = {(key.upper() if stem == "PLOTS" else key): data for key, data in shapefile.items() if key != without}
    seen = direct(zipped(files, stem, {"__MACOSX/._plots.shp": b"x", "Thumbs.db": b"x"}))
    assert what(seen) == WHOLE
    assert seen.plots["producer"].tolist() == ["Nguyễn Văn Đạt", "Y Blơm"]
    assert seen.codes == (["unknown-crs"] if without == "prj" else [])


@pytest.mark.fault(19)
def test_a_shapefile_without_its_table_is_refused(direct, shapefile):
    del shapefile["dbf"]
    (note,) = direct(zipped(shapefile)).notes
    assert "plots.dbf is missing" in note.why


@pytest.mark.parametrize(
    ("cpg", "codec"),
    [("CP1258", "cp1258"), ("1258", "cp1258"), ("ANSI 1252", "cp1252"), ("ISO 88591", "iso8859-1"), ("UTF-8", "utf-8")],
)
@pytest.mark.fault(66)
def test_no_letter_is_lost_in_a_code_page(direct, shapefile, cpg, codec):
    text = {"cp1258": "Đă\u0323ng Lê Ba\u0309o", "utf-8": "Nguyễn Văn Đạt"}.get(codec, "José Peña")
    name = unicodedata.normalize("NFC", text)  # the old Vietnamese code page has tones as letters of their own
    old = "Nguyễn Văn Đạt".encode()
    new = text.encode(codec)
    seen = direct(zipped({**shapefile, "cpg": cpg.encode(), "dbf": shapefile["dbf"].replace(old, new.ljust(len(old)))}))
    assert seen.plots["producer"][0] == name
    assert seen.plots["plot_id"][0] == "0071"
    assert seen.encoding == codec


@pytest.mark.parametrize("cpg", [None, b"UTF-8", b"klingon"])
@pytest.mark.fault(66)
def test_an_encoding_that_is_not_told_or_not_true_is_said(direct, shapefile, cpg):
    old = "Nguyễn Văn Đạt".encode()
    files = {**shapefile, "dbf": shapefile["dbf"].replace(old, "José".encode("cp1252").ljust(len(old)))}
    files = {**files, "cpg": cpg} if cpg else {key: data for key, data in files.items() if key != "cpg"}
    files["dbf"] = files["dbf"].replace("Y Blơm".encode(), b"Y Blom ")
    seen = direct(zipped(files))
    assert seen.codes == ["unreadable-text"]
    assert seen.plots["producer"][0] == "José"


def test_a_letter_cut_by_the_width_of_its_column_is_said(direct, tmp_path):
    name = "ễ" * 20  # 60 bytes
    files = parts(written(tmp_path / "cut", [(SQUARE, {"plot_id": "A", "ProducerNa": name, "Area": 1.0})]))
    files["dbf"] = files["dbf"].replace(name.encode(), ("a" + name).encode()[:60])
    seen = direct(zipped(files))
    assert seen.plots["producer"][0] == "a" + "ễ" * 19
    assert seen.codes == ["unreadable-text"]


@pytest.mark.fault(65)
def test_a_file_that_breaks_off_keeps_its_whole_records(direct, shapefile):
    seen = direct(zipped({**shapefile, "shp": shapefile["shp"][:-40]}))
    assert what(seen) == (["0071"], [("B", "unreadable-record"), ("C", "unreadable-record")])


@pytest.mark.fault(65)
def test_a_damaged_shape_is_not_a_missing_one(direct, shapefile):
    shp = shapefile["shp"]
    seen = direct(zipped({**shapefile, "shp": shp[:144] + struct.pack("<i", 2**30) + shp[148:]}))
    assert what(seen) == (["B"], [("0071", "unreadable-record"), ("C", "missing-geometry")])


@pytest.mark.parametrize(("rows", "records"), [(1, 3), (9, 9)])
@pytest.mark.fault(65)
def test_a_table_with_fewer_or_more_rows_than_shapes_loses_none(direct, shapefile, rows, records):
    dbf = shapefile["dbf"]
    seen = direct(zipped({**shapefile, "dbf": dbf[:4] + struct.pack("<I", rows) + dbf[8:]}))
    assert len(seen.plots) + len(seen.rejected) == records
    assert seen.plots["plot_id"][0] == "0071"


def test_deleted_rows_are_no_records(direct, shapefile):
    dbf = shapefile["dbf"]
    head, width = struct.unpack("<HH", dbf[8:12])
    seen = direct(zipped({**shapefile, "dbf": dbf[: head + width] + b"*" + dbf[head + width + 1 :]}))
    assert what(seen) == (["0071"], [("C", "missing-geometry")])


@pytest.mark.parametrize("part", ["dbf", "shp"])
@pytest.mark.fault(65)
def test_rubbish_is_refused_as_a_whole(direct, shapefile, part):
    (note,) = direct(zipped({**shapefile, part: b"x" * 200})).notes
    assert note.code == "unreadable-file"


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.fault(73)
def test_flipped_bytes_never_break_the_ledger(direct, shapefile, seed):
    import random

    draw = random.Random(seed)
    for _ in range(15):
        files = {key: bytearray(data) for key, data in shapefile.items()}
        for _ in range(3):
            data = files[draw.choice(["shp", "shx", "dbf"])]
            data[draw.randrange(len(data))] = draw.randrange(256)
        direct(zipped({key: bytes(data) for key, data in files.items()}))  # the fixture adds up the records


@pytest.mark.fault(18)
def test_two_shapefiles_are_both_read_and_told_apart(direct, shapefile):
    other = {f"b/plots.{suffix}": data for suffix, data in shapefile.items()}
    seen = direct(zipped(shapefile, "a/plots", other))
    assert seen.plots["group"].tolist() == ["a/plots", "a/plots", "b/plots", "b/plots"]
    assert seen.codes == ["several-layers"]
    data = zipped(shapefile, "a/plots", other)
    assert direct(data, layer="b/plots").plots["group"].tolist() == ["b/plots"] * 2


@pytest.mark.fault(68)
def test_a_system_that_makes_no_sense_is_not_taken_for_wgs_84(direct, shapefile):
    seen = direct(zipped({**shapefile, "prj": b"garbage"}))
    assert [(note.code, note.severity) for note in seen.notes] == [("unknown-crs", "warning")]
    (note,) = direct(zipped({**shapefile, "prj": b'PROJCS["Our own grid",GEOGCS["x"]]'})).notes
    assert note.code == "unknown-crs"
    assert "Our own grid" in note.why


@pytest.mark.fault(37)
def test_metres_without_a_system_are_an_error_until_it_is_named(direct, tmp_path):
    files = parts(written(tmp_path / "utm", [(UTM, ROWS[0][1])], epsg=32648))
    told = direct(zipped(files))
    assert (told.crs, told.codes) == ("EPSG:32648", [])
    assert shapely.get_coordinates(told.plots.geometry)[0].round(1).tolist() == [108.1, 12.7]
    del files["prj"]
    (note,) = direct(zipped(files)).notes
    assert (note.code, note.severity) == ("unknown-crs", "")
    assert direct(zipped(files), crs="EPSG:32648").plots.geometry[0].equals(told.plots.geometry[0])


def test_lines_are_offered_as_plots_when_they_come_back(direct, tmp_path):
    lines = [shapely.LineString([(1, 2), (3, 4)]), shapely.LineString([(1, 2), (3, 4), (4, 4), (1, 2)])]
    files = parts(written(tmp_path / "lines", [(line, ROWS[0][1]) for line in lines], kind="LineString"))
    seen = direct(zipped(files))
    assert [row.code for row in seen.rejected] == ["unsupported-geometry"] * 2
    assert [row.offer is not None for row in seen.rejected] == [False, True]


def test_a_geopackage_keeps_its_text_to_the_letter(direct, package, tmp_path):
    assert what(direct(package)) == WHOLE
    cut = changed(package, tmp_path, ("UPDATE plots SET ProducerNa = ? WHERE fid = 1", ("Nguyễn\0Văn",)))
    assert what(direct(cut)) == (["B"], [("0071", "unreadable-record"), ("C", "missing-geometry")])
    wrong = changed(package, tmp_path, "UPDATE plots SET ProducerNa = CAST(x'4A6F73E9' AS TEXT) WHERE fid = 2")
    assert what(direct(wrong))[1] == [("B", "unreadable-record"), ("C", "missing-geometry")]


CURVE = b"\1" + struct.pack("<II", 10, 1) + b"\1" + struct.pack("<II", 8, 3) + struct.pack("<6d", 0, 0, 1, 1, 0, 0)


@pytest.mark.parametrize(
    ("stored", "code"),
    [
        (b"GP\0\1\0\0\0\0zzzz", "unreadable-record"),
        ("a text", "unreadable-record"),
        (b"", "unreadable-record"),
        (blob(CURVE), "unsupported-geometry"),
        (blob(b"\1" + struct.pack("<II", 16, 0)), "unsupported-geometry"),
        (blob(ring((108, 12), (float("nan"), 12), (109, 13), (108, 12))), "not-finite"),
        (blob(ring()), "missing-geometry"),
    ],
)
@pytest.mark.fault(72)
def test_a_stored_geometry_that_is_no_plot_is_named(direct, package, tmp_path, stored, code):
    seen = direct(changed(package, tmp_path, ("UPDATE plots SET geom = ? WHERE fid = 1", (stored,))))
    assert what(seen) == (["B"], [("0071", code), ("C", "missing-geometry")])


def test_open_and_short_rings_are_held_as_stored(direct, package, tmp_path):
    open_ring, two = ring((108, 12), (109, 12), (109, 13)), ring((108, 12), (109, 12))
    data = changed(
        package,
        tmp_path,
        ("UPDATE plots SET geom = ? WHERE fid = 1", (blob(open_ring),)),
        ("UPDATE plots SET geom = ? WHERE fid = 2", (blob(two),)),
    )
    plots = direct(data).plots
    assert plots["open_rings"].tolist() == [1, 0]
    assert plots["short_rings"].tolist() == [0, 1]
    assert plots["vertices"].tolist() == [3, 2]


@pytest.mark.parametrize("first", ["metres", "degrees"])
@pytest.mark.fault(68, 74)
def test_every_layer_has_its_own_system(direct, tmp_path, first):
    names = ["a", "b"] if first == "metres" else ["b", "a"]
    folder = written(tmp_path / "two", [(UTM, ROWS[0][1])], driver="GPKG", epsg=32648, layer=names[0])
    written(folder, [(SQUARE, ROWS[1][1])], driver="GPKG", layer=names[1])
    seen = direct((folder / "plots.gpkg").read_bytes())
    assert shapely.get_coordinates(seen.plots.geometry).round(0)[[0, -1]].tolist() == [[108, 13], [108, 13]]
    assert seen.codes == ["several-layers"]


@pytest.mark.fault(72)
def test_an_undefined_system_is_said(direct, package, tmp_path):
    data = changed(package, tmp_path, "UPDATE gpkg_geometry_columns SET srs_id = -1")
    seen = direct(data)
    assert seen.codes == ["unknown-crs"]
    assert len(seen.plots) == 2


@pytest.mark.parametrize("keep", [100, 5000, 40_000])
@pytest.mark.fault(73)
def test_a_geopackage_cut_off_is_refused(direct, package, keep):
    (note,) = direct(package[:keep]).notes
    assert note.code in {"unreadable-file", "unsupported-format"}


def test_a_database_that_is_no_geopackage(direct, tmp_path):
    path = Path(tmp_path) / "x.db"
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE a (b)")
    base.commit()
    base.close()
    (note,) = direct(path.read_bytes()).notes
    assert (note.code, "no GeoPackage" in note.why) == ("unsupported-format", True)


def test_a_name_with_quotes_is_a_name(direct, tmp_path):
    name = 'pl"o;ts'
    data = (written(tmp_path / "odd", driver="GPKG", layer=name) / "plots.gpkg").read_bytes()
    seen = direct(data)
    assert what(seen) == WHOLE
    assert seen.plots["group"].tolist() == [name, name]
