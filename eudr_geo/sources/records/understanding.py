"""Countries and areas as people write them, in formats that the EU system never sees; each change has its receipt.

In GeoJSON they stay as they are: there the EU system's own spelling is the measure, and a rule judges it.
"""

from __future__ import annotations

from typing import Any

from eudr_geo.law import country_code
from eudr_geo.model.changes import CellChange
from eudr_geo.model.source import NumberText
from eudr_geo.sources.records.areas import in_hectares

_TABLES = {"CSV", "XLSX", "XLS", "ODS"}  # where the whole column has told how its areas are meant


def understood(columns: dict[str, list[Any]], format_: str) -> list[CellChange]:
    """Write codes for names of countries and numbers for areas in words, in place; return the receipts.

    Parameters
    ----------
    columns
        Columns of a plot table: record, group, country, area_ha (ha), area_text.
    format_
        Format of the file.

    Examples
    --------
    >>> table = {"record": [1], "group": ["a"], "country": ["Viet Nam"]}
    >>> table |= {"area_ha": [float("nan")], "area_text": ["1,35 ha"]}
    >>> [(one.cell, one.before, one.after) for one in understood(table, "KML")]
    [('record 1, country', 'Viet Nam', 'VN'), ('record 1, area', '1,35 ha', '1.35')]
    """
    changes: list[CellChange] = []
    codes: dict[str, str] = {
        text: code for text in set(columns["country"]) if text and (code := country_code(text)) not in {"", text}
    }
    areas: dict[str, str] = {}
    if format_ not in _TABLES:
        read = {text: in_hectares(text)[0] for text in set(columns["area_text"]) if text}
        areas = {text: number for text, number in read.items() if isinstance(number, NumberText)}
    if not codes and not areas:
        return changes
    # Row by row, because each has its receipt.
    for row, (record, group) in enumerate(zip(columns["record"], columns["group"], strict=True)):
        country, area = columns["country"][row], columns["area_text"][row]
        if country in codes:
            code = codes[country]
            columns["country"][row] = code
            changes.append(CellChange(group, f"record {record}, country", country, code, "country"))
        if hectares := areas.get(area):
            columns["area_ha"][row], columns["area_text"][row] = float(hectares), ""
            changes.append(CellChange(group, f"record {record}, area", area, hectares, "unit"))
    return changes
