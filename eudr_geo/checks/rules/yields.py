"""Lots and custody: whether the land can have given what it is said to have given in a season."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from eudr_geo.base.said import Said
from eudr_geo.base.season_codes import as_season
from eudr_geo.checks.catalogue import ERROR, WARNING, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, because, by_code, problems, rows
from eudr_geo.checks.rules.balance import over_draw, processes_that_gain
from eudr_geo.lots.balance import tolerance_kg
from eudr_geo.lots.commodities import COFFEE, COMMODITY_OF_FORM
from eudr_geo.lots.equivalents import reference_factor, species_of, yield_caps
from eudr_geo.lots.graph import UNEXPLAINED_SHARE, LotGraph, graph_of
from eudr_geo.lots.land import Land, harvest_day
from eudr_geo.lots.outturn import STANDARD_MOISTURE
from eudr_geo.lots.seasons import SLACK_DAYS, day_of, runs, seasons_of
from eudr_geo.model.lot_book import Band, LotBook
from eudr_geo.words.saying import say

_BASIS = "good practice: plausibility of quantity and land (EUDR Article 10(2)(i): risk of mixing with unknown origin)"


@lot_rule(severity=(WARNING, ERROR), basis=_BASIS, ids=("LOT-MB-07",))
def implausible_yield(book: LotBook) -> Problems:
    """A plot gave more in a season than land of its size gives.

    **Why it matters** Coffee from land that nobody declared is usually sold under the name of a plot that is declared.
    Then that plot gives too much.

    **Example** A plot of 0.5 ha in Viet Nam is said to have given 25,000 kg of cherry, about 4,900 kg of green coffee:
    9,800 kg a hectare, where 2,500 is typical.

    **How to correct it** Check the weights and units of its receipts and the area of the plot. If a neighbour's coffee
    was delivered on its receipt, enter the neighbour's plot.

    **Trap** Coffee bears heavily every other year, so a warning may be the good year. An error is beyond any year.
    Cocoa, rubber, palm oil and soya have yields of their own; of wood and cattle no source tells one.
    """
    return problems(_too_much(book))


@lot_rule(severity=WARNING, basis=_BASIS, ids=("LOT-MB-08",))
def producer_over_capacity(book: LotBook) -> Problems:
    """A producer delivered more than all the producer's plots together can give.

    **Why it matters** Where receipts name the producer and not the plot, too much coffee cannot be seen plot by plot,
    only on the land as a whole.

    **Example** H-014 has 1.2 ha and delivered 38,000 kg of cherry in one season.

    **How to correct it** Look for plots that are not in the project yet. Ask whether coffee of relatives or neighbours
    was delivered on this name, and enter their plots.

    **Trap** A collector who is entered as a producer has no land that would fit: enter the collector as collector.
    """
    return problems(_over_capacity(book))


@lot_rule(severity=ERROR, basis=_BASIS, ids=("LOT-MB-06",))
def season_over_shipped(book: LotBook) -> Problems:
    """More was shipped of a season than was delivered in it.

    **Why it matters** What leaves the house must have come in. If it did not, goods without origin were shipped.

    **Example** Deliveries of 2025/26 make at most 21,000 kg of green coffee; 23,400 kg were shipped, because each step
    of the mill was entered with the most that such a step can give.

    **How to correct it** Look for deliveries that are missing, for stock of an earlier season whose blending was not
    entered (enter the process, or the lot as opening stock), or for a weight in the wrong unit.

    **Trap** Stock of an earlier season that is shipped later, or blended in by a process that was entered, is no fault:
    it counts where it was delivered. Each step may be possible by itself and all of them together not.
    """
    return problems(_shipped(book))


@lot_rule(
    severity=WARNING, basis="good practice: a crop is delivered in its season", ids=("LOT-TIME",), at=("delivered_on",)
)
def outside_season(book: LotBook) -> Problems:
    """A delivery lies far outside the season it is counted for, or in no season at all.

    **Why it matters** Coffee that comes when nobody picks is old stock, coffee from elsewhere, or a wrong date. Its
    season is told by the day of harvest, else of delivery, and by the first and last days on the Seasons sheet.

    **Example** Season 2025/26 runs from October to February; a delivery of fresh cherry is dated 3 June 2026.

    **How to correct it** Check the date. If it is right, enter the season that it is of, with its first and last day.

    **Trap** A fly crop or a late village is not meant: 45 days before and after the season are not reported.
    """
    return problems(_outside(book))


_Thing = tuple[str, str]  # a plot or producer, and the commodity that it gave


def _harvests(book: LotBook, keys: Sequence[tuple[_Thing, int]]) -> dict[tuple[_Thing, str, int], list[int]]:
    """Rows by thing, season and harvest: where no day tells the season, receipts a year apart are of two harvests.

    Parameters
    ----------
    book
        The lot book.
    keys
        What is looked at, and the row of its delivery.
    """
    receipts = seasons_of(book).receipts
    together: dict[tuple[_Thing, str, bool], list[int]] = {}
    for place, (thing, row) in enumerate(keys):
        its = receipts[row]
        together.setdefault((thing, its.code, its.is_dated), []).append(place)
    found: dict[tuple[_Thing, str, int], list[int]] = {}
    for (thing, code, is_dated), places in together.items():
        which = [0] * len(places) if is_dated else runs([receipts[keys[place][1]].day for place in places])
        for place, harvest in zip(places, which, strict=True):
            found.setdefault((thing, code, -1 if is_dated else harvest), []).append(place)
    return found


class _Given(NamedTuple):
    """A delivery, in the reference form of its commodity by the middle of what is usual."""

    place: int  # of its row in the table
    row: dict[str, Any]
    commodity: str
    species: str
    kg: float


def _given(book: LotBook) -> Iterator[_Given]:
    lots = by_code(book, "lot")
    for place, row in enumerate(rows(book, "delivery")):
        lot = lots.get(row["lot_code"], {})
        form, species = row["form"] or lot.get("form") or "", species_of(lot)
        factor = _measured(row, form) or reference_factor(form, species)
        if factor and row["quantity_kg"]:
            kg = float(row["quantity_kg"]) * (factor.low + factor.high) / 2
            yield _Given(place, row, COMMODITY_OF_FORM[form], species, kg)


def _measured(row: Mapping[str, Any], form: str) -> Band | None:
    """Dry rubber in a kilogram of latex or lump as it was measured on receipt; None where nobody did."""
    percent = row["dry_rubber_percent"]
    if COMMODITY_OF_FORM.get(form) != "rubber" or percent is None or not 0 < float(percent) <= 100:
        return None
    return Band(*[float(percent) / 100] * 3)


def _goods(commodity: str) -> Said:
    """What weights of a commodity are compared as."""
    return say(f"nouns:reference.{commodity}")


def _gone(row: Mapping[str, Any]) -> float:
    """Weight of a line of a shipment that did not come back, kg."""
    return max(float(row["quantity_kg"] or 0) - float(row["returned_kg"] or 0), 0.0)


def _areas(book: LotBook) -> Mapping[str, float]:
    """Area of each plot, ha: of its latest version."""
    versions = book.versions().sort_values("version", kind="stable")
    return {
        code: float(area)
        for code, area in zip(versions["plot_code"], versions["area_ha"], strict=True)
        if area is not None and float(area) > 0
    }


def _areas_of_versions(book: LotBook) -> Mapping[tuple[str, int], float]:
    """Area of each version of a plot, ha."""
    table = book.versions()
    rows = zip(table["plot_code"], table["version"], table["area_ha"], strict=True)
    return {(code, int(number)): float(area) for code, number, area in rows if area is not None and float(area) > 0}


def _too_much(book: LotBook) -> Iterator[Fault]:
    areas, plots, land = _areas(book), by_code(book, "plot"), graph_of(book).land
    of_version = _areas_of_versions(book)
    came = [one for one in _given(book) if one.row["plot_code"] in areas]
    keys = [((one.row["plot_code"], one.commodity), one.place) for one in came]
    for ((plot, commodity), season, _), places in sorted(_harvests(book, keys).items()):
        kg, species = sum(came[place].kg for place in places), {came[place].species for place in places}
        row = plots.get(plot, {})
        caps = yield_caps(commodity, row.get("country") or "", species.pop() if len(species) == 1 else "")
        if caps is None:
            continue  # no source tells what a hectare gives
        doubted, refused = caps
        versions = {land.version(plot, harvest_day(came[place].row)) or 0 for place in places}
        area = max(of_version.get((plot, version), areas[plot]) for version in versions)  # of two surveys the larger
        per_ha = kg / area
        if per_ha > doubted:
            values: dict[str, Any] = {
                "quantity_kg": kg,
                "area_ha": area,
                "yield_kg_per_ha": per_ha,
                "expected_kg": doubted,
            }
            values |= {"goods": _goods(commodity)}
            severity = ERROR if per_ha > refused else WARNING
            yield Fault("plot", plot, row, season, values, severity, "in-season" if season else "")


def _over_capacity(book: LotBook) -> Iterator[Fault]:
    areas = _areas(book)
    producers, plots = by_code(book, "producer"), by_code(book, "plot")
    land = graph_of(book).land
    every = [(_giver(land, one.row), one) for one in _given(book)]
    came = [(who, one) for who, one in every if who]
    keys = [((who, one.commodity), one.place) for who, one in came]
    for ((producer, commodity), season, _), places in sorted(_harvests(book, keys).items()):
        its = [came[place][1] for place in places]
        named = {one.row["plot_code"] for one in its if one.row["plot_code"]}
        kinds, kg = {one.species for one in its}, sum(one.kg for one in its)
        # Land sold before the harvest, or bought after it, cannot have given anything; land with another crop gives
        # nothing of this one, land of which nobody says the crop may.
        held = {plot for day in {harvest_day(one.row) for one in its} for plot in land.held(producer, day)}
        own = {plot for plot in held if (plots[plot]["commodity"] or commodity) == commodity}
        if not own or not own <= set(areas) or (len(own | named) < 2 and named):
            continue  # of a single plot implausible-yield speaks; without all areas nothing can be said
        species = kinds.pop() if len(kinds) == 1 else ""
        caps = [(areas[plot], yield_caps(commodity, plots[plot]["country"] or "", species)) for plot in sorted(own)]
        capacity = sum(area * cap[0] for area, cap in caps if cap is not None)
        if kg > capacity and all(cap is not None for _, cap in caps):
            total = sum(areas[plot] for plot in own)
            values = {"quantity_kg": kg, "expected_kg": capacity, "total_ha": total, "goods": _goods(commodity)}
            values |= {"commodity": say(f"choices:commodity.{commodity}")}
            case = "in-season" if season else ""
            yield Fault("producer", producer, producers.get(producer, {}), season, values, case=case)


def _giver(land: Land, receipt: Mapping[str, Any]) -> str:
    """The producer of a receipt, else who held its plot on the day."""
    plot = receipt["plot_code"] or ""
    return str(receipt["producer_code"] or land.holder(plot, harvest_day(receipt)) or land.plots.get(plot) or "")


_Crop = tuple[str, str]  # a season, and a commodity of it


def _shipped(book: LotBook) -> Iterator[Fault]:
    """A season is the lots that are counted under it: what comes in from outside them, and what leaves them."""
    graph, lots = graph_of(book), by_code(book, "lot")
    home = seasons_of(book).home
    season_of = dict(zip(graph.lots, home, strict=True))
    silent = _told_of_already(book, season_of)
    mute = set[_Crop]()
    came: dict[_Crop, float] = {}
    left: dict[_Crop, float] = {}

    def add(kept: dict[_Crop, float], season: str, form: str, kg: float) -> None:
        crop = season, COMMODITY_OF_FORM[form]
        kept[crop] = kept.get(crop, 0.0) + kg

    def unknown(season: str, form: str) -> None:
        """A form nobody can convert: of this season, or of its crop, nothing can be said."""
        if form in COMMODITY_OF_FORM:
            mute.add((season, COMMODITY_OF_FORM[form]))
        else:
            silent.add(season)

    for row in rows(book, "delivery"):
        lot = lots.get(row["lot_code"], {})
        form, season = row["form"] or lot.get("form") or "", season_of.get(row["lot_code"], "")
        factor = _measured(row, form) or reference_factor(form, species_of(lot))
        if factor is None:
            unknown(season, form)
            continue
        add(came, season, form, float(row["quantity_kg"] or 0) * factor.ceiling * _dry(lot))
    for place, code in enumerate(graph.lots):  # stock from before the records began may be shipped as well
        form = lots.get(code, {}).get("form") or ""
        factor = reference_factor(form)
        stock_kg = float(graph.unknown_kg[place] + graph.referenced.stock_kg[place])
        if stock_kg > 0 and factor:
            add(came, home[place], form, stock_kg * factor.ceiling)
    for before, after, kg, taken in _carried(graph, home, lots):
        form = taken.get("form") or ""
        factor = reference_factor(form, species_of(taken))
        if factor is None:
            unknown(after, form)
            continue
        add(came, after, form, kg * factor.ceiling * _dry(taken))
        add(left, before, form, kg * factor.low * _dry(taken))
    shipped = set[_Crop]()
    for row in rows(book, "consignment_line"):
        lot = lots.get(row["lot_code"], {})
        form, season = lot.get("form") or "", season_of.get(row["lot_code"], "")
        factor = reference_factor(form, species_of(lot))
        if factor:
            shipped.add((season, COMMODITY_OF_FORM[form]))
            add(left, season, form, _gone(row) * factor.low * _dry(lot))
    known = {as_season(row["code"]): row for row in rows(book, "season")}
    for season, commodity in sorted(shipped):
        crop = season, commodity
        kg, most = left[crop], came.get(crop, 0.0)
        is_judged = crop in came and season not in silent and crop not in mute
        if is_judged and kg > most * (1 + UNEXPLAINED_SHARE) + tolerance_kg(most):  # moisture explains some
            values = {"quantity_kg": kg, "expected_kg": most, "goods": _goods(commodity)}
            case = "" if season else "whole-book"
            yield Fault("season", season or "of the book", known.get(season, {}), values=values, case=case)


def _carried(
    graph: LotGraph, home: Sequence[str], lots: Mapping[str, dict[str, Any]]
) -> Iterator[tuple[str, str, float, Mapping[str, Any]]]:
    """Goods of one season that a process made into goods of another: both seasons, kg, and the lot they came from."""
    for flow in graph.processes.values():  # a few hundred processes, each a handful of lines
        out_kg = flow.out_kg
        for season in sorted({home[lot] for lot, _ in flow.outs}):
            part = sum(kg for lot, kg in flow.outs if home[lot] == season) / out_kg if out_kg > 0 else 0.0
            for lot, kg in flow.ins:
                if home[lot] != season:
                    yield home[lot], season, kg * part, lots.get(graph.lots[lot], {})


def _dry(lot: Mapping[str, Any]) -> float:
    """What a kilogram of a lot weighs at the moisture at which weights are compared; only coffee has such a one."""
    moisture = lot.get("moisture_percent")
    if COMMODITY_OF_FORM.get(lot.get("form") or "", COFFEE) != COFFEE:
        return 1.0
    return (100 - float(moisture)) / (100 - STANDARD_MOISTURE) if moisture and 0 < float(moisture) < 100 else 1.0


def _told_of_already(book: LotBook, season_of: Mapping[str, str]) -> set[str]:
    """Seasons that goods out of nothing went into: another rule names the lot or the process. One fault, one name."""
    graph = graph_of(book)
    faulty = {graph.position[code] for code in over_draw(book).measured.get("code", ()) if code in graph.position}
    for code in processes_that_gain(book):
        faulty |= {lot for lot, _ in graph.processes[code].outs}
    return {season_of.get(graph.lots[lot], "") for lot in graph.downstream(faulty)}


def _outside(book: LotBook) -> Iterator[Fault]:
    seasons = seasons_of(book)
    for row, its in zip(rows(book, "delivery"), seasons.receipts, strict=True):
        if its.nearest is None:
            continue
        stated = next((one for one in seasons.spans if one.code == its.code), None)
        span = stated or its.nearest
        why = because("outside-season.why", first=span.first.isoformat(), last=span.last.isoformat())
        delivered = day_of(row["delivered_on"])
        is_late = delivered is not None and span.days_off(delivered) > SLACK_DAYS
        value = row["delivered_on"] if is_late else its.day
        case = "none" if stated is None else "" if is_late else "harvested"
        yield Fault("delivery", row["code"], row, why, {"value": value, "other": span.code}, case=case)
