"""Build a due-diligence package: gather, refuse while an error stands, render, write complete or absent."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from eudr_geo.base.errors import InputError, RefusedError
from eudr_geo.base.version import VERSION
from eudr_geo.base.writing import json_bytes, sha256
from eudr_geo.checks.catalogue import RULES_VERSION
from eudr_geo.law import GEOLOCATION_MAX_BYTES
from eudr_geo.lots.behind import Records, records_behind
from eudr_geo.lots.counted import counted
from eudr_geo.lots.dds_lines import commodity_lines
from eudr_geo.lots.naming import near, refuse_other
from eudr_geo.lots.seasons import seasons_of
from eudr_geo.lots.shipments import packing_list, shipped_kg
from eudr_geo.lots.tracing import traces
from eudr_geo.model.findings import CheckResult, Findings
from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.package import CommodityLine, Counted, PackageData
from eudr_geo.model.trace import Trace
from eudr_geo.outputs.package.eudr_geojson import size_bounds
from eudr_geo.project.auditing import audit, audit_result
from eudr_geo.project.declared_land import land_of
from eudr_geo.project.port import Project
from eudr_geo.project.recording import superseded
from eudr_geo.project.verifying import MANIFEST, MANIFEST_SCHEMA
from eudr_geo.words.saying import counted as said_of
from eudr_geo.words.saying import joined, say

if TYPE_CHECKING:
    import pandas as pd

STATEMENT = (
    "Prepared evidence of origin under Article 9 of Regulation (EU) 2023/1115. It does not say that a product is "
    "deforestation-free or legal; that is the operator's own due diligence."
)
_ERRORS_NAMED = 5


@dataclass(frozen=True)
class Package:
    """A package ready to be written.

    Attributes
    ----------
    data
        What is packed, as tables.
    files
        File name → bytes, the manifest last.
    """

    data: PackageData
    files: Mapping[str, bytes]

    @property
    def manifest_sha256(self) -> str:
        """To be sent apart from the package, so that the receiver can tell a replaced manifest."""
        return sha256(self.files[MANIFEST])


@cache
def _renderers() -> tuple[ModuleType, ...]:
    """Exports that are files of a package, by file name."""
    package = importlib.import_module("eudr_geo.outputs.package")
    modules = [
        importlib.import_module(f"eudr_geo.outputs.package.{info.name}")
        for info in pkgutil.iter_modules(package.__path__)
    ]
    return tuple(sorted((module for module in modules if module.FILE), key=lambda module: str(module.FILE)))


def file_names() -> frozenset[str]:
    """Return the names of all files and folders (with ``*``) that a package of any profile may have."""
    folders = (folder for module in _renderers() for folder in getattr(module, "FOLDERS", ()))
    return frozenset({MANIFEST, *(str(module.FILE) for module in _renderers()), *folders})


def profiles() -> tuple[str, ...]:
    """Return the names that ``--profile`` takes: ``traces``, and what exports add for somebody else."""
    return ("traces", *sorted({module.PROFILE for module in _renderers() if hasattr(module, "PROFILE")}))


def gather(project: Project, codes: Sequence[str], *, with_names: bool = False, on: str = "") -> PackageData:
    """Gather everything about a consignment or some lots.

    Parameters
    ----------
    project
        An open store.
    codes
        One consignment code, or one or more lot codes.
    with_names
        Whether producers' names may leave the house.
    on
        Day on which waivers must hold, ISO 8601; that of the shipment, where it is later.

    Raises
    ------
    InputError
        For a code that is neither a consignment nor a lot.
    RefusedError
        When a lot has kilograms of unknown origin, or no plots at all; when a rule crashed.
    """
    book = project.lot_book()
    consignment, packed = _packed(book, codes)
    per_lot = traces(book, [code for code, _, _ in packed])
    found_traces = list(traces(book, codes).values()) if consignment else list(per_lot.values())
    plot_codes = sorted({code for one in found_traces for code in one.plot_codes()})
    if not plot_codes and not any(one.references() for one in found_traces):
        raise RefusedError(say("packages:no-plot", codes=", ".join(codes)), fix=say("packages:no-plot.do"))
    rows = _rows(found_traces)
    plots, versions = land_of(project, book, rows, codes)
    lots = _lot_table(book, packed, per_lot)
    lot_codes = {code for one in found_traces for code in one.lot_codes()}
    behind = records_behind(book, lot_codes, plots=plot_codes, consignments=codes if consignment else ())
    land = [(str(code), int(version)) for code, version in zip(versions["plot_code"], versions["version"], strict=True)]
    judged = audit(project, on=_latest(on, consignment), today=on, codes=plot_codes, land=land)
    if judged.tool_errors:  # nobody looked: that is not the same as nothing found
        crashed = ", ".join(sorted({one.rule for one in judged.tool_errors}))
        raise RefusedError(say("packages:crashed", rules=crashed), fix=say("packages:crashed.do"))
    found = _relevant(judged, set(plot_codes), behind)
    fit = len(set(plot_codes) - {finding.plot_id for finding in found.errors()})
    result = audit_result(found, fit, len(plot_codes) - fit)
    data = PackageData(
        codes=tuple(codes),
        consignment=consignment,
        organisation={"organisation": book.keeper}
        | {key: str(project.meta.get(key, "")) for key in ("country", "commodity")}
        | {"season": ", ".join(_seasons(book, found_traces)) or str(project.meta.get("season", ""))},
        lots=lots,
        plots=plots,
        versions=versions,
        trace=rows,
        check=result,
        changes=project.changes(plot_codes),
        inputs=tuple(sorted(project.source_files(), key=lambda file: (file.name, file.sha256))),
        with_names=with_names,
        packing=tuple(packing_list(book, codes[0], lots)) if consignment else (),
    )
    day = str(consignment.get("ship_date") or "")
    return replace(data, lines=_lines(data, counted(book, _stated(book, lots, codes, consignment), day)))


def _seasons(book: LotBook, found: Iterable[Trace]) -> list[str]:
    """Seasons of the goods that are packed, sorted."""
    return seasons_of(book).of_lots([str(code) for one in found for code in one.rows["lot_code"].unique()])


def _latest(on: str, consignment: Mapping[str, Any]) -> str:
    return max(on, str(consignment.get("ship_date") or ""))


def build_package(
    project: Project, codes: Sequence[str], *, with_names: bool = False, profile: str = "traces", on: str = ""
) -> Package:
    """Build the package of a consignment or lots; nothing is written yet.

    Parameters
    ----------
    project
        An open store.
    codes
        One consignment code, or one or more lot codes.
    with_names
        Whether producers' names may leave the house.
    profile
        ``traces``: what the EU system and a due-diligence file need; ``buyer``: a file with lots and kilograms too.
    on
        Day on which waivers must hold, ISO 8601; that of the shipment, where it is later.

    Returns
    -------
    Package
        Every file as bytes; the same project gives the same bytes.

    Raises
    ------
    InputError
        For a code that is neither a consignment nor a lot, or an unknown profile.
    RefusedError
        While an error stands on one of its plots or lots, naming the first ones.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from eudr_geo import create_store
    >>> with TemporaryDirectory() as folder:  # doctest: +ELLIPSIS
    ...     with create_store(Path(folder, "coop.gpkg"), organisation="Ea Mau", country="VN") as store:
    ...         build_package(store, ["EXP-1"])
    Traceback (most recent call last):
    eudr_geo.base.errors.InputError: there is no consignment or lot called EXP-1 – the project holds none yet...
    """
    if profile not in profiles():
        raise InputError(
            say("packages:no-such-profile", profile=profile),
            fix=say("packages:no-such-profile.do", profiles=", ".join(profiles())),
        )
    data = gather(project, codes, with_names=with_names, on=on)
    standing = data.check.findings.errors()
    if standing:
        named = [
            say("packages:errors-stand.which", rule=f.rule, where=f.plot_id or f.code or f.source, message=f.message)
            for f in standing[:_ERRORS_NAMED]
        ]
        if len(standing) > _ERRORS_NAMED:
            named.append(say("packages:errors-stand.more", more=len(standing) - _ERRORS_NAMED))
        raise RefusedError(
            said_of("packages:errors-stand", len(standing), named=joined(named)), fix=say("packages:errors-stand.do")
        )
    chosen = [module for module in _renderers() if getattr(module, "PROFILE", profile) == profile]
    files: dict[str, bytes] = {}
    for module in chosen:
        made = module.render(data)
        files |= {str(module.FILE): bytes(made)} if isinstance(made, bytes) else dict(made)
    _refuse_too_large(data, files)
    files[MANIFEST] = _manifest(data, files, superseded(project, codes))
    return Package(data, files)


def _refuse_too_large(data: PackageData, files: Mapping[str, bytes]) -> None:
    """Refuse what no statement can hold: the land of one producer that is too large by itself."""
    held: dict[int, int] = {}
    for line in data.lines:
        held[line.statement] = held.get(line.statement, 0) + len(files[line.file])
    size = max(held.values(), default=0)
    if size > GEOLOCATION_MAX_BYTES:
        raise RefusedError(
            say("packages:too-large", size_mb=size / 1e6, most_mb=GEOLOCATION_MAX_BYTES / 1e6),
            fix=say("packages:too-large.do"),
        )


def _lines(data: PackageData, stated: Mapping[str, Counted]) -> tuple[CommodityLine, ...]:
    """The commodity lines of what is packed."""
    land = data.land()
    countries = dict(zip(land, data.plots["country"].tolist(), strict=True))
    sizes = dict(zip(land, size_bounds(data.plots, data.producer_labels()).tolist(), strict=True))
    return commodity_lines(data.trace, data.lots, countries, sizes, counted=stated)


def _stated(
    book: LotBook, lots: pd.DataFrame, codes: Sequence[str], consignment: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Volume and heads of what is packed: of the lines of a shipment, else of the whole lots."""
    table, key = ("consignment_line", "lot_code") if consignment else ("lot", "code")
    rows = book.table(table)
    if consignment:
        rows = rows[rows["consignment_code"] == codes[0]]
    known = {row[key]: row for row in rows.to_dict("records")}
    names = ("quantity_kg", "volume_m3", "heads")
    return [
        {"code": code, "hs_code": hs_code, **{name: known[code][name] for name in names}}
        for code, hs_code in zip(lots["code"], lots["hs_code"], strict=True)
    ]


def _packed(book: LotBook, codes: Sequence[str]) -> tuple[dict[str, Any], list[tuple[str, float, str]]]:
    """The consignment (or nothing), and what is packed: lot, kilograms (NaN = all of it), HS code."""
    consignments, lines = book.table("consignment"), book.table("consignment_line")
    lots, shipped = set(book.table("lot")["code"]), set(consignments["code"])
    unknown = [code for code in codes if code not in shipped and code not in lots]
    for code in unknown:
        refuse_other(book, code, ("lot", "consignment"))
    if unknown or not codes:
        fix = near(unknown[0] if unknown else "", sorted(shipped | lots))
        raise InputError(say("packages:no-such-code", codes=", ".join(unknown)), fix=fix)
    if codes[0] not in shipped:
        if shipped & set(codes):
            raise InputError(say("packages:of-both"), fix=say("packages:of-both.do"))
        return {}, [(code, float("nan"), "") for code in sorted(set(codes))]
    if len(codes) > 1:
        raise InputError(say("packages:of-both"), fix=say("packages:of-both.do"))
    row = consignments[consignments["code"] == codes[0]].iloc[0]
    consignment = {key: row[key] or "" for key in ("code", "buyer", "buyer_country", "ship_date")}
    own = lines[lines["consignment_code"] == codes[0]]
    consignment["container"] = ", ".join(sorted({str(one) for one in own["container"] if one}))
    hs_codes: dict[str, str] = {}
    for lot, hs_code in zip(own["lot_code"], own["hs_code"], strict=True):
        if hs_code and hs_codes.setdefault(lot, hs_code) != hs_code:
            raise RefusedError(
                say("packages:two-hs-codes", lot=lot, one=hs_codes[lot], other=hs_code),
                fix=say("packages:two-hs-codes.do", sheet=say("sheets:shipments")),
            )
    packed = [(lot, kg, hs_codes.get(lot, "")) for lot, kg in shipped_kg(book).get(codes[0], {}).items()]
    if not packed:
        raise RefusedError(
            say("lots:empty-consignment", code=codes[0]),
            fix=say("lots:empty-consignment.do", sheet=say("sheets:shipments")),
        )
    return consignment, sorted(packed)


def _lot_table(book: LotBook, packed: list[tuple[str, float, str]], per_lot: Mapping[str, Trace]) -> pd.DataFrame:
    import pandas as pd

    lots = book.table("lot").set_index("code", drop=False)
    stream_table = book.table("stream")
    streams: dict[Any, Any] = dict(zip(stream_table["code"], stream_table["type"], strict=True))
    rows = []
    for code, kg, hs_code in packed:
        lot, one = lots.loc[code], per_lot[code]
        rows.append(
            {
                "code": code,
                "form": lot["form"],
                "stream_code": lot["stream_code"] or "",
                "type": streams.get(lot["stream_code"]) or "",
                "species": lot["species"] or "",
                "quantity_kg": round(one.quantity_kg if np.isnan(kg) else kg, 3),
                "lot_kg": round(one.quantity_kg, 3),
                "hs_code": hs_code or lot["hs_code"] or "",
                "custody_model": one.custody_model,
            }
        )
    return pd.DataFrame(rows)


def _rows(found: Iterable[Trace]) -> pd.DataFrame:
    import pandas as pd

    rows: pd.DataFrame = pd.concat([one.to_frame() for one in found], ignore_index=True)
    return rows


_INWARD = frozenset({"micro-lot-share"})
"""Advice to the cooperative about its business, no evidence of origin: it does not leave the house."""


def _relevant(result: CheckResult, plots: set[str], behind: Records) -> Findings:
    """Keep the findings that speak of these plots or of any record behind the lots."""
    return Findings(
        replace(finding, row=None)
        for finding in result.findings
        if finding.rule not in _INWARD and (finding.plot_id in plots or (finding.subject, finding.code) in behind)
    )


def _manifest(data: PackageData, files: Mapping[str, bytes], supersedes: Sequence[Mapping[str, str]]) -> bytes:
    document = {
        "schema": MANIFEST_SCHEMA,
        "toolkit": VERSION,
        "rules": RULES_VERSION,
        "eu_version": data.check.eu_version or None,
        "boundaries": data.check.boundaries or None,
        "statement": STATEMENT,
        "codes": list(data.codes),
        "consignment": dict(data.consignment),
        "organisation": dict(data.organisation),
        "lots": data.lots.to_dict("records"),
        "plots": [
            {"plot_code": row.plot_code, "version": int(row.version), "geometry_sha256": row.geometry_hash}
            for row in data.versions.itertuples()
        ],
        "findings": data.check.findings.counts(),
        "waivers": [{"message": one.message} | one.waiver_to_dict() for one in data.check.findings.waived()],
        **({"supersedes": supersedes} if supersedes else {}),
        "inputs": [{"name": one.name, "sha256": one.sha256, "bytes": one.size_bytes} for one in data.inputs],
        "files": {name: {"sha256": sha256(content), "bytes": len(content)} for name, content in sorted(files.items())},
    }
    return json_bytes(document, indent=1)
