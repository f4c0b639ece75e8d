"""Forms of goods: of which commodity each is, what it can become, and what it is counted in beside kilograms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OTHER = "other"
"""Husks, cake, offcuts: what no form stands for. Every form can become it."""

CUBIC_METRES, HEADS = "m3", "heads"


@dataclass(frozen=True)
class Form:
    """One form of the goods of one commodity.

    Attributes
    ----------
    commodity
        As Article 2(1) of Regulation (EU) 2023/1115 calls it.
    becomes
        Forms that a process can make of it in one step.
    is_reference
        Weights of the commodity are compared in this form.
    counted_in
        What it is measured in beside kilograms: ``m3``, ``heads``, or "" for nothing.
    """

    commodity: str
    becomes: frozenset[str] = frozenset()
    is_reference: bool = False
    counted_in: str = ""


def _form(commodity: str, *becomes: str, is_reference: bool = False, counted_in: str = "") -> Form:
    return Form(commodity, frozenset(becomes), is_reference, counted_in)


KNOWN: Mapping[str, Form] = {
    "cherry": _form("coffee", "dried_cherry", "wet_parchment", "dry_parchment", "green"),
    "dried_cherry": _form("coffee", "green"),
    "wet_parchment": _form("coffee", "dry_parchment", "green"),
    "dry_parchment": _form("coffee", "green"),
    "green": _form("coffee", "roasted", is_reference=True),
    "roasted": _form("coffee"),
    "cocoa_pods": _form("cocoa", "wet_cocoa", "dry_cocoa"),
    "wet_cocoa": _form("cocoa", "dry_cocoa"),
    "dry_cocoa": _form("cocoa", is_reference=True),
    "latex": _form("rubber", "cup_lump", "rubber_sheet", "rubber_block"),
    "cup_lump": _form("rubber", "rubber_block"),
    "rubber_sheet": _form("rubber", "rubber_block", is_reference=True),
    "rubber_block": _form("rubber", is_reference=True),
    "fruit_bunches": _form("oil-palm", "crude_palm_oil", "palm_kernels"),
    "crude_palm_oil": _form("oil-palm", is_reference=True),
    "palm_kernels": _form("oil-palm"),
    "soya_beans": _form("soya", "soya_oil", "soya_meal", is_reference=True),
    "soya_oil": _form("soya"),
    "soya_meal": _form("soya"),
    "logs": _form("wood", "sawn_wood", counted_in=CUBIC_METRES),
    "sawn_wood": _form("wood", counted_in=CUBIC_METRES),
    "live_cattle": _form("cattle", "beef", counted_in=HEADS),
    "beef": _form("cattle"),
}
"""Form → what is known of it. Sheets and blocks of rubber are dry rubber, both."""

FORMS = (*KNOWN, OTHER)
"""Words that a form can be in the store, in the order of the lists of the workbook."""


def can_become(start: str, end: str) -> bool:
    """Tell whether a process can make one form of another; of a form that is not known anything.

    Examples
    --------
    >>> can_become("cherry", "green"), can_become("green", "cherry"), can_become("wet_cocoa", "other")
    (True, False, True)
    """
    known = KNOWN.get(start)
    return known is None or end in {start, OTHER} or end in known.becomes


def counted_in(form: str) -> str:
    """Return what a form is measured in beside kilograms: ``m3``, ``heads``, or "" for nothing.

    Examples
    --------
    >>> counted_in("logs"), counted_in("live_cattle"), counted_in("green")
    ('m3', 'heads', '')
    """
    return KNOWN[form].counted_in if form in KNOWN else ""
