"""Decimals: how finely the places were written, and what is left of the shape at six decimals."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.checks.catalogue import ERROR, NOTE, WARNING, Problems, plot_rule, plots_rule, repairs
from eudr_geo.checks.measures import counted, times_told, with_geometry
from eudr_geo.law import COORDINATE_DECIMALS, NEWEST_EU_VERSION, EuVersion
from eudr_geo.law.documents import GEO
from eudr_geo.model.plots import Plots
from eudr_geo.plots.shapes.decimals import at_six_decimals, broken_at_six, round6, same_after_rounding, without_doubles
from eudr_geo.plots.shapes.rings import MULTIPOINT, POINT, first_marked, rings_of
from eudr_geo.plots.shapes.settling import settled


def _broken(plots: Plots) -> npt.NDArray[np.float64]:
    return plots.keep("broken_at_six", broken_at_six)


@plot_rule(
    severity=ERROR,
    basis=f"{GEO}, note 1",
    requires=("self-intersection", "folded-boundary", "overlapping-parts", "projected-coordinates"),
    ids=("R-08",),
)
def invalid_after_rounding(plots: Plots) -> Problems:
    """A sound shape that breaks when its numbers are brought to six decimals.

    **Why it matters** The EU system keeps six decimals. A corner then moves by up to 11 cm, and in a very small or very
    narrow plot sides meet that did not meet before: the plot that looked right here is refused there.

    **Example** A plot 30 cm wide: at six decimals both of its long sides fall on the same line.

    **How to correct it** Look at the narrow place named in the message. Take out corners that are closer together than
    half a metre, or move the narrow place apart to its real width. A plot that small is better given as a point.

    **Trap** Rounding and cutting off give different numbers, and the EU system has done both; a shape must survive
    either. The message says which of the two breaks it.
    """
    facts = _broken(plots)
    rows = np.flatnonzero(facts[:, :2].any(axis=1))
    rounded, cut = facts[rows, 0] > 0, facts[rows, 1] > 0
    how = np.where(rounded & cut, "rounded or cut off", np.where(rounded, "rounded", "cut off")).tolist()
    return Problems(
        rows,
        case=np.where(rounded & cut, "either-way", np.where(rounded, "rounded", "cut-off")).tolist(),
        lon=facts[rows, 2],
        lat=facts[rows, 3],
        measured={"value": how},
    )


@repairs(
    "invalid-after-rounding",
    safe=False,
    changes_area=True,
)
def settle(plots: Plots) -> Plots:
    """Settle boundaries on six decimals; one for which no sound place is found stays as it is."""
    geometry = plots.geometry.copy()
    decimals = plots["decimals"].copy()
    for row in range(len(plots)):  # a search of its own for each, and only for those that break
        found = settled(geometry[row])
        if found is not None:
            geometry[row] = found
            decimals[row] = min(int(decimals[row]), COORDINATE_DECIMALS)
    return with_geometry(plots, geometry).with_columns(decimals=decimals)


@plot_rule(severity=ERROR, basis=f"{GEO}, error 7", requires=("invalid-after-rounding",), ids=("R-07",))
def duplicate_after_rounding(plots: Plots) -> Problems:
    """Two positions in a row that become one at six decimals.

    **Why it matters** The EU system keeps six decimals (11 cm). Two corners closer than that become the same corner,
    which it counts as an error.

    **Example** 108.05200013 12.68000012 and 108.05200041 12.68000037: four centimetres apart, both are
    108.052000 12.680000.

    **How to correct it** The repair drops the second of the two. Set the recorder to one position every few metres, not
    every second: standing still at a corner makes many positions of one.

    **Trap** Do not add digits to keep the two apart: the phone does not know its place to the centimetre anyway.
    """
    times = counted(plots, "rounded_doubled")
    rows = np.flatnonzero(times > 0)
    if not len(rows):
        return Problems.none()
    rings = rings_of(plots.geometry[rows])
    place = first_marked(rings, same_after_rounding(rings), len(rows))
    return Problems(
        rows,
        lon=place[:, 0],
        lat=place[:, 1],
        measured={"times": times[rows], "times_told": times_told(times[rows])},
    )


@repairs("duplicate-after-rounding", safe=True)
def drop_rounded_doubles(plots: Plots) -> Plots:
    """Drop the later of two positions that become one, rounded or cut off."""
    return with_geometry(plots, without_doubles(plots.geometry, rounded=True))


@plots_rule(
    severity=WARNING,
    basis="Regulation (EU) 2023/1115, Article 2(28): at least six decimal digits",
    requires=("projected-coordinates", "null-island"),
    ids=("C-04", "C-05", "C-08"),
    reads=("short_lats", "short_lons", "vertices"),
)
def low_precision(plots: Plots) -> Problems:
    """Coordinates written with fewer than six decimals.

    **Why it matters** The law asks for at least six decimals. With four, a corner may be 6 m away from where it was
    taken; with two, half a kilometre. The EU system fills up with zeros and does not complain – an auditor does.

    **Example** 108.05 12.68, 108.07 12.68, 108.07 12.70: a spreadsheet has rounded to two decimals.

    **How to correct it** Take the numbers again from the phone or the recorder's own file. In the spreadsheet, set the
    columns to six decimals before the coordinates are pasted.

    **Trap** Do not add zeros: 108.050000 is not more exact than 108.05. And short numbers among long ones are fine,
    because a program drops the zero at the end of 108.051230: one number in ten ends in a zero. So a boundary is only
    named when so many of its longitudes or latitudes are short that chance does not explain it; a point of five
    decimals only when the points around it in the file are short as well.
    """
    lons, lats, positions = plots["short_lons"], plots["short_lats"], plots["vertices"]
    kinds = shapely.get_type_id(plots.geometry)
    of_points = (kinds == POINT) | (kinds == MULTIPOINT)
    many_lons, many_lats = 2 * lons > positions, 2 * lats > positions
    bad = np.where(of_points, many_lons & many_lats, many_lons | many_lats) & (positions > 0)
    suspects = np.flatnonzero(bad)
    if len(suspects):
        # The closing position repeats the first one: it proves nothing of its own.
        closing = np.where(of_points, 0, 1)
        free = np.maximum(positions - closing, 1)
        alone = np.zeros(len(plots), dtype=bool)
        by_lon, by_lat = (
            _chances(free[suspects], np.minimum(np.maximum(short - closing, 0), free)[suspects])
            for short in (lons, lats)
        )
        by_one = np.where(of_points[suspects], 1.0, np.minimum(by_lon, by_lat))
        by_both = np.where((many_lons & many_lats)[suspects], by_lon * by_lat, 1.0)
        alone[suspects] = (np.minimum(by_one, by_both) <= _CHANCE) | (plots["decimals"][suspects] <= _SURELY_SHORT)
        # A box has two longitudes only, one of which may end in a zero: few corners tell when all of an axis are short.
        whole = bad & (of_points | (lons >= positions) | (lats >= positions))
        bad &= alone | _habit_of_file(plots, whole, of_points | (free <= _FEW_CORNERS))
    rows = np.flatnonzero(bad)
    return Problems(
        rows,
        case=np.where(positions[rows] > 1, "several", "").tolist(),
        measured={
            "decimals": plots["decimals"][rows],
            "positions": positions[rows],
            "short_lons": lons[rows],
            "short_lats": lats[rows],
            "least": [COORDINATE_DECIMALS] * len(rows),
        },
    )


_ENDS_IN_ZERO = 0.1  # of six-decimal numbers, which many programs write without that zero
_CHANCE = 5e-5  # how improbable it must be that only such zeros are missing
_SURELY_SHORT = 4  # decimals; two zeros at the end of every number of a plot: one point in ten thousand
_FEW_CORNERS = 4  # too few to tell by one axis alone: the fourth corner of a rectangle follows from the others
_HABIT_SHARE, _HABIT_CHANCE = 0.05, 0.011  # of the points of a file; by chance one in a hundred is short on both axes
_NO_DOUBT = 20  # positions of which most are short: no chance explains it


def _chances(count: npt.NDArray[np.int64], short: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """How probable it is that so many of these numbers or more end in a zero, shape (n,)."""
    chance = np.zeros(len(count))
    few = np.flatnonzero(count <= _NO_DOUBT)
    for row, n, k in zip(few.tolist(), count[few].tolist(), short[few].tolist(), strict=True):  # suspects only
        chance[row] = _tail(n, k, _ENDS_IN_ZERO)
    return chance


@cache
def _tail(n: int, k: int, p: float) -> float:
    """Probability of k or more hits in n trials."""
    return max(1.0 - sum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k)), 0.0)


def _habit_of_file(plots: Plots, bad: npt.NDArray[np.bool_], small: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell which plots, too small to tell alone, are of a file whose small plots are short beyond chance."""
    habit = np.zeros(len(plots), dtype=bool)
    source = plots["source"]
    for name in sorted(set(source[bad & small].tolist())):  # one file at a time
        of_file = (source == name) & small
        count, short = int(of_file.sum()), int((of_file & bad).sum())
        if short > _HABIT_SHARE * count and (short > 50 or _tail(count, short, _ENDS_IN_ZERO**2) <= _HABIT_CHANCE):
            habit |= of_file
    return habit


@plot_rule(
    severity=NOTE,
    basis="EUDR validation rules (2026-05-29): decimals beyond the sixth are cut off; (2025-02-18): rounded",
    requires=("invalid-after-rounding", "duplicate-after-rounding"),
    ids=("C-06", "C-07"),
)
def excess_precision(plots: Plots, eu: EuVersion = NEWEST_EU_VERSION) -> Problems:
    """More than six decimals: the EU system does not keep the rest.

    **Why it matters** The seventh decimal is a centimetre; no phone measures that. The extra digits make the file twice
    as large, and the EU system drops them without a word.

    **Example** 108.05200013427734, as many phones write it.

    **How to correct it** Nothing has to be done in the field. The repair rounds to six decimals (no corner moves more
    than 8 cm), drops corners that fall together, and looks again whether the shape is still sound.

    **Trap** Many digits are no sign of a good measurement. Under trees a phone is wrong by 5 to 20 m all the same. The
    official papers do not agree on what happens to the seventh decimal: the rules of 2025 round it, those of 2026 cut
    it off, and the list of errors speaks of rounding in both. So every shape is tried both ways here.
    """
    off = ~plots.keep("at_six_decimals", at_six_decimals)
    rows = np.flatnonzero(off & (plots["decimals"] > COORDINATE_DECIMALS))
    return Problems(
        rows,
        case=eu.text("beyond_six_decimals").replace(" ", "-"),  # rounds, cuts off
        measured={"decimals": plots["decimals"][rows]},
    )


@repairs(
    "excess-precision",
    safe=True,
    changes_area=True,  # writing rounds in any case; small plots change by more than a thousandth: say so
)
def round_coordinates(plots: Plots) -> Plots:
    """Round to six decimals and drop what falls together; a plot whose shape would break stays as it is."""
    rounded = without_doubles(np.asarray(shapely.transform(plots.geometry, round6)))
    broken = broken_at_six(plots.geometry)[:, 0] > 0
    fine = ~broken & (shapely.get_type_id(rounded) == shapely.get_type_id(plots.geometry))
    geometry = np.where(fine, rounded, plots.geometry)
    decimals = np.where(fine, np.minimum(plots["decimals"], COORDINATE_DECIMALS), plots["decimals"])
    return with_geometry(plots, geometry).with_columns(decimals=decimals)


@plot_rule(severity=NOTE, basis=f"{GEO}, definition of a position", ids=("C-10",), reads=("has_z",))
def elevation(plots: Plots) -> Problems:
    """Positions that carry a height or a measure beside longitude and latitude.

    **Why it matters** The EU system needs two numbers a position. A third one makes the file larger, and some programs
    mix it up with the others.

    **Example** 108.0500, 12.6800, 523.4 – the phone wrote the height above the sea as well.

    **How to correct it** Nothing has to be done in the field. The repair leaves the third number out; the place stays
    the same.

    **Trap** If heights are needed for another purpose, keep the original file: ours does not hold them.
    """
    return Problems(np.flatnonzero(plots["has_z"]))


@repairs("elevation", safe=True)
def drop_heights(plots: Plots) -> Plots:
    """The geometry in the table has two dimensions already; from now on the plot is taken to be so."""
    return plots.with_columns(has_z=np.zeros(len(plots), dtype=bool))
