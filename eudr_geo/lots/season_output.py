"""What a season gave of each commodity, in one form and at one moisture, and which part of it the micro-lots are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from eudr_geo.base.season_codes import as_season
from eudr_geo.lots.balance import tolerance_kg
from eudr_geo.lots.commodities import COFFEE, COMMODITY_OF_FORM
from eudr_geo.lots.equivalents import reference_factor, species_of
from eudr_geo.lots.graph import LotGraph, graph_of
from eudr_geo.lots.outturn import STANDARD_MOISTURE
from eudr_geo.lots.seasons import Floats, seasons_of
from eudr_geo.model.lot_book import LotBook

_GONE = "destroyed"


@dataclass(frozen=True)
class SeasonOutput:
    """The output of one season, of one commodity.

    Attributes
    ----------
    code
        The season.
    output_kg
        In the reference form of the commodity, kg; green coffee at the season's standard moisture.
    is_stated
        The Seasons sheet says it; otherwise it is worked out from the lots that no further process takes.
    micro_kg
        Micro-lot (code of its stream) → what it was made into, in the reference form, kg.
    first
        Micro-lots that no earlier season has.
    other_kg
        Weight of lots in forms that are not converted, kg: in no output. Told with the first commodity of a season.
    commodity
        Of which the output is.
    """

    code: str
    output_kg: float
    is_stated: bool = False
    micro_kg: Mapping[str, float] = field(default_factory=dict)
    first: frozenset[str] = frozenset()
    other_kg: float = 0.0
    commodity: str = COFFEE

    def share(self, stream: str) -> float:
        """Part of the output that a micro-lot is; 0 where there is no output.

        Examples
        --------
        >>> SeasonOutput("2025/26", 2000.0, micro_kg={"ML03": 150.0}).share("ML03")
        0.075
        """
        return self.micro_kg[stream] / self.output_kg if self.output_kg > 0 else 0.0

    @property
    def micro_share(self) -> float:
        """Part of the output that all micro-lots are together."""
        return sum(self.micro_kg.values()) / self.output_kg if self.output_kg > 0 else 0.0


def season_outputs(book: LotBook) -> list[SeasonOutput]:
    """Return the output of each season and commodity of a book, sorted; goods of no known season are in none.

    The share of a micro-lot is what was prepared of it, over all lots which no further process takes, both in the
    reference form of the commodity; of coffee at the season's standard moisture, where moisture was measured. A blend
    of two seasons counts for each by what it holds of it. The output that the Seasons sheet states counts where the
    season has one commodity: of several, nobody says which it is of.

    Parameters
    ----------
    book
        The lot book.

    Examples
    --------
    >>> from eudr_geo.model.workbook import book_of
    >>> streams = [{"code": "ML", "type": "micro"}]
    >>> lots = [{"code": "A", "form": "green", "quantity_kg": 60.0, "crop_year": "2025/26", "stream_code": "ML"}]
    >>> lots += [{"code": "B", "form": "green", "quantity_kg": 940.0, "crop_year": "2025/26"}]
    >>> book = book_of({"stream": streams, "lot": lots})
    >>> [(one.code, one.output_kg, one.share("ML")) for one in season_outputs(book)]
    [('2025/26', 1000.0, 0.06)]
    """
    seasons, graph = seasons_of(book), graph_of(book)
    left, prepared, factors = _weights(book, graph)
    streams = np.array([str(graph.lot_rows.get(lot, {}).get("stream", "")) for lot in graph.lots], dtype=object)
    stated = {as_season(row["code"]): row["output_kg"] for row in book.table("season").to_dict("records")}
    kinds = np.array([COMMODITY_OF_FORM.get(str(graph.lot_rows.get(lot, {}).get("form")), "") for lot in graph.lots])
    found, before = [], set[str]()
    for place, code in enumerate(seasons.codes):
        if not code:
            continue
        standard = seasons.moisture_percent(code, STANDARD_MOISTURE)
        green = factors * np.where(kinds == COFFEE, _dryness(graph, standard), 1.0) * seasons.shares[:, place]
        known = np.isfinite(green)
        other_kg = float((left * seasons.shares[:, place])[~known].sum())
        commodities = sorted(set(kinds[known & (seasons.shares[:, place] > 0)].tolist())) or [COFFEE]
        made = _number(stated.get(code)) if len(commodities) == 1 else 0.0
        fresh = set[str]()
        for commodity in commodities:
            its = known & (kinds == commodity)
            micro = {
                stream: float((prepared * green)[its & (streams == stream)].sum())
                for stream in sorted(graph.micro_streams & set(streams.tolist()))
            }
            micro = {stream: kg for stream, kg in micro.items() if kg > 0}
            output_kg = made or float((left * green)[its].sum())
            first = frozenset(micro.keys() - before)
            found.append(SeasonOutput(code, output_kg, made > 0, micro, first, other_kg, commodity))
            fresh |= micro.keys()
            other_kg = 0.0
        before |= fresh
    return found


def _number(value: Any) -> float:
    return float(value) if value is not None and value == value else 0.0  # noqa: PLR0124 (NaN)


def _weights(book: LotBook, graph: LotGraph) -> tuple[Floats, Floats, Floats]:
    """Per lot, kg: what no process took; what was prepared of its stream; kg in the reference form a kg, or NaN."""
    taken, within = np.zeros(len(graph.lots)), np.zeros(len(graph.lots))
    low_grade = np.zeros(len(graph.lots), dtype=bool)
    stream = [str(graph.lot_rows.get(lot, {}).get("stream", "")) for lot in graph.lots]
    for flow in graph.processes.values():  # a process, a handful of lines
        goes_on = {stream[lot] for lot, _ in flow.outs if lot not in flow.byproducts}
        low_grade[list(flow.byproducts)] = True
        for lot, kg in flow.ins:
            taken[lot] += kg
            within[lot] += kg if stream[lot] in goes_on else 0.0
    rows = {row["code"]: row for row in book.table("lot").to_dict("records")}
    factors = np.full(len(graph.lots), np.nan)
    for place, code in enumerate(graph.lots):
        row = rows.get(code, {})
        if row.get("status") == _GONE:
            factors[place] = 0.0
        elif factor := reference_factor(row.get("form") or "", species_of(row)):
            factors[place] = (factor.low + factor.high) / 2

    def rest(gone: Floats) -> Floats:
        """What is left, nothing where only spilling is."""
        kg = graph.total_kg - gone
        return np.where((gone > 0) & (kg <= tolerance_kg(graph.total_kg)), 0.0, np.maximum(kg, 0.0))

    return rest(taken), np.where(low_grade, 0.0, rest(within)), factors


def _dryness(graph: LotGraph, standard_percent: float) -> Floats:
    """What a kg of each lot weighs at the standard moisture, shape (n,); 1 where nobody measured."""
    factor = np.ones(len(graph.lots))
    for lot, percent in graph.lot_moistures.items():
        factor[lot] = (100 - percent) / (100 - standard_percent)
    return factor


def is_unusual(output: SeasonOutput, stream: str, low: float, high: float) -> bool:
    """Tell whether a micro-lot in its first season is more than the usual part, or all of them together less.

    Examples
    --------
    >>> is_unusual(SeasonOutput("2025/26", 1000.0, micro_kg={"A": 30.0, "B": 30.0}, first={"A", "B"}), "A", 0.05, 0.1)
    False
    """
    if stream not in output.first or output.output_kg <= 0:
        return False
    return output.share(stream) > high or output.micro_share < low
