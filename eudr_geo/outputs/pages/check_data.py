"""The data block of the check's page: findings, drawings, faulty plots, background."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.model.findings import SEVERITIES, Finding
from eudr_geo.model.plots import Plots
from eudr_geo.model.report import Report
from eudr_geo.outputs.maps.payload import clean, geojson, outline_features, script_json
from eudr_geo.outputs.pages.drawings import Drawings
from eudr_geo.outputs.pages.villages import villages
from eudr_geo.outputs.pages.words import fault_in
from eudr_geo.outputs.pictures import STYLES
from eudr_geo.plots import countries
from eudr_geo.words.page import words

MOST_FINDINGS = 20_000
"""Findings on one page: a phone still scrolls through them. The page says how many there are in all."""
_MAP_DECIMALS = 6
_COUNTRIES = 3


def check_data(report: Report, shown: Sequence[Finding]) -> str:
    """Return the data block as JSON text for a script element.

    Parameters
    ----------
    report
        The report.
    shown
        Its findings that go on the page, in the order in which they stand there.
    """
    plots = report.plots
    rows = sorted({finding.row for finding in shown if finding.row is not None})
    place = {row: number for number, row in enumerate(rows)}
    grouped, groups = villages(plots, rows, report.by)
    sources = _Numbered()
    codes = _Numbered()
    names = _Numbered()
    drawn = Drawings(plots)
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
            int(drawn.spot(finding) is not None),
        ]
        for finding in shown
    ]
    head = {
        "language": report.language,
        "words": words(report.language),
        "grouped": grouped,
        "severities": SEVERITIES,
        "styles": STYLES,
        "rules": [{"code": code, "fault": fault_in(code, report.language)} for code in codes.values],
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
    reach = max(float(np.median(away)) * 6, 0.5)  # half a degree: one cooperative
    near = on_globe & (np.abs(here - middle).max(axis=1) <= reach)
    return np.flatnonzero(near if near.any() else on_globe).tolist()


def _outlines(plots: Plots, rows: Sequence[int]) -> list[tuple[str, Any]]:
    stated = [str(plots["country"][row]) for row in rows]
    counted = sorted({code: stated.count(code) for code in set(stated)}.items(), key=lambda pair: (-pair[1], pair[0]))
    known = [code for code, _ in counted if countries.is_known(code)][:_COUNTRIES]
    return [(countries.name(code), countries.outline(code)) for code in known]


def _degrees(value: float | None) -> float | None:
    return round(float(value), 7) if value is not None and np.isfinite(value) else None


def sorted_for_page(findings: Sequence[Finding]) -> list[Finding]:
    """Findings as the page lists them: the worst first, then by rule and place."""
    return sorted(findings, key=lambda one: (SEVERITIES.index(one.severity), one.rule, *one.sort_key()))
