"""How long a whole season takes to trace: 10 000 plots, 50 000 deliveries, 500 lots; and one large consignment.

The same books are traced the plain way as well, with dictionaries plot by plot, so that the figures mean something on
any machine::

    python benchmarks/trace_lots.py [--plots 10000] [--deliveries 50000] [--lots 500] [--shipped 100000]

Exit code 1 when a goal is missed, or the two ways do not agree to the gram. Linux only: memory is read from /proc.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from measuring import machine

from eudr_geo.lots.tracing import traces
from eudr_geo.model.lot_book import LotBook, columns

SEASON_GOAL_S, CONSIGNMENT_GOAL_S = 2.0, 1.0
_STEPS = (("wet_mill", "dry_parchment", 0.2), ("dry_mill", "green", 0.8))
_VERSIONS = ("eudr-geo", "numpy", "pandas")
_GRAM = 1e-3


def season(plots: int, deliveries: int, lots: int, seed: int = 1) -> LotBook:
    """Invent the lot book of a season: day lots of cherry, each milled twice, its low grade joined to a bulk lot."""
    random = np.random.default_rng(seed)
    days = max(lots // (2 * len(_STEPS)), 1)
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("producer", "plot", "lot", "delivery", "process", "process_line")
    }
    rows["producer"] = [{"code": f"F{number:06}", "name": f"Producer {number}"} for number in range(plots // 2 + 1)]
    rows["plot"] = [{"code": f"P{number:06}", "producer_code": f"F{number // 2:06}"} for number in range(plots)]
    day_of, plot_of = random.integers(0, days, deliveries), random.integers(0, plots, deliveries)
    kg_of = random.integers(20, 200, deliveries).astype(float)
    for row, (day, plot, kg) in enumerate(zip(day_of.tolist(), plot_of.tolist(), kg_of.tolist(), strict=True)):
        code = f"P{plot:06}" if row % 20 else None  # one in twenty names the producer only
        rows["delivery"].append(
            {
                "code": f"R{row:07}", "lot_code": f"D{day:05}-C", "plot_code": code,
                "producer_code": f"F{plot // 2:06}",
                "quantity_kg": kg, "delivered_on": "2025-11-15", "form": "cherry", "harvested_from": "2025-11-14",
                "harvested_to": "2025-11-15",
            }
        )  # fmt: skip
    low: list[tuple[str, float]] = []
    for day in range(days):
        kg, code = float(kg_of[day_of == day].sum()), f"D{day:05}-C"
        rows["lot"].append({"code": code, "form": "cherry", "quantity_kg": kg or None})
        for kind, form, outturn in _STEPS:
            made, process = f"D{day:05}-{form[0].upper()}", f"{kind}-{day:05}"
            rows["process"].append({"code": process, "type": kind})
            rows["process_line"].append(_line(process, "in", code, kg))
            kg *= outturn
            rows["process_line"].append(_line(process, "out", made, kg * 0.9))
            rows["lot"].append({"code": made, "form": form, "quantity_kg": kg * 0.9})
            if form == "green":
                rows["process_line"].append(_line(process, "byproduct", f"{made}-LOW", kg * 0.1))
                rows["lot"].append({"code": f"{made}-LOW", "form": form, "quantity_kg": kg * 0.1})
                low.append((f"{made}-LOW", kg * 0.1))
            code, kg = made, kg * 0.9
    rows["process"].append({"code": "blend", "type": "blend"})
    rows["process_line"] += [_line("blend", "in", code, kg) for code, kg in low]
    rows["process_line"].append(_line("blend", "out", "BULK", sum(kg for _, kg in low)))
    rows["lot"].append({"code": "BULK", "form": "green", "quantity_kg": sum(kg for _, kg in low)})
    return _book(rows)


def shipment(deliveries: int, seed: int = 2) -> LotBook:
    """Invent one consignment of one lot of green coffee that very many deliveries fed."""
    random = np.random.default_rng(seed)
    kg = random.integers(5, 60, deliveries).astype(float)
    rows = {
        "plot": [{"code": f"P{number:06}", "producer_code": f"F{number:06}"} for number in range(deliveries // 4)],
        "producer": [{"code": f"F{number:06}", "name": f"Producer {number}"} for number in range(deliveries // 4)],
        "lot": [{"code": "ALL", "form": "green", "quantity_kg": float(kg.sum())}],
        "delivery": [
            {"code": f"R{row:07}", "lot_code": "ALL", "plot_code": f"P{row % (deliveries // 4):06}", "quantity_kg": one,
             "delivered_on": "2025-11-15", "form": "green", "producer_code": f"F{row % (deliveries // 4):06}"}
            for row, one in enumerate(kg.tolist())
        ],
        "consignment": [{"code": "EXP-1", "buyer": "Importer"}],
        "consignment_line": [{"consignment_code": "EXP-1", "lot_code": "ALL", "quantity_kg": float(kg.sum())}],
    }  # fmt: skip
    return _book(rows)


def _line(process: str, direction: str, lot: str, kg: float) -> dict[str, Any]:
    return {"process_code": process, "direction": direction, "lot_code": lot, "quantity_kg": kg}


def _book(rows: dict[str, list[dict[str, Any]]]) -> LotBook:
    import pandas as pd

    frames = {}
    for name, its in rows.items():
        frame = pd.DataFrame(its, columns=columns(name), dtype=object)
        frames[name] = frame.where(frame.notna(), None)
    return LotBook(frames)


def plainly(book: LotBook) -> dict[str, dict[str, float]]:
    """Return kilograms of each plot in each lot, attributed with dictionaries in the order the lots were made."""
    plots_of: dict[str, list[str]] = defaultdict(list)
    for row in book.table("plot").itertuples():
        plots_of[row.producer_code].append(row.code)
    shares: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in book.table("delivery").itertuples():
        choice = [row.plot_code] if row.plot_code else plots_of[row.producer_code]
        for plot in choice:
            shares[row.lot_code][plot] += row.quantity_kg / len(choice)
    flows: dict[str, list[Any]] = defaultdict(list)
    for row in book.table("process_line").itertuples():
        flows[row.process_code].append(row)
    for lines in flows.values():  # in the order of the book, which is that of the goods here
        pool: dict[str, float] = defaultdict(float)
        for line in lines:
            if line.direction == "in":
                total = sum(shares[line.lot_code].values())
                for plot, kg in shares[line.lot_code].items():
                    pool[plot] += kg * line.quantity_kg / total
        whole = sum(pool.values())
        for line in lines:
            if line.direction in {"out", "byproduct"}:
                for plot, kg in pool.items():
                    shares[line.lot_code][plot] += kg * line.quantity_kg / whole
    return shares


def timed(work: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """Return the shortest of some runs, s, and the last result."""
    times = []
    for _ in range(repeat):
        started = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - started)
    return min(times), result


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return 1 when a goal is missed or the two ways differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plots", type=int, default=10_000)
    parser.add_argument("--deliveries", type=int, default=50_000)
    parser.add_argument("--lots", type=int, default=500)
    parser.add_argument("--shipped", type=int, default=100_000, help="deliveries of the one consignment")
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args(arguments)
    book = season(given.plots, given.deliveries, given.lots)
    codes = book.table("lot")["code"].tolist()
    ours_s, found = timed(lambda: traces(book, codes), given.repeat)
    plain_s, shares = timed(lambda: plainly(book), 1)
    worst = max(
        abs(row.kg_attributed - shares[code][row.plot_code])
        for code, one in found.items()
        for row in one.rows.itertuples()
    )
    rows = sum(len(one.rows) for one in found.values())
    print(f"{len(codes):,} lots, {given.deliveries:,} deliveries, {given.plots:,} plots: {rows:,} lines")
    print(f"  every lot with bounds, evidence and tree  {ours_s:6.2f} s   {ours_s / plain_s:5.2f} ×")
    print(f"  kilograms only, with dictionaries         {plain_s:6.2f} s   differs by {worst * 1e3:.6f} g at most")
    one = shipment(given.shipped)
    one_s, trace = timed(lambda: traces(one, ["EXP-1"])["EXP-1"], given.repeat)
    print(f"one consignment of {given.shipped:,} deliveries: {one_s:.2f} s, {len(trace.rows):,} plots")
    print(f"\n{machine(_VERSIONS)}")
    missed = [
        f"{name} took {seconds:.2f} s, the goal is {goal:g} s"
        for name, seconds, goal in (
            ("the season", ours_s, SEASON_GOAL_S),
            ("the consignment", one_s, CONSIGNMENT_GOAL_S),
        )
        if seconds > goal
    ]
    print("; ".join(missed) or "both goals met")
    return int(bool(missed) or worst > _GRAM)


if __name__ == "__main__":
    sys.exit(main())
