"""``eudr-geo calibrate``."""

from __future__ import annotations

import click

from eudr_geo.cli import options, screen
from eudr_geo.words.saying import say


@click.command()
@options.project
@click.option("-o", "--out", metavar="BANDS.csv", help="Write the bands to this file, for: audit --bands BANDS.csv")
@options.replace
@options.language
def command(project: str, out: str | None) -> None:
    """Learn what your own mill usually makes of a kilogram, from the processes of the project.

    At least five processes of a kind are needed. The bands only ever become narrower than the general ones.

    \b
    Example:
      eudr-geo calibrate -p coop.gpkg -o bands.csv
    """  # noqa: D301
    from eudr_geo.checks.calibrating import LEAST, as_csv, calibrate
    from eudr_geo.lots.equivalents import bands
    from eudr_geo.words.workbook import say_word

    with options.open_project(project) as store:
        learned = calibrate(store.lot_book())
    rows = [
        (
            screen.told(
                "commands:calibrate.from_to", before=say_word("form", one.key[0]), after=say_word("form", one.key[1])
            ),
            one.key[2] or screen.told("commands:calibrate.any"),
            f"{one.processes:,}",
            f"{one.median:.3f}",
            f"{one.band.low:.3f}–{one.band.high:.3f}",
            f"{bands()[one.key].low:.3f}–{bands()[one.key].high:.3f}",
        )
        for one in learned
    ]
    heads = [
        screen.told(f"commands:calibrate.{one}")
        for one in ("step", "species", "processes", "median", "yours", "general")
    ]
    if rows:
        screen.put(screen.table(heads, rows, right=heads[2:], width=screen.width_of(None)), None)
    else:
        screen.say(say("commands:calibrate.none", least=LEAST))
    if out and rows:
        screen.put(as_csv(learned), out, told=say("commands:calibrate.written", out=out, count=len(rows)))
