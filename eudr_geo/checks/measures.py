"""What rules of several families measure on a table, and how they change it: each measured once, kept on the table."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.base.cells import fold
from eudr_geo.law import POINT_ANY_SIZE_COMMODITIES
from eudr_geo.model.plots import Array, Plots, Text
from eudr_geo.plots.shapes.corners import STRAY, strays
from eudr_geo.plots.shapes.crossings import TANGLES, tangles
from eudr_geo.plots.shapes.facts import FACTS, ring_facts
from eudr_geo.words.saying import say
from eudr_geo.words.workbook import choices

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

SOUND = (
    "unclosed-ring", "too-few-vertices", "zero-area", "self-intersection", "overlapping-parts", "projected-coordinates",
    "swapped-axes", "out-of-range", "crosses-antimeridian", "stray-corner",
)  # fmt: skip
"""What must pass before an area means anything."""


def counted(plots: Plots, name: str) -> npt.NDArray[np.int64]:
    """Return one column of :func:`eudr_geo.plots.shapes.facts.ring_facts`, shape (n,)."""
    return plots.keep("ring_facts", ring_facts)[:, FACTS.index(name)]


def tangled(plots: Plots, name: str) -> npt.NDArray[np.float64]:
    """Return one column of :func:`eudr_geo.plots.shapes.crossings.tangles`, shape (n,)."""
    return plots.keep("tangles", tangles)[:, TANGLES.index(name)]


def strayed(plots: Plots, name: str) -> Floats:
    """Return one column of :func:`eudr_geo.plots.shapes.corners.strays`, shape (n,)."""
    return plots.keep("strays", strays)[:, STRAY.index(name)]


def times_told(times: npt.NDArray[np.int64]) -> list[str]:
    """Words for how often a fault stands in one boundary, behind a sentence; none for once."""
    return [say("findings:times", times=count) if count > 1 else "" for count in times.tolist()]


def with_geometry(plots: Plots, geometry: Array) -> Plots:
    """Return the plots with these geometries, their positions counted again where they changed in number."""
    more = shapely.get_num_coordinates(geometry) - shapely.get_num_coordinates(plots.geometry)
    return plots.with_columns(geometry=geometry, vertices=np.maximum(plots["vertices"] + more, 0))


def is_point(plots: Plots) -> Mask:
    """Tell which plots are given by points only, shape (n,)."""
    return plots.keep("is_point", lambda geometries: np.asarray(shapely.get_dimensions(geometries) == 0))


@cache
def _commodity_words() -> Mapping[str, str]:
    """Words of six languages for the commodities of the law."""
    return {fold(word): name for name, words in choices()["commodity"].items() for word in (name, *words)}


def commodities(plots: Plots) -> Text:
    """Commodity of each plot as the law calls it, where a usual word of another language was written, shape (n,)."""
    stated = plots["commodity"].tolist()
    meant = {word: _commodity_words().get(fold(word), word) for word in set(stated)}
    return np.array([meant[word] for word in stated], dtype=object)


def any_size(plots: Plots) -> Mask:
    """Tell which plots are of a commodity for which the law takes a point at any size."""
    stated = set(plots["commodity"].tolist())
    if not any(_commodity_words().get(fold(word), word) in POINT_ANY_SIZE_COMMODITIES for word in stated):
        return np.zeros(len(plots), dtype=bool)
    return np.isin(commodities(plots).astype(str), sorted(POINT_ANY_SIZE_COMMODITIES))
