"""The zoo of broken boundaries: each animal is diagnosed, then repaired or left alone, within two seconds.

All shapes are of our own making. What GEOS calls valid or not is asked beside each, so that a fault never hides from
one of the two.
"""

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from tests_helpers import lines_run, plots_of

from eudr_geo.checks.catalogue import load
from eudr_geo.checks.checking import check
from eudr_geo.checks.repairing import repair
from eudr_geo.model.plots import Reading

LON, LAT, UNIT = 108.05, 12.68, 0.0004  # about 43 m
LINES = 1_000_000  # of ours that may run for one boundary; measured: 90 000, and 350 000 for a scribble of 5 000
SHAPES = {
    "self-intersection", "folded-boundary", "interior-ring", "overlapping-parts", "zero-area", "too-few-vertices",
    "unclosed-ring", "duplicate-vertices", "spike", "sliver", "not-finite", "excess-vertices", "out-of-range",
    "crosses-antimeridian", "one-part-multi",
}  # fmt: skip
"""Rules that speak of shapes; places and people are nobody's business here."""
NAMED = ["self-intersection", "interior-ring", "overlapping-parts", "spike", "excess-vertices"]


def at(*corners) -> list[tuple[float, float]]:
    """Corners in units of about 43 m, as degrees with six decimals, closed."""
    ring = [(round(LON + x * UNIT, 6), round(LAT + y * UNIT, 6)) for x, y in corners]
    return ring if ring[0] == ring[-1] else [*ring, ring[0]]


def square(x=0.0, y=0.0, side=1.0, turned=1):
    corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]
    return at(*corners[::turned])


def circle(radius, count, x=0.0, y=0.0):
    angle = np.arange(count) * 2 * np.pi / count
    return at(*np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)]).tolist())


def scribble(count, seed=1):
    return at(*(np.random.default_rng(seed).random((count, 2)) * 4).tolist())


def star(points, step):
    angle = np.arange(points) * step * 2 * np.pi / points
    return at(*np.column_stack([np.cos(angle), np.sin(angle)]).tolist())


def comb(teeth):
    ring = [(0.0, 0.0)]
    for tooth in range(teeth):
        ring += [(tooth + 0.25, 0.0), (tooth + 0.25, 3.0), (tooth + 0.75, 3.0), (tooth + 0.75, 0.0)]
    return at(*ring, (teeth, 0.0), (teeth, -1.0), (0.0, -1.0))


def spiral(turns):
    angle = np.linspace(0, turns * 2 * np.pi, turns * 24)
    out = np.column_stack([np.cos(angle), np.sin(angle)]) * (1 + angle / 6)[:, None]
    back = np.column_stack([np.cos(angle), np.sin(angle)]) * (1.3 + angle / 6)[:, None]
    return at(*out.tolist(), *back[::-1].tolist())


def polygon(shell, *holes):
    return shapely.Polygon(shell, holes)


def parts(*rings):
    return shapely.MultiPolygon([shapely.Polygon(ring) for ring in rings])


def many_with_one_bow_tie(count):
    columns = np.arange(count)
    boxes = shapely.box(
        LON + columns % 250 * 1e-4, LAT + columns // 250 * 1e-4, LON + columns % 250 * 1e-4 + 8e-5, LAT + columns // 250 * 1e-4 + 8e-5
    )  # fmt: skip
    bow = shapely.Polygon(at((-9, -9), (-8, -8), (-8, -9), (-9, -8)))
    return shapely.MultiPolygon([*boxes, bow])


BOW_TIE = at((0, 0), (2, 2), (2, 0), (0, 2))
FIGURE_8 = at((0, 0), (1, 1), (2, 0), (2, 2), (1, 1), (0, 2))

# Name → shape, what it is diagnosed as, and what becomes of it: its area in square units of the grid (the same before
# and after within 1 m²), "lost" where nothing can be kept, "left" where no repair is offered or the gate refuses it.
ZOO: dict[str, tuple[Callable[[], object], set[str], object]] = {
    "square": (lambda: polygon(square()), set(), 1.0),
    "clockwise square": (lambda: polygon(square(turned=-1)), set(), 1.0),
    "triangle": (lambda: polygon(at((0, 0), (2, 0), (0, 2))), set(), 2.0),
    "deep bay": (lambda: polygon(at((0, 0), (3, 0), (3, 3), (1.6, 3), (1.6, 0.5), (1.4, 0.5), (1.4, 3), (0, 3))), set(), 8.5),
    "comb of twelve teeth": (lambda: polygon(comb(12)), set(), 30.0),
    "spiral": (lambda: polygon(spiral(2)), set(), None),
    "bow-tie": (lambda: polygon(BOW_TIE), {"self-intersection"}, 2.0),
    "bow-tie of unlike halves": (lambda: polygon(at((0, 0), (3, 3), (3, 0), (0, 1))), {"self-intersection"}, None),
    "figure of eight": (lambda: polygon(FIGURE_8), {"self-intersection"}, 2.0),
    "three lobes": (
        lambda: polygon(at((0, 0), (1, 1), (0, 2), (2, 2), (1, 1), (3, 2), (3, 0), (1, 1), (2, 0))),
        {"self-intersection"},
        None,
    ),
    "pentagram": (lambda: polygon(star(5, 2)), {"self-intersection"}, None),
    "heptagram": (lambda: polygon(star(7, 3)), {"self-intersection"}, None),
    "star of nineteen": (lambda: polygon(star(19, 9)), {"self-intersection"}, None),
    "loop at the start": (
        lambda: polygon(at((0, 0), (3, 0), (3, 3), (0, 3), (0, -0.5), (0.5, 0.5))),
        {"self-intersection"},
        None,
    ),
    "ring walked twice": (lambda: polygon(square()[:-1] * 2 + square()[:1]), None, "either"),
    "ring walked three times": (lambda: polygon(square()[:-1] * 3 + square()[:1]), None, "either"),
    "ring walked there and back": (lambda: polygon(square()[:-1] + square()[::-1]), None, "either"),
    "spike without width": (
        lambda: polygon(at((0, 0), (2, 0), (2, 1), (4, 1), (2, 1), (2, 2), (0, 2))),
        {"folded-boundary"},
        4.0,
    ),
    "spike of several corners": (
        lambda: polygon(at((0, 0), (2, 0), (2, 1), (4, 1), (5, 2), (4, 1), (2, 1), (2, 2), (0, 2))),
        {"folded-boundary"},
        4.0,
    ),
    "spike inwards": (
        lambda: polygon(at((0, 0), (2, 0), (2, 1), (1, 1), (2, 1), (2, 2), (0, 2))),
        {"folded-boundary"},
        4.0,
    ),
    "needle": (
        lambda: polygon(at((0, 0), (2, 0), (2, 1), (4, 1.005), (2, 1.01), (2, 2), (0, 2))),
        {"spike"},
        4.0,
    ),
    "corner touches a side": (
        lambda: polygon(at((0, 0), (2, 0), (2, 2), (1, 0), (0, 2))),
        {"self-intersection"},
        2.0,
    ),
    "corner touches a corner": (
        lambda: polygon(at((0, 0), (1, 1), (2, 0), (2, 3), (1, 1), (0, 3))),
        {"self-intersection"},
        None,
    ),
    "side on a side": (
        lambda: polygon(at((0, 0), (3, 0), (3, 1), (1, 1), (1, 2), (3, 2), (3, 1), (4, 1), (4, 3), (0, 3))),
        None,
        "either",
    ),
    "all on one line": (lambda: polygon(at((0, 0), (1, 1), (2, 2), (3, 3))), {"zero-area"}, "left"),
    "all in one place": (lambda: polygon(at((0, 0), (0, 0), (0, 0), (0, 0))), {"zero-area"}, "left"),
    "there and back": (lambda: polygon(at((0, 0), (1, 0), (0, 0), (1, 0))), {"zero-area"}, "left"),
    "sliver": (lambda: polygon(at((0, 0), (9, 0), (9, 0.01), (0, 0.01))), {"sliver"}, 0.09),
    "hole": (lambda: polygon(square(side=4), square(1, 1, 1)), {"interior-ring"}, 15.0),
    "two holes": (
        lambda: polygon(square(side=5), square(1, 1, 1), square(3, 3, 1)),
        {"interior-ring"},
        23.0,
    ),
    "hole wound like its shell": (lambda: polygon(square(side=4), square(1, 1, 1, -1)), {"interior-ring"}, 15.0),
    "hole touches in a corner": (lambda: polygon(square(side=4), at((0, 0), (1, 2), (2, 1))), None, "either"),
    "hole touches along a side": (lambda: polygon(square(side=4), square(0, 1, 1)), None, "either"),
    "hole cuts the shell": (lambda: polygon(square(side=4), square(3, 1, 2)), None, "either"),
    "hole outside": (lambda: polygon(square(side=4), square(6, 1, 1)), None, "either"),
    "hole like the shell": (lambda: polygon(square(side=4), square(side=4)), None, "either"),
    "hole in a hole": (lambda: polygon(square(side=6), square(1, 1, 4), square(2, 2, 1)), None, "either"),
    "holes that touch": (
        lambda: polygon(square(side=5), square(1, 1, 1), at((2, 2), (3, 2), (3, 3), (2, 3))),
        {"interior-ring"},
        23.0,
    ),
    "holes that share a side": (lambda: polygon(square(side=5), square(1, 1, 1), square(2, 1, 1)), None, "either"),
    "holes that overlap": (lambda: polygon(square(side=6), square(1, 1, 2), square(2, 2, 2)), None, "either"),
    "hole that is a bow-tie": (lambda: polygon(square(side=4), at((1, 1), (3, 3), (3, 1), (1, 3))), None, "either"),
    "hole on one line": (lambda: polygon(square(side=4), at((1, 1), (2, 2), (3, 3))), None, "either"),
    "chain of holes parts the shell": (
        lambda: polygon(square(side=4), at((0, 2), (1, 1.5), (2, 2), (1, 2.5)), at((2, 2), (3, 1.5), (4, 2), (3, 2.5))),
        None,
        "either",
    ),
    "fifty holes": (
        lambda: polygon(square(side=11), *(square(x + 0.25, y + 0.25, 0.5) for x in range(1, 11) for y in range(1, 6))),
        {"interior-ring"},
        121 - 12.5,
    ),
    "two parts apart": (lambda: parts(square(), square(2, 0)), set(), 2.0),
    "two parts side by side": (lambda: parts(square(), square(1, 0)), set(), 2.0),
    "two parts corner to corner": (lambda: parts(square(), square(1, 1)), set(), 2.0),
    "two parts overlap": (lambda: parts(square(side=2), square(1, 1, 2)), {"overlapping-parts"}, 7.0),
    "the same part twice": (lambda: parts(square(), square()), {"overlapping-parts"}, 1.0),
    "a part in a part": (lambda: parts(square(side=4), square(1, 1, 1)), {"overlapping-parts"}, 16.0),
    "a part in the hole of a part": (
        lambda: shapely.MultiPolygon([polygon(square(side=4), square(1, 1, 2)), polygon(square(1.5, 1.5, 1))]),
        {"interior-ring"},
        13.0,
    ),
    "one part that is a bow-tie": (lambda: parts(square(5, 5), BOW_TIE), {"self-intersection"}, 3.0),
    "one part": (lambda: parts(square()), {"one-part-multi"}, 1.0),
    "scribble of 12": (lambda: polygon(scribble(12)), {"self-intersection"}, "either"),
    "scribble of 100": (lambda: polygon(scribble(100)), {"self-intersection"}, "either"),
    "scribble of 500": (lambda: polygon(scribble(500)), {"self-intersection"}, "either"),
    "scribble of 2 000": (lambda: polygon(scribble(2000)), {"self-intersection"}, "left"),
    "scribble of 5 000": (lambda: polygon(scribble(5000)), {"self-intersection"}, "left"),
    "circle of 5 000": (lambda: polygon(circle(40, 5000)), {"excess-vertices"}, np.pi * 1600),
    "square of 2 000 positions": (
        lambda: polygon([(round(LON + UNIT * x, 6), LAT) for x in np.linspace(0, 40, 2000)] + at((40, 40), (0, 40))[:-1]),
        {"excess-vertices"},
        1600.0,
    ),
    "5 000 parts, one of them a bow-tie": (lambda: many_with_one_bow_tie(5_000), {"self-intersection"}, None),
    "across the end of the map": (
        lambda: polygon([(179.999, -16.85), (-179.999, -16.85), (-179.999, -16.848), (179.999, -16.848)]),
        {"crosses-antimeridian"},
        "left",
    ),
    "round the pole": (lambda: polygon([(-180, 89), (180, 89), (180, 90), (-180, 90)]), None, "either"),
    "off the map": (lambda: polygon(at((0, 0), (1, 0), (2e6, 1), (0, 1))), None, "left"),
    "as wide as a millimetre": (lambda: polygon([(LON, LAT), (LON + 1e-8, LAT), (LON + 1e-8, LAT + 1e-8)]), None, "either"),
    "no corner at all": (shapely.Polygon, None, "either"),
    "no shape at all": (lambda: None, None, "either"),
}  # fmt: skip


def diagnosed(plots) -> set[str]:
    result = check(Reading(plots))
    assert not result.tool_errors
    return {finding.rule for finding in result.findings} & SHAPES


def is_sound(shape) -> bool:
    """What GEOS says of each part; parts of one plot may share a side here (docs/rules/overlapping-parts.md)."""
    return bool(shapely.is_valid(shapely.get_parts(shape)).all())


@pytest.mark.parametrize("name", ZOO)
def test_each_animal_is_diagnosed_and_repaired_or_left_alone_in_time(name):
    make, expected, fate = ZOO[name]
    plots = plots_of(make(), country=["VN"])
    (found, done), ran = lines_run(lambda: (diagnosed(plots), repair(Reading(plots), also=NAMED)))
    assert ran < LINES
    if expected is not None:
        assert found == expected
    shape, after = plots.geometry[0], done.reading.plots.geometry[0]
    if (
        not found & {one for one in SHAPES if "error" in load()[one].severities}
        and shape is not None
        and not shape.is_empty
    ):
        assert is_sound(shape), "GEOS sees a fault that no rule names"
    if fate == "left":
        assert found, "left alone, but nobody says why"
    elif fate != "either":
        still = diagnosed(done.reading.plots)
        assert not still & {one for one in SHAPES if "error" in load()[one].severities}, still
        assert is_sound(after)
        if fate is not None:
            assert shapely.area(after) / UNIT**2 == pytest.approx(fate, rel=2e-3)
    elif done.changes:
        errors = {one for one in SHAPES if "error" in load()[one].severities}
        assert not (diagnosed(done.reading.plots) & errors) - found, "a repair has brought a new fault"


def test_the_zoo_is_large():
    assert len(ZOO) >= 60
