"""The way of a lot over land: lines only between what somebody stated, and a word on what nobody did."""

import shapely
from lot_books import book_of, delivery, line, lot

from eudr_geo.lots.routes import Leg, positions_of, routes

MILL = {"code": "MILL", "kind": "mill", "geometry": shapely.Point(108.1, 12.7)}
PLACES = [
    {"code": "STATION", "kind": "collection point", "geometry": shapely.Point(108.0, 12.5)},
    MILL,
    {"code": "STORE", "kind": "warehouse", "geometry": shapely.Point(108.2, 12.6)},
    {"code": "BAY 2", "kind": "bay", "parent_code": "STORE"},
    {"code": "PORT", "kind": "port", "geometry": shapely.Point(106.8, 10.8)},
]


def tables(**more):
    """Cherry of two plots, collected, milled, stored in a bay, handed over at the port."""
    return {
        "location": PLACES,
        "lot": [lot("C", "cherry", 100.0), lot("G", "green", 20.0)],
        "delivery": [delivery("R1", "C", "P1", 60.0), delivery("R2", "C", "P2", 40.0)],
        "process": [{"code": "W", "type": "dry_mill", "location_code": "MILL"}],
        "process_line": [line("W", "in", "C", 100.0), line("W", "out", "G", 20.0)],
        "storage_stay": [
            {"lot_code": "C", "location_code": "STATION", "from_date": "2025-11-15"},
            {"lot_code": "G", "location_code": "BAY 2", "from_date": "2025-12-01"},
        ],
        "handover": [{"code": "H", "lot_code": "G", "date_sent": "2026-01-05", "location_code": "PORT"}],
    } | more


def way(**more):
    return routes(book_of(tables(**more)), ["G"])["G"]


def leg(before, after, *, gap=False, plot=False):
    return Leg(plot, before, after, gap)


FROM_PLOTS = [leg("P1", "STATION", plot=True), leg("P2", "STATION", plot=True)]


def test_plot_station_mill_store_port():
    found = way()
    assert found.legs == [*FROM_PLOTS, leg("BAY 2", "PORT"), leg("MILL", "BAY 2"), leg("STATION", "MILL")]
    assert (found.steps, found.unplaced) == (4, 0)


def test_a_step_without_a_position_is_counted_and_the_line_past_it_says_so():
    unknown = {"location": [one if one is not MILL else {"code": "MILL"} for one in PLACES]}
    nowhere = {"process": [{"code": "W", "type": "dry_mill"}]}
    for more in (unknown, nowhere):
        found = way(**more)
        assert found.legs == [*FROM_PLOTS, leg("BAY 2", "PORT"), leg("STATION", "BAY 2", gap=True)]
        assert (found.steps, found.unplaced) == (4, 1)


def test_without_any_position_no_line_is_drawn_and_every_step_is_told():
    found = way(location=[{"code": one["code"]} for one in PLACES])
    assert found.legs == []
    assert (found.steps, found.unplaced) == (4, 4)


def test_the_store_on_the_row_of_a_lot_counts_where_no_stay_says_more():
    kept = [lot("C", "cherry", 100.0, location_code="STATION"), lot("G", "green", 20.0, location_code="STORE")]
    found = way(lot=kept, storage_stay=[], handover=[])
    assert found.legs == [*FROM_PLOTS, leg("MILL", "STORE"), leg("STATION", "MILL")]


def test_only_what_lies_behind_the_lot_is_on_its_way():
    other = [delivery("R9", "X", "P9", 5.0)]
    found = way(lot=[*tables()["lot"], lot("X", "cherry", 5.0)], delivery=[*tables()["delivery"], *other])
    assert not [one for one in found.legs if one.before == "P9"]
    cherry = routes(book_of(tables()), ["C"])["C"]
    assert (cherry.legs, cherry.steps) == (FROM_PLOTS, 1)


def test_moves_are_in_the_order_of_the_days():
    stays = [
        {"lot_code": "G", "location_code": "PORT", "from_date": "2026-02-01"},
        {"lot_code": "G", "location_code": "STORE", "from_date": "2025-12-01"},
    ]
    assert [(one.before, one.after) for one in way(storage_stay=stays, handover=[]).legs if not one.is_from_plot] == [
        ("MILL", "STORE"),
        ("STORE", "PORT"),
    ]


def test_lots_that_go_round_have_no_way():
    lines = [
        line("W", "in", "C", 1.0),
        line("W", "out", "G", 1.0),
        line("V", "in", "G", 1.0),
        line("V", "out", "C", 1.0),
    ]
    assert way(process_line=lines).legs == []


def test_a_position_that_is_none_is_not_used():
    places = [
        {"code": "A", "geometry": shapely.Point(0, 0)},
        {"code": "B", "geometry": shapely.Point(12, 108)},
        {"code": "C", "parent_code": "D"},
        {"code": "D", "parent_code": "C"},
        {"code": "E", "geometry": shapely.Point(1, 2)},
    ]
    assert positions_of(book_of({"location": places})) == {"E": (1.0, 2.0)}
