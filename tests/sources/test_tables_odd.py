"""Tables as people keep them: separators, line ends, units, headings of survey programs."""

import io
import json
from datetime import date

import pytest
import shapely
from openpyxl import Workbook

HEAD = "plot code,farmer,lat,lon,area\n"


def workbook(*rows, **sheets):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for name, content in sheets.items():
        sheet = book.create_sheet(name)
        for row in content:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.fault(53)
def test_the_separator_is_found_whatever_stands_in_the_names(direct, mark):
    rows = [
        ["plot code", "lat", "lon", "farmer"],
        ["A", "12.7", "108.05", '"Blơm, Y; Ea|Tam"'],
        ["B", "12.7", "108.06", '"two\nlines"'],
        ["C", "12.7", "108.07", "x"],
    ]
    plots = direct("\n".join(mark.join(row) for row in rows)).plots
    assert plots["producer"].tolist() == ["Blơm, Y; Ea|Tam", "two lines", "x"]
    assert plots["record"].tolist() == [2, 3, 5], "the line where the row begins"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("odd", ["\u2028", "\x0b", "\x85", "\x1c"])
@pytest.mark.fault(55)
def test_only_line_ends_end_a_row(direct, end, odd):
    plots = direct(f"plot code,lat,lon{end}A{odd}B,12.5,108.1{end}C,12.5,108.1{end}").plots
    assert plots["record"].tolist() == [2, 3]
    assert plots["plot_id"][1] == "C"


@pytest.mark.fault(55)
def test_a_quotation_mark_that_is_never_closed_is_found_where_it_opens(direct):
    (note,) = direct('plot code,lat,lon,farmer\nA,12.7,108.05,x\nB,12.7,108.05,"Y Blơm\nC,12.7,108.05,z\n').notes
    assert note.code == "unreadable-file"
    assert "line 3" in note.why


def test_a_row_of_data_is_never_taken_for_headings(direct):
    head = "id,Geometry_type,ProducerCountry,Centroid_lon,Centroid_lat,geo\n"
    cell = json.dumps(
        {"type": "Polygon", "coordinates": [[[108.05, 12.68], [108.052, 12.68], [108.052, 12.682], [108.05, 12.68]]]}
    )
    seen = direct(head + f'1,Polygon,VN,108.05,12.68,"{cell.replace(chr(34), chr(34) * 2)}"\n')
    assert [one.geom_type for one in seen.plots.geometry] == ["Polygon"]
    without = direct("id,Geometry_type,name\n1,Polygon,x\n2,Polygon,y\n")
    assert without.codes == ["unsupported-format"]


def test_two_columns_for_one_coordinate_must_agree(direct):
    same = direct("plot code,latitude,lat,lon\nA,12.7,12.7,108.05\n")
    assert len(same.plots) == 1
    (note,) = direct("plot code,latitude,lat,lon\nA,12.7,13,108.05\n").notes
    assert note.code == "unreadable-file"
    assert "latitude and lat" in note.why


def test_the_eu_name_wins_and_the_other_column_is_kept(direct):
    plots = direct("plot,lat,lon,Country,ProducerCountry\nA,12.7,108.05,VNM,VN\n").plots
    assert plots["country"][0] == "VN"
    assert json.loads(plots["extra"][0]) == {"Country": "VNM"}


@pytest.mark.fault(57)
def test_headings_of_survey_programs_have_the_question_before_them(direct):
    plots = direct(
        "_id,plot code,_place_latitude,_place_longitude,_place_altitude\n1,A,12.712345,108.056789,500\n"
    ).plots
    assert shapely.get_coordinates(plots.geometry).tolist() == [[108.056789, 12.712345]]


@pytest.mark.parametrize(
    ("heading", "cell", "hectares"),
    [
        ("area", "1.5", 1.5),
        ("area", '"1,5"', 1.5),
        ("area", "1.5 ha", 1.5),
        ("area", "15000 m2", 1.5),
        ("area", "15 000 m²", 1.5),
        ("area (m2)", "15000", 1.5),
        ("Diện tích (m²)", "15000", 1.5),
        ("area (acres)", "2", 0.8093713),
        ("Diện tích (ha)", "1.5", 1.5),
    ],
)
def test_areas_are_hectares_whatever_their_unit(direct, heading, cell, hectares):
    plots = direct(f"plot,lat,lon,{heading}\nA,12.7,108.05,{cell}\n").plots
    assert plots["area_ha"][0] == pytest.approx(hectares)
    assert plots["area_text"][0] == ""


@pytest.mark.parametrize(
    ("heading", "cell"), [("area", "1.5 rai"), ("area", "about two"), ("area", "1.234.5"), ("area", "TRUE")]
)
def test_an_area_that_is_not_certain_stays_text(direct, heading, cell):
    plots = direct(f"plot,lat,lon,{heading}\nA,12.7,108.05,{cell}\n").plots
    assert plots["area_text"][0] == cell
    assert plots["area_ha"][0] != plots["area_ha"][0]


def test_a_unit_nobody_converts_makes_an_ordinary_column(direct):
    plots = direct("plot,lat,lon,area (rai)\nA,12.7,108.05,10\n").plots
    assert json.loads(plots["extra"][0]) == {"area (rai)": "10"}
    assert plots["area_ha"][0] != plots["area_ha"][0]


@pytest.mark.fault(54)
def test_a_thousand_and_a_little_more_than_one_are_told_apart_by_the_coordinates(direct):
    points = direct("plot;lat;lon;area\nA;12.712345;108.056789;1.234\n").plots
    assert points["area_ha"][0] == 1.234
    commas = direct("plot;lat;lon;area\nA;12,712345;108,056789;1.234\n").plots
    assert commas["area_text"][0] == "1.234"


@pytest.mark.fault(55)
def test_a_total_is_counted_and_called_a_total(direct):
    seen = direct(HEAD + "A,x,12.7,108.05,1\nTổng cộng,,,,1\n")
    assert seen.reasons == [(3, "missing-geometry")]
    assert "total" in seen.rejected[0].why


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("POLYGON((108,05 12,68, 108,06 12,68, 108,06 12,69))", "unreadable-record"),
        ("LINESTRING (108.05 12.68, 108.052 12.68, 108.052 12.682, 108.05 12.68)", "unsupported-geometry"),
        ('{"type":"LineString","coordinates":[[1.5,2],[2,3]]}', "unsupported-geometry"),
        ('{"type":"Point","coordinates":[[1.5,2]]}', "nested-point"),
        ("POINT(108.05 12.68) and more", "unreadable-record"),
        ("POLYGON((108.05 12.68, 108.052 12.68", "unreadable-record"),
        ("POLYGON EMPTY", "missing-geometry"),
        ("POINT(a b)", "not-finite"),
        ("{bad", "unreadable-record"),
    ],
)
def test_boundaries_in_a_cell_are_rejected_alone(direct, cell, code):
    quoted = cell.replace('"', '""')
    seen = direct(f'plot,WKT\nA,"{quoted}"\nB,POINT (108.05 12.68)\n')
    assert seen.reasons == [(2, code)]
    assert seen.plots["plot_id"].tolist() == ["B"]


@pytest.mark.parametrize(
    ("cell", "kind", "decimals"),
    [
        ("POLYGON Z ((108.05 12.68 5, 108.052 12.68 5, 108.052 12.682 5, 108.05 12.68 5))", "Polygon", 3),
        ("SRID=4326;POINT(108.050000 12.68)", "Point", 6),
        ("multipoint ((1.5 2),(3 4))", "MultiPoint", 1),
        ("[[38.4, 6.8], [38.41, 6.8], [38.41, 6.81], [38.4, 6.8]]", "Polygon", 2),
        ("[[38.4, 6.8]]", "Point", 1),
        ('{"type":"Feature","geometry":{"type":"Point","coordinates":[1.50,2]}}', "Point", 2),
    ],
)
def test_boundaries_in_a_cell(direct, cell, kind, decimals):
    quoted = cell.replace('"', '""')
    plots = direct(f'plot,WKT\nA,"{quoted}"\n').plots
    assert (plots.geometry[0].geom_type, plots["decimals"][0]) == (kind, decimals)


def test_metres_and_degrees_in_one_table_are_not_mixed_up(direct):
    text = 'plot,lat,lon,WKT\nA,12.68,108.05,\nB,,,"POINT (835000 1402000)"\n'
    seen = direct(text, crs="EPSG:32648")
    assert shapely.get_coordinates(seen.plots.geometry).round(1).tolist() == [[108.0, 12.7], [108.1, 12.7]]
    assert seen.plots["short_lons"].tolist() == [1, 0]


def test_thousands_in_metres(direct):
    plots = direct('plot,easting,northing\nA,"835.000,5","1.402.000"\n').plots
    assert shapely.get_coordinates(plots.geometry).tolist() == [[835000.5, 1402000.0]]


@pytest.mark.parametrize("code", [date(2025, 3, 4), True])
@pytest.mark.fault(56)
def test_a_code_that_the_spreadsheet_spoilt_is_not_used(direct, code):
    seen = direct(workbook(["plot code", "lat", "lon"], [code, 12.5, 108.1], ["3-4", 12.5, 108.1]))
    assert seen.reasons == [(2, "unreadable-record")]
    assert "as text" in seen.rejected[0].fix
    assert seen.plots["plot_id"].tolist() == ["3-4"]


def test_sheets_keep_their_rows_and_names(direct):
    head = ["plot code", "lat", "lon"]
    data = workbook(["notes"], Upper=[[], head, ["0071", 12.5, 108.1]], Lower=[head, [72, 12.5, "108,1"]])
    seen = direct(data)
    assert list(zip(seen.plots["group"], seen.plots["record"], seen.plots["plot_id"], strict=True)) == [
        ("Upper", 3, "0071"),
        ("Lower", 2, "72"),
    ]
    assert seen.codes == ["several-layers"]
    assert direct(data, layer="Lower").plots["plot_id"].tolist() == ["72"]
    (note,) = direct(data, layer="Middle").notes
    assert "Middle" in note.why
    assert "Upper" in note.fix


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize("where", ["xl/worksheets/sheet1.xml", "xl/other/s.xml"])
def test_a_cell_at_the_end_of_the_world_is_found_however_it_is_written(direct, quote, where):
    import zipfile

    files = {}
    with zipfile.ZipFile(io.BytesIO(workbook(["plot code", "lat", "lon"], ["A", 12.5, 108.1]))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    sheet = files.pop("xl/worksheets/sheet1.xml").decode()
    bomb = f'<row r="1048576"><c r={quote}XFD1048576{quote}><v>1</v></c></row></sheetData>'
    files[where] = sheet.replace("</sheetData>", bomb).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    (note,) = direct(out.getvalue()).notes
    assert note.code == "unreadable-file"
    assert "200,000 rows" in note.why


def hiding(change):
    """A workbook of two plots on each of two sheets, with something hidden."""
    book = Workbook()
    book.active.title = "Ea Mau"
    for sheet in (book.active, book.create_sheet("Ea Tul")):
        sheet.append(["plot code", "farmer", "lat", "lon"])
        sheet.append([f"A {sheet.title}", "x", "12.7", "108.05"])
        sheet.append([f"B {sheet.title}", "y", "12.71", "108.06"])
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda book: setattr(book["Ea Tul"], "sheet_state", "hidden"), ["the sheet Ea Tul is hidden"]),
        (lambda book: setattr(book["Ea Tul"], "sheet_state", "veryHidden"), ["the sheet Ea Tul is hidden"]),
        (
            lambda book: [setattr(book["Ea Mau"].row_dimensions[row], "hidden", True) for row in (3, 9)],
            ["hidden rows of Ea Mau were read (1, the first of them row 3)"],
        ),
        (
            lambda book: setattr(book["Ea Tul"].column_dimensions["B"], "hidden", True),
            ["hidden columns of Ea Tul were read: farmer"],
        ),
        (lambda book: None, []),
    ],
)
@pytest.mark.fault(59)
def test_what_a_workbook_hides_is_read_and_told_of(direct, change, told):
    seen = direct(hiding(change), name="plots.xlsx")
    assert len(seen.plots) == 4
    notes = [note.why for note in seen.notes if note.code == "hidden-cells"]
    assert len(notes) == len(told)
    assert all(wanted in why for wanted, why in zip(told, notes, strict=True))


@pytest.mark.fault(59)
def test_a_workbook_whose_list_of_sheets_is_damaged_is_read_or_refused_but_never_silent(direct):
    import zipfile

    whole, out = hiding(lambda book: None), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name)[:60] if name.endswith("workbook.xml.rels") else old.read(name))
    seen = direct(out.getvalue(), name="plots.xlsx")
    assert len(seen.plots) == 4 or [note.code for note in seen.notes] == ["unreadable-file"]
