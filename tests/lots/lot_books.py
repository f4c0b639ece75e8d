"""Small lot books for the tests, written as plain records."""

from typing import Any

import pandas as pd
import shapely

from eudr_geo.model.lot_book import BOOK_TABLES, LAND_COLUMNS, LotBook, columns

_PLAIN = {"quantity_kg": float, "moisture_percent": float, "price": float}


def _plain(value: Any, column: str) -> Any:
    """A cell of a row; a position may be written as WKT."""
    return shapely.from_wkt(value) if column == "geometry" and isinstance(value, str) else value


def book_of(tables: dict[str, list[dict[str, Any]]]) -> LotBook:
    """A book of these rows; what a row leaves out is not stated, an unknown column is a mistake in the test."""
    frames = {}
    land = None
    for name, rows in tables.items():
        if name == "plot_version":
            land = pd.DataFrame(
                [{column: row.get(column) for column in LAND_COLUMNS} for row in rows],
                columns=list(LAND_COLUMNS),
                dtype=object,
            )
            continue
        unknown = {key for row in rows for key in row} - set(columns(name))
        assert name in BOOK_TABLES
        assert not unknown, f"{name}: no such column {unknown}"
        full = [{column: _plain(row.get(column), column) for column in columns(name)} for row in rows]
        frame = pd.DataFrame(full, columns=columns(name), dtype=object)
        frames[name] = frame.astype(object).where(frame.notna(), None)
    return LotBook(frames, land)


def line(process: str, direction: str, lot: str | None, kg: float) -> dict[str, Any]:
    return {"process_code": process, "direction": direction, "lot_code": lot, "quantity_kg": kg}


def delivery(code: str, lot: str, plot: str | None, kg: float, **more: Any) -> dict[str, Any]:
    return {
        "code": code, "lot_code": lot, "plot_code": plot, "producer_code": f"H-{plot}" if plot else None, "quantity_kg": kg,
        "delivered_on": "2025-11-15", "form": "cherry", "harvested_from": "2025-11-14", "harvested_to": "2025-11-15",
    } | more  # fmt: skip


def lot(code: str, form: str, kg: float | None = None, **more: Any) -> dict[str, Any]:
    return {"code": code, "form": form, "quantity_kg": kg, "created_on": "2025-11-15"} | more


def land(*plots: str) -> dict[str, list[dict[str, Any]]]:
    return {
        "producer": [{"code": f"H-{plot}", "name": f"Y {plot}"} for plot in plots],
        "plot": [
            {"code": plot, "producer_code": f"H-{plot}", "commodity": "coffee", "country": "VN"} for plot in plots
        ],
    }


def reject_into_bulk() -> dict[str, list[dict[str, Any]]]:
    """The worked example: a micro-lot of two plots whose low grade goes into a bulk lot of two others."""
    return land("P1", "P2", "P3", "P4") | {
        "stream": [{"code": "ML01", "type": "micro"}, {"code": "BULK", "type": "bulk"}],
        "stream_plot": [
            {"stream_code": "ML01", "plot_code": "P1"},
            {"stream_code": "ML01", "plot_code": "P2"},
        ],
        "lot": [
            lot("ML1-C", "cherry", 700.0, stream_code="ML01"),
            lot("ML1-P", "dry_parchment", 140.0, stream_code="ML01"),
            lot("ML1", "green", 105.0, stream_code="ML01"),
            lot("ML1-LOW", "green", 9.0, stream_code="ML01"),
            lot("B-C", "cherry", 800.0, stream_code="BULK"),
            lot("B-P", "dry_parchment", 160.0, stream_code="BULK"),
            lot("B-G", "green", 128.0, stream_code="BULK"),
            lot("BULK", "green", 137.0, stream_code="BULK"),
        ],
        "delivery": [
            delivery("R-1", "ML1-C", "P1", 400.0),
            delivery("R-2", "ML1-C", "P2", 300.0),
            delivery("R-3", "B-C", "P3", 500.0),
            delivery("R-4", "B-C", "P4", 300.0),
        ],
        "process": [
            {"code": code, "type": kind, "date_start": day, "date_end": day}
            for code, kind, day in [
                ("W-1", "wet_mill", "2025-11-16"), ("D-1", "dry_mill", "2026-01-10"), ("W-2", "wet_mill", "2025-11-16"),
                ("D-2", "dry_mill", "2026-01-10"), ("M-1", "merge", "2026-01-11"),
            ]
        ],
        "process_line": [
            line("W-1", "in", "ML1-C", 700.0), line("W-1", "out", "ML1-P", 140.0),
            line("D-1", "in", "ML1-P", 140.0), line("D-1", "out", "ML1", 105.0), line("D-1", "byproduct", "ML1-LOW", 9.0),
            line("W-2", "in", "B-C", 800.0), line("W-2", "out", "B-P", 160.0),
            line("D-2", "in", "B-P", 160.0), line("D-2", "out", "B-G", 128.0),
            line("M-1", "in", "B-G", 128.0), line("M-1", "in", "ML1-LOW", 9.0), line("M-1", "out", "BULK", 137.0),
        ],
        "consignment": [{"code": "EXP-1", "buyer": "Importer", "buyer_country": "DE", "ship_date": "2026-02-01"}],
        "consignment_line": [
            {"consignment_code": "EXP-1", "lot_code": "ML1", "quantity_kg": 100.0, "hs_code": "090111"},
            {"consignment_code": "EXP-1", "lot_code": "BULK", "quantity_kg": 60.0, "hs_code": "090111"},
        ],
    }  # fmt: skip
