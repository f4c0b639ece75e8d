"""The lots workbook as cells → a lot book. Pure: cells in, rows and receipts out; nothing is opened here.

Every change made to understand a cell is logged, every cell that cannot be understood is an issue with its place. A
row that lacks something it cannot do without is left out and counted; nothing disappears in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eudr_geo.base.cells import clean_code, clean_text
from eudr_geo.model.changes import CellChange
from eudr_geo.model.findings import NOTE, WARNING
from eudr_geo.model.lot_book import BOOK_TABLES, LotBook, columns
from eudr_geo.model.workbook import CellIssue, ExtraColumn, LeftOut, book_of
from eudr_geo.sources.workbook import trade_sheets
from eudr_geo.sources.workbook.receipts import Context
from eudr_geo.sources.workbook.sheet_heads import language_of, name_sheets
from eudr_geo.sources.workbook.sheet_row import Row
from eudr_geo.sources.workbook.sheet_rows import AllRows, SheetRows
from eudr_geo.sources.workbook.trade_sheets import has, location_of, numbered, organisation_of
from eudr_geo.words.workbook import META_SHEET, READ_ORDER, sheet

ENCODING_OF = "encoding of "
"""Key on the sheet ``_meta``, with the sheet's name behind it: how a CSV was read that does not tell."""


@dataclass(frozen=True)
class PlotCells:
    """What the Plots sheet says about the land of one plot, still as text."""

    sheet: str
    row: int
    cell: str
    plot_code: str
    lat: str
    lon: str
    wkt: str
    area_ha: float | None
    mapped_on: str


@dataclass
class Cells:
    """What was read: tables as lists of rows, land as text, receipts."""

    tables: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in BOOK_TABLES})
    land: list[PlotCells] = field(default_factory=list)
    changes: list[CellChange] = field(default_factory=list)
    issues: list[CellIssue] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    extra: list[ExtraColumn] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)  # sheet -> rows with anything in them
    taken: dict[str, int] = field(default_factory=dict)
    language: str = ""

    def book(self) -> LotBook:
        """Return the tables as a lot book."""
        return book_of(self.tables)


def read_cells(
    cells: Mapping[str, Sequence[Sequence[Any]]],
    *,
    name: str = "",
    lang: str = "",
    country: str = "",
    fill_down: bool = False,
) -> Cells:
    """Read the sheets of a workbook.

    Parameters
    ----------
    cells
        Sheet name → rows of cells from A1 on: text, numbers, True or False, dates as ISO text, None.
    name
        Name of the file, for the provenance of each row.
    lang
        Language that decides where a number could be read two ways (``vi``: decimal comma); by default the
        workbook's own.
    country
        ISO 3166-1 alpha-2 code of producers and plots that name none, and of customary units.
    fill_down
        A blank cell of certain columns says the same as the one above it.
    """
    found = Cells()
    meta = _meta(cells.get(META_SHEET, []))
    told = lang or meta.get("language", "")
    context = Context(
        name, told, country or meta.get("country", ""), found.changes, found.issues, found.left_out,
        fill_down, found.extra, bool(told), meta.get("date1904") == "1",
    )  # fmt: skip
    for key, encoding in meta.items():
        if key.startswith(ENCODING_OF):
            context.change(key.removeprefix(ENCODING_OF), "", encoding, "UTF-8", "encoding")
    named = name_sheets(context, cells)
    context.language = found.language = told or language_of(named, cells)
    _ledger(found, meta, name)
    for key in READ_ORDER:
        titles = [title for title, keys in named.items() if keys == (key,)]
        if len(titles) > 1:
            why = f"{len(titles)} sheets hold {sheet(key).en}; all were read"
            context.issue(titles[1], "", ", ".join(titles), why, "leave one of them if they hold the same rows", NOTE)
        parts = [SheetRows(context, sheet(key), title, cells[title]) for title in titles]
        if key in _READERS:
            _READERS[key](found, context, AllRows(context, sheet(key), parts))
        else:
            _TRADE[key](found.tables, AllRows(context, sheet(key), parts))
        for part in parts:
            found.seen[part.title], found.taken[part.title] = part.seen, part.taken
    _missing_sheets(context, {keys[0] for keys in named.values() if len(keys) == 1}, found.language)
    for title, keys in named.items():
        _other_sheet(context, title, keys, cells[title])
    _resolve_references(found, context)
    _complete(found, context)
    return found


def _missing_sheets(context: Context, there: set[str], language: str) -> None:
    """Say what a workbook lacks: everything, or one of the three sheets that others lean on."""
    if not there:
        titles = ", ".join(sheet(key).title(language) for key in ("producers", "plots", "deliveries", "lots"))
        why = "no sheet could be told from its name or its headings; nothing was read"
        context.issue("", "", "", why, f"call the sheets {titles} …, as in: eudr-geo workbook new")
    for key in ("plots", "deliveries", "lots"):
        if there and key not in there:
            title = sheet(key).title(language)
            fix = "nothing to do if the project knows them; else keep the sheets of the empty workbook"
            context.issue(title, "", "", f"there is no sheet {title}", fix, WARNING)


def _meta(rows: Sequence[Sequence[Any]]) -> dict[str, str]:
    pairs = (row for row in rows if len(row) > 1 and row[0])
    return {str(row[0]): "" if row[1] is None else clean_text(str(row[1])) for row in pairs}


def _ledger(found: Cells, meta: Mapping[str, str], name: str) -> None:
    """Organisation and season of the workbook stand on its hidden sheet."""
    for table in ("organisation", "season"):
        row = {key.split(".", 1)[1]: value or None for key, value in meta.items() if key.startswith(f"{table}.")}
        row = {key: value for key, value in row.items() if key in columns(table)}
        if row.get("code"):
            found.tables[table].append(row | {"src_file": name, "src_sheet": "_meta", "src_row": None})


def _other_sheet(context: Context, title: str, keys: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    if not any(any(cell is not None for cell in row) for row in rows):
        return
    if len(keys) > 1:
        context.issue(title, "", title, f"the sheet could be {' or '.join(sheet(key).en for key in keys)}", "rename it")
    elif not keys:
        why = "no sheet of the workbook is called so or has such headings; it was not read"
        context.issue(title, "", title, why, "rename or ignore it", NOTE)


def _producers(found: Cells, _context: Context, rows: AllRows) -> None:
    for row in rows:
        code, name = row.code("code", needed=True), row.text("name", needed=True)
        record = {
            "code": code,
            "name": name,
            "country": row.country("country") or rows.context.country or None,
            "village": row.text("village"),
            "phone": row.text("phone"),
            "consent_date": row.date("consent_date"),
            "collection_group": row.text("group"),
        }
        row.take(found.tables["producer"], record)


def _plots(found: Cells, _context: Context, rows: AllRows) -> None:
    for row in rows:
        code, producer = row.code("code", needed=True), row.code("producer", needed=True)
        record = {
            "code": code,
            "producer_code": producer,
            "commodity": row.choice("commodity", "commodity"),
            "country": row.country("country") or rows.context.country or None,
            "place": row.text("place"),
            "planted_year": row.whole("planted_year"),
            "tenure": row.text("tenure"),
        }
        streams = [clean_code(part) for part in (row.text("stream") or "").replace(",", ";").split(";") if part.strip()]
        area, mapped_on = row.number("area_ha"), row.date("mapped_on")
        lat, lon, wkt = row.as_written("lat"), row.as_written("lon"), row.text("wkt") or ""
        if not row.take(found.tables["plot"], record):
            continue
        for stream in dict.fromkeys(streams):
            found.tables["stream_plot"].append({"stream_code": stream, "plot_code": code, **row.provenance})
        if lat or lon or wkt or area is not None:
            place = row.place("wkt" if wkt else "lat")
            found.land.append(
                PlotCells(row.sheet.title, row.number_shown, place, str(code), lat, lon, wkt, area, mapped_on or "")
            )


def _deliveries(found: Cells, context: Context, rows: AllRows) -> None:
    made: dict[str, int] = {}
    for row in rows:
        unit = row.text("unit") or ""
        record: dict[str, Any] = {
            "lot_code": row.code("lot", needed=True),
            "producer_code": row.code("producer"),
            "plot_code": row.code("plot"),
            "quantity_kg": row.kilograms("kg", needed=True, unit=unit),
            "delivered_on": row.date("date", needed=True),
            "form": row.choice("form", "form"),
            "harvested_from": row.date("harvested_from"),
            "harvested_to": row.date("harvested_to"),
            "price": row.money("price"),
            "quantity_gross_kg": row.kilograms("gross_kg", unit=unit),
            "tare_kg": row.number("tare_kg"),
            "bags": row.whole("bags"),
            "collector_code": organisation_of(found.tables, row, "collector"),
            "collection_group": row.text("group"),
            "code": row.code("receipt"),
        }
        if record["harvested_to"] and not record["harvested_from"]:
            record["harvested_from"] = record["harvested_to"]
        if record["code"] is None:
            record["code"] = _receipt(record, made)
            context.change(row.sheet.title, row.place("receipt"), "", str(record["code"]), "receipt-number")
        row.take(found.tables["delivery"], record)


def _receipt(record: Mapping[str, Any], made: dict[str, int]) -> str:
    """A receipt number for a delivery without one: the same rows get the same numbers, wherever they stand."""
    # Only what a workbook of the first version had: its receipts keep their numbers.
    text = "|".join(str(record[key]) for key in sorted(record) if key in _NUMBERED_BY)
    return numbered(text, made)


_NUMBERED_BY = frozenset(
    {
        "lot_code", "producer_code", "plot_code", "quantity_kg", "delivered_on", "form", "harvested_from",
        "harvested_to", "price",
    }
)  # fmt: skip


def _lots(found: Cells, _context: Context, rows: AllRows) -> None:
    types: dict[str, str] = {}
    for row in rows:
        kind = row.choice("type", "stream_type", needed=True)
        stream = row.code("stream")
        if kind == "micro" and stream is None:
            row.fail("stream", "", "a micro-lot needs its stream", "write the name that all its forms share, like ML03")
        stock = row.choice("opening_stock", "yesno")
        record = {
            "code": row.code("code", needed=True),
            "stream_code": stream,
            "form": row.choice("form", "form", needed=True),
            "quantity_kg": row.kilograms("kg"),
            "created_on": row.date("created", needed=True),
            "sealed_on": row.date("sealed"),
            "status": row.choice("status", "status") or "open",
            "species": row.text("species"),
            "variety": row.text("variety"),
            "process": row.text("process"),
            "location_code": location_of(found.tables, row, "location"),
            "moisture_percent": row.number("moisture"),
            "hs_code": row.digits("hs"),
            "bags": row.whole("bags"),
            "opening_stock": stock == "yes",
            "crop_year": row.text("crop_year"),
            "grade": row.text("grade"),
            "gtin": row.digits("gtin"),
            "custodian_code": organisation_of(found.tables, row, "custodian"),
        }
        if stream and kind and types.setdefault(stream, kind) != kind:
            row.fail("type", kind, f"stream {stream} is {types[stream]} in a row above", "use one type for a stream")
        if row.take(found.tables["lot"], record) and stream and not has(found.tables, "stream", stream):
            _stream(found, row, stream, str(kind))


def _stream(found: Cells, row: Row, code: str, kind: str) -> None:
    season = found.tables["season"][0]["code"] if found.tables["season"] else None
    found.tables["stream"].append({"code": code, "type": kind, "season_code": season, **row.provenance})


def _processing(found: Cells, _context: Context, rows: AllRows) -> None:
    processes: dict[str, dict[str, Any]] = {}
    lines: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for row in rows:
        code = row.code("code", needed=True)
        head = {
            "code": code,
            "type": row.choice("step", "process_type", needed=code not in processes),
            "date_start": row.date("date", needed=code not in processes),
            "date_end": row.date("date_to"),
            "location_code": location_of(found.tables, row, "location"),
            "moisture_in_percent": row.number("moisture_in"),
            "moisture_out_percent": row.number("moisture_out"),
            "operator": row.text("operator"),
            "cleaned_on": row.date("cleaned"),
            "equipment": row.text("equipment"),
        }
        flows = _flows(row)
        first = processes.get(code or "", head)
        for key, cell in (("type", "step"), ("date_start", "date")):
            if head[key] and first[key] != head[key]:
                row.fail(
                    cell,
                    head[key],
                    f"process {code} says {first[key]} in a row above",
                    "one process, one step and date",
                )
        if not flows:
            row.fail("in_lot", "", "the row has neither an input nor an output", "write a lot and its weight")
        sides = lines.setdefault(code or "", {"in": [], "out": []})
        for flow in flows:
            earlier = [one for side in sides.values() for one in side if _same_line(one, flow)]
            if earlier:
                cell = "in_lot" if flow["direction"] == "in" else "out_lot"
                why = f"{flow['lot_code']} stands in row {earlier[0]['src_row']} already, on the same side of {code}"
                row.fail(cell, flow["lot_code"] or "", why, "write each lot once, with its whole weight")
        if row.accepted():
            if code not in processes:
                processes[str(code)] = head | row.provenance
            else:
                first.update({key: value for key, value in head.items() if value is not None and first[key] is None})
            for flow in flows:
                side = "in" if flow["direction"] == "in" else "out"
                loss = next((one for one in sides["out"] if one["direction"] == flow["direction"] == "loss"), None)
                if loss is not None:  # a process has one loss: two rows of it are parts of the same
                    loss["quantity_kg"] = round(loss["quantity_kg"] + flow["quantity_kg"], 3)
                    continue
                sides[side].append({"process_code": code, **flow, **row.provenance})
    found.tables["process"] += processes.values()
    for sides in lines.values():
        found.tables["process_line"] += sides["in"] + sides["out"]


def _same_line(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(other["lot_code"]) and one["direction"] == other["direction"] and one["lot_code"] == other["lot_code"]


def _flows(row: Row) -> list[dict[str, Any]]:
    """Input and output of one row of the Processing sheet; either may be absent."""
    flows = []
    lot, kg = row.code("in_lot"), row.kilograms("in_kg")
    if lot or kg is not None:
        if lot is None:
            row.fail("in_lot", "", "an input weight without a lot", "write the lot that went in")
        if kg is None:
            row.fail("in_kg", "", "an input lot without a weight", "write how many kg went in")
        flows.append({"direction": "in", "lot_code": lot, "quantity_kg": kg})
    lot, kg = row.code("out_lot"), row.kilograms("out_kg")
    kind = row.choice("kind", "kind") or "out"
    if lot or kg is not None:
        if kg is None:
            row.fail("out_kg", "", "an output lot without a weight", "write how many kg came out")
        if lot is None and kind != "loss":
            row.fail("out_lot", "", "an output weight without a lot", "write the new lot, or choose loss as its kind")
        if lot is not None and kind == "loss":
            row.fail("out_lot", lot, "a loss has no lot", "leave the lot empty, or choose by-product")
        flows.append({"direction": kind, "lot_code": lot, "quantity_kg": kg})
    return flows


_READERS = {
    "producers": _producers,
    "plots": _plots,
    "lots": _lots,
    "deliveries": _deliveries,
    "processing": _processing,
}

_TRADE = {
    "storage": trade_sheets.storage,
    "handovers": trade_sheets.handovers,
    "measurements": trade_sheets.measurements,
    "offers": trade_sheets.offers,
    "costs": trade_sheets.costs,
    "shipments": trade_sheets.shipments,
}

_REFERENCES = (
    ("plot", "producer_code", "producer", "plots", "producer"),
    ("delivery", "producer_code", "producer", "deliveries", "producer"),
    ("delivery", "plot_code", "plot", "deliveries", "plot"),
    ("delivery", "lot_code", "lot", "deliveries", "lot"),
    ("process_line", "lot_code", "lot", "processing", "in_lot"),
    ("consignment_line", "lot_code", "lot", "shipments", "lot"),
    ("storage_stay", "lot_code", "lot", "storage", "lot"),
    ("handover", "lot_code", "lot", "handovers", "lot"),
    ("measurement", "lot_code", "lot", "measurements", "lot"),
    ("offer", "lot_code", "lot", "offers", "lot"),
)


def _resolve_references(found: Cells, context: Context) -> None:
    """Give back the leading zeros that a spreadsheet took from a reference made of digits, where one code fits."""
    for table, column, target, *_ in _REFERENCES:
        known = {row["code"] for row in found.tables[target]}
        stripped: dict[str, list[str]] = {}
        for code in sorted(known):
            stripped.setdefault(code.lstrip("0"), []).append(code)
        for row in found.tables[table]:
            code = row[column]
            if code is None or code in known or not code.isdigit():
                continue
            fitting = stripped.get(code.lstrip("0"), [])
            if len(fitting) == 1:
                context.change(row["src_sheet"], f"row {row['src_row']}", code, fitting[0], "leading-zeros")
                row[column] = fitting[0]


def _complete(found: Cells, context: Context) -> None:
    """Fill in what other sheets imply: the producer of a delivery's plot, the micro-lots of the Plots sheet."""
    owner = {row["code"]: row["producer_code"] for row in found.tables["plot"]}
    for row in found.tables["delivery"]:
        if row["producer_code"] is None and owner.get(row["plot_code"]):
            row["producer_code"] = owner[row["plot_code"]]
            context.change(row["src_sheet"], f"row {row['src_row']}", "", str(row["producer_code"]), "producer-of-plot")
    known = {row["code"] for row in found.tables["stream"]}
    season = found.tables["season"][0]["code"] if found.tables["season"] else None
    for row in found.tables["stream_plot"]:
        if row["stream_code"] not in known:
            known.add(row["stream_code"])
            place = {key: row[key] for key in ("src_file", "src_sheet", "src_row")}
            found.tables["stream"].append({"code": row["stream_code"], "type": "micro", "season_code": season, **place})
