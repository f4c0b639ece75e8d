"""Parts of a plot that was split: land of its own from the day of the split, before it part of the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from eudr_geo.store import Store

PART_SHARE = 0.9
"""Good practice: so much of a part lies in the whole as it was, and so little of it in what the whole is now."""


def split_days(
    store: Store, codes: Sequence[str], geometries: Any, new: Sequence[int], starts: Mapping[int, str]
) -> dict[int, str]:
    """Return the first day of each new plot that was part of another one until then; row → ISO 8601.

    A new plot is a part where nearly all of it lies in an earlier survey of another plot and hardly any of it in the
    survey that took its place. Degrees are compared with degrees: of one place.

    Parameters
    ----------
    store
        The project, before the step.
    codes, geometries
        Of the plots that are stored, n of them.
    new
        Rows of those that the project does not hold.
    starts
        Row → first day of the new survey of a known plot.
    """
    if not new or not store.history():
        return {}
    wholes, afters, days = _replaced(store, codes, geometries, starts)
    rows = np.array([row for row in new if _is_sound(geometries[row])], dtype=np.int64)
    if not len(wholes) or not len(rows):
        return {}
    parts = geometries[rows]
    part, whole = shapely.STRtree(wholes).query(parts, predicate="intersects")
    size = shapely.area(parts[part])
    inside = shapely.area(shapely.intersection(parts[part], wholes[whole])) / size
    left = shapely.area(shapely.intersection(parts[part], afters[whole])) / size
    found: dict[int, str] = {}
    for place in np.flatnonzero((inside >= PART_SHARE) & (left <= 1 - PART_SHARE)).tolist():  # few
        row, day = int(rows[part[place]]), days[whole[place]]
        found[row] = max(found.get(row, ""), day)
    return found


def _replaced(
    store: Store, codes: Sequence[str], geometries: Any, starts: Mapping[int, str]
) -> tuple[Any, Any, list[str]]:
    """Surveys that another one took the place of, by this import or before: as it was, as it is now, from which day."""
    book = store.lot_book()
    table, known = book.versions(), set(book.table("plot")["code"])  # a damaged project has land of no plot
    pieces = zip(table["plot_code"], table["version"], table["valid_from"], strict=True)
    first_day = {(code, int(version)): day or "" for code, version, day in pieces if code in known}
    later = [pair for pair in first_day if pair[1] > 1]
    now = {codes[row]: row for row in starts}
    last = [pair for pair in first_day if pair[0] in now and (pair[0], pair[1] + 1) not in first_day]
    before = [(code, version - 1) for code, version in later]
    needed = sorted({*later, *before, *last} & first_day.keys())
    shape = dict(zip(needed, store.load_land(needed).geometry.tolist(), strict=True))
    trios = [(shape.get(earlier), shape[pair], first_day[pair]) for earlier, pair in zip(before, later, strict=True)]
    trios += [(shape.get(pair), geometries[now[pair[0]]], starts[now[pair[0]]]) for pair in last]
    kept = [one for one in trios if one[2] and _is_sound(one[0]) and _is_sound(one[1])]
    wholes, afters = np.empty(len(kept), dtype=object), np.empty(len(kept), dtype=object)
    wholes[:], afters[:] = [one[0] for one in kept], [one[1] for one in kept]
    return wholes, afters, [one[2] for one in kept]


def _is_sound(geometry: Any) -> bool:
    return bool(shapely.get_dimensions(geometry) == 2 and shapely.is_valid(geometry) and shapely.area(geometry) > 0)
