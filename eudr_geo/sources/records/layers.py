"""Layers of map files in binary form: records with their shapes as doubles, and the system these are in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from eudr_geo.base.cells import shown
from eudr_geo.model.plots import Reading
from eudr_geo.model.source import RecordError, WholeFileError
from eudr_geo.plots.projecting import known, to_wgs84, transformer
from eudr_geo.sources.formats.boundaries import FACTS, Shape, facts_of_doubles, line_fault
from eudr_geo.sources.formats.double_shapes import (
    MADE,
    Told,
    damaged,
    geometry_of,
    largest_of,
    offer_of,
    plain_polygons,
)
from eudr_geo.sources.records.converting import in_degrees, note_degrees
from eudr_geo.sources.records.gathering import Gathering
from eudr_geo.words.saying import say

WGS84 = "EPSG:4326"
_SAME = {WGS84, "EPSG:4979"}  # the second has heights, which are dropped
PROJECTED = 400.0
"""No longitude is that large."""


@dataclass
class Layer:
    """One layer as its file has it."""

    name: str  # as people know it
    crs: str = ""  # EPSG:nnnn, "" when the file does not tell
    why_no_crs: str = ""
    looks_projected: bool = False
    winds: bool = False  # the format prescribes how rings are wound: that tells nothing of the supplier
    columns: dict[str, list[Any]] = field(default_factory=dict)  # name -> values, one a record
    told: list[Told | RecordError] = field(default_factory=list)

    def add(self, records: list[tuple[dict[str, Any], Told | RecordError]]) -> None:
        """Put records with properties of their own into columns."""
        for name in dict.fromkeys(name for properties, _ in records for name in properties):
            self.columns[name] = [properties.get(name) for properties, _ in records]
        self.told += [told for _, told in records]

    def add_missing(self, promised: int) -> None:
        """Name the records that the file promised and nobody gave."""
        missing = promised - len(self.told)
        if missing > 0:
            self.told += [damaged()] * missing
            for values in self.columns.values():
                values.extend([None] * missing)

    def take_system(self, wkt: str, gathering: Gathering) -> None:
        """Take the system that a driver tells by its definition, unless the user told one.

        Raises
        ------
        WholeFileError
            For one that nobody knows.
        """
        if gathering.source.crs:
            return
        if not wkt:
            self.why_no_crs = say("shapes:drawn-without")
        elif code := known(wkt):
            self.crs = WGS84 if code in _SAME else code
        elif wkt.startswith("GEOGCS") and "WGS" in wkt.upper():
            self.crs = WGS84
        else:
            raise nobody_knows(wkt)

    def judge_metres(self) -> None:
        """Note whether some position lies where no longitude is, which tells metres from degrees."""
        told = [one[1] for one in self.told if not isinstance(one, RecordError) and one[0] != MADE]
        self.looks_projected = any(largest_of(nested) > PROJECTED for nested in told)


def system_of(text: str) -> str:
    """Return the code of a system that a file names by its code or its definition.

    Raises
    ------
    WholeFileError
        For one that nobody knows.
    """
    code = known(text)
    if code is None:
        raise nobody_knows(text)
    return WGS84 if code in _SAME else code


def nobody_knows(definition: str) -> WholeFileError:
    """Say that a coordinate system is not known, by the name that its definition gives."""
    name = definition.split('"')[1] if definition.count('"') > 1 else definition
    return WholeFileError(
        "unknown-crs",
        say("shapes:unknown-system", name=shown(name)[:60]),
        say("shapes:unknown-system.do"),
        shown(name),
    )


def read_layers(gathering: Gathering, layers: list[Layer]) -> Reading:
    """Return what the layers hold.

    Raises
    ------
    WholeFileError
        When there is no layer, or a layer reaches beyond the limits.
    """
    if not layers:
        raise WholeFileError("unreadable-file", say("shapes:no-layer"), say("shapes:no-layer.do"))
    if len(layers) > 1:
        gathering.note(
            "several-layers",
            say("shapes:layers", number=len(layers), names=", ".join(shown(layer.name) for layer in layers)),
            say("reading:do.name-layer"),
        )
    tables = [_read(gathering, layer) for layer in layers]
    plots = gathering.plots(
        np.concatenate([geometries for geometries, _ in tables]),
        {name: np.concatenate([facts[name] for _, facts in tables]) for name in FACTS},
    )
    return gathering.finish(plots)


def _read(gathering: Gathering, layer: Layer) -> tuple[Any, dict[str, Any]]:
    """Put the records of a layer where they belong; return the geometries of its plots and their facts."""
    crs = _system(gathering, layer)
    first, before = len(gathering.shapes), gathering.records
    gathering.count_many(len(layer.told))
    made, faults = _geometries(gathering, layer)
    sizes = shapely.get_num_coordinates([None if isinstance(one, Shape) else one for one in made])
    for row in np.flatnonzero(sizes > gathering.source.limits.ring_vertices).tolist():
        faults[row] = gathering.too_many_positions(int(sizes[row]))
    gathering.hold_all(int(sizes.sum()))
    kept = [row for row in range(len(made)) if row not in faults]
    lost = gathering.add_many(
        [before + row + 1 for row in kept],
        {name: [values[row] for row in kept] if faults else values for name, values in layer.columns.items()},
        [made[row] if isinstance(made[row], Shape) else None for row in kept],
        group=layer.name,
    )
    faults |= {kept[at]: error for at, error in lost.items()}
    for row in sorted(faults):
        told = layer.told[row]
        is_line = not isinstance(told, RecordError) and faults[row].code == "unsupported-geometry"
        offer = offer_of(told[0], _in_degrees(told[1], crs)) if is_line else None  # type: ignore[index]
        if offer is not None:
            faults[row] = line_fault("LineString", faults[row].why, offer, "")
        properties = {name: values[row] for name, values in layer.columns.items()}
        gathering.reject(before + row + 1, faults[row], group=layer.name, properties=properties, offer=offer)
    stored = [row for row in kept if row not in faults]
    array = np.empty(len(stored), dtype=object)
    array[:] = [None if isinstance(made[row], Shape) else made[row] for row in stored]
    facts = facts_of_doubles(array)
    facts["has_z"] = np.array([layer.told[row][2] for row in stored], dtype=bool)  # type: ignore[index]
    if facts["has_z"].any():
        array = shapely.force_2d(array)
    if layer.winds:
        array = shapely.orient_polygons(array)
    if crs != WGS84:
        metres = ~in_degrees(array, crs)
        array[metres] = to_wgs84(array[metres], crs)
        in_file = [shape for shape in gathering.shapes[first:] if shape is not None]
        own = [shape for shape in in_file if not in_degrees([shape.geometry], crs)[0]]
        for shape in own:  # the few that shapely cannot hold as they are
            (shape.geometry,) = to_wgs84([shape.geometry], crs)
            shape.short_lons = shape.short_lats = 0
        facts["short_lons"][metres] = facts["short_lats"][metres] = 0  # digits of metres say nothing about degrees
        facts["decimals"][metres] = np.minimum(facts["decimals"][metres], 6)
        places = shapely.is_empty(array) | shapely.is_missing(array)
        note_degrees(gathering, int((~metres & ~places).sum()) + len(in_file) - len(own), crs)
    return array, facts


def _in_degrees(nested: Any, crs: str) -> Any:
    """Positions of a line in degrees, as the plot that it may be has them."""
    if crs == WGS84 or not isinstance(nested, np.ndarray) or not len(nested):
        return nested
    lon, lat = transformer(crs).transform(nested[:, 0], nested[:, 1])
    return np.round(np.column_stack([lon, lat]), 8)


def _geometries(gathering: Gathering, layer: Layer) -> tuple[list[Any], dict[int, RecordError]]:
    """Geometry of each record, or its Shape where shapely cannot hold it as it is; and why there is none, by row."""
    made: list[Any] = [
        told[1] if not isinstance(told, RecordError) and told[0] == MADE else None for told in layer.told
    ]
    alone = [row for row, geometry in enumerate(made) if geometry is None]
    plain = plain_polygons([None if isinstance(told := layer.told[row], RecordError) else told[:2] for row in alone])
    faults: dict[int, RecordError] = {}
    for row, geometry in zip(alone, plain, strict=True):
        told = layer.told[row]
        made[row] = geometry
        if geometry is not None:
            continue
        try:
            if isinstance(told, RecordError):
                raise told
            made[row] = geometry_of(*told[:2])
            if isinstance(made[row], Shape):
                made[row].has_z = told[2]
                gathering.hold(made[row].vertices)
        except RecordError as error:
            faults[row], made[row] = error, None
    return made, faults


def _system(gathering: Gathering, layer: Layer) -> str:
    """Code of the layer's coordinate system; WGS 84, with a note, where nobody tells."""
    if told := gathering.source.crs or layer.crs:
        if told != WGS84:
            gathering.crs = told
        return told
    gathering.note(
        "unknown-crs",
        say("shapes:no-system.why", name=shown(layer.name), why=layer.why_no_crs)
        if layer.why_no_crs
        else say("shapes:no-system", name=shown(layer.name)),
        say("shapes:no-system.do"),
        severity="" if layer.looks_projected else "warning",
    )
    return WGS84
