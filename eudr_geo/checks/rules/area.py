"""Area: as declared, as measured, and the line at four hectares."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.base.cells import parse_number
from eudr_geo.checks.catalogue import ERROR, WARNING, Problems, plot_rule, repairs
from eudr_geo.checks.measures import SOUND, any_size, is_point
from eudr_geo.law import (
    AREA_MISMATCH_HA,
    AREA_MISMATCH_SHARE,
    NEAR_LIMIT_SHARE,
    NEWEST_EU_VERSION,
    POINT_AREA_ASSUMED_HA,
    POINT_AREA_MAX_HA,
    POLYGON_REQUIRED_ABOVE_HA,
    EuVersion,
)
from eudr_geo.law.documents import GEO, LAW, VALIDATION
from eudr_geo.model.plots import Plots
from eudr_geo.plots.geodesy import plot_area_ha, spherical_area_ha
from eudr_geo.words.saying import say

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


ACRE_HA = 0.404_685_642_24
"""International acre, exact by definition (1 yard = 0.9144 m)."""
_UNITS = {
    "": 1.0, "ha": 1.0, "has": 1.0, "hectare": 1.0, "hectares": 1.0, "hecta": 1.0, "hectareas": 1.0, "hectárea": 1.0,
    "hectáreas": 1.0, "héc-ta": 1.0, "m2": 1e-4, "m²": 1e-4, "sqm": 1e-4, "acre": ACRE_HA, "acres": ACRE_HA,
}  # fmt: skip
"""Units that mean one size everywhere. A sào, công, rai or manzana does not, or is seldom written by its name."""
_NUMBER_AND_UNIT = re.compile(r"\s*([\d.,'’\s\u00a0\u202f]*\d)\s*([^\d\s.,][^\d\s]*|[a-zA-Zé-]+2)?\s*", re.IGNORECASE)
_LARGEST_HA = 1e6  # a number beyond it is a telephone number or an id in the wrong column

_SLIPS = (
    (1 / ACRE_HA, "acres", "acres-twice"),
    (10.0, "decimal-point", "decimal-point"),
    (100.0, "ares", "square-kilometres"),
    (10_000.0, "square-metres", "divided-twice"),
)
"""Declared ÷ measured area, what that factor means, and what its inverse means: rows ``area-slip.…`` of the words."""
_SLIP_TOLERANCE = 0.08  # a walk and a guess agree to within some percent


def hectares(text: str) -> float | None:
    """Return the hectares that a text can only mean, or None.

    Examples
    --------
    >>> [hectares(text) for text in ("3", "2,5", "1.8 ha", "25 000 m2", "0,123")]
    [3.0, 2.5, 1.8, 2.5, 0.123]
    >>> [hectares(text) for text in ("1.234", "1,234 ha", "5 sào", "about 2", "2-3", "-1", "")]
    [None, None, None, None, None, None, None]
    """
    match = _NUMBER_AND_UNIT.fullmatch(text)
    if match is None or (factor := _UNITS.get((match[2] or "").casefold())) is None:
        return None
    value = parse_number(match[1])
    if value is None or not 0 <= value * factor < _LARGEST_HA:
        return None
    return float(f"{value * factor:.10g}")  # 25 000 × 0.0001 is 2.5, not 2.5000000000000004


@plot_rule(severity=ERROR, basis=f"{GEO}, error 14", ids=("P-05", "A-06"), reads=("area_text",))
def area_not_a_number(plots: Plots) -> Problems:
    """The area is text, or a number that no area can be.

    **Why it matters** The EU system reads anything but a plain number as 0 hectares. A point of 0 hectares is refused.

    **Example** ``"2,5"``, ``"1.8 ha"``, ``"3"`` in quotes, or -1.

    **How to correct it** Write the hectares as a plain number with a decimal point: 2.5. In a sheet, make the column a
    number column and put the unit into its heading. Where the text can mean one number only, the repair does it.

    **Trap** "1.234" may be a little more than one hectare, or more than a thousand. And 5 sào is 0.18 ha in the north
    of Viet Nam and 0.5 ha in the south. Such texts are left for a person who knows.
    """
    area, text = plots["area_ha"], plots["area_text"]
    rows = np.flatnonzero((text != "") | (area < 0) | np.isinf(area))
    shown = [f'"{text[row]}"' if text[row] else f"{area[row]:g}" for row in rows.tolist()]
    meant = [hectares(text[row]) for row in rows.tolist()]
    return Problems(
        rows,
        case=["unclear" if ha is None else "clear" for ha in meant],
        measured={"value": shown, "candidates": ["" if ha is None else f"{ha:.10g}" for ha in meant]},
    )


@repairs(
    "area-not-a-number",
    safe=True,
)
def write_hectares(plots: Plots) -> Plots:
    """Write the number that a text can only mean; leave the others."""
    area, text = plots["area_ha"].copy(), plots["area_text"].copy()
    for row in np.flatnonzero(text != "").tolist():  # each text is read on its own, never by its neighbours
        value = hectares(text[row])
        if value is not None:
            area[row], text[row] = value, ""
    return plots.with_columns(area_ha=area, area_text=text)


@plot_rule(
    severity=ERROR,
    basis=f"{LAW}; {VALIDATION} (area of a point)",
    requires=("area-not-a-number",),
    ids=("A-01", "A-05", "A-11"),
)
def point_above_4_ha(plots: Plots) -> Problems:
    """A plot of more than four hectares is given as a point.

    **Why it matters** The law asks for the boundary of such a plot. The EU system refuses a point of more than 4 ha.

    **Example** One point with an area of 6.2 ha.

    **How to correct it** Walk round the plot and send the polygon.

    **Trap** Writing 4 instead of 6.2 makes the message go away and the declaration false. Cutting the plot into pieces
    below 4 ha is no way round it either. Only for cattle is a point right at any size. The law says "more than 4 ha",
    some answers of the Commission say "under 4 ha": exactly 4.00 ha is no error here, but see near-4-ha.
    """
    # Several points share one area: more than 4 ha each, however it is divided.
    points = np.maximum(shapely.get_num_coordinates(plots.geometry), 1)
    rows = np.flatnonzero(is_point(plots) & ~any_size(plots) & (plots["area_ha"] > POINT_AREA_MAX_HA * points))
    return Problems(
        rows,
        measured={"declared_ha": plots["area_ha"][rows], "most": [POLYGON_REQUIRED_ABOVE_HA] * len(rows)},
    )


@plot_rule(
    severity=WARNING, basis=f"{GEO}, note 2", requires=("missing-properties", "area-not-a-number"), ids=("A-04",)
)
def point_without_area(plots: Plots) -> Problems:
    """A point states no area.

    **Why it matters** The EU system then stores 4 ha. With ten such points a buyer believes in 40 ha where there are
    6, and the harvest no longer fits the land.

    **Example** A point of a garden of 0.4 ha without ``Area``: it is stored ten times too large.

    **How to correct it** Add the area in hectares, from the land paper or by walking round.

    **Trap** A polygon needs no area, because it is measured. And for cattle a point may stand for any size.
    """
    rows = np.flatnonzero(is_point(plots) & np.isnan(plots["area_ha"]) & ~any_size(plots))
    return Problems(rows, measured={"most": [POINT_AREA_ASSUMED_HA] * len(rows)})


@plot_rule(severity=ERROR, basis=f"{VALIDATION} (area of a point)", requires=("area-not-a-number",), ids=("A-05",))
def point_area_too_small(plots: Plots, eu: EuVersion = NEWEST_EU_VERSION) -> Problems:
    """The area of a point is zero or below the least that the EU system takes.

    **Why it matters** The EU system refuses the statement.

    **Example** An area of 0, because the cell was empty and the program wrote a zero.

    **How to correct it** Write the real area in hectares. A house garden of 300 m² is 0.03.

    **Trap** An empty cell is not zero: leave it empty, and the area is only missing. A number like 0.00004 often means
    that hectares were divided by 10 000 once too often. The least is 0.0001 ha, one square metre, in the rules of 2026
    and in the error list of July 2025; the rules of February 2025 said 0.1 ha (`--eu-version 2025-05`).
    """
    area, least = plots["area_ha"], eu.number("point_area_min")
    rows = np.flatnonzero(is_point(plots) & ~any_size(plots) & (area >= 0) & (area < least))
    return Problems(
        rows,
        measured={
            "declared_ha": area[rows],
            "why": [f"{ha:.8f}".rstrip("0").rstrip(".") for ha in area[rows].tolist()],
            "least": [least] * len(rows),
        },
    )


@plot_rule(
    severity=WARNING,
    basis=f"{LAW}; good practice",
    requires=(*SOUND, "area-not-a-number", "point-above-4-ha"),
    ids=("A-09",),
)
def near_4_ha(plots: Plots) -> Problems:
    """A plot so close to four hectares that another way of measuring may decide otherwise.

    **Why it matters** Above 4 ha the law asks for the boundary. The EU system measures up to 0.7 % more than a
    surveyor does near the equator: 3.98 ha on the land paper may be 4.01 ha there.

    **Example** A point with an area of 3.98 ha.

    **How to correct it** Walk round the plot and send the polygon: a polygon is right on both sides of the line.

    **Trap** A polygon near 4 ha is right as it is. It is named only where the two ways of measuring disagree, so that
    nobody replaces it by a point.
    """
    low, high = (POLYGON_REQUIRED_ABOVE_HA * (1 + side * NEAR_LIMIT_SHARE) for side in (-1, 1))
    measured, points = plot_area_ha(plots), is_point(plots)
    area = np.where(points, plots["area_ha"], measured)
    near = np.flatnonzero((area >= low) & (area <= high) & ~any_size(plots))
    spherical = np.where(points[near], np.nan, spherical_area_ha(plots.geometry[near]))
    over, over_on_sphere = area[near] > POLYGON_REQUIRED_ABOVE_HA, spherical > POLYGON_REQUIRED_ABOVE_HA
    told = points[near] | (over != over_on_sphere)
    rows, spherical = near[told], spherical[told]
    return Problems(
        rows,
        case=["point" if point else "polygon" for point in points[rows].tolist()],
        measured={"area_ha": area[rows], "area_spherical_ha": spherical},
    )


@plot_rule(
    severity=WARNING, basis="good practice", requires=(*SOUND, "area-not-a-number", "interior-ring"), ids=("A-13",)
)
def area_mismatch(plots: Plots) -> Problems:
    """The declared area and the boundary do not agree.

    **Why it matters** One of the two is wrong: the number, its unit, or the walk. A boundary that is too large
    declares land that is not the producer's; a harvest that fits the one area may not fit the other.

    **Example** 2.47 ha declared, 1.00 ha inside the boundary: the number is in acres.

    **How to correct it** Look at the boundary on the map. If it is right, take the measured area. If the walk missed a
    corner or cut through a field, walk again.

    **Trap** A few percent are normal: land papers are rounded, slopes are larger than their map. Nothing is said up to
    10 % or 0.1 ha. The area on the land paper is not the truth either: it may be older than the last division.
    """
    measured, declared = plot_area_ha(plots), plots["area_ha"]
    difference = declared - measured
    rows = np.flatnonzero(
        (measured > 0) & (np.abs(difference) > AREA_MISMATCH_SHARE * measured) & (np.abs(difference) > AREA_MISMATCH_HA)
    )
    factor = declared[rows] / measured[rows]
    slips = [_slip(one) for one in factor.tolist()]
    return Problems(
        rows,
        case=["slip" if slip else "" for slip in slips],
        measured={
            "declared_ha": declared[rows],
            "area_ha": measured[rows],
            "difference_percent": difference[rows] / measured[rows] * 100,
            "factor": factor,
            "why": [say(f"findings:area-slip.{slip}") if slip else "" for slip in slips],
        },
    )


def _slip(factor: float) -> str:
    """Name what a wrong number of hectares probably is, by its ratio to the measured area."""
    for ratio, larger, smaller in _SLIPS:
        if abs(factor / ratio - 1) < _SLIP_TOLERANCE:
            return larger
        if abs(factor * ratio - 1) < _SLIP_TOLERANCE:
            return smaller
    return ""
