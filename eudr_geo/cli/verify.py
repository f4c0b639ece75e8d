"""``eudr-geo verify``."""

from __future__ import annotations

import sys

import click

from eudr_geo.cli import EXIT_CLEAN, EXIT_FINDINGS, screen


@click.command()
@click.argument("package", metavar="PACKAGE")
@click.option("--manifest-sha256", default="", metavar="HEX", help="SHA-256 of the manifest as it was sent to you.")
def command(package: str, manifest_sha256: str) -> None:
    """Check a package, offline: every file is the one that was packed, and plots and kilograms agree.

    \b
    Example:
      eudr-geo verify DL26-EXP-001
    """  # noqa: D301
    from eudr_geo.outputs.reports.as_table import clean
    from eudr_geo.project.verifying import verify

    result = verify(package, manifest_sha256=manifest_sha256)
    for defect in result.defects:
        click.echo(f"{defect.code}  {clean(defect.file)}: {clean(defect.message)}")
    if result.is_good:
        click.echo(f"Good: {result.files} files, {result.plots:,} plots, {result.quantity_kg:,.1f} kg.")
    else:
        click.echo(f"Not good: {len(result.defects)} defects in {result.files} files.")
    click.echo(f"SHA-256 of the manifest: {result.manifest_sha256}")
    if not manifest_sha256:
        screen.say("Compare it with the one you were sent: a changed package can carry a changed manifest.")
    sys.exit(EXIT_CLEAN if result.is_good else EXIT_FINDINGS)
