"""Import of plots: each is compared with what the project holds under its code."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from eudr_geo.base.cells import clean_code
from eudr_geo.law import country_code
from eudr_geo.model.base import table_of
from eudr_geo.model.changes import Change
from eudr_geo.model.findings import CheckResult, Finding
from eudr_geo.model.land import Plot, PlotHolding, PlotVersion
from eudr_geo.model.people import Producer
from eudr_geo.model.plots import Plots, Reading, SourceFile
from eudr_geo.model.records import StoredChange, StoredFinding
from eudr_geo.plots.geodesy import plot_area_ha
from eudr_geo.plots.shapes.fingerprint import geometry_hashes
from eudr_geo.project.importing.common import Refused, nothing_new, packed, stood_still, store_files
from eudr_geo.project.importing.hands import past_holding
from eudr_geo.project.importing.splits import split_days
from eudr_geo.store import PlotFacts, Store
from eudr_geo.store.journal import Writer
from eudr_geo.words.saying import say, to_plain

CODE_LENGTH = 40
"""Longest plot code, as in the data model."""

_country = cache(country_code)  # a file has few countries and many plots


@dataclass
class PlotImport:
    """What an import of plots would do. The lists hold rows of ``plots``."""

    plots: Plots
    new: list[int] = field(default_factory=list)
    resurveyed: list[int] = field(default_factory=list)  # known plots with another boundary: a new version
    updated: list[int] = field(default_factory=list)  # known plots with other facts
    unchanged: list[int] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    new_producers: dict[str, dict[str, Any]] = field(default_factory=dict)
    result: CheckResult | None = None
    changes: tuple[Change, ...] = ()
    files: tuple[SourceFile, ...] = ()
    codes: list[str] = field(default_factory=list)  # of each row, as the project writes them
    hashes: list[str] = field(default_factory=list)  # of each row's geometry
    known: Mapping[str, PlotFacts] = field(default_factory=dict)
    seen: int = 0  # last step of the project that was looked at

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing would be stored."""
        return not (self.new or self.resurveyed or self.updated)

    def summary(self) -> str:
        """One plain sentence."""
        counts = {name: len(getattr(self, name)) for name in ("new", "resurveyed", "updated", "unchanged", "refused")}
        return say("imports:plots", **counts)


def preview_plots(store: Store, reading: Reading, result: CheckResult, changes: Sequence[Change] = ()) -> PlotImport:
    """Say what storing these plots would do; nothing is stored.

    A plot with an error is stored too, with its finding: nothing is lost, and no package is built of it.
    Refused are a plot without a code, because no delivery could name it; every plot of a code that stands on two
    different boundaries, because nobody can tell which is right; and a survey older than the one in the project.
    Unchanged means: the same boundary at six decimals, and no stated fact that differs. A fact that is not stated
    never wipes out one that is known.

    The producer's code is the one stated; where only a name is stated, the name itself, for no code is made up. A
    name alone never takes a plot away from a producer who is known by a code.

    Parameters
    ----------
    store
        The project.
    reading
        What was read, after repair.
    result
        The check of that reading.
    changes
        The receipt of the repairs.
    """
    plots = reading.plots
    plan = PlotImport(plots, result=result, changes=tuple(changes), files=reading.files, seen=store.history())
    plan.refused += [Refused(row.source, row.record, row.plot_id, row.why, row.fix) for row in reading.rejected]
    plan.codes = [clean_code(text) for text in plots["plot_id"].tolist()]
    plan.hashes = geometry_hashes(plots.geometry)
    plan.known = store.plot_facts(plan.codes)
    producers = store.codes(Producer)
    shapes = Counter(code for code, _ in set(zip(plan.codes, plan.hashes, strict=True)))
    stated = _Stated(plots)
    seen: set[str] = set()
    for row, code in enumerate(plan.codes):  # each plot is compared with what the project holds under its code
        if refusal := _refusal(plan, stated, row, shapes[code]):
            plan.refused.append(Refused(stated.source[row], stated.record[row], code, *refusal))
            continue
        if code in seen:
            plan.unchanged.append(row)
            continue
        seen.add(code)
        known = plan.known.get(code)
        if known is None:
            plan.new.append(row)
        elif known.geometry_hash != plan.hashes[row]:
            plan.resurveyed.append(row)
        elif stated.facts(row, known) or stated.land_facts(row, known):
            plan.updated.append(row)
        else:
            plan.unchanged.append(row)
            continue
        producer = stated.facts(row, known).get("producer_code")
        if producer and producer not in producers and producer not in plan.new_producers:
            plan.new_producers[producer] = {
                "code": producer,
                "name": stated.producer[row] or producer,
                "country": _country(stated.country[row]),
                "src_file": stated.source[row],
                "src_sheet": stated.group[row],
                "src_row": stated.record[row],
            }
    return plan


def _refusal(plan: PlotImport, stated: _Stated, row: int, shapes: int) -> tuple[str, str] | None:
    """Why a plot cannot be stored, and what to do; None when it can."""
    code = plan.codes[row]
    if not code:
        return say("imports:no-code"), say("imports:no-code.do")
    if len(code) > CODE_LENGTH:
        return say("imports:long-code", most=CODE_LENGTH), say("imports:long-code.do")
    if shapes > 1:
        return say("imports:two-boundaries"), say("imports:two-boundaries.do")
    known = plan.known.get(code)
    if known is not None and known.geometry_hash != plan.hashes[row]:
        mapped_on = stated.mapped_on[row]
        if mapped_on and mapped_on < known.mapped_on:
            why = say("imports:older", date=mapped_on, known=known.mapped_on)
            return why, say("imports:older.do")
    return None


class _Stated:
    """What the plots of a reading state, as plain lists."""

    def __init__(self, plots: Plots) -> None:
        self.source: list[str] = plots["source"].tolist()
        self.group: list[str] = plots["group"].tolist()
        self.record: list[int] = plots["record"].tolist()
        self.producer: list[str] = [" ".join(text.split()) for text in plots["producer"].tolist()]
        self.producer_id: list[str] = [clean_code(text) for text in plots["producer_id"].tolist()]
        self.country: list[str] = plots["country"].tolist()
        self.commodity: list[str] = plots["commodity"].tolist()
        self.place: list[str] = plots["place"].tolist()
        self.mapped_on: list[str] = plots["mapped_on"].tolist()
        self.declared_ha: list[float] = plots["area_ha"].tolist()
        self.measured_ha: list[float] = plot_area_ha(plots).tolist()
        self.decimals: list[int] = plots["decimals"].tolist()

    def facts(self, row: int, known: PlotFacts | None) -> dict[str, Any]:
        """Facts of a plot that are stated and differ from what is known."""
        producer = self.producer_id[row]
        if not producer and (name := self.producer[row]):
            by_code = known is not None and known.producer_code and known.producer_code != known.producer
            if not by_code:
                producer = name
        stated = {
            "producer_code": producer,
            "commodity": self.commodity[row],
            "country": _country(self.country[row]) or self.country[row],
            "place": self.place[row],
        }
        if known is None:
            return {key: value for key, value in stated.items() if value}
        return {key: value for key, value in stated.items() if value and getattr(known, key) != value}

    def land_facts(self, row: int, known: PlotFacts) -> dict[str, Any]:
        """Facts about an unchanged boundary: a corrected area, a later survey that found the same."""
        found: dict[str, Any] = {}
        declared = self.declared_ha[row]
        if math.isfinite(declared) and declared != known.declared_area_ha:
            found["declared_area_ha"] = declared
            if self.area_ha(row) != known.area_ha:
                found["area_ha"] = self.area_ha(row)
        if self.mapped_on[row] > known.mapped_on:
            found["mapped_on"] = self.mapped_on[row]
        return found

    def area_ha(self, row: int) -> float | None:
        """Area of a plot: geodesic of a polygon, declared of a point."""
        measured, declared = self.measured_ha[row], self.declared_ha[row]
        area = measured if measured > 0 else declared
        return round(area, 6) if math.isfinite(area) else None


def apply_plots(store: Store, plan: PlotImport, *, now: str, who: str, originals: Iterable[str | Path] = ()) -> str:
    """Store an import of plots whole, or nothing of it.

    Parameters
    ----------
    store
        The project, opened for writing.
    plan
        The preview.
    now, who
        For the log: UTC time (ISO 8601) and login name. A new boundary without a date of mapping holds from this day.
    originals
        The files the plots were read from; kept byte for byte.

    Returns
    -------
    str
        One plain sentence of what was stored. When nothing is new nothing is written, not even to the log.

    Raises
    ------
    RefusedError
        When the project was changed since the preview.
    """
    if plan.is_empty:
        return nothing_new()
    contents = packed(store, plan.files, originals)
    with store.writing(now=now, who=who, action="add", summary=str(plan.summary())) as writer:
        stood_still(writer, plan.seen)
        store_plots(store, writer, plan, contents)
    return say("commands:stored", summary=plan.summary())


def store_plots(store: Store, writer: Writer, plan: PlotImport, contents: Mapping[str, bytes]) -> None:
    """Write a plan, inside a step."""
    if plan.is_empty:
        return
    stated = _Stated(plan.plots)
    store_files(store, writer, plan.files, contents)
    writer.insert(table_of(Producer), list(plan.new_producers.values()))
    writer.insert(
        table_of(Plot),
        [{"code": plan.codes[row], **stated.facts(row, None), **_where_from(stated, row)} for row in plan.new],
    )
    plots, land = {}, {}
    handed: list[dict[str, Any]] = []
    for row in (*plan.resurveyed, *plan.updated):  # only those that differ
        known = plan.known[plan.codes[row]]
        if facts := stated.facts(row, known):
            if facts.get("producer_code") and known.producer_code:  # it changes hands: nobody says when, so today
                holding = past_holding(plan.codes[row], known.producer_code, known.held_since, writer.now[:10])
                handed.append({**holding, **_where_from(stated, row)})
                facts |= {"held_since": writer.now[:10], "held_until": ""}
            plots[known.fid] = facts
    for row in plan.updated:
        known = plan.known[plan.codes[row]]
        if known.version_fid is not None and (facts := stated.land_facts(row, known)):
            land[known.version_fid] = facts
    starts = {
        row: _valid_from(stated.mapped_on[row], plan.known[plan.codes[row]], writer.now) for row in plan.resurveyed
    }
    starts_of_parts = split_days(store, plan.codes, plan.plots.geometry, plan.new, starts)
    for row, start in starts.items():
        known = plan.known[plan.codes[row]]
        if known.version_fid is not None:
            land[known.version_fid] = {"valid_to": _day_before(start)}
    writer.insert(table_of(PlotHolding), handed)
    writer.update(table_of(Plot), plots)
    writer.update(table_of(PlotVersion), land)
    _versions(writer, plan, stated, {**starts, **starts_of_parts})
    touched = {plan.codes[row] for row in (*plan.new, *plan.resurveyed, *plan.updated)}
    numbers = {code: plan.known[code].version if code in plan.known else 0 for code in touched}
    surveyed = {plan.codes[row] for row in (*plan.new, *plan.resurveyed)}
    _forget_findings(store, writer, numbers, surveyed)
    found = plan.result.findings if plan.result is not None else ()
    writer.insert(
        table_of(StoredFinding),
        [
            {**_finding(one), "plot_version": numbers[code] + (code in surveyed)}
            for one in found
            if (code := clean_code(one.plot_id)) in touched
        ],
    )
    held = set(store.changes([plan.codes[row] for row in plan.updated])) if plan.updated else set()
    receipts = [_change(one) for one in plan.changes if clean_code(one.plot_id) in touched]
    writer.insert(table_of(StoredChange), [row for row, one in receipts if one not in held])


def _forget_findings(store: Store, writer: Writer, numbers: Mapping[str, int], surveyed: Collection[str]) -> None:
    """Take away what was found on versions that were read again; what was found on an earlier one stays with it."""
    table = store.table(StoredFinding)
    gone: list[int] = []
    dated: dict[int, dict[str, Any]] = {}
    rows = zip(table["fid"], table["plot_code"], table["plot_version"], strict=True)
    for fid, code, version in rows:  # of the plots that are touched
        if code not in numbers:
            continue
        is_of_now = version is None or version != version or int(version) == numbers[code]  # noqa: PLR0124 (NaN)
        if is_of_now and code in surveyed:
            dated[int(fid)] = {"plot_version": numbers[code]}
        elif is_of_now:
            gone.append(int(fid))
    writer.delete(table_of(StoredFinding), gone)
    writer.update(table_of(StoredFinding), dated)


def _versions(writer: Writer, plan: PlotImport, stated: _Stated, starts: Mapping[int, str]) -> None:
    rows = [*plan.new, *plan.resurveyed]
    digests = {file.name: file.sha256 for file in plan.files}
    declared = [stated.declared_ha[row] for row in rows]
    known = [plan.known.get(plan.codes[row]) for row in rows]
    writer.insert_columns(
        table_of(PlotVersion),
        len(rows),
        {
            "plot_code": [plan.codes[row] for row in rows],
            "version": [1 if one is None else one.version + 1 for one in known],
            "geometry": plan.plots.geometry[np.array(rows, dtype=np.int64)].tolist(),
            "area_ha": [stated.area_ha(row) for row in rows],
            "declared_area_ha": [value if math.isfinite(value) else None for value in declared],
            "geometry_hash": [plan.hashes[row] for row in rows],
            "mapped_on": [stated.mapped_on[row] for row in rows],
            "valid_from": [starts.get(row, "") for row in rows],
            "valid_to": [""] * len(rows),
            "decimals": [stated.decimals[row] for row in rows],
            "source_sha256": [digests.get(stated.source[row], "") for row in rows],
            "src_file": [stated.source[row] for row in rows],
            "src_sheet": [stated.group[row] for row in rows],
            "src_row": [stated.record[row] for row in rows],
        },
    )


def _valid_from(mapped_on: str, known: PlotFacts, now: str) -> str:
    """First day of a new version: the survey's, else today's; never before that of the version it follows."""
    if not known.version:
        return ""
    return max(_day(mapped_on) or _day(now), known.valid_from)


def _day(text: str) -> str:
    try:
        return dt.date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return ""


def _day_before(day: str) -> str:
    return (dt.date.fromisoformat(day) - dt.timedelta(days=1)).isoformat() if day else ""


def _where_from(stated: _Stated, row: int) -> dict[str, Any]:
    return {"src_file": stated.source[row], "src_sheet": stated.group[row], "src_row": stated.record[row]}


def _change(one: Change) -> tuple[dict[str, Any], Change]:
    """A repair as a row, and as the project gives it back."""
    facts = one.to_dict()
    code = clean_code(facts.pop("plot_id"))
    return {**facts, "plot_code": code}, Change(**facts, plot_id=code)


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "severity": one.severity,
        "subject": one.subject,
        "plot_code": clean_code(one.plot_id),
        "code": one.code,
        "source": one.source,
        "record": one.record,
        "lon": one.lon,
        "lat": one.lat,
        "message": one.message,
        "hint": one.hint,
        "basis": one.basis,
        "repair": one.repair,
        "measured": json.dumps(dict(one.measured), ensure_ascii=False, sort_keys=True),
        "said": json.dumps([to_plain(one.message), to_plain(one.hint)], ensure_ascii=False, sort_keys=True),
    }
