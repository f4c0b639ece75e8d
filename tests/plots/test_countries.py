"""Countries: known places lie where people know them to be, distances agree with a slow and sure way, nothing is guessed."""

import subprocess
import sys

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from tests_helpers import examples, lines_run

from eudr_geo.base.errors import EudrGeoError
from eudr_geo.law import country_names
from eudr_geo.plots import atlas, countries

PLACES = {
    "Buôn Ma Thuột": (108.05, 12.68, "VN"),
    "Phú Quốc, an island": (103.98, 10.23, "VN"),
    "Pakxong": (106.23, 15.18, "LA"),
    "Kumasi": (-1.62, 6.69, "GH"),
    "Daloa": (-6.45, 6.88, "CI"),
    "Maseru, inside South Africa": (27.49, -29.32, "LS"),
    "Bloemfontein, around Lesotho": (26.21, -29.12, "ZA"),
    "Jimma": (36.83, 7.67, "ET"),
    "Manizales": (-75.52, 5.07, "CO"),
    "Lae": (146.99, -6.73, "PG"),
    "Suva": (178.44, -18.12, "FJ"),
    "Taveuni, beyond 180 degrees": (-179.97, -16.83, "FJ"),
    "Saint-Denis, ISO counts it apart": (55.45, -20.9, "RE"),
    "Pointe-à-Pitre": (-61.53, 16.24, "GP"),
    "Gulf of Guinea": (0.0, 0.0, ""),
    "South China Sea": (112.0, 12.68, ""),
    "no place at all": (float("nan"), float("nan"), ""),
}


@pytest.mark.parametrize("place", PLACES)
def test_places_lie_where_people_know_them_to_be(place):
    lon, lat, code = PLACES[place]
    assert countries.find([lon], [lat]).tolist() == [code]
    if code:
        assert countries.distance_km(code, [shapely.Point(lon, lat)]).tolist() == [0.0]


def test_an_overseas_territory_is_also_its_state():
    reunion = [shapely.Point(55.45, -20.9)]
    assert countries.distance_km("FR", reunion).tolist() == [0.0]
    assert countries.distance_km("RE", reunion).tolist() == [0.0]
    assert countries.distance_km("RE", [shapely.Point(2.35, 48.86)])[0] > 8_000


def test_every_code_in_force_has_land():
    without = {code for code in country_names() if not countries.is_known(code)}
    assert without == set()
    assert all(shapely.area(countries.shape(code)) > 0 for code in country_names())


def test_every_shape_is_sound_and_holes_stay_open():
    for code in ("ZA", "IT", "EG", "BR", "FR", "AU", "RU"):
        assert shapely.is_valid(countries.shape(code)), code
    lesotho = shapely.Point(28.2, -29.6)
    assert not shapely.intersects(countries.shape("ZA"), lesotho)


def test_the_units_without_a_code_are_told():
    told = {unit.names[""] for unit in atlas.units() if not unit.code}
    assert told == set(countries.WITHOUT_CODE)
    assert countries.find([-75.14], [19.92]).tolist() == [""]  # Guantanamo Bay Naval Base


def densified(code: str, step_deg: float) -> np.ndarray:
    return shapely.get_coordinates(shapely.segmentize(shapely.boundary(countries.shape(code)), step_deg))


@pytest.mark.parametrize(
    ("code", "lon", "lat"),
    [
        ("VN", 106.5, 12.68),
        ("VN", 110.2, 20.1),
        ("NO", 24.0, 65.2),
        ("EC", -83.0, 1.5),
        ("FJ", -176.0, -17.0),
        ("TO", 179.5, -17.0),
        ("CL", -66.5, -52.0),
    ],
)
def test_distance_agrees_with_a_search_along_the_whole_border(code, lon, lat):
    border = densified(code, 0.002)
    _, _, metres = Geod(ellps="WGS84").inv(np.full(len(border), lon), np.full(len(border), lat), *border.T)
    found = countries.distance_km(code, [shapely.Point(lon, lat)])[0]
    assert found == pytest.approx(min(metres) / 1_000, rel=0.01)


def test_a_polygon_is_measured_from_its_nearest_side():
    near, far = shapely.box(107.0, 12.60, 107.45, 12.70), shapely.box(107.0, 12.60, 107.1, 12.70)
    east, west = countries.distance_km("VN", [near, far])
    corner = countries.distance_km("VN", [shapely.Point(107.45, 12.65)])[0]
    assert 0 < east <= corner < west


def test_missing_and_unknown_are_not_zero():
    point = shapely.Point(108.05, 12.68)
    assert np.isnan(countries.distance_km("XX", [point])).all()
    assert np.isnan(countries.distance_km("", [point])).all()
    found = countries.distance_km("VN", [None, shapely.Point(), point])
    assert np.isnan(found[:2]).all()
    assert found[2] == 0
    assert countries.distance_km("VN", []).shape == (0,)


def test_coordinates_that_are_no_place_do_not_crash():
    found = countries.distance_km("VN", [shapely.Point(831316, 1403588), shapely.Point(12.68, 108.05)])
    assert (found > 1_000).all()


@given(
    st.lists(st.tuples(st.floats(100, 115), st.floats(5, 25)), min_size=1, max_size=12),
    st.sampled_from(["VN", "LA", "KH", "CN"]),
)
@settings(max_examples=examples(30))
def test_a_plot_does_not_depend_on_its_neighbours(places, code):
    points = shapely.points(places)
    together = countries.distance_km(code, points)
    alone = [countries.distance_km(code, [point])[0] for point in points]
    np.testing.assert_array_equal(together, alone)
    inside = countries.find(*np.array(places).T) == code
    assert (together[inside] == 0).all()
    assert (together[~inside] >= 0).all()


def test_names_in_the_languages_of_the_users():
    assert countries.name("VN", "vi") == "Việt Nam"
    assert countries.name("CI") == "Côte d'Ivoire"
    assert countries.name("CO", "fr") == "Colombie"
    assert countries.name("VN", "xx") == "Vietnam"
    assert countries.name("XX") == "XX"


def test_outline_is_light_and_still_the_country():
    whole, light = countries.shape("VN"), countries.outline("VN", 0.02)
    assert shapely.get_num_coordinates(light) < shapely.get_num_coordinates(whole) / 5
    assert shapely.area(shapely.symmetric_difference(whole, light)) < 0.02 * shapely.area(whole)
    assert shapely.is_empty(countries.outline("XX"))


def test_the_carriers_code_is_never_run():
    code = (
        "import sys, shapely; from eudr_geo.plots import countries; "
        "print(countries.distance_km('VN', [shapely.Point(108.05, 12.68)])[0], "
        "[name for name in sys.modules if name.startswith(('geocoder', 'fiona', 'pyogrio', 'shapefile'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=250)
    assert done.stdout.strip() == "0.0 []"


def test_missing_boundaries_say_what_to_install(monkeypatch):
    monkeypatch.setattr(atlas, "_CARRIER", "no_such_carrier_of_boundaries")
    with pytest.raises(EudrGeoError, match="pip install --force-reinstall no-such-carrier-of-boundaries"):
        atlas._atlas.__wrapped__()


def test_damaged_boundaries_say_so(monkeypatch, tmp_path):
    (tmp_path / "carrier_of_nothing").mkdir()
    (tmp_path / "carrier_of_nothing" / "__init__.py").touch()
    (tmp_path / "carrier_of_nothing" / f"{atlas._STEM}.zip").write_bytes(b"PK\x03\x04 not a zip")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(atlas, "_CARRIER", "carrier_of_nothing")
    with pytest.raises(EudrGeoError, match="cannot be read"):
        atlas._atlas.__wrapped__()


@pytest.mark.slow
def test_a_hundred_thousand_plots_take_no_loop():
    """A slow way takes minutes, which the suite's own limit ends."""
    rng = np.random.default_rng(7)
    plots = shapely.buffer(shapely.points(rng.uniform([107.5, 12.0], [108.5, 13.5], (100_000, 2))), 0.001, quad_segs=2)
    countries.distance_km("VN", plots[:1])
    away, ran = lines_run(lambda: countries.distance_km("VN", plots))
    assert ran < 1_000
    assert 1_000 < (away > 0).sum() < 10_000
