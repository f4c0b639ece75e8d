"""Write ``maps/`` from the sample cooperative, and the pictures of the README where Chromium is there to take them.

The pages have the same bytes on every machine; the pictures depend on its fonts and are not compared.
"""

from __future__ import annotations

import html
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from eudr_geo.checks.checking import check
from eudr_geo.model.report import Report
from eudr_geo.outputs.pages.check_page import check_page
from eudr_geo.project.demo import CONSIGNMENT, run
from eudr_geo.project.mapping import project_map
from eudr_geo.sources.reading import read_plots
from eudr_geo.store import open_store

ROOT = Path(__file__).parents[1]
PAGES = {
    "cooperative.html": ((), True),
    "micro-lot.html": (("DL25-ML01-G",), False),
    "consignment.html": ((CONSIGNMENT,), False),
}
"""File → lots shown, and whether producers' names are."""
REPORT = ("bow-tie", "hole", "unclosed-ring", "overlapping", "two-corners")
"""Messy samples on the picture of a check's page: faults that can be seen."""
_TERMINAL = """<!doctype html><meta charset="utf-8"><style>body {{ margin: 0; background: #10201c; }}
pre {{ margin: 0; padding: 26px 30px; color: #e6efe9; font: 15px/1.55 "DejaVu Sans Mono", monospace; }}</style><pre>{}</pre>"""


def pages(folder: Path) -> dict[str, bytes]:
    """Return the pages, made from a fresh run of the demo in ``folder``."""
    run(folder, lambda _what, _done, _total: None)
    with open_store(folder / "cooperative.gpkg") as store:
        return {name: project_map(store, codes, with_names=names).encode() for name, (codes, names) in PAGES.items()}


def check_report() -> str:
    """Return the page of a check of some messy samples."""
    reading = read_plots([ROOT / "sample_plots" / "messy" / f"{name}.geojson" for name in REPORT])
    return check_page(Report(check(reading), reading.plots))


def main() -> None:
    """Write pages and pictures."""
    (ROOT / "maps").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for name, data in pages(Path(scratch) / "demo").items():
            (ROOT / "maps" / name).write_bytes(data)
        browser = shutil.which("chromium")
        if browser is None:
            print("no chromium: pages written, pictures left as they are")
            return
        for name in PAGES:
            _shoot(browser, ROOT / "maps" / name, ROOT / "maps" / f"{Path(name).stem}.png", "1280,800")
        shutil.copy(ROOT / "maps" / "cooperative.png", ROOT / "docs" / "images" / "map.png")
        report = Path(scratch) / "report.html"
        report.write_text(check_report(), encoding="utf-8")
        _shoot(browser, report, ROOT / "docs" / "images" / "check.png", "1280,1060")
        shown = (
            subprocess.run(
                [sys.executable, "-m", "eudr_geo", "demo", "again"],
                cwd=scratch,
                capture_output=True,
                text=True,
                check=True,
            )
            .stdout.replace("again/", "demo/")
            .replace(f"{ROOT}/", "")
        )
        page = Path(scratch) / "terminal.html"
        page.write_text(_TERMINAL.format(html.escape("$ make demo\n" + shown)), encoding="utf-8")
        _shoot(browser, page, ROOT / "docs" / "images" / "demo.png", "1120,480")


def _shoot(browser: str, page: Path, picture: Path, size: str) -> None:
    """Take a picture of a page as a person sees it two seconds after opening it."""
    subprocess.run(
        [
            browser,
            "--headless=new",
            "--no-sandbox",
            "--hide-scrollbars",
            f"--window-size={size}",
            "--virtual-time-budget=2000",
            f"--screenshot={picture}",
            page.as_uri(),
        ],
        check=True,
        capture_output=True,
    )


if __name__ == "__main__":
    main()
