"""The clean set: the 240 plots in eight files, each in a format that a supplier sends, and the lots workbook."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.plots import Plots
from eudr_geo.outputs.workbook.writing import book_bytes
from samples import formats
from samples.coop import SamplePlot
from samples.land import degrees

_SHARES = (("geojson", 60), ("kml", 30), ("kmz", 30), ("shapefile", 30), ("geopackage", 30), ("wkt", 24))
_CSV_POINTS = 20

NAMES = {
    "geojson": "ea-mau.geojson",
    "kml": "google-earth.kml",
    "kmz": "google-earth.kmz",
    "shapefile": "shapefile.zip",
    "geopackage": "qfield.gpkg",
    "wkt": "boundaries-wkt.csv",
    "csv": "points.csv",
    "xlsx": "points.xlsx",
}


def parts(plots: Sequence[SamplePlot]) -> dict[str, list[SamplePlot]]:
    """Which plots are in which file."""
    boundaries = [plot for plot in plots if not plot.is_point]
    points = [plot for plot in plots if plot.is_point]
    found, at = {}, 0
    for name, count in _SHARES:
        found[name] = boundaries[at : at + count]
        at += count
    return {**found, "csv": points[:_CSV_POINTS], "xlsx": points[_CSV_POINTS:]}


def files(plots: Sequence[SamplePlot]) -> dict[str, bytes]:
    """Name → bytes of the boundary files."""
    part = parts(plots)
    made = {
        "geojson": formats.geojson(
            formats.feature(formats.polygon(plot.ring.closed()), _official(plot)) for plot in part["geojson"]
        ),
        "kml": _kml(part["kml"]),
        "kmz": formats.archive({"doc.kml": _kml(part["kmz"])}),
        "shapefile": _shapefile(part["shapefile"]),
        "geopackage": _geopackage(part["geopackage"]),
        "wkt": formats.table(
            [
                ("plot_code", "producer_code", "producer_name", "country", "area_ha", "mapped_on", "wkt"),
                *((*_who(plot), f"{plot.area_ha:.2f}", plot.mapped_on, formats.wkt(plot.ring)) for plot in part["wkt"]),
            ]
        ),
        "csv": formats.table(
            [
                (
                    "plot_code",
                    "producer_code",
                    "producer_name",
                    "country",
                    "area_ha",
                    "mapped_on",
                    "latitude",
                    "longitude",
                ),
                *(
                    (
                        *_who(plot),
                        f"{plot.area_ha:.2f}",
                        plot.mapped_on,
                        degrees(plot.lon_lat[1]),
                        degrees(plot.lon_lat[0]),
                    )
                    for plot in part["csv"]
                ),
            ]
        ),
        "xlsx": formats.workbook(
            {
                "Thửa đất": [
                    ("Mã thửa", "Mã nông hộ", "Họ và tên", "Quốc gia", "Diện tích (ha)", "Ngày đo", "Vĩ độ", "Kinh độ"),
                    *(
                        (*_who(plot), plot.area_ha, plot.mapped_on, plot.lon_lat[1] / 1e6, plot.lon_lat[0] / 1e6)
                        for plot in part["xlsx"]
                    ),
                ]
            }
        ),
    }
    return {f"clean/{NAMES[kind]}": data for kind, data in made.items()}


def _official(plot: SamplePlot) -> dict[str, Any]:
    """The four properties of the EU system, the plot code as place; our own two beside them."""
    return {
        "ProducerName": plot.producer.name,
        "ProducerCountry": "VN",
        "ProductionPlace": plot.code,
        "Area": plot.area_ha,
        "producer_code": plot.producer.code,
        "mapped_on": plot.mapped_on,
    }


def _who(plot: SamplePlot) -> tuple[str, str, str, str]:
    return plot.code, plot.producer.code, plot.producer.name, "VN"


def _kml(plots: Sequence[SamplePlot]) -> bytes:
    folders: dict[str, list[str]] = {}
    for plot in plots:
        data = {
            "ProducerName": plot.producer.name,
            "producer_code": plot.producer.code,
            "ProducerCountry": "VN",
            "Area": f"{plot.area_ha:.2f}",
            "mapped_on": plot.mapped_on,
        }
        folders.setdefault(plot.producer.hamlet.name, []).append(
            formats.placemark(plot.code, formats.kml_polygon(plot.ring), data)
        )
    return formats.kml(folders)


def _shapefile(plots: Sequence[SamplePlot]) -> bytes:
    fields = {
        "plot_code": ("C", 12, 0),
        "member_id": ("C", 8, 0),
        "ProducerNa": ("C", 60, 0),  # cut to ten letters, as every shapefile does
        "ProducerCo": ("C", 2, 0),
        "Area": ("N", 8, 2),
        "mapped_on": ("C", 10, 0),
    }
    rows = [
        {
            "plot_code": plot.code,
            "member_id": plot.producer.code,
            "ProducerNa": plot.producer.name,
            "ProducerCo": "VN",
            "Area": f"{plot.area_ha:.2f}",
            "mapped_on": plot.mapped_on,
        }
        for plot in plots
    ]
    return formats.shapefile("thua_dat", [plot.ring for plot in plots], fields, rows)


def _geopackage(plots: Sequence[SamplePlot]) -> bytes:
    columns = {
        "plot_code": "TEXT",
        "producer_code": "TEXT",
        "producer_name": "TEXT",
        "country": "TEXT",
        "area_ha": "REAL",
        "mapped_on": "TEXT",
    }
    rows = [(plot.ring, (*_who(plot), plot.area_ha, plot.mapped_on)) for plot in plots]
    return formats.geopackage("plots", columns, rows)


def workbooks(plots: Sequence[SamplePlot], book: LotBook) -> dict[str, bytes]:
    """The lots workbook in English, and as a Vietnamese clerk types it: decimal commas, dates day first, as text."""
    areas = Plots(
        {
            "plot_id": [plot.code for plot in plots],
            "area_ha": np.array([plot.area_ha for plot in plots]),
            "mapped_on": [plot.mapped_on for plot in plots],
        }
    )  # without geometry: boundaries are in the files of clean/
    english, vietnamese = (book_bytes(lang=lang, stage=90, book=book, plots=areas) for lang in ("en", "vi"))
    return {"cooperative.xlsx": english, "cooperative-vi.xlsx": _as_typed(vietnamese)}


def _as_typed(data: bytes) -> bytes:
    from datetime import datetime

    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data))
    for sheet in book.worksheets:
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if isinstance(cell.value, datetime):
                    cell.value, cell.number_format = f"{cell.value:%d/%m/%Y}", "@"
                elif isinstance(cell.value, float) and not cell.value.is_integer():
                    cell.value, cell.number_format = f"{cell.value:.12g}".replace(".", ","), "@"
    return formats.settled(book)
