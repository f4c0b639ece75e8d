"""Two surveys of one plot: the map shows the land that the goods grew on, and a package's own file names no overlap."""

import json
import re

from test_land_of_the_day import lot, put, receipt, survey

from eudr_geo.checks.checking import check
from eudr_geo.model.plots import Plots, Reading
from eudr_geo.project.mapping import project_map
from eudr_geo.project.packaging import build_package
from eudr_geo.sources.reading import read_plots
from eudr_geo.store import create_store


def drawn(page):
    """Plot → version and area, ha, as the page draws them."""
    found = re.search(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found, "the page carries its data"
    every = (one["properties"] for one in json.loads(found[1])["plots"]["features"])
    return {one["plot"]: (one["version"], one["area_ha"]) for one in every}


def opened(tmp_path):
    store = create_store(tmp_path / "coop.gpkg", organisation="Ea Mau", country="VN")
    survey(store, "2025-09-01", 0.001)
    return store


def test_the_map_shows_the_version_of_the_harvest(tmp_path):
    with opened(tmp_path) as store:
        put(store, "2025-11-20", lot=[lot("G", "2025-11-15")], delivery=[receipt("R1", "G", "2025-11-15")])
        before = drawn(project_map(store))
        survey(store, "2026-01-15", 0.0005)  # half as long, a quarter of the land
        survey(store, "2026-01-15", 0.001, code="T-2", west=108.161234)
        after = drawn(project_map(store))
        assert before["T-1"][0] == "1"
        assert after["T-1"] == before["T-1"]
        assert sorted(after) == ["T-1", "T-2"], "what fed nothing is drawn as it is now"


def test_a_plot_in_two_versions_is_shown_in_both_with_the_kilograms_of_each(tmp_path):
    with opened(tmp_path) as store:
        survey(store, "2026-01-15", 0.0005)
        rows = [receipt("R1", "G", "2025-11-15", 60.0), receipt("R2", "G", "2026-01-20", 40.0)]
        put(store, "2026-01-21", lot=[lot("G", "2025-11-15")], delivery=rows)
        both = drawn(project_map(store))
        assert {plot: version for plot, (version, _) in both.items()} == {
            "T-1 (version 1)": "1",
            "T-1 (version 2)": "2",
        }
        assert both["T-1 (version 1)"][1] > 3 * both["T-1 (version 2)"][1]
        package = build_package(store, ["G"])
        page = next(data.decode() for name, data in package.files.items() if name.endswith("map.html"))
        assert drawn(page) == both


def test_two_versions_in_the_file_of_a_package_are_no_overlap(tmp_path):
    with opened(tmp_path) as store:
        survey(store, "2026-01-15", 0.0005)
        rows = [receipt("R1", "G", "2025-11-15", 60.0), receipt("R2", "G", "2026-01-20", 40.0)]
        put(store, "2026-01-21", lot=[lot("G", "2025-11-15")], delivery=rows)
        files = build_package(store, ["G"]).files
    name = next(name for name in files if "geolocation/" in name)
    (tmp_path / "line-1.geojson").write_bytes(files[name])
    reading = read_plots(tmp_path / "line-1.geojson")
    rules = {"overlapping-plots", "contained-plot", "identical-plots"}
    assert len(reading.plots) == 2
    assert not {one.rule for one in check(reading).findings} & rules
    # Another plot on the same ground is told as before.
    table = reading.plots
    renamed = {name: ["A (version 1)", "B (version 2)"] for name in ("plot_id", "place")}
    assert {one.rule for one in check(Reading(Plots.with_columns(table, **renamed))).findings} & rules
