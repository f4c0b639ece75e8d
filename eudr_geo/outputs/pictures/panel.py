"""One drawing as plain data: outlines and words, each with the name of a style. The page's script draws the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.outputs.pictures.frame import Frame, finite

STYLES: Mapping[str, Mapping[str, str]] = {
    "near": {"fill": "#8a97a0", "fill-opacity": "0.16", "stroke": "#8a97a0", "stroke-width": "2"},
    "border": {"fill": "none", "stroke": "#6b3fa0", "stroke-width": "5", "stroke-dasharray": "20 8 4 8"},
    "shared": {"fill": "#d1001f", "fill-opacity": "0.38", "stroke": "none"},
    "plot": {
        "fill": "#17607d", "fill-opacity": "0.16", "fill-rule": "evenodd", "stroke": "#17607d", "stroke-width": "4",
        "stroke-linejoin": "round",
    },
    "before": {
        "fill": "none", "stroke": "#b00020", "stroke-width": "4", "stroke-dasharray": "14 9",
        "stroke-linejoin": "round",
    },
    "after": {
        "fill": "#1e6b45", "fill-opacity": "0.18", "fill-rule": "evenodd", "stroke": "#1e6b45", "stroke-width": "4",
        "stroke-linejoin": "round",
    },
    "point": {"fill": "none", "stroke": "#17607d", "stroke-width": "20", "stroke-linecap": "round"},
    "area": {
        "fill": "none", "stroke": "#17607d", "stroke-width": "3", "stroke-dasharray": "4 10",
        "stroke-linecap": "round",
    },
    "corner": {"fill": "none", "stroke": "#17607d", "stroke-width": "11", "stroke-linecap": "round"},
    "was": {"fill": "none", "stroke": "#b00020", "stroke-width": "11", "stroke-linecap": "round"},
    "is": {"fill": "none", "stroke": "#1e6b45", "stroke-width": "11", "stroke-linecap": "round"},
    "halo": {"fill": "none", "stroke": "#ffffff", "stroke-width": "13", "stroke-opacity": "0.9"},
    "mark": {"fill": "none", "stroke": "#d1001f", "stroke-width": "6", "stroke-linecap": "round"},
    "window": {"fill": "none", "stroke": "#18222b", "stroke-width": "2.5", "stroke-dasharray": "7 6"},
    "bar": {"fill": "none", "stroke": "#18222b", "stroke-width": "4", "stroke-linecap": "square"},
    "north": {"fill": "#18222b", "stroke": "none"},
    "word": {"fill": "#18222b", "font-size": "24", "font-family": "system-ui, sans-serif"},
    "ground": {"fill": "#f6f7f4", "stroke": "none"},
}  # fmt: skip
"""Style → attributes of SVG. One unit of a drawing is half a pixel on the page."""

_MARGIN = 60.0  # outlines are cut this far outside the drawing, so that the cut is not seen
_MANY = 240  # positions above which an outline is thinned to what the eye can see
_EYE = 0.6  # units: what is nearer than that looks the same
_CORNERS = 90  # corners shown as dots; more would hide the outline


@dataclass(frozen=True)
class Panel:
    """One drawing.

    Attributes
    ----------
    frame
        The ground it shows.
    paths
        (style, path data of SVG), drawn in this order.
    words
        (x, y, anchor, text).
    """

    frame: Frame
    paths: tuple[tuple[str, str], ...]
    words: tuple[tuple[int, int, str, str], ...] = ()

    def to_data(self) -> dict[str, Any]:
        """Return the drawing as plain data: ``s`` size, ``p`` paths, ``w`` words."""
        return {
            "s": [self.frame.width, self.frame.height],
            "p": [list(one) for one in self.paths],
            "w": [list(one) for one in self.words],
        }


def outline(geometry: Any, frame: Frame) -> str:
    """Return the rings and lines of a geometry as path data, cut to the drawing; "" when nothing is to be seen."""
    pieces = []
    for ring, closed in rings(geometry):
        positions = finite(ring)
        if len(positions) < 2:
            continue
        units = frame.to_units(positions)
        units = clip(units, frame) if closed else np.clip(units, -_MARGIN, frame.width + _MARGIN)
        if len(units) > _MANY:
            units = shapely.get_coordinates(shapely.simplify(shapely.linestrings(units), _EYE, preserve_topology=False))
        pieces.append(path(units, closed=closed))
    return "".join(pieces)


def rings(geometry: Any) -> Iterable[tuple[npt.NDArray[np.float64], bool]]:
    """Every ring (closed) and line (open) of a geometry, in order, as lon lat."""
    for part in shapely.get_parts(geometry) if geometry is not None else ():
        kind = shapely.get_type_id(part)
        if kind == 3:
            for ring in shapely.get_rings(part):
                yield shapely.get_coordinates(ring), True
        elif kind in {1, 2}:
            yield shapely.get_coordinates(part), False
        elif kind > 3:
            yield from rings(part)


def clip(ring: npt.NDArray[np.float64], frame: Frame) -> npt.NDArray[np.float64]:
    """Cut a ring to the drawing and its margin, side by side (Sutherland and Hodgman, 1974).

    Works on rings that cross themselves too: what lies inside the drawing keeps its shape.
    """
    points = ring[:-1] if len(ring) > 1 and (ring[0] == ring[-1]).all() else ring
    for axis, limit, sign in (
        (0, -_MARGIN, 1.0),
        (0, frame.width + _MARGIN, -1.0),
        (1, -_MARGIN, 1.0),
        (1, frame.height + _MARGIN, -1.0),
    ):
        if not len(points):
            break
        following = np.roll(points, -1, axis=0)
        inside = (points[:, axis] - limit) * sign >= 0
        crosses = inside != np.roll(inside, -1)
        run = following[:, axis] - points[:, axis]
        share = np.divide(limit - points[:, axis], run, out=np.zeros(len(run)), where=run != 0)
        cut = points + (following - points) * share[:, None]
        cut[:, axis] = limit  # exactly, whatever the size of the numbers
        both = np.stack([points, cut], axis=1).reshape(-1, 2)
        points = both[np.stack([inside, crosses], axis=1).reshape(-1)]
    return np.vstack([points, points[:1]]) if len(points) else points


def path(units: npt.NDArray[np.float64], *, closed: bool) -> str:
    """Return path data in whole units, each step from the last: short, and the same on every machine.

    Examples
    --------
    >>> path(np.array([[0.0, 0.0], [10.0, 0.0], [10.2, 9.7], [0.0, 0.0]]), closed=True)
    'M0 0l10 0 0 10z'
    """
    whole = np.rint(units).astype(np.int64)
    if len(whole) > 1:
        whole = whole[np.concatenate([[True], (np.diff(whole, axis=0) != 0).any(axis=1)])]
    if closed and len(whole) > 1 and (whole[0] == whole[-1]).all():
        whole = whole[:-1]
    if not len(whole):
        return ""
    steps = " ".join(f"{x} {y}" for x, y in np.diff(whole, axis=0).tolist())
    # Paths are joined: the first step of each is counted from the corner of the drawing.
    return f"M{whole[0][0]} {whole[0][1]}" + (f"l{steps}" if steps else "h0") + ("z" if closed else "")


def dots(positions: npt.NDArray[np.float64], frame: Frame) -> str:
    """Return a dot for each position in the drawing, as lines of no length; "" when they are too many to be told."""
    units = frame.to_units(positions)
    seen = ((units > -_MARGIN) & (units < [frame.width + _MARGIN, frame.height + _MARGIN])).all(axis=1)
    whole = np.unique(np.rint(units[seen]).astype(np.int64), axis=0)
    return "".join(f"M{x} {y}h0" for x, y in whole.tolist()) if len(whole) <= _CORNERS else ""


def circle(x: float, y: float, radius: float) -> str:
    """Return a circle as path data."""
    r = max(round(radius), 1)
    return f"M{round(x) - r} {round(y)}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0"


def furniture(frame: Frame) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[int, int, str, str], ...]]:
    """Return scale bar and north arrow: paths and words."""
    right = frame.width - 32
    paths = [("north", f"M{right} 16l14 40-14-10-14 10z")]
    words = [(right, 82, "middle", "N")]
    bar = frame.scale_bar()
    if bar is not None:
        long, text = round(bar[0]), bar[1]
        low = frame.height - 22
        paths.append(("bar", f"M22 {low - 9}v9h{long}v-9"))
        words.append((30, low - 12, "start", text))
    return tuple(paths), tuple(words)
