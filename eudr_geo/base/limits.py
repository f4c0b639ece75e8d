"""How much a file may ask of us. Each limit can be raised by whoever runs the toolkit, none by a file.

The defaults are the house's own: a good deal above the largest honest deliveries, and low enough that an ordinary
laptop survives a file made to hurt it. ``docs/reference/limits.md`` is made from this table.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from eudr_geo.base.errors import InputError

PREFIX = "EUDR_GEO_LIMIT_"
"""An environment variable of this name and a limit's name in capitals sets that limit."""


def _limit(default: int, unit: str, doc: str) -> Any:
    return field(default=default, metadata={"unit": unit, "doc": doc})


@dataclass(frozen=True)
class Limits:
    """Limits of reading one file: what it may ask of memory, time and us. ``docs/reference/limits.md`` lists them.

    Each field is a whole number and tells its unit and meaning in its metadata.

    Examples
    --------
    >>> Limits().records
    200000
    >>> configured({"EUDR_GEO_LIMIT_RECORDS": "500000"}).records
    500000
    """

    file_bytes: int = _limit(250_000_000, "bytes", "size of a file")
    unpacked_bytes: int = _limit(
        200_000_000, "bytes", "what an archive or a workbook unpacks to, counted while unpacking"
    )
    member_bytes: int = _limit(100_000_000, "bytes", "one file in an archive")
    zip_ratio: int = _limit(
        100, "times", "how much larger a file in an archive may be than its packed form, above 1 MB"
    )
    zip_members: int = _limit(2_000, "files", "files in an archive, with those of archives inside it")
    nested_archives: int = _limit(1, "levels", "archives inside archives")
    records: int = _limit(200_000, "records", "records of a file: features, placemarks, rows")
    property_names: int = _limit(500, "names", "different property names of a file")
    name_length: int = _limit(500, "characters", "one property name or heading")
    text_length: int = _limit(10_000, "characters", "one text value")
    json_depth: int = _limit(32, "levels", "values inside values of a JSON property")
    xml_depth: int = _limit(64, "levels", "elements inside elements of a KML or GPX file")
    ring_vertices: int = _limit(100_000, "positions", "positions of one boundary")
    file_vertices: int = _limit(5_000_000, "positions", "positions of all boundaries of a file")
    sheet_rows: int = _limit(200_000, "rows", "rows of a table or sheet, empty ones counted")
    sheet_cells: int = _limit(10_000_000, "cells", "rows times columns of a workbook's sheet, empty cells counted")
    sheet_columns: int = _limit(200, "columns", "columns of a table or sheet")
    repair_crossings: int = _limit(
        1_000, "crossings", "crossings of one boundary that repair untangles, and that are counted"
    )
    memory_bytes: int = _limit(1_500_000_000, "bytes", "address space of the reading process")
    disk_bytes: int = _limit(300_000_000, "bytes", "each file that the reading process writes")
    cpu_s: int = _limit(60, "seconds", "processor time of the reading process")
    wall_s: int = _limit(90, "seconds", "time of the reading process")
    result_bytes: int = _limit(1_000_000_000, "bytes", "answer of the reading process")


DEFAULT_LIMITS = Limits()


def variable_of(name: str) -> str:
    """Return the variable that raises a limit.

    Examples
    --------
    >>> variable_of("records")
    'EUDR_GEO_LIMIT_RECORDS'
    """
    return PREFIX + name.upper()


def raise_it(name: str) -> str:
    """Return the words that tell how to raise a limit.

    Examples
    --------
    >>> raise_it("records")
    'or raise the limit by setting EUDR_GEO_LIMIT_RECORDS'
    """
    return f"or raise the limit by setting {variable_of(name)}"


def configured(environment: Mapping[str, str] | None = None) -> Limits:
    """Return the limits of this machine: the defaults, and what ``EUDR_GEO_LIMIT_…`` variables say.

    Parameters
    ----------
    environment
        Where to look; the process's own environment when left out.

    Raises
    ------
    InputError
        For a variable that names no limit, or whose value is no whole number above zero (``nested_archives`` may be 0).
    """
    told = os.environ if environment is None else environment
    known = {PREFIX + spec.name.upper(): spec.name for spec in fields(Limits)}
    given: dict[str, int] = {}
    for variable in sorted(name for name in told if name.startswith(PREFIX)):
        value = told[variable].strip().replace("_", "")
        if variable not in known:
            near = get_close_matches(variable, sorted(known), n=1) or ["one of the page 'Limits of reading'"]
            raise InputError(f"{variable[:80]} is no limit", fix=f"take the variable away, or say {near[0]}")
        is_number = value.isascii() and value.isdigit() and len(value) <= 15
        if not is_number or (int(value) == 0 and known[variable] != "nested_archives"):
            raise InputError(f"{variable} is {told[variable][:80]!r}", fix="write a whole number, such as 500000")
        given[known[variable]] = int(value)
    return Limits(**given)
