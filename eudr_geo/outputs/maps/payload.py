"""The data block of the page: one geometry table, one table of feeds, what the legend prints."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.outputs.maps.classes import legend, share_breaks
from eudr_geo.outputs.maps.data import Array, LotMapData
from eudr_geo.model.trace import CLASS_COLUMNS, CLASSES, REFERENCED
from eudr_geo.words.saying import in_language
from eudr_geo.words.tables import words
from eudr_geo.words.workbook import say_word
from eudr_geo.base.version import VERSION

DECIMALS = 6
"""Decimals of a degree that the EU system keeps; about 0.1 m."""
_OUTLINE_DECIMALS = 4  # the background is off by more than ten metres anyway
_GRAM = 3

Mask = npt.NDArray[np.bool_]


def clean(value: Any) -> str:
    r"""Return text that UTF-8 can hold: what is no character is shown as ``\ufffd``."""
    return re.sub(r"[\ud800-\udfff]", "\ufffd", str(value))


def script_json(value: Any) -> str:
    r"""Return JSON that can stand inside a script element whatever the texts in it say.

    Examples
    --------
    >>> print(script_json("</script><!--"))
    "\u003c/script\u003e\u003c!--"
    """
    return _inert(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")))


def _inert(text: str) -> str:
    for char in "<>&\u2028\u2029":
        if char in text:
            text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def payload(data: LotMapData) -> str:
    """Return the data block as JSON text for a script element."""
    codes = [clean(code) for code in data.plots.code]
    position = {code: row for row, code in enumerate(codes)}
    lots = {clean(lot.code): row for row, lot in enumerate(data.lots)}
    feeds = _Feeds(data, lots, position)
    head = {
        "language": data.language,
        "toolkit": VERSION,
        "words": words("map", data.language),
        "title": clean(in_language(data.title, data.language)),
        "subtitle": clean(in_language(data.subtitle, data.language)),
        "views": _views(data, feeds, _ways(data, position)),
        "feeds": feeds.columns(),
        **({"places": _places(data)} if data.places else {}),
        "findings": [
            {
                "plot": position[clean(one.plot_id)],
                "severity": clean(one.severity),
                "rule": clean(one.rule),
                "message": clean(in_language(one.message, data.language)),
            }
            for one in data.findings
            if one.plot_id and clean(one.plot_id) in position
        ],
        "lot_findings": [
            {
                "lot": lots[clean(one.code)],
                "severity": clean(one.severity),
                "rule": clean(one.rule),
                "message": clean(in_language(one.message, data.language)),
            }
            for one in data.findings
            if not one.plot_id and clean(one.code) in lots
        ],
    }
    # Geometries are spliced in as the text shapely wrote: no list of a million numbers is built for them.
    return (
        script_json(head)[:-1]
        + ',"plots":{"type":"FeatureCollection","features":['
        + ",".join(_plot_features(data, codes))
        + ']},"outlines":{"type":"FeatureCollection","features":['
        + ",".join(outline_features(data.outlines))
        + "]}}"
    )


class _Feeds:
    """The rows of the trace that belong to the lots shown; ``plot`` is -1 where no plot is known."""

    def __init__(self, data: LotMapData, lots: dict[str, int], plots: dict[str, int]) -> None:
        every = np.array([lots.get(clean(code), -1) for code in data.feed("lot_code")], dtype=np.int64)
        kept = np.flatnonzero(every >= 0)
        self.lot = every[kept]
        self.plot = np.array([plots.get(clean(code), -1) for code in data.feed("plot_code")[kept]], dtype=np.int64)
        self.kg = _floats(np.round(data.feed("kg_attributed")[kept], _GRAM))
        self.share = _floats(np.round(data.feed("share")[kept], DECIMALS))
        self.kg_min = _floats(np.round(data.feed("kg_min")[kept], _GRAM))
        self.kg_max = _floats(np.round(data.feed("kg_max")[kept], _GRAM))
        self.evidence = [_text(value) for value in data.feed("evidence_class")[kept]]
        self.first = [_text(value) for value in data.feed("harvest_from")[kept]]
        self.last = [_text(value) for value in data.feed("harvest_to")[kept]]
        self.known = self.plot >= 0
        self._by_class = {
            name: np.round(data.feed(column)[kept], _GRAM)
            for name, column in zip(CLASSES, CLASS_COLUMNS, strict=True)
            if column in data.feeds
        }

    def kg_of(self, name: str) -> Array:
        """Kilograms of a class of evidence, row by row; of a row that does not say which, all are of its class."""
        if name in self._by_class:
            return self._by_class[name]
        return np.where([one == name for one in self.evidence], self.kg, 0.0)

    def columns(self) -> dict[str, list[Any]]:
        """The rows whose plot is on the map, as columns."""
        rows = np.flatnonzero(self.known)
        return {
            "lot": self.lot[rows].tolist(),
            "plot": self.plot[rows].tolist(),
            "kg": _numbers(self.kg[rows]),
            "share": _numbers(self.share[rows]),
            "kg_min": _numbers(self.kg_min[rows]),
            "kg_max": _numbers(self.kg_max[rows]),
            "evidence": [self.evidence[row] for row in rows],
            "from": [self.first[row] for row in rows],
            "to": [self.last[row] for row in rows],
        }


def _places(data: LotMapData) -> list[dict[str, Any]]:
    """The places, in their order: a way names them by number."""
    return [
        {
            "code": clean(one.code),
            "kind": clean(in_language(say_word("location_kind", one.kind), data.language)) if one.kind else "",
            "at": [round(one.lon, DECIMALS), round(one.lat, DECIMALS)],
        }
        for one in data.places
    ]


def _ways(data: LotMapData, plots: dict[str, int]) -> dict[str, dict[str, Any]]:
    """Lot → its way: from a plot to a place, from a place to a place, each with 1 where a step between is not known."""
    numbers = {one.code: row for row, one in enumerate(data.places)}
    found = {}
    for code, route in data.routes.items():
        if not route.steps:
            continue
        from_plots = [leg for leg in route.legs if leg.is_from_plot and clean(leg.before) in plots]
        found[clean(code)] = {
            "plots": [[plots[clean(leg.before)], numbers[leg.after], int(leg.has_gap)] for leg in from_plots],
            "legs": [
                [numbers[leg.before], numbers[leg.after], int(leg.has_gap)]
                for leg in route.legs
                if not leg.is_from_plot
            ],
            "steps": route.steps,
            "without": route.unplaced,
        }
    return found


def _views(data: LotMapData, feeds: _Feeds, ways: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """One view for all lots (when there are several) and one for each lot, with the numbers the page prints."""
    shown: list[dict[str, Any]] = []
    if len(data.lots) != 1:
        view = _totals(data, feeds, np.ones(len(feeds.lot), dtype=bool))
        kg = _by_form(data, [(lot.form, lot.quantity_kg) for lot in data.lots])
        if len(kg) > 1:  # a kilogram of cherry and one of green coffee are not two kilograms of anything
            unknown = (feeds.lot >= 0) & ~feeds.known
            of_nobody = (feeds.kg - feeds.kg_of(REFERENCED))[unknown]
            lacking = zip(feeds.lot[unknown].tolist(), of_nobody.tolist(), strict=True)
            of_unknown = _by_form(data, [(data.lots[lot].form, weight) for lot, weight in lacking])
            view |= {"forms": kg, "unknown_forms": [row for row in of_unknown if row[1]]}
        shown.append({"lot": None, "quantity_kg": kg[0][1] if len(kg) == 1 else None if kg else 0.0, "classes": [], **view})
    for row, lot in enumerate(data.lots):
        mine = feeds.lot == row
        known = mine & feeds.known & np.isfinite(feeds.share)
        breaks = share_breaks(feeds.share[known])
        shown.append(
            {
                "lot": row,
                "code": clean(lot.code),
                "form": _form(data, lot.form),
                "stream": clean(lot.stream),
                "type": clean(lot.type),
                **({"remark": clean(in_language(lot.remark, data.language))} if lot.remark else {}),
                **({"way": ways[clean(lot.code)]} if clean(lot.code) in ways else {}),
                "quantity_kg": _number(lot.quantity_kg),
                "breaks": breaks,
                "classes": legend(feeds.share[known], np.nan_to_num(feeds.kg[known]), breaks),
                **_totals(data, feeds, mine),
            }
        )
    return shown


def _form(data: LotMapData, form: str) -> str:
    return clean(in_language(say_word("form", form), data.language)) if form else ""


def _by_form(data: LotMapData, weights: Iterable[tuple[str, float]]) -> list[tuple[str, float | None]]:
    """Form in the words of the page and its kilograms, sorted by form."""
    parts: dict[str, list[float]] = {}
    for form, kg in weights:
        parts.setdefault(form, []).append(kg)
    return [(_form(data, form), _number(math.fsum(parts[form]))) for form in sorted(parts)]


def _totals(data: LotMapData, feeds: _Feeds, mine: Mask) -> dict[str, Any]:
    fed = np.unique(feeds.plot[mine & feeds.known])
    area = _floats(data.plots.area_ha)[fed]
    who = data.plots.producer if data.plots.producer_code is None else data.plots.producer_code
    rows = np.flatnonzero(mine)
    told = np.flatnonzero(mine & feeds.known & np.isfinite(feeds.kg))
    named = {name for row in told for name in feeds.evidence[row].split("; ")}
    evidence = {name: float(feeds.kg_of(name)[told].sum()) for name in named}
    bought_kg = float(np.nansum(feeds.kg_of(REFERENCED)[mine & ~feeds.known]))
    return {
        "plots": len(fed),
        "producers": len({str(who[row]) for row in fed.tolist()} - {""}),
        "area_ha": round(float(np.nansum(area)), 4),
        "without_area": int(np.isnan(area).sum()),
        "unknown_kg": round(float(np.nansum(feeds.kg[mine & ~feeds.known]) - bought_kg), _GRAM),
        **({"referenced_kg": round(bought_kg, _GRAM)} if bought_kg else {}),
        "evidence_kg": {name: round(kg, _GRAM) for name, kg in sorted(evidence.items())},
        "harvest_from": min((feeds.first[row] for row in rows if feeds.first[row]), default=""),
        "harvest_to": max((feeds.last[row] for row in rows if feeds.last[row]), default=""),
    }


def _plot_features(data: LotMapData, codes: Sequence[str]) -> Iterable[str]:
    areas = _numbers(np.round(_floats(data.plots.area_ha), 4))
    shapes = geojson(data.plots.geometry, DECIMALS)
    for code, producer, country, area_ha, version, shape in zip(
        codes, data.plots.producer, data.plots.country, areas, data.plots.version, shapes, strict=True
    ):
        properties = {
            "plot": code,
            "producer": _text(producer),
            "country": _text(country),
            "area_ha": area_ha,
            "version": _text(version),
        }
        yield f'{{"type":"Feature","properties":{script_json(properties)},"geometry":{shape}}}'


def outline_features(outlines: Sequence[tuple[str, Any]]) -> Iterable[str]:
    """Return the background, (name, geometry) pairs, as features in JSON that is safe inside a script element."""
    geometries = np.empty(len(outlines), dtype=object)
    geometries[:] = [geometry for _, geometry in outlines]
    inside = [
        shapely.get_coordinates(shapely.point_on_surface(max(shapely.get_parts(shape), key=shapely.area)))
        if shape is not None and shapely.area(shape) > 0
        else np.empty((0, 2))
        for shape in geometries
    ]
    for (name, _), shape, place in zip(outlines, geojson(geometries, _OUTLINE_DECIMALS), inside, strict=True):
        label = [round(float(value), _OUTLINE_DECIMALS) for value in place[0]] if len(place) else None
        properties = {"name": _text(name), "label": label}
        yield f'{{"type":"Feature","properties":{script_json(properties)},"geometry":{shape}}}'


def geojson(geometries: Sequence[Any] | Array, decimals: int) -> list[str]:
    """GeoJSON geometries as text; ``null`` for what no map can draw: missing, empty, not on the globe."""
    array = np.empty(len(geometries), dtype=object)
    array[:] = geometries
    array = shapely.force_2d(array)
    array[shapely.is_missing(array) | shapely.is_empty(array)] = None
    coords, owner = shapely.get_coordinates(array, return_index=True)
    with np.errstate(invalid="ignore"):
        off = ~((np.abs(coords[:, 0]) <= 180) & (np.abs(coords[:, 1]) <= 90))
    array[np.unique(owner[off])] = None
    rounded = shapely.transform(array, lambda xy: np.round(xy, decimals))
    return ["null" if text is None else str(text) for text in shapely.to_geojson(rounded)]


def _floats(values: Any) -> npt.NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)


def _number(value: float) -> float | None:
    return round(float(value), _GRAM) if math.isfinite(value) else None


def _numbers(values: npt.NDArray[np.float64]) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values.tolist()]


def _text(value: Any) -> str:
    """Text of a cell; nothing stated is "", whichever way the table says it."""
    return "" if value is None or value != value else clean(value)  # noqa: PLR0124 (NaN)
