"""Systems by the names that people give them; nothing is guessed."""

import pytest
import shapely

from eudr_geo.base.errors import InputError
from eudr_geo.plots.candidates import likely_systems
from eudr_geo.plots.projecting import named, to_wgs84
from eudr_geo.sources.reading import read_plots


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("VN-2000 Đắk Lắk", 9218),
        ("vn2000 lâm đồng", 5899),
        ("Lai Chau", 9205),
        ("UTM 48N", 32648),
        ("WGS84 / UTM zone 30 N", 32630),
        ("utm 18 south", 32718),
        ("Adindan 37N", 20137),
        ("Abidjan 1987 UTM 30N", 2041),
        ("CR05 CRTM05", 5367),
        ("EPSG:3116", 3116),
        ("3116", 3116),
    ],
)
def test_a_system_is_known_by_its_words(text, code):
    assert named(text) == f"EPSG:{code}"


def test_words_of_several_systems_are_asked_back():
    with pytest.raises(InputError, match="coordinate systems") as told:
        named("MAGNA-SIRGAS Bogota")
    assert "EPSG:3116" in told.value.fix
    with pytest.raises(InputError, match="nobody knows"):
        named("our own grid")
    with pytest.raises(InputError, match="nobody knows"):
        named("UTM 61N")


@pytest.mark.fault(68)
def test_a_province_is_enough_to_read_its_metres(tmp_path):
    path = tmp_path / "so-do.csv"
    rows = "A;1402345,12;455678,34\nB;1402400,00;455700,00\n"
    path.write_text("Mã thửa;Tọa độ X;Tọa độ Y\n" + rows)  # as in a land title: X is the northing
    reading = read_plots([path], crs="VN-2000 Đắk Lắk", country="VN")
    assert shapely.get_coordinates(reading.plots.geometry)[0].tolist() == [1402345.12, 455678.34]
    assert "exchanged" in reading.files[0].notes[0].why
    path.write_text("Mã thửa;Northing;Easting\n" + rows)
    plots = read_plots([path], crs="VN-2000 Đắk Lắk", country="VN").plots
    right = to_wgs84([shapely.Point(455678.34, 1402345.12)], "EPSG:9218")[0]
    assert shapely.equals_exact(plots.geometry[0], right, tolerance=1e-7)


@pytest.mark.fault(89)
@pytest.mark.parametrize(
    ("country", "x", "y", "code"), [("CR", 490000.0, 1085000.0, 5367), ("HN", 490000.0, 1585000.0, 32616)]
)
def test_a_country_without_a_list_has_its_registered_systems_as_candidates(country, x, y, code):
    import numpy as np

    (names,) = likely_systems(country, np.array([x]), np.array([y]))
    assert any(name.startswith(f"EPSG:{code} ") for name in names)
    assert likely_systems(country, np.array([x]), np.array([9e6])) == [()]
