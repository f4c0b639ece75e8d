"""The data block of the check's page: findings, drawings, faulty plots, background."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo import catalogue, countries
from eudr_geo.maps.payload import clean, geojson, outline_features, script_json
from eudr_geo.model.findings import SEVERITIES, Finding
from eudr_geo.model.plots import Plots
from eudr_geo.model.report import Report
from eudr_geo.pages.villages import villages
from eudr_geo.pages.words import words
from eudr_geo.pictures import STYLES, spot_panels

MOST_FINDINGS = 20_000
"""Findings on one page: a phone still scrolls through them. The page says how many there are in all."""
MOST_PICTURES = 6_000
"""Drawings on one page, about 700 bytes each."""
_MAP_DECIMALS = 6
_NEIGHBOURS = 8
_NEIGHBOURHOOD_DEG = 0.005  # around larger plots neighbours would be too small to be seen
_COUNTRIES = 3
_SPOT_FAMILIES = frozenset({"geometry", "pieces", "precision", "rings"})
"""Families whose place is a corner of the plot, even where it is the first one."""


def check_data(report: Report, shown: Sequence[Finding]) -> str:
    """Return the data block as JSON text for a script element.

    Parameters
    ----------
    report
        The report.
    shown
        Its findings that go on the page, in the order in which they stand there.
    """
    rules = catalogue.load()
    plots = report.plots
    rows = sorted({finding.row for finding in shown if finding.row is not None})
    place = {row: number for number, row in enumerate(rows)}
    grouped, groups = villages(plots, rows)
    sources = _Numbered()
    codes = _Numbered()
    names = _Numbered()
    drawn = _Drawings(plots)
    findings = [
        [
            SEVERITIES.index(finding.severity),
            codes.number(finding.rule),
            sources.number(clean(finding.source)),
            finding.record,
            clean(finding.plot_id or finding.code),
            clean(finding.message),
            clean(finding.hint),
            _degrees(finding.lon),
            _degrees(finding.lat),
            -1 if finding.row is None else place[finding.row],
            drawn.number(finding),
        ]
        for finding in shown
    ]
    head = {
        "language": report.language,
        "words": words(report.language),
        "grouped": grouped,
        "severities": SEVERITIES,
        "styles": STYLES,
        "rules": [
            {"code": code, "fault": rules[code].fault if code in rules else code, "repair": _repair(code)}
            for code in codes.values
        ],
        "files": [clean(file.name) for file in report.result.files],
        "sources": sources.values,
        "findings": findings,
        "pictures": drawn.pictures,
        "pictures_left_out": drawn.left_out,
        "plots": {
            "code": [clean(plots["plot_id"][row]) for row in rows],
            "producer": [names.number(clean(plots["producer"][row] or plots["producer_id"][row])) for row in rows],
            "group": [clean(group) for group in groups],
        },
        "producers": names.values,
        "usual": _usual(plots, rows),
    }
    # Geometries are spliced in as the text shapely wrote.
    land = geojson(_thinned(plots.geometry[np.array(rows, dtype=np.int64)]), _MAP_DECIMALS)
    return (
        script_json(head)[:-1]
        + ',"land":['
        + ",".join(land)
        + '],"outlines":['
        + ",".join(outline_features(_outlines(plots, rows)))
        + "]}"
    )


class _Numbered:
    """Texts that many findings share, written once."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def number(self, text: str) -> int:
        return self._known.setdefault(text, len(self._known))

    @property
    def values(self) -> list[str]:
        return list(self._known)


class _Drawings:
    """A drawing for each finding with a plot; several findings at one spot share theirs."""

    def __init__(self, plots: Plots) -> None:
        self._plots = plots
        self._known: dict[tuple[Any, ...], int] = {}
        self._first = np.column_stack(plots.points_lon_lat())
        self._tree: shapely.STRtree | None = None
        self.pictures: list[list[dict[str, Any]]] = []
        self.left_out = 0

    def number(self, finding: Finding) -> int:
        """Position of the drawing in ``pictures``; -1 where there is none."""
        if finding.row is None:
            return -1
        spot = self._spot(finding)
        key = (finding.row, spot)
        if key not in self._known:
            if len(self.pictures) >= MOST_PICTURES:
                self.left_out += 1
                return -1
            panels = spot_panels(
                self._plots.geometry[finding.row],
                spot,
                near=self._near(finding.row),
                declared_ha=float(self._plots["area_ha"][finding.row]),
            )
            self._known[key] = len(self.pictures) if panels else -1
            if panels:
                self.pictures.append([panel.to_data() for panel in panels])
        return self._known[key]

    def _spot(self, finding: Finding) -> tuple[float, float] | None:
        """Where to look, if the finding is about one place: a rule without one names the plot's first corner."""
        if finding.lon is None or finding.lat is None or finding.row is None:
            return None
        at = (float(finding.lon), float(finding.lat))
        lon, lat = (float(value) for value in self._first[finding.row])
        elsewhere = abs(at[0] - lon) > 1e-9 or abs(at[1] - lat) > 1e-9
        rule = catalogue.load().get(finding.rule)
        return at if elsewhere or (rule is not None and rule.family in _SPOT_FAMILIES) else None

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
            away = np.abs(self._first[others] - self._first[row]).sum(axis=1)
            others = np.sort(others[np.argsort(away, kind="stable")[:_NEIGHBOURS]])
        return list(self._plots.geometry[others])


def _drawable(geometries: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The geometries, those with a position that is no number left out: no tree can hold them."""
    result = geometries.copy()
    coords, owner = shapely.get_coordinates(result, return_index=True)
    result[np.unique(owner[~np.isfinite(coords).all(axis=1)])] = None
    return result


def _thinned(geometries: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Boundaries of very many corners with those that a map can show."""
    many = shapely.get_num_coordinates(geometries) > 300
    result = geometries.copy()
    result[many] = shapely.simplify(geometries[many], 2e-6, preserve_topology=False)
    return result


def _usual(plots: Plots, rows: Sequence[int]) -> list[int]:
    """Positions (in ``rows``) of the plots that lie together: the map opens on them, not on the one in the ocean."""
    lon, lat = plots.points_lon_lat()
    here = np.column_stack([lon, lat])[np.array(rows, dtype=np.int64)]
    on_globe = (np.abs(here[:, 0]) <= 180) & (np.abs(here[:, 1]) <= 90)
    if not on_globe.any():
        return []
    every = np.column_stack([lon, lat])
    every = every[(np.abs(every[:, 0]) <= 180) & (np.abs(every[:, 1]) <= 90)]
    middle = np.median(every, axis=0)
    away = np.abs(every - middle).max(axis=1)
    reach = max(float(np.median(away)) * 6, 0.05)
    near = on_globe & (np.abs(here - middle).max(axis=1) <= reach)
    return np.flatnonzero(near if near.any() else on_globe).tolist()


def _outlines(plots: Plots, rows: Sequence[int]) -> list[tuple[str, Any]]:
    stated = [str(plots["country"][row]) for row in rows]
    counted = sorted({code: stated.count(code) for code in set(stated)}.items(), key=lambda pair: (-pair[1], pair[0]))
    known = [code for code, _ in counted if countries.is_known(code)][:_COUNTRIES]
    return [(countries.name(code), countries.outline(code)) for code in known]


def _repair(code: str) -> str:
    rule = catalogue.load().get(code)
    return "" if rule is None or rule.repair is None else "safe" if rule.repair.safe else "named"


def _degrees(value: float | None) -> float | None:
    return round(float(value), 7) if value is not None and np.isfinite(value) else None


def sorted_for_page(findings: Sequence[Finding]) -> list[Finding]:
    """Findings as the page lists them: the worst first, then by rule and place."""
    return sorted(findings, key=lambda one: (SEVERITIES.index(one.severity), one.rule, *one.sort_key()))
