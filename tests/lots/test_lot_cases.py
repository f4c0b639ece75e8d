"""Every lot rule on its cases: a failing book provokes its rule and no other error, a passing one nothing unexpected."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from lot_books import book_of, delivery, land, line, lot, reject_into_bulk

from eudr_geo.checks import catalogue
from eudr_geo.checks.checking import check_lots
from eudr_geo.model.lot_book import BOOK_TABLES
from eudr_geo.model.source import Source
from eudr_geo.outputs.workbook.writing import book_bytes
from eudr_geo.sources.readers import read_sheets
from eudr_geo.sources.workbook.sheets import read_cells

CASES = Path(__file__).parents[1] / "rules" / "cases"
LOT_RULES = sorted(code for code, rule in catalogue.load().items() if rule.scope == "lot")


def case_files() -> list[Path]:
    return [path for code in LOT_RULES for path in sorted((CASES / code).glob("*.json"))]


def book_of_case(case):
    """The book of a case, judged on its day."""
    book = book_of({name: rows for name, rows in case.items() if name in {*BOOK_TABLES, "plot_version"}})
    return replace(book, today=case.get("today", ""), superseded=case.get("superseded", {}))


@pytest.mark.parametrize("path", case_files(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path):
    case = json.loads(path.read_text(encoding="utf-8"))
    result = check_lots(book_of_case(case))
    assert not result.tool_errors
    code, also = path.parent.name, set(case.get("also", []))
    found = {finding.rule for finding in result.findings}
    if path.name.startswith("pass"):
        assert code not in found
        assert found == also
    else:
        assert code in found
        assert {finding.rule for finding in result.findings.errors()} - {code} == also
    for finding in result.findings:
        assert finding.code
        assert "{" not in finding.message + finding.hint


@pytest.mark.parametrize(
    ("name", "severity"),
    [("fail-three-percent", "warning"), ("fail-ten-percent", "error")],
)
def test_a_mismatch_grows_from_a_warning_to_an_error(name, severity):
    case = json.loads((CASES / "inflow-mismatch" / f"{name}.json").read_text(encoding="utf-8"))
    result = check_lots(book_of({key: rows for key, rows in case.items() if key in BOOK_TABLES}))
    assert [(finding.rule, finding.severity) for finding in result.findings] == [("inflow-mismatch", severity)]


def codes(tables) -> list[str]:
    """Each rule that found something, with how severe it is."""
    return sorted({f"{finding.rule} {finding.severity}" for finding in check_lots(book_of(tables)).findings})


def clean_micro_lot():
    return land("P1") | {
        "stream": [{"code": "ML01", "type": "micro"}],
        "stream_plot": [{"stream_code": "ML01", "plot_code": "P1"}],
        "lot": [lot("C", "cherry", 1000.0, stream_code="ML01"), lot("G", "green", 170.0, stream_code="ML01")],
        "delivery": [delivery("R-1", "C", "P1", 1000.0)],
        "process": [{"code": "M-1", "type": "dry_mill", "date_start": "2026-01-10"}],
        "process_line": [line("M-1", "in", "C", 1000.0), line("M-1", "out", "G", 170.0)],
    }


def pooled_day_lot():
    plots = [f"P{i}" for i in range(1, 101)]
    return land(*plots) | {
        "lot": [lot("DAY", "cherry", 100 * 37.5)],
        "delivery": [delivery(f"R-{plot}", "DAY", plot, 37.5) for plot in plots],
    }


def changed(tables, table, row, **values):
    rows = [dict(one) for one in tables[table]]
    rows[row] |= values
    return tables | {table: rows}


def micro_plot_outside_list():
    book = clean_micro_lot()
    more = land("P1", "P9")
    return book | more | {"delivery": [delivery("R-1", "C", "P1", 900.0), delivery("R-2", "C", "P9", 100.0)]}


def cycle():
    book = clean_micro_lot()
    book["lot"] = [*book["lot"], lot("X", "green", 170.0, stream_code="ML01")]
    book["lot"][1] = book["lot"][1] | {"quantity_kg": 340.0}
    book["process"] = [
        *book["process"],
        *({"code": code, "type": "repack", "date_start": "2026-01-10"} for code in ("M-2", "M-3")),
    ]
    moves = [
        line("M-2", "in", "G", 170.0),
        line("M-2", "out", "X", 170.0),
        line("M-3", "in", "X", 170.0),
        line("M-3", "out", "G", 170.0),
    ]
    return book | {"process_line": [*book["process_line"], *moves]}


def shipped(kg=170.0, day="2026-02-01"):
    return {
        "consignment": [{"code": "E-1", "buyer": "Importer", "ship_date": day}],
        "consignment_line": [{"consignment_code": "E-1", "lot_code": "G", "quantity_kg": kg, "hs_code": "090111"}],
    }


def duplicate_ids_with_blanks():
    book = clean_micro_lot()
    producers = [*book["producer"], {"code": "H-P1 ", "name": "Y P1"}, {"code": "h - p1", "name": "Y P1"}]
    return book | {"producer": producers}


def opening_stock():
    return {"lot": [lot("OLD", "green", 900.0, opening_stock=True)]}


def two_lots(mode, **stays):
    """Two lots of parchment in one place at one time."""
    common = {"location_code": "S-1"}
    return land("P1", "P2") | {
        "lot": [lot("A", "dry_parchment", 200.0), lot("B", "dry_parchment", 300.0)],
        "delivery": [
            delivery("R-1", "A", "P1", 200.0, form="dry_parchment"),
            delivery("R-2", "B", "P2", 300.0, form="dry_parchment"),
        ],
        "location": [{"code": "S-1", "storage_mode": mode, **stays.pop("place", {})}],
        "storage_stay": [
            {"lot_code": "A", "from_date": "2025-11-16", "to_date": "2025-12-01"} | common | stays.get("first", {}),
            {"lot_code": "B", "from_date": "2025-11-20"} | common | stays.get("second", {}),
        ],
    }


def receipt_without_plot(**receipt):
    tables = land("P1", "P2") | {"lot": [lot("DAY", "cherry", 200.0)]}
    tables["plot"] = [*tables["plot"], {"code": "P1-B", "producer_code": "H-P1"}]
    return tables | {"delivery": [delivery("R-1", "DAY", None, 200.0, **receipt)]}


def handover_of(received_kg):
    return clean_micro_lot() | {
        "organisation": [{"code": "COOP", "name": "Cooperative"}, {"code": "EXP", "name": "Exporter"}],
        "handover": [
            {
                "code": "HO-1", "lot_code": "G", "from_org": "COOP", "to_org": "EXP", "date_sent": "2026-01-20",
                "quantity_sent_kg": 170.0, "date_received": "2026-01-21", "quantity_received_kg": received_kg,
            }
        ],
    }  # fmt: skip


def remapped(first_day):
    version = {"plot_code": "P1", "version": 2, "area_ha": 1.2, "valid_from": first_day}
    return clean_micro_lot() | {"plot_version": [version]}


def many_producers(count=1600):
    plots = [f"P{i:04}" for i in range(count)]
    return land(*plots) | {
        "lot": [lot("G", "green", 10.0 * count)],
        "delivery": [delivery(f"R-{plot}", "G", plot, 10.0, form="green") for plot in plots],
    } | shipped(10.0 * count)  # fmt: skip


def roasted_after_the_sale():
    """All of the green coffee was shipped in February, and some of it roasted in March."""
    book = clean_micro_lot() | shipped(170.0)
    return book | {
        "lot": [*book["lot"], lot("RO", "roasted", 42.0, stream_code="ML01")],
        "process": [*book["process"], {"code": "RO-1", "type": "roast", "date_start": "2026-03-01"}],
        "process_line": [*book["process_line"], line("RO-1", "in", "G", 50.0), line("RO-1", "out", "RO", 42.0)],
    }


FIXTURES = {
    "clean micro-lot": (clean_micro_lot(), []),
    "pooled washing-station day lot": (pooled_day_lot(), []),
    "over-draw": (clean_micro_lot() | shipped(210.0), ["over-draw error"]),
    "cycle": (cycle(), ["lot-cycle error"]),
    "orphan": ({"lot": [lot("X", "green", 50.0)]}, ["orphan-lot error"]),
    "impossible outturn": (
        changed(changed(clean_micro_lot(), "lot", 1, quantity_kg=400.0), "process_line", 1, quantity_kg=400.0),
        ["implausible-outturn error"],
    ),
    "rewetting": (
        changed(changed(clean_micro_lot(), "lot", 1, quantity_kg=1100.0), "process_line", 1, quantity_kg=1100.0),
        ["process-gains-mass error"],
    ),
    "micro plot outside list": (micro_plot_outside_list(), ["plot-outside-stream error"]),
    "reject of micro into bulk": (reject_into_bulk(), ["identity-ended note"]),
    "harvest after shipping": (
        changed(
            clean_micro_lot(),
            "delivery",
            0,
            harvested_from="2026-03-01",
            harvested_to="2026-03-02",
            delivered_on="2026-03-02",
        )
        | shipped(day="2026-02-01"),
        ["dates-out-of-order error"],
    ),
    "duplicate ids with blanks": (duplicate_ids_with_blanks(), ["duplicate-code error"]),
    "opening stock": (opening_stock(), ["unknown-origin error"]),
    "plot over cap": (
        clean_micro_lot() | {"plot_version": [{"plot_code": "P1", "version": 1, "area_ha": 0.02}]},
        ["implausible-yield error"],
    ),
    "loose co-storage": (two_lots("loose"), ["loose-co-storage error"]),
    "labelled co-storage": (two_lots("labelled", first={"label": "blue"}, second={"label": "red"}), []),
    "excess at producer level": (receipt_without_plot(producer_code="H-P1"), ["declared-in-excess warning"]),
    "regional excess refused": (
        receipt_without_plot(producer_code=None, collection_group="Central Highlands"),
        ["regional-declaration error"],
    ),
    "silo never emptied": (
        two_lots("loose", place={"kind": "silo", "capacity_kg": 900.0}),
        ["declared-in-excess warning"],
    ),
    "handover loss 3 %": (handover_of(164.9), ["custody-gap warning"]),
    "plot remapped mid-season": (remapped("2025-12-01"), ["plot-version-not-valid warning"]),
    "1 600-producer lot": (many_producers(), []),
    "roasting after green sale": (roasted_after_the_sale(), ["over-draw error"]),
}


@pytest.mark.parametrize("name", FIXTURES)
def test_fixture_gives_exactly_its_codes(name):
    assert len(FIXTURES) == 22
    tables, expected = FIXTURES[name]
    assert codes(tables) == expected


_LAND = ("plot over cap", "plot remapped mid-season")  # a workbook brings no versions of plots: the project has them


@pytest.mark.parametrize("name", [name for name in FIXTURES if name not in _LAND])
def test_fixture_gives_the_same_codes_out_of_a_workbook(name, tmp_path):
    """What a cooperative sends is a workbook: each fixture is written as one, read again, and judged."""
    tables, expected = FIXTURES[name]
    path = tmp_path / "book.xlsx"
    path.write_bytes(book_bytes(lang="vi", stage=360, book=book_of(tables)))
    found = read_cells(read_sheets(Source(path, "book.xlsx")))
    assert not [issue for issue in found.issues if issue.severity == "error"]
    result = check_lots(found.book())
    assert sorted({f"{finding.rule} {finding.severity}" for finding in result.findings}) == expected


def later_than(today):
    book = changed(clean_micro_lot(), "delivery", 0, delivered_on="2025-11-16") | shipped(day="2026-02-01")
    return [finding.message for finding in check_lots(replace(book_of(book), today=today)).findings]


def test_what_is_done_lies_before_today_and_a_shipment_may_be_planned():
    assert later_than("") == [], "the rules have no clock"
    assert later_than("2026-01-10") == [], "shipped in three weeks"
    assert later_than("2026-01-09") == ["process M-1: begun on 2026-01-10, a day still to come (today is 2026-01-09)"]
    assert "delivery R-1: delivered on 2025-11-16, a day still to come (today is 2025-11-15)" in later_than(
        "2025-11-15"
    )
    assert any("more than a year ahead" in text for text in later_than("2025-01-31"))


def test_an_empty_book_has_no_faults():
    result = check_lots(book_of({}))
    assert not result.tool_errors
    assert len(result.findings) == 0


def test_findings_say_where_the_row_stands():
    book = changed(clean_micro_lot(), "delivery", 0, producer_code="H-9", src_file="lots.xlsx", src_row=7)
    (finding,) = check_lots(book_of(book)).findings
    assert (finding.source, finding.record, finding.subject, finding.code) == ("lots.xlsx", 7, "delivery", "R-1")
    assert "H-9" in finding.message


def test_outturn_bands_are_dated_and_sourced():
    import csv
    from importlib import resources

    text = resources.files("eudr_geo").joinpath("data", "outturn_bands.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        assert 0 < float(row["usual_low"]) < float(row["usual_high"]) <= float(row["ceiling"]) < 1
        assert row["valid_from"]
        assert row["source"]


def test_a_fault_of_one_season_does_not_hide_that_of_another():
    """A lot of the season before is overdrawn: that is told under its own name, and this season is still over-shipped."""
    path = CASES / "season-over-shipped" / "fail-two-forms-in-one-mill.json"
    tables = {name: rows for name, rows in json.loads(path.read_text(encoding="utf-8")).items() if name in BOOK_TABLES}
    tables["season"].append({"code": "2023/24", "country": "VN", "start": "2023-10-01", "end": "2024-02-28"})
    tables["stream"].append({"code": "OLDER", "type": "bulk", "season_code": "2023/24"})
    tables["lot"].append({"code": "Z", "form": "green", "quantity_kg": 100.0, "stream_code": "OLDER"})
    shipped = tables["consignment_line"][0]
    tables["consignment_line"].append({**shipped, "lot_code": "Z", "quantity_kg": 160.0})
    told = {(one.rule, one.code) for one in check_lots(book_of(tables)).findings}
    assert {("over-draw", "Z"), ("season-over-shipped", "2025/26")} <= told
    # Drawn from what this season ships: then the lot that is overdrawn is the name of the fault.
    tables["lot"].append({"code": "Y", "form": "dry_parchment", "quantity_kg": 10.0, "stream_code": "NEW"})
    process = tables["process_line"][0]["process_code"]
    tables["process_line"].append({"process_code": process, "direction": "in", "lot_code": "Y", "quantity_kg": 50.0})
    told = {(one.rule, one.code) for one in check_lots(book_of(tables)).findings}
    assert ("over-draw", "Y") in told
    assert "season-over-shipped" not in {rule for rule, _ in told}
