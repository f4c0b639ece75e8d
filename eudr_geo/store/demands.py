"""What a table asks of a row, for those who judge rows before they are stored."""

from __future__ import annotations

from typing import NamedTuple

from eudr_geo.model.base import Base, table_of

WEIGHT = "quantity_kg"
"""Column whose value has to be more than zero, wherever it stands."""


class ColumnDemand(NamedTuple):
    """What a column asks of a new row."""

    name: str
    is_needed: bool  # a row without it cannot be stored
    allowed: tuple[str, ...]  # words it may hold, beside nothing; empty: any


class Demands(NamedTuple):
    """What a table asks of its rows."""

    references: tuple[tuple[str, str], ...]  # column, table whose code it names; sorted
    columns: tuple[ColumnDemand, ...]
    has_code: bool

    @property
    def judged(self) -> tuple[ColumnDemand, ...]:
        """The columns that ask anything at all: few of many."""
        return tuple(one for one in self.columns if one.is_needed or one.allowed or one.name == WEIGHT)


def demands_of(noun: type[Base]) -> Demands:
    """Return what the table of a noun asks of its rows.

    Examples
    --------
    >>> from eudr_geo.model.lots import Delivery
    >>> demands_of(Delivery).references[:2]
    (('collector_code', 'organisation'), ('lot_code', 'lot'))
    """
    table = table_of(noun)
    return Demands(
        tuple(sorted((str(key.parent.name), str(key.column.table.name)) for key in table.foreign_keys)),
        tuple(
            ColumnDemand(
                column.name,
                not column.nullable and column.default is None and column.name != "fid",
                tuple(column.info.get("allowed", ())),
            )
            for column in table.columns
        ),
        "code" in table.columns,
    )
