"""What tracing finds: back to the plots, or forward to lots and consignments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

EVIDENCE = ("exact", "producer", "group", "unknown")
"""Classes of evidence of origin, best first: the plot is named; the producer is, and all of the producer's plots are
possible; a collection group is, and all plots of its producers are; nothing is."""

SILO = "silo"
"""Class of goods that were poured together with others: of a plot to which no kilogram is attributed, and which must be
declared; and of the kilograms of a micro-lot that may be anybody's because it lay with foreign goods."""

REFERENCED = "referenced"
"""Class of goods that were bought with a supplier's due diligence statement: no land of our own, but its number."""

CLASSES = (*EVIDENCE, SILO, REFERENCED)
"""Classes of evidence that a kilogram can have; those of one plot are joined by ``; ``."""

CLASS_COLUMNS = tuple(f"kg_{name}" for name in CLASSES)
"""Columns of a trace with the kilograms of each class; together they are ``kg_attributed``."""

TRACE_COLUMNS = (
    "lot_code", "stream", "plot_code", "plot_version", "producer_code", "kg_attributed", "share", "kg_min", "kg_max",
    "evidence_class", "harvest_from", "harvest_to", "kg_origin", "form_origin", *CLASS_COLUMNS,
    "upstream_reference",
)  # fmt: skip
"""Columns of ``trace.csv``."""

RECALL_COLUMNS = (
    "kind", "code", "label", "ship_date", "dds_references", "reached_by", "quantity_kg", "kg_attributed", "kg_min",
    "kg_max", "in_stock_kg", "stores",
)  # fmt: skip
"""Columns of a recall. ``reached_by``: ``goods`` that can be in it, a ``silo`` they went through, or a
``declaration`` that lists the plot although nothing came from it. ``stores``: where a lot lies, as far as noted."""

GRAM = 3
"""Decimals of a quantity in kg in outputs."""


@dataclass(frozen=True)
class Node:
    """One lot, process or consignment of the tree, for printing."""

    code: str
    kind: str  # lot, process, consignment
    label: str  # form of a lot, type of a process, buyer of a consignment
    quantity_kg: float
    deliveries: int = 0
    plots: int = 0  # plots that delivered straight into this lot


@dataclass(frozen=True)
class Edge:
    """Kilograms from one node to another, in the direction of the goods."""

    source: str
    target: str
    quantity_kg: float
    kind: str  # in, out, byproduct, shipped


@dataclass(frozen=True)
class IdentityEnd:
    """Where goods of a micro-lot went into something else: from here on they are not the micro-lot."""

    stream: str
    process: str
    date: str  # ISO 8601, "" when not stated
    lot: str  # of the micro-lot
    into: str
    quantity_kg: float


@dataclass(frozen=True)
class IdentityLoss:
    """Where goods of a micro-lot lay with foreign goods: from here on nobody can say which are which."""

    stream: str
    lot: str
    place: str
    others: tuple[str, ...]  # lots of the foreign goods, sorted
    others_kg: float
    since: str  # ISO 8601, "" when not stated
    is_silo: bool


@dataclass(frozen=True)
class OutturnBand:
    """What the bounds of a trace assume of the processes behind it, and how far off a single plot can be.

    The bounds take one outturn for all goods of a process. Where the goods of one plot had another one, within what is
    usual of such a process, its kilograms lie between ``least`` and ``most`` times those of the trace.
    """

    processes: tuple[str, ...]  # those that change the form, sorted
    without_band: tuple[str, ...]  # of them those of which nobody knows what is usual
    least: float
    most: float


@dataclass(frozen=True)
class Trace:
    """Where a lot or consignment came from.

    Attributes
    ----------
    code, kind
        What was traced: a ``lot`` or a ``consignment``.
    quantity_kg
        Its weight.
    unknown_kg
        The part of it whose origin is unknown.
    unknown_max_kg
        The most of it that can be of unknown origin: more than that part where goods were poured together in a silo.
    unknown_lots
        Codes of the lots it came in with, sorted.
    custody_model
        ``identity preserved``, ``segregated`` or ``mixed``; computed, never typed.
    nodes, edges
        The tree of lots and processes behind it, sorted.
    identity_ends
        Processes behind it in which a micro-lot's goods ended in another stream.
    identity_losses
        Places in which goods of a micro-lot behind it lay with foreign goods.
    outturns
        What the bounds assume of the processes behind it; None where none changes the form, or all is of one plot.
    rows
        One row a lot and piece of land (plot, version, producer), unrounded; read it with :meth:`to_frame`.
    class_kg
        Kilograms of each row by class of evidence, in the order of :data:`CLASSES`, shape (rows, classes).
    """

    code: str
    kind: str
    quantity_kg: float
    unknown_kg: float
    custody_model: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    rows: pd.DataFrame
    class_kg: npt.NDArray[np.float64]
    identity_ends: tuple[IdentityEnd, ...] = ()
    unknown_max_kg: float = 0.0
    unknown_lots: tuple[str, ...] = ()
    identity_losses: tuple[IdentityLoss, ...] = ()
    outturns: OutturnBand | None = None

    def to_frame(self) -> pd.DataFrame:
        """Return the trace with the columns of ``trace.csv``, sorted by lot and plot, kilograms to the gram.

        The grams of a lot's rows add up to its weight: the largest remainders are rounded up. ``plot_version`` is the
        version in force at the harvest, "" where the book carries no boundaries.
        """
        frame = self.rows.copy()
        frame["kg_attributed"] = frame.groupby("lot_code")["kg_attributed"].transform(_to_the_gram)
        frame["kg_min"] = np.minimum(frame["kg_min"].round(GRAM), frame["kg_attributed"])
        frame["kg_max"] = np.maximum(frame["kg_max"].round(GRAM), frame["kg_attributed"])
        by_class = self.class_kg.round(GRAM)
        # What rounding leaves over goes to the class with most kilograms, so that the classes add up to the row.
        most = by_class.argmax(axis=1) if len(frame) else np.empty(0, dtype=np.int64)
        every = np.arange(len(frame))
        by_class[every, most] += frame["kg_attributed"].to_numpy() - by_class.sum(axis=1)
        frame[list(CLASS_COLUMNS)] = by_class.round(GRAM)
        frame["kg_origin"] = frame["kg_origin"].round(GRAM)
        frame["share"] = frame["share"].round(6)
        return frame[list(TRACE_COLUMNS)]

    def plot_codes(self) -> list[str]:
        """Codes of every plot that can have given anything, sorted."""
        return sorted(set(self.rows["plot_code"]) - {""})

    def references(self) -> list[str]:
        """Reference numbers of suppliers' statements that can cover any of it, sorted."""
        return sorted(set(self.rows["upstream_reference"]) - {""})

    def producer_codes(self) -> list[str]:
        """Codes of their producers, sorted."""
        return sorted(set(self.rows["producer_code"]) - {""})

    def lot_codes(self) -> list[str]:
        """Codes of the lot and of all lots behind it, sorted."""
        return sorted(node.code for node in self.nodes if node.kind == "lot")

    def kg_by_form(self) -> dict[str, float]:
        """Return the weight of what is traced by form, sorted; "" where a lot states none."""
        forms = {node.code: node.label for node in self.nodes if node.kind == "lot"}
        kg: dict[str, float] = {}
        for lot, part in self.rows.groupby("lot_code")["kg_attributed"].sum().items():
            form = forms.get(str(lot), "")
            kg[form] = kg.get(form, 0.0) + float(part)
        return dict(sorted(kg.items()))

    def totals(self) -> dict[str, Any]:
        """Return counts of plots, producers and lots, and kilograms: all, unknown, and of each evidence class."""
        by_class = self.kg_by_evidence()
        return {
            "plots": len(self.plot_codes()),
            "producers": len(self.producer_codes()),
            "lots": len(self.lot_codes()),
            "quantity_kg": round(self.quantity_kg, GRAM),
            "unknown_kg": round(self.unknown_kg, GRAM),
            "kg_by_evidence": {
                name: round(kg, GRAM) for name, kg in by_class.items() if name in EVIDENCE or round(kg, GRAM)
            },
        }

    def kg_by_evidence(self) -> dict[str, float]:
        """Return the kilograms of each class of evidence, best first: each kilogram counts where it belongs."""
        return dict(zip(CLASSES, self.class_kg.sum(axis=0).tolist(), strict=True))

    def tree_lines(self, told: Callable[[Node, float, bool], str] | None = None) -> list[str]:
        """Return the tree as text, the traced code first, the sources of each below it; repeats are opened once.

        Parameters
        ----------
        told
            Makes the line of a node, the kilograms that came from it, and whether its sources stand above already;
            by default in English.
        """
        described = told or _described
        by_code = {node.code: node for node in self.nodes}
        sources: dict[str, list[Edge]] = {}
        for edge in self.edges:
            sources.setdefault(edge.target, []).append(edge)
        lines: list[str] = []
        seen: set[str] = set()
        # Code, what stands before it and below it, the kilograms that came from it.
        stack: list[tuple[str, str, str, float]] = [(self.code, "", "", self.quantity_kg)]
        while stack:
            code, before, below, kg = stack.pop()
            again = code in seen and bool(sources.get(code))
            lines.append(before + described(by_code[code], kg, again))
            if again:
                continue
            seen.add(code)
            its = sources.get(code, [])
            for place, edge in reversed(list(enumerate(its))):
                is_last = place == len(its) - 1
                stack.append(
                    (
                        edge.source,
                        below + ("└─ " if is_last else "├─ "),
                        below + ("   " if is_last else "│  "),
                        edge.quantity_kg,
                    )
                )
        return lines


def _to_the_gram(kg: pd.Series) -> pd.Series:
    """Round so that the parts still add up to the rounded whole: the largest remainders are rounded up."""
    grams = kg.to_numpy() * 10**GRAM
    floors = np.floor(grams + 1e-6)
    missing = round(float(grams.sum())) - int(floors.sum())
    up = np.argsort(-(grams - floors), kind="stable")[: max(missing, 0)]
    floors[up] += 1
    return type(kg)(floors / 10**GRAM, index=kg.index)


def _described(node: Node, kg: float, is_above: bool) -> str:
    label = node.label.replace("_", " ")
    if node.kind == "process":
        text = f"{node.code}, {label or 'process'}: {node.quantity_kg:,.1f} kg went in"
    else:
        text = f"{kg:,.1f} kg of {node.code}" + (f", {label}" if label else "")
        if node.kind == "consignment":
            text = f"{node.code}: {kg:,.1f} kg" + (f" for {node.label}" if label else "")
        if node.deliveries:
            text += f" ← {node.deliveries:,} deliver{'y' if node.deliveries == 1 else 'ies'}"
            text += f" from {node.plots:,} plot{'' if node.plots == 1 else 's'}"
    return text + (", see above" if is_above else "")


@dataclass(frozen=True)
class Recall:
    """Where a plot, producer, delivery, lot, process or the goods of a location went.

    Attributes
    ----------
    code, kind
        What was followed: a ``plot``, ``producer``, ``delivery``, ``lot``, ``process`` or ``location``.
    quantity_kg
        What it gave, in the form delivered (or the lot's own): a sum of several forms says little, see ``kg_by_form``.
    rows
        One row a lot or consignment reached, unrounded; read it with :meth:`to_frame`.
    kg_by_form
        The same form by form.
    """

    code: str
    kind: str
    quantity_kg: float
    rows: pd.DataFrame
    kg_by_form: Mapping[str, float] = field(default_factory=dict)

    def to_frame(self) -> pd.DataFrame:
        """Return the rows, consignments first, then lots, sorted by code, kilograms to the gram.

        ``in_stock_kg`` is what is left of a lot: the goods that can still be held back.
        """
        frame = self.rows.copy()
        for column in ("quantity_kg", "kg_attributed", "kg_min", "kg_max", "in_stock_kg"):
            frame[column] = frame[column].astype(float).round(GRAM)
        return frame[list(RECALL_COLUMNS)]

    def consignment_codes(self) -> list[str]:
        """Codes of the consignments that can hold some of it, sorted."""
        return sorted(self.rows.loc[self.rows["kind"] == "consignment", "code"])

    def lot_codes(self) -> list[str]:
        """Codes of the lots that can hold some of it, sorted."""
        return sorted(self.rows.loc[self.rows["kind"] == "lot", "code"])
