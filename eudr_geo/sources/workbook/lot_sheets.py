"""Rows of the sheets on lots: deliveries, lots and processing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eudr_geo.lots.payments import MONEY
from eudr_geo.sources.workbook.gathered import Cells
from eudr_geo.sources.workbook.nouns import Record, compare, fill_up, give_number, has, refuse_stated, values
from eudr_geo.sources.workbook.season_sheet import only_season
from eudr_geo.sources.workbook.sheet_row import Row
from eudr_geo.sources.workbook.sheet_rows import AllRows
from eudr_geo.sources.workbook.statement_cells import suppliers_statement, take_statement
from eudr_geo.sources.workbook.sums_and_days import amount_in
from eudr_geo.sources.workbook.volumes import is_measured, weigh
from eudr_geo.words.saying import say


def deliveries(found: Cells, rows: AllRows) -> None:
    """Read what came from which plot into which lot."""
    made: dict[str, int] = {}
    for row in rows:
        spared = "quantity_kg" if is_measured(row) else ""
        record = values(row, found.tables, "delivery", unit=row.text("unit") or "", spared=spared)
        if record["harvested_to"] and not record["harvested_from"]:
            record["harvested_from"] = record["harvested_to"]
        _money(row, record)
        is_open = record["quantity_kg"] is None and record["volume_m3"] is not None
        if not is_open and (number := give_number(record, "delivery", made)):
            rows.context.change(row.sheet.title, row.place("receipt"), "", number, "receipt-number")
        statement = suppliers_statement(found.tables, row, record)
        if is_open:
            found.unweighed.append((row, record, statement))  # its lot, which is not read yet, may tell the weight
        elif row.take(found.tables["delivery"], record):
            take_statement(found.tables, row, statement)


def _money(row: Row, record: Record) -> None:
    """What was paid: a currency beside an amount is that of the row, and a second payment has an amount."""
    if record["currency"] in {None, ""}:
        amounts = (amount_in(row.as_written(key)) for key in MONEY)
        written = {one for amount in amounts if amount is not None for one in amount[1]}
        if len(written) > 1:
            named = ", ".join(sorted(written))
            row.fail("currency", named, say("book:two-currencies", value=named), say("book:two-currencies.do"))
        elif written:
            record["currency"] = min(written)
    for key in MONEY:
        if record[key] is not None and record[key] < 0:
            row.fail(key, record[key], say("book:no-price", value=record[key]), say("book:no-price.do"))
    if record["second_payment_on"] and record["second_payment"] is None:
        why = say("book:no-second-payment", date=record["second_payment_on"])
        row.fail("second_payment", "", why, say("book:no-second-payment.do"))


def lots(found: Cells, rows: AllRows) -> None:
    """Read the lots, and the streams that keep them apart."""
    streams: dict[str, Record] = {}
    for row in rows:
        of_stream = values(row, found.tables, "stream")
        record = values(row, found.tables, "lot")
        statement = suppliers_statement(found.tables, row, record)
        stream, kind = record["stream_code"], of_stream["type"]
        if kind == "micro" and stream is None:
            row.fail("stream", "", say("book:micro-without-stream"), say("book:micro-without-stream.do"))
        columns = row.sheet.spec.of("stream")
        if not stream:
            others = [one for one in columns if one.column != "type"]  # what has no stream is bulk
            refuse_stated(row, others, of_stream, say("book:no-stream"), say("book:no-stream.do"))
        else:
            said = streams.setdefault(stream, dict(of_stream))
            thing, fix = say("book:thing.stream", code=stream), say("book:says-above.do-stream")
            compare(row, columns, of_stream, said, thing, fix, strict=True)
            fill_up(said, of_stream)
        if not row.take(found.tables["lot"], record):
            continue
        take_statement(found.tables, row, statement)
        if stream and kind and not has(found.tables, "stream", stream):
            season = only_season(found)
            found.tables["stream"].append({"code": stream, "season_code": season, **said, **row.provenance})
    for known in found.tables["stream"]:
        fill_up(known, streams.get(known["code"], {}))


def processing(found: Cells, rows: AllRows) -> None:
    """Read which lots became which: rows with the same number are one process."""
    processes: dict[str, Record] = {}
    lines: dict[str, dict[str, list[Record]]] = {}
    for row in rows:
        code = row.code("code", needed=True)
        head = _head(row, found, code, is_first=code not in processes)
        flows = _flows(row, found)
        first = processes.get(code or "", head)
        columns = row.sheet.spec.of("process")
        compare(row, columns, head, first, say("book:thing.process", code=code), say("book:says-above.do-process"))
        if not flows:
            row.fail("in_lot", "", say("book:no-flow"), say("book:no-flow.do"))
        sides = lines.setdefault(code or "", {"in": [], "out": []})
        for flow in flows:
            earlier = [one for side in sides.values() for one in side if _same_line(one, flow)]
            if earlier:
                cell = "in_lot" if flow["direction"] == "in" else "out_lot"
                why = say("book:flow-twice", lot=flow["lot_code"], row=earlier[0]["src_row"], process=code)
                row.fail(cell, flow["lot_code"] or "", why, say("book:flow-twice.do"))
        if row.accepted():
            if code not in processes:
                processes[str(code)] = head | row.provenance
            else:
                fill_up(first, head)
            for flow in flows:
                side = "in" if flow["direction"] == "in" else "out"
                loss = next((one for one in sides["out"] if one["direction"] == flow["direction"] == "loss"), None)
                if loss is not None:  # a process has one loss: two rows of it are parts of the same
                    loss["quantity_kg"] = round(loss["quantity_kg"] + flow["quantity_kg"], 3)
                    fill_up(loss, flow)
                    continue
                sides[side].append({"process_code": code, **flow, **row.provenance})
    found.tables["process"] += processes.values()
    for sides in lines.values():
        found.tables["process_line"] += sides["in"] + sides["out"]


def _head(row: Row, found: Cells, code: str | None, *, is_first: bool) -> Record:
    return {**values(row, found.tables, "process", needed=is_first, without="code"), "code": code}


def _same_line(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(other["lot_code"]) and one["direction"] == other["direction"] and one["lot_code"] == other["lot_code"]


def _flows(row: Row, found: Cells) -> list[Record]:
    """Input and output of one row of the Processing sheet; either may be absent."""
    flows = []
    given = values(row, found.tables, "process_line", side="in")
    if _states(given):
        weigh(row, found.tables, given, at="in_kg")
        if given["lot_code"] is None:
            row.fail("in_lot", "", say("book:input-without-lot"), say("book:input-without-lot.do"))
        if given["quantity_kg"] is None and given["volume_m3"] is None:
            row.fail("in_kg", "", say("book:input-without-weight"), say("book:input-without-weight.do"))
        flows.append({**given, "direction": "in"})
    given = values(row, found.tables, "process_line", side="out")
    kind, lot = given["direction"] or "out", given["lot_code"]
    if _states(given):
        weigh(row, found.tables, given, at="out_kg")
        if given["quantity_kg"] is None and given["volume_m3"] is None:
            row.fail("out_kg", "", say("book:output-without-weight"), say("book:output-without-weight.do"))
        if lot is None and kind != "loss":
            row.fail("out_lot", "", say("book:output-without-lot"), say("book:output-without-lot.do"))
        if lot is not None and kind == "loss":
            row.fail("out_lot", lot, say("book:loss-with-lot"), say("book:loss-with-lot.do"))
        flows.append({**given, "direction": kind})
    return flows


def _states(flow: Record) -> bool:
    """Tell whether a side of a row says anything; its kind alone, chosen from the list beforehand, says nothing."""
    return any(value is not None for column, value in flow.items() if column != "direction")
