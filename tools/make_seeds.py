"""Make the seeds of the fuzzer in formats that the samples do not have: FlatGeobuf, XLS, ODS, MapInfo.

Run by hand when a seed is missing; the files are kept, for the programs that write them put the day into some.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import fiona
import xlwt
from fiona.crs import CRS

TARGET = Path(__file__).parents[1] / "tests" / "hostile" / "seeds"
RING = [(108.05, 12.68), (108.0512, 12.6801), (108.0513, 12.6811), (108.0501, 12.681), (108.05, 12.68)]
HOLE = [(108.0505, 12.6803), (108.0507, 12.6805), (108.0507, 12.6803), (108.0505, 12.6803)]
SHAPES = [
    {"type": "Polygon", "coordinates": [RING]},
    {"type": "Polygon", "coordinates": [RING, HOLE]},
    {"type": "Point", "coordinates": (108.056789, 12.712345)},
    {"type": "MultiPolygon", "coordinates": [[RING], [[(x + 0.01, y) for x, y in RING]]]},
]
FIELDS = {"plot_id": "str:20", "producer": "str:60", "area_ha": "float", "year": "int"}


def written(driver: str, suffix: str, kind: str) -> dict[str, bytes]:
    """Return the files of a layer, by suffix."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"plots.{suffix}"
        options = {"driver": driver, "schema": {"geometry": kind, "properties": FIELDS}, "crs": CRS.from_epsg(4326)}
        with fiona.open(path, "w", **options) as target:
            for row, shape in enumerate(SHAPES):
                facts = {"plot_id": f"{row:04}", "producer": "Nguyen Thi Dau", "area_ha": 1.35 + row, "year": 2012}
                target.write({"type": "Feature", "geometry": shape, "properties": facts})
        return {one.suffix[1:].lower(): one.read_bytes() for one in sorted(Path(folder).iterdir())}


def zipped(parts: dict[str, bytes], names: dict[str, str]) -> bytes:
    """Return an archive of parts, each under its name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in parts.items():
            archive.writestr(zipfile.ZipInfo(names[part]), data)
    return out.getvalue()


HEAD = ["plot code", "farmer", "lat", "lon", "area_ha"]
ROWS = [[f"T-{row:03}", "Nguyễn Thị Đậu", 12.680001 + row / 100, 108.050001, 1.5] for row in range(5)]


def xls() -> bytes:
    """Return an old workbook."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Plots")
    for row, cells in enumerate([HEAD, *ROWS]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods() -> bytes:
    """Return an open document, with cells that stand for several."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )

    def cell(value: object) -> str:
        kind = (
            f'office:value-type="float" office:value="{value}"'
            if isinstance(value, float)
            else 'office:value-type="string"'
        )
        return f"<table:table-cell {kind}><text:p>{value}</text:p></table:table-cell>"

    rows = "".join(f"<table:table-row>{''.join(map(cell, cells))}</table:table-row>" for cells in [HEAD, *ROWS])
    blank = '<table:table-row table:number-rows-repeated="1000"><table:table-cell table:number-columns-repeated="9"/></table:table-row>'
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="Plots">{rows}{blank}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    parts = {
        "kind": b"application/vnd.oasis.opendocument.spreadsheet",
        "content": content.encode(),
        "styles": f"<office:document-styles {spaces}/>".encode(),
        "list": b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
    }
    names = {"kind": "mimetype", "content": "content.xml", "styles": "styles.xml", "list": "META-INF/manifest.xml"}
    return zipped(parts, names)


def main() -> None:
    """Write them."""
    TARGET.mkdir(exist_ok=True)
    (TARGET / "plots.fgb").write_bytes(written("FlatGeobuf", "fgb", "Unknown")["fgb"])
    for suffix in ("tab", "mif"):
        parts = written("MapInfo File", suffix, "Unknown")
        (TARGET / f"mapinfo-{suffix}.zip").write_bytes(zipped(parts, {part: f"dat/plots.{part}" for part in parts}))
    (TARGET / "plots.xls").write_bytes(xls())
    (TARGET / "plots.ods").write_bytes(ods())


if __name__ == "__main__":
    main()
