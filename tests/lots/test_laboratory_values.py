"""What a laboratory writes: below a limit, not detected, so many of so many. Never a reading, and never lost."""

import openpyxl
import pytest

from eudr_geo.checks.checking import check_lots
from eudr_geo.lots.sheets import sheet
from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.quality import Measurement
from eudr_geo.model.workbook import book_of
from eudr_geo.outputs.workbook.writing import write_book, write_corrected
from eudr_geo.project.importing import apply_book, preview_book
from eudr_geo.sources.workbook.reading import read_book
from eudr_geo.store import create_store
from eudr_geo.words.saying import in_language

LOT = {"code": "G", "form": "green", "created_on": "2025-11-15", "quantity_kg": 100.0, "hs_code": "090111"}
NOW = "2026-01-15T08:00:00Z"


def workbook(path, *rows, lang="en"):
    write_book(path, lang=lang, stage=360, book=book_of({"lot": [LOT]}))
    book = openpyxl.load_workbook(path)
    spec = sheet("measurements")
    page = book[spec.title(lang)]
    for at, row in enumerate(rows, start=2):
        for key, value in {"lot": "G", "indicator": "chlorpyrifos", **row}.items():
            page.cell(at, [one.key for one in spec.fields].index(key) + 1, value)
    book.save(path)
    return path


def read(tmp_path, *rows, lang="en"):
    return read_book(workbook(tmp_path / "book.xlsx", *rows, lang=lang), country="VN")


def measured(reading):
    frame = reading.book.table("measurement")
    return list(zip(frame["value"], frame["is_below"], frame["out_of"], frame["unit"], strict=True))


BELOW = ["<0.01", "< 0,01", "＜ 0.01", "KPH (LOD = 0,01)", "ND (<0.01)", "n.d. < 0.01"]
NOT_FOUND = [
    "nd", "ND", "n.d.", "N.D.", "KPH", "kph", "Không phát hiện", "không phát hiện", "no detectado", "non détecté",
    "não detectado", "tidak terdeteksi", "not detected", "<LOQ",
]  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "vi", "es", "fr", "pt", "id"])
@pytest.mark.parametrize("cell", BELOW)
def test_below_a_limit_is_the_limit_and_below(tmp_path, cell, lang):
    reading = read(tmp_path, {"value": cell, "unit": "mg/kg"}, lang=lang)
    assert measured(reading) == [(0.01, True, None, "mg/kg")]
    assert reading.errors() == ()
    (change,) = reading.changes
    assert (change.cell, change.before) == ("C2", cell)
    assert change.after == "below 0.01, the limit of quantification"
    assert in_language(change.after, "vi") == "dưới 0.01, giới hạn định lượng"


@pytest.mark.parametrize("cell", NOT_FOUND)
def test_not_detected_without_a_limit_has_no_value(tmp_path, cell):
    reading = read(tmp_path, {"value": cell})
    assert measured(reading) == [(None, True, None, None)]
    assert [(one.before, str(one.after)) for one in reading.changes] == [(cell, "not detected")]


@pytest.mark.parametrize(("cell", "value"), [("18/20", 18.0), ("18 / 20", 18.0), ("0/20", 0.0)])
def test_a_count_is_of_so_many(tmp_path, cell, value):
    reading = read(tmp_path, {"indicator": "PPE", "value": cell})
    assert measured(reading) == [(value, False, 20.0, None)]
    assert [(one.before, str(one.after)) for one in reading.changes] == [(cell, f"{value:g} of 20")]


def test_the_columns_say_the_same_as_the_cell(tmp_path):
    rows = (
        {"value": 0.01, "below": "yes"},
        {"below": "yes"},
        {"value": 18, "out_of": 20},
        {"value": "18/20", "out_of": 20},
    )
    assert measured(read(tmp_path, *rows)) == [
        (0.01, True, None, None), (None, True, None, None), (18.0, False, 20.0, None), (18.0, False, 20.0, None),
    ]  # fmt: skip


def test_laboratories_with_other_decimal_marks_stand_in_one_column(tmp_path):
    rows = ({"value": "<0.01"}, {"value": "11,8 %"}, {"value": "12.4"}, {"value": "< 0,05"})
    reading = read(tmp_path, *rows)
    assert [value for value, *_ in measured(reading)] == [0.01, 11.8, 12.4, 0.05]
    assert measured(reading)[1][3] == "%"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"value": "<"}, "names no limit above 0"),
        ({"value": "<0"}, "names no limit above 0"),
        ({"value": "20/18"}, "20 of 18 cannot be"),
        ({"value": "18/20", "out_of": 25}, "the column Out of says 25"),
        ({"value": "<0.01", "below": "no"}, "the column Below says no"),
        ({"value": "nd", "out_of": 5}, "what was not found is no count"),
        ({"value": "0.02 µg/kg", "unit": "mg/kg"}, "the value is in μg/kg, the column Unit says mg/kg"),
        ({"value": "12 or 13"}, "is no number"),
        ({"value": None}, "Value is empty"),
        ({"value": ">100"}, "is no number"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(tmp_path, row, said):
    reading = read(tmp_path, row)
    assert measured(reading) == []
    (issue,) = reading.errors()
    assert said in issue.why
    assert issue.sheet == "Measurements"


def test_a_day_that_a_spreadsheet_made_of_a_count_is_named(tmp_path):
    import datetime as dt

    reading = read(tmp_path, {"value": dt.date(2026, 5, 3)})
    (issue,) = reading.errors()
    assert issue.why == "the spreadsheet made the day 2026-05-03 of the value"


def test_units_of_one_spelling(tmp_path):
    reading = read(tmp_path, {"value": "< 10 ug/kg", "unit": "µg/kg"}, {"value": "0,02 mg/kg"})
    assert measured(reading) == [(10.0, True, None, "µg/kg"), (0.02, False, None, "mg/kg")]


WHOLE = {
    "value": "<0.01", "unit": "mg/kg", "date": "2026-01-10", "sample": "S-7", "lab": "Lab A", "method": "LC-MS/MS",
    "limit_low": 0, "limit_high": 0.01, "file": "s7.pdf", "pair": "day 3",
}  # fmt: skip


def test_what_a_laboratory_says_is_stored_corrected_read_again_and_written_back(tmp_path):
    path = workbook(tmp_path / "book.xlsx", WHOLE, {"value": "nd"}, {"indicator": "PPE", "value": "18/20"})
    with create_store(tmp_path / "p.gpkg", organisation="Coop", country="VN") as store:
        reading = read_book(path, country="VN")
        apply_book(store, preview_book(store, reading.book, reading.file), now=NOW, who="thu")
        kept = store.table(Measurement)
        assert kept["sample"].tolist()[0] == "S-7"
        assert kept["limit_value"].tolist()[0] == 0.01
        assert kept["pair"].tolist()[0] == "day 3"
        workbook(path, WHOLE | {"value": "<0.02"}, {"value": 0.03}, {"indicator": "PPE", "value": "19/20"})
        reading = read_book(path, country="VN")
        plan = preview_book(store, reading.book, reading.file)
        assert (plan.new, {name: len(rows) for name, rows in plan.changed.items()}) == ({}, {"measurement": 3})
        apply_book(store, plan, now=NOW, who="thu")
        kept = store.table(Measurement)
        assert kept["value"].tolist() == [0.02, 0.03, 19.0]
        assert [bool(one) for one in kept["is_below"]] == [True, False, False]
        write_book(tmp_path / "back.xlsx", lang="vi", stage=360, book=store.lot_book())
        store.undo(now=NOW, who="thu")
        assert store.table(Measurement)["value"].isna().tolist() == [False, True, False]
    back = read_book(tmp_path / "back.xlsx")
    assert (back.changes, back.issues) == ((), ())
    assert measured(back)[0] == (0.02, True, None, "mg/kg")


def test_a_corrected_copy_says_the_same(tmp_path):
    reading = read(tmp_path, WHOLE, {"value": "nd"}, {"indicator": "PPE", "value": "18/20"}, {"value": "<"})
    write_corrected(tmp_path / "corrected.xlsx", reading)
    again = read_book(tmp_path / "corrected.xlsx", country="VN")
    assert measured(again) == measured(reading)
    assert len(measured(again)) == 3
    assert [str(one.why) for one in again.errors()] == [str(one.why) for one in reading.errors()]


SHIPPED = {
    "lot": [LOT],
    "consignment": [{"code": "EX1", "ship_date": "2026-03-01", "buyer": "B"}],
    "consignment_line": [{"consignment_code": "EX1", "lot_code": "G", "quantity_kg": 50.0}],
    "plot": [{"code": "T-1", "producer_code": "H-1", "commodity": "coffee"}],
    "producer": [{"code": "H-1", "name": "P"}],
    "delivery": [{"code": "R1", "lot_code": "G", "plot_code": "T-1", "producer_code": "H-1", "quantity_kg": 100.0}],
}


def rules(**value):
    rows = [
        {"lot_code": "G", "indicator": what, "date": "2026-02-01", "number": 1, "is_below": False, **value}
        for what in ("moisture", "stock")
    ]
    found: LotBook = book_of({**SHIPPED, "measurement": rows})
    return {one.rule for one in check_lots(found).findings}


def test_no_rule_takes_a_limit_or_a_count_for_a_reading():
    without = {one.rule for one in check_lots(book_of(SHIPPED)).findings}
    assert rules(value=14.0) - without == {"too-moist-to-ship", "stock-mismatch"}, "a reading is looked at"
    assert rules(value=14.0, is_below=True) == without
    assert rules(value=None, is_below=True) == without
    assert rules(value=14.0, out_of=15.0) == without
