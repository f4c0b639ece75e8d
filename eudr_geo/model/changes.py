"""Changes: the receipt of every repair, and of every cell that was not understood as it stood."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One repair of one plot: what it was, what it became, and how far it moved.

    Attributes
    ----------
    rule
        Code of the rule whose repair it is.
    source, record, plot_id
        Which plot: name of the file, number of the record from 1, code of the plot.
    field
        What was changed: ``geometry``, ``country``, ``area_ha``, ``misspelt`` …
    before, after
        WKB in hexadecimal for a changed geometry, the text otherwise.
    what
        What was done, one plain sentence.
    by
        ``safe repair``, or who asked for the named one.
    area_before_ha, area_after_ha
        Geodesic areas, ha; None where the geometry did not change.
    largest_move_m
        How far the corner that moved most went, m; None where the geometry did not change.
    """

    rule: str
    source: str
    record: int
    plot_id: str
    field: str
    before: str
    after: str
    what: str
    by: str
    area_before_ha: float | None = None
    area_after_ha: float | None = None
    largest_move_m: float | None = None

    def sort_key(self) -> tuple[Any, ...]:
        """Order in the ledger: as applied within one record, records in file order."""
        return (self.source, self.record)

    def to_dict(self) -> dict[str, Any]:
        """Return the change as plain data, in field order."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A repair that was not made: the plot stays as it was, and its finding with it.

    Attributes
    ----------
    rule
        Code of the rule whose repair it was.
    source, record, plot_id
        Which plot: name of the file, number of the record from 1, code of the plot.
    why
        The first reason that stands against it, one plain clause.
    """

    rule: str
    source: str
    record: int
    plot_id: str
    why: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data, in field order."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that was understood only after a change."""

    sheet: str
    cell: str  # as the program shows it: C14
    before: str
    after: str
    rule: str  # what was done: code, decimal-mark, date, unit, heading, receipt-number …
