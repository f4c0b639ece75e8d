"""Rows of the sheets behind processing: storage, handovers, measurements, offers, costs, shipments. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eudr_geo.lots.balance import tolerance_kg
from eudr_geo.sources.workbook.gathered import Cells
from eudr_geo.sources.workbook.measured_cells import measured
from eudr_geo.sources.workbook.nouns import Record, Tables, compare, fill_up, give_number, refuse_stated, values
from eudr_geo.sources.workbook.sheet_row import Row
from eudr_geo.sources.workbook.sheet_rows import AllRows
from eudr_geo.sources.workbook.statement_cells import Stated, named_beside, take_statement
from eudr_geo.sources.workbook.volumes import is_measured, weigh
from eudr_geo.words.saying import say


def storage(found: Cells, rows: AllRows) -> None:
    """Read where lots were kept, and how the place keeps them."""
    stays: set[tuple[Any, ...]] = set()
    for row in rows:
        record = values(row, found.tables, "storage_stay")
        _about_the_store(found.tables, row, record["location_code"])
        stay = (record["lot_code"], record["location_code"], record["from_date"])
        if stay in stays:
            row.fail("lot", record["lot_code"] or "", say("book:stay-twice"), say("book:stay-twice.do"))
        if record["to_date"] and record["from_date"] and str(record["to_date"]) < str(record["from_date"]):
            why = say("book:left-before", date=record["from_date"])
            row.fail("to", record["to_date"], why, say("book:left-before.do"))
        _weighed_out(row, record["quantity_kg"], record["quantity_out_kg"])
        if row.take(found.tables["storage_stay"], record):
            stays.add(stay)


def _weighed_out(row: Row, came_kg: float | None, left_kg: float | None) -> None:
    """What came out of a store is held against what went in: without both weights nobody knows the loss."""
    if left_kg is None:
        return
    if came_kg is None:
        row.fail("kg_out", left_kg, say("book:out-without-in"), say("book:out-without-in.do"))
    elif left_kg > came_kg + float(tolerance_kg(came_kg)):
        why = say("book:out-above-in", out_kg=left_kg, in_kg=came_kg)
        row.fail("kg_out", left_kg, why, say("book:out-above-in.do"))


def _about_the_store(tables: Tables, row: Row, code: str | None) -> None:
    """Note how a place keeps its goods: any row may say it, all must say the same; the last day it was empty counts."""
    said = values(row, tables, "location")
    emptied = said.pop("last_emptied")
    place = next((one for one in tables["location"] if one["code"] == code), None)
    if place is None:
        return
    columns = [one for one in row.sheet.spec.of("location") if one.column in said]
    compare(row, columns, said, place, str(code), say("book:says-above.do-place"), strict=True)
    fill_up(place, said)
    if emptied:
        place["last_emptied"] = max(emptied, str(place.get("last_emptied") or ""))


def handovers(found: Cells, rows: AllRows) -> None:
    """Read where lots changed hands."""
    for row in rows:
        row.take(found.tables["handover"], values(row, found.tables, "handover"))


def measurements(found: Cells, rows: AllRows) -> None:
    """Read what was measured; the second value of one indicator on one day is number 2."""
    tables = found.tables
    streams = {one["stream_code"] for one in (*tables["lot"], *tables["stream_plot"])}
    lots = {one["code"] for one in tables["lot"]}
    nth: dict[tuple[Any, ...], int] = {}
    for row in rows:
        code = row.code("lot", needed=True)
        of_stream = code in streams and code not in lots
        record = {
            "lot_code": None if of_stream else code,
            "stream_code": code if of_stream else None,
            **values(row, tables, "measurement", without="value"),
        }
        measured(row, record)
        key = (code, record["indicator"], record["date"])
        if row.take(tables["measurement"], record):
            nth[key] = nth.get(key, 0) + 1
            tables["measurement"][-1]["number"] = nth[key]


def offers(found: Cells, rows: AllRows) -> None:
    """Read prices asked and agreed."""
    made: dict[str, int] = {}
    for row in rows:
        record = values(row, found.tables, "offer")
        if record["price"] is not None and not record["price"] > 0:
            row.fail("price", record["price"], say("book:no-price", value=record["price"]), say("book:no-price.do"))
        if number := give_number(record, "offer", made):
            row.number_given("code", number)
        row.take(found.tables["offer"], record)


def costs(found: Cells, rows: AllRows) -> None:
    """Read what keeping a stream apart costs."""
    made: dict[str, int] = {}
    for row in rows:
        record = values(row, found.tables, "cost")
        if number := give_number(record, "cost", made):
            row.number_given("code", number)
        row.take(found.tables["cost"], record)


def shipments(found: Cells, rows: AllRows) -> None:
    """Read what was shipped, and which statements cover it."""
    tables = found.tables
    heads: dict[str, Record] = {}
    stated = Stated()
    for row in rows:
        code = row.code("code", needed=True)
        fresh = code not in heads
        head = {**values(row, tables, "consignment", needed=fresh, without="code"), "code": code}
        reference = row.reference("dds")
        statement = named_beside(tables, row, reference, source="own", at="dds", verified_at="verification")
        of_more_statements = bool(statement) and not fresh and not row.states("lot") and not row.states("kg")
        spared = "quantity_kg" if is_measured(row) else ""
        filled = values(row, tables, "consignment_line", needed=not of_more_statements, spared=spared)
        line = {**filled, "consignment_code": code}
        weigh(row, tables, line)
        if of_more_statements:
            columns = row.sheet.spec.of("consignment_line")
            refuse_stated(row, columns, line, say("book:no-lot"), say("book:no-lot.do"))
        first = heads.get(code or "", head)
        back, kg = line["returned_kg"], line["quantity_kg"]
        if back is not None and kg is not None and back > kg:
            row.fail(
                "returned_kg",
                back,
                say("book:returned-more", returned_kg=back, shipped_kg=kg),
                say("book:returned-more.do"),
            )
        of_head = row.sheet.spec.of("consignment")
        thing, fix = say("book:thing.shipment", code=code), say("book:says-above.do-shipment")
        compare(row, of_head, head, first, thing, fix, strict=True)
        if not of_more_statements:
            _against_lines_above(row, line, [one for one in tables["consignment_line"] if _is_of_lot(one, line)])
        if not row.accepted():
            continue
        if not of_more_statements:
            tables["consignment_line"].append({**line, **row.provenance})
        take_statement(tables, row, statement)
        if reference is not None:
            stated.note(str(code), (reference, line["lot_code"]), row)
        if fresh:
            heads[str(code)] = head | row.provenance
        else:
            fill_up(first, head)
    tables["consignment"] += heads.values()
    stated.lines(tables)


def _against_lines_above(row: Row, line: Record, above: Sequence[Record]) -> None:
    """Tell where a lot stands in a shipment already: a further row is for a further container, of the same goods."""
    code, container = line["consignment_code"], line["container"]
    if any(one["container"] == container for one in above):
        case = "lot-twice.container" if container else "lot-twice"
        row.fail("lot", line["lot_code"] or "", say(f"book:{case}", code=code), say("book:lot-twice.do"))
    elif above and not (container and all(one["container"] for one in above)):
        why = say("book:lot-twice.which", code=code, lot=line["lot_code"])
        row.fail("container", container or "", why, say("book:lot-twice.which.do"))
    others = {one["hs_code"] for one in above if one["hs_code"]} - {line["hs_code"]}
    if line["hs_code"] and others:
        why = say("book:other-hs", code=code, lot=line["lot_code"], hs=min(others))
        row.fail("hs", line["hs_code"], why, say("book:other-hs.do"))


def _is_of_lot(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one["consignment_code"] == other["consignment_code"] and one["lot_code"] == other["lot_code"])
