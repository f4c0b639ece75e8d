"""Which neighbours, which ground and which spot a drawing shows."""

import numpy as np
import shapely

from eudr_geo.model.findings import Finding
from eudr_geo.model.plots import Plots
from eudr_geo.outputs.pages.drawings import Drawings


def finding(rule, row=0, lon=None, lat=None):
    return Finding(rule, "error", "plot", "x", "y", "z", row=row, lon=lon, lat=lat)


def square(lon, lat, size=0.001):
    return shapely.box(lon, lat, lon + size, lat + size)


def styles(panels):
    return [style for panel in panels for style, _ in panel.paths]


def test_overlapping_neighbours_and_the_ground_they_share():
    plots = Plots({"geometry": [square(108, 12), square(108.0005, 12), square(108.002, 12.0), square(109, 12)]})
    drawn = styles(Drawings(plots).panels(finding("overlapping-plots", lon=108.0007, lat=12.0005)))
    assert drawn.count("near") == 1, "those that can be seen around it"
    assert drawn.count("shared") == 1
    assert "mark" in drawn
    assert "shared" not in styles(Drawings(plots).panels(finding("sliver")))


def test_the_neighbour_it_meets_is_shown_among_many():
    around = [square(108 + 0.0012 * i, 12 + 0.0012 * j) for i in range(-1, 2) for j in range(-1, 2)]
    large = square(107.99, 11.99, 0.02)
    plots = Plots({"geometry": [around[4], *around[:4], *around[5:], large]})
    assert styles(Drawings(plots).panels(finding("contained-plot"))).count("shared") == 1


def test_broken_neighbours_break_nothing():
    crossing = shapely.Polygon([(108, 12), (108.001, 12.001), (108.001, 12), (108, 12.001)])
    with np.errstate(invalid="ignore"):
        infinite = shapely.Polygon([(108, 12), (np.inf, 12), (108, 13), (108, 12)])
    plots = Plots({"geometry": [square(108, 12), crossing, None, shapely.Polygon(), infinite, shapely.Point(108, 12)]})
    drawings = Drawings(plots)
    for row in range(len(plots)):
        for rule in ("overlapping-plots", "crosses-border", "self-intersection"):
            drawings.panels(finding(rule, row))


def test_a_border_is_drawn_where_it_is_near():
    plots = Plots({"geometry": [square(107.535, 12.34, 0.02), square(108.3, 12.3, 0.01)], "country": ["VN", "VN"]})
    drawings = Drawings(plots)
    assert "border" in styles(drawings.panels(finding("crosses-border", 0)))
    assert "border" not in styles(drawings.panels(finding("crosses-border", 1)))


def test_a_rule_about_the_whole_plot_marks_no_corner():
    plots = Plots({"geometry": [square(108, 12)]})
    lon, lat = (float(value[0]) for value in plots.points_lon_lat())
    drawings = Drawings(plots)
    assert drawings.spot(finding("unclosed-ring", lon=lon, lat=lat)) == (lon, lat)
    assert drawings.spot(finding("area-mismatch", lon=lon, lat=lat)) is None
    assert drawings.spot(finding("clockwise-ring", lon=lon, lat=lat)) is None
