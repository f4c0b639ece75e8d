"""The season 2025/26 in kilograms: deliveries, lots, processes, and one consignment, as a lot book.

Three streams. ML01: nine plots of one hamlet, washed; its low-grade beans are sorted out and join the bulk. ML02:
fourteen plots of two hamlets, honey. BULK: day lots of cherry from about 150 other plots, washed, milled, blended with
the low grade of ML01. Each kilogram goes somewhere: what is lost in a process is written as a loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.workbook import book_of
from samples.coop import NAME, SamplePlot
from samples.dice import Dice

Row = dict[str, Any]

_SPECIES = "Coffea canephora"
_BAG_KG = 60.0
_MOISTURE = 12.0
_WET_MILL, _DRY_MILL, _STORE_1, _STORE_2 = "XƯỞNG ƯỚT", "XƯỞNG KHÔ", "KHO 1", "KHO 2"
_BULK_PLOTS = 150
_ML02_ALSO_BULK = 6
_MOST_CHERRY_KG_HA = 5_000.0  # a robusta garden here gives two to three times as much: members also sell elsewhere

CONSIGNMENT = "DL26-EXP-001"


class Season:
    """The season in the making."""

    def __init__(self, plots: Sequence[SamplePlot]) -> None:
        self.dice = Dice("season")
        self.plots = plots
        self.tables: dict[str, list[Row]] = {
            "organisation": [{"code": "DL", "name": NAME, "country": "VN", "role": "coop"}],
            "season": [{"code": "2025/26", "country": "VN", "start": "2025-10-01", "end": "2026-09-30"}],
            "producer": [],
            "plot": [],
            "stream": [],
            "stream_plot": [],
            "location": [],
            "lot": [],
            "delivery": [],
            "process": [],
            "process_line": [],
            "consignment": [],
            "consignment_line": [],
        }
        self.kg: dict[str, float] = {}  # what came into each lot

    def book(self) -> LotBook:
        """Run the season and return its book."""
        self._people_and_land()
        first, second, others = self._choose()
        self._stream("ML01", "micro", "Robusta TR4, washed", first)
        self._stream("ML02", "micro", "Robusta TR9, honey", second)
        self._stream("BULK", "bulk", "Robusta, washed", [])
        for code, days, plots, variety, process in (
            ("ML01", (date(2025, 11, 18), date(2025, 11, 27), date(2025, 12, 8)), first, "TR4", "washed"),
            (
                "ML02",
                (date(2025, 11, 20), date(2025, 11, 29), date(2025, 12, 6), date(2025, 12, 15)),
                second,
                "TR9",
                "honey",
            ),
        ):
            self._micro(code, days, plots, variety, process)
        self._bulk(others)
        self._deliveries_in_order()
        self._processes_in_order()
        self._ship()
        for lot in self.tables["lot"]:
            lot["quantity_kg"] = self.kg[lot["code"]]
        self.tables["lot"].sort(key=lambda row: (row["created_on"], row["code"]))
        return book_of(self.tables)

    def _people_and_land(self) -> None:
        for person in dict.fromkeys(plot.producer for plot in self.plots):
            self.tables["producer"].append(
                {
                    "code": person.code,
                    "name": person.name,
                    "country": "VN",
                    "village": person.hamlet.name,
                    "consent_date": person.consent_date,
                }
            )
        for plot in self.plots:
            self.tables["plot"].append(
                {
                    "code": plot.code,
                    "producer_code": plot.producer.code,
                    "commodity": "coffee",
                    "country": "VN",
                    "planted_year": plot.planted_year,
                    "tenure": plot.tenure,
                }
            )
        for name in (_WET_MILL, _DRY_MILL, _STORE_1, _STORE_2):
            self.tables["location"].append({"code": name, "name": name})

    def _choose(self) -> tuple[list[SamplePlot], list[SamplePlot], list[SamplePlot]]:
        """Plots of the two micro-lots, and those that deliver into the bulk."""
        hamlets = list(dict.fromkeys(plot.producer.hamlet for plot in self.plots))
        old_enough = [plot for plot in self.plots if plot.planted_year <= 2018]

        def of(numbers: tuple[int, ...], count: int) -> list[SamplePlot]:
            there = [plot for plot in old_enough if plot.producer.hamlet in [hamlets[n] for n in numbers]]
            fit = [plot for plot in there if 0.5 < plot.area_ha < 3]
            # The very first plot is among them: it is the one that tutorials follow.
            return sorted([fit[0], *self.dice.shuffled(fit[1:])[: count - 1]], key=lambda plot: plot.code)

        first, second = of((0,), 9), of((8, 9), 14)
        rest = [plot for plot in old_enough if plot not in first and plot not in second]
        others = self.dice.shuffled(rest)[: _BULK_PLOTS - _ML02_ALSO_BULK] + second[:_ML02_ALSO_BULK]
        return first, second, sorted(others, key=lambda plot: plot.code)

    def _stream(self, code: str, kind: str, product: str, declared: Sequence[SamplePlot]) -> None:
        self.tables["stream"].append({"code": code, "type": kind, "season_code": "2025/26", "product": product})
        self.tables["stream_plot"] += [{"stream_code": code, "plot_code": plot.code} for plot in declared]

    def _lot(self, code: str, stream: str, form: str, day: date, **more: Any) -> str:
        self.kg.setdefault(code, 0.0)
        row = {"code": code, "stream_code": stream, "form": form, "created_on": day.isoformat(), "species": _SPECIES}
        self.tables["lot"].append(row | {"status": "consumed", "opening_stock": False} | more)
        return code

    def _deliver(self, lot: str, plot: SamplePlot, day: date, kg: float) -> None:
        first = day - timedelta(days=self.dice.whole(0, 2))
        self.kg[lot] += kg
        self.tables["delivery"].append(
            {
                "lot_code": lot,
                "producer_code": plot.producer.code,
                "plot_code": plot.code,
                "quantity_kg": kg,
                "delivered_on": day.isoformat(),
                "form": "cherry",
                "harvested_from": first.isoformat(),
                "harvested_to": (day - timedelta(days=min((day - first).days, self.dice.whole(0, 1)))).isoformat(),
            }
        )

    def _deliveries_in_order(self) -> None:
        rows = self.tables["delivery"]
        rows.sort(key=lambda row: (row["delivered_on"], row["lot_code"], row["plot_code"]))
        for number, row in enumerate(rows, start=1):
            row["code"] = f"PN-{number:04d}"

    def _processes_in_order(self) -> None:
        rows = self.tables["process"]
        rows.sort(key=lambda row: (row["date_start"], row["code"]))
        numbers = {row["code"]: f"CB-{number:03d}" for number, row in enumerate(rows, start=1)}
        for row in rows:
            row["code"] = numbers[row["code"]]
        for line in self.tables["process_line"]:
            line["process_code"] = numbers[line["process_code"]]

    def _process(
        self, kind: str, first: date, last: date, place: str, ins: Sequence[tuple[str, float]], outs: Sequence[Row]
    ) -> None:
        """One process; what of its input is in no output is its loss."""
        code = f"CB-{len(self.tables['process']) + 1:03d}"
        dates = {"date_start": first.isoformat(), "date_end": last.isoformat()}
        self.tables["process"].append({"code": code, "type": kind, "location_code": place} | dates)
        lost = sum(kg for _, kg in ins) - sum(row["quantity_kg"] for row in outs)
        lines = [{"direction": "in", "lot_code": lot, "quantity_kg": kg} for lot, kg in ins] + list(outs)
        if lost > 0:
            lines.append({"direction": "loss", "quantity_kg": round(lost, 1)})
        for row in outs:
            self.kg[row["lot_code"]] += row["quantity_kg"]
        self.tables["process_line"] += [{"process_code": code} | line for line in lines]

    def _half_kilos(self, kg: float) -> float:
        return round(kg * 2) / 2

    def _wet_mill(self, cherry: str, parchment: str, day: date) -> date:
        """Pulp a day lot on the day after and dry it: about a fifth of the weight is left."""
        kg = self._half_kilos(self.kg[cherry] * self.dice.uniform(0.197, 0.209))
        first, last = day + timedelta(days=1), day + timedelta(days=self.dice.whole(11, 15))
        out = {"direction": "out", "lot_code": parchment, "quantity_kg": kg}
        self._process("wet_mill", first, last, _WET_MILL, [(cherry, self.kg[cherry])], [out])
        return last

    def _micro(self, code: str, days: Sequence[date], plots: Sequence[SamplePlot], variety: str, process: str) -> None:
        about = {"variety": variety, "process": process}
        parchment = f"DL25-{code}-P"
        self.kg[parchment] = 0.0
        dried = days[0]
        for number, day in enumerate(days, start=1):
            cherry = self._lot(f"DL25-{code}-C{number}", code, "cherry", day, sealed_on=day.isoformat(), **about)
            for plot in plots:
                if len(plots) > 2 and self.dice.chance(0.12) and number > 1:
                    continue  # nothing ripe on this plot that day
                kg = self._half_kilos(plot.area_ha * self.dice.uniform(280, 420))
                self._deliver(cherry, plot, day, kg)
            dried = max(dried, self._wet_mill(cherry, parchment, day))
        stored = {"location_code": _STORE_1, "moisture_percent": _MOISTURE, "sealed_on": dried.isoformat()}
        self._lot(parchment, code, "dry_parchment", days[0] + timedelta(days=1), **about, **stored)
        milled = date(2026, 1, 12) if code == "ML01" else date(2026, 1, 13)
        kg = self.kg[parchment]
        bags = int(kg * 0.752 // _BAG_KG)
        low = self._half_kilos(kg * 0.802 - bags * _BAG_KG)
        stored = {"location_code": _STORE_1, "moisture_percent": _MOISTURE, "hs_code": "090111"}
        green = self._lot(
            f"DL25-{code}-G",
            code,
            "green",
            milled,
            **about,
            **stored,
            bags=bags,
            status="shipped",
            sealed_on=milled.isoformat(),
        )
        # The low grade of ML01 goes into the bulk; that of ML02 is still in the store.
        status = "consumed" if code == "ML01" else "sealed"
        sorted_out = self._lot(f"DL25-{code}-LOW", code, "green", milled, **about, **stored, status=status)
        outs = [
            {"direction": "out", "lot_code": green, "quantity_kg": bags * _BAG_KG},
            {"direction": "byproduct", "lot_code": sorted_out, "quantity_kg": low},
        ]
        self._process("dry_mill", milled, milled, _DRY_MILL, [(parchment, kg)], outs)

    def _bulk(self, plots: Sequence[SamplePlot]) -> None:
        """Day lots from the middle of November on; no plot of a micro-lot on a day of its own stream."""
        about = {"process": "washed"}
        hamlets = list(dict.fromkeys(plot.producer.hamlet for plot in plots))
        days = [date(2025, 11, 11) + timedelta(days=3 * n) for n in range(14)]
        for number, day in enumerate(days, start=1):
            self._lot(f"DL25-BULK-C{number:02d}", "BULK", "cherry", day, sealed_on=day.isoformat(), **about)
        busy = {row["plot_code"]: set() for row in self.tables["delivery"]}
        for row in self.tables["delivery"]:
            busy[row["plot_code"]].add(row["delivered_on"])
        for plot in plots:
            place = hamlets.index(plot.producer.hamlet)
            free = [n for n, day in enumerate(days) if day.isoformat() not in busy.get(plot.code, ())]
            turns = [n for n in free if n % 4 == place % 4]
            most = plot.area_ha * _MOST_CHERRY_KG_HA / 3
            for n in sorted(self.dice.shuffled(turns)[: self.dice.whole(1, 2)]):
                kg = self._half_kilos(min(most, plot.area_ha * self.dice.uniform(320, 640)))
                self._deliver(f"DL25-BULK-C{n + 1:02d}", plot, days[n], kg)
        parchments = []
        for part, numbers in enumerate(((0, 1, 2, 3, 4), (5, 6, 7, 8, 9), (10, 11, 12, 13)), start=1):
            parchment = f"DL25-BULK-P{part}"
            self.kg[parchment] = 0.0
            dried = max(self._wet_mill(f"DL25-BULK-C{n + 1:02d}", parchment, days[n]) for n in numbers)
            stored = {"location_code": _STORE_2, "moisture_percent": _MOISTURE, "sealed_on": dried.isoformat()}
            start = days[numbers[0]] + timedelta(days=1)
            parchments.append(self._lot(parchment, "BULK", "dry_parchment", start, **about, **stored))
        milled, blended = date(2026, 1, 15), date(2026, 1, 20)
        stored = {"location_code": _STORE_2, "moisture_percent": _MOISTURE}
        hulled = self._lot("DL25-BULK-D", "BULK", "green", milled, **about, **stored)
        for n, parchment in enumerate(parchments):
            kg = self._half_kilos(self.kg[parchment] * self.dice.uniform(0.795, 0.808))
            day = milled + timedelta(days=n)
            outs = [{"direction": "out", "lot_code": hulled, "quantity_kg": kg}]
            self._process("dry_mill", day, day, _DRY_MILL, [(parchment, self.kg[parchment])], outs)
        ins = [(hulled, self.kg[hulled]), ("DL25-ML01-LOW", self.kg["DL25-ML01-LOW"])]
        total = sum(kg for _, kg in ins)
        more = {
            "hs_code": "090111",
            "bags": int(total // _BAG_KG),
            "status": "sealed",
            "sealed_on": blended.isoformat(),
        }
        blend = self._lot("DL25-BULK-G", "BULK", "green", blended, **about, **stored, **more)
        outs = [{"direction": "out", "lot_code": blend, "quantity_kg": total}]
        self._process("merge", blended, blended, _STORE_2, ins, outs)

    def _ship(self) -> None:
        self.tables["consignment"].append(
            {
                "code": CONSIGNMENT,
                "buyer": "Kaffeehaus Musterhafen GmbH",
                "buyer_country": "DE",
                "ship_date": "2026-03-10",
            }
        )
        bulk_bags = int(self.kg["DL25-BULK-G"] * 0.8 // _BAG_KG)
        for lot, kg in (
            ("DL25-ML01-G", self.kg["DL25-ML01-G"]),
            ("DL25-ML02-G", self.kg["DL25-ML02-G"]),
            ("DL25-BULK-G", bulk_bags * _BAG_KG),
        ):
            box = container("EXAU", 260310)
            row = {
                "consignment_code": CONSIGNMENT,
                "lot_code": lot,
                "quantity_kg": kg,
                "hs_code": "090111",
                "container": box,
            }
            self.tables["consignment_line"].append(row)


def container(owner: str, number: int) -> str:
    """Return a container number with its check digit (ISO 6346).

    >>> container("CSQU", 305438)
    'CSQU3054383'
    """
    code = f"{owner}{number:06d}"
    letters = [value for value in range(10, 39) if value % 11]
    values = [int(char) if char.isdigit() else letters[ord(char) - 65] for char in code]
    return code + str(sum(value * 2**place for place, value in enumerate(values)) % 11 % 10)
