"""The whole main job on the sample cooperative: read, check, repair, store, trace, pack, verify, map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

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
from eudr_geo.words.saying import say

ORGANISATION = "Hợp tác xã Cà phê Ea Mẫu (invented)"
CONSIGNMENT = "DL26-EXP-001"
WHO, NOW = "demo", "2026-03-12T00:00:00Z"
"""The demo's own name and day, so that it writes the same bytes whenever it runs."""


@dataclass
class Summary:
    """What the demo did, in lines for the terminal."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    look: list[tuple[str, str]] = field(default_factory=list)

    def add(self, what: str, **values: Any) -> None:
        """Add a line: ``demo.WHAT`` and ``demo.WHAT.how`` of the words of commands."""
        about = what.removesuffix(".bad")
        how = what if what != about else f"{what}.how"
        self.lines.append((say(f"commands:demo.{about}"), say(f"commands:demo.{how}", **values)))


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
    raise InputError(say("errors:no_samples"), fix=say("errors:no_samples.do"))


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
        raise InputError(say("errors:not_empty", path=target), fix=say("errors:not_empty.do"))
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
        "messy",
        files=len(messy.files),
        records=records,
        plots=len(messy.plots),
        rejected=len(messy.rejected),
        unreadable=unreadable,
    )
    done.add(
        "found",
        errors=before.findings.counts()["error"],
        warnings=before.findings.counts()["warning"],
        kinds=len(before.findings.by_rule()),
    )
    done.add("repaired", changes=len(mended.changes), errors=after.findings.counts()["error"])

    step("reading clean files", 2, 8)
    clean = repair(read_plots(sorted((samples / "clean").iterdir()), commodity="coffee"))
    result = check(clean.reading)
    done.add(
        "clean",
        files=len(clean.reading.files),
        formats=len({file.format for file in clean.reading.files}),
        plots=len(clean.reading.plots),
        errors=result.findings.counts()["error"],
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
            "stored",
            plots=len(plan.new),
            producers=len(plan.new_producers),
            deliveries=len(deliveries),
            lots=len(book.book.table("lot")),
            errors=lots.findings.counts()["error"],
        )

        step("tracing and packing", 4, 8)
        package = build_package(store, [CONSIGNMENT])
        data = package.data
        write_folder(target / CONSIGNMENT, package.files)
        done.add(
            "traced",
            quantity_kg=data.lots["quantity_kg"].sum(),
            code=CONSIGNMENT,
            plots=len(data.plots),
            all=len(plan.new),
        )

        step("verifying", 6, 8)
        verdict = verify(target / CONSIGNMENT, manifest_sha256=package.manifest_sha256)
        done.add(
            "package" if verdict.is_good else "package.bad",
            files=verdict.files,
            sha256=package.manifest_sha256[:16],
        )

        step("drawing the map", 7, 8)
        page = project_map(store, [], with_names=True)
    write_file(target / "map.html", page.encode())
    step("done", 8, 8)
    done.look = [
        (say("commands:demo.look.map"), str(target / "map.html")),
        (say("commands:demo.look.package"), str(target / CONSIGNMENT)),
        (say("commands:demo.look.project"), str(project)),
        (say("commands:demo.look.messy"), f"eudr-geo check {samples / 'messy'}"),
    ]
    return done
