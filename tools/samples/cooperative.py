"""The cooperative itself: producers, plots and the season's lots, all from one seed."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import shapely

from eudr_geo.geodesy import area_ha

SEED = 20251115
SEASON = "2025/26"
BUYER = "Nordwind Kaffee GmbH"
CONSIGNMENT = "DL26-EXP-001"
VILLAGES = (
    ("Buôn Kmrơng", 108.0312, 12.7805),
    ("Buôn Ea Sar", 108.0915, 12.8422),
    ("Thôn Hòa Đông", 108.1203, 12.7211),
    ("Buôn Tơng Lia", 107.9871, 12.8533),
    ("Thôn Phú Xuân", 108.1649, 12.7902),
    ("Buôn Ea Nhưl", 108.0467, 12.9016),
)
_KINH = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương")
_MIDDLE = ("Văn", "Thị", "Hữu", "Đức", "Ngọc", "Quang", "Thanh", "Minh")
_GIVEN = ("Bình", "Hạnh", "Đạt", "Lượng", "Tuyết", "Khương", "Thủy", "Nghĩa", "Vượng", "Hiền", "Sơn", "Mười")
_EDE_M = ("Y Blơm", "Y Thêm", "Y Khuê", "Y Đăm", "Y Nguôn", "Y Wơng", "Y Sưk", "Y Bhăm")
_EDE_F = ("H'Lưm", "H'Bêch", "H'Yuôn", "H'Kriăk", "H'Đrêm", "H'Wiên", "H'Nuôi", "H'Bliă")
_EDE = ("Êban", "Niê", "Mlô", "Kbuôr", "Ayŭn", "Byă", "Ênuôl", "Kđoh")
_M_PER_DEG = 111_320.0
_APART_M = 265.0  # between the middles of two plots, so that no two overlap
_REACH_M = 1_750.0  # of a village's land


@dataclass
class Land:
    """A plot of the cooperative."""

    code: str
    producer: str
    name: str
    village: str
    geometry: Any
    area_ha: float
    streams: list[str] = field(default_factory=list)

    @property
    def is_point(self) -> bool:
        """Whether it is given as a point."""
        return bool(self.geometry.geom_type == "Point")


@dataclass
class Cooperative:
    """Everything about it; ``tables`` are rows of the lot book."""

    producers: list[dict[str, Any]]
    plots: list[Land]
    tables: dict[str, list[dict[str, Any]]]


def build() -> Cooperative:
    """Make the cooperative."""
    rng = random.Random(SEED)
    producers = _producers(rng)
    plots = _plots(rng, producers)
    return Cooperative(producers, plots, _season(rng, plots))


def _producers(rng: random.Random) -> list[dict[str, Any]]:
    names: list[str] = []
    while len(names) < 60:
        if rng.random() < 0.55:
            name = f"{rng.choice(_KINH)} {rng.choice(_MIDDLE)} {rng.choice(_GIVEN)}"
        else:
            name = f"{rng.choice(_EDE_M + _EDE_F)} {rng.choice(_EDE)}"
        if name not in names:
            names.append(name)
    return [
        {
            "code": f"NH-{i + 1:03d}",
            "name": name,
            "country": "VN",
            "village": VILLAGES[i % 6][0],
            "consent_date": "2025-09-15",
        }
        for i, name in enumerate(names)
    ]


def walk(rng: random.Random, lon: float, lat: float, hectares: float, corners: int) -> Any:
    """A boundary as walked: irregular, longer along the slope, at six decimals."""
    angles = sorted(rng.uniform(0, 2 * math.pi) for _ in range(corners))
    # Corners spread round the plot, so that the walk never crosses itself.
    angles = [(2 * math.pi * i + 0.35 * math.sin(angle)) / corners for i, angle in enumerate(angles)]
    slope, stretch = rng.uniform(0, math.pi), rng.uniform(1.0, 1.5)
    radii = [rng.uniform(0.78, 1.12) for _ in angles]
    shape = [(r * math.cos(a) * stretch, r * math.sin(a) / stretch) for r, a in zip(radii, angles, strict=True)]
    turned = [(x * math.cos(slope) - y * math.sin(slope), x * math.sin(slope) + y * math.cos(slope)) for x, y in shape]
    raw = abs(shapely.Polygon(turned).area)
    scale = math.sqrt(hectares * 10_000 / raw)
    east = _M_PER_DEG * math.cos(math.radians(lat))
    ring = [(round(lon + x * scale / east, 6), round(lat + y * scale / _M_PER_DEG, 6)) for x, y in turned]
    # A last digit that is not zero: some programs drop zeros, and these samples are read by many.
    ring = [(x + 1e-6 if round(x * 1e6) % 10 == 0 else x, y + 1e-6 if round(y * 1e6) % 10 == 0 else y) for x, y in ring]
    ring = [(round(x, 6), round(y, 6)) for x, y in ring]
    return shapely.Polygon([*ring, ring[0]])


def _plots(rng: random.Random, producers: list[dict[str, Any]]) -> list[Land]:
    found: list[Land] = []
    used: dict[str, list[tuple[float, float]]] = {village[0]: [] for village in VILLAGES}
    centre = {name: (lon, lat) for name, lon, lat in VILLAGES}
    for i in range(240):
        producer = producers[i % 60]
        village = producer["village"]
        lon0, lat0 = centre[village]
        east, north = _free_place(rng, used[village])
        used[village].append((east, north))
        lon = lon0 + east / (_M_PER_DEG * math.cos(math.radians(lat0)))
        lat = lat0 + north / _M_PER_DEG
        code = f"T-{producer['code'][3:]}-{i // 60 + 1}"
        if i >= 220:  # the last ones are given as points
            hectares = round(rng.uniform(0.3, 1.9), 2)
            point = shapely.Point(round(lon, 6) + 1e-6 * rng.randint(1, 9), round(lat, 6) + 1e-6 * rng.randint(1, 9))
            point = shapely.Point(round(point.x, 6), round(point.y, 6))
            found.append(Land(code, producer["code"], producer["name"], village, point, hectares))
            continue
        hectares = rng.uniform(4.2, 4.6) if i in (17, 95, 151) else min(max(rng.lognormvariate(0.0, 0.5), 0.22), 2.6)
        polygon = walk(rng, lon, lat, hectares, rng.randint(7, 22))
        found.append(
            Land(code, producer["code"], producer["name"], village, polygon, round(float(area_ha([polygon])[0]), 2))
        )
    return found


def _free_place(rng: random.Random, taken: list[tuple[float, float]]) -> tuple[float, float]:
    """A place in a village's land, metres from its middle, far enough from every other plot."""
    while True:
        turn, far = rng.uniform(0, 2 * math.pi), _REACH_M * rng.random() ** 0.6
        place = (far * math.cos(turn) * 1.2, far * math.sin(turn) * 0.85)
        if all(math.dist(place, other) >= _APART_M for other in taken):
            return place


def _season(rng: random.Random, plots: list[Land]) -> dict[str, list[dict[str, Any]]]:
    tables: dict[str, list[dict[str, Any]]] = {
        name: []
        for name in (
            "stream",
            "stream_plot",
            "lot",
            "delivery",
            "process",
            "process_line",
            "consignment",
            "consignment_line",
        )
    }
    first_village = [plot for plot in plots if plot.village == VILLAGES[0][0] and not plot.is_point][:9]
    second_village = [plot for plot in plots if plot.village == VILLAGES[3][0] and not plot.is_point][:14]
    micro = {"ML01": first_village, "ML02": second_village}
    taken = {plot.code for group in micro.values() for plot in group}
    bulk = [plot for plot in plots if plot.code not in taken][:150]
    start = date(2025, 11, 10)
    for stream, group in micro.items():
        tables["stream"].append({"code": stream, "type": "micro", "product": f"washed robusta {stream}"})
        tables["stream_plot"] += [{"stream_code": stream, "plot_code": plot.code} for plot in group]
        for plot in group:
            plot.streams.append(stream)
        lots = [f"DL25-{stream}-C{day}" for day in (1, 2)]
        for day, lot in enumerate(lots):
            _deliver(rng, tables, group, lot, stream, start + timedelta(days=7 * day + (stream == "ML02")), 140, 420)
        _mill(tables, stream, lots, start + timedelta(days=12), low_grade=stream == "ML01")
        start += timedelta(days=3)
    tables["stream"].append({"code": "BULK", "type": "bulk", "product": "natural robusta, bulk"})
    lots = []
    for day in range(6):
        lot = f"DL25-BULK-C{day + 1}"
        lots.append(lot)
        _deliver(
            rng,
            tables,
            bulk[day * 25 : (day + 1) * 25],
            lot,
            "BULK",
            date(2025, 11, 24) + timedelta(days=day),
            300,
            900,
        )
    _mill(tables, "BULK", lots, date(2025, 12, 8), low_grade=False, last="DL25-BULK-GA")
    green, low = _lot(tables, "DL25-BULK-GA"), _lot(tables, "DL25-ML01-L")
    whole = round(green["quantity_kg"] + low["quantity_kg"], 1)
    _make_lot(tables, "DL25-BULK-G", "BULK", "green", date(2026, 1, 22), whole)
    _process(
        tables,
        "CB-BULK-3",
        "blend",
        date(2026, 1, 22),
        [("DL25-BULK-GA", green["quantity_kg"]), ("DL25-ML01-L", low["quantity_kg"])],
        [("out", "DL25-BULK-G", whole)],
    )
    tables["consignment"].append(
        {
            "code": CONSIGNMENT,
            "buyer": BUYER,
            "buyer_country": "DE",
            "ship_date": "2026-03-12",
            "container": "MSKU1234565",
        }
    )
    shipped = [(f"DL25-{stream}-G", _lot(tables, f"DL25-{stream}-G")["quantity_kg"]) for stream in micro]
    shipped.append(("DL25-BULK-G", round(0.6 * whole)))
    tables["consignment_line"] += [
        {"consignment_code": CONSIGNMENT, "lot_code": lot, "quantity_kg": float(kg), "hs_code": "090111"}
        for lot, kg in shipped
    ]
    return tables


def _lot(tables: dict[str, list[dict[str, Any]]], code: str) -> dict[str, Any]:
    return next(row for row in tables["lot"] if row["code"] == code)


def _make_lot(tables: dict[str, Any], code: str, stream: str, form: str, day: date, kg: float) -> None:
    row = {
        "code": code,
        "stream_code": stream,
        "form": form,
        "created_on": day.isoformat(),
        "quantity_kg": round(kg, 1),
        "species": "Coffea canephora",
        "process": "natural" if stream == "BULK" else "washed",
    }
    if form == "green":
        row |= {"hs_code": "090111", "moisture_percent": 12.1}
    tables["lot"].append(row)


def _deliver(
    rng: random.Random, tables: dict[str, Any], group: list[Land], lot: str, stream: str, day: date, low: int, high: int
) -> None:
    total = 0.0
    for plot in group:
        kg = round(rng.uniform(low, high) * min(plot.area_ha, 2.5) ** 0.5, 1)
        total += kg
        tables["delivery"].append(
            {
                "code": f"PN-{len(tables['delivery']) + 1:04d}",
                "lot_code": lot,
                "producer_code": plot.producer,
                "plot_code": plot.code,
                "quantity_kg": kg,
                "delivered_on": day.isoformat(),
                "form": "cherry",
                "harvested_from": (day - timedelta(days=1)).isoformat(),
                "harvested_to": day.isoformat(),
            }
        )
    _make_lot(tables, lot, stream, "cherry", day, total)


def _process(
    tables: dict[str, Any],
    code: str,
    kind: str,
    day: date,
    ins: list[tuple[str, float]],
    outs: list[tuple[str, str, float]],
) -> None:
    tables["process"].append({"code": code, "type": kind, "date_start": day.isoformat(), "date_end": day.isoformat()})
    given = round(sum(kg for _, kg in ins), 1)
    made = round(sum(kg for _, _, kg in outs), 1)
    lines = [{"direction": "in", "lot_code": lot, "quantity_kg": round(kg, 1)} for lot, kg in ins]
    lines += [{"direction": direction, "lot_code": lot, "quantity_kg": round(kg, 1)} for direction, lot, kg in outs]
    if given - made > 0.05:
        lines.append({"direction": "loss", "lot_code": None, "quantity_kg": round(given - made, 1)})
    tables["process_line"] += [{"process_code": code, **line} for line in lines]


def _mill(tables: dict[str, Any], stream: str, lots: list[str], day: date, *, low_grade: bool, last: str = "") -> None:
    """Cherry to dry parchment, parchment to green; a washed micro-lot's low grade is sorted out."""
    cherries = [(lot, _lot(tables, lot)["quantity_kg"]) for lot in lots]
    parchment = round(sum(kg for _, kg in cherries) * 0.215, 1)
    dried = day + timedelta(days=14)
    _make_lot(tables, f"DL25-{stream}-P", stream, "dry_parchment", dried, parchment)
    _process(tables, f"CB-{stream}-1", "wet_mill", day, cherries, [("out", f"DL25-{stream}-P", parchment)])
    sorted_out = round(parchment * 0.064, 1) if low_grade else 0.0
    green = round(parchment * 0.80 - sorted_out, 1)
    hulled = dried + timedelta(days=20)
    last = last or f"DL25-{stream}-G"
    _make_lot(tables, last, stream, "green", hulled, green)
    outs = [("out", last, green)]
    if low_grade:
        _make_lot(tables, f"DL25-{stream}-L", stream, "green", hulled, sorted_out)
        outs.append(("byproduct", f"DL25-{stream}-L", sorted_out))
    _process(tables, f"CB-{stream}-2", "dry_mill", hulled, [(f"DL25-{stream}-P", parchment)], outs)
