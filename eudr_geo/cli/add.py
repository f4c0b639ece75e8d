"""``eudr-geo add``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eudr_geo.cli import EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, options, screen, speech
from eudr_geo.words.saying import joined, say

if TYPE_CHECKING:
    from eudr_geo.project.importing import PlotImport

_REFUSED_SHOWN = 20


@click.command()
@options.files
@options.project
@options.reading
@options.changes
@options.boundaries
@options.also
@options.language
@options.yes
def command(
    files: tuple[str, ...],
    project: str,
    commodity: str,
    country: str,
    crs: str,
    layer: str,
    changes_file: str,
    boundaries: str,
    also: tuple[str, ...],
    yes: bool,
) -> None:
    """Add boundary files to the project: read, repair safely, check, show, then store in one step.

    Exit code 1 if a file could not be read at all; the others are stored.
    The same file twice changes nothing. A new boundary of a known plot becomes a new version; the old one stays.

    \b
    Example:
      eudr-geo add village.kmz farms.xlsx -p coop.gpkg
    """  # noqa: D301
    from eudr_geo.checks.checking import check
    from eudr_geo.checks.repairing import repair
    from eudr_geo.model.report import Report
    from eudr_geo.outputs.reports import as_table
    from eudr_geo.project.importing import apply_plots, preview_plots

    with options.open_project(project, write=True) as store:
        country = country or store.meta.get("country", "")
        reading = options.read(files, country=country, commodity=commodity, crs=crs, layer=layer, opened=store.path)
        options.put_changes(reading, changes_file)
        outlines = options.outlines(boundaries, country)
        with screen.progress(say("commands:progress.repairing")) as step:
            repaired = repair(reading, also=options.codes(also), by=screen.who_am_i(), progress=step)
        with screen.progress(say("commands:progress.checking")) as step:
            result = check(repaired.reading, against=store.load_plots(), boundaries=outlines, progress=step)
        report = Report(
            result,
            repaired.reading.plots,
            width=screen.width_of(None),
            color=screen.has_color(None),
            language=speech.language(),
        )
        screen.put(as_table.render(report), None)
        plan = preview_plots(store, repaired.reading, result, repaired.changes)
        screen.put(_preview(plan, len(repaired.changes)), None)
        if result.tool_errors:
            screen.say(say("commands:add.crashed"))
            sys.exit(EXIT_FAILED)
        unread = any(finding.subject == "file" for finding in result.findings.errors())
        if plan.is_empty:
            screen.say(say("commands:nothing_new"))
            sys.exit(EXIT_FINDINGS if unread else EXIT_CLEAN)
        if not screen.confirm(say("commands:store_in", project=project), yes=yes):
            sys.exit(EXIT_FAILED)
        originals = [path for name in files if name != "-" for path in options.files_of(Path(name))]
        screen.say(apply_plots(store, plan, now=screen.now_utc(), who=screen.who_am_i(), originals=originals))
        if unread:
            sys.exit(EXIT_FINDINGS)


def _preview(plan: PlotImport, repairs: int) -> str:
    told = screen.told
    lines = [told("commands:add.preview", summary=plan.summary(), repairs=repairs, producers=len(plan.new_producers))]
    for one in plan.refused[:_REFUSED_SHOWN]:
        key = "commands:add.refused.code" if one.code else "commands:add.refused"
        code = {"code": one.code} if one.code else {}
        lines.append(f"  {told(key, source=one.source, record=one.record, why=one.why, fix=one.fix, **code)}")
    if len(plan.refused) > _REFUSED_SHOWN:
        lines.append(f"  {told('commands:add.more_refused', count=len(plan.refused) - _REFUSED_SHOWN)}")
    lines += [f"  {_other_land(plan, row)}" for row in plan.resurveyed[:_REFUSED_SHOWN]]
    if len(plan.resurveyed) > _REFUSED_SHOWN:
        lines.append(f"  {told('commands:add.more_boundaries', count=len(plan.resurveyed) - _REFUSED_SHOWN)}")
    return "\n".join(lines)


def _other_land(plan: PlotImport, row: int) -> str:
    """Say whose boundary is replaced, by which record, and that the one in the project is kept."""
    code = plan.codes[row]
    known = plan.known[code]
    old: list[str] = [say("commands:add.old_version", version=known.version)]
    old += [say("commands:add.old_area", area_ha=known.area_ha)] if known.area_ha is not None else []
    old += [say("commands:add.old_day", day=known.mapped_on)] if known.mapped_on else []
    return screen.told(
        "commands:add.new_boundary",
        code=code,
        source=plan.plots["source"][row],
        record=plan.plots["record"][row],
        old=joined(old, ", "),
    )
