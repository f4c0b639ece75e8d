"""The whole main job on the sample cooperative: read, check, repair, store, trace, pack, verify, map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from eudr_geo.base.errors import InputError
from eudr_geo.base.writing import write_file, write_folder
from eudr_geo.checks.checking import check, check_lots
from eudr_geo.checks.repairing import repair
from eudr_geo.project.importing import apply_book, apply_plots, preview_book, preview_plots
from eudr_geo.project.mapping import project_map
from eudr_geo.project.packaging import build_package
from eudr_geo.project.verifying import verify
from eudr_geo.sources.reading import read_plots
from eudr_geo.sources.workbook.reading import read_book
from eudr_geo.store import create_store

ORGANISATION = "Hợp tác xã Cà phê Ea Mẫu (invented)"
CONSIGNMENT = "DL26-EXP-001"
WHO, NOW = "demo", "2026-03-12T00:00:00Z"
"""The demo's own name and day, so that it writes the same bytes whenever it runs."""


@dataclass
class Summary:
    """What the demo did, in lines for the terminal."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    look: list[tuple[str, str]] = field(default_factory=list)

    def add(self, what: str, how: str) -> None:
        """Add a line."""
        self.lines.append((what, how))


def sample_folder() -> Path:
    """Return where the samples are: in the installed package, or beside it in the repository.

    Raises
    ------
    InputError
        When they are in neither place.
    """
    inside = Path(str(resources.files("eudr_geo"))) / "sample_plots"
    beside = Path(str(resources.files("eudr_geo"))).parent / "sample_plots"
    for folder in (inside, beside):
        if (folder / "cooperative.xlsx").is_file():
            return folder
    raise InputError("the sample cooperative is not installed", fix="install eudr-geo again, or run it in a clone")


def run(target: Path, step: Callable[[str, int, int], None]) -> Summary:
    """Take one consignment of the sample cooperative through the whole job.

    Parameters
    ----------
    target
        Folder for the project, the package, the map and the corrected plots; must be new or empty.
    step
        Called with what is being done, the number done, and their total.

    Raises
    ------
    InputError
        When the folder holds something already.
    """
    if target.exists() and any(target.iterdir()):
        raise InputError(f"{target} is not empty", fix="name a new folder: eudr-geo demo FOLDER")
    target.mkdir(parents=True, exist_ok=True)
    samples = sample_folder()
    done = Summary()

    step("reading messy files", 0, 8)
    messy = read_plots(sorted((samples / "messy").iterdir()), commodity="coffee")
    step("repairing what is safe", 1, 8)
    before = check(messy)
    mended = repair(messy)
    after = check(mended.reading)
    records = sum(file.records for file in messy.files)
    unreadable = sum(file.records == 0 for file in messy.files)
    done.add(
        "Messy files",
        f"{len(messy.files)} files, {records:,} records = {len(messy.plots):,} plots + {len(messy.rejected):,} refused;"
        f" {unreadable} files could not be read",
    )
    done.add(
        "Found",
        f"{before.findings.counts()['error']:,} errors and {before.findings.counts()['warning']:,} warnings,"
        f" {len(before.findings.by_rule())} kinds of fault",
    )
    done.add(
        "Repaired",
        f"{len(mended.changes):,} safe repairs, each with a receipt;"
        f" {after.findings.counts()['error']:,} errors are left for people",
    )

    step("reading clean files", 2, 8)
    clean = repair(read_plots(sorted((samples / "clean").iterdir()), commodity="coffee"))
    result = check(clean.reading)
    done.add(
        "Clean files",
        f"{len(clean.reading.files)} files in {len({file.format for file in clean.reading.files})} formats,"
        f" {len(clean.reading.plots):,} plots, {result.findings.counts()['error']} errors",
    )

    step("storing plots and lots", 3, 8)
    project = target / "cooperative.gpkg"
    with create_store(project, organisation=ORGANISATION, country="VN", season="2025/26") as store:
        plan = preview_plots(store, clean.reading, result, clean.changes)
        apply_plots(store, plan, now=NOW, who=WHO, originals=sorted((samples / "clean").iterdir()))
        book = read_book(samples / "cooperative.xlsx", country="VN")
        lots = check_lots(book.book)
        apply_book(
            store, preview_book(store, book.book, book.file), now=NOW, who=WHO, original=samples / "cooperative.xlsx"
        )
        deliveries = book.book.table("delivery")
        done.add(
            "Stored",
            f"{len(plan.new):,} plots of {len(plan.new_producers):,} producers, {len(deliveries):,} deliveries,"
            f" {len(book.book.table('lot')):,} lots; {lots.findings.counts()['error']} errors in the book",
        )

        step("tracing and packing", 4, 8)
        package = build_package(store, [CONSIGNMENT])
        data = package.data
        write_folder(target / CONSIGNMENT, package.files)
        done.add(
            "Traced",
            f"{data.lots['quantity_kg'].sum():,.1f} kg of {CONSIGNMENT} to {len(data.plots):,} of {len(plan.new):,}"
            " plots: only those that fed it are declared",
        )

        step("verifying", 6, 8)
        verdict = verify(target / CONSIGNMENT, manifest_sha256=package.manifest_sha256)
        done.add(
            "Package",
            f"{verdict.files} files, {'verified' if verdict.is_good else 'NOT good'};"
            f" manifest SHA-256 {package.manifest_sha256[:16]}…",
        )

        step("drawing the map", 7, 8)
        page = project_map(store, [], with_names=True)
    write_file(target / "map.html", page.encode())
    step("done", 8, 8)
    done.look = [
        ("the map, by double-click", str(target / "map.html")),
        ("the package for the importer", str(target / CONSIGNMENT)),
        ("the project, in QGIS", str(project)),
        ("what is wrong with the messy files", f"eudr-geo check {samples / 'messy'}"),
    ]
    return done
