"""The arithmetic of tracing: mixes of goods, drawn, joined and weighed anew, with bounds, as arrays over plots.

Attribution is proportional: whatever leaves a lot, and whatever comes out of a process, has the same mix as what
went in. Beside it stand bounds: how much of a plot can at least and at most be in there, whichever beans were drawn.
The bounds assume the same outturn for all beans of one process.

No plot ever gives more than what came in: what a lot weighs above it is of unknown origin (decision 0114).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import CycleError
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from eudr_geo.base.errors import RefusedError
from eudr_geo.lots.graph import LotGraph
from eudr_geo.lots.identity import lost_identities
from eudr_geo.lots.mixes import GAINED, NO_DATE, Floats, Ints, Mix
from eudr_geo.lots.origins import EXACT, REFERENCED, UNKNOWN
from eudr_geo.lots.outturn import most_out_kg
from eudr_geo.lots.silos import Pouring
from eudr_geo.lots.ways import Source, Ways
from eudr_geo.model.trace import CLASSES, SILO, IdentityLoss
from eudr_geo.words.saying import say

_OF_THE_KEY = (EXACT, UNKNOWN)
"""Classes without a column of their own: a kilogram of a plot is exact, of none unknown, unless said otherwise."""
_GRAIN_KG = 1e-9  # what floats leave over

if TYPE_CHECKING:
    from pandas.api.extensions import ExtensionArray


@dataclass(frozen=True)
class Marks:
    """What a forward trace follows: goods of key 0; everything else is key 1.

    Parameters
    ----------
    arrivals
        Which rows of the graph's arrivals are marked, shape (k,), bool.
    sure
        The marked goods certainly arrived (a delivery, a producer's deliveries), not only possibly.
    lots
        Positions of lots of which some or all kilograms are marked, and how many.
    process
        Code of a process whose output is marked, "" for none.
    stock
        Positions of lots of which the part that was bought with a statement, and no receipt brought, is marked.
    """

    arrivals: npt.NDArray[np.bool_]
    sure: bool = True
    lots: Mapping[int, float] = field(default_factory=dict)
    process: str = ""
    stock: frozenset[int] = frozenset()


class Attribution:
    """Mixes of the lots behind some lot, each computed once, in the order of the flow.

    Parameters
    ----------
    graph
        The lots.
    marks
        What to follow forward; by default every plot is a key of its own.
    """

    def __init__(self, graph: LotGraph, marks: Marks | None = None) -> None:
        self.graph = graph
        self.marks = marks
        arrivals = graph.arrivals
        self.keys, self.low, self.high = arrivals.plot, arrivals.low, arrivals.high
        self.rest = len(graph.units.plots)  # the key of goods of unknown origin
        if marks is not None:
            self.keys, self.rest = np.where(marks.arrivals, 0, 1).astype(np.int64), 1
            if marks.sure:
                self.low = self.high = arrivals.kg
        table = graph.deliveries
        first = [a or b or "" for a, b in zip(table["harvested_from"], table["harvested_to"], strict=True)]
        last = [b or a or "" for a, b in zip(table["harvested_from"], table["harvested_to"], strict=True)]
        self.dates = sorted({*first, *last} - {""})
        self.dates_shown = np.array([*self.dates, ""], dtype=object)  # -1, the last one, stands for no date
        number = {date: i for i, date in enumerate(self.dates)}
        self.first = np.array([number.get(date, NO_DATE) for date in first], dtype=np.int64)
        self.last = np.array([number.get(date, -1) for date in last], dtype=np.int64)
        lot_form = dict(zip(graph.book.table("lot")["code"], graph.book.table("lot")["form"], strict=True))
        forms = [
            form or lot_form.get(lot) or "other" for form, lot in zip(table["form"], table["lot_code"], strict=True)
        ]
        self.forms = sorted(set(forms))[:62]
        bit = {form: 1 << i for i, form in enumerate(self.forms)}
        self.form = np.array([bit.get(form, 0) for form in forms], dtype=np.int64)
        self.mixes: dict[int, Mix] = {}
        self.pouring = Pouring(graph.book, graph)
        self.ways = Ways(graph, self.rest)

    def forms_of(self, bits: Ints) -> ExtensionArray:
        """Names of the forms in each set of bits, joined, shape as ``bits``."""
        import pandas as pd

        sets, place = np.unique(bits, return_inverse=True)
        names = ["; ".join(form for i, form in enumerate(self.forms) if one >> i & 1) for one in sets.tolist()]
        return pd.Series(np.array(names, dtype=object)).array.take(place)

    def of(self, lots: Sequence[int]) -> None:
        """Compute the mixes of these lots and all behind them.

        Raises
        ------
        RefusedError
            When lots feed each other in a circle.
        """
        graph = self.graph
        try:
            order = graph.order(graph.upstream(lots))
        except CycleError as error:
            raise _circle([graph.lots[i] for i in error.args[1]]) from None
        for lot in order:  # each lot waits for its parents: a loop over lots, arrays over plots
            self.mixes[lot] = self._mix(lot)

    def _mix(self, lot: int) -> Mix:
        graph = self.graph
        if self.marks is not None and lot in self.marks.lots:
            total, marked = float(graph.total_kg[lot]), self.marks.lots[lot]
            mix = Mix.joined([self._lump(0, marked), self._lump(self.rest, total - marked)])
            return self.ways.bounded(lot, mix, [mix], [])
        parts = [self._arrived(lot)]
        outside, sources = parts[:], []
        for code in dict.fromkeys(graph.made_by[lot]):
            flow = graph.processes[code]
            pool = Mix.joined([self.draw(parent, kg) for parent, kg in flow.ins]) if flow.ins else None
            given = sum(kg for out, kg in flow.outs if out == lot)
            if self.marks is not None and code == self.marks.process:
                parts.append(self._lump(0, given))
                outside.append(parts[-1])
                continue
            if pool is None or pool.total <= 0:
                parts.append(self._lump(self.rest, given))
                continue
            # The pool in kilograms of what came out, then the part of it that became this lot.
            outturn = min(flow.out_kg, most_out_kg(graph, flow)) / pool.total
            sources += [Source(code, parent, outturn) for parent, _ in flow.ins]
            made = self._up_to(pool.scaled(outturn), flow.out_kg)
            parts.append(made.drawn(given, flow.out_kg))
        mix = Mix.joined(parts)
        bought_kg = float(graph.referenced.stock_kg[lot])
        # Not below nothing: floats leave a grain where all of a lot was bought.
        known = max(float(graph.held_kg[lot] - graph.unknown_kg[lot]) - bought_kg, 0.0)
        if mix.total > known:
            less = known / mix.total
            mix, outside = mix.scaled(less), [part.scaled(less) for part in outside]
            sources = [replace(source, ratio=source.ratio * less) for source in sources]
        elif mix.total > 0:
            mix = self._up_to(mix, known)
        if graph.unknown_kg[lot] > 0:
            mix = Mix.joined([mix, self._lump(self.rest, float(graph.unknown_kg[lot]))])
        if bought_kg > 0:
            outside.append(self._stock(lot))
            mix = Mix.joined([mix, outside[-1]])
        if lot in self.pouring.layers:
            mix, extra = self._poured(lot, mix)
            outside += extra
        mix = self.ways.bounded(lot, mix, outside, sources)
        mix = mix.lessened(float(graph.lost_kg[lot]), float(graph.held_kg[lot]))
        return self._mixed_up(lot, mix) if self.marks is None and lot in self.lost else mix

    def _mixed_up(self, lot: int, mix: Mix) -> Mix:
        """Say which kilograms of a micro-lot that lay with foreign goods are certain; the others are anybody's."""
        loss = self.lost[lot]
        # A silo has loosened the bounds already; loose heaps have not: they are an error, and nothing is poured.
        sure = np.maximum(0.0, mix.low - (0.0 if loss.is_silo else loss.others_kg))
        lesser = [kg for number, kg in mix.kg_by_class.items() if number != GAINED]
        exact = mix.kg - np.sum(lesser, axis=0) if lesser else mix.kg
        doubtful = np.where(mix.plot == self.rest, 0.0, np.clip(mix.kg - sure, 0.0, exact))
        return replace(mix, low=sure, kg_by_class={**mix.kg_by_class, CLASSES.index(SILO): doubtful})

    @cached_property
    def lost(self) -> Mapping[int, IdentityLoss]:
        """Lots of micro-lots that lay with foreign goods."""
        return lost_identities(self.graph.book, self.graph, self.pouring)

    def gains(self, lot: int) -> bool:
        """Tell whether a lot, the processes that made it or the draws from it hold more than what there was."""
        graph = self.graph
        made = (graph.processes[code] for code in graph.made_by[lot])
        return bool(
            graph.gained_kg[lot] > _GRAIN_KG
            or graph.drawn_kg[lot] > graph.total_kg[lot] + _GRAIN_KG
            or any(flow.ins and flow.out_kg > most_out_kg(graph, flow) + _GRAIN_KG for flow in made)
        )

    def _poured(self, lot: int, mix: Mix) -> tuple[Mix, list[Mix]]:
        """Loosen the bounds by what silos may have exchanged; what only they bring has no kilograms, only a most.

        Beside the mix, what they may have brought.
        """
        others, total = self.pouring.sources(lot), mix.total
        exchanged = min(self.pouring.poured_kg(lot), total)
        if not len(others) or exchanged <= 0:
            return mix, []
        came = self._came(others)
        none = np.zeros(len(came.plot))
        extra = replace(came, kg=none, low=none, high=np.minimum(came.high, exchanged), origin_kg=none, kg_by_class={})
        own = replace(mix, low=np.maximum(0.0, mix.low - exchanged))
        return Mix.joined([own, extra]), [extra]

    def _came(self, lots: Ints) -> Mix:
        """What came into some lots from outside, kg as delivered."""
        graph, marks = self.graph, self.marks
        made = sorted({code for lot in lots.tolist() for code in graph.made_by[lot]}, key=str)  # None: a nameless line
        stock = [(self.rest, float(graph.unknown_kg[lot])) for lot in lots.tolist()]
        stock += [(self.rest, graph.processes[code].out_kg) for code in made if not graph.processes[code].ins]
        if marks is not None:
            stock += [(0, marks.lots.get(lot, 0.0)) for lot in lots.tolist()]
            stock += [(0, graph.processes[code].out_kg) for code in made if code == marks.process]
        parts = [self._arrived(lot) for lot in lots.tolist()]
        parts += [self._stock(lot) for lot in lots.tolist() if graph.referenced.stock_kg[lot] > 0]
        return Mix.joined([*parts, *(self._lump(key, kg) for key, kg in stock if kg > 0)])

    def _up_to(self, mix: Mix, kg: float) -> Mix:
        """Goods that weigh ``kg`` in all: what nobody delivered is of unknown origin, and remembered as gained."""
        more = kg - mix.total
        if more <= _GRAIN_KG:
            return mix
        return Mix.joined([mix, replace(self._lump(self.rest, more), kg_by_class={GAINED: np.array([more])})])

    @cached_property
    def words(self) -> dict[str, ExtensionArray]:
        """Texts of a table of shares, understood once by pandas and not once a lot: by what they are, to take from."""
        import pandas as pd

        texts = {
            "plot": self.graph.plot_codes,
            "version": self.graph.plot_versions,
            "producer": self.graph.owners,
            "reference": self.graph.references,
            "date": self.dates_shown,
            "evidence": np.array(["; ".join(_names(number)) for number in range(1 << len(CLASSES))], dtype=object),
        }
        return {name: pd.Series(values).array for name, values in texts.items()}

    def kg_by_class(self, mix: Mix) -> Floats:
        """Kilograms of each entry of a mix by class of evidence, in the order of ``CLASSES``; shape (classes, m)."""
        found = np.zeros((len(CLASSES), len(mix.plot)))
        for number, kg in mix.kg_by_class.items():
            if number != GAINED:  # a part of what is unknown, and so among the rest
                found[number] = kg
        rest = np.maximum(mix.kg - found.sum(axis=0), 0.0)
        rest[rest < _GRAIN_KG] = 0.0
        is_unknown = mix.plot == self.rest
        found[UNKNOWN] += np.where(is_unknown, rest, 0.0)
        found[EXACT] += np.where(is_unknown, 0.0, rest)
        return found

    def classes(self, mix: Mix) -> Ints:
        """Classes of evidence of each entry of a mix, as places in ``words``; shape as ``mix.plot``."""
        return self.of_classes(mix, self.kg_by_class(mix))

    def of_classes(self, mix: Mix, kg: Floats) -> Ints:
        """Classes of evidence of each entry of a mix, given the kilograms of each class; as :meth:`classes`."""
        if not mix.kg_by_class.keys() - {GAINED}:  # as most lots are: no need to look at each class
            found: Ints = np.where(mix.plot == self.rest, 1 << UNKNOWN, 1 << EXACT)
            return np.where((mix.kg > 0) | (mix.plot == self.rest), found, 1 << CLASSES.index(SILO))
        found = ((kg > 0) * (1 << np.arange(len(CLASSES), dtype=np.int64))[:, None]).sum(axis=0)
        of_nothing = np.where(mix.plot == self.rest, 1 << UNKNOWN, 1 << CLASSES.index(SILO))
        return np.where(mix.kg > 0, found, of_nothing)

    def draw(self, lot: int, kg: float) -> Mix:
        """Mix of ``kg`` taken out of a lot, for a process or a consignment."""
        total, mix = float(self.graph.total_kg[lot]), self.mixes[lot]
        drawn = float(self.graph.drawn_kg[lot])
        if drawn > total > 0:
            # More was drawn than is there: the lot gave what it had, and every draw has its part of the rest.
            mix, total = self._up_to(mix, drawn), drawn
        return mix.drawn(kg, total)

    def _arrived(self, lot: int) -> Mix:
        arrivals = self.graph.arrivals
        rows = self.graph.arrivals_by_lot[lot]
        delivery = arrivals.delivery[rows]
        kg, evidence = arrivals.kg[rows], arrivals.evidence[rows]
        lesser = (
            [] if self.marks is not None else [one for one in np.unique(evidence).tolist() if one not in _OF_THE_KEY]
        )
        part = Mix(
            self.keys[rows],
            kg,
            self.low[rows],
            self.high[rows],
            kg,
            self.form[delivery],
            self.first[delivery],
            self.last[delivery],
            {one: np.where(evidence == one, kg, 0.0) for one in lesser},
        )
        return Mix.joined([part])

    def _stock(self, lot: int) -> Mix:
        """The part of a lot that its statement covers and no receipt brought."""
        kg = float(self.graph.referenced.stock_kg[lot])
        if self.marks is not None:
            return self._lump(0 if lot in self.marks.stock else self.rest, kg)
        key = self.graph.unit_of_reference[self.graph.referenced.of_stock[lot]]
        return replace(self._lump(key, kg), kg_by_class={REFERENCED: np.array([kg])})

    def _lump(self, key: int, kg: float) -> Mix:
        weight = np.array([kg])

        def whole(value: int) -> Ints:
            return np.array([value], dtype=np.int64)

        return Mix(whole(key), weight, weight, weight, weight, whole(0), whole(NO_DATE), whole(-1))


def _names(bits: int) -> list[str]:
    """Names of the classes of evidence in a set of bits, best first."""
    return [name for place, name in enumerate(CLASSES) if bits >> place & 1]


def _circle(codes: Sequence[str]) -> RefusedError:
    return RefusedError(say("lots:circle", codes=" → ".join(codes)), fix=say("lots:circle.do"))
