"""``eudr-geo verify``."""

from __future__ import annotations

import sys

import click

from eudr_geo.cli import EXIT_CLEAN, EXIT_FINDINGS, options, screen, speech
from eudr_geo.words.saying import say


@click.command()
@click.argument("package", metavar="PACKAGE")
@click.option("--manifest-sha256", default="", metavar="HEX", help="SHA-256 of the manifest as it was sent to you.")
@options.language
def command(package: str, manifest_sha256: str) -> None:
    """Check a package, offline: every file is the one that was packed, and plots and kilograms agree.

    \b
    Example:
      eudr-geo verify DL26-EXP-001
    """  # noqa: D301
    from eudr_geo.outputs.reports.as_table import clean
    from eudr_geo.project.verifying import verify

    with options.right_door(package, "package"):
        result = verify(package, manifest_sha256=manifest_sha256)
    for defect in result.defects:
        click.echo(f"{defect.code}  {clean(defect.file)}: {clean(speech.spoken(defect.message))}")
    if result.is_good:
        good = {"files": result.files, "plots": result.plots, "quantity_kg": result.quantity_kg}
        click.echo(screen.told("commands:verify.good", **good))
    else:
        click.echo(screen.told("commands:verify.bad", defects=len(result.defects), files=result.files))
    click.echo(screen.told("commands:verify.manifest", sha256=result.manifest_sha256))
    if not manifest_sha256:
        screen.say(say("commands:verify.compare"))
    sys.exit(EXIT_CLEAN if result.is_good else EXIT_FINDINGS)
