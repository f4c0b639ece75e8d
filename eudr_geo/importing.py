"""Import: what is new, changed, unchanged, refused – shown first, then stored in one transaction."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eudr_geo.cells import clean_code
from eudr_geo.errors import InputError, RefusedError
from eudr_geo.fingerprint import geometry_hashes
from eudr_geo.geodesy import plot_area_ha
from eudr_geo.model.base import table_of
from eudr_geo.model.changes import Change
from eudr_geo.model.findings import CheckResult, Finding
from eudr_geo.model.land import Plot, PlotVersion
from eudr_geo.model.lot_book import BOOK_TABLES, LotBook, columns
from eudr_geo.model.people import Producer
from eudr_geo.model.plots import Plots, Reading, SourceFile
from eudr_geo.model.records import StoredChange, StoredFile, StoredFinding
from eudr_geo.regulation import country_code
from eudr_geo.store import Store

if TYPE_CHECKING:
    import pandas as pd

_CODE_MAX = 40

_KEYS: Mapping[str, tuple[str, ...]] = {
    "stream_plot": ("stream_code", "plot_code"),
    "process_line": ("process_code", "direction", "lot_code"),
    "consignment_line": ("consignment_code", "lot_code"),
}
"""What tells two rows apart in tables without a code of their own."""

_WHERE_FROM = ("src_file", "src_sheet", "src_row")


@dataclass(frozen=True)
class Refused:
    """A row that will not be stored, and why."""

    source: str
    record: int | None
    code: str
    why: str
    fix: str


@dataclass
class PlotImport:
    """What an import of plots would do."""

    plots: Plots
    new: list[int] = field(default_factory=list)  # rows of ``plots``
    resurveyed: list[int] = field(default_factory=list)  # known plots with another boundary: a new version
    updated: list[int] = field(default_factory=list)  # known plots with other facts
    unchanged: list[int] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    new_producers: dict[str, dict[str, Any]] = field(default_factory=dict)
    result: CheckResult | None = None
    changes: tuple[Change, ...] = ()
    files: tuple[SourceFile, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing would be stored."""
        return not (self.new or self.resurveyed or self.updated)

    def summary(self) -> str:
        """One plain sentence."""
        return (
            f"{len(self.new):,} plots new, {len(self.resurveyed):,} with a new boundary,"
            f" {len(self.updated):,} with other facts, {len(self.unchanged):,} unchanged, {len(self.refused):,} refused"
        )


def preview_plots(store: Store, reading: Reading, result: CheckResult, changes: Sequence[Change] = ()) -> PlotImport:
    """Say what storing these plots would do; nothing is stored.

    A plot with an error is stored too, with its finding: nothing is lost, and no package is built of it. A plot
    without a code is refused, because no delivery could name it. The producer's code is the one stated, else the name.

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
    plan = PlotImport(plots, result=result, changes=tuple(changes), files=reading.files)
    plan.refused += [Refused(row.source, row.record, row.plot_id, row.why, row.fix) for row in reading.rejected]
    known = _known_plots(store)
    producers = set(store.table(Producer)["code"])
    hashes = geometry_hashes(plots.geometry)
    seen: dict[str, str] = {}
    for row in range(len(plots)):  # each plot is compared with what the project holds under its code
        code = clean_code(plots["plot_id"][row])
        where = (plots["source"][row], int(plots["record"][row]), code)
        if not code or len(code) > _CODE_MAX:
            why = "it has no plot code" if not code else f"its code is longer than {_CODE_MAX} characters"
            plan.refused.append(Refused(*where, why, "give each plot a short code; deliveries will name it"))
            continue
        if code in seen:
            if seen[code] == hashes[row]:
                plan.unchanged.append(row)
            else:
                plan.refused.append(
                    Refused(*where, "its code stands on two different boundaries", "give one of them another code")
                )
            continue
        seen[code] = hashes[row]
        producer = producer_code(plots, row)
        if producer and producer not in producers and producer not in plan.new_producers:
            plan.new_producers[producer] = {
                "code": producer,
                "name": plots["producer"][row] or producer,
                "country": country_code(plots["country"][row]),
                "src_file": where[0],
                "src_row": where[1],
            }
        if code not in known:
            plan.new.append(row)
        elif known[code]["geometry_hash"] != hashes[row]:
            plan.resurveyed.append(row)
        elif _facts(plots, row, known[code]):
            plan.updated.append(row)
        else:
            plan.unchanged.append(row)
    return plan


def _known_plots(store: Store) -> dict[str, dict[str, Any]]:
    plots = store.table(Plot).set_index("code", drop=False)
    versions = store.plot_versions().set_index("plot_code")
    return {
        code: {
            **row,
            "geometry_hash": versions["geometry_hash"].get(code, ""),
            "version": int(versions["version"].get(code, 0)),
        }
        for code, row in plots.to_dict("index").items()
    }


def producer_code(plots: Plots, row: int) -> str:
    """Code of a plot's producer: the one stated, else the name as it stands."""
    return clean_code(plots["producer_id"][row]) or str(plots["producer"][row])


def _facts(plots: Plots, row: int, known: Mapping[str, Any] | None) -> dict[str, Any]:
    """Facts of a plot that are stated and differ from what is known; nothing stated never wipes out something known."""
    stated = {
        "producer_code": producer_code(plots, row) or None,
        "commodity": plots["commodity"][row],
        "country": country_code(plots["country"][row]) or plots["country"][row],
        "place": plots["place"][row],
    }
    return {key: value for key, value in stated.items() if value and (known is None or known.get(key) != value)}


def apply_plots(store: Store, plan: PlotImport, *, now: str, who: str, originals: Iterable[str | Path] = ()) -> str:
    """Store an import of plots whole, or nothing of it.

    Parameters
    ----------
    now, who
        For the log: UTC time (ISO 8601) and login name.
    originals
        The files the plots were read from; kept byte for byte.

    Returns
    -------
    str
        One plain sentence of what was stored. When nothing is new nothing is written, not even to the log.
    """
    if plan.is_empty:
        return "Nothing new; nothing stored."
    known = _known_plots(store)
    plots = plan.plots
    hashes, areas = geometry_hashes(plots.geometry), plot_area_ha(plots)
    digests = {file.name: file.sha256 for file in plan.files}
    contents = _contents(plan.files, originals)
    with store.writing(now=now, who=who, action="add", summary=plan.summary()) as writer:
        writer.insert(table_of(StoredFile), contents_rows(store, plan.files, contents))
        writer.insert(table_of(Producer), list(plan.new_producers.values()))
        new_rows, versions = [], []
        for row in plan.new:
            code = clean_code(plots["plot_id"][row])
            new_rows.append({"code": code, **_facts(plots, row, None), **_where_from(plots, row)})
            versions.append(_version(plots, row, code, 1, hashes[row], areas[row], digests))
        for row in (*plan.resurveyed, *plan.updated):
            code = clean_code(plots["plot_id"][row])
            if facts := _facts(plots, row, known[code]):
                writer.update(table_of(Plot), known[code]["fid"], facts)
        for row in plan.resurveyed:
            code = clean_code(plots["plot_id"][row])
            versions.append(_version(plots, row, code, known[code]["version"] + 1, hashes[row], areas[row], digests))
        writer.insert(table_of(Plot), [_filled(Plot, one) for one in new_rows])
        writer.insert(table_of(PlotVersion), versions)
        touched = {clean_code(plots["plot_id"][row]) for row in (*plan.new, *plan.resurveyed)}
        _findings(store, writer, plan, touched)
        writer.insert(
            table_of(StoredChange),
            [
                {("plot_code" if key == "plot_id" else key): value for key, value in change.to_dict().items()}
                | {"plot_code": clean_code(change.plot_id)}
                for change in plan.changes
                if clean_code(change.plot_id) in touched
            ],
        )
    return f"Stored: {plan.summary()}."


def _where_from(plots: Plots, row: int) -> dict[str, Any]:
    return {"src_file": plots["source"][row], "src_sheet": plots["group"][row], "src_row": int(plots["record"][row])}


def _filled(noun: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with every column, so that rows of one statement have the same shape."""
    filled = {}
    for column in table_of(noun).columns:
        if column.name != "fid":
            default = getattr(column.default, "arg", None)
            filled[column.name] = row.get(column.name, default)
    return filled


def _version(
    plots: Plots, row: int, code: str, version: int, digest: str, area: float, files: Mapping[str, str]
) -> dict[str, Any]:
    declared = plots["area_ha"][row]
    area_ha = area if area > 0 else declared
    return _filled(
        PlotVersion,
        {
            "plot_code": code,
            "version": version,
            "geometry": plots.geometry[row],
            "geometry_hash": digest,
            "area_ha": round(float(area_ha), 6) if np.isfinite(area_ha) else None,
            "declared_area_ha": float(declared) if np.isfinite(declared) else None,
            "mapped_on": plots["mapped_on"][row],
            "valid_from": plots["mapped_on"][row] if version > 1 else "",
            "decimals": int(plots["decimals"][row]),
            "source_sha256": files.get(plots["source"][row], ""),
            **_where_from(plots, row),
        },
    )


def _contents(files: Sequence[SourceFile], originals: Iterable[str | Path]) -> dict[str, bytes]:
    wanted = {file.sha256 for file in files}
    found = {}
    for path in originals:
        data = Path(path).read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if digest in wanted:
            found[digest] = data
    return found


def contents_rows(store: Store, files: Sequence[SourceFile], contents: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """Rows of the files that the project does not hold yet."""
    held = {one.sha256 for one in store.source_files()}
    rows = {}
    for file in files:
        if file.sha256 in contents and file.sha256 not in held:
            rows[file.sha256] = {
                "name": file.name,
                "sha256": file.sha256,
                "size_bytes": file.size_bytes,
                "format": file.format,
                "records": file.records,
                "plots": file.plots,
                "rejected": file.rejected,
                "content": zlib.compress(contents[file.sha256], 6),
            }
    return list(rows.values())


def _findings(store: Store, writer: Any, plan: PlotImport, touched: set[str]) -> None:
    old = store.table(StoredFinding)
    writer.delete(table_of(StoredFinding), old.loc[old["plot_code"].isin(touched), "fid"].astype(int).tolist())
    found = plan.result.findings if plan.result is not None else ()
    writer.insert(table_of(StoredFinding), [_finding_row(one) for one in found if clean_code(one.plot_id) in touched])


def _finding_row(one: Finding) -> dict[str, Any]:
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
    }


@dataclass
class BookImport:
    """What an import of a workbook would do, table by table."""

    new: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    changed: dict[str, list[tuple[int, dict[str, Any]]]] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    file: SourceFile | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing would be stored."""
        return not any(self.new.values()) and not any(self.changed.values())

    def counts(self) -> list[tuple[str, int, int, int]]:
        """Table, new, changed, unchanged."""
        return [
            (name, len(self.new.get(name, ())), len(self.changed.get(name, ())), self.unchanged.get(name, 0))
            for name in BOOK_TABLES
            if self.new.get(name) or self.changed.get(name) or self.unchanged.get(name)
        ]

    def summary(self) -> str:
        """One plain sentence."""
        return "; ".join(
            f"{name}: {new:,} new, {changed:,} changed" for name, new, changed, _ in self.counts() if new or changed
        )


def preview_book(store: Store, book: LotBook, file: SourceFile | None = None) -> BookImport:
    """Say what storing this lot book would do; nothing is stored.

    Rows are matched by code. A row that names something neither the book nor the project knows is refused by name,
    and with it the whole book: a half-stored book would trace wrongly.
    """
    plan = BookImport(file=file)
    held = store.lot_book()
    known = {
        name: set(held.table(name)["code"]) | set(book.table(name)["code"])
        for name in BOOK_TABLES
        if "code" in columns(name)
    }
    for name, noun in BOOK_TABLES.items():
        fids, rows = _held_rows(store, name, noun)
        for given in _records(book.table(name)):
            key = tuple(given.get(column) for column in _KEYS.get(name, ("code",)))
            label = " / ".join(str(part or "–") for part in key)
            for column, target in _references(noun).items():
                if given.get(column) and given[column] not in known[target]:
                    plan.refused.append(
                        Refused(
                            given.get("src_file") or "",
                            given.get("src_row"),
                            label,
                            f"{name} {label} names the {target} {given[column]}, which nobody knows",
                            f"add the {target}, or correct the code",
                        )
                    )
            if key not in rows:
                plan.new.setdefault(name, []).append(_filled(noun, {k: v for k, v in given.items() if v is not None}))
            elif differs := {
                column: value
                for column, value in given.items()
                if column not in _WHERE_FROM and value not in (None, "") and rows[key].get(column) != value
            }:
                plan.changed.setdefault(name, []).append((fids[key], differs))
            else:
                plan.unchanged[name] = plan.unchanged.get(name, 0) + 1
    return plan


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(key): None if value is None or value != value else value for key, value in row.items()}  # noqa: PLR0124 (NaN)
        for row in frame.to_dict("records")
    ]


def _held_rows(
    store: Store, name: str, noun: Any
) -> tuple[dict[tuple[Any, ...], int], dict[tuple[Any, ...], dict[str, Any]]]:
    fids, rows = {}, {}
    for row in _records(store.table(noun)):
        key = tuple(row.get(column) for column in _KEYS.get(name, ("code",)))
        fids[key], rows[key] = int(row["fid"]), row
    return fids, rows


def _references(noun: Any) -> dict[str, str]:
    return {key.parent.name: key.column.table.name for key in table_of(noun).foreign_keys}


def apply_book(store: Store, plan: BookImport, *, now: str, who: str, original: str | Path | None = None) -> str:
    """Store a lot book whole, or nothing of it; see :func:`apply_plots`.

    Raises
    ------
    RefusedError
        When the book names something nobody knows.
    """
    if plan.refused:
        first = plan.refused[0]
        more = f" (and {len(plan.refused) - 1} more)" if len(plan.refused) > 1 else ""
        raise RefusedError(f"nothing stored: {first.why}{more}", fix=first.fix)
    if plan.is_empty:
        return "Nothing new; nothing stored."
    files = () if plan.file is None else (plan.file,)
    contents = _contents(files, () if original is None else (original,))
    try:
        with store.writing(now=now, who=who, action="book", summary=plan.summary()) as writer:
            writer.insert(table_of(StoredFile), contents_rows(store, files, contents))
            for name, noun in BOOK_TABLES.items():
                rows = plan.new.get(name, [])
                if name == "location":  # a location may be part of another one of the same sheet
                    rows = sorted(rows, key=lambda row: bool(row.get("parent_code")))
                writer.insert(table_of(noun), rows)
                for fid, values in plan.changed.get(name, []):
                    writer.update(table_of(noun), fid, values)
    except Exception as error:
        if "constraint failed" in str(error).lower():
            raise InputError(
                f"nothing stored: {str(error).splitlines()[0]}", fix="correct the row and import again"
            ) from error
        raise
    return f"Stored: {plan.summary()}."
