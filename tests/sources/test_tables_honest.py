"""Tables as survey apps, phones, spreadsheets and hands fill them: nothing refused that can be told, nothing guessed."""

import io
import json

import pytest
import shapely
from openpyxl import Workbook

RING = [(108.051234, 12.681234), (108.052345, 12.681345), (108.052456, 12.682456), (108.051345, 12.682567)]
CLOSED = [*RING, RING[0]]
AREA = shapely.Polygon(RING)


def odk(ring, between=";"):
    return between.join(f"{lat} {lon} 512.3 4.5" for lon, lat in ring)


@pytest.mark.parametrize("tail", [";", "; ; ;", ";;;", ";0.0 0.0 0.0 0.0", "; 0.0 0.0 0.0 0.0; 0.0 0.0 0.0 0.0;"])
@pytest.mark.parametrize("between", [";", "; "])
def test_positions_that_the_app_left_empty_are_left_out_and_logged(direct, tail, between):
    seen = direct(f'plot,boundary\nA,"{odk(CLOSED, between)}{tail}"\n')
    assert seen.plots.geometry[0].equals(AREA)
    assert json.loads(seen.plots["extra"][0]) == {"accuracy (m)": "4.5"}
    assert [one.rule for one in seen.changes] == ([] if tail == ";" else ["empty-position"])


def test_a_trace_that_comes_back_says_how_to_take_it(direct):
    (rejected,) = direct(f'plot,trace\nA,"{odk([*RING, (108.05124, 12.68125)])}"\n').rejected
    assert (rejected.offer is not None, "--also" in rejected.fix) == (True, True)


@pytest.mark.parametrize(
    ("cell", "place"),
    [
        ("12.681234, 108.051234", (108.051234, 12.681234)),
        ("(12.681234,108.051234)", (108.051234, 12.681234)),
        ("12,681234; 108,051234", (108.051234, 12.681234)),
        ("108.051234, 12.681234", (108.051234, 12.681234)),  # the first can be no latitude
        ("2.681234, -75.051234", (-75.051234, 2.681234)),
        ("12°40'52.4424\"N 108°03'04.4424\"E", (108.051234, 12.681234)),
        ("B 12°40'52,4424\", Đ 108°03'04,4424\"", (108.051234, 12.681234)),
    ],
)
@pytest.mark.parametrize("heading", ["GPS", "coordinates", "Tọa độ", "vị trí"])
def test_a_position_copied_into_one_cell(direct, cell, place, heading):
    quoted = cell.replace('"', '""')
    seen = direct(f'plot,{heading},area\nA,"{quoted}",1.2\n')
    assert seen.reasons == []
    assert shapely.get_coordinates(seen.plots.geometry)[0].tolist() == pytest.approx(place, abs=1e-7)


def test_a_row_of_data_is_no_headings_of_positions(direct):
    assert direct('A,"12.681234, 108.051234"\nB,"12.691234, 108.051234"\n').codes == ["unsupported-format"]


def test_coordinates_copied_out_of_a_kml(direct):
    text = " ".join(f"{lon},{lat},0" for lon, lat in CLOSED)
    assert direct(f'plot,polygon\nA,"{text}"\n').plots.geometry[0].equals(AREA)


def test_corners_in_the_order_of_their_rows(direct):
    rows = "".join(f"{code},{lat + move},{lon}\n" for code, move in (("A", 0), ("B", 0.01)) for lon, lat in RING)
    seen = direct("plot,lat,lon\n" + rows)
    assert seen.plots["plot_id"].tolist() == ["A", "B"]
    assert seen.plots.geometry[0].equals(AREA)
    assert [(one.cell, one.rule) for one in seen.changes] == [("A2", "row-order"), ("A6", "row-order")]


@pytest.mark.parametrize("codes", ["AAABBA", "AABBCC", "AAABCC"])
def test_codes_that_come_back_or_stand_twice_are_no_walk(direct, codes):
    rows = "".join(f"{code},12.6{at}1234,108.051234\n" for at, code in enumerate(codes))
    assert {one.geom_type for one in direct("plot,lat,lon\n" + rows).plots.geometry} == {"Point"}


def test_a_code_that_stands_on_the_first_corner_alone(direct):
    rows = "".join(
        f"{code if at == 1 else ''},{at},{lat},{lon}\n" for code in "AB" for at, (lon, lat) in enumerate(RING, 1)
    )
    seen = direct("plot,seq,lat,lon\n" + rows)
    assert (seen.plots["plot_id"].tolist(), seen.plots.geometry[1].equals(AREA)) == (["A", "B"], True)
    assert {one.rule for one in seen.changes} == {"same-as-above"}
    assert len(seen.changes) == 6


@pytest.mark.parametrize("text", ['"Nguyen "Ba" An"', '"a"b'])
def test_a_stray_quotation_mark_costs_its_row(direct, text):
    seen = direct(f'plot,name,lat,lon\nA,{text},12.681234,108.051234\nB,5" pipe,12.691234,108.051234\n')
    assert (seen.reasons, seen.plots["plot_id"].tolist()) == ([(2, "unreadable-record")], ["B"])


def test_a_stray_quotation_mark_beside_a_cell_of_two_lines_is_refused_as_a_whole(direct):
    text = 'plot,name,lat,lon\nA,"x "y" z",12.6,108.1\nB,"two\nlines",12.6,108.1\n'
    assert direct(text).codes == ["unreadable-file"]


@pytest.mark.parametrize(("lat", "lon"), [("'12.681234", "'108.051234"), ("1.2681234E+01", "1.08051234E+02")])
def test_marks_that_spreadsheets_leave_behind(direct, lat, lon):
    seen = direct(f"plot,lat,lon\nA,{lat},{lon}\n")
    assert shapely.get_coordinates(seen.plots.geometry).tolist() == [[108.051234, 12.681234]]
    assert seen.plots["decimals"].tolist() == [6]


def test_headings_in_the_middle_are_said_to_be_headings(direct):
    seen = direct("plot,lat,lon\nA,12.681234,108.051234\nplot,lat,lon\nB,12.691234,108.051234\n")
    assert [row.why for row in seen.rejected] == ["the row repeats the headings"]


@pytest.mark.parametrize(
    ("lat", "lon"), [("6,681234 LS", "107,051234 BT"), ("LS 6°40'52,4424\"", "BT 107°03'04,4424\"")]
)
def test_sides_in_indonesian(direct, lat, lon):
    seen = direct(f"Kode kebun;Lintang;Bujur\nA;{lat};{lon}\n".replace('"', "''"))
    assert shapely.get_coordinates(seen.plots.geometry)[0].tolist() == pytest.approx([107.051234, -6.681234], abs=1e-6)


@pytest.mark.parametrize(("cell", "told"), [("=A1*2", "#NO VALUE"), ("#REF!", "#REF!")])
def test_a_formula_without_a_value_is_named_for_what_it_is(direct, cell, told):
    book = Workbook()
    for row in (["plot", "lat", "lon", "area"], ["A", cell, 108.051234, 1], ["B", 12.691234, 108.051234, cell]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    seen = direct(out.getvalue())
    assert (seen.rejected[0].value, "formula" in seen.rejected[0].why) == (told, True)
    assert seen.plots["area_text"].tolist() == [told], "an area that was not calculated is not simply missing"
