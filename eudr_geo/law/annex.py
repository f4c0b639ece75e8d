"""Annex I, dated: which goods are in scope, by commodity and HS code; and the units they are counted in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from eudr_geo.law.tables import table


@dataclass(frozen=True)
class AnnexEntry:
    """One line of Annex I, with the days on which it holds."""

    commodity: str
    hs: str  # digits as printed, 2 to 8
    ex: bool  # only the part of the code that fits the description
    what: str
    valid_from: str  # ISO date, included
    valid_to: str  # ISO date, included; "" while it holds
    source: str

    @property
    def stem(self) -> str:
        """Digits that count: an eight-digit code ending in 00 is the whole of its six digits."""
        return self.hs[:6] if len(self.hs) == 8 and self.hs.endswith("00") else self.hs


@cache
def annex_entries() -> tuple[AnnexEntry, ...]:
    """Every line of Annex I, past, present and announced."""
    return tuple(
        AnnexEntry(
            row["commodity"],
            row["hs"],
            row["ex"] == "yes",
            row["what"],
            row["valid_from"],
            row["valid_to"],
            row["source"],
        )
        for row in table("commodities.csv")
    )


def annex_lines(hs: str, on: str) -> tuple[AnnexEntry, ...]:
    """Return the lines of Annex I that a code may fall under on a day.

    Parameters
    ----------
    hs
        HS or CN code; anything but digits is ignored.
    on
        ISO date.

    Examples
    --------
    >>> [entry.commodity for entry in annex_lines("0901 11", "2026-12-30")]
    ['coffee']
    >>> [entry.hs for entry in annex_lines("4107", "2026-12-30")]
    []
    """
    digits = "".join(char for char in hs if char.isdigit())
    if len(digits) < 2:
        return ()
    return tuple(
        entry
        for entry in annex_entries()
        if entry.valid_from <= on
        and (not entry.valid_to or on <= entry.valid_to)
        and (digits.startswith(entry.stem) or entry.stem.startswith(digits))
    )


def in_annex(hs: str, on: str) -> str:
    """Return whether goods of a code are in scope on a day: ``yes``, ``no``, or ``depends`` where a person decides.

    It depends where the line is an "ex" code, or where the code has fewer digits than the line.

    Examples
    --------
    >>> in_annex("090111", "2026-12-30"), in_annex("4403", "2026-12-30"), in_annex("0102", "2026-09-01")
    ('yes', 'depends', 'depends')
    >>> in_annex("210111", "2026-12-30"), in_annex("210111", "2027-12-30"), in_annex("8703", "2026-12-30")
    ('no', 'yes', 'no')
    """
    digits = "".join(char for char in hs if char.isdigit())
    lines = annex_lines(digits, on)
    if any(not entry.ex and digits.startswith(entry.stem) for entry in lines):
        return "yes"
    return "depends" if lines else "no"


def supplementary_unit(hs: str, on: str = "") -> str:
    """Return the unit that an import or export must also state (NAR, MTQ, KSD), "" where none is allowed.

    Parameters
    ----------
    hs
        HS code of four digits or more.
    on
        ISO date; by default the newest table.

    Notes
    -----
    Commission guidance on units of measure, 2025; six-digit entries match exactly, sub-codes inherit the others.

    Examples
    --------
    >>> supplementary_unit("440710"), supplementary_unit("440810"), supplementary_unit("0901")
    ('', 'MTQ', '')
    """
    digits = "".join(char for char in hs if char.isdigit())
    for row in table("supplementary_units.csv"):
        if digits.startswith(row["hs"]) and (not row["valid_to"] or (on and on <= row["valid_to"])):
            return row["unit"]
    return ""
