"""Rows of the sheets on people and land: producers and plots. Pure."""

from __future__ import annotations

from eudr_geo.base.cells import clean_code
from eudr_geo.sources.workbook.gathered import Cells, PlotCells
from eudr_geo.sources.workbook.nouns import values
from eudr_geo.sources.workbook.sheet_rows import AllRows


def producers(found: Cells, rows: AllRows) -> None:
    """Read who works the plots."""
    for row in rows:
        record = values(row, found.tables, "producer")
        record["country"] = record["country"] or rows.context.country or None
        row.take(found.tables["producer"], record)


def plots(found: Cells, rows: AllRows) -> None:
    """Read the plots, the micro-lots they are declared for, and their land as text."""
    for row in rows:
        record = values(row, found.tables, "plot")
        record["country"] = record["country"] or rows.context.country or None
        code = record["code"]
        streams = [clean_code(part) for part in (row.text("stream") or "").replace(",", ";").split(";") if part.strip()]
        days = {"from_date": row.date("stream_from"), "to_date": row.date("stream_to")}
        area, mapped_on = row.number("area_ha"), row.date("mapped_on")
        lat, lon, wkt = row.as_written("lat"), row.as_written("lon"), row.text("wkt") or ""
        if not row.take(found.tables["plot"], record):
            continue
        for stream in dict.fromkeys(streams):
            found.tables["stream_plot"].append({"stream_code": stream, "plot_code": code, **days, **row.provenance})
        if lat or lon or wkt or area is not None:
            place = row.place("wkt" if wkt else "lat")
            found.land.append(
                PlotCells(row.sheet.title, row.number_shown, place, str(code), lat, lon, wkt, area, mapped_on or "")
            )
