"""An invented cooperative over two seasons: what truly happened, in plain dictionaries, and the files that its clerk writes.

Nothing of the package is used here: the right kilograms are worked out by :func:`origin` alone.
"""

import json
import random

import openpyxl

HARVEST = {"25": "2025-11", "26": "2026-11"}
OUTTURN = {"wet_mill": 0.2, "dry_mill": 0.8}  # kg of parchment from cherry, of green from parchment
GROUPS = 6  # lots of cherry in a season, ten producers each


class Cooperative:
    """Sixty producers, a plot each, and what they deliver."""

    def __init__(self, seed=2026):
        self.chance = random.Random(seed)
        self.since = {}  # plot → first day of the present producer
        self.owner = {f"P-{n:02}": f"H-{n:02}" for n in range(1, 61)}  # plot → producer
        self.land = {f"P-{n:02}": [108.0 + 0.002 * (n % 10), 12.7 + 0.002 * (n // 10), 0.001] for n in range(1, 61)}
        self.version = dict.fromkeys(self.owner, 1)
        self.receipts = []  # rows of the open season's workbook
        self.lots, self.processes, self.stays, self.shipments = [], [], [], []
        self.returned = {}  # consignment, lot → kg that came back, and the day

    def boundaries(self, codes, day):
        """Squares of some plots, as the EU's file has them."""
        features = []
        for code in codes:
            west, south, side = self.land[code]
            ring = [(west, south), (west + side, south), (west + side, south + side), (west, south + side)]
            spots = [[round(x, 6) + 1e-6 * self._odd(code, n), round(y, 6) + 1e-6] for n, (x, y) in enumerate(ring)]
            said = {"ProductionPlace": code, "ProducerCode": self.owner[code], "ProducerName": f"Owner {self.owner[code]}",
                    "ProducerCountry": "VN", "mapped_on": day}  # fmt: skip
            polygon = {"type": "Polygon", "coordinates": [[*spots, spots[0]]]}
            features.append({"type": "Feature", "properties": said, "geometry": polygon})
        return json.dumps({"type": "FeatureCollection", "features": features}).encode()

    @staticmethod
    def _odd(code, corner):
        """A last digit that is no zero, as a handset gives it."""
        return 1 + (sum(map(ord, code)) + corner) % 8

    def harvest(self, season, *, numbers=range(1, 61)):
        """A season's receipts 001, 002 … and what became of them: cherry → parchment → green, two merged first."""
        month = HARVEST[season]
        year = 2000 + int(season)
        self.receipts, self.stays, self.shipments = [], [], []
        self.lots, self.processes = [], []
        plots = sorted(self.owner)
        for n in numbers:
            plot = plots[n - 1]
            day = f"{month}-{1 + self.chance.randrange(25):02}"
            numbered = f"{n:03}" if n % 20 else ""  # three receipts have lost their number
            lot = f"C{season}-{1 + (n - 1) // 10}"
            kg = float(self.chance.randrange(200, 900))
            self.receipts.append(
                {"receipt": numbered, "day": day, "producer": self.owner[plot], "plot": plot, "lot": lot, "kg": kg}
            )
        for group in range(1, GROUPS + 1):
            self.lots.append((f"C{season}-{group}", "cherry", f"{month}-01"))
            self.lots.append((f"D{season}-{group}", "dry parchment", f"{month}-28"))
        for name in "ABC":
            self.lots.append((f"G{season}-{name}", "green", f"{year + 1}-01-15"))
        self.mill(season)

    def mill(self, season):
        """Work out the processes from the receipts: everything that truly came in is processed."""
        month, year = HARVEST[season], 2000 + int(season)
        came = {}
        for row in self.receipts:
            came[row["lot"]] = came.get(row["lot"], 0.0) + (0.0 if row.get("double") else row["kg"])
        dried = {f"D{season}-{g}": round(came[f"C{season}-{g}"] * OUTTURN["wet_mill"], 1) for g in range(1, GROUPS + 1)}
        self.processes = [
            {"code": f"W{g}", "step": "wet mill", "day": f"{month}-28", "ins": {f"C{season}-{g}": came[f"C{season}-{g}"]},
             "outs": {f"D{season}-{g}": dried[f"D{season}-{g}"]}}
            for g in range(1, GROUPS + 1)
        ]  # fmt: skip
        for number, (name, groups) in enumerate({"A": (1, 2, 3, 4), "B": (5,), "C": (6,)}.items(), start=1):
            ins = {f"D{season}-{g}": dried[f"D{season}-{g}"] for g in groups}
            outs = {f"G{season}-{name}": round(sum(ins.values()) * OUTTURN["dry_mill"], 1)}
            self.processes.append(
                {"code": f"M{number}", "step": "dry mill", "day": f"{year + 1}-01-15", "ins": ins, "outs": outs}
            )

    def workbook(self, path):
        """Write the open season's workbook, headings as ``workbook new`` has them in English."""
        book = openpyxl.Workbook()
        book.remove(book.active)

        def put(name, headings, rows):
            sheet = book.create_sheet(name)
            sheet.append(headings)
            for row in rows:
                sheet.append(row)

        who = sorted(set(self.owner.values()) | {row["producer"] for row in self.receipts})
        put("Producers", ["Producer code", "Name"], [(code, f"Owner {code}") for code in who])
        held = [(plot, who, self.since.get(plot)) for plot, who in sorted(self.owner.items())]
        put("Plots", ["Plot code", "Producer code", "Held since"], held)
        put(
            "Deliveries",
            ["Receipt", "Delivery date", "Producer code", "Plot code", "Lot code", "Net weight (kg)", "Form",
             "Harvested from", "Harvested to", "Void because"],
            [(row["receipt"] or None, row["day"], row["producer"], row["plot"], row["lot"], row["kg"], "cherry",
              row["day"], row["day"], row.get("void")) for row in self.receipts],
        )  # fmt: skip
        put(
            "Lots",
            ["Lot code", "Type", "Form", "Created on", "HS code"],
            [(code, "bulk", form, day, "090111" if form == "green" else None) for code, form, day in self.lots],
        )
        lines = []
        for one in self.processes:
            sides = [list(one["ins"].items()), list(one["outs"].items())]
            for n in range(max(map(len, sides))):
                taken, made = (side[n] if n < len(side) else (None, None) for side in sides)
                kind = "main" if made[0] else None
                lines.append((one["code"], one["step"], one["day"], *taken, *made, kind))
        put(
            "Processing",
            [
                "Process number",
                "Step",
                "Date",
                "Input lot",
                "Input weight (kg)",
                "Output lot",
                "Output weight (kg)",
                "Kind of output",
            ],
            lines,
        )
        put("Storage", ["Lot code", "Store", "From day", "Until", "Kept how", "Kind of store"], self.stays)
        put(
            "Shipments",
            [
                "Shipment code",
                "Lot code",
                "Net weight (kg)",
                "Ship date",
                "Buyer",
                "Buyer's country",
                "HS code",
                "Returned weight (kg)",
                "Returned on",
            ],
            [
                (code, lot, kg, day, "Rösterei Muster", "DE", "090111", *self.returned.get((code, lot), (None, None)))
                for code, lot, kg, day in self.shipments
            ],
        )
        book.save(path)


def origin(cooperatives_rows, processes):
    """Plot → kg of every lot: receipts bring, processes hand on in proportion. Plain dictionaries, no package.

    Parameters
    ----------
    cooperatives_rows
        All receipts of all seasons.
    processes
        All processes, oldest first.
    """
    holds = {}
    for row in cooperatives_rows:
        if not row.get("void"):
            lot = holds.setdefault(row["lot"], {})
            lot[row["plot"]] = lot.get(row["plot"], 0.0) + row["kg"]
    for one in processes:
        went_in = {}
        for lot, kg in one["ins"].items():
            total = sum(holds[lot].values())
            for plot, its in holds[lot].items():
                went_in[plot] = went_in.get(plot, 0.0) + its * kg / total
        taken = sum(one["ins"].values())
        for lot, kg in one["outs"].items():
            made = holds.setdefault(lot, {})
            for plot, its in went_in.items():
                made[plot] = made.get(plot, 0.0) + its / taken * kg
    return holds


def part(holds, lot, kg):
    """Plot → kg of a part of a lot."""
    total = sum(holds[lot].values())
    return {plot: its * kg / total for plot, its in holds[lot].items()}
