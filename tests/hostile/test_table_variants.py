"""Tables and workbooks, cell by cell: angles of many countries, failed formulas, hidden things, claims of far cells."""

import csv
import io
import zipfile

import pytest
import shapely
from openpyxl import Workbook
from payloads import with_member
from tests_helpers import workbook_bytes

from eudr_geo.base.limits import Limits

READ = {  # as written: where it is
    ("12°40'48\"N", "108°03'00\"E"): (108.05, 12.68),
    ("12°40′48″N", "108°03′00″E"): (108.05, 12.68),
    ("12º40'48''N", "108º3'0''E"): (108.05, 12.68),
    ("12 40 48 N", "108 3 0 E"): (108.05, 12.68),
    ("N 12°40'48\"", "E 108°03'00\""): (108.05, 12.68),
    ("12°40'48,0\"N", "108°03'00,0\"E"): (108.05, 12.68),
    ("12°40.8'N", "108°3.0'E"): (108.05, 12.68),
    ("12°40,8'N", "108°3,0'E"): (108.05, 12.68),
    ("12.68° N", "108.05° E"): (108.05, 12.68),
    ("12°40'48\"", "108°03'00\""): (108.05, 12.68),
    ("12:40:48", "108:03:00"): (108.05, 12.68),
    ("12°40'48\"B", "108°03'00\"Đ"): (108.05, 12.68),
    ("12,68° B", "108,05° Đ"): (108.05, 12.68),
    ("12° 40' 48\" Bắc", "108° 03' 00\" Đông"): (108.05, 12.68),
    ("4°12'33\"N", "75°30'15\"O"): (-75.504167, 4.209167),
    ("4°12'33\"N", "75°30'15\"Oeste"): (-75.504167, 4.209167),
    ("6°48'15\"N", "5°16'38\"Ouest"): (-5.277222, 6.804167),
    ("6°48'15\" Nord", "5°16'38\" Ouest"): (-5.277222, 6.804167),
    ("7°15'0\" Sul", "36°30'0\" Leste"): (36.5, -7.25),
    ("7°15'0\"S", "36°30'0\"L"): (36.5, -7.25),
    ("4.2 N", "75.5 O"): (-75.5, 4.2),
    ("0°0'36\"S", "36°30'0\"E"): (36.5, -0.01),
    ("-12°40'48\"", "108°03'00\""): (108.05, -12.68),
    ("\u221212.68", "108.05"): (108.05, -12.68),
}
REFUSED = [
    ("12°40'60\"N", "108.05"), ("12°60'00\"N", "108.05"), ("12'40\"N", "108.05"), ("3-0", "108.05"), ("12-40-48 N", "108.05"),
    ("N12°40'S", "108.05"), ("-12°40'S", "108.05"), ("12°40'E", "108.05"), ("12°-40'N", "108.05"), ("12.5°30'N", "108.05"),
    ("12°40'48\"X", "108.05"), ("12°40'48\"N 108°03'00\"E", ""), ("12.68, 108.05", ""), ("12°°40'N", "108.05"),
    ("1/2", "108.05"), ("12 40 48 12 N", "108.05"), ("north", "108.05"), ("12°40'48\"N", "108°03'00\"N"),
]  # fmt: skip


def table(lat, lon):
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([["plot_id", "lat", "lon"], ["P1", lat, lon], ["P2", "12.5", "108.5"]])
    return out.getvalue()


@pytest.mark.fault(58)
@pytest.mark.parametrize("written", sorted(READ))
@pytest.mark.parametrize("kind", ["text", "workbook"])
def test_each_way_to_write_an_angle_is_right(direct, written, kind):
    data = table(*written) if kind == "text" else workbook_bytes([["plot_id", "lat", "lon"], ["P1", *written]])
    point = direct(data).plots.geometry[0]
    assert (round(point.x, 6), round(point.y, 6)) == READ[written]


@pytest.mark.fault(58)
@pytest.mark.parametrize("written", REFUSED)
def test_what_is_no_angle_costs_its_row_and_is_never_half_understood(direct, written):
    seen = direct(table(*written))
    assert [record for record, _ in seen.reasons] == [2]
    assert seen.plots["plot_id"].tolist() == ["P2"]


HEAD = ["plot_id", "farmer", "lat", "lon", "note"]
ROWS = [HEAD, ["P1", "x", 12.68, 108.05, "a"], ["P2", "y", 12.69, 108.06, "b"]]
ERRORS = [
    "#REF!",
    "#N/A",
    "#DIV/0!",
    "#VALUE!",
    "#NAME?",
    "#NULL!",
    "#NUM!",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
]


def book(change=None, cells=()):
    made = Workbook()
    for row in ROWS:
        made.active.append(row)
    for address, value, kind in cells:
        made.active[address].value = value
        made.active[address].data_type = kind
    if change:
        change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.mark.fault(59)
@pytest.mark.parametrize("column", ["A", "B", "C", "D"])
@pytest.mark.parametrize("error", ERRORS)
def test_a_failed_formula_rejects_its_row_and_is_named(direct, column, error):
    """In a code or a name it would else be an empty cell, as if nothing had been told."""
    seen = direct(book(cells=[(f"{column}3", error, "e")]))
    assert seen.plots["plot_id"].tolist() == ["P1"]
    assert seen.reasons == [(3, "unreadable-record")]
    assert f"failed ({error})" in seen.rejected[0].why
    assert HEAD["ABCD".index(column)] in seen.rejected[0].why


@pytest.mark.fault(59)
@pytest.mark.parametrize("column", ["A", "B", "C", "D"])
@pytest.mark.parametrize("formula", ["=1+1", "=A2", '=HYPERLINK("x")', "=NOW()", "='Sheet'!A1", "=SUM(1,2)"])
def test_a_formula_that_nobody_has_worked_out_rejects_its_row(direct, column, formula):
    seen = direct(book(cells=[(f"{column}3", formula, "f")]))
    assert seen.plots["plot_id"].tolist() == ["P1"]
    assert seen.reasons == [(3, "unreadable-record")]
    assert "has no value yet" in seen.rejected[0].why


@pytest.mark.fault(59)
def test_a_failed_formula_in_a_column_of_no_meaning_stays_as_text(direct):
    seen = direct(book(cells=[("E3", "#REF!", "e")]))
    assert seen.plots["plot_id"].tolist() == ["P1", "P2"]
    assert "#REF!" in seen.plots["extra"][1]


@pytest.mark.fault(59)
def test_a_formula_with_its_value_is_its_value(direct):
    sheet = zipfile.ZipFile(io.BytesIO(book())).read("xl/worksheets/sheet1.xml")
    for value, kept in ((b"<f>A2</f><v>12.70</v>", 12.7), (b"<f>6*2</f><v>12</v>", 12.0)):
        data = with_member(book(), "xl/worksheets/sheet1.xml", sheet.replace(b"<v>12.69</v>", value))
        assert shapely.get_y(direct(data).plots.geometry).tolist() == [12.68, kept]
    empty = sheet.replace(b'<c r="B3" t="inlineStr"><is><t>y</t></is></c>', b'<c r="B3" t="str"><f>""</f><v></v></c>')
    assert len(direct(with_member(book(), "xl/worksheets/sheet1.xml", empty)).plots) == 2, "a formula may say nothing"


@pytest.mark.fault(59)
@pytest.mark.parametrize("error", ["#REF!", "#DIV/0!", "Err:502"])
@pytest.mark.parametrize(
    "cell",
    [
        '<table:table-cell table:formula="x" office:value-type="string" office:string-value=""><text:p>{}</text:p></table:table-cell>',
        '<table:table-cell table:formula="x" office:value-type="float" office:value="0"><text:p>{}</text:p></table:table-cell>',
    ],
)
def test_a_failed_formula_of_an_open_document_is_no_zero(direct, cell, error):
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    number = '<table:table-cell office:value-type="float" office:value="{0}"><text:p>{0}</text:p></table:table-cell>'
    words = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = [
        [words.format(one) for one in ("plot_id", "lat", "lon")],
        [words.format("P1"), number.format(12.68), number.format(108.05)],
        [words.format("P2"), cell.format(error), number.format(108.06)],
    ]
    body = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in rows)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="A">'
            f"{body}</table:table></office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr("styles.xml", f"<office:document-styles {spaces}/>")
        archive.writestr(
            "META-INF/manifest.xml", '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        )
    seen = direct(out.getvalue())
    assert seen.plots["plot_id"].tolist() == ["P1"]
    assert f"failed ({error})" in seen.rejected[0].why


def hide(what):
    def change(made):
        sheet = made.active
        if what == "a row":
            sheet.row_dimensions[3].hidden = True
        elif what == "a filter":
            sheet.auto_filter.ref = "A1:E3"
            sheet.row_dimensions[3].hidden = True
        elif what == "the headings":
            sheet.row_dimensions[1].hidden = True
        elif what == "a column":
            sheet.column_dimensions["C"].hidden = True
        elif what == "columns together":
            sheet.column_dimensions.group("B", "D", hidden=True)
        else:
            other = made.create_sheet("Old")
            for row in ROWS:
                other.append(row)
            other.sheet_state = what

    return change


@pytest.mark.fault(59)
@pytest.mark.parametrize(
    ("what", "word"),
    [
        ("a row", "hidden rows"), ("a filter", "hidden rows"),
        ("the headings", "hidden rows"), ("a column", "hidden columns"), ("columns together", "hidden columns"),
        ("hidden", "the sheet Old is hidden"),
        ("veryHidden", "the sheet Old is hidden"),
    ],
)  # fmt: skip
def test_each_way_to_hide_is_read_and_said(direct, what, word):
    seen = direct(book(hide(what)))
    assert len(seen.plots) == (4 if "idden" in what else 2)
    assert any(note.code == "hidden-cells" and word in note.why for note in seen.notes), seen.notes


@pytest.mark.fault(59)
@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        (b'<row r="3"', b'<row r="3" ht="0" customHeight="1"', "hidden rows"),
        (b"<sheetData>", b'<cols><col min="3" max="3" width="0" customWidth="1"/></cols><sheetData>', "hidden columns"),
    ],
)
def test_what_is_pushed_together_until_nothing_is_left_is_hidden(direct, old, new, word):
    sheet = zipfile.ZipFile(io.BytesIO(book())).read("xl/worksheets/sheet1.xml")
    assert old in sheet
    seen = direct(with_member(book(), "xl/worksheets/sheet1.xml", sheet.replace(old, new)))
    assert len(seen.plots) == 2
    assert any(note.code == "hidden-cells" and word in note.why for note in seen.notes), seen.notes


FAR = {  # a row of a sheet whose reader would make room for everything before it
    "the last corner": b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    "small letters": b'<row r="3"><c r="xfd1048576"><v>1</v></c></row>',
    "no address, in a far row": b'<row r="1048576"><c><v>1</v></c></row>',
    "no row, a far address": b'<row><c r="XFD1048576"><v>1</v></c></row>',
    "a row of eight digits": b'<row r="99999999"><c><v>1</v></c></row>',
    "eight letters": b'<row r="3"><c r="AAAAAAAA1"><v>1</v></c></row>',
    "four letters": b'<row r="3"><c r="AAAA1"><v>1</v></c></row>',
    "thirty digits": b'<row r="3"><c r="A123456789012345678901234567890"><v>1</v></c></row>',
    "zeros in front": b'<row r="3"><c r="A0001048576"><v>1</v></c></row>',
    "blanks round the sign": b'<row r="3"><c r = "A1048576"><v>1</v></c></row>',
    "a new line in the tag": b'<row r="3"><c\nr="A1048576"><v>1</v></c></row>',
    "other quotation marks": b"<row r='3'><c r='A1048576'><v>1</v></c></row>",
    "two addresses": b'<row r="3"><c r="A3" r="A1048576"><v>1</v></c></row>',
    "an address behind a bracket": b'<row r="3"><c s=">" r="A1048576"><v>1</v></c></row>',
    "an address behind a long style": b'<row r="3"><c s="' + b"1" * 3_000 + b'" r="A1048576"><v>1</v></c></row>',
    "an address in an entity": b'<row r="3"><c r="&#65;1048576"><v>1</v></c></row>',
    "a name space": b'<x:row xmlns:x="u" r="3"><x:c r="A1048576"><v>1</v></x:c></x:row>',
    "no address, too many of them": b"<row>" + b"<c><v>1</v></c>" * 201 + b"</row>",
    "two corners of a large sheet": b'<row r="190000"><c r="GA190000"><v>1</v></c></row>',
}


@pytest.mark.fault(60)
@pytest.mark.parametrize("name", sorted(FAR))
def test_each_way_to_claim_a_far_cell_is_refused_before_a_library_makes_room(direct, name):
    sheet = zipfile.ZipFile(io.BytesIO(book())).read("xl/worksheets/sheet1.xml")
    data = with_member(book(), "xl/worksheets/sheet1.xml", sheet.replace(b"</sheetData>", FAR[name] + b"</sheetData>"))
    seen = direct(data)
    assert seen.codes == ["unreadable-file"]
    assert any(word in seen.notes[0].why for word in ("200,000 rows", "makes no sense", "10,000,000")), seen.notes


@pytest.mark.fault(60)
@pytest.mark.parametrize(
    "row",
    [
        b"<row><c><v>1</v></c></row>",
        b'<row r="1048576" ht="12"/>',
        b'<row r="1048576"><c r="A9"><v>1</v></c></row>',
        b"<row r='9' spans='1:4'><c s='1' r='A9'><v>1</v></c></row>",
    ],
)
def test_what_honest_programs_write_is_not_refused_for_it(direct, row):
    sheet = zipfile.ZipFile(io.BytesIO(book())).read("xl/worksheets/sheet1.xml")
    data = with_member(book(), "xl/worksheets/sheet1.xml", sheet.replace(b"</sheetData>", row + b"</sheetData>"))
    seen = direct(data, limits=Limits())
    assert seen.plots["plot_id"].tolist() == ["P1", "P2"]


def old_book(change=None):
    """An XLS of two plots, P1 and P2, whose cells a test may damage."""
    import xlwt

    made = xlwt.Workbook(encoding="utf-8")
    sheet = made.add_sheet("Thửa đất")
    for row, cells in enumerate(ROWS):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    if change:
        change(sheet)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def overwrite(sheet, column, error):
    sheet._cell_overwrite_ok = True
    sheet.row(2).set_cell_error(column, error)


@pytest.mark.fault(59)
@pytest.mark.parametrize("column", [0, 1, 2, 3])
@pytest.mark.parametrize(
    ("number", "error"),
    [(0, "#NULL!"), (7, "#DIV/0!"), (15, "#VALUE!"), (23, "#REF!"), (29, "#NAME?"), (36, "#NUM!"), (42, "#N/A")],
)
def test_a_failed_formula_of_an_old_workbook_rejects_its_row(direct, column, number, error):
    seen = direct(old_book(lambda sheet: overwrite(sheet, column, number)))
    assert seen.format == "XLS"
    assert seen.plots["plot_id"].tolist() == ["P1"]
    assert f"failed ({error})" in seen.rejected[0].why


@pytest.mark.fault(60)
@pytest.mark.parametrize("name", ["a column beyond all", "a row beyond all", "a size beyond all", "two corners"])
def test_an_old_workbook_that_claims_far_cells_is_refused_before_a_library_makes_room(direct, name):
    import struct

    whole = old_book()
    at = whole.index(struct.pack("<HHHH", 0x00FD, 10, 2, 4))  # the text in the third row, fifth column
    size = whole.index(struct.pack("<HH", 0x0200, 14))
    if name == "a column beyond all":
        data = whole[: at + 6] + b"\xff\xff" + whole[at + 8 :]
    elif name == "a row beyond all":
        data = whole[: at + 4] + b"\xff\xff" + whole[at + 6 :]
    elif name == "two corners":
        data = whole[: at + 4] + struct.pack("<HH", 60_000, 190) + whole[at + 8 :]
    else:
        data = whole[: size + 8] + struct.pack("<I", 2**31) + whole[size + 12 :]
    seen = direct(data, limits=Limits(sheet_rows=60_001))
    assert seen.codes == ["unreadable-file"]
    assert any(word in seen.notes[0].why for word in ("rows", "cells")), seen.notes


@pytest.mark.fault(60)
@pytest.mark.parametrize("seed", range(3))
def test_an_old_workbook_of_changed_bytes_never_ends_the_reader(direct, seed):
    """The walk through its sectors and records meets loops, ends and lengths of every kind."""
    import random

    whole, draw = old_book(), random.Random(seed)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(draw.choice((1, 2, 8))):
            place = draw.choice((draw.randrange(len(data)), draw.randrange(512), draw.randrange(512, 2_048)))
            data[place] = draw.choice((0, 1, 255, draw.randrange(256)))
        direct(bytes(data))
