"""Each commodity line declares the land that its own kilograms came from."""

import csv
import io
import json

import numpy as np
import pytest
import shapely

from eudr_geo.base.writing import write_folder, zip_bytes
from eudr_geo.checks.checking import check
from eudr_geo.lots.dds_lines import LineLimits
from eudr_geo.model.plots import Plots, Reading
from eudr_geo.model.workbook import book_of
from eudr_geo.project import packaging
from eudr_geo.project.importing import apply_book, apply_plots, preview_book, preview_plots
from eudr_geo.project.packaging import build_package, file_names
from eudr_geo.project.verifying import verify
from eudr_geo.store import create_store

EVENT = {"now": "2026-01-01T00:00:00Z", "who": "test"}
WAYS = {"harvested_from": "2025-11-14", "harvested_to": "2025-11-15", "delivered_on": "2025-11-15"}


def project(path, plots, deliveries, lots, shipped, commodities=None, owner=None):
    """A project with plots T-1 …, whose deliveries are (receipt, lot, plot or producer, kg)."""
    numbers = range(1, plots + 1)
    codes = [f"T-{number}" for number in numbers]
    points = shapely.points(
        [[108.0 + 0.013 * (n % 50) + 0.000123, 12.7 + 0.013 * (n // 50) + 0.000317] for n in numbers]
    )
    commodity = [(commodities or {}).get(code, "coffee") for code in codes]
    given = {
        "plot_id": codes, "geometry": points, "area_ha": [1.0] * plots, "country": ["VN"] * plots,
        "commodity": commodity, "producer_id": [owner or f"H-{n}" for n in numbers], "source": ["a.geojson"] * plots,
        "record": list(numbers), "decimals": np.full(plots, 6), "vertices": np.ones(plots, dtype=np.int64),
    }  # fmt: skip
    reading = Reading(Plots(given))
    store = create_store(path, organisation="a", country="VN", season="2025/26")
    apply_plots(store, preview_plots(store, reading, check(reading)), **EVENT)
    forms = {code: "green" if hs.startswith("0901") else "other" for code, hs in lots}
    rows = [
        {
            "code": code, "lot_code": lot, "quantity_kg": kg, "form": forms[lot], **WAYS,
            **({"plot_code": who, "producer_code": owner or f"H-{who[2:]}"} if who.startswith("T-") else {"producer_code": who}),
        }
        for code, lot, who, kg in deliveries
    ]  # fmt: skip
    tables = {
        "lot": [{"code": code, "form": forms[code], "hs_code": hs, "created_on": "2025-11-15"} for code, hs in lots],
        "delivery": rows,
        "consignment": [{"code": "EX1", "buyer": "Buyer BV", "buyer_country": "NL", "ship_date": "2026-03-01"}],
        "consignment_line": [{"consignment_code": "EX1", "lot_code": lot, "quantity_kg": kg} for lot, kg in shipped],
    }
    plan = preview_book(store, book_of(tables))
    apply_book(store, plan, **EVENT)
    return store


def declared(files):
    """File → plots."""
    return {
        name: {one["properties"]["ProductionPlace"] for one in json.loads(data)["features"]}
        for name, data in sorted(files.items())
        if "geolocation/" in name
    }


def lines(files):
    return list(csv.DictReader(io.StringIO(files["dds_lines.csv"].decode("utf-8-sig"))))


@pytest.fixture
def two_lots(tmp_path):
    deliveries = [("R1", "G1", "T-1", 300.0), ("R2", "G1", "T-2", 100.0), ("R3", "G2", "T-2", 100.0), ("R4", "G2", "T-3", 100.0)]  # fmt: skip
    lots = [("G1", "090111"), ("G2", "090111")]
    with project(tmp_path / "a.gpkg", 3, deliveries, lots, [("G1", 400.0), ("G2", 200.0)]) as store:
        yield store


def test_a_line_declares_only_its_own_land(two_lots, tmp_path):
    made = build_package(two_lots, ["EX1"])
    assert declared(made.files) == {
        "geolocation/line-1.geojson": {"T-1", "T-2"},
        "geolocation/line-2.geojson": {"T-2", "T-3"},
    }
    told = [(one["line"], one["file"], one["lot_code"], float(one["net_mass_kg"])) for one in lines(made.files)]
    assert told == [("1", "geolocation/line-1.geojson", "G1", 400.0), ("2", "geolocation/line-2.geojson", "G2", 200.0)]
    write_folder(tmp_path / "p", made.files)
    write_folder(tmp_path / "p", made.files, replace=True, known=file_names())
    assert verify(tmp_path / "p").is_good
    (tmp_path / "p.zip").write_bytes(zip_bytes(made.files, folder="EX1"))
    assert verify(tmp_path / "p.zip").is_good


@pytest.mark.parametrize("fault", ["plot-not-traced", "plot-not-declared"])
def test_land_of_another_line_is_found(two_lots, tmp_path, fault):
    from eudr_geo.base.writing import sha256

    files = dict(build_package(two_lots, ["EX1"]).files)
    one, other = (json.loads(files[f"geolocation/line-{n}.geojson"]) for n in (1, 2))
    if fault == "plot-not-traced":  # T-3 gave nothing to the first lot
        one["features"].append(other["features"][-1])
    else:
        one["features"].pop()
    changed = json.dumps(one).encode()
    manifest = json.loads(files["manifest.json"])
    manifest["files"]["geolocation/line-1.geojson"] = {"sha256": sha256(changed), "bytes": len(changed)}
    files |= {"geolocation/line-1.geojson": changed, "manifest.json": json.dumps(manifest).encode()}
    write_folder(tmp_path / "p", files)
    assert {one.code for one in verify(tmp_path / "p").defects} == {fault}


def test_more_than_one_statement_has_a_folder_each(two_lots, tmp_path, monkeypatch):
    limits = LineLimits(lines_per_statement=1)
    monkeypatch.setattr(packaging.commodity_lines, "__defaults__", (limits,))
    made = build_package(two_lots, ["EX1"])
    assert list(declared(made.files)) == [
        "statement-1/geolocation/line-1.geojson",
        "statement-2/geolocation/line-1.geojson",
    ]
    assert [(one["statement"], one["line"]) for one in lines(made.files)] == [("1", "1"), ("2", "1")]
    write_folder(tmp_path / "p", made.files)
    assert verify(tmp_path / "p").is_good


def test_a_lot_above_a_thousand_producers_can_be_uploaded_from_its_files(tmp_path):
    deliveries = [(f"R{n}", "G1", f"T-{n}", 10.0) for n in range(1, 1_101)]
    with project(tmp_path / "a.gpkg", 1_100, deliveries, [("G1", "090111")], [("G1", 11_000.0)]) as store:
        made = build_package(store, ["EX1"])
    found = declared(made.files)
    assert [len(plots) for plots in found.values()] == [1_000, 100]
    assert len(set().union(*found.values())) == 1_100
    assert sum(float(one["net_mass_kg"]) for one in lines(made.files)) == 11_000.0


def test_the_bound_of_a_feature_is_never_below_its_bytes(two_lots):
    made = build_package(two_lots, ["EX1"])
    bounds = packaging.size_bounds(made.data.plots, made.data.producer_labels())
    size = sum(len(data) for name, data in made.files.items() if "geolocation/" in name)
    assert size <= 2 * int(bounds.sum())
    for row in range(len(made.data.plots)):
        from eudr_geo.outputs.package.eudr_geojson import to_geojson

        one = made.data.plots.take(np.array([row]))
        assert len(to_geojson(one, [made.data.producer_labels()[row]])) - 40 <= bounds[row]


FIELDS = {"T-1": "coffee", "T-2": "cocoa", "T-3": ""}


@pytest.mark.parametrize(
    ("hs", "form", "possible"),
    [
        ("090111", "green", {"T-1", "T-3"}),
        ("1801", "other", {"T-2", "T-3"}),
        ("", "green", {"T-1", "T-3"}),
        ("", "other", {"T-1", "T-2", "T-3"}),  # nothing says what it is: nothing is left out
    ],
)
@pytest.mark.parametrize("by", ["producer", "group"])
def test_possible_plots_are_of_the_commodity_of_the_lot(hs, form, possible, by):
    from eudr_geo.lots.graph import LotGraph

    who = {"producer_code": "H"} if by == "producer" else {"collection_group": "North"}
    tables = {
        "producer": [{"code": "H", "collection_group": "North"}],
        "plot": [{"code": code, "producer_code": "H", "commodity": word} for code, word in FIELDS.items()],
        "lot": [{"code": "G", "form": form, "hs_code": hs}],
        "delivery": [{"code": "R1", "lot_code": "G", "quantity_kg": 90.0, "form": "other", **who}],
    }
    graph = LotGraph(book_of(tables))
    assert {*graph.plots_behind(0)} == possible


def test_a_lot_that_became_cocoa_was_cocoa():
    from eudr_geo.lots.graph import LotGraph

    tables = {
        "producer": [{"code": "H"}],
        "plot": [{"code": code, "producer_code": "H", "commodity": word} for code, word in FIELDS.items()],
        "lot": [{"code": "RAW", "form": "other"}, {"code": "K", "form": "other", "hs_code": "1801"}],
        "delivery": [{"code": "R1", "lot_code": "RAW", "quantity_kg": 90.0, "form": "other", "producer_code": "H"}],
        "process": [{"code": "P", "type": "dry"}],
        "process_line": [
            {"process_code": "P", "direction": "in", "lot_code": "RAW", "quantity_kg": 90.0},
            {"process_code": "P", "direction": "out", "lot_code": "K", "quantity_kg": 40.0},
        ],
    }
    graph = LotGraph(book_of(tables))
    assert {*graph.plots_behind(graph.position["K"])} == {"T-2", "T-3"}


def test_each_line_declares_land_of_its_commodity(tmp_path):
    """One producer with a coffee and a cocoa plot; the receipt of the coffee names no plot."""
    deliveries = [("R1", "G", "T-1", 100.0), ("R2", "G", "H-1", 50.0), ("R3", "K", "T-2", 100.0)]
    lots, shipped = [("G", "090111"), ("K", "1801")], [("G", 150.0), ("K", 100.0)]
    with project(tmp_path / "a.gpkg", 2, deliveries, lots, shipped, {"T-2": "cocoa"}, owner="H-1") as store:
        made = build_package(store, ["EX1"])
    assert list(declared(made.files).values()) == [{"T-1"}, {"T-2"}]


def test_coffee_is_of_unknown_origin_where_only_cocoa_grows():
    from eudr_geo.lots.graph import LotGraph
    from eudr_geo.lots.origins import UNKNOWN

    tables = {
        "producer": [{"code": "H"}],
        "plot": [{"code": "T-1", "producer_code": "H", "commodity": "cocoa"}],
        "lot": [{"code": "G", "form": "green", "hs_code": "090111"}],
        "delivery": [{"code": "R1", "lot_code": "G", "quantity_kg": 90.0, "form": "green", "producer_code": "H"}],
    }
    graph = LotGraph(book_of(tables))
    assert graph.plots_behind(0) == []
    assert graph.arrivals.evidence.tolist() == [UNKNOWN]
