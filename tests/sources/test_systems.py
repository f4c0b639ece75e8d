"""Coordinates in another system: converted where it is named, left alone where they are plainly not in it."""

import pytest
import shapely

RING = "831316.1 1403588.2, 831416.1 1403588.2, 831416.1 1403688.2, 831316.1 1403588.2"
PLACE = pytest.approx([108.051866, 12.678094], abs=2e-6)


def first(plots, row=0):
    return shapely.get_coordinates(plots.geometry[row])[0].tolist()


def test_a_cell_that_names_its_system_is_converted_alone(direct):
    seen = direct(f'plot,wkt\nA,"SRID=3405;POLYGON (({RING}))"\nB,"SRID=4326;POINT (108.05 12.68)"\n')
    assert (first(seen.plots), first(seen.plots, 1)) == (PLACE, [108.05, 12.68])
    assert seen.notes == ()


def test_a_system_that_nobody_knows_rejects_its_row(direct):
    seen = direct('plot,wkt\nA,"SRID=99;POINT (1 2)"\nB,"POINT (108.05 12.68)"\n')
    assert seen.reasons == [(2, "unreadable-record")]
    assert "SRID=99" in seen.rejected[0].why


def test_metres_under_the_headings_of_degrees_are_converted_once_their_system_is_named(direct):
    seen = direct("plot,lat,lon\nA,1403588.2,831316.1\nB,12.68,108.05\n", crs="EPSG:3405")
    assert (first(seen.plots), first(seen.plots, 1)) == (PLACE, [108.05, 12.68])


def as_geojson(kind, coordinates):
    return f'{{"type":"{kind}","coordinates":{coordinates}}}'


@pytest.mark.parametrize(
    "data",
    ['plot,wkt\nA,"POINT (108.051234 12.681234)"\n', as_geojson("Point", "[108.051234,12.681234]")],
    ids=["CSV", "GeoJSON"],
)
def test_degrees_are_not_taken_for_metres_of_the_system_that_was_named(direct, data):
    seen = direct(data, crs="EPSG:3405")
    assert first(seen.plots) == [108.051234, 12.681234]
    note = next(note for note in seen.notes if note.code == "unknown-crs")
    assert (note.severity, "in degrees" in note.why) == ("warning", True)


def test_northing_under_x_is_explained_and_not_exchanged(direct):
    seen = direct("plot,X,Y\nA,1403588.2,451316.1\n", crs="EPSG:9218")
    assert first(seen.plots) == [1403588.2, 451316.1]
    assert ("exchanged" in seen.notes[0].why, "Northing" in seen.notes[0].fix) == (True, True)
    seen = direct("plot,Northing,Easting\nA,1403588.2,451316.1\n", crs="EPSG:9218")
    assert first(seen.plots) == pytest.approx([108.053537, 12.691423], abs=2e-6)


@pytest.mark.parametrize(
    "data",
    [f'plot,wkt\nA,"LINESTRING ({RING})"\n',
     as_geojson("LineString", "[[" + RING.replace(", ", "],[").replace(" ", ",") + "]]")],
    ids=["CSV", "GeoJSON"],
)  # fmt: skip
def test_a_line_is_offered_where_it_lies(direct, data):
    (rejected,) = direct(data, crs="EPSG:3405").rejected
    assert first(rejected.offer) == PLACE
    assert (rejected.lon, rejected.lat) == (pytest.approx(108.0519, abs=1e-3), pytest.approx(12.678, abs=1e-3))
    assert "--also unsupported-geometry" in rejected.fix
