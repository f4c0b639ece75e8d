"""The workbook as people fill it in: understood, logged, or named with its cell; nothing lost."""

import pytest

from eudr_geo.lots.sheets import sheets
from eudr_geo.sources.workbook.sheets import read_cells

PRODUCERS = [["Producer code *", "Name *"], ["NH-014", "Y Blơm Êban"]]
PLOTS = [["Plot code", "Producer code"], ["T-014-1", "NH-014"]]
LOTS = [
    ["Lot code", "Type", "Form", "Created on"],
    ["ML03-C", "bulk", "cherry", "2025-11-15"],
    ["ML03-G", "bulk", "green", "2026-01-10"],
]
DELIVERIES = [
    ["Delivery date", "Lot", "Producer", "Plot", "kg", "Harvested on"],
    ["2025-11-15", "ML03-C", "NH-014", "T-014-1", 412.5, "2025-11-14"],
]


def book(**changed):
    return {"Producers": PRODUCERS, "Plots": PLOTS, "Lots": LOTS, "Deliveries": DELIVERIES} | changed


def told(found, severity="error"):
    return [(issue.sheet, issue.cell, issue.value) for issue in found.issues if issue.severity == severity]


def rules(found):
    return [(change.cell, change.before, change.after, change.rule) for change in found.changes]


def table(found, name):
    return found.book().table(name)


def test_a_plain_workbook_needs_no_change_but_a_receipt_number():
    found = read_cells(book(), name="lots.xlsx")
    assert not told(found)
    assert [change.rule for change in found.changes] == ["receipt-number"]
    row = table(found, "delivery").iloc[0]
    assert row[["lot_code", "plot_code", "quantity_kg", "delivered_on", "harvested_from"]].tolist() == [
        "ML03-C", "T-014-1", 412.5, "2025-11-15", "2025-11-14",
    ]  # fmt: skip
    assert row[["src_file", "src_sheet", "src_row"]].tolist() == ["lots.xlsx", "Deliveries", 2]


def test_ma_lo_is_the_plot_on_the_plots_sheet_and_the_lot_elsewhere():
    found = read_cells(
        {
            "Nông hộ": [["Mã hộ", "Họ và tên"], ["NH-1", "Nguyễn Thị Đậu"]],
            "Thửa đất": [["Mã lô", "Mã nông hộ", "Diện tích (ha)"], ["T-1", "NH-1", "1,35"]],
            "Lô hàng": [["Mã lô", "Loại lô", "Dạng", "Ngày tạo"], ["L-1", "đại trà", "quả tươi", "15/11/2025"]],
            "Nhập hàng": [
                ["Ngày nhập", "Mã lô", "Mã nông hộ", "Mã thửa", "Khối lượng (tạ)"],
                ["15/11/2025", "L-1", "NH-1", "T-1", "4,125"],
            ],
        },
        lang="vi",
    )
    assert not told(found)
    assert table(found, "plot")["code"].tolist() == ["T-1"]
    assert table(found, "lot")[["code", "form"]].to_numpy().tolist() == [["L-1", "cherry"]]
    assert table(found, "delivery")[["lot_code", "plot_code", "quantity_kg"]].to_numpy().tolist() == [
        ["L-1", "T-1", 412.5]
    ]
    assert ("E2", "4,125 tạ", "412.5", "unit") in rules(found)
    assert found.land[0].area_ha == 1.35


def test_titles_above_blank_rows_and_totals_are_skipped():
    rows = [
        ["HỢP TÁC XÃ MẪU"],
        [],
        ["Deliveries 2025/26", None],
        [None, *DELIVERIES[0]],
        [None, *DELIVERIES[1]],
        [],
        [None, "Tổng cộng", None, None, None, 412.5],
    ]
    found = read_cells(book(Deliveries=rows))
    assert not told(found)
    assert len(table(found, "delivery")) == 1
    assert table(found, "delivery")["src_row"].tolist() == [5]
    assert ("row 7", "Tổng cộng", "", "total-row-skipped") in rules(found)
    assert found.seen["Deliveries"] == found.taken["Deliveries"] == 1


def test_headings_may_be_misspelt_but_codes_may_not():
    found = read_cells(
        book(
            Plots=[
                ["Plot code", "Producer code", "Longuitude", "Latitude"],
                ["T-014-1", "NH-0I4", "108,056789", "12,712345"],
            ]
        )
    )
    assert ("C1", "Longuitude", "Longitude", "heading") in rules(found)
    assert table(found, "plot")["producer_code"].tolist() == ["NH-0I4"], "a code is never corrected by likeness"


def test_codes_are_cleaned_and_the_change_is_logged():
    found = read_cells(book(Plots=[PLOTS[0], [" t - 014-1 ", "nh\u2013014"]]))
    assert table(found, "plot")[["code", "producer_code"]].to_numpy().tolist() == [["T-014-1", "NH-014"]]
    assert ("A2", " t - 014-1 ", "T-014-1", "code") in rules(found)


def test_zeros_lost_by_the_spreadsheet_come_back_only_where_one_code_fits():
    producers = [PRODUCERS[0], ["0014", "A"], ["014", "B"], ["0021", "C"]]
    plots = [PLOTS[0], ["T-1", 14.0], ["T-2", 21.0]]
    found = read_cells(book(Producers=producers, Plots=plots, Deliveries=[DELIVERIES[0]]))
    assert table(found, "plot")["producer_code"].tolist() == ["14", "0021"]
    assert ("row 3", "21", "0021", "leading-zeros") in rules(found)


@pytest.mark.parametrize(
    ("cell", "kg"),
    [
        (412.5, 412.5),
        ("412,5", 412.5),
        ("1.234,5 kg", 1234.5),
        ("0,4125 tonne", 412.5),
        (412.50049, 412.5),
        ("412.5\u00a0", 412.5),
    ],
)
def test_weights(cell, kg):
    found = read_cells(book(Deliveries=[DELIVERIES[0], [*DELIVERIES[1][:4], cell]]))
    assert not told(found)
    assert table(found, "delivery")["quantity_kg"].tolist() == [kg]


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("1.234", "two numbers"),
        ("many", "no number"),
        (0, "no weight"),
        (-5.0, "no weight"),
        ("5 tạ", "'tạ' is not known here, only in VN"),
        ("3 bao", "'bao' is not known"),
        (None, "is empty"),
        ("#REF!", "formula"),
        (True, "no number"),
    ],
)
def test_a_weight_that_is_none_leaves_the_row_out_and_says_why(cell, why):
    found = read_cells(book(Deliveries=[DELIVERIES[0], [*DELIVERIES[1][:4], cell], DELIVERIES[1]]))
    assert len(table(found, "delivery")) == 1
    assert found.seen["Deliveries"] == 2
    (issue,) = [one for one in found.issues if one.severity == "error"]
    assert (issue.sheet, issue.cell) == ("Deliveries", "E2")
    assert why in issue.why
    assert issue.fix
    assert found.left_out[0].row == 2


def test_the_language_of_the_workbook_decides_a_doubtful_number():
    rows = [DELIVERIES[0], [*DELIVERIES[1][:4], "1.234"]]
    for lang, kg in (("vi", 1234.0), ("en", 1.234)):
        found = read_cells(book(Deliveries=rows), lang=lang)
        assert table(found, "delivery")["quantity_kg"].tolist() == [kg]
        assert any(change.rule == "number-of-workbook-language" for change in found.changes)


def test_another_number_of_the_column_decides_before_the_language():
    rows = [DELIVERIES[0], [*DELIVERIES[1][:4], "1.234"], [*DELIVERIES[1][:4], "12,5"]]
    found = read_cells(book(Deliveries=rows), lang="en")
    assert table(found, "delivery")["quantity_kg"].tolist() == [1234.0, 12.5]


def test_a_unit_is_of_a_country():
    rows = [[*DELIVERIES[0], "unit"], [*DELIVERIES[1][:4], 2.0, None, "carga"]]
    assert table(read_cells(book(Deliveries=rows), country="HN"), "delivery")["quantity_kg"].tolist() == [181.44]
    assert table(read_cells(book(Deliveries=rows), country="CO"), "delivery")["quantity_kg"].tolist() == [250.0]
    assert "only in CO, HN" in read_cells(book(Deliveries=rows)).issues[0].why


def test_dates_of_a_column_with_the_month_first_are_doubtful():
    rows = [
        DELIVERIES[0],
        ["11/15/2025", *DELIVERIES[1][1:]],
        ["05/06/2025", *DELIVERIES[1][1:]],
        ["15 Nov 2025", *DELIVERIES[1][1:]],
    ]
    found = read_cells(book(Deliveries=rows))
    assert table(found, "delivery")["delivered_on"].tolist() == ["2025-11-15"]
    assert told(found) == [("Deliveries", "A2", "11/15/2025"), ("Deliveries", "A3", "05/06/2025")]


def test_excel_days_and_ethiopian_months():
    rows = [DELIVERIES[0], [45976.0, *DELIVERIES[1][1:]], ["05/13/2018", *DELIVERIES[1][1:]]]
    found = read_cells(book(Deliveries=rows))
    assert ("A2", "45976", "2025-11-15", "excel-day") in rules(found)
    assert "Ethiopian" in next(issue for issue in found.issues if issue.cell == "A3").fix


def test_an_optional_cell_is_left_out_with_a_warning_and_its_row_kept():
    rows = [DELIVERIES[0], [*DELIVERIES[1][:5], "last week"]]
    found = read_cells(book(Deliveries=rows))
    assert len(table(found, "delivery")) == 1
    assert told(found, "warning") == [("Deliveries", "F2", "last week")]


def test_a_code_turned_into_a_date_is_refused():
    found = read_cells(book(Plots=[PLOTS[0], ["2025-04-03", "NH-014"]]))
    assert told(found) == [("Plots", "A2", "2025-04-03")]
    assert "date" in found.issues[0].why


def test_a_word_not_on_the_list_names_the_list():
    found = read_cells(book(Lots=[LOTS[0], ["L-1", "bulk", "cherries picked", "2025-11-15"]]))
    assert "cherry, dried cherry" in found.issues[0].fix
    assert found.issues[0].cell == "C2"


def test_a_missing_required_column_is_named_in_both_languages():
    found = read_cells(book(Deliveries=[["Lot", "Producer", "kg"], ["ML03-C", "NH-014", 412.5]]), lang="vi")
    (issue,) = [one for one in found.issues if one.severity == "error"]
    assert "Delivery date / Ngày nhập" in issue.why
    assert (found.seen["Deliveries"], found.taken["Deliveries"]) == (1, 0)


def test_ties_stop():
    found = read_cells(book(Lots=[["Ma lo", "Loai", "Form", "Created on"], ["L-1", "bulk", "cherry", "2025-11-15"]]))
    assert any("could mean Type or Species" in issue.why for issue in found.issues)
    assert len(table(found, "lot")) == 0
    twice = read_cells(book(Plots=[["Plot code", "Mã thửa", "Producer"], ["T-1", "T-2", "NH-014"]]))
    assert any("is Plot code already" in issue.why for issue in twice.issues)


def test_unknown_columns_and_sheets_are_told_but_stop_nothing():
    found = read_cells(
        book(Producers=[["Producer code", "Name", "Shoe size"], ["NH-014", "Y Blơm", 41]], Weather=[["rain"], [3]])
    )
    assert told(found) == []
    assert {value for _, _, value in told(found, "note")} == {"Shoe size", "Weather"}


PROCESSING = ["Process number", "Step", "Date", "Input lot", "Input weight", "Output lot", "Output weight", "Kind"]


def processing(*rows):
    return read_cells(book(Processing=[PROCESSING, *rows]))


def test_rows_with_one_number_are_one_process():
    found = processing(
        ["CB-027", "dry mill", "2026-01-10", "ML03-C", 140, "ML03-G", 105, "main"],
        ["CB-027", None, None, None, None, "ML03-L", 9, "by-product"],
        ["CB-027", None, None, None, None, None, 26, "loss"],
    )
    assert not told(found)
    assert table(found, "process")[["code", "type", "date_start"]].to_numpy().tolist() == [
        ["CB-027", "dry_mill", "2026-01-10"]
    ]
    assert table(found, "process_line")[["direction", "lot_code", "quantity_kg"]].to_numpy().tolist() == [
        ["in", "ML03-C", 140.0], ["out", "ML03-G", 105.0], ["byproduct", "ML03-L", 9.0], ["loss", None, 26.0],
    ]  # fmt: skip


def test_two_losses_of_a_process_are_one():
    found = processing(
        ["A", "dry mill", "2026-01-10", "ML03-C", 140, "ML03-G", 105, "main"],
        ["A", None, None, None, None, None, 20, "loss"],
        ["A", None, None, None, None, None, 6.5, "loss"],
    )
    assert not told(found)
    lines = table(found, "process_line")
    assert lines.loc[lines["direction"] == "loss", "quantity_kg"].tolist() == [26.5]


@pytest.mark.parametrize(
    ("rows", "cell", "why"),
    [
        (
            [
                ["A", "dry mill", "2026-01-10", "X", 140, "Y", 105, None],
                ["A", None, None, "X", 140, "Z", 9, "by-product"],
            ],
            "D3",
            "row 2 already",
        ),
        ([["A", "dry mill", "2026-01-10", "X", None, "Y", 105, None]], "E2", "without a weight"),
        ([["A", "dry mill", "2026-01-10", "X", 140, None, 105, None]], "F2", "without a lot"),
        ([["A", "dry mill", "2026-01-10", "X", 140, "Y", 5, "loss"]], "F2", "a loss has no lot"),
        ([["A", "dry mill", "2026-01-10", None, None, None, None, None]], "D2", "neither"),
        (
            [["A", "dry mill", "2026-01-10", "X", 1, "Y", 1, None], ["A", "merge", None, "Z", 1, None, None, None]],
            "B3",
            "row above",
        ),
    ],
    ids=["lot twice", "no weight", "no lot", "loss with a lot", "nothing", "two steps"],
)
def test_a_process_that_contradicts_itself(rows, cell, why):
    found = processing(*rows)
    (issue,) = [one for one in found.issues if one.severity == "error"]
    assert issue.cell == cell
    assert why in issue.why


def test_micro_lots_need_their_stream_and_declare_their_plots():
    plots = [[*PLOTS[0], "Micro-lots it is declared for"], ["T-014-1", "NH-014", "ML03; ml04"]]
    lots = [
        [*LOTS[0], "Stream"],
        ["A", "micro", "cherry", "2025-11-15", "ML03"],
        ["B", "micro", "cherry", "2025-11-15", None],
    ]
    found = read_cells(book(Plots=plots, Lots=lots))
    assert told(found) == [("Lots", "E3", "")]
    assert table(found, "stream_plot")[["stream_code", "plot_code"]].to_numpy().tolist() == [
        ["ML03", "T-014-1"],
        ["ML04", "T-014-1"],
    ]
    assert table(found, "stream")[["code", "type"]].to_numpy().tolist() == [["ML03", "micro"], ["ML04", "micro"]]


def test_the_same_rows_get_the_same_receipt_numbers_wherever_they_stand():
    other = ["2025-11-16", *DELIVERIES[1][1:]]
    first = table(read_cells(book(Deliveries=[*DELIVERIES, other])), "delivery")["code"].tolist()
    second = table(read_cells(book(Deliveries=[DELIVERIES[0], other, DELIVERIES[1]])), "delivery")["code"].tolist()
    assert first == second[::-1]
    twice = table(read_cells(book(Deliveries=[*DELIVERIES, DELIVERIES[1]])), "delivery")["code"].tolist()
    assert len(set(twice)) == 2


def test_the_producer_of_a_delivery_follows_from_its_plot():
    rows = [DELIVERIES[0], ["2025-11-15", "ML03-C", None, "T-014-1", 412.5, None]]
    found = read_cells(book(Deliveries=rows))
    assert table(found, "delivery")["producer_code"].tolist() == ["NH-014"]
    assert any(change.rule == "producer-of-plot" for change in found.changes)


def test_shipments_become_consignments():
    head = ["Shipment code", "Lot", "kg", "Ship date", "Buyer", "Buyer's country", "HS code", "DDS reference"]
    rows = [
        head,
        ["E-1", "ML03-G", 60, "2026-02-01", "Importer", "Germany", 90111.0, "26BE7XTVCZAQ2S"],
        ["E-1", "ML03-C", 40, None, None, None, None, None],
    ]
    found = read_cells(book(Shipments=rows))
    assert not told(found)
    assert table(found, "consignment")[["code", "buyer", "buyer_country", "ship_date"]].to_numpy().tolist() == [
        ["E-1", "Importer", "DE", "2026-02-01"]
    ]
    assert table(found, "consignment_line")[["lot_code", "quantity_kg", "hs_code"]].to_numpy().tolist() == [
        ["ML03-G", 60.0, "090111"],
        ["ML03-C", 40.0, None],
    ]
    assert table(found, "statement")[["code", "reference", "kind", "source"]].to_numpy().tolist() == [
        ["26BE7XTVCZAQ2S", "26BE7XTVCZAQ2S", "dds", "own"]
    ]
    covered = table(found, "statement_lot")[["statement_code", "consignment_code", "lot_code"]].to_numpy().tolist()
    assert covered == [["26BE7XTVCZAQ2S", "E-1", "ML03-G"], ["26BE7XTVCZAQ2S", "E-1", "ML03-C"]]


def test_every_heading_of_a_sheet_means_one_column():
    from eudr_geo.base.cells import match_heading

    for sheet in sheets():
        for field in sheet.fields:
            for lang in ("en", "vi"):
                assert match_heading(field.heading(lang), sheet.dictionary()) == (field.key,), (
                    sheet.key,
                    field.key,
                    lang,
                )
