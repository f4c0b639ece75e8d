"""Layers of map files in binary form: records with their shapes as doubles, and the system these are in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from eudr_geo.boundaries import FACTS, Shape, facts_of_doubles
from eudr_geo.double_shapes import geometry_of, offer_of, plain_polygons
from eudr_geo.gathering import Gathering, shown
from eudr_geo.model.plots import Reading
from eudr_geo.model.source import RecordError, WholeFileError
from eudr_geo.projecting import known, to_wgs84

WGS84 = "EPSG:4326"
_SAME = {WGS84, "EPSG:4979"}  # the second has heights, which are dropped
PROJECTED = 400.0
"""No longitude is that large."""

MADE = "made"
"""Stands for the kind of a geometry that its reader has made already."""

Told = tuple[str, Any, bool]
"""Kind, nested arrays of positions (or a geometry, where the kind is :data:`MADE`), heights or measures."""


@dataclass
class Layer:
    """One layer as its file has it."""

    name: str  # as people know it
    crs: str = ""  # EPSG:nnnn, "" when the file does not tell
    why_no_crs: str = ""
    looks_projected: bool = False
    winds: bool = False  # the format prescribes how rings are wound: that tells nothing of the supplier
    records: list[tuple[dict[str, Any], Told | RecordError]] = field(default_factory=list)


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
        f"the coordinate system {shown(name)[:60]} is not known",
        "say which with --crs EPSG:…, or export as WGS 84",
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
        raise WholeFileError("unreadable-file", "there is no layer of plots in it", "export the layer of plots")
    if len(layers) > 1:
        gathering.note(
            "several-layers",
            f"it holds {len(layers)} layers; all were read: {', '.join(shown(layer.name) for layer in layers)}",
            "name one with --layer",
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
    first = len(gathering.shapes)
    plain = plain_polygons([None if isinstance(told, RecordError) else told[:2] for _, told in layer.records])
    sizes = shapely.get_num_coordinates(plain)
    made: list[Any] = []
    has_more: list[bool] = []
    # Record by record, because each has its own properties and its own fault; shapes are made together, above.
    for row, (properties, told) in enumerate(layer.records):
        gathering.count()
        geometry = plain[row]
        try:
            if isinstance(told, RecordError):
                raise told
            if geometry is None:
                geometry = told[1] if told[0] == MADE else geometry_of(*told[:2])
            if isinstance(geometry, Shape):  # a ring that shapely cannot hold as it is
                geometry.has_z = told[2]
                gathering.add(gathering.records, properties, geometry, group=layer.name)
                geometry = None
            else:
                gathering.hold(int(sizes[row] or shapely.get_num_coordinates(geometry)))
                gathering.add(gathering.records, properties, None, group=layer.name)
            made.append(geometry)
            has_more.append(told[2])
        except RecordError as error:
            offer = None if isinstance(told, RecordError) else offer_of(*told[:2])
            gathering.reject(gathering.records, error, group=layer.name, properties=properties, offer=offer)
    array = np.empty(len(made), dtype=object)
    array[:] = made
    facts = facts_of_doubles(array)
    facts["has_z"] = np.array(has_more, dtype=bool)
    array = shapely.force_2d(array)
    if layer.winds:
        array = shapely.orient_polygons(array)
    if crs != WGS84:
        array = to_wgs84(array, crs)
        for shape in gathering.shapes[first:]:
            if shape is not None:
                (shape.geometry,) = to_wgs84([shape.geometry], crs)
                shape.short_lons = shape.short_lats = 0
        facts["short_lons"][:] = facts["short_lats"][:] = 0  # digits of metres say nothing about degrees
        facts["decimals"][:] = np.minimum(facts["decimals"], 6)
    return array, facts


def _system(gathering: Gathering, layer: Layer) -> str:
    """Code of the layer's coordinate system; WGS 84, with a note, where nobody tells."""
    if told := gathering.source.crs or layer.crs:
        if told != WGS84:
            gathering.crs = told
        return told
    gathering.note(
        "unknown-crs",
        f"{shown(layer.name)} does not tell its coordinate system{layer.why_no_crs}",
        "say which with --crs EPSG:…, or ask who made the file",
        severity="" if layer.looks_projected else "warning",
    )
    return WGS84
