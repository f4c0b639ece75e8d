"""A latitude and longitude written beside the geometry: known from every format, and used against exchanged axes."""

import json
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from eudr_geo.checks.checking import check
from eudr_geo.sources.frames import read_geodataframe
from eudr_geo.sources.reading import read_plots

PLACE = shapely.Point(6.701234, -1.601234)  # of Ghana, exchanged; both orders are possible
FIELDS = {"latitude": "6.701234", "longitude": "-1.601234"}


def written(tmp_path, kind, fields):
    """A file of this kind with one plot that has these properties, or a frame."""
    path = tmp_path / f"plots.{kind}"
    if kind == "geojson":
        feature = {"type": "Feature", "properties": fields, "geometry": shapely.geometry.mapping(PLACE)}
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    elif kind == "csv":
        path.write_text(
            ",".join(["plot_id", "wkt", *fields]) + "\n" + ",".join(["P-1", PLACE.wkt, *map(str, fields.values())])
        )
    elif kind == "kml":
        data = "".join(f'<Data name="{name}"><value>{value}</value></Data>' for name, value in fields.items())
        path.write_text(
            '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>P-1</name>'
            f"<ExtendedData>{data}</ExtendedData><Point><coordinates>{PLACE.x},{PLACE.y}</coordinates></Point>"
            "</Placemark></Document></kml>"
        )
    else:
        frame = gpd.GeoDataFrame({name: [value] for name, value in fields.items()}, geometry=[PLACE], crs=4326)
        if kind == "frame":
            return read_geodataframe(frame)
        frame.to_file(path, driver={"gpkg": "GPKG", "fgb": "FlatGeobuf", "shp": "ESRI Shapefile"}[kind])
        if kind == "shp":
            path = Path(shutil.make_archive(str(tmp_path.parent / tmp_path.name) + "-packed", "zip", tmp_path, "."))
    return read_plots(path)


@pytest.mark.parametrize("kind", ["geojson", "csv", "kml", "gpkg", "fgb", "shp", "frame"])
def test_a_stated_position_is_known_from_every_format(tmp_path, kind):
    reading = written(tmp_path, kind, FIELDS)
    assert (reading.plots["stated_lon"].tolist(), reading.plots["stated_lat"].tolist()) == ([-1.601234], [6.701234])
    (found,) = check(reading, select=["swapped-axes"]).findings
    assert "its own columns of latitude and longitude say so" in found.message


@pytest.mark.parametrize("kind", ["geojson", "csv"])
@pytest.mark.parametrize(
    "fields",
    [
        {"latitude": "12.68"},
        {"latitude": "12.68", "longitude": "about 108"},
        {"latitude": "0", "longitude": "0"},
        {"latitude": "95", "longitude": "108.05"},
        {"colour": "red", "latitudes": "12.68", "longitude": "108.05"},
    ],
    ids=["half of it", "no number", "no fix", "no place", "no name of it"],
)
def test_what_is_no_position_states_none(tmp_path, kind, fields):
    plots = written(tmp_path, kind, fields).plots
    assert len(plots) == 1
    assert np.isnan(plots["stated_lon"]).all()
    assert np.isnan(plots["stated_lat"]).all()


@pytest.mark.parametrize("kind", ["geojson", "csv"])
@pytest.mark.parametrize(
    "names", [("Vĩ độ", "Kinh độ"), ("GPS Lat", "GPS Long"), ("Lintang", "Bujur"), ("Vỹ độ", "lng")]
)
def test_it_is_known_by_the_names_people_use(tmp_path, kind, names):
    plots = written(tmp_path, kind, dict(zip(names, ("12.68", "108.05"), strict=True))).plots
    assert (plots["stated_lat"].tolist(), plots["stated_lon"].tolist()) == ([12.68], [108.05])


def test_rows_that_state_one_keep_it_among_those_that_do_not(tmp_path):
    path = tmp_path / "plots.geojson"
    stated = [{}, FIELDS, {"lat": "12.7", "lon": "108.1", "latitude": "12.5"}, {"latitude": "x", "longitude": "y"}]
    path.write_text(
        "\n".join(
            json.dumps({"type": "Feature", "properties": one, "geometry": shapely.geometry.mapping(PLACE)})
            for one in stated
        )
    )
    plots = read_plots(path).plots
    np.testing.assert_array_equal(plots["stated_lat"], [np.nan, 6.701234, 12.5, np.nan])
    np.testing.assert_array_equal(plots["stated_lon"], [np.nan, -1.601234, 108.1, np.nan])
