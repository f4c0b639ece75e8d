"""Tables of survey apps and of other countries: KoboToolbox, old Excel, OpenDocument, minutes and seconds."""

import io
import zipfile

import pytest
import shapely
import xlwt

from eudr_geo.checks.checking import check
from eudr_geo.sources.reading import read_plots

SHAPE = "12.680001 108.050001 512.3 4.5;12.680101 108.051201 512 3.9;12.681101 108.051301 510 7.25;12.680001 108.050001 512.3 4.5"
RING = [(108.050001, 12.680001), (108.051201, 12.680101), (108.051301, 12.681101), (108.050001, 12.680001)]


def test_a_shape_of_odk_is_a_boundary_latitude_first(direct):
    seen = direct(f"_id,plot_code,Please walk round the plot,village\n7,A-1,{SHAPE},Ea Tam\n8,A-2,,Ea Tam\n")
    assert seen.plots["plot_id"].tolist() == ["A-1"]
    assert shapely.equals_exact(seen.plots.geometry[0], shapely.Polygon(RING), tolerance=0)
    assert seen.plots["has_z"].tolist() == [True]
    assert '"accuracy (m)": "7.25"' in seen.plots["extra"][0]
    assert seen.reasons == [(3, "missing-geometry")]


def test_a_trace_is_offered_and_a_point_is_a_point(direct):
    trace = SHAPE.rsplit(";", 1)[0] + ";12.680031 108.050021 512 4"
    seen = direct(f"plot_code,where\nA-1,{trace}\nA-2,12.680001 108.050001 512.3 4.5\n")
    assert seen.reasons == [(2, "unsupported-geometry")]
    assert seen.rejected[0].offer is not None
    assert [str(one) for one in seen.plots.geometry] == ["POINT (108.050001 12.680001)"]


def test_kobo_columns_beside_the_shape_stay_properties(direct):
    head = "farmer_name;_location_latitude;_location_longitude;_location_precision;location;boundary_walk"
    row = f'Y Blơm Êban;12.680501;108.050501;4.0;12.680501 108.050501 512 4.0;"{SHAPE}"'
    plots = direct(f"{head}\n{row}\n").plots
    assert plots.geometry[0].geom_type == "Polygon"
    assert plots["producer"].tolist() == ["Y Blơm Êban"]
    assert "512 4.0" in plots["extra"][0]


@pytest.mark.fault(58)
@pytest.mark.parametrize(
    ("lat", "lon", "expected"),
    [
        ("12°40'48.123\"N", "108°03'24.456\"E", (108.05679333, 12.6800341667)),
        ("12°40'48.123\"B", "108°03'24.456\"Đ", (108.05679333, 12.6800341667)),
        ("4º 12' 33,125'' Norte", "75º 30' 15,25'' Oeste", (-75.5042361, 4.2092014)),
        ("6 48 15.3 N", "5 16 38.1 O", (-5.27725, 6.80425)),
        ("N 6°48.255'", "W 005°16.635'", (-5.27725, 6.80425)),
        ("7.25 S", "36.5 E", (36.5, -7.25)),
    ],
)
def test_minutes_and_seconds_are_understood(direct, lat, lon, expected):
    quoted = [text.replace('"', '""') for text in (lat, lon)]
    (plot,) = direct('plot code,lat,lon\nP-1,"{}","{}"\n'.format(*quoted)).plots.geometry
    assert (plot.x, plot.y) == pytest.approx(expected, abs=1e-7)


@pytest.mark.fault(58)
@pytest.mark.parametrize("lat", ["12°75'N", "12°40'E", "-12°40'S", "12.5°30'", "12°40'48\"Q", "N12°40'S", "12°-40'"])
def test_what_is_no_angle_is_never_half_understood(direct, lat):
    quoted = lat.replace('"', '""')
    seen = direct(f'plot code,lat,lon\nP-1,"{quoted}",108.05\nP-2,12.680001,108.050001\n')
    assert seen.reasons == [(2, "not-finite")]


@pytest.mark.fault(58)
def test_n_beside_vietnamese_letters_may_be_south(direct):
    seen = direct("Mã thửa;Vĩ độ;Kinh độ\nA;12°40'N;108°03'Đ\nB;12°40'B;108°03'Đ\n")
    assert seen.plots["plot_id"].tolist() == ["B"]
    assert "nam (south)" in seen.rejected[0].why


def test_whole_seconds_are_no_six_decimals(tmp_path):
    path = tmp_path / "seconds.csv"
    rows = [f"P-{n};12°40'{n:02}\"N;108°03'{n + 7:02}\"E;1.2" for n in range(10, 30)]
    path.write_text("\n".join(["plot code;lat;lon;area_ha", *rows]))
    found = check(read_plots([path], country="VN")).findings.by_rule()
    assert found["low-precision"] == 20


@pytest.mark.parametrize(
    ("headings", "row"),
    [
        ("Mã thửa,Tên nông hộ,Vĩ độ,Kinh độ,Diện tích", "0071,Đậu,12.680001,108.050001,1.5"),
        ("Código de parcela,Nombre del productor,Latitud,Longitud,Superficie", "0071,Đậu,12.680001,108.050001,1.5"),
        ("Code de la parcelle,Nom du planteur,Latitude,Longitude,Superficie", "0071,Đậu,12.680001,108.050001,1.5"),
        ("Código do talhão,Nome do produtor,Latitude,Longitude,Área", "0071,Đậu,12.680001,108.050001,1.5"),
        ("Kode lahan,Nama petani,Lintang,Bujur,Luas", "0071,Đậu,12.680001,108.050001,1.5"),
        ("plot code,farmer name,lat,lon,area ha", "0071,Đậu,12.680001,108.050001,1.5"),
    ],
)
def test_headings_in_six_languages(direct, headings, row):
    plots = direct(f"{headings}\n{row}\n").plots
    assert [plots[name][0] for name in ("plot_id", "producer", "area_ha")] == ["0071", "Đậu", 1.5]
    assert str(plots.geometry[0]) == "POINT (108.050001 12.680001)"


TABLE = [
    ["Mã thửa", "Vĩ độ", "Kinh độ", "Diện tích (ha)"],
    ["0071", 12.680001, 108.050001, 1.5],
    ["1E5", 12.69, 108.06, 2.25],
]


def xls():
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Thửa đất")
    for row, cells in enumerate(TABLE):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods(rows=TABLE, more=""):
    def cell(value):
        if isinstance(value, float):
            return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="Thửa đất">{body}{more}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("styles.xml", f"<office:document-styles {spaces}/>")
        archive.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


@pytest.mark.parametrize(("format_", "make"), [("XLS", xls), ("ODS", ods)])
def test_old_excel_and_open_document_keep_codes_and_numbers(direct, format_, make):
    seen = direct(make())
    assert (seen.format, seen.codes) == (format_, [])
    assert seen.plots["plot_id"].tolist() == ["0071", "1E5"]
    assert seen.plots["area_ha"].tolist() == [1.5, 2.25]
    assert seen.plots["group"].tolist() == ["Thửa đất"] * 2


@pytest.mark.fault(60)
def test_a_million_filled_rows_are_refused_and_a_million_empty_ones_are_not(direct):
    empty = '<table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row>'
    assert len(direct(ods(more=empty)).plots) == 2
    full = empty.replace("<table:table-cell/>", '<table:table-cell office:value-type="float" office:value="1"/>')
    (note,) = direct(ods(more=full)).notes
    assert note.code == "unreadable-file"
    assert "200,000 rows" in note.why


@pytest.mark.fault(21)
@pytest.mark.parametrize(
    ("stream", "word"), [("EncryptedPackage", "password"), ("WordDocument", "Word"), ("Something", "no workbook")]
)
def test_other_old_office_files_are_named(direct, stream, word):
    (note,) = direct(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + stream.encode("utf-16-le") + bytes(600)).notes
    assert note.code == "unreadable-file"
    assert word in note.why


CORNERS = """Mã thửa,Tên nông hộ,Thứ tự điểm,Vĩ độ,Kinh độ,Diện tích
A,Đậu,1,12.680001,108.050001,1.5
A,Đậu,2,12.680101,108.051201,
A,,3,12.681101,108.051301,1.5
B,Blơm,2,12.690101,108.051201,
B,Blơm,1,12.690001,108.050001,
B,Blơm,3,12.691101,108.051301,
"""


def test_a_row_for_each_corner_makes_one_plot_of_several_rows(direct):
    plots = direct(CORNERS).plots
    assert plots["plot_id"].tolist() == ["A", "B"]
    assert plots["record"].tolist() == [2, 5]
    assert plots["producer"].tolist() == ["Đậu", "Blơm"]
    assert plots["area_ha"][0] == 1.5
    assert shapely.equals_exact(plots.geometry[0], shapely.Polygon(RING), tolerance=0)
    assert plots["open_rings"].tolist() == [0, 0]
    assert '"rows": "2, 3, 4"' in plots["extra"][0]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("A,Đậu,2", "A,Đậu,1", "corner 1 stands twice"),
        ("A,,3", "A,,5", "corner 3 is missing"),
        ("A,Đậu,2", "A,Đậu,x", "no number of a corner"),
        ("A,Đậu,2", "A,Blơm,2", "disagree about"),
        ("12.680101", "12,5", "disagree about"),
        ("12.680101", "north", "where a coordinate belongs"),
    ],
)
def test_corners_that_do_not_make_a_plot_cost_that_plot_only(direct, old, new, why):
    seen = direct(CORNERS.replace(old, new, 1))
    assert seen.plots["plot_id"].tolist() == ["B"]
    assert why in seen.rejected[0].why


def test_corners_without_a_code_are_named_one_by_one(direct):
    seen = direct(CORNERS + ",,1,12.7,108.1,\n")
    assert seen.reasons == [(8, "unreadable-record")]
    assert len(seen.plots) == 2


def test_numbered_points_of_different_plots_stay_points(direct):
    seen = direct("plot code,order,lat,lon\nA,1,12.680001,108.050001\nB,2,12.690001,108.050001\n")
    assert [one.geom_type for one in seen.plots.geometry] == ["Point", "Point"]
