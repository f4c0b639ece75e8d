"""The clean files: the 240 plots spread over every format, and the workbook in two languages."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import tempfile
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from eudr_geo.exports.workbook import write_book
from eudr_geo.model.lot_book import LotBook, columns
from eudr_geo.writing import zip_bytes

from .cooperative import SEASON, Cooperative, Land

_SPLIT = (("geojson", 70), ("kml", 40), ("kmz", 25), ("shapefile", 30), ("geopackage", 25), ("wkt", 30))


def write(coop: Cooperative, root: Path) -> None:
    """Write the boundary files and the workbook."""
    polygons = [plot for plot in coop.plots if not plot.is_point]
    points = [plot for plot in coop.plots if plot.is_point]
    parts: dict[str, list[Land]] = {}
    at = 0
    for name, count in _SPLIT:
        parts[name] = polygons[at : at + count]
        at += count
    folder = root / "clean"
    _write(folder / "walks-2025.geojson", geojson(parts["geojson"]))
    _write(folder / "google-earth.kml", kml(parts["kml"]).encode())
    _write(folder / "google-earth-2.kmz", zip_bytes({"doc.kml": kml(parts["kmz"]).encode()}))
    _write(folder / "survey.zip", shapefile(parts["shapefile"]))
    _write(folder / "qfield.gpkg", geopackage(parts["geopackage"]))
    _write(folder / "drawn.csv", wkt_csv(parts["wkt"]))
    _write(folder / "points.csv", points_csv(points[:10]))
    _write(folder / "points.xlsx", points_xlsx(points[10:]))
    book = lot_book(coop)
    write_book(root / "cooperative.xlsx", lang="en", stage=90, book=book)
    write_book(root / "cooperative-vi.xlsx", lang="vi", stage=90, book=book)


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def feature(plot: Land, **properties: Any) -> dict[str, Any]:
    """A feature as the EU system names its properties, with the producer's code beside them."""
    ring = [list(position) for position in plot.geometry.exterior.coords] if not plot.is_point else None
    return {
        "type": "Feature",
        "properties": {
            "ProducerName": plot.name, "ProducerCountry": "VN", "ProductionPlace": plot.code, "Area": plot.area_ha,
            "producer_code": plot.producer, **properties,
        },
        "geometry": {"type": "Point", "coordinates": [plot.geometry.x, plot.geometry.y]} if ring is None else {"type": "Polygon", "coordinates": [ring]},
    }  # fmt: skip


def text_of(features: list[Any]) -> str:
    """A collection, one feature a line, coordinates with six decimals."""
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in features)
    text = '{"type": "FeatureCollection", "features": [\n' + lines + "\n]}\n"
    return re.sub(r"(?<=[\[ ])(-?\d+\.\d{1,6})(?=[,\]])", lambda match: f"{float(match[1]):.6f}", text)


def geojson(plots: list[Land]) -> bytes:
    """Type II, commodity level."""
    return text_of([feature(plot) for plot in plots]).encode()


def kml(plots: list[Land]) -> str:
    """Folders by village, data of the producer, altitude 0 left out."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Vườn cà phê</name>']
    for village in dict.fromkeys(plot.village for plot in plots):
        lines.append(f"<Folder><name>{escape(village)}</name>")
        for plot in (plot for plot in plots if plot.village == village):
            data = {"ProducerName": plot.name, "producer_code": plot.producer, "ProducerCountry": "VN", "Area": f"{plot.area_ha:.2f}"}
            extended = "".join(f'<Data name="{key}"><value>{escape(value)}</value></Data>' for key, value in data.items())
            ring = " ".join(f"{lon:.6f},{lat:.6f}" for lon, lat in plot.geometry.exterior.coords)
            lines.append(
                f"<Placemark><name>{plot.code}</name><ExtendedData>{extended}</ExtendedData><Polygon><outerBoundaryIs><LinearRing>"
                f"<coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
            )
        lines.append("</Folder>")
    return "\n".join([*lines, "</Document></kml>", ""])


def _frame(plots: list[Land]) -> Any:
    import geopandas as gpd

    return gpd.GeoDataFrame(
        {
            "plot_code": [plot.code for plot in plots], "farmer": [plot.name for plot in plots],
            "farmer_id": [plot.producer for plot in plots], "country": ["VN"] * len(plots), "area_ha": [plot.area_ha for plot in plots],
        },
        geometry=[plot.geometry for plot in plots], crs="EPSG:4326",
    )  # fmt: skip


def shapefile(plots: list[Land]) -> bytes:
    """Zipped in a sub-folder, as people zip it, with the junk of their system."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plots.shp"
        _frame(plots).to_file(path, engine="pyogrio", encoding="utf-8")
        files = {}
        for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
            data = path.with_suffix(suffix).read_bytes()
            if suffix == ".dbf":
                data = data[:1] + bytes((125, 11, 30)) + data[4:]  # the date of the last change
            files[f"survey/plots{suffix}"] = data
    return zip_bytes({**files, "__MACOSX/survey/._plots.shp": b"\0\5\x16\7"})


def geopackage(plots: list[Land]) -> bytes:
    """As QField keeps it; fixed dates in the file's own tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "qfield.gpkg"
        _frame(plots).to_file(path, layer="plots", engine="pyogrio")
        base = sqlite3.connect(path)
        base.execute("UPDATE gpkg_contents SET last_change = '2025-11-30T00:00:00.000Z'")
        base.commit()
        base.execute("VACUUM")
        base.close()
        data = bytearray(path.read_bytes())
    data[24:28] = data[92:96] = b"\0\0\0\1"  # change counters of SQLite
    return bytes(data)


def wkt_csv(plots: list[Land]) -> bytes:
    """A table with the boundary as WKT."""
    lines = ["plot code,farmer code,farmer name,country,area ha,WKT"]
    for plot in plots:
        ring = ", ".join(f"{lon:.6f} {lat:.6f}" for lon, lat in plot.geometry.exterior.coords)
        lines.append(f'{plot.code},{plot.producer},{plot.name},VN,{plot.area_ha:.2f},"POLYGON (({ring}))"')
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def points_csv(plots: list[Land]) -> bytes:
    """A table with semicolons and decimal commas, as a Vietnamese spreadsheet saves it."""
    lines = ["Mã thửa;Mã nông hộ;Tên nông hộ;Quốc gia;Diện tích (ha);Vĩ độ;Kinh độ"]
    for plot in plots:
        numbers = ";".join(f"{value:.{digits}f}".replace(".", ",") for value, digits in ((plot.area_ha, 2), (plot.geometry.y, 6), (plot.geometry.x, 6)))
        lines.append(f"{plot.code};{plot.producer};{plot.name};VN;{numbers}")
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def points_xlsx(plots: list[Land]) -> bytes:
    """A sheet with a title above the headings."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Points"
    sheet.append(["Points of small plots, November 2025"])
    sheet.append(["plot code", "producer code", "producer name", "country", "area ha", "latitude", "longitude"])
    for plot in plots:
        sheet.append([plot.code, plot.producer, plot.name, "VN", plot.area_ha, plot.geometry.y, plot.geometry.x])
    out = io.BytesIO()
    book.save(out)
    files = {}
    with zipfile.ZipFile(out) as archive:
        for name in sorted(archive.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            data = archive.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2025-11-30T00:00:00Z", data)
            files[name] = data
    return zip_bytes(files)


def lot_book(coop: Cooperative) -> LotBook:
    """The lot side as frames."""
    import pandas as pd

    rows: dict[str, list[dict[str, Any]]] = {
        "producer": coop.producers,
        "plot": [{"code": plot.code, "producer_code": plot.producer, "commodity": "coffee", "country": "VN"} for plot in coop.plots],
        "season": [{"code": SEASON, "country": "VN", "start": "2025-10-01", "end": "2026-03-31"}],
        **coop.tables,
    }
    frames = {}
    for name, table in rows.items():
        frames[name] = pd.DataFrame([{column: row.get(column) for column in columns(name)} for row in table], columns=columns(name), dtype=object)
    return LotBook(frames)
