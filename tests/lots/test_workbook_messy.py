"""Workbooks as people really send them: other sheet names, a sheet a month, formulas nobody calculated, old Macs."""

import datetime as dt
import unicodedata

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from eudr_geo.sources.workbook.reading import plots_of, read_book
from eudr_geo.sources.workbook.sheets import read_cells

PRODUCERS = [["Producer code", "Name"], ["NH-1", "Y Blơm"]]
PLOTS = [["Plot code", "Producer code"], ["T-1", "NH-1"]]
LOTS = [["Lot code", "Type", "Form", "Created on"], ["L-1", "bulk", "cherry", "2025-11-15"]]
DELIVERIES = [["Delivery date", "Lot code", "Plot code", "Net weight"], ["2025-11-15", "L-1", "T-1", 10.0]]


def saved(path, sheets, **options):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, value in options.items():
        setattr(book, name, value)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def dates(found):
    return [row["delivered_on"] for row in found.tables["delivery"]]


def told(found):
    return [(issue.sheet, issue.cell, issue.severity, issue.why) for issue in found.issues]


def test_a_formula_that_nobody_calculated_is_an_error_and_not_an_empty_cell(tmp_path):
    lots = [[*LOTS[0], "Net weight"], [*LOTS[1], "=SUM(Deliveries!D2:D3)"]]
    deliveries = [DELIVERIES[0], [*DELIVERIES[1][:3], "=4+6"]]
    sheets = {"Producers": PRODUCERS, "Plots": PLOTS, "Lots": lots, "Deliveries": deliveries}
    read = read_book(saved(tmp_path / "made by a program.xlsx", sheets))
    why = "the formula in this cell was never calculated"
    assert [(one.sheet, one.cell, one.severity) for one in read.issues if one.why.startswith(why)] == [
        ("Deliveries", "D2", "error"),
        ("Lots", "E2", "warning"),
    ]
    assert len(read.book.table("delivery")) == 0


def test_day_numbers_of_a_workbook_that_counts_from_1904(tmp_path):
    deliveries = [DELIVERIES[0], [dt.datetime(2025, 11, 15), *DELIVERIES[1][1:]], [44514, *DELIVERIES[1][1:]]]
    sheets = {"Producers": PRODUCERS, "Plots": PLOTS, "Lots": LOTS, "Deliveries": deliveries}
    read = read_book(saved(tmp_path / "mac.xlsx", sheets, epoch=CALENDAR_MAC_1904))
    assert read.book.table("delivery")["delivered_on"].tolist() == ["2025-11-15", "2025-11-15"]
    assert ("A3", "44514", "2025-11-15", "excel-day") in [(c.cell, c.before, c.after, c.rule) for c in read.changes]


def cp1258(text):
    """Text as old Vietnamese Windows saves it: the letter with its hook or hat, then the tone by itself."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    found = ""
    for char in unicodedata.normalize("NFC", text):
        base, *marks = unicodedata.normalize("NFD", char)
        letter = unicodedata.normalize("NFC", base + "".join(mark for mark in marks if mark not in tones))
        found += letter + "".join(mark for mark in marks if mark in tones)
    return found.encode("cp1258")


def test_a_folder_in_the_old_encoding_of_vietnam_is_read_to_the_last_tone_and_said_to_be(tmp_path):
    folder = tmp_path / "HTX"
    folder.mkdir()
    sheets = {
        "Nông hộ": "Mã nông hộ;Họ và tên\nNH-001;Y Blơm Êban\nNH-002;Nguyễn Văn Đậu\nNH-003;Trần Thị Bưởi\n",
        "Thửa đất": "Mã thửa đất;Mã nông hộ;Diện tích (ha)\nT-1;NH-001;1,35\n",
    }
    for title, text in sheets.items():
        (folder / f"HTX - {title}.csv").write_bytes(cp1258(text))
    read = read_book(folder)
    assert read.book.table("producer")["name"].tolist() == ["Y Blơm Êban", "Nguyễn Văn Đậu", "Trần Thị Bưởi"]
    assert ("Nông hộ", "cp1258", "UTF-8", "encoding") in [(c.sheet, c.before, c.after, c.rule) for c in read.changes]
    assert read.errors() == ()


@pytest.mark.parametrize(
    ("title", "rows", "table"),
    [
        ("Danh sách nông hộ", [["HTX EA TAM"], [], ["Mã hộ", "Họ tên"], ["NH-1", "Y Blơm"]], "producer"),
        ("Cooperados", [["Código", "Nome", "Município"], ["C-1", "João", "Araponga"]], "producer"),
        ("Kebun", [["Kode kebun", "Kode petani"], ["K-1", "P-1"]], "plot"),
        ("Deliveries November", DELIVERIES, "delivery"),
        ("Sheet1", [["Date", "Lot", "Farmer", "Kg"], ["2025-11-15", "L-1", "NH-1", 5.0]], "delivery"),
        ("Hoja1", [["Lote", "Tipo", "Forma", "Fecha"], ["L-1", "granel", "café oro", "15/11/2025"]], "lot"),
    ],
)
def test_a_sheet_is_told_by_its_name_or_its_headings(title, rows, table):
    assert len(read_cells({title: rows}).tables[table]) == 1


def test_a_sheet_a_month_is_one_table_and_like_rows_stay_two():
    found = read_cells({"Deliveries Nov": DELIVERIES, "Deliveries Dec": DELIVERIES, "Plots": PLOTS, "Lots": LOTS})
    assert [row["src_sheet"] for row in found.tables["delivery"]] == ["Deliveries Nov", "Deliveries Dec"]
    assert len({row["code"] for row in found.tables["delivery"]}) == 2, "the same kilograms twice are two deliveries"
    assert any("2 sheets hold Deliveries" in why for *_, why in told(found))


def test_another_list_is_left_alone_and_a_workbook_without_a_known_sheet_is_an_error():
    found = read_cells({"Budget": [["Item", "Cost"], ["Truck", 100]]})
    assert [issue.severity for issue in found.issues] == ["note", "error"] or [
        issue.severity for issue in found.issues
    ] == ["error", "note"]
    assert all(not rows for rows in found.tables.values())


def test_plot_no_is_no_misspelt_lot_no():
    found = read_cells({"Deliveries": [["Date", "Plott no", "Kg"], ["2025-11-15", "T-1", 5.0]]})
    assert found.tables["delivery"] == []
    assert any("there is no column Lot code" in why for *_, why in told(found))


def test_a_word_for_two_columns_means_the_one_that_is_left():
    rows = [["No", "Step", "Date", "Input lot", "Input kg", "Output lot", "Output kg", "Type"]]
    rows.append(["CB-1", "hulling", "2026-01-10", "L-1", 140.0, None, 9.0, "loss"])
    found = read_cells({"Processing": rows})
    assert [row["direction"] for row in found.tables["process_line"]] == ["in", "loss"]


@pytest.mark.parametrize(
    ("country", "lat", "lon", "position"),
    [
        ("UG", 34.2201, 1.0345, (34.2201, 1.0345)),
        ("UG", 1.0345, 34.2201, (34.2201, 1.0345)),
        ("VN", "12°42'44.4\"N", "108°3'24\"E", (108.0566667, 12.7123333)),
        ("CO", "1,2345", "75,5 O", (-75.5, 1.2345)),
        ("", 34.2201, 1.0345, (1.0345, 34.2201)),
        ("GB", 51.5, 0.1, (0.1, 51.5)),
    ],
)
def test_positions_as_people_write_them(country, lat, lon, position):
    rows = [
        ["Plot code", "Producer code", "Country", "Latitude", "Longitude"],
        ["T-1", "NH-1", country or None, lat, lon],
    ]
    found = read_cells({"Plots": rows})
    plots, issues = plots_of(found, "book.xlsx")
    assert issues == []
    assert (plots.geometry[0].x, plots.geometry[0].y) == pytest.approx(position, abs=1e-6)
    exchanged = [change for change in found.changes if change.rule == "latitude-and-longitude-exchanged"]
    assert len(exchanged) == (lat == 34.2201 and country == "UG")


def test_a_boundary_may_be_pasted_as_geojson():
    cell = '{"type":"Polygon","coordinates":[[[108.05,12.68],[108.06,12.68],[108.06,12.69],[108.05,12.68]]]}'
    plots, issues = plots_of(read_cells({"Plots": [["Plot code", "Producer", "GeoJSON"], ["T-1", "NH-1", cell]]}), "b")
    assert issues == []
    assert plots.geometry[0].geom_type == "Polygon"


@pytest.mark.parametrize("cell", ["15/03/2018", "5 Hidar 2018", "05/13/2017", "15 Tahsas 2018 E.C."])
def test_a_date_of_the_ethiopian_calendar_is_refused_with_a_hint(cell):
    found = read_cells({"Deliveries": [DELIVERIES[0], [cell, *DELIVERIES[1][1:]]]}, country="ET")
    assert dates(found) == []
    assert any("Ethiopian" in issue.fix for issue in found.issues)


def test_old_dates_elsewhere_and_of_planting_stay():
    assert dates(read_cells({"Deliveries": [DELIVERIES[0], ["15/03/2018", *DELIVERIES[1][1:]]]}, country="UG"))
    plots = [[*PLOTS[0], "Mapped on"], [*PLOTS[1], "15/03/2018"]]
    found = read_cells({"Plots": plots}, country="ET")
    assert [issue for issue in found.issues if "Ethiopian" in issue.fix] == []


@pytest.mark.parametrize(
    ("headings", "country", "kg"),
    [
        (["Ngày nhập", "Mã lô", "Mã thửa đất", "Khối lượng"], "VN", 1250.0),
        (["Delivery date", "Lot code", "Plot code", "Net weight"], "UG", 1.25),
        (["Delivery date", "Lot code", "Plot code", "Net weight"], "VN", None),
        (["Delivery date", "Lot code", "Plot code", "Net weight"], "", None),
    ],
)
def test_headings_decide_a_doubtful_number_unless_the_country_contradicts(headings, country, kg):
    title = "Nhập hàng" if headings[0] == "Ngày nhập" else "Deliveries"
    found = read_cells({title: [headings, ["2025-11-15", "L-1", "T-1", "1.250"]]}, country=country)
    assert [row["quantity_kg"] for row in found.tables["delivery"]] == ([] if kg is None else [kg])
    assert kg is None or "number-of-workbook-language" in [change.rule for change in found.changes]


@pytest.mark.parametrize(
    ("price", "currency", "number"),
    [
        ("6,30 USD", "USD", 6.3),
        ("$6.30", "USD", 6.3),
        ("€ 6,30/kg", "EUR", 6.3),
        ("1.000.000 đ", "VND", 1e6),
        ("Rp 65.000,50", "IDR", 65000.5),
        ("6,30 EUR", "USD", None),
    ],
)
def test_a_price_may_name_its_currency_if_it_is_that_of_the_row(price, currency, number):
    rows = [["Lot code", "Buyer", "Date", "Price", "Currency"], ["L-1", "Muster GmbH", "2026-01-15", price, currency]]
    found = read_cells({"Offers": rows})
    assert [row["price"] for row in found.tables["offer"]] == ([] if number is None else [number])


def test_blank_cells_lead_to_the_option_that_fills_them():
    found = read_cells({"Deliveries": [*DELIVERIES, [None, None, "T-1", 5.0]]})
    assert all("--fill-down" in issue.fix for issue in found.issues if "is empty" in issue.why)


def test_columns_that_count_rows_are_told_and_net_in_brackets_is_no_unit():
    rows = [["STT", "Ngày nhập", "Mã lô", "Khối lượng (tịnh)"], [1, "15/11/2025", "L-1", 5.0]]
    found = read_cells({"Nhập hàng": rows})
    assert len(found.tables["delivery"]) == 1
    assert any("only counts the rows" in why for *_, why in told(found))


def test_an_unknown_unit_is_told_once():
    rows = [["Date", "Lot", "Weight (quintales)"], ["2025-11-15", "L-1", 5.0]]
    found = read_cells({"Deliveries": rows}, country="CO")
    told_once = ["the unit 'quintales' is not known here, only in HN"]
    assert [why for _, _, severity, why in told(found) if severity == "error"] == told_once


def test_how_a_silo_keeps_goods_stands_on_the_storage_sheet_and_is_said_alike():
    head = ["Lot code", "Store", "From day", "Kept how", "Capacity of the store (kg)", "Store last emptied"]
    first = ["L-1", "Silo 1", "2025-11-15", "loose", 20000.0, "2025-10-01"]
    found = read_cells({"Storage": [head, first, ["L-2", "SILO 1", "2025-11-16", None, None, None]]})
    (place,) = found.tables["location"]
    assert (place["storage_mode"], place["capacity_kg"], place["last_emptied"]) == ("loose", 20000.0, "2025-10-01")
    assert len(found.tables["storage_stay"]) == 2
    other = read_cells({"Storage": [head, first, ["L-2", "Silo 1", "2025-11-16", "one lot only", None, None]]})
    assert any("says loose in a row above" in why for *_, why in told(other))
