"""Plots from a notebook's frame: the same ledger, rules and names as from a file."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from eudr_geo.base.errors import InputError
from eudr_geo.checks.checking import check
from eudr_geo.sources.frames import read_geodataframe
from eudr_geo.sources.reading import read_plots

RING = [(108.05, 12.71), (108.0513, 12.7102), (108.0511, 12.7116), (108.0499, 12.7113), (108.05, 12.71)]


def frame(geometry, **columns):
    return gpd.GeoDataFrame(
        {"plot_id": [f"P-{n}" for n in range(len(geometry))], **columns}, geometry=geometry, crs=4326
    )


def test_a_frame_says_what_the_file_says(samples):
    from_file = read_plots([samples / "messy" / "bow-tie.geojson"], country="VN")
    again = gpd.read_file(samples / "messy" / "bow-tie.geojson")
    from_frame = read_geodataframe(again, country="VN")
    assert from_frame.plots["plot_id"].tolist() == from_file.plots["plot_id"].tolist()
    assert from_frame.plots["producer"].tolist() == from_file.plots["producer"].tolist()
    errors = [(one.rule, one.plot_id) for one in check(from_file).findings.errors()]
    assert errors
    assert [(one.rule, one.plot_id) for one in check(from_frame).findings.errors()] == errors


def test_every_row_is_a_plot_or_rejected():
    ring = shapely.Polygon(RING)
    walk = shapely.LineString(RING)
    odd = [ring, None, shapely.Polygon(), walk, shapely.Point(108.05, np.nan), shapely.Point(108.051234, 12.712345)]
    reading = read_geodataframe(frame(odd, area_ha=[None, 1, 1, 1, 1, 2.5]), country="VN")
    assert reading.plots["plot_id"].tolist() == ["P-0", "P-5"]
    assert reading.plots["record"].tolist() == [1, 6]
    assert [(one.record, one.code) for one in reading.rejected] == [
        (2, "missing-geometry"),
        (3, "missing-geometry"),
        (4, "unsupported-geometry"),
        (5, "not-finite"),
    ]
    assert reading.rejected[2].offer is not None  # a walk that comes back to its start may be asked for
    assert all(file.adds_up() for file in reading.files)


def test_any_known_system_is_understood():
    metres = frame([shapely.Polygon(RING)]).to_crs(32649)
    (plot,) = read_geodataframe(metres).plots.geometry
    assert shapely.hausdorff_distance(plot, shapely.Polygon(RING)) < 1e-7
    with pytest.raises(InputError, match="set_crs"):
        read_geodataframe(metres.set_crs(None, allow_override=True))


def test_values_keep_their_meaning():
    given = frame(
        [shapely.Point(108.051234, 12.712345)] * 2,
        ProductionPlace=["0071", "Buôn Ê"],
        Area=[1.35, np.nan],
        planted=[2012, 2013],
        mapped_on=pd.to_datetime(["2025-03-01", None]),
        ok=[True, False],
    )
    plots = read_geodataframe(given).plots
    assert plots["place"].tolist() == ["0071", "Buôn Ê"]
    assert plots["area_ha"][0] == 1.35
    assert np.isnan(plots["area_ha"][1])
    assert plots["mapped_on"].tolist() == ["2025-03-01", ""]
    assert '"planted": "2012"' in plots["extra"][0]


def test_findings_lead_back_to_the_rows(samples):
    reading = read_plots([samples / "messy" / "bow-tie.geojson"], country="VN")
    found = check(reading).findings.to_dataframe()
    bad = found[found["rule"] == "self-intersection"]
    land = reading.plots.to_geodataframe().iloc[bad["row"].astype(int)]
    assert not land.is_valid.any()
    assert land["plot_id"].tolist() == bad["plot_id"].tolist()
