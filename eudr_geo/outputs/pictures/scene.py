"""What a drawing shows: a plot and its faulty spot, a plot before and after a repair, plots over each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from eudr_geo.outputs.pictures.frame import Frame, Positions, finite
from eudr_geo.outputs.pictures.panel import Panel, circle, dots, furniture, outline

_LEAST_M = 8.0  # ground shown around a plot, at least
_POINT_M = 120.0  # and around a point
_CLOSER = 14.0  # a detail this many times smaller than the plot gets a drawing of its own
_CLOSEST_M = 1.2  # places are named to six decimals, which is 0.1 m: closer, the mark would stand beside its spot
_FAR = 4.0  # a spot that is this many plot sizes away is not shown with the plot


def spot_panels(
    geometry: Any,
    spot: tuple[float, float] | None = None,
    *,
    near: Sequence[Any] = (),
    shared: Sequence[Any] = (),
    border: Any = None,
    declared_ha: float = float("nan"),
) -> tuple[Panel, ...]:
    """Return the drawings of a finding: the plot with its faulty spot and, where the fault is small, the spot close up.

    Parameters
    ----------
    geometry
        The plot as delivered, valid or not; lon lat.
    spot
        Where the fault is, lon lat, if it is at one place.
    near
        Neighbours, drawn faintly.
    shared
        Ground that the plot has in common with others, drawn in red.
    border
        Border of a country.
    declared_ha
        Declared area, ha: drawn as a circle around a point.

    Returns
    -------
    tuple of Panel
        None, one or two; none where the plot has no position that can be drawn.
    """
    if _is_torn(geometry):
        geometry, near, shared, border = _joined(geometry), _joined(near), _joined(shared), _joined(border)
        spot = None if spot is None else (spot[0] % 360, spot[1])
    positions = finite(shapely.get_coordinates(geometry))
    marked = finite([spot] if spot is not None else [])
    if not len(positions):
        return ()
    is_point = shapely.get_dimensions(geometry) == 0
    radius_m = float(np.sqrt(declared_ha * 1e4 / np.pi)) if is_point and 0 < declared_ha < 1e4 else 0.0
    frame = Frame.around(positions, least_m=max(_POINT_M, radius_m * 2.6) if is_point else _LEAST_M)
    if len(marked):
        together = Frame.around(np.vstack([positions, marked]), least_m=frame.span_m)
        if together.span_m <= frame.span_m * _FAR:
            frame = together
    whole = _behind(near, border, frame) + _land(geometry, positions, frame, shared, radius_m)
    if not len(marked):
        return (_panel(frame, whole),)
    closer = _detail(positions, marked[0], frame)
    if closer is None:
        return (_panel(frame, whole + _mark(marked, frame)),)
    side = min(frame.width, frame.height) * max(closer.span_m / frame.span_m, 0.09)
    x, y = frame.to_units(marked)[0]
    window = f"M{x - side / 2:.0f} {y - side / 2:.0f}h{side:.0f}v{side:.0f}h{-side:.0f}z"
    detail = _behind(near, border, closer) + _land(geometry, positions, closer, shared, 0.0)
    return (
        _panel(frame, [*whole, ("halo", window), ("window", window)]),
        _panel(closer, detail + _mark(marked, closer)),
    )


def change_panels(before: Any, after: Any) -> tuple[Panel, ...]:
    """Return the drawings of a repair: both outlines, and where a corner moved by little, that corner close up."""
    if _is_torn(before) or _is_torn(after):
        before, after = _joined(before), _joined(after)
    old, new = finite(shapely.get_coordinates(before)), finite(shapely.get_coordinates(after))
    both = np.vstack([old, new])
    if not len(both):
        return ()
    frame = Frame.around(both, least_m=_LEAST_M)
    panels = [_panel(frame, _overlaid(before, after, old, new, frame))]
    spot = _largest_change(old, new)
    if spot is not None:
        closer = _detail(both, spot, frame)
        if closer is not None:
            panels.append(_panel(closer, _overlaid(before, after, old, new, closer)))
    return tuple(panels)


def overlay_panel(geometries: Sequence[Any], frame: Frame | None = None) -> Panel | None:
    """Return one drawing of several plots, each as a plot; None when none of them can be drawn."""
    positions = finite(shapely.get_coordinates(np.array(geometries, dtype=object)))
    if not len(positions):
        return None
    window = frame or Frame.around(positions, least_m=_LEAST_M)
    paths = [("plot", outline(geometry, window)) for geometry in geometries]
    return _panel(window, [*paths, ("corner", dots(positions, window))])


def _is_torn(geometry: Any) -> bool:
    """Tell whether a plot lies on both sides of the 180th meridian: it would be drawn round the whole earth."""
    west, _, east, _ = shapely.bounds(geometry).tolist()
    return bool(east - west > 180 and east <= 180 and west >= -180)


def _joined(geometry: Any) -> Any:
    """Longitudes from 0 to 360, so that both sides of the 180th meridian lie beside each other."""
    return shapely.transform(geometry, lambda xy: np.column_stack([xy[:, 0] % 360, xy[:, 1]]))


def _behind(near: Sequence[Any], border: Any, frame: Frame) -> list[tuple[str, str]]:
    return [*(("near", outline(other, frame)) for other in near), ("border", outline(border, frame))]


def _land(
    geometry: Any, positions: Positions, frame: Frame, shared: Sequence[Any], radius_m: float
) -> list[tuple[str, str]]:
    common = [("shared", outline(ground, frame)) for ground in shared]
    if shapely.get_dimensions(geometry) == 0:
        paths = []
        if radius_m:
            x, y = frame.to_units(positions[:1])[0]
            paths.append(("area", circle(x, y, radius_m * frame.units_per_m)))
        return [*common, *paths, ("point", dots(positions, frame))]
    # Parts are drawn one by one: where two lie over each other the ground is darker, not hollow.
    parts = [("plot", outline(part, frame)) for part in shapely.get_parts(geometry)]
    return [*parts, *common, ("corner", dots(positions, frame))]


def _overlaid(before: Any, after: Any, old: Positions, new: Positions, frame: Frame) -> list[tuple[str, str]]:
    return [
        *(("after", outline(part, frame)) for part in (shapely.get_parts(after) if after is not None else ())),
        ("before", outline(before, frame)),
        ("is", dots(new, frame)),
        ("was", dots(_only(old, new), frame)),
    ]


def _mark(marked: Positions, frame: Frame) -> list[tuple[str, str]]:
    x, y = frame.to_units(marked)[0]
    if not (-60 < x < frame.width + 60 and -60 < y < frame.height + 60):
        return []
    ring = circle(x, y, 24)
    return [("halo", ring), ("mark", ring)]


def _detail(positions: Positions, spot: Positions, frame: Frame) -> Frame | None:
    """A window on the corners around a spot, where they are much nearer to it than the plot is wide."""
    distances = frame.to_metres(positions, float(spot[0]), float(spot[1]))
    apart = np.sort(distances[distances > 1e-4])
    if not len(apart) or apart[0] * _CLOSER > frame.span_m:
        return None
    # The nearest corners up to the first gap: one doubled corner, a small loop, a run of jitter.
    gaps = np.flatnonzero(apart[1:8] > apart[:7][: len(apart[1:8])] * 4)
    reach = apart[gaps[0]] if len(gaps) else apart[min(3, len(apart) - 1)]
    span = max(float(reach) * 3.2, _CLOSEST_M)
    return frame.close(float(spot[0]), float(spot[1]), span) if span * 3 < frame.span_m else None


def _largest_change(old: Positions, new: Positions) -> Positions | None:
    """A corner that one of the two does not have, the one farthest from the other's corners."""
    gone, come = _only(old, new), _only(new, old)
    lost, others = (gone, new) if len(gone) else (come, old)
    if not len(lost) or not len(others):
        return None
    lost = lost[:2000]  # a drawing needs one corner, not the very farthest of a huge boundary
    corners: Any = shapely.points(others)
    _, distance = shapely.STRtree(corners).query_nearest(shapely.points(lost), return_distance=True, all_matches=False)
    spot: Positions = lost[int(np.argmax(distance))]
    return spot


def _only(some: Positions, others: Positions) -> Positions:
    """The positions that are not among the others."""
    known = {(lon, lat) for lon, lat in others.tolist()}
    return np.array([pair for pair in some.tolist() if tuple(pair) not in known]).reshape(-1, 2)


def _panel(frame: Frame, paths: Sequence[tuple[str, str]]) -> Panel:
    more, words = furniture(frame)
    return Panel(frame, tuple(one for one in (*paths, *more) if one[1]), words)
