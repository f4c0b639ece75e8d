"""A drawing for each finding: the plot, its neighbours, the spot."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.checks import catalogue
from eudr_geo.model.findings import Finding
from eudr_geo.model.plots import Plots
from eudr_geo.outputs.pictures import Panel, spot_panels
from eudr_geo.plots import countries

MOST_PICTURES = 6_000
"""Drawings on one page, about 700 bytes each."""
_NEIGHBOURS = 8
_NEIGHBOURHOOD_DEG = 0.005  # around larger plots neighbours would be too small to be seen
_SPOT_FAMILIES = frozenset({"corners", "geometry", "pieces", "precision", "rings"})
"""Families whose place is a corner of the plot, even where it is the first one."""

_AT_BORDERS = frozenset({"crosses-border", "outside-country"})
_WHOLE = frozenset(
    {
        "clockwise-ring", "crosses-antimeridian", "elevation", "excess-vertices", "geometry-collection",
        "low-precision", "multipoint", "one-part-multi", "too-few-vertices", "zero-area",
    }
)  # fmt: skip
"""Rules of these families that are about the plot as a whole: they name its first corner because they must name one."""


class Drawings:
    """A drawing for each finding with a plot; several findings at one spot share theirs."""

    def __init__(self, plots: Plots) -> None:
        self._plots = plots
        self._known: dict[tuple[Any, ...], int] = {}
        self._first = np.column_stack(plots.points_lon_lat())
        self._tree: shapely.STRtree | None = None
        self.pictures: list[list[dict[str, Any]]] = []
        self.left_out = 0

    def panels(self, finding: Finding) -> tuple[Panel, ...]:
        """The drawing of a finding about a plot; none where there is nothing to draw."""
        if finding.row is None:
            return ()
        shape, rule = self._plots.geometry[finding.row], catalogue.load().get(finding.rule)
        near = self._near(finding.row)
        return spot_panels(
            shape,
            self.spot(finding),
            near=near,
            shared=_shared(shape, near) if rule is not None and rule.family == "neighbours" else (),
            border=_border(shape, self._plots["country"][finding.row]) if finding.rule in _AT_BORDERS else None,
            declared_ha=float(self._plots["area_ha"][finding.row]),
        )

    def number(self, finding: Finding) -> int:
        """Position of the drawing in ``pictures``; -1 where there is none."""
        if finding.row is None:
            return -1
        rule = catalogue.load().get(finding.rule)
        kind = finding.rule if finding.rule in _AT_BORDERS else rule.family == "neighbours" if rule else False
        key = (finding.row, self.spot(finding), kind)
        if key not in self._known:
            if len(self.pictures) >= MOST_PICTURES:
                self.left_out += 1
                return -1
            panels = self.panels(finding)
            self._known[key] = len(self.pictures) if panels else -1
            if panels:
                self.pictures.append([panel.to_data() for panel in panels])
        return self._known[key]

    def spot(self, finding: Finding) -> tuple[float, float] | None:
        """Return where to look, lon lat; None for a rule about the whole plot, which names its first corner."""
        if finding.lon is None or finding.lat is None or finding.row is None:
            return None
        at = (float(finding.lon), float(finding.lat))
        lon, lat = (float(value) for value in self._first[finding.row])
        elsewhere = abs(at[0] - lon) > 1e-9 or abs(at[1] - lat) > 1e-9
        rule = catalogue.load().get(finding.rule)
        return (
            at
            if elsewhere or (rule is not None and rule.family in _SPOT_FAMILIES and rule.code not in _WHOLE)
            else None
        )

    def _near(self, row: int) -> list[Any]:
        """Neighbours of a plot, the nearest rows first in the file."""
        shape = self._plots.geometry[row]
        west, south, east, north = shapely.bounds(shape).tolist() if shape is not None else [np.nan] * 4
        wide, high = east - west, north - south
        if not (wide <= _NEIGHBOURHOOD_DEG and high <= _NEIGHBOURHOOD_DEG):  # also where nothing is known
            return []
        if self._tree is None:
            self._tree = shapely.STRtree(_drawable(self._plots.geometry))
        pad = max(wide, high, 2e-4) * 0.4
        found = np.sort(self._tree.query(shapely.box(west - pad, south - pad, east + pad, north + pad)))
        others = found[found != row]
        if len(others) > _NEIGHBOURS:
            # Those that it meets, then those that begin nearest.
            apart = ~_meets(shape, self._plots.geometry[others])
            away = np.abs(self._first[others] - self._first[row]).sum(axis=1)
            others = np.sort(others[np.lexsort((away, apart))[:_NEIGHBOURS]])
        return list(self._plots.geometry[others])


def _meets(shape: Any, others: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which of the others share ground with a plot; False where one of the two is no sound shape."""
    sound = shapely.is_valid(others) & bool(shapely.is_valid(shape))
    result = np.zeros(len(others), dtype=bool)
    result[sound] = shapely.intersects(shape, others[sound])
    return result


def _shared(shape: Any, near: list[Any]) -> list[Any]:
    """The ground that a plot shares with each of its neighbours."""
    others = np.array(near, dtype=object)
    met = others[_meets(shape, others)] if len(others) else others
    common = shapely.intersection(shape, met) if len(met) else met
    return [ground for ground in common if shapely.area(ground) > 0]


def _border(shape: Any, country: str) -> Any:
    """The border of a country around a plot, None where nobody knows it."""
    if shape is None or not countries.is_known(country):
        return None
    west, south, east, north = shapely.bounds(shape).tolist()
    pad = max(east - west, north - south, 1e-3)
    if not pad < 1:  # also where a corner is no number
        return None
    window = shapely.box(west - pad, south - pad, east + pad, north + pad)
    land = shapely.intersection(countries.shape(country), window)
    # The sides of the window are no border.
    return shapely.difference(shapely.boundary(land), shapely.boundary(window))


def _drawable(geometries: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The geometries, those with a position that is no number left out: no tree can hold them."""
    result = geometries.copy()
    coords, owner = shapely.get_coordinates(result, return_index=True)
    result[np.unique(owner[~np.isfinite(coords).all(axis=1)])] = None
    return result
