"""Recall: where a plot, producer, lot, process, store, supplier's statement … went, and what has to be held back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from eudr_geo.base.errors import InputError
from eudr_geo.base.said import Said
from eudr_geo.lots.attribution import Attribution, Marks
from eudr_geo.lots.balance import kilograms
from eudr_geo.lots.graph import LotGraph
from eudr_geo.lots.mixes import Floats, Mix
from eudr_geo.lots.naming import known_code, near, refuse_other
from eudr_geo.lots.season_filter import known_season
from eudr_geo.lots.seasons import seasons_of
from eudr_geo.lots.shipments import shipped_kg
from eudr_geo.lots.statements import numbers_of_shipments
from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.trace import RECALL_COLUMNS, Recall
from eudr_geo.words.saying import say

if TYPE_CHECKING:
    import pandas as pd

_TABLES = ("plot", "producer", "delivery", "lot", "process", "location")
KINDS = (*_TABLES, "statement")
"""What can be recalled; a statement is one of a supplier, by its reference number."""
_GIVES = frozenset({"plot", "producer", "delivery"})
Mask = npt.NDArray[np.bool_]
_SLACK_KG = 1e-6  # what floats leave over


def recall(
    book: LotBook,
    code: str,
    *,
    kind: str = "",
    since: str = "",
    until: str = "",
    declared: Mapping[str, Collection[str]] | None = None,
    season: str = "",
) -> Recall:
    """Follow something to the lots and consignments that hold some of it.

    Parameters
    ----------
    book
        The lot book.
    code
        Code of a plot, producer, delivery, lot, process or location; reference number of a supplier's statement.
    kind
        Which of these is meant, where one code names several.
    since, until
        Of a location only: the goods that lay there between these days, ISO 8601; "" for no limit.
    declared
        Consignment or lot code → plots that its package declared. What declares a plot is reached by it, also where
        no kilogram came from it: one plot that fails spoils the whole declared set.
    season
        Of a plot, producer or delivery only: what it gave in this season, in any spelling.

    Raises
    ------
    InputError
        When nothing is called so, or several things are; for a season of which there are no goods.
    RefusedError
        When lots feed each other in a circle.
    """
    graph = LotGraph(book)
    code, kind = _called(graph, code, kind)
    if (since or until) and kind != "location":
        raise InputError(
            say("lots:days-of-no-location", code=code, kind=say(f"nouns:{kind}")),
            fix=say("lots:days-of-no-location.do"),
        )
    if season and kind not in _GIVES:
        raise InputError(
            say("lots:season-of-no-receipt", code=code, kind=say(f"nouns:{kind}")),
            fix=say("lots:season-of-no-receipt.do"),
        )
    given = _given(graph, known_season(book, season) if season else "")
    marks, quantity_kg = _marks(graph, code, kind, since, until, given)
    starts = {*np.unique(graph.arrivals.lot[marks.arrivals]).tolist(), *marks.lots, *marks.stock}
    if marks.process:
        starts |= {lot for lot, _ in graph.processes[marks.process].outs}
    attribution = Attribution(graph, marks)
    reached = sorted(attribution.pouring.downstream(lot for lot in starts if lot >= 0))
    attribution.of(reached)
    rows = _goods(attribution, reached)
    plots = _plots(graph, code, kind)
    goods = _with_declared(book, graph, rows, plots, declared or {})
    return Recall(code, kind, quantity_kg, goods, _by_form(graph, marks))


def _called(graph: LotGraph, asked: str, kind: str) -> tuple[str, str]:
    """Return the code as it is known, and what it names."""
    known = {table: set(graph.book.table(table)["code"]) for table in _TABLES}
    known["statement"] = set(graph.unit_of_reference)
    known["lot"] |= set(graph.lots)
    known["plot"] |= set(graph.plots)
    known["process"] |= set(graph.processes)
    code = known_code(asked, set().union(*known.values()))
    found = [name for name, codes in known.items() if code in codes and kind in {"", name}]
    if len(found) == 1:
        return code, found[0]
    if found:
        raise InputError(say("lots:several-things", code=code, kinds=_and_a(found)), fix=say("lots:several-things.do"))
    every = sorted({one for codes in known.values() for one in codes if isinstance(one, str)})
    if not kind:
        refuse_other(graph.book, asked, _TABLES)
    is_one = {"kind": say(f"nouns:{kind}")} if kind else {}
    raise InputError(say(f"lots:no-such.{'kind' if kind else 'thing'}", code=asked, **is_one), fix=near(asked, every))


def _and_a(kinds: Sequence[str]) -> Said:
    """Several kinds in words: a plot and a lot, without the first article."""
    told = say(f"nouns:{kinds[0]}")
    for kind in kinds[1:]:
        told = say("lots:and-a", first=told, second=say(f"nouns:{kind}"))
    return told


def _given(graph: LotGraph, season: str) -> Mask:
    """Which arrivals count, of shape (k,): all, or those of the receipts of a season."""
    if not season:
        return np.ones(len(graph.arrivals.lot), dtype=bool)
    of_season = np.array([one.code == season for one in seasons_of(graph.book).receipts], dtype=bool)
    return of_season[graph.arrivals.delivery]


def _marks(graph: LotGraph, code: str, kind: str, since: str, until: str, given: Mask) -> tuple[Marks, float]:
    arrivals, deliveries = graph.arrivals, graph.deliveries
    none = np.zeros(len(arrivals.lot), dtype=bool)
    if kind == "lot":
        lot = graph.position[code]
        return Marks(none, lots={lot: float(graph.total_kg[lot])}), float(graph.total_kg[lot])
    if kind == "process":
        return Marks(none, process=code), graph.processes[code].out_kg if code in graph.processes else 0.0
    if kind == "location":
        lots = _kept_in(graph, code, since, until)
        return Marks(none, lots=lots), sum(lots.values())
    if kind == "plot":
        chosen = (graph.plot_codes[arrivals.plot] == code) & given
        return Marks(chosen, sure=False), float(arrivals.kg[chosen].sum())
    if kind == "statement":
        chosen = graph.references[arrivals.plot] == code
        stock = frozenset(lot for lot, reference in graph.referenced.of_stock.items() if reference == code)
        stock_kg = sum(float(graph.referenced.stock_kg[lot]) for lot in stock)
        return Marks(chosen, stock=stock), float(arrivals.kg[chosen].sum()) + stock_kg
    if kind == "delivery":
        whole = (deliveries["code"] == code).to_numpy(dtype=bool)
    else:
        # A plot's producer counts before the one named on the receipt only where the receipt names none.
        columns = (deliveries["producer_code"], deliveries["plot_code"], graph.harvest_days)
        whole = np.array(
            [
                (producer == code) if producer else bool(plot) and graph.land.holder(plot, day) == code
                for producer, plot, day in zip(*columns, strict=True)
            ],
            dtype=bool,
        )
    chosen = whole[arrivals.delivery] & given
    return Marks(chosen), float(arrivals.kg[chosen].sum())


def _by_form(graph: LotGraph, marks: Marks) -> dict[str, float]:
    """What is followed, in kilograms of each form, sorted; "" where nobody says the form."""

    def form(lot: int) -> str:
        return str(graph.lot_rows.get(graph.lots[lot], {}).get("form", "")) if lot >= 0 else ""

    arrivals, stated = graph.arrivals, graph.deliveries["form"].tolist()
    parts = [
        (stated[arrivals.delivery[row]] or form(int(arrivals.lot[row])), float(arrivals.kg[row]))
        for row in np.flatnonzero(marks.arrivals).tolist()  # of one plot, producer or delivery: few
    ]
    parts += [(form(lot), kg) for lot, kg in marks.lots.items()]
    parts += [(form(lot), float(graph.referenced.stock_kg[lot])) for lot in sorted(marks.stock)]
    if marks.process in graph.processes:
        parts += [(form(lot), kg) for lot, kg in graph.processes[marks.process].outs]
    kg_of: dict[str, float] = {}
    for name, kg in parts:
        kg_of[name] = kg_of.get(name, 0.0) + kg
    return dict(sorted(kg_of.items()))


def _plots(graph: LotGraph, code: str, kind: str) -> set[str]:
    """Plots that are recalled as such."""
    if kind == "plot":
        return {code}
    return set(graph.land.ever_held(code)) if kind == "producer" else set()


def _kept_in(graph: LotGraph, code: str, since: str, until: str) -> dict[int, float]:
    """Kilograms of each lot that lay in a location, or in a part of it, on one of these days."""
    table = graph.book.table("location")
    inside, before = {code}, 0
    while len(inside) > before:
        before = len(inside)
        inside |= {own for own, parent in zip(table["code"], table["parent_code"], strict=True) if parent in inside}
    kept: dict[int, float] = {}
    stays = graph.book.table("storage_stay")
    columns = (stays[name] for name in ("lot_code", "location_code", "from_date", "to_date"))
    for lot, where, start, end, kg in zip(*columns, kilograms(stays["quantity_kg"]), strict=True):  # a stay a row
        position = graph.position.get(lot, -1)
        if position < 0 or where not in inside or (until and start > until) or (since and end and end < since):
            continue
        total = float(graph.total_kg[position])
        kept[position] = min(kept.get(position, 0.0) + (float(kg) or total), total)
    lots = graph.book.table("lot")
    stayed = set(stays["lot_code"])
    for lot, where, made in zip(lots["code"], lots["location_code"], lots["created_on"], strict=True):
        if where in inside and lot not in stayed and not (until and made and made > until):
            kept[graph.position[lot]] = float(graph.total_kg[graph.position[lot]])
    return kept


def _goods(attribution: Attribution, reached: Sequence[int]) -> list[tuple[object, ...]]:
    """Rows of the consignments, then of the lots, that hold some of the marked goods."""
    graph = attribution.graph
    stores = _stores(graph.book)
    lots = []
    for lot in reached:
        kg, low, high = _marked(attribution.mixes[lot])
        if high <= _SLACK_KG:
            continue
        total = float(graph.total_kg[lot])
        stock = max(0.0, total - float(graph.drawn_kg[lot]))
        code = graph.lots[lot]
        form = graph.lot_rows.get(code, {}).get("form", "")
        lots.append(("lot", code, form, "", "", _way(kg), total, kg, low, high, stock, stores.get(code, "")))
    shipped: dict[str, Floats] = {}
    for consignment, packed in shipped_kg(graph.book).items():
        held = shipped.setdefault(consignment, np.zeros(4))
        for code, kg in packed.items():
            held[0] += kg
            if graph.position.get(code, -1) in attribution.mixes:
                held[1:] += _marked(attribution.draw(graph.position[code], kg))
    numbers = numbers_of_shipments(graph.book)
    rows = [
        (
            "consignment",
            consignment,
            *_papers(graph.book, numbers, consignment),
            _way(kg),
            total,
            kg,
            low,
            high,
            0.0,
            "",
        )
        for consignment, (total, kg, low, high) in sorted(shipped.items())
        if high > _SLACK_KG
    ]
    return [*rows, *sorted(lots, key=lambda row: row[1])]


def _stores(book: LotBook) -> dict[str, str]:
    """Where each lot lies: the stays that have not ended, else the store of the Lots sheet."""
    lots, stays = book.table("lot"), book.table("storage_stay")
    found: dict[str, set[str]] = {}
    for lot, place, end in zip(stays["lot_code"], stays["location_code"], stays["to_date"], strict=True):
        if place and not end:
            found.setdefault(lot, set()).add(place)
    stated = {code: place for code, place in zip(lots["code"], lots["location_code"], strict=True) if place}
    return stated | {lot: ", ".join(sorted(places)) for lot, places in found.items()}


def _way(kg: float) -> str:
    """How goods came into something: a silo may have poured them in where no kilogram is attributed."""
    return "goods" if kg > 0 else "silo"


def _papers(book: LotBook, numbers: Mapping[str, list[str]], consignment: str) -> tuple[str, str, str]:
    """Buyer, date of shipping and references of the statements of a consignment."""
    table = book.table("consignment")
    own = table[table["code"] == consignment]
    buyer, date = (str(own.iloc[0][name] or "") if len(own) else "" for name in ("buyer", "ship_date"))
    return buyer, date, "; ".join(numbers.get(consignment, []))


def _with_declared(
    book: LotBook,
    graph: LotGraph,
    rows: list[tuple[object, ...]],
    plots: set[str],
    declared: Mapping[str, Collection[str]],
) -> pd.DataFrame:
    """Add what declares one of the plots in its package and cannot hold a kilogram of it."""
    import pandas as pd

    held = {row[1] for row in rows}
    lines = graph.shipments
    weight = dict.fromkeys(graph.lots, 0.0) | dict(zip(graph.lots, graph.total_kg.tolist(), strict=True))
    for consignment, kg in zip(lines["consignment_code"], kilograms(lines["quantity_kg"]), strict=True):
        weight[consignment] = weight.get(consignment, 0.0) + float(kg)
    found = {code for code, its in declared.items() if plots & set(its)}
    shipped = set(lines["consignment_code"]) | set(book.table("consignment")["code"])
    numbers = numbers_of_shipments(book)
    for code in sorted(found - held):
        is_shipped = code in shipped
        label = _papers(book, numbers, code) if is_shipped else (graph.lot_rows.get(code, {}).get("form", ""), "", "")
        stock = 0.0
        if code in graph.position:
            stock = max(0.0, weight.get(code, 0.0) - float(graph.drawn_kg[graph.position[code]]))
        kind = "consignment" if is_shipped else "lot"
        rows.append((kind, code, *label, "declaration", weight.get(code, 0.0), 0.0, 0.0, 0.0, stock, ""))
    rows.sort(key=lambda row: (str(row[0]), str(row[1])))
    return pd.DataFrame(rows, columns=list(RECALL_COLUMNS))


def _marked(mix: Mix) -> tuple[float, float, float]:
    """Attributed, least and most kilograms of the marked goods in a mix."""
    rows = np.flatnonzero(mix.plot == 0)
    return tuple(float(values[rows].sum()) for values in (mix.kg, mix.low, mix.high))  # type: ignore[return-value]
