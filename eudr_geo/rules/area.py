"""Area: as declared, as measured, and the line at four hectares."""

from __future__ import annotations

import re

import numpy as np

from eudr_geo.catalogue import ERROR, WARNING, Problems, plot_rule, repairs
from eudr_geo.cells import parse_number
from eudr_geo.geodesy import plot_area_ha, plot_spherical_area_ha
from eudr_geo.model.plots import Plots
from eudr_geo.regulation import (
    HUGE_PLOT_HA,
    NEAR_LIMIT_SHARE,
    POINT_ANY_SIZE_COMMODITIES,
    POINT_AREA_ASSUMED_HA,
    POINT_AREA_MAX_HA,
    POINT_AREA_MIN_HA,
    POLYGON_REQUIRED_ABOVE_HA,
)

GEO = "EUDR GeoJSON File Description"
SOUND = ("unclosed-ring", "too-few-vertices", "zero-area", "self-intersection", "projected-coordinates", "out-of-range")
"""What must pass before an area means anything."""
_TINY_HA = 0.01
_MISMATCH_PERCENT, _MISMATCH_HA = 10.0, 0.1
_UNIT_SLIPS = ((2.471, "acres"), (10.0, "a shifted decimal point"), (100.0, "ares"), (10_000.0, "square metres"))
"""Declared ÷ measured area → what the number probably is."""


def _is_point(plots: Plots) -> np.ndarray:
    from shapely import get_dimensions

    return plots.keep("is_point", lambda geometries: np.asarray(get_dimensions(geometries) == 0))


def _any_size(plots: Plots) -> np.ndarray:
    return np.isin(plots["commodity"].astype(str), list(POINT_ANY_SIZE_COMMODITIES))


@plot_rule(severity=ERROR, basis=f"{GEO}, error 14", ids=("P-05",))
def area_not_a_number(plots: Plots) -> Problems:
    """The area is text, has a unit, or is negative.

    **Why it matters** The EU system reads it as 0, and a point of 0 ha is refused.

    **Example** ``"Area": "2,5"`` or ``"1.8 ha"``.

    **How to correct it** Write the number of hectares, with a decimal point and without quotes: 2.5. Where the text can
    mean one number only, a safe repair does it.

    **Trap** ``"1.234"`` may be a little more than one hectare or more than a thousand. Ask.
    """
    area, text = plots["area_ha"], plots["area_text"]
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero((text != "") | (area < 0) | np.isinf(area))
    shown = [text[row] or f"{area[row]:g}" for row in rows.tolist()]
    return Problems(
        rows,
        "the area is {value}, not a number of hectares",
        "write the hectares as a plain number, like 2.5",
        measured={"value": shown},
    )


@repairs("area-not-a-number", safe=True, what="area written as a number of hectares")
def _read_area(plots: Plots) -> Plots:
    area, text = plots["area_ha"].copy(), plots["area_text"].copy()
    for row in np.flatnonzero(text != "").tolist():  # each text is read on its own
        other_unit = re.search(r"m2|m²|sào|acre|%", text[row], re.IGNORECASE)
        value = None if other_unit else parse_number(text[row])
        if value is not None and 0 <= value < 1e6:
            area[row], text[row] = value, ""
    return plots.with_columns(area_ha=area, area_text=text)


@plot_rule(
    severity=ERROR,
    basis="Article 2(28); EU system validation rules 2026",
    requires=("area-not-a-number",),
    ids=("A-01", "A-05"),
)
def point_above_4_ha(plots: Plots) -> Problems:
    """A plot of more than four hectares is given as a point.

    **Why it matters** The law asks for its boundary. The EU system refuses such a point.

    **Example** A point with an area of 6.2 ha.

    **How to correct it** Walk round the plot and send the polygon.

    **Trap** Writing 4 ha makes the message go away and the declaration false. For cattle a point is right at any size.
    """
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero(_is_point(plots) & ~_any_size(plots) & (plots["area_ha"] > POINT_AREA_MAX_HA))
    return Problems(
        rows,
        f"a point stands for {{declared_ha:.2f}} ha; above {POLYGON_REQUIRED_ABOVE_HA:g} ha the boundary is needed",
        "walk round the plot and send the polygon",
        measured={"declared_ha": plots["area_ha"][rows]},
    )


@plot_rule(severity=WARNING, basis=f"{GEO}, note 2", requires=("area-not-a-number",), ids=("A-04",))
def point_without_area(plots: Plots) -> Problems:
    """A point states no area.

    **Why it matters** The EU system then stores 4 ha, which is hardly ever true.

    **Example** A point of a garden of 0.4 ha without ``Area``: it is counted ten times too large.

    **How to correct it** Add the area in hectares.

    **Trap** A polygon needs no area: it is measured.
    """
    rows = np.flatnonzero(_is_point(plots) & np.isnan(plots["area_ha"]) & ~_any_size(plots))
    return Problems(
        rows,
        f"the point states no area; the EU system would assume {POINT_AREA_ASSUMED_HA:g} ha",
        "add the area in hectares",
    )


@plot_rule(severity=ERROR, basis="EU system validation rules 2026", requires=("area-not-a-number",), ids=("A-05",))
def point_area_too_small(plots: Plots) -> Problems:
    """The area of a point is zero, or below one square metre.

    **Why it matters** The EU system refuses it.

    **Example** An area of 0, because the cell was empty and the program wrote a zero.

    **How to correct it** Write the real area.

    **Trap** 0.5 may be half a hectare that was written in another unit. Look at the plot.
    """
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero(
            _is_point(plots) & ~_any_size(plots) & (plots["area_ha"] >= 0) & (plots["area_ha"] < POINT_AREA_MIN_HA)
        )
    return Problems(
        rows,
        f"a point stands for {{declared_ha:g}} ha; the EU system takes {POINT_AREA_MIN_HA:g} ha and more",
        "write the real area in hectares",
        measured={"declared_ha": plots["area_ha"][rows]},
    )


@plot_rule(
    severity=WARNING,
    basis="Article 2(28); good practice",
    requires=(*SOUND, "point-above-4-ha", "area-not-a-number"),
    ids=("A-09",),
)
def near_4_ha(plots: Plots) -> Problems:
    """A point so close to four hectares that another way of measuring may decide otherwise.

    **Why it matters** The EU system measures up to 0.7 % more than the surveyor. Above 4 ha a point is refused.

    **Example** A point of 3.98 ha.

    **How to correct it** Walk round the plot and send the polygon: it is right on both sides of the line.

    **Trap** A polygon near 4 ha needs nothing; it is named only where two ways of measuring disagree.
    """
    low = POLYGON_REQUIRED_ABOVE_HA * (1 - NEAR_LIMIT_SHARE)
    high = POLYGON_REQUIRED_ABOVE_HA * (1 + NEAR_LIMIT_SHARE)
    measured, spherical = plot_area_ha(plots), plot_spherical_area_ha(plots)
    is_point = _is_point(plots)
    with np.errstate(invalid="ignore"):
        near_point = is_point & ~_any_size(plots) & (plots["area_ha"] >= low) & (plots["area_ha"] <= high)
        split = ~is_point & ((measured > POLYGON_REQUIRED_ABOVE_HA) != (spherical > POLYGON_REQUIRED_ABOVE_HA))
    rows = np.flatnonzero(near_point | (split & ~np.isnan(measured)))
    area = np.where(is_point, plots["area_ha"], measured)[rows]
    return Problems(
        rows,
        "{area_ha:.3f} ha: ways of measuring may disagree whether this is more than 4 ha",
        "send the boundary instead of a point",
        measured={"area_ha": area, "area_spherical_ha": np.where(is_point, np.nan, spherical)[rows]},
    )


@plot_rule(
    severity=WARNING, basis="good practice", requires=(*SOUND, "area-not-a-number", "interior-ring"), ids=("A-13",)
)
def area_mismatch(plots: Plots) -> Problems:
    """The declared area and the boundary do not agree.

    **Why it matters** One of the two is wrong: the number, its unit, or the walk.

    **Example** 2.47 declared and 1.00 measured: the number is in acres.

    **How to correct it** Look at the boundary on a map. If it is right, take the measured area.

    **Trap** A difference of a few percent is normal: slopes, and the way of measuring. Named from 10 % and 0.1 ha.
    """
    measured, declared = plot_area_ha(plots), plots["area_ha"]
    with np.errstate(invalid="ignore", divide="ignore"):
        percent = (declared - measured) / measured * 100
        wrong = (measured > 0) & (np.abs(percent) > _MISMATCH_PERCENT) & (np.abs(declared - measured) > _MISMATCH_HA)
    rows = np.flatnonzero(wrong)
    factor = declared[rows] / measured[rows]
    return Problems(
        rows,
        "declared {declared_ha:,.2f} ha, measured {area_ha:,.2f} ha ({difference_percent:+.0f} %){value}",
        "look at the boundary on a map; if it is right, take the measured area",
        measured={
            "declared_ha": declared[rows], "area_ha": measured[rows], "difference_percent": percent[rows],
            "factor": factor,
            "value": [_slip(one) for one in factor.tolist()],
        },
    )  # fmt: skip


def _slip(factor: float) -> str:
    for usual, unit in _UNIT_SLIPS:
        for ratio in (usual, 1 / usual):
            if abs(factor / ratio - 1) < 0.08:
                return (
                    f"; the number may be in {unit}"
                    if ratio == usual or unit == "a shifted decimal point"
                    else f"; hectares and {unit} may be mixed up"
                )
    return ""


@plot_rule(severity=WARNING, basis="good practice", requires=SOUND, ids=("R-15",))
def tiny_polygon(plots: Plots) -> Problems:
    """The boundary encloses less than 0.01 ha.

    **Why it matters** It is smaller than a house. Mostly it is a slip of the finger, and the real plot is missing.

    **Example** A polygon of 12 m² that was drawn by a double click.

    **How to correct it** Compare with the producer's records; delete the slip or walk the plot again.

    **Trap** A nursery or a few trees by the house may really be so small. Then nothing is wrong.
    """
    area = plot_area_ha(plots)
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero((area > 0) & (area < _TINY_HA))
    return Problems(
        rows,
        "the boundary encloses {area_ha:.4f} ha",
        "compare with the producer's records",
        measured={"area_ha": area[rows]},
    )


@plot_rule(severity=WARNING, basis="good practice", requires=SOUND, ids=("R-15",))
def huge_polygon(plots: Plots) -> Problems:
    """The boundary is larger than a plot of this commodity can plausibly be.

    **Why it matters** An outline of a village or district is no plot; everything in it would be declared.

    **Example** A coffee plot of 20 000 ha: the outline of a commune.

    **How to correct it** Send the plots, one polygon each.

    **Trap** Large estates exist. The Commission's own sample shows cocoa farms of 20 000 ha; it is a warning only.
    """
    area = plot_area_ha(plots)
    most = {name: HUGE_PLOT_HA.get(name, 10_000.0) for name in set(plots["commodity"].tolist())}
    limit = np.array([most[name] for name in plots["commodity"].tolist()], dtype=np.float64)
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero(area > limit)
    return Problems(
        rows,
        "the boundary encloses {area_ha:,.0f} ha",
        "send the plots in it, one polygon each",
        measured={"area_ha": area[rows]},
    )
