"""KML, tables, Shapefiles and GeoPackages, as people send them."""

import io
import json
import sqlite3
import zipfile

import pytest
import shapely

from eudr_geo.sources.reading import read_bytes, read_plots

RING = "108.050001,12.680001 108.052001,12.680001 108.052001,12.682001 108.050001,12.680001"


def read(name, data, **options):
    reading = read_bytes(name, data, **options)
    assert reading.files[0].adds_up()
    return reading


def kml(*placemarks, head=""):
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{"".join(placemarks)}</Document></kml>'.encode()


def placemark(geometry, name="P-1", data=""):
    return f"<Placemark><name>{name}</name>{data}{geometry}</Placemark>"


def polygon(ring=RING):
    return f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>"


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.fault(46)
def test_every_placemark_of_every_folder_is_read_with_its_data():
    data = '<ExtendedData><Data name="producer_code"><value>0071</value></Data><SchemaData><SimpleData name="Area">1.5</SimpleData></SchemaData></ExtendedData>'
    inner = f"<Folder><name>Xã A</name><Folder><name>Buôn B</name>{placemark(polygon(), 'T-1', data)}</Folder></Folder>"
    reading = read("x.kml", kml(inner, placemark("<Point><coordinates>108.1, 12.7, 0</coordinates></Point>", "T-2")))
    plots = reading.plots
    assert plots["plot_id"].tolist() == ["T-1", "T-2"]
    assert plots["group"].tolist() == ["Xã A/Buôn B", ""]
    assert plots["producer_id"][0] == "0071"
    assert plots["area_ha"][0] == 1.5
    assert plots["has_z"].tolist() == [False, True]
    assert shapely.get_coordinates(plots.geometry[1]).tolist() == [[108.1, 12.7]]


@pytest.mark.fault(47)
def test_kml_that_would_be_wrong_points_elsewhere_is_rejected():
    reading = read(
        "x.kml",
        kml(placemark("<Point><coordinates>108,5,12,5</coordinates></Point>"), placemark(polygon()), placemark("")),
    )
    assert [(row.record, row.code) for row in reading.rejected] == [(1, "unreadable-record"), (3, "missing-geometry")]
    assert "decimal comma" in reading.rejected[0].why


@pytest.mark.fault(48)
def test_a_track_is_offered_as_a_plot_only_when_it_comes_back():
    closed = f"<LineString><coordinates>{RING}</coordinates></LineString>"
    path = "<LineString><coordinates>108,12 108.1,12 108.2,12.1 108.3,12.3</coordinates></LineString>"
    reading = read("x.kml", kml(placemark(closed), placemark(path)))
    assert [row.code for row in reading.rejected] == ["unsupported-geometry"] * 2
    assert [row.offer is not None for row in reading.rejected] == [True, False]


@pytest.mark.fault(43)
def test_an_entity_is_refused_and_never_fetched(canary):
    head = (
        f'<!DOCTYPE kml [<!ENTITY x SYSTEM "file:{canary.file}"><!ENTITY r SYSTEM "http://127.0.0.1:{canary.port}/">]>'
    )
    reading = read("x.kml", kml(placemark(polygon(), "&x;&r;"), head=head))
    assert [note.code for note in reading.files[0].notes] == ["unreadable-file"]
    assert len(reading.plots) == 0


@pytest.mark.fault(18, 52)
def test_all_kml_of_a_kmz_are_read():
    reading = read(
        "x.kmz", zipped(**{"doc.kml": kml(placemark(polygon(), "A")), "files/b.kml": kml(placemark(polygon(), "B"))})
    )
    assert sorted(reading.plots["plot_id"]) == ["A", "B"]
    assert [note.code for note in reading.files[0].notes] == ["several-layers"]


@pytest.mark.fault(53)
def test_a_table_with_semicolons_and_decimal_commas():
    text = "sep=;\nMã thửa;Kinh độ;Vĩ độ;Diện tích (ha)\n0071;108,056789;12,712345;1,5\n1E5;108,056780;12,712340;2,25\n"
    plots = read("x.csv", text.encode()).plots
    assert plots["plot_id"].tolist() == ["0071", "1E5"]
    assert plots["area_ha"].tolist() == [1.5, 2.25]
    assert plots["record"].tolist() == [3, 4], "the line a person sees"
    assert plots["decimals"].tolist() == [6, 6]


@pytest.mark.fault(55)
def test_rows_that_do_not_fit_are_rejected_and_nothing_shifts():
    text = "plot code,farmer,latitude,longitude\nA,Y Blơm, Êban,12.71,108.05\nB,H'Lưm,12.71,108.05\nC,x,,108.05\nD,x,abc,108\n\n"
    reading = read("x.csv", text.encode())
    assert reading.plots["plot_id"].tolist() == ["B"]
    assert [(row.record, row.code) for row in reading.rejected] == [
        (2, "unreadable-record"),
        (4, "missing-geometry"),
        (5, "not-finite"),
    ]


def test_wkt_in_a_table():
    ring = RING.replace(",", "#").replace(" ", ", ").replace("#", " ")
    text = f'plot code,WKT\nA,"POLYGON (({ring}))"\nB,POINT (108.05 12.71)\nC,"LINESTRING (1 2, 3 4)"\nD,POLYGON EMPTY\nE,nonsense\n'
    reading = read("x.csv", text.encode())
    assert [one.geom_type for one in reading.plots.geometry] == ["Polygon", "Point"]
    assert [row.code for row in reading.rejected] == ["unsupported-geometry", "missing-geometry", "unreadable-record"]


@pytest.mark.fault(38)
def test_text_is_decoded_or_it_says_so():
    names = "plot code,farmer name,latitude,longitude\n" + "".join(
        f"T-{i},Nguyễn Văn Đạt,12.71,108.05\n" for i in range(30)
    )
    certain = read("x.csv", names.encode("utf-16"))
    assert certain.plots["producer"][0] == "Nguyễn Văn Đạt"
    assert not certain.files[0].notes
    import unicodedata

    old = unicodedata.normalize("NFD", names).replace("a\u0302", "â").replace("e\u0302", "ê").replace("a\u0306", "ă")
    guessed = read("x.csv", old.encode("cp1258", "ignore"))
    assert [note.code for note in guessed.files[0].notes] == ["unreadable-text"]
    assert "\ufffd" not in guessed.plots["producer"][0]


@pytest.mark.fault(37)
def test_metres_in_a_table_wait_for_their_system():
    text = "plot code,easting,northing\nA,835000,1402000\n"
    raw = read("x.csv", text.encode())
    assert shapely.get_coordinates(raw.plots.geometry[0])[0].tolist() == [835000, 1402000]
    told = read("x.csv", text.encode(), crs="EPSG:32648")
    assert shapely.get_coordinates(told.plots.geometry[0])[0].round(1).tolist() == [108.1, 12.7]


@pytest.mark.fault(60)
def test_a_sheet_that_claims_a_million_rows_is_refused_at_once(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["plot code", "latitude", "longitude"])
    out = io.BytesIO()
    book.save(out)
    files = {}
    with zipfile.ZipFile(out) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    sheet = files["xl/worksheets/sheet1.xml"].decode()
    bomb = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    files["xl/worksheets/sheet1.xml"] = sheet.replace("</sheetData>", bomb).encode()
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    (note,) = read("x.xlsx", data.getvalue()).files[0].notes
    assert note.code == "unreadable-file"
    assert "rows" in note.why


def test_the_samples_in_every_format_read_alike(samples):
    for path in sorted((samples / "clean").iterdir()):
        reading = read_plots(path)
        assert len(reading.plots) > 0, path.name
        assert not reading.rejected, path.name
        assert set(reading.plots["country"]) == {"VN"}, path.name
        assert all(code.startswith("T-") for code in reading.plots["plot_id"]), path.name
        assert all(code.startswith("NH-") for code in reading.plots["producer_id"]), path.name
        assert (reading.plots["decimals"] == 6).all(), path.name


def shapefile(tmp_path, **changes):
    import shapefile as pyshp

    with pyshp.Writer(str(tmp_path / "p"), shapeType=pyshp.POLYGON, encoding="utf-8") as writer:
        writer.field("plot_code", "C")
        writer.field("farmer", "C")
        for i in range(3):
            writer.poly([[[108.05 + i, 12.68], [108.05 + i, 12.69], [108.06 + i, 12.69], [108.05 + i, 12.68]]])
            writer.record(f"T-{i}", "Đặng Văn Mười")
    files = {f"Sub folder/plots{suffix}": (tmp_path / f"p{suffix}").read_bytes() for suffix in (".shp", ".shx", ".dbf")}
    files["Sub folder/plots.prj"] = (
        'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
    )
    files["__MACOSX/Sub folder/._plots.shp"] = b"\0\5"
    files |= changes
    return zipped(**{name: data for name, data in files.items() if data is not None})


@pytest.mark.fault(17)
def test_a_shapefile_zipped_in_a_folder_with_junk(tmp_path):
    reading = read("x.ZIP", shapefile(tmp_path))
    assert reading.plots["plot_id"].tolist() == ["T-0", "T-1", "T-2"]
    assert reading.plots["producer"][0] == "Đặng Văn Mười"


@pytest.mark.fault(19)
def test_a_shapefile_without_its_system_says_so(tmp_path):
    reading = read("x.zip", shapefile(tmp_path, **{"Sub folder/plots.prj": None}))
    assert [note.code for note in reading.files[0].notes] == ["unknown-crs"]


@pytest.mark.fault(19)
def test_a_shapefile_without_codes_is_refused(tmp_path):
    (note,) = read("x.zip", shapefile(tmp_path, **{"Sub folder/plots.dbf": None})).files[0].notes
    assert note.code == "unreadable-file"
    assert ".dbf" in note.why


@pytest.mark.fault(65)
def test_a_damaged_shape_is_counted(tmp_path):
    whole = shapefile(tmp_path)
    shp = (tmp_path / "p.shp").read_bytes()
    reading = read("x.zip", shapefile(tmp_path, **{"Sub folder/plots.shp": shp[:-60]}))
    assert reading.files[0].records == 3
    assert len(reading.rejected) >= 1
    assert len(read("x.zip", whole).plots) == 3


@pytest.mark.fault(69)
def test_a_layer_that_is_a_query_is_not_run(tmp_path, samples):
    path = tmp_path / "x.gpkg"
    path.write_bytes((samples / "clean" / "qfield.gpkg").read_bytes())
    base = sqlite3.connect(path)
    (table,) = base.execute("SELECT table_name FROM gpkg_geometry_columns").fetchone()
    base.execute(
        "CREATE VIEW bomb AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS fid, NULL AS geom FROM c"
    )
    base.execute("UPDATE gpkg_geometry_columns SET table_name = 'bomb' WHERE table_name = ?", (table,))
    base.commit()
    base.close()
    (note,) = read_plots(path).files[0].notes
    assert note.code == "unreadable-file"
    assert "query" in note.why


@pytest.mark.parametrize("bad", [("../evil.kml",), ("/etc/evil.kml",), ("a.kml", "a.kml")])
def test_an_archive_that_reaches_outside_itself_is_refused(bad):
    out = io.BytesIO()
    import warnings

    with zipfile.ZipFile(out, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in bad:
            archive.writestr(name, kml(placemark(polygon())))
    (note,) = read("x.kmz", out.getvalue()).files[0].notes
    assert note.code == "unreadable-file"


def test_a_bomb_is_not_unpacked():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", b"<kml>" + b" " * 300_000_000)
    (note,) = read("x.kmz", out.getvalue()).files[0].notes
    assert note.code == "unreadable-file"
    assert "times its size" in note.why


def test_json_that_is_a_table_of_instructions_is_no_data(canary):
    payload = json.dumps(
        {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {canary.file}"}
    ).encode()
    (note,) = read("x.geojson", payload).files[0].notes
    assert note.code == "unsupported-format"
