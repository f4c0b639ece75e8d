"""Lots and custody: whether the land can have given what it is said to have given in a season."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from eudr_geo.checks.catalogue import ERROR, WARNING, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, because, by_code, problems, rows
from eudr_geo.checks.rules.balance import implausible_outturn, over_draw, process_gains_mass
from eudr_geo.lots.balance import tolerance_kg
from eudr_geo.lots.graph import UNEXPLAINED_SHARE, graph_of
from eudr_geo.lots.green_equivalent import green_factor, species_of, yield_caps
from eudr_geo.lots.outturn import STANDARD_MOISTURE
from eudr_geo.model.lot_book import LotBook

SEASON_SLACK_DAYS = 45
"""Good practice: a harvest begins early or ends late by so many days."""
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

    **Example** Deliveries of 2025/26 make at most 21,000 kg of green coffee; 23,400 kg were shipped, because parchment
    of the year before was milled with them.

    **How to correct it** Look for deliveries that are missing, for stock of an earlier season (enter it as opening
    stock), or for a weight in the wrong unit.

    **Trap** Each lot may fit its own deliveries while a lot is shipped twice under two names.
    """
    return problems(_shipped(book))


@lot_rule(severity=WARNING, basis="good practice: a crop is delivered in its season", ids=("LOT-TIME",))
def outside_season(book: LotBook) -> Problems:
    """A delivery lies far outside the season it is counted for.

    **Why it matters** Coffee that comes when nobody picks is old stock, coffee from elsewhere, or a wrong date.

    **Example** Season 2025/26 runs from October to February; a delivery of fresh cherry is dated 3 June 2026.

    **How to correct it** Check the date. Stock of an earlier season belongs to that season's stream.

    **Trap** A fly crop or a late village is not meant: 45 days before and after the season are not reported.
    """
    return problems(_outside(book))


@dataclass
class _Given:
    """What land gave in a season, kg of green coffee."""

    kg: float = 0.0
    plots: set[str] = field(default_factory=set)
    species: set[str] = field(default_factory=set)


def _season_of(book: LotBook) -> dict[str, str]:
    """Season of each lot: of its stream, else its crop year, else ""."""
    streams = {row["code"]: row["season_code"] or "" for row in rows(book, "stream")}
    return {
        row["code"]: streams.get(row["stream_code"] or "", "") or row["crop_year"] or "" for row in rows(book, "lot")
    }


def _green(book: LotBook) -> Iterator[tuple[dict[str, Any], str, float]]:
    """Each delivery with its species and its kilograms as green coffee, by the middle of what is usual."""
    lots = by_code(book, "lot")
    for row in rows(book, "delivery"):
        lot = lots.get(row["lot_code"], {})
        species = species_of(lot)
        factor = green_factor(row["form"] or lot.get("form") or "", species)
        if factor and row["quantity_kg"]:
            yield row, species, float(row["quantity_kg"]) * (factor.low + factor.high) / 2


def _areas(book: LotBook) -> Mapping[str, float]:
    """Area of each plot, ha: of its latest version."""
    versions = book.versions().sort_values("version", kind="stable")
    return {
        code: float(area)
        for code, area in zip(versions["plot_code"], versions["area_ha"], strict=True)
        if area is not None and float(area) > 0
    }


def _too_much(book: LotBook) -> Iterator[Fault]:
    areas, plots, season_of = _areas(book), by_code(book, "plot"), _season_of(book)
    given: dict[tuple[str, str], _Given] = {}
    for row, species, kg in _green(book):
        if row["plot_code"] in areas:
            one = given.setdefault((row["plot_code"], season_of.get(row["lot_code"], "")), _Given())
            one.kg += kg
            one.species.add(species)
    for (plot, season), one in sorted(given.items()):
        row = plots.get(plot, {})
        doubted, refused = yield_caps(row.get("country") or "", one.species.pop() if len(one.species) == 1 else "")
        per_ha = one.kg / areas[plot]
        if per_ha > doubted:
            values = {
                "quantity_kg": one.kg, "area_ha": areas[plot], "yield_kg_per_ha": per_ha, "expected_kg": doubted
            }  # fmt: skip
            severity = ERROR if per_ha > refused else WARNING
            yield Fault("plot", plot, row, season, values, severity, "in-season" if season else "")


def _over_capacity(book: LotBook) -> Iterator[Fault]:
    areas, graph, season_of = _areas(book), graph_of(book), _season_of(book)
    producers, plots = by_code(book, "producer"), by_code(book, "plot")
    given: dict[tuple[str, str], _Given] = {}
    owner = {code: row["producer_code"] for code, row in plots.items()}
    for row, species, kg in _green(book):
        producer = row["producer_code"] or owner.get(row["plot_code"] or "")
        if producer:
            one = given.setdefault((producer, season_of.get(row["lot_code"], "")), _Given())
            one.kg += kg
            one.species.add(species)
            if row["plot_code"]:
                one.plots.add(row["plot_code"])
    for (producer, season), one in sorted(given.items()):
        own = {graph.plots[i] for i in graph.plots_of_producer.get(producer, [])}
        if not own or not own <= set(areas) or (len(own | one.plots) < 2 and one.plots):
            continue  # of a single plot implausible-yield speaks; without all areas nothing can be said
        species = one.species.pop() if len(one.species) == 1 else ""
        capacity = sum(areas[plot] * yield_caps(plots[plot]["country"] or "", species)[0] for plot in own)
        if one.kg > capacity:
            total = sum(areas[plot] for plot in own)
            values = {"quantity_kg": one.kg, "expected_kg": capacity, "total_ha": total}
            case = "in-season" if season else ""
            yield Fault("producer", producer, producers.get(producer, {}), season, values, case=case)


def _shipped(book: LotBook) -> Iterator[Fault]:
    graph, season_of, lots = graph_of(book), _season_of(book), by_code(book, "lot")
    silent = _told_of_already(book, season_of)
    came: dict[str, float] = {}
    for row in rows(book, "delivery"):
        lot = lots.get(row["lot_code"], {})
        factor = green_factor(row["form"] or lot.get("form") or "", species_of(lot))
        season = season_of.get(row["lot_code"], "")
        if factor is None:
            silent.add(season)  # a form nobody can convert: of this season nothing can be said
            continue
        came[season] = came.get(season, 0.0) + float(row["quantity_kg"] or 0) * factor.ceiling * _dry(lot)
    for place, code in enumerate(graph.lots):  # stock from before the records began may be shipped as well
        factor = green_factor(lots.get(code, {}).get("form") or "")
        if graph.unknown_kg[place] > 0 and factor:
            season = season_of.get(code, "")
            came[season] = came.get(season, 0.0) + float(graph.unknown_kg[place]) * factor.ceiling
    left: dict[str, float] = {}
    for row in rows(book, "consignment_line"):
        lot = lots.get(row["lot_code"], {})
        factor = green_factor(lot.get("form") or "", species_of(lot))
        if factor:
            season = season_of.get(row["lot_code"], "")
            left[season] = left.get(season, 0.0) + float(row["quantity_kg"] or 0) * factor.low * _dry(lot)
    seasons = by_code(book, "season")
    for season, kg in sorted(left.items()):
        most = came.get(season, 0.0)
        if (
            season in came and season not in silent and kg > most * (1 + UNEXPLAINED_SHARE) + tolerance_kg(most)
        ):  # moisture explains some
            values, case = {"quantity_kg": kg, "expected_kg": most}, "" if season else "whole-book"
            yield Fault("season", season or "of the book", seasons.get(season, {}), values=values, case=case)


def _dry(lot: Mapping[str, Any]) -> float:
    """What a kilogram of a lot weighs at the moisture at which weights are compared."""
    moisture = lot.get("moisture_percent")
    return (100 - float(moisture)) / (100 - STANDARD_MOISTURE) if moisture and 0 < float(moisture) < 100 else 1.0


def _told_of_already(book: LotBook, season_of: Mapping[str, str]) -> set[str]:
    """Seasons that goods out of nothing went into: another rule names the lot or the process. One fault, one name."""
    graph = graph_of(book)
    faulty = {graph.position[code] for code in over_draw(book).measured.get("code", ()) if code in graph.position}
    outturn = implausible_outturn(book)
    named = zip(outturn.measured.get("code", ()), list(outturn.severity), strict=False)  # no severities: all warnings
    refused = [code for code, its in named if its == ERROR]
    for code in (*process_gains_mass(book).measured.get("code", ()), *refused):
        faulty |= {lot for lot, _ in graph.processes[code].outs}
    return {season_of.get(graph.lots[lot], "") for lot in graph.downstream(faulty)}


def _outside(book: LotBook) -> Iterator[Fault]:
    seasons, season_of = by_code(book, "season"), _season_of(book)
    slack = timedelta(days=SEASON_SLACK_DAYS)
    spans = {
        code: (date.fromisoformat(row["start"]) - slack, date.fromisoformat(row["end"]) + slack)
        for code, row in seasons.items()
        if row["start"] and row["end"]
    }
    for row in rows(book, "delivery"):
        season = season_of.get(row["lot_code"], "")
        if season not in spans or not row["delivered_on"]:
            continue
        day, (first, last) = date.fromisoformat(row["delivered_on"]), spans[season]
        if not first <= day <= last:
            its = seasons[season]
            why = because("outside-season.why", first=its["start"], last=its["end"])
            yield Fault("delivery", row["code"], row, why, {"value": row["delivered_on"], "other": season})
