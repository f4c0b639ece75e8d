"""Headings are understood as they are meant, never by mere likeness; what no heading names is kept all the same."""

import io
import json

import pytest
import shapely
from openpyxl import Workbook

from eudr_geo.sources.records.headings import match_column


def sheets(**rows):
    book = Workbook()
    book.remove(book.active)
    for name, content in rows.items():
        sheet = book.create_sheet(name)
        for row in content:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "heading", ["Altitude", "altitud", "collection_site", "Product name", "farmer age", "Elevation"]
)
def test_a_word_that_only_looks_like_another_is_not_taken_for_it(heading):
    assert match_column(heading) == ()


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Longuitud", "lon"), ("Lattitude", "lat"), ("Farmer's name", "producer"), ("Plot ID (unique)", "plot_id"),
        ("GPS_Lat", "lat"), ("POINT_X", "x"), ("Coordenada Norte", "y"), ("Location Name", "place"),
        ("País de producción", "country"), ("Luas Lahan (Ha)", "area_ha"), ("Plot Size (ha)", "area_ha"),
    ],
)  # fmt: skip
def test_slips_and_the_words_of_six_languages_are_understood(heading, column):
    assert match_column(heading) == (column,)


def test_an_altitude_beside_a_latitude_is_a_height(direct):
    seen = direct("plot,Latitude,Longitude,Altitude\nA,12.681234,108.051234,512\n")
    assert shapely.get_coordinates(seen.plots.geometry).tolist() == [[108.051234, 12.681234]]
    assert json.loads(seen.plots["extra"][0]) == {"Altitude": "512"}


@pytest.mark.parametrize("heading", ["Lote", "Lô", "N° de lot", "Talhão", "ID", "Mã số"])
def test_in_a_sheet_of_positions_a_lot_or_a_number_is_the_plot(direct, heading):
    assert direct(f"{heading};lat;lon\n0071;12,681234;108,051234\n").plots["plot_id"].tolist() == ["0071"]


def test_a_number_that_stands_twice_names_no_plot(direct):
    seen = direct("ID,lat,lon\n7,12.681234,108.051234\n7,12.691234,108.051234\n")
    assert seen.plots["plot_id"].tolist() == ["", ""]
    assert [json.loads(text) for text in seen.plots["extra"]] == [{"ID": "7"}] * 2


def test_a_better_heading_wins_over_a_lot(direct):
    seen = direct("Lote,Código parcela,lat,lon\nL1,P1,12.681234,108.051234\n")
    assert (seen.plots["plot_id"][0], json.loads(seen.plots["extra"][0])) == ("P1", {"Lote": "L1"})


def test_headings_in_two_lines(direct):
    seen = direct(
        sheets(
            S=[["Plot", "Coordinates", None, "Area"], [None, "Latitude", "Longitude", None], ["A", 12.6, 108.1, 1.2]]
        )
    )
    assert (seen.plots["plot_id"].tolist(), seen.plots["area_ha"].tolist()) == (["A"], [1.2])


def test_a_column_without_a_heading_is_kept(direct):
    seen = direct("plot,,lat,lon\nA,Y Blơm,12.681234,108.051234\n")
    assert json.loads(seen.plots["extra"][0]) == {"column B": "Y Blơm"}


def test_a_point_beside_a_boundary_is_kept(direct):
    seen = direct('plot,lat,lon,wkt\nA,13.5,109.5,"POINT (108.05 12.68)"\n')
    assert json.loads(seen.plots["extra"][0]) == {"lat": "13.5", "lon": "109.5"}


def test_sheets_that_hold_no_plots_are_named(direct):
    seen = direct(sheets(Plots=[["plot", "lat", "lon"], ["A", 12.6, 108.1]], Notes=[["call Ms Lan"]], Empty=[]))
    (note,) = seen.notes
    assert (note.code, "Notes" in note.why, "Empty" in note.why) == ("several-layers", True, False)


def test_an_area_read_as_thousands_leaves_a_receipt(direct):
    seen = direct("plot;lat;lon;area\nA;12,681234;108,051234;1,5\nB;12,691234;108,051234;1.234\n")
    assert seen.plots["area_ha"].tolist() == [1.5, 1234.0]
    assert ("D3", "1.234", "1234.0") in [(one.cell, one.before, one.after) for one in seen.changes]
