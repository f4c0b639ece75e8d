"""What all stored nouns share: the declarative base, documented columns, where a row came from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column
from sqlalchemy.types import UserDefinedType


class Base(DeclarativeBase):
    """Base of every stored noun. A class is one table; its docstring and its columns' docs make the data dictionary."""

    metadata = MetaData()


class Geometry(UserDefinedType[Any]):
    """A geometry column: shapely in Python, EPSG:4326.

    The blob is each store's own business: ``store/`` registers how SQLite (GeoPackage binary) and PostgreSQL
    (PostGIS) hold it, so that this file needs no database driver.
    """

    cache_ok = True

    def __init__(self, kind: str = "GEOMETRY") -> None:
        self.kind = kind

    def get_col_spec(self, **_: Any) -> str:
        """Name of the column type in DDL."""
        return self.kind


def col(doc: str, *args: Any, unit: str = "", **options: Any) -> MappedColumn[Any]:
    """Return a mapped column with its meaning and unit, read by the data dictionary and the workbook."""
    return mapped_column(*args, doc=doc, info={"unit": unit}, **options)


class Numbered:
    """An integer key, as GeoPackage readers want it; people use the code."""

    fid: Mapped[int] = col("row number in the project", primary_key=True, sort_order=-10)


class Provenance:
    """Where a row was read from."""

    src_file: Mapped[str] = col("file the row came from", default="", sort_order=90)
    src_sheet: Mapped[str] = col("sheet, layer or folder in that file", default="", sort_order=91)
    src_row: Mapped[int | None] = col("row or record number in that sheet", sort_order=92)
