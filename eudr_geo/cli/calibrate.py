"""``eudr-geo calibrate``."""

from __future__ import annotations

from pathlib import Path

import click

from eudr_geo.cli import options, screen


@click.command()
@options.project
@click.option("-o", "--out", metavar="BANDS.csv", help="Write the bands to this file, for: audit --bands BANDS.csv")
def command(project: str, out: str | None) -> None:
    """Learn what your own mill usually makes of a kilogram, from the processes of the project.

    At least five processes of a kind are needed. The bands only ever become narrower than the general ones.

    \b
    Example:
      eudr-geo calibrate -p coop.gpkg -o bands.csv
    """  # noqa: D301
    from eudr_geo.base.writing import write_file
    from eudr_geo.checks.calibrating import LEAST, as_csv, calibrate
    from eudr_geo.lots.green_equivalent import bands

    with options.open_project(project) as store:
        learned = calibrate(store.lot_book())
    rows = [
        (
            f"{one.key[0]} to {one.key[1]}".replace("_", " "),
            one.key[2] or "any",
            f"{one.processes:,}",
            f"{one.median:.3f}",
            f"{one.band.low:.3f}–{one.band.high:.3f}",
            f"{bands()[one.key].low:.3f}–{bands()[one.key].high:.3f}",
        )
        for one in learned
    ]
    heads = ("step", "species", "processes", "median", "yours", "in general")
    if rows:
        screen.put(screen.table(heads, rows, right=heads[2:], width=screen.width_of(None)), None)
    else:
        screen.say(f"No step has been run {LEAST} times yet.")
    if out and rows:
        write_file(Path(out), as_csv(learned))
        screen.say(f"Written to {out}. Use it with: eudr-geo audit --bands {out}")
