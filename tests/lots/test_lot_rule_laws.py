"""Laws of all lot rules together, on books nobody thought of."""

import math
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lot_books import book_of, delivery, land, line, lot
from tests_helpers import examples

from eudr_geo.checks.checking import check_lots
from eudr_geo.model.lot_book import BOOK_TABLES, columns

POOLS = {
    "lot_code": ["L1", "L2", "L3", "L4"],
    "plot_code": ["P1", "P2", "P3"],
    "producer_code": ["H-P1", "H-P2"],
    "stream_code": ["ML", "BULK"],
    "process_code": ["M-1", "M-2", "M-3"],
    "location_code": ["S-1", "S-2"],
    "parent_code": ["S-1", "S-2"],
    "season_code": ["2025/26"],
    "crop_year": ["2025/26", "2024/25"],
    "consignment_code": ["E-1", "E-2"],
    "organisation_code": ["COOP", "EXP"],
    "custodian_code": ["COOP", "EXP"],
    "from_org": ["COOP", "EXP"],
    "to_org": ["COOP", "EXP"],
    "collector_code": ["COOP"],
    "form": ["cherry", "dried_cherry", "wet_parchment", "dry_parchment", "green", "roasted", "other"],
    "direction": ["in", "out", "byproduct", "loss"],
    "storage_mode": ["exclusive", "loose", "labelled"],
    "kind": ["silo", "tank", "warehouse", "patio"],
    "species": ["Coffea arabica", "Coffea canephora"],
    "country": ["VN", "ET", "XX"],
    "equipment": ["huller 1"],
    "indicator": ["stock_kg", "moisture"],
    "unit": ["kg", "bag"],
}
OWN_CODES = {
    "lot": POOLS["lot_code"],
    "plot": POOLS["plot_code"],
    "producer": POOLS["producer_code"],
    "stream": POOLS["stream_code"],
    "process": POOLS["process_code"],
    "location": POOLS["location_code"],
    "season": POOLS["season_code"],
    "consignment": POOLS["consignment_code"],
    "organisation": POOLS["organisation_code"],
}
TYPES = {
    "stream": ["micro", "bulk"],
    "process": ["wet_mill", "dry_mill", "merge", "split", "blend", "repack", "grade", "sort", "roast", "dry"],
}
DAYS = [f"2025-{month:02}-{day:02}" for month in (6, 10, 11, 12) for day in (1, 15)] + ["2026-01-10", "2027-02-28"]
DATES = {"created_on", "sealed_on", "delivered_on", "harvested_from", "harvested_to", "date_start", "date_end",
         "ship_date", "from_date", "to_date", "date_sent", "date_received", "last_emptied", "cleaned_on", "date",
         "start", "end", "submitted_on", "accepted_on"}  # fmt: skip
WEIGHTS = [0.0, 0.4, 9.0, 60.0, 100.0, 105.0, 170.0, 1000.0, 1e9]


def cell(table, column, chance):
    """Something that a cell of this column may hold; nothing at all is always possible, but a row has its code."""
    kind = str(BOOK_TABLES[table].__table__.c[column].type)
    if column == "code":
        return chance.choice(OWN_CODES.get(table, ["X-1", "X-2", "X-3"]))
    if column.startswith("src_") or column == "geometry":
        return None
    if column in DATES:
        return chance.choice([*DAYS, None])
    if kind == "DOUBLE":
        return chance.choice([*([8.0, 12.0, 55.0] if "percent" in column else WEIGHTS), None])
    if kind == "INTEGER":
        return chance.choice([0, 1, 7, 2023, None])
    if kind == "BOOLEAN":
        return chance.choice([True, False, None])
    pool = TYPES.get(table, []) if column == "type" else POOLS.get(column, ["a", "b"])
    return chance.choice([*pool, None])


TABLES = ["organisation", "producer", "plot", "season", "stream", "stream_plot", "location", "lot", "delivery", "process",
          "process_line", "consignment", "consignment_line", "storage_stay", "handover", "measurement",
          "statement", "statement_lot"]  # fmt: skip


def wild_book(seed):
    """Rows of anything, by a number: drawing each cell from Hypothesis would take most of the time of the suite."""
    chance = random.Random(seed)
    tables = {
        name: [{column: cell(name, column, chance) for column in columns(name)} for _ in range(chance.randint(0, 6))]
        for name in TABLES
    }
    tables["plot_version"] = [
        {
            "plot_code": chance.choice(POOLS["plot_code"]),
            "version": number + 1,
            "area_ha": chance.choice([0.02, 1.2, 30.0]),
            "valid_from": chance.choice([*DAYS, None]),
            "valid_to": chance.choice([*DAYS, None]),
        }
        for number in range(chance.randint(0, 4))
    ]
    return tables


BOOKS = st.integers(0, 2**32).map(wild_book)
SLOW = settings(max_examples=examples(20), suppress_health_check=list(HealthCheck))


def found(tables):
    result = check_lots(book_of(tables))
    assert not result.tool_errors
    return result.findings


@SLOW
@given(BOOKS)
def test_no_book_makes_a_rule_fail(tables):
    for finding in found(tables):
        assert finding.message
        assert finding.hint
        assert "{" not in finding.message + finding.hint
        assert "nan" not in finding.message.split()


@pytest.mark.parametrize("first", [0, 100])
def test_no_book_of_a_row_of_books_makes_a_rule_fail(first):
    """Among them more bought with a statement than a lot holds, and statements of lots without a number."""
    assert sum(len(found(wild_book(seed))) for seed in range(first, first + 30))


@st.composite
def chains(draw):
    """A book in which everything is right: plots of two streams, each milled to green coffee and shipped."""
    plots = [f"P{i}" for i in range(draw(st.integers(2, 12)))]
    cut = draw(st.integers(1, len(plots) - 1))
    tables = land(*plots) | {
        "season": [{"code": "2025/26", "country": "VN", "start": "2025-10-01", "end": "2026-03-31"}],
        "plot_version": [{"plot_code": plot, "version": 1, "area_ha": 2.0, "valid_from": "2025-01-01"} for plot in plots],
        "stream": [], "stream_plot": [], "lot": [], "delivery": [], "process": [], "process_line": [],
        "consignment": [{"code": "E-1", "buyer": "Importer", "buyer_country": "DE", "ship_date": "2026-02-01"}],
        "consignment_line": [],
    }  # fmt: skip
    for stream, kind, own in (("ML", "micro", plots[:cut]), ("BULK", "bulk", plots[cut:])):
        tables["stream"].append({"code": stream, "type": kind, "season_code": "2025/26"})
        tables["stream_plot"] += [{"stream_code": stream, "plot_code": plot} for plot in own]
        weights = [draw(st.integers(50, 900)) / 1.0 for _ in own]
        cherry, lost = sum(weights), draw(st.floats(0.15, 0.2))
        green = cherry * lost
        lots = (("C", "cherry", cherry, "2025-11-15"), ("G", "green", green, "2026-01-10"))
        tables["lot"] += [
            lot(f"{stream}-{end}", form, kg, stream_code=stream, created_on=day) for end, form, kg, day in lots
        ]
        tables["delivery"] += [
            delivery(f"R-{plot}", f"{stream}-C", plot, kg) for plot, kg in zip(own, weights, strict=True)
        ]
        tables["process"].append({"code": f"M-{stream}", "type": "dry_mill", "date_start": "2026-01-10"})
        tables["process_line"] += [
            line(f"M-{stream}", "in", f"{stream}-C", cherry), line(f"M-{stream}", "out", f"{stream}-G", green),
        ]  # fmt: skip
        tables["consignment_line"].append(
            {"consignment_code": "E-1", "lot_code": f"{stream}-G", "quantity_kg": green, "hs_code": "090111"}
        )
    tables["season"][0]["output_kg"] = tables["lot"][1]["quantity_kg"] / 0.07  # the micro-lot is 7 % of it
    return tables


@SLOW
@given(chains())
def test_a_clean_book_has_no_finding(tables):
    assert [finding.message for finding in found(tables)] == []


def said(tables):
    """What a reader sees of findings, without their place in the file."""
    return sorted((one.rule, one.severity, one.subject, one.code, one.message) for one in found(tables))


def _first_of_each_code(rows):
    if not rows or "code" not in rows[0]:
        return rows
    return list({row["code"]: row for row in reversed(rows)}.values())[::-1]


@SLOW
@given(chains(), BOOKS, st.integers(0, 2**32).map(random.Random))
def test_the_order_of_rows_changes_nothing(clean, wild, chance):
    """Codes that are unique: of two rows with one code the first one counts, and duplicate-code says so."""
    tables = clean | {name: _first_of_each_code(rows) for name, rows in wild.items()}
    shuffled = {name: chance.sample(rows, len(rows)) for name, rows in tables.items()}
    assert said(shuffled) == said(tables)


def test_what_the_order_of_rows_once_changed():
    """Books on which the same findings were told of other lots, or with another day, when the rows came shuffled."""
    for seed in (31, 123, 834, 1059, 100482, 101026, 101127, 1203):
        tables = {name: _first_of_each_code(rows) for name, rows in wild_book(seed).items()}
        chance = random.Random(seed)
        shuffled = {name: chance.sample(rows, len(rows)) for name, rows in tables.items()}
        assert said(shuffled) == said(tables)


@pytest.mark.slow
def test_a_big_clean_book_is_judged_in_time():
    """50 000 deliveries; the suite's own limit of time is the judge of what is unbearable."""
    chance = random.Random(7)
    plots = [f"P{i:05}" for i in range(2_000)]
    weights = [(chance.choice(plots), float(chance.randint(20, 60))) for _ in range(50_000)]
    tables = land(*plots) | {
        "lot": [lot("DAY", "cherry", math.fsum(kg for _, kg in weights))],
        "delivery": [delivery(f"R-{i:05}", "DAY", plot, kg) for i, (plot, kg) in enumerate(weights)],
        "plot_version": [{"plot_code": plot, "version": 1, "area_ha": 2.0} for plot in plots],
    }
    assert list(found(tables)) == []
