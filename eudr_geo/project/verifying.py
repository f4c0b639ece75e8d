"""Verify a package: offline, without the project, with nothing but Python's standard library.

The format is small enough to be checked by hand: ``manifest.json`` lists every other file with its SHA-256 and
size; the geolocation of each line of ``dds_lines.csv`` and the rows of its lot in ``trace.csv`` must speak of the same
plots, and the kilograms must add up.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eudr_geo.base.errors import InputError
from eudr_geo.words.saying import say

MANIFEST = "manifest.json"
TRACE, LINES = "trace.csv", "dds_lines.csv"
_ONE_FILE = "geolocation.geojson"
MANIFEST_SCHEMA = "eudr-geo.manifest/1"
_MAX_FILES, _MAX_BYTES = 1_000, 2_000_000_000  # far above any package; a stranger's zip may claim anything
_KG_TOLERANCE = 0.5  # shares are printed to the gram; a lot of 1 000 plots may round to half a kilogram


@dataclass(frozen=True)
class Defect:
    """One thing that is wrong with a package.

    Attributes
    ----------
    code
        What kind of defect, for programs.
    file
        The file of the package it is about.
    message
        What is wrong, in one sentence.
    """

    code: str
    file: str
    message: str


@dataclass(frozen=True)
class Verification:
    """What was checked and what is wrong.

    Attributes
    ----------
    defects
        Everything that is wrong.
    files, plots
        Numbers of files and plots that were looked at.
    manifest_sha256
        To be compared with a copy kept elsewhere (a mail, a contract): who changes a file and writes a new manifest
        for it makes a package that agrees with itself.
    quantity_kg
        What the manifest says of the weight of its lots, kg.
    """

    defects: tuple[Defect, ...]
    files: int
    manifest_sha256: str
    plots: int
    quantity_kg: float

    @property
    def is_good(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.defects


def verify(path: str | Path, *, manifest_sha256: str = "") -> Verification:
    """Check a package, a folder or a zip.

    Parameters
    ----------
    path
        The package.
    manifest_sha256
        SHA-256 of the manifest as it was sent, if you have it.

    Returns
    -------
    Verification
        Every defect, none hidden behind another where it can be helped.

    Raises
    ------
    InputError
        When there is no package at this path.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "manifest.json").write_text("{}")
    ...     seen = verify(folder)
    >>> seen.is_good, seen.defects[0].code
    (False, 'manifest-unreadable')
    """
    files = _files(Path(path))
    if MANIFEST not in files:
        raise InputError(say("packages:no-manifest", path=path, manifest=MANIFEST), fix=say("packages:name-one.do"))
    defects: list[Defect] = []
    digest = hashlib.sha256(files[MANIFEST]).hexdigest()
    if manifest_sha256 and digest != manifest_sha256.lower():
        defects.append(Defect("manifest-replaced", MANIFEST, say("packages:manifest-replaced", digest=digest)))
    listed = _manifest(files[MANIFEST], defects)
    defects += [Defect("file-missing", name, say("packages:file-missing")) for name in sorted(set(listed) - set(files))]
    defects += [
        Defect("file-added", name, say("packages:file-added")) for name in sorted(set(files) - set(listed) - {MANIFEST})
    ]
    for name in sorted(set(files) & set(listed)):
        entry, data = listed[name], files[name]
        if hashlib.sha256(data).hexdigest() != entry.get("sha256"):
            defects.append(Defect("file-changed", name, say("packages:file-changed")))
        elif entry.get("bytes") != len(data):
            why = say("packages:size-differs", size=len(data), listed=entry.get("bytes"))
            defects.append(Defect("size-differs", name, why))
    plots, kg = _contents(files, defects)
    return Verification(tuple(defects), len(files), digest, plots, kg)


def declared_plots(path: str | Path) -> dict[str, set[str]]:
    """Return what a package declared: code of its consignment, or of each of its lots → codes of the plots.

    Raises
    ------
    InputError
        When there is no package at this path, or its manifest cannot be read.
    """
    files = _files(Path(path))
    try:
        manifest = json.loads(files[MANIFEST])
        plots = {str(plot["plot_code"]) for plot in manifest["plots"]}
        return {str(code): plots for code in manifest["codes"]}
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise InputError(
            say("packages:no-manifest.of-package", path=path, manifest=MANIFEST),
            fix=say("packages:no-manifest.of-package.do"),
        ) from error


def _files(path: Path) -> dict[str, bytes]:
    if path.is_dir():
        found = sorted(entry for entry in path.rglob("*") if not entry.is_dir())
        if len(found) > _MAX_FILES:
            raise InputError(
                say("packages:too-many-files", path=path, most=_MAX_FILES), fix=say("packages:too-many-files.do")
            )
        return {entry.relative_to(path).as_posix(): entry.read_bytes() for entry in found}
    if not path.exists():
        raise InputError(say("packages:no-such-path", path=path), fix=say("packages:name-one.do"))
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            if len(members) > _MAX_FILES or sum(info.file_size for info in members) > _MAX_BYTES:
                raise InputError(say("packages:unpacks-too-large", path=path), fix=say("packages:unpacks-too-large.do"))
            names = [info.filename.split("/", 1)[-1] for info in members]
            if len(set(names)) != len(names):
                raise InputError(say("packages:one-name-twice", path=path), fix=say("packages:one-name-twice.do"))
            return {name: archive.read(info) for name, info in zip(names, members, strict=True)}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        why = str(error) if zipfile.is_zipfile(path) else say("packages:no-zip")
        raise InputError(say("packages:unreadable", path=path, why=why), fix=say("packages:unreadable.do")) from error


def _manifest(data: bytes, defects: list[Defect]) -> Mapping[str, dict[str, object]]:
    try:
        manifest = json.loads(data)
        files = manifest["files"]
        listed = {str(name): dict(entry) for name, entry in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        defects.append(Defect("manifest-unreadable", MANIFEST, say("packages:manifest-unreadable", why=str(error))))
        return {}
    if manifest.get("schema") != MANIFEST_SCHEMA:
        defects.append(Defect("manifest-unknown", MANIFEST, say("packages:manifest-unknown", schema=MANIFEST_SCHEMA)))
    return listed


def _contents(files: Mapping[str, bytes], defects: list[Defect]) -> tuple[int, float]:
    """Compare the land of each commodity line with the trace of its lot, and the kilograms of both."""
    try:
        rows = _rows(files[TRACE])
        traced: dict[str, set[tuple[str, str]]] = {}
        kg: dict[str, float] = {}
        for row in rows:
            lot, plot = _text(row["lot_code"]), _text(row["plot_code"])
            kg[lot] = kg.get(lot, 0.0) + float(row["kg_attributed"])
            traced.setdefault(lot, set()).update([(plot, row["plot_version"])] if plot else [])
        labelled = _labelled(traced)
        lots_of = _lots_of_files(files, set(traced))
        declared = {name: _places(files[name]) for name in lots_of}
        lots = json.loads(files[MANIFEST])["lots"]
        promised = {str(lot["code"]): float(lot["quantity_kg"]) for lot in lots}
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError, csv.Error) as error:
        why = say("packages:content-unreadable", why=repr(error))
        defects.append(Defect("content-unreadable", f"geolocation, {TRACE}", why))
        return 0, 0.0
    for name, codes in sorted(lots_of.items()):
        own = set().union(*(labelled.get(lot, set()) for lot in codes))
        defects += [
            Defect("plot-not-traced", name, say("packages:plot-not-traced", plot=code))
            for code in sorted(declared[name] - own)
        ]
    for lot, plots in sorted(labelled.items()):
        found = set().union(*(declared[name] for name, codes in lots_of.items() if lot in codes))
        defects += [
            Defect("plot-not-declared", TRACE, say("packages:plot-not-declared", plot=code))
            for code in sorted(plots - found)
        ]
    for code in sorted(set(kg) | set(promised)):
        have, want = kg.get(code, 0.0), promised.get(code, 0.0)
        if abs(have - want) > _KG_TOLERANCE:
            why = say("packages:kilograms-differ", lot=code, traced_kg=have, packed_kg=want)
            defects.append(Defect("kilograms-differ", TRACE, why))
    return len({plot for pieces in traced.values() for plot, _ in pieces}), sum(kg.values())


def _labelled(traced: Mapping[str, set[tuple[str, str]]]) -> dict[str, set[str]]:
    """Lot → its land as the geolocation names it: a plot of which several versions are packed, with the version."""
    versions: dict[str, set[str]] = {}
    for pieces in traced.values():
        for plot, version in pieces:
            versions.setdefault(plot, set()).add(version)
    return {
        lot: {f"{plot} (version {version})" if len(versions[plot]) > 1 else plot for plot, version in pieces}
        for lot, pieces in traced.items()
    }


def _lots_of_files(files: Mapping[str, bytes], lots: set[str]) -> dict[str, set[str]]:
    """Geolocation file → lots that it declares: what the lines say; one file for all in packages of version 0.1."""
    if _ONE_FILE in files:
        return {_ONE_FILE: lots}
    found: dict[str, set[str]] = {}
    for row in _rows(files[LINES]):
        found.setdefault(_text(row["file"]), set()).add(_text(row["lot_code"]))
    return found


def _rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def _places(data: bytes) -> set[str]:
    return {str(feature["properties"].get("ProductionPlace", "")) for feature in json.loads(data)["features"]}


def _text(cell: str) -> str:
    """Take back the apostrophe that keeps a spreadsheet from running a cell."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in "=+-@\t\r\n＝＋－＠" else cell
