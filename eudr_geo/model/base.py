"""What all stored nouns share: the declarative base, documented columns, where a row came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import shapely
from sqlalchemy import CheckConstraint, Dialect, MetaData, Table, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column
from sqlalchemy.types import UserDefinedType

from eudr_geo.model import gpkg_blob


class Base(DeclarativeBase):
    """Base of every stored noun. A class is one table; its docstring and its columns' docs make the data dictionary."""

    metadata = MetaData()
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: Text}  # GDAL does not know VARCHAR: the column would vanish


class Geometry(UserDefinedType[Any]):
    """A geometry column: shapely in Python, EPSG:4326.

    SQLite holds it as GeoPackage binary, PostgreSQL as WKB for PostGIS.
    """

    cache_ok = True

    def __init__(self, kind: str = "GEOMETRY") -> None:
        self.kind = kind

    def get_col_spec(self, **_: Any) -> str:
        """Name of the column type in DDL."""
        return self.kind

    def bind_processor(self, dialect: Dialect) -> Any:
        """How a geometry goes into the database."""
        if dialect.name == "sqlite":
            return lambda value: value if value is None or isinstance(value, bytes) else gpkg_blob.encode([value])[0]
        return lambda value: None if value is None else shapely.to_wkb(value, include_srid=True)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002 – SQLAlchemy calls it so
        """How it comes out."""
        if dialect.name == "sqlite":
            return gpkg_blob.decode
        return lambda value: None if value is None else shapely.from_wkb(value)


@dataclass(frozen=True)
class OnSheet:
    """Where a column stands in the lots workbook, and how its cell is read.

    Attributes
    ----------
    keys
        Sheet and column, like ``lots.kg``: its row in ``words/columns.csv``. A line of a process has two, for what
        goes in and for what comes out.
    kind
        One of those of :data:`eudr_geo.lots.sheets.SHOWN_AS`; empty where type, unit and reference tell it.
    required
        The row is of no use without it.
    micro
        A micro-lot cannot do without it.
    """

    keys: tuple[str, ...]
    kind: str = ""
    required: bool = False
    micro: bool = False


def col(
    doc: str,
    *args: Any,
    unit: str = "",
    allowed: Sequence[str] = (),
    sheet: str | tuple[str, str] = "",
    kind: str = "",
    required: bool = False,
    micro: bool = False,
    secret: bool = False,
    **options: Any,
) -> MappedColumn[Any]:
    """Return a mapped column with all that is known of it: store, workbook and data dictionary follow from it.

    A default stands in the database too: QGIS adds rows without knowing all the columns.

    Parameters
    ----------
    doc
        What it means.
    unit
        Its unit.
    allowed
        The words it may hold, beside nothing: the store holds back any other.
    sheet, kind, required, micro
        Where it stands in the workbook, see :class:`OnSheet`; a column without a sheet is not in the workbook.
    secret
        It stays in the project: no result, log, message or preview ever shows it.
    *args, **options
        As SQLAlchemy's ``mapped_column`` takes them.
    """
    if isinstance(default := options.get("default"), (str, int)):
        options.setdefault("server_default", default if isinstance(default, str) else str(int(default)))
    keys = (sheet,) if isinstance(sheet, str) else sheet
    place = OnSheet(keys, kind, required, micro) if sheet else None
    info = {"unit": unit, "allowed": tuple(allowed), "sheet": place, "secret": secret}
    return mapped_column(*args, doc=doc, info=info, **options)


class Numbered:
    """An integer key, as GeoPackage readers want it; people use the code."""

    fid: Mapped[int] = col("row number in the project", primary_key=True, sort_order=-10)


class Provenance:
    """Where a row was read from."""

    src_file: Mapped[str] = col("file the row came from", default="", sort_order=90)
    src_sheet: Mapped[str] = col("sheet, layer or folder in that file", default="", sort_order=91)
    src_row: Mapped[int | None] = col("row or record number in that sheet", sort_order=92)
    imported_at: Mapped[str] = col("when it was stored, UTC, ISO 8601", default="", sort_order=93)


def one_of(column: str, allowed: Sequence[str], name: str) -> CheckConstraint:
    """Return the constraint that a column holds one of these words, or nothing."""
    words = ", ".join(f"'{word}'" for word in ("", *allowed))
    return CheckConstraint(f"{column} IN ({words})", name=name)


def table_of(noun: type[Base]) -> Table:
    """Return the table of a noun."""
    return cast("Table", noun.__table__)
