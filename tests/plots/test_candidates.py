"""Bare metres: the system they were written in is among those named, and nothing is claimed without a country."""

import numpy as np
import pytest
from pyproj import Transformer

from eudr_geo.plots.candidates import MOST, likely_systems


@pytest.mark.parametrize(
    ("country", "code", "lon", "lat"),
    [
        ("VN", 9218, 108.05, 12.68),  # Đắk Lắk, zone of its province
        ("VN", 3405, 104.9, 21.7),
        ("VN", 32648, 106.2, 21.3),
        ("CO", 9377, -75.6, 2.5),
        ("CO", 3115, -76.6, 2.4),
        ("ET", 20137, 38.4, 6.2),
        ("CI", 2043, -6.6, 6.9),
        ("GH", 2136, -1.6, 6.7),
        ("BR", 32723, -46.9, -18.7),
        ("HN", 3857, -88.05, 14.68),
    ],
)
def test_the_system_the_plot_was_written_in_is_named(country, code, lon, lat):
    x, y = Transformer.from_crs(4326, code, always_xy=True).transform(lon, lat)
    (named,) = likely_systems(country, np.array([x]), np.array([y]))
    assert f"EPSG:{code} (" in " ".join(named), named
    assert len(named) <= MOST


def test_nothing_is_guessed_without_a_country_or_off_the_map():
    x, y = np.array([831316.2]), np.array([1403588.1])
    assert likely_systems("", x, y) == [()]
    assert likely_systems("VN", np.array([1e300]), np.array([-1e300])) == [()]


def test_one_plot_never_depends_on_another():
    x, y = np.array([831316.2, 450_000.0, 831400.0]), np.array([1403588.1, 1_402_000.0, 1403500.0])
    together = likely_systems("VN", x, y)
    assert together == [likely_systems("VN", x[[i]], y[[i]])[0] for i in range(3)]
