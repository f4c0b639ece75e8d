"""What shipped or packed goods rest on: it is changed only by a correction with a reason.

A consignment is frozen once its ship date has come, consignment or lots once a package of them was built.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eudr_geo.model.lineage import BuiltPackage
from eudr_geo.model.lot_book import LotBook
from eudr_geo.project.importing.keys import Key, Row, rows_of, thing
from eudr_geo.project.importing.questions import FROZEN, Question
from eudr_geo.store import Store
from eudr_geo.words.saying import joined, say

RESTS_ON: Mapping[str, frozenset[str]] = {
    "delivery": frozenset(
        {
            "code", "lot_code", "producer_code", "plot_code", "quantity_kg", "delivered_on", "harvested_from",
            "harvested_to", "form", "collection_group", "void_reason", "volume_m3", "heads",
        }
    ),
    "lot": frozenset(
        {
            "code", "form", "quantity_kg", "species", "common_name", "hs_code", "opening_stock", "stream_code",
            "created_on", "volume_m3", "heads", "kg_per_m3",
        }
    ),
    "process": frozenset({"code", "type", "date_start"}),
    "process_line": frozenset({"process_code", "direction", "lot_code", "quantity_kg", "volume_m3"}),
    "consignment": frozenset({"code", "buyer", "buyer_country", "ship_date"}),
    "consignment_line": frozenset({"consignment_code", "lot_code", "quantity_kg", "hs_code", "volume_m3", "heads"}),
    "storage_stay": frozenset({"lot_code", "location_code", "from_date", "to_date", "quantity_kg", "label"}),
    "plot": frozenset({"commodity", "country"}),
}  # fmt: skip
"""Table → columns that say where goods come from and what was declared of them; the others go on being filled in."""

_LOOSE = "loose"


@dataclass(frozen=True)
class Touch:
    """A row that an import adds, changes or takes away."""

    table: str
    key: Key
    before: Row | None
    after: Row | None

    @property
    def columns(self) -> frozenset[str]:
        """Columns in which the row differs; of a new row or one that goes, those that it states."""
        old, new = self.before or {}, self.after or {}
        return frozenset(one for one in old.keys() | new.keys() if (old.get(one) or None) != (new.get(one) or None))


@dataclass
class Frozen:
    """What an import would change of what is frozen.

    Attributes
    ----------
    rests
        Place of a touch → what rests on it: code and the day it left or was packed, sorted.
    packages
        Row numbers of the packages that would no longer say what the project says.
    packed
        Their codes, and the day they were built.
    """

    rests: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    packages: list[int] = field(default_factory=list)
    packed: list[tuple[list[str], str]] = field(default_factory=list)


def built_packages(store: Store) -> list[Row]:
    """Return the packages that were built and still say what the project says, in the order they were built."""
    return [row for row in rows_of(store.table(BuiltPackage)) if not row["superseded_at"]]


def frozen_by(before: LotBook, after: LotBook, touches: Sequence[Touch], built: Iterable[Row], today: str) -> Frozen:
    """Return which touches change what shipped or packed goods rest on.

    Parameters
    ----------
    before, after
        The lot book of the project as it is, and as it would be.
    touches
        What the import would do.
    built
        Packages that were built.
    today
        ISO 8601; "" = no ship date has come.
    """
    found = Frozen()
    shipped = {
        str(code): str(day)
        for code, day in zip(*(before.table("consignment")[name] for name in ("code", "ship_date")), strict=True)
        if today and day and str(day) <= today
    }
    packages = [(int(row["fid"]), json.loads(row["codes"]), str(row["built_at"])[:10]) for row in built]
    if not (shipped or packages):
        return found
    touched = [(place, one) for place, one in enumerate(touches) if one.columns & RESTS_ON.get(one.table, frozenset())]
    if not touched:
        return found
    lots = [
        _lots_of(book, [*shipped, *(code for _, codes, _ in packages for code in codes)]) for book in (before, after)
    ]
    made = [_made(book) for book in (before, after)]
    grown = _grown(before)
    loose = _loose(after)
    for place, touch in touched:
        if (
            touch.table == "storage_stay"
            and touch.before is None
            and (touch.after or {}).get("location_code") not in loose
        ):
            continue  # a stay that is written down late says nothing new of where the goods come from
        own, codes = _reach(touch, made, grown)
        rests = {
            code: shipped[code]
            for code in shipped
            if code in own or any(codes & side.get(code, set()) for side in lots)
        }
        for fid, packed, day in packages:
            if any(
                code in own or code in codes or any(codes & side.get(code, set()) for side in lots) for code in packed
            ):
                rests.update({code: rests.get(code) or day for code in packed})
                if fid not in found.packages:
                    found.packages.append(fid)
                    found.packed.append((packed, day))
        if rests:
            found.rests[place] = sorted(rests.items())
    return found


def frozen_question(touch: Touch, row: Row, rests: Iterable[tuple[str, str]]) -> Question:
    """Return what is asked about a row that shipped or packed goods rest on.

    Parameters
    ----------
    touch
        What would be done to it.
    row
        Where it stands.
    rests
        Code and day of what rests on it.
    """
    about = thing(touch.table, touch.key)
    named = joined([say("imports:frozen.which", code=code, date=day) for code, day in rests], ", ")
    place = (row.get("src_file") or "", row.get("src_sheet") or "", row.get("src_row"))
    return Question(FROZEN, *place, about, say("imports:frozen", thing=about, packed=named), say("imports:frozen.do"))


def _reach(
    touch: Touch, made: Sequence[Mapping[str, set[str]]], grown: Mapping[str, set[str]]
) -> tuple[set[str], set[str]]:
    """Consignments and lots that a row speaks of at first hand."""
    rows = [row for row in (touch.before, touch.after) if row]
    if touch.table in {"consignment", "consignment_line"}:
        column = "code" if touch.table == "consignment" else "consignment_code"
        return {str(row.get(column)) for row in rows}, set()
    if touch.table in {"process", "process_line"}:
        column = "code" if touch.table == "process" else "process_code"
        processes = {str(row.get(column)) for row in rows}
        return set(), {lot for side in made for process in processes for lot in side.get(process, ())}
    if touch.table == "plot":
        return set(), {lot for row in rows for lot in grown.get(str(row.get("code")), ())}
    column = "code" if touch.table == "lot" else "lot_code"
    return set(), {str(row.get(column)) for row in rows}


def _pairs(book: LotBook, table: str, one: str, other: str) -> Iterable[tuple[Any, Any]]:
    frame = book.table(table)
    return zip(frame[one], frame[other], strict=True)


def _made(book: LotBook) -> dict[str, set[str]]:
    """Process → lots that came out of it."""
    lines = book.table("process_line")
    found: dict[str, set[str]] = {}
    for process, direction, lot in zip(
        *(lines[name] for name in ("process_code", "direction", "lot_code")), strict=True
    ):
        if lot and direction != "in":
            found.setdefault(str(process), set()).add(str(lot))
    return found


def _grown(book: LotBook) -> dict[str, set[str]]:
    """Plot → lots that it delivered into."""
    found: dict[str, set[str]] = {}
    for plot, lot in _pairs(book, "delivery", "plot_code", "lot_code"):
        if plot:
            found.setdefault(str(plot), set()).add(str(lot))
    return found


def _loose(book: LotBook) -> set[str]:
    return {str(code) for code, mode in _pairs(book, "location", "code", "storage_mode") if mode == _LOOSE}


def _lots_of(book: LotBook, codes: Collection[str]) -> dict[str, set[str]]:
    """Consignment or lot → its lots and all lots behind them."""
    lines = book.table("process_line")
    ins: dict[str, set[str]] = {}
    makers: dict[str, set[str]] = {}
    for process, direction, lot in zip(
        *(lines[name] for name in ("process_code", "direction", "lot_code")), strict=True
    ):
        if lot and direction == "in":
            ins.setdefault(str(process), set()).add(str(lot))
        elif lot:
            makers.setdefault(str(lot), set()).add(str(process))
    shipped: dict[str, set[str]] = {}
    for code, lot in _pairs(book, "consignment_line", "consignment_code", "lot_code"):
        shipped.setdefault(str(code), set()).add(str(lot))
    found = {}
    for code in codes:  # each consignment walks back through the processes
        ahead = list(shipped.get(code, {code}))
        seen: set[str] = set()
        while ahead:
            lot = ahead.pop()
            if lot not in seen:
                seen.add(lot)
                ahead += [one for process in makers.get(lot, ()) for one in ins.get(process, ())]
        found[code] = seen
    return found
