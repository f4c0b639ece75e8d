"""Commodity lines of due diligence statements: one a lot and country, split where one would hold too much.

Each line declares the land that its own kilograms came from, and nothing else; each has a file of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from eudr_geo.law import (
    GEOLOCATION_MAX_BYTES,
    LINES_MAX_PER_STATEMENT,
    PRODUCERS_MAX_PER_LINE,
    PRODUCERS_MAX_PER_STATEMENT,
)
from eudr_geo.lots.counted import ITEMS
from eudr_geo.model.package import CommodityLine, Counted, Land

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "statement", "line", "file", "hs_code", "producer_country", "lot_code", "producers", "plots", "net_mass_kg",
    "supplementary_unit", "supplementary_quantity", "scientific_names", "common_names",
)  # fmt: skip
_GRAM = 3


class LineLimits(NamedTuple):
    """What the EU system takes: producers and lines by number, geolocation in bytes.

    Source: EU system validation rules (Operator API Reference v1.0, chapter 10); of lines the 100 of the rules, not the
    200 of the schema.
    """

    producers: int = PRODUCERS_MAX_PER_LINE
    producers_per_statement: int = PRODUCERS_MAX_PER_STATEMENT
    lines_per_statement: int = LINES_MAX_PER_STATEMENT
    bytes_per_statement: int = GEOLOCATION_MAX_BYTES


_LIMITS = LineLimits()
_NOTHING: Mapping[str, Counted] = {}
_KILOGRAMS_ALONE = Counted("", None, True, ())


def commodity_lines(
    trace: pd.DataFrame,
    lots: pd.DataFrame,
    countries: Mapping[Land, str],
    sizes: Mapping[Land, int],
    limits: LineLimits = _LIMITS,
    *,
    counted: Mapping[str, Counted] = _NOTHING,
) -> tuple[CommodityLine, ...]:
    """Return the commodity lines that declare some lots, in as few statements as hold them.

    A line holds the producers of one lot and one country, in the order of their codes; one with more producers or
    more bytes of geolocation than there may be is split, and each part gets the kilograms attributed to its own
    producers. The kilograms of a lot's lines add up to the lot less what was bought with a supplier's statement:
    the largest remainders are rounded up, to whole kilograms where that is whole.

    Parameters
    ----------
    trace
        Columns as in ``trace.csv``.
    lots
        One row a lot: code, hs_code, quantity_kg.
    countries
        Plot code and version → country of production.
    sizes
        Plot code and version → bytes of its feature, at most.
    limits
        What a line and a statement may hold.
    counted
        Lot → what its lines state beside kilograms; the supplementary quantity is shared out like the kilograms. A net
        mass that nobody weighed is not stated.

    Returns
    -------
    tuple of CommodityLine
        In the order of lot, country and producer; numbered in each statement from 1.
    """
    lines = []
    for lot in lots.sort_values("code").itertuples():
        own = trace[trace["lot_code"] == lot.code]
        parts = list(_parts(own, countries, sizes, limits))
        # A supplier's goods are in the supplier's statement: a line declares what its own land gave.
        bought_kg = float(own.loc[own["upstream_reference"] != "", "kg_attributed"].sum())
        kilograms, total_kg = [kg for *_, kg in parts], float(lot.quantity_kg)
        weights = shared_out(kilograms, round(total_kg - bought_kg, _GRAM))
        stated = counted.get(str(lot.code), _KILOGRAMS_ALONE)
        amounts: list[float | None] = [None] * len(parts)
        if stated.quantity is not None and total_kg > 0:
            own_part = stated.quantity * (total_kg - bought_kg) / total_kg
            is_whole = stated.unit == ITEMS
            total = float(round(own_part)) if is_whole else round(own_part, _GRAM)
            amounts = [*shared_out(kilograms, total, in_wholes=is_whole)]
        lines += [
            CommodityLine(
                0, 0, "", str(lot.hs_code), country, str(lot.code), producers, land, kg if stated.is_weighed else None,
                stated.unit, amount, stated.species,
            )
            for (country, producers, land, _), kg, amount in zip(parts, weights, amounts, strict=True)
        ]  # fmt: skip
    return _in_statements(lines, sizes, limits)


def _parts(
    own: pd.DataFrame, countries: Mapping[Land, str], sizes: Mapping[Land, int], limits: LineLimits
) -> Iterator[tuple[str, int, tuple[Land, ...], float]]:
    """Country, number of producers, land and kilograms of each line of one lot."""
    per_country: dict[str, dict[str, dict[Land, float]]] = {}
    columns = (own[name] for name in ("plot_code", "plot_version", "producer_code", "kg_attributed"))
    for plot, version, producer, kg in zip(*columns, strict=True):
        if not plot:
            continue  # what has no land is in no line
        # A plot without a producer is a producer of its own: nobody else can be counted with it.
        land, who = (str(plot), int(version or 0)), str(producer) or f"\uffff{plot}"
        held = per_country.setdefault(countries.get(land, ""), {}).setdefault(who, {})
        held[land] = held.get(land, 0.0) + float(kg)
    for country, producers in sorted(per_country.items()):
        names: list[str] = []
        size = 0
        for who in sorted(producers):
            weight = sum(sizes.get(land, 0) for land in producers[who])
            if names and (len(names) == limits.producers or size + weight > limits.bytes_per_statement):
                yield _part(country, names, producers)
                names, size = [], 0
            names.append(who)
            size += weight
        yield _part(country, names, producers)


def _part(
    country: str, names: Sequence[str], producers: Mapping[str, Mapping[Land, float]]
) -> tuple[str, int, tuple[Land, ...], float]:
    land = sorted({one for who in names for one in producers[who]})
    return country, len(names), tuple(land), sum(kg for who in names for kg in producers[who].values())


def _in_statements(
    lines: Sequence[CommodityLine], sizes: Mapping[Land, int], limits: LineLimits
) -> tuple[CommodityLine, ...]:
    """Number the lines, and begin another statement where one would hold too many lines, producers or bytes."""
    placed: list[CommodityLine] = []
    statement, number, producers, held = 1, 0, 0, 0
    for line in lines:
        size = sum(sizes.get(land, 0) for land in line.land)
        is_full = (
            number == limits.lines_per_statement
            or producers + line.producers > limits.producers_per_statement
            or held + size > limits.bytes_per_statement
        )
        if number and is_full:
            statement, number, producers, held = statement + 1, 0, 0, 0
        number, producers, held = number + 1, producers + line.producers, held + size
        placed.append(replace(line, statement=statement, line=number))
    return tuple(replace(line, file=_file(line, several=statement > 1)) for line in placed)


def _file(line: CommodityLine, *, several: bool) -> str:
    name = f"geolocation/line-{line.line}.geojson"
    return f"statement-{line.statement}/{name}" if several else name


def table_of_lines(lines: Sequence[CommodityLine]) -> list[tuple[object, ...]]:
    """Return the lines as rows of :data:`COLUMNS`."""
    return [
        (
            one.statement, one.line, one.file, one.hs_code, one.country, one.lot_code, one.producers,
            len({plot for plot, _ in one.land}), one.net_mass_kg, one.supplementary_unit, one.supplementary_quantity,
            "; ".join(name for name, _ in one.species), "; ".join(name for _, name in one.species),
        )
        for one in lines
    ]  # fmt: skip


def shared_out(parts: Sequence[float], total: float, *, in_wholes: bool | None = None) -> list[float]:
    """Return the parts rounded so that they add up to the total: the largest remainders are rounded up.

    Parameters
    ----------
    parts
        Kilograms that add up to about the total.
    total
        Kilograms; whole ones give whole parts, others grams.
    in_wholes
        Whole parts or thousandths, whatever the total is.

    Examples
    --------
    >>> shared_out([33.4, 33.3, 33.3], 100.0), shared_out([0.05, 0.05], 0.1)
    ([34.0, 33.0, 33.0], [0.05, 0.05])
    """
    if not parts:
        return []
    is_whole = float(total).is_integer() if in_wholes is None else in_wholes
    step = 1.0 if is_whole else 10.0**-_GRAM
    units: npt.NDArray[np.float64] = np.asarray(parts, dtype=np.float64) / step
    whole = round(total / step)
    if units.sum() > 0:
        units = units * (whole / units.sum())  # what rounding of the trace left over
    floors = np.floor(units + 1e-9)
    up = np.argsort(-(units - floors), kind="stable")[: max(whole - int(floors.sum()), 0)]
    floors[up] += 1
    return [round(float(value) * step, _GRAM) for value in floors]
