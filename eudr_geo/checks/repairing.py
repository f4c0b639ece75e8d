"""Repairs: apply, gate, record, check again. A repair is a proposal with a receipt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.base.errors import InputError
from eudr_geo.checks import catalogue
from eudr_geo.checks.catalogue import ERROR, Repair, Rule
from eudr_geo.checks.checking import failing
from eudr_geo.checks.exploding import PART, again, phases, take_apart
from eudr_geo.model.changes import Change, TakenBack
from eudr_geo.model.plots import Plots, Reading, Rejected
from eudr_geo.plots.geodesy import area_ha
from eudr_geo.plots.shapes.corners import keys
from eudr_geo.words.saying import say

SAFE_AREA_TOLERANCE = 0.001
"""A safe repair may change the geodesic area by at most this share (the house's own limit, 0.1 %)."""
_AREA_FLOOR_HA = 1e-4  # 1 m²: below it a relative tolerance says nothing
_MAX_ROUNDS = 5  # one repair may make room for another; in practice two rounds settle everything
_METRES_PER_DEGREE = 111_320.0

RECORDED = ("geometry", "country", "area_ha", "area_text", "misspelt", "has_z", "open_rings", "plot_id")
"""Columns whose change is worth a line in the ledger; the others (counts of digits and vertices) follow from them."""

RECORD = "record"
"""What the ledger calls the field of a rejected record that became a plot."""

Read = TypeVar("Read", Plots, Reading)


@dataclass(frozen=True)
class Repaired:
    """What repair gives: the ``reading`` with its new plots, the ``changes`` in order, and what was ``taken_back``."""

    reading: Reading
    changes: tuple[Change, ...]
    taken_back: tuple[TakenBack, ...] = ()

    @property
    def withdrawn(self) -> dict[str, int]:
        """How many repairs of each rule were taken back, by code."""
        return dict(sorted(Counter(one.rule for one in self.taken_back).items()))


def repair(
    reading: Reading,
    *,
    also: Collection[str] = (),
    by: str = "",
    progress: Callable[[str, int, int], None] | None = None,
) -> Repaired:
    """Apply every safe repair, and the named ones that were asked for.

    After each repair a gate looks again: the rule must now pass, no error may be new, the kind of geometry must be
    the same unless the repair is about it, and a safe repair must keep the geodesic area within 0.1 %. Otherwise
    the plot is put back as it was and the finding stays.

    Parameters
    ----------
    reading
        What was read; it is not changed.
    also
        Codes of rules whose named repair is wanted.
    by
        Who asked for the named repairs; printed in the ledger.
    progress
        Called with the rule's code, the number done, and their total.

    Returns
    -------
    Repaired
        The reading with repaired plots, the changes in the order they were made, and what the gate took back and why.

    Raises
    ------
    InputError
        When a code in ``also`` is unknown or has no repair.

    Examples
    --------
    >>> from eudr_geo import read_plots
    >>> repaired = repair(read_plots("sample_plots/messy/unclosed-ring.geojson"))
    >>> [(change.plot_id, change.rule, change.largest_move_m) for change in repaired.changes]
    [('T-911-2', 'unclosed-ring', 0.0), ('T-911-5', 'unclosed-ring', 0.0)]
    """
    rules = _chosen(also)
    reading, changes = _accept_offers(reading, also, by)
    plots = reading.plots
    taken_back: list[TakenBack] = []
    safe_errors = tuple(
        rule.code for rule in catalogue.load().values() if rule.scope == "plot" and ERROR in rule.severities
    )
    for round_number in range(_MAX_ROUNDS):
        plots, parted, taken_back = take_apart(plots)  # again in each round: unwrapping may show several points
        changes += parted
        changed = bool(parted)
        for number, rule in enumerate(rules):
            if progress is not None and round_number == 0:
                progress(rule.code, number, len(rules))
            rows = np.flatnonzero(failing(plots, (rule.code,))[rule.code])
            if not len(rows) or rule.repair is None:
                continue
            before = plots.take(rows)
            after, why = _gated(rule, rule.repair, before, safe_errors)
            kept = np.flatnonzero(why == "")
            taken_back += [
                TakenBack(
                    rule.code, before["source"][row], int(before["record"][row]), before["plot_id"][row], why[row]
                )
                for row in np.flatnonzero(why != "").tolist()
            ]
            if len(kept):
                receipts = _receipts(rule, rule.repair, before.take(kept), after.take(kept), by)
                if receipts:
                    changes.extend(receipts)
                    plots = plots.replace_rows(rows[kept], after.take(kept))
                    changed = True
        if not changed:
            break
    order = sorted(range(len(changes)), key=lambda i: (changes[i].sort_key(), i))
    taken_back.sort(key=lambda one: (one.rule, one.source, one.record, one.plot_id))
    return Repaired(reading.with_plots(plots), tuple(changes[i] for i in order), tuple(taken_back))


def replay(given: Read, changes: Sequence[Change]) -> Read:
    """Return what was read with the ledger's changes made again, in its order.

    Parameters
    ----------
    given
        The reading the ledger was made from; its plots alone where no rejected record became a plot.
    changes
        The ledger.

    Raises
    ------
    InputError
        When a change speaks of a plot or record that is not there, or that is not as the ledger found it.
    """
    taken = {(change.source, change.record): change for change in changes if change.field == RECORD}
    rest = [change for change in changes if change.field != RECORD]
    if isinstance(given, Plots):
        if taken:
            source, record = next(iter(taken))
            raise InputError(f"{source}, record {record} was rejected when it was read", fix="replay on the reading")
        return _made_again(given, rest)
    rows = [row for row in given.rejected if row.offer is not None and (row.source, row.record) in taken]
    for row in rows:
        if row.offer is not None and _offered(row) != taken.pop((row.source, row.record)).after:
            raise _not_as_found(row.source, row.record, "the record")
    if taken:
        raise _not_as_found(*next(iter(taken)), "the record")
    given = _accepted(given, rows)
    return given.with_plots(_made_again(given.plots, rest))


def _made_again(plots: Plots, changes: Sequence[Change]) -> Plots:
    for phase in phases(changes):
        plots = again(plots, [change for change in phase if change.field == PART])
        plots = _changed(plots, [change for change in phase if change.field != PART])
    return plots


def _changed(plots: Plots, changes: Sequence[Change]) -> Plots:
    if not changes:
        return plots
    row_of: dict[tuple[Any, ...], int] = {}
    for row, place in enumerate(zip(plots["source"].tolist(), plots["record"].tolist(), strict=True)):
        row_of |= {place: row, (*place, plots["plot_id"][row]): row}
    columns: dict[str, Any] = {name: plots[name].copy() for name in RECORDED}
    for change in changes:
        place = (change.source, change.record)
        at = row_of.get((*place, change.plot_id), row_of.get(place))
        if at is None or change.field not in columns:
            raise InputError(f"the ledger changes {change.source}, record {change.record}, which was not read")
        if _written(change.field, columns[change.field][at]) != change.before:
            raise _not_as_found(change.source, change.record, change.field)
        columns[change.field][at] = _read_back(change.field, change.after)
        if change.field == "plot_id":
            row_of[(*place, change.after)] = at
    return plots.with_columns(**columns)


def _not_as_found(source: str, record: int, what: str) -> InputError:
    return InputError(
        f"{source}, record {record}: {what} is not what the ledger found", fix="replay it on the file it was made from"
    )


def _chosen(also: Collection[str]) -> list[Rule]:
    for code in also:
        if catalogue.get(code).repair is None and catalogue.get(code).scope != "record":
            raise InputError(say("repairs:none", rule=code), fix=say("repairs:none.do", rule=code))
    return [
        rule
        for rule in catalogue.load().values()
        if rule.scope == "plot" and rule.repair is not None and (rule.repair.safe or rule.code in also)
        if not rule.repair.takes_apart  # done before the others, plot by plot they keep their number
    ]


def _accept_offers(reading: Reading, also: Collection[str], by: str) -> tuple[Reading, list[Change]]:
    """Turn rejected records into the plots they offer to be, where that was asked for by name."""
    taken = [row for row in reading.rejected if row.offer is not None and row.code in also]
    if not taken:
        return reading, []
    changes = [
        Change(
            rule=row.code,
            source=row.source,
            record=row.record,
            plot_id=row.plot_id,
            field=RECORD,
            before="rejected",
            after=_offered(row),
            what=say("repairs:record", why=row.why),
            by=by or say("repairs:by.name"),
        )
        for row in taken
    ]
    return _accepted(reading, taken), changes


def _offered(row: Rejected) -> str:
    return "" if row.offer is None else str(shapely.to_wkb(row.offer.geometry[0], hex=True))


def _accepted(reading: Reading, taken: Sequence[Rejected]) -> Reading:
    """Make plots of rejected records, where they stood in their file."""
    if not taken:
        return reading
    plots = Plots.concat([reading.plots, *(row.offer for row in taken if row.offer is not None)])
    file_order = {file.name: number for number, file in enumerate(reading.files)}
    files = np.array([file_order.get(source, len(file_order)) for source in plots["source"]], dtype=np.int64)
    order = np.lexsort((plots["record"], files))
    per_file = Counter(row.source for row in taken)
    chosen = {id(row) for row in taken}
    return Reading(
        plots.take(order),
        tuple(row for row in reading.rejected if id(row) not in chosen),
        tuple(
            replace(file, plots=file.plots + per_file[file.name], rejected=file.rejected - per_file[file.name])
            for file in reading.files
        ),
    )


def _gated(
    rule: Rule, step: Repair, before: Plots, error_codes: tuple[str, ...]
) -> tuple[Plots, npt.NDArray[np.object_]]:
    """Apply one repair and say for each plot why it does not hold, "" where it does."""
    after = step.apply(before)
    after = after.with_columns(geometry=after.geometry)  # nothing measured before the repair is believed after it
    why = np.full(len(before), "", dtype=object)

    def blame(fails: npt.NDArray[np.bool_], text: str) -> None:
        why[fails & (why == "")] = text  # the first reason is the one to tell

    still = failing(after, (rule.code,))[rule.code]
    changed = np.any(list(_differences(before, after).values()), axis=0)
    blame(still & ~changed, step.unable)
    blame(still, say("repairs:why.still"))
    if not step.changes_kind:
        same_kind = shapely.get_type_id(before.geometry) == shapely.get_type_id(after.geometry)
        blame(~same_kind, say("repairs:why.kind"))
    if not step.changes_area:
        old, new = area_ha(before.geometry), area_ha(after.geometry)
        allowed = np.maximum(SAFE_AREA_TOLERANCE * old, _AREA_FLOOR_HA)
        kept = (np.abs(new - old) <= allowed) | (np.isnan(old) & np.isnan(new))
        for row in np.flatnonzero(~kept & (why == "")).tolist():  # each with its own areas; hardly ever one
            why[row] = say("repairs:why.area", before_ha=float(old[row]), after_ha=float(new[row]))
    was, is_now = failing(before, error_codes), failing(after, error_codes)
    for code in error_codes:
        # A fault that was hidden behind the repaired one is not the repair's doing.
        if code != rule.code and rule.code not in _all_required(code):
            blame(is_now[code] & ~was[code], say("repairs:why.another-error", code=code))
    return after, why


def _all_required(code: str) -> set[str]:
    rules = catalogue.load()
    found: set[str] = set()
    waiting = list(rules[code].requires)
    while waiting:
        required = waiting.pop()
        if required not in found:
            found.add(required)
            waiting.extend(rules[required].requires)
    return found


def _written(column: str, value: Any) -> str:
    """A value as the ledger writes it."""
    if column == "geometry":
        return "" if value is None else str(shapely.to_wkb(value, hex=True, byte_order=1))
    if column == "area_ha":
        return "" if np.isnan(value) else repr(float(value))
    return str(value)


def _read_back(column: str, text: str) -> Any:
    if column == "geometry":
        return shapely.from_wkb(text) if text else None
    if column == "area_ha":
        return float(text) if text else np.nan
    if column == "has_z":
        return text == "True"
    if column == "open_rings":
        return int(text)
    return text


def _differences(before: Plots, after: Plots) -> Mapping[str, npt.NDArray[np.bool_]]:
    """Tell by column of :data:`RECORDED` which rows a repair changed."""
    found: dict[str, npt.NDArray[np.bool_]] = {}
    for column in RECORDED:
        if column == "geometry":
            # Identical coordinates in another winding are a change too, so the bytes decide.
            found[column] = shapely.to_wkb(before.geometry) != shapely.to_wkb(after.geometry)
        else:
            old, new = before[column], after[column]
            both_nan = np.isnan(old) & np.isnan(new) if column == "area_ha" else np.zeros(len(before), dtype=bool)
            found[column] = (old != new) & ~both_nan
    return found


def _receipts(rule: Rule, step: Repair, before: Plots, after: Plots, by: str) -> list[Change]:
    changes: list[Change] = []
    differs = _differences(before, after)
    old_area, new_area = area_ha(before.geometry), area_ha(after.geometry)
    moves_m = largest_moves_m(before.geometry, after.geometry)
    what, author = step.what, say("repairs:by.safe") if step.safe else (by or say("repairs:by.name"))
    # One line a changed value; only repaired plots come here.
    for row in range(len(before)):
        for column in (name for name in RECORDED if differs[name][row]):
            of_shape = column in {"geometry", "open_rings"}
            changes.append(
                Change(
                    rule=rule.code,
                    source=before["source"][row],
                    record=int(before["record"][row]),
                    plot_id=before["plot_id"][row],
                    field=column,
                    before=_written(column, before[column][row]),
                    after=_written(column, after[column][row]),
                    what=what,
                    by=author,
                    area_before_ha=_rounded(old_area[row], 6) if of_shape else None,
                    area_after_ha=_rounded(new_area[row], 6) if of_shape else None,
                    largest_move_m=_rounded(moves_m[row], 3) if of_shape else None,
                )
            )
    return changes


def _rounded(value: float, digits: int) -> float | None:
    return round(float(value), digits) if np.isfinite(value) else None


def largest_moves_m(before: Any, after: Any) -> npt.NDArray[np.float64]:
    """Return how far each boundary moved at most: Hausdorff distance in metres on a local plane, shape (n,).

    Parameters
    ----------
    before, after
        Geometries, shape (n,), lon lat. Degrees are scaled at each plot's own latitude (111 320 m a degree), which
        is right to 1 % – enough to tell a millimetre from a metre.
    """
    first = shapely.get_coordinates(shapely.centroid(before))
    if len(first) != len(before):  # an empty geometry has no centroid
        return np.full(len(before), np.nan)
    scale = np.cos(np.radians(first[:, 1])) * _METRES_PER_DEGREE

    def local(geometries: Any) -> Any:
        coords, owner = shapely.get_coordinates(geometries, return_index=True)
        coords = (coords - first[owner]) * np.column_stack([scale, np.full(len(scale), _METRES_PER_DEGREE)])[owner]
        return shapely.set_coordinates(np.array(geometries, dtype=object, copy=True), coords)

    old, new = local(before), local(after)
    outline = shapely.get_dimensions(old) == 2
    old = np.where(outline, shapely.boundary(old), old)
    new = np.where(shapely.get_dimensions(new) == 2, shapely.boundary(new), new)
    found = np.where(shapely.is_empty(old) | shapely.is_empty(new), np.nan, 0.0)
    # A position that both have has not moved: only the others are measured, or a large plot would cost its square.
    for one, other in ((old, new), (new, old)):
        coords, owner = shapely.get_coordinates(one, return_index=True)
        theirs, their_owner = shapely.get_coordinates(other, return_index=True)
        moved = ~np.isin(keys(coords, owner), keys(theirs, their_owner))
        distance = shapely.distance(shapely.points(coords[moved]), np.asarray(other, dtype=object)[owner[moved]])
        np.fmax.at(found, owner[moved], distance)
    return found
