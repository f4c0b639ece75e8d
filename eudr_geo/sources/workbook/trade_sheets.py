"""Rows of the sheets behind processing: storage, handovers, measurements, offers, costs, shipments. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from eudr_geo.base.cells import clean_code
from eudr_geo.sources.workbook.sheet_row import Row
from eudr_geo.sources.workbook.sheet_rows import AllRows

Tables = dict[str, list[dict[str, Any]]]
"""Table of the lot book → its rows so far."""

_DDS_LENGTH = 14
_VERIFICATION = (5, 35)  # characters, as the reference system of the EU gives them


def location_of(tables: Tables, row: Row, key: str, *, needed: bool = False) -> str | None:
    """Return the code of a location that a cell names; a location that nobody has named yet is new."""
    name = row.text(key, needed=needed)
    if name is None:
        return None
    code = clean_code(name)
    if not has(tables, "location", code):
        tables["location"].append({"code": code, "name": name, **row.provenance})
    return code


def organisation_of(tables: Tables, row: Row, key: str, *, needed: bool = False) -> str | None:
    """Return the code of an organisation that a cell names; one that nobody has named yet is new."""
    name = row.text(key, needed=needed)
    if name is None:
        return None
    code = clean_code(name)
    if not has(tables, "organisation", code):
        tables["organisation"].append({"code": code, "name": name, **row.provenance})
    return code


def has(tables: Tables, table: str, code: str | None) -> bool:
    """Tell whether a table has a row with this code."""
    return any(row["code"] == code for row in tables[table])


def numbered(text: str, made: dict[str, int]) -> str:
    """Return a number made of what a row says; the second row that says the same gets a 2 behind it."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:8].upper()
    made[digest] = made.get(digest, 0) + 1
    return f"AUTO-{digest}" if made[digest] == 1 else f"AUTO-{digest}-{made[digest]}"


def _own_number(record: dict[str, Any], row: Row, made: dict[str, int]) -> None:
    if record["code"] is None:
        record["code"] = numbered("|".join(str(record[key]) for key in sorted(record) if key != "code"), made)
        row.number_given("code", str(record["code"]))


_OF_THE_STORE = {"kind": "kind", "mode": "storage_mode", "capacity": "capacity_kg"}
"""Columns of the Storage sheet that are about the place and not about the stay."""


def _about_the_store(tables: Tables, row: Row, code: str | None) -> None:
    """Note how a place keeps its goods: any row may say it, all must say the same; the last day it was empty counts."""
    said = {
        "kind": row.choice("kind", "location_kind"),
        "mode": row.choice("mode", "storage_mode"),
        "capacity": row.kilograms("capacity"),
    }
    emptied = row.date("emptied")
    place = next((one for one in tables["location"] if one["code"] == code), None)
    if place is None:
        return
    for cell, value in said.items():
        if value is None:
            continue
        known = place.setdefault(_OF_THE_STORE[cell], value)
        if known != value:
            row.fail(cell, value, f"{code} says {known} in a row above", "one place, one way of keeping goods")
    if emptied:
        place["last_emptied"] = max(emptied, str(place.get("last_emptied") or ""))


def storage(tables: Tables, rows: AllRows) -> None:
    """Read where lots were kept, and how the place keeps them."""
    stays: set[tuple[Any, ...]] = set()
    for row in rows:
        place = location_of(tables, row, "location", needed=True)
        record = {
            "lot_code": row.code("lot", needed=True),
            "location_code": place,
            "from_date": row.date("from", needed=True),
            "to_date": row.date("to"),
            "quantity_kg": row.kilograms("kg"),
            "bags": row.whole("bags"),
            "label": row.text("label"),
            "seal": row.text("seal"),
        }
        _about_the_store(tables, row, place)
        stay = (record["lot_code"], record["location_code"], record["from_date"])
        if stay in stays:
            why = "the same lot, place and day stand in a row above"
            row.fail("lot", record["lot_code"] or "", why, "write each stay once, with its whole weight")
        if record["to_date"] and record["from_date"] and str(record["to_date"]) < str(record["from_date"]):
            row.fail("to", record["to_date"], f"it left before it came ({record['from_date']})", "correct the dates")
        if row.take(tables["storage_stay"], record):
            stays.add(stay)


def handovers(tables: Tables, rows: AllRows) -> None:
    """Read where lots changed hands."""
    for row in rows:
        record = {
            "code": row.code("code", needed=True),
            "lot_code": row.code("lot", needed=True),
            "from_org": organisation_of(tables, row, "from", needed=True),
            "to_org": organisation_of(tables, row, "to", needed=True),
            "date_sent": row.date("date_sent", needed=True),
            "quantity_sent_kg": row.kilograms("kg_sent", needed=True),
            "date_received": row.date("date_received"),
            "quantity_received_kg": row.kilograms("kg_received"),
            "vehicle": row.text("vehicle"),
            "seal_sent": row.text("seal"),
            "seal_received": row.text("seal_received"),
            "signed_by_sender": row.text("signed_sender"),
            "signed_by_receiver": row.text("signed"),
            "moisture_percent": row.number("moisture"),
        }
        row.take(tables["handover"], record)


def measurements(tables: Tables, rows: AllRows) -> None:
    """Read what was measured; the second value of one indicator on one day is number 2."""
    streams = {one["stream_code"] for one in (*tables["lot"], *tables["stream_plot"])}
    lots = {one["code"] for one in tables["lot"]}
    nth: dict[tuple[Any, ...], int] = {}
    for row in rows:
        code = row.code("lot", needed=True)
        of_stream = code in streams and code not in lots
        record = {
            "lot_code": None if of_stream else code,
            "stream_code": code if of_stream else None,
            "indicator": row.text("indicator", needed=True),
            "value": row.number("value", needed=True),
            "unit": row.text("unit"),
            "date": row.date("date"),
            "laboratory": row.text("lab"),
            "file": row.text("file"),
        }
        key = (code, record["indicator"], record["date"])
        if row.take(tables["measurement"], record):
            nth[key] = nth.get(key, 0) + 1
            tables["measurement"][-1]["number"] = nth[key]


def offers(tables: Tables, rows: AllRows) -> None:
    """Read prices asked and agreed."""
    made: dict[str, int] = {}
    for row in rows:
        currency = row.text("currency", needed=True)
        record = {
            "code": row.code("code"),
            "lot_code": row.code("lot", needed=True),
            "buyer": row.text("buyer", needed=True),
            "date": row.date("date", needed=True),
            "price": row.money("price", currency=currency, needed=True),
            "currency": currency,
            "unit": row.text("unit") or "kg",
            "incoterm": row.text("incoterm"),
            "quantity_kg": row.kilograms("kg"),
            "status": row.choice("status", "offer_status") or "offered",
            "accepted_price": row.money("accepted_price", currency=currency),
            "accepted_on": row.date("accepted_on"),
            "contract": row.text("contract"),
        }
        _positive(row, "price", record["price"])
        _own_number(record, row, made)
        row.take(tables["offer"], record)


def _positive(row: Row, key: str, value: Any) -> None:
    if value is not None and not value > 0:
        row.fail(key, value, f"{value} is no price", "write a price above 0")


def costs(tables: Tables, rows: AllRows) -> None:
    """Read what keeping a stream apart costs."""
    made: dict[str, int] = {}
    for row in rows:
        extra, fixed = row.choice("incremental", "yesno"), row.choice("fixed", "yesno")
        currency = row.text("currency", needed=True)
        record = {
            "code": row.code("code"),
            "stream_code": row.code("stream", needed=True),
            "category": row.text("category", needed=True),
            "amount": row.money("amount", currency=currency, needed=True),
            "currency": currency,
            "date": row.date("date", needed=True),
            "incremental": None if extra is None else extra == "yes",
            "variability": {"yes": "fixed", "no": "variable", None: None}[fixed],
        }
        _own_number(record, row, made)
        row.take(tables["cost"], record)


_HEAD = ("buyer", "buyer_country", "ship_date", "container", "incoterm", "bill_of_lading", "ico_mark")


def shipments(tables: Tables, rows: AllRows) -> None:
    """Read what was shipped, and the references of statements that cover it."""
    heads: dict[str, dict[str, Any]] = {}
    for row in rows:
        code = row.code("code", needed=True)
        fresh = code not in heads
        head = {
            "code": code,
            "buyer": row.text("buyer", needed=fresh),
            "buyer_country": row.country("buyer_country"),
            "ship_date": row.date("ship_date", needed=fresh),
            "container": (row.text("container") or "").replace(" ", "").upper() or None,
            "incoterm": row.text("incoterm"),
            "bill_of_lading": row.text("bl"),
            "ico_mark": row.text("ico"),
        }
        statement = _statement(tables, row, code)
        of_more_statements = statement is not None and not fresh and not row.states("lot") and not row.states("kg")
        line = {
            "consignment_code": code,
            "lot_code": row.code("lot", needed=not of_more_statements),
            "quantity_kg": row.kilograms("kg", needed=not of_more_statements),
            "hs_code": row.digits("hs"),
            "sscc": row.digits("sscc"),
        }
        first = heads.get(code or "", head)
        for key in _HEAD:
            if head[key] and first[key] and first[key] != head[key]:
                why = f"shipment {code} says {first[key]} in a row above"
                cell = {"bill_of_lading": "bl", "ico_mark": "ico"}.get(key, key)
                row.fail(cell, head[key], why, "one shipment, one buyer and date")
        if not of_more_statements and any(_is_line(one, line) for one in tables["consignment_line"]):
            why = f"the lot stands twice in shipment {code}"
            row.fail("lot", line["lot_code"] or "", why, "write it once, with its whole weight")
        if not row.accepted():
            continue
        if not of_more_statements:
            tables["consignment_line"].append({**line, **row.provenance})
        if statement is not None:
            tables["dds_reference"].append({**statement, **row.provenance})
        if fresh:
            heads[str(code)] = head | row.provenance
        else:
            first.update({key: value for key, value in head.items() if value and not first[key]})
    tables["consignment"] += heads.values()


def _statement(tables: Tables, row: Row, consignment: str | None) -> dict[str, Any] | None:
    """The reference and verification number of a row, None where it states none that is new."""
    reference, verification = row.code("dds"), row.text("verification")
    if reference is None:
        if verification is not None:
            why = "a verification number without its reference"
            row.fail("dds", "", why, "write the reference number of the statement beside it")
        return None
    if len(reference) > _DDS_LENGTH:
        why = f"{reference[:40]} has {len(reference)} characters; a reference number has {_DDS_LENGTH} at most"
        row.fail("dds", reference, why, "copy it again from the EU system")
    if verification is not None and not _VERIFICATION[0] <= len(verification) <= _VERIFICATION[1]:
        why = f"a verification number has {_VERIFICATION[0]} to {_VERIFICATION[1]} characters"
        row.fail("verification", verification, why, "copy it again from the EU system")
    statement = {"reference": reference, "verification": verification, "consignment_code": consignment}
    for one in tables["dds_reference"]:
        if one["reference"] == reference:
            if any(one[key] != value for key, value in statement.items() if value is not None):
                why = f"{reference} stands in a row above for {one['consignment_code']}, or with another verification"
                row.fail("dds", reference, why, "one statement, one shipment and one verification number")
            return None
    return statement


def _is_line(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one["consignment_code"] == other["consignment_code"] and one["lot_code"] == other["lot_code"])
