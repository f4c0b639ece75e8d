"""The sheets of the lots workbook: what the nouns say of their columns, joined with what the words call them.

One description for reading, writing and the guide. A column of a noun says itself where it stands
(:func:`eudr_geo.model.base.col`); its row in ``words/columns.csv`` says what it is called, and the order of the rows
is the order on the sheet. Only columns that are no noun's own are written down here, once, for both directions.
Headings are looked up sheet by sheet: *lô* and *lote* mean the plot on the Plots sheet and the lot everywhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Column, Float, Integer

from eudr_geo.base.cells import fold
from eudr_geo.model.base import OnSheet, table_of
from eudr_geo.model.lot_book import BOOK_TABLES
from eudr_geo.words import tables

STAGES = (90, 180, 360)

SHOWN_AS: Mapping[str, str] = {
    "code": "code", "text": "text", "number": "number", "whole": "whole", "kg": "kg", "date": "date", "yesno": "yesno",
    "country": "country", "choice": "choice", "location": "text", "organisation": "text", "digits": "text",
    "container": "text", "reference": "text", "money": "number", "season": "text", "currency": "text",
}  # fmt: skip
"""How a cell is read → what it is in the workbook.

``choice:NAME`` is a word of a list in ``words/choices.csv``, ``yesno:ONE:OTHER`` stands for two words of the store,
a ``location`` or ``organisation`` is named and stored by its code, ``money`` may have its currency beside it.
"""

_SIGN_OF: Mapping[str, str] = {"kg": "kg", "percent": "%", "ha": "ha", "m3": "m³"}
"""Unit of a column → how a heading writes it; others stand in a column of their own."""

BY_NAME = ("location", "organisation")
"""Nouns that people know by name: their sheet is every sheet that names one."""


@dataclass(frozen=True)
class Field:
    """One column of a sheet.

    Attributes
    ----------
    key
        Its name on the sheet, behind the dot of its row in ``words/columns.csv``.
    how, kind
        How its cell is read; what it is in the workbook: code, text, number, whole (a whole number), kg, date, yesno,
        country or choice:NAME. See :data:`SHOWN_AS`.
    titles
        Language → heading.
    also
        Other headings that are understood.
    required
        Without it the row is of no use.
    refers
        The sheet whose codes it takes, "" for none.
    unit
        As a heading writes it.
    weak
        Words, folded, that mean it where the column that they mostly mean is there too.
    table, column, side
        The noun's column it fills; ``in`` or ``out`` for a line of a process. All "" for a column of no noun.
    default
        What an empty cell means, None for nothing.
    secret
        No result, message or preview shows what is in it.
    micro
        A micro-lot cannot do without it.
    is_earlier
        Earlier workbooks have it on this sheet: it is understood here, and written on another one.
    """

    key: str
    how: str
    titles: Mapping[str, str]
    also: tuple[str, ...] = ()
    required: bool = False
    refers: str = ""
    unit: str = ""
    weak: frozenset[str] = frozenset()
    table: str = ""
    column: str = ""
    side: str = ""
    default: Any = None
    secret: bool = False
    micro: bool = False
    is_earlier: bool = False

    @property
    def kind(self) -> str:
        """What it is in the workbook."""
        name, _, words = self.how.partition(":")
        return f"choice:{words}" if name == "choice" else SHOWN_AS[name]

    @property
    def yes_and_no(self) -> tuple[Any, Any]:
        """What yes and no mean in the store."""
        yes, _, no = self.how.partition(":")[2].partition(":")
        return (yes, no) if no else (True, False)

    @property
    def en(self) -> str:
        """Heading in English, for messages."""
        return self.titles[tables.ENGLISH]

    def title(self, lang: str) -> str:
        """Heading without unit and star; English in a language that the workbook is not made in."""
        return self.titles.get(lang, self.en)

    def heading(self, lang: str) -> str:
        """Heading as written: name, unit in brackets, a star where it must be filled, be it of a micro-lot only."""
        micro = f" ({tables.words('choices', lang)['stream_type.micro']} *)" if self.micro else ""
        return self.title(lang) + (f" ({self.unit})" if self.unit else "") + (" *" if self.required else micro)

    def names(self) -> tuple[str, ...]:
        """Every heading that means this column on its sheet."""
        return (self.key.replace("_", " "), *self.titles.values(), *self.also)


HIDDEN = "•••"
"""Stands for what is in a secret cell, wherever it would be shown."""


@dataclass(frozen=True)
class Sheet:
    """One sheet of the workbook."""

    key: str
    stage: int
    titles: Mapping[str, str]  # language -> name
    also: tuple[str, ...]
    purposes: Mapping[str, str]
    fields: tuple[Field, ...]
    filled_down: tuple[str, ...] = ()

    @property
    def en(self) -> str:
        """Name in English, for messages."""
        return self.titles[tables.ENGLISH]

    def title(self, lang: str) -> str:
        """Name of the sheet; English in a language that the workbook is not made in."""
        return self.titles.get(lang, self.en)

    def names(self) -> tuple[str, ...]:
        """Every name that means this sheet."""
        return (self.key, *self.titles.values(), *self.also)

    def dictionary(self) -> dict[str, tuple[str, ...]]:
        """Column key → headings that mean it on this sheet."""
        return {one.key: one.names() for one in self.fields}

    def field(self, key: str) -> Field:
        """Return a column by its key."""
        return next(one for one in self.fields if one.key == key)

    def of(self, table: str, side: str = "") -> tuple[Field, ...]:
        """Return the columns of a noun that stand on this sheet, from left to right.

        Parameters
        ----------
        table
            The noun's table.
        side
            ``in`` or ``out``: of a line of a process only those of this side.
        """
        return tuple(one for one in self.fields if one.table == table and side in {"", one.side})


@dataclass(frozen=True)
class _Own:
    """A column that is no noun's own: several nouns share it, or it is worked out."""

    how: str
    required: bool = False
    unit: str = ""
    secret: bool = False
    micro: bool = False


@dataclass(frozen=True)
class _Plan:
    """What stands on a sheet beside its words.

    ``nouns`` are the tables whose columns stand on it, the one that has a row for each row first; ``earlier`` are
    columns that earlier workbooks have there and new ones on another sheet.
    """

    stage: int
    nouns: tuple[str, ...]
    filled_down: tuple[str, ...] = ()
    own: Mapping[str, _Own] = field(default_factory=dict)
    earlier: frozenset[str] = frozenset()


_PLANS: Mapping[str, _Plan] = {
    "organisations": _Plan(90, ("organisation",)),
    "producers": _Plan(90, ("producer",)),
    "seasons": _Plan(90, ("season",)),
    "plots": _Plan(
        90, ("plot",), ("producer",),
        {
            "stream": _Own("text", micro=True),  # micro-lots it is declared for, with semicolons: stream_plot
            "stream_from": _Own("date"), "stream_to": _Own("date"),  # of all of them
            # Its land, which becomes a version of the plot or is looked for in a map file.
            "area_ha": _Own("number", unit="ha"), "lat": _Own("number"), "lon": _Own("number"),
            "wkt": _Own("text", unit="WKT"), "mapped_on": _Own("date"),
        },
    ),
    "places": _Plan(90, ("location",), own={"lat": _Own("number"), "lon": _Own("number")}),
    "deliveries": _Plan(
        90, ("delivery",), ("date", "lot", "producer", "form"),
        {
            "unit": _Own("text"),  # of the weights of its row; they are kept in kilograms
            "upstream_verification": _Own("text", secret=True),  # of the supplier's statement
        },
    ),
    "lots": _Plan(90, ("lot", "stream"), own={"upstream_verification": _Own("text", secret=True)}),
    "processing": _Plan(90, ("process", "process_line"), ("code", "step", "date")),
    "storage": _Plan(
        90, ("storage_stay", "location"), ("lot",), earlier=frozenset({"kind", "capacity", "mode", "emptied"})
    ),
    "handovers": _Plan(90, ("handover",)),
    "measurements": _Plan(
        180, ("measurement",), ("lot", "date"),
        {"lot": _Own("code", required=True)},  # of a lot or of a stream
    ),
    "offers": _Plan(180, ("offer",)),
    "costs": _Plan(360, ("cost",), ("stream", "date")),
    "shipments": _Plan(
        360, ("consignment", "consignment_line"), ("code",),
        {"dds": _Own("reference"), "verification": _Own("text", secret=True)},  # a statement that covers the line
    ),
    "statements": _Plan(360, ("statement", "statement_lot")),
}  # fmt: skip
"""The sheets in the order they stand and are read: each after those whose rows it looks at.

``filled_down`` are columns in which people leave a cell blank for "the same as above". A plot or a weight is never
among them.
"""

READ_ORDER = tuple(_PLANS)


@cache
def sheets() -> tuple[Sheet, ...]:
    """Return the sheets of the workbook, in order.

    Raises
    ------
    ValueError
        For a column that has no words, words that no column has, or a sheet that does not hold its noun.

    Examples
    --------
    >>> [field.heading("en") for field in sheet("costs").fields][:3]
    ['Stream *', 'Category *', 'Amount *']
    """
    names, also = tables.table("sheets"), tables.others("sheets")
    headings, called = tables.table("columns"), tables.others("columns")
    facts = dict(_facts())
    order = list(headings[tables.ENGLISH])
    if unknown := sorted(facts.keys() ^ set(order)):
        where = ["words/columns.csv" if key in facts else "the model" for key in unknown]
        raise ValueError("; ".join(f"{key} is not in {place}" for key, place in zip(unknown, where, strict=True)))
    found = []
    for name, plan in _PLANS.items():
        fields = [
            Field(
                key.partition(".")[2],
                titles={lang: words[key] for lang, words in headings.items()},
                also=tuple(one for one in called[key] if not one.startswith("~")),
                weak=frozenset(fold(one) for one in called[key] if one.startswith("~")),
                is_earlier=key.partition(".")[2] in plan.earlier,
                **facts[key],
            )
            for key in order
            if key.startswith(f"{name}.")
        ]
        titles = {lang: words[name] for lang, words in names.items()}
        purposes = {lang: words[f"{name}.purpose"] for lang, words in names.items()}
        found.append(Sheet(name, plan.stage, titles, also[name], purposes, tuple(fields), plan.filled_down))
    return tuple(found)


def sheet(key: str) -> Sheet:
    """Return a sheet by its key."""
    return next(one for one in sheets() if one.key == key)


def _facts() -> Iterator[tuple[str, dict[str, Any]]]:
    """Key of a column → what is known of it beside its words."""
    holds = {plan.nouns[0]: name for name, plan in _PLANS.items()}
    for name, plan in _PLANS.items():
        for key, own in plan.own.items():
            yield (
                f"{name}.{key}",
                {"how": own.how, "required": own.required, "unit": own.unit, "secret": own.secret, "micro": own.micro},
            )
    for table, noun in BOOK_TABLES.items():
        for column in table_of(noun).columns:
            place: OnSheet | None = column.info.get("sheet")
            if place is None:
                continue
            for number, key in enumerate(place.keys):
                plan_of = _PLANS.get(key.partition(".")[0])
                if plan_of is None or table not in plan_of.nouns:
                    raise ValueError(f"{table}.{column.name}: the sheet of {key} does not hold a {table}")
                side = ("in", "out")[number] if table == "process_line" and len(place.keys) > 1 else ""
                yield key, _fact(table, column, place, side, holds)


def _fact(table: str, column: Column[Any], place: OnSheet, side: str, holds: Mapping[str, str]) -> dict[str, Any]:
    how = place.kind or _how(column)
    shown = SHOWN_AS.get(how.partition(":")[0])
    if shown is None:
        raise ValueError(f"{table}.{column.name}: nobody reads a cell of the kind {how!r}")
    target = next((key.column.table.name for key in column.foreign_keys), "")
    default = getattr(column.default, "arg", None)
    return {
        "how": how,
        "required": place.required,
        "refers": holds.get(target, "") if shown == "code" or how in BY_NAME else "",
        "unit": _SIGN_OF.get(column.info["unit"], "") if shown in {"kg", "number"} else "",
        "table": table,
        "column": column.name,
        "side": side or ("out" if table == "process_line" else ""),
        "default": None if default == "" else default,
        "secret": column.info["secret"],
        "micro": place.micro,
    }


def _how(column: Column[Any]) -> str:
    """How a cell is read whose column says no more than its type."""
    for key in column.foreign_keys:
        target = key.column.table.name
        return target if target in BY_NAME else "code"
    if isinstance(column.type, Boolean):
        return "yesno"
    if isinstance(column.type, Integer):
        return "whole"
    if isinstance(column.type, Float):
        return "kg" if column.info["unit"] == "kg" else "number"
    return "text"
