"""``--format table``: what a person reads in the terminal."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from eudr_geo.checks.catalogue import RULES_VERSION, load
from eudr_geo.model.findings import SEVERITIES, Finding
from eudr_geo.model.plots import SourceFile
from eudr_geo.model.report import Report
from eudr_geo.plots.atlas import EDITION
from eudr_geo.plots.geodesy import plot_area_ha, plot_spherical_area_ha
from eudr_geo.words.saying import THIN_SPACE

SUMMARY = "for people, in the terminal"

_PLACES_SHOWN = 20  # of each rule; the number of the others is printed
_FILES_SHOWN = 12  # with more files than this, those that were read whole share a line
_WGS84 = "EPSG:4326"
_FILES_NAMED = 3  # in which a rule found something
_AREAS_SHOWN = 12  # with more plots than this the areas are in the other formats
_CHANGED = {  # of cells: rules of eudr_geo.sources.records.cell_log
    "angle": "degrees and minutes", "date": "dates", "decimal-mark": "decimal marks", "text": "blanks or letters",
    "unit": "areas with a unit", "country": "countries by name", "bare-comma": "names with a comma",
    "row-order": "plots of several rows", "same-as-above": "blank codes under a code",
    "empty-position": "positions left empty",
}  # fmt: skip
_STYLES = {"error": "bold red", "warning": "yellow", "note": "cyan"}


def render(report: Report) -> str:
    """Return the report as text: the ledger, the findings by rule, the sum."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=report.width,
        force_terminal=report.color,
        color_system="standard" if report.color else None,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )
    for entry in _ledger(report.result.files):
        console.print(entry, soft_wrap=True)
    if told := _changed(report.result.files):
        console.print(told, soft_wrap=True)
    console.print()
    for severity in SEVERITIES:
        of_severity = [finding for finding in report.result.findings if finding.severity == severity]
        for _, group in groupby(sorted(of_severity, key=lambda finding: finding.rule), key=lambda f: f.rule):
            for line in _rule_block(list(group), report.all_by):
                console.print(line)
            console.print()
    if 0 < len(report.plots) <= _AREAS_SHOWN:
        console.print(_areas(report))
        console.print()
    for line in _sum(report):
        console.print(line)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def clean(text: object) -> str:
    """Return text that cannot steer the terminal: control characters shown as escapes."""
    return "".join(
        char if char.isprintable() or char == THIN_SPACE else char.encode("unicode_escape", "backslashreplace").decode()
        for char in str(text)
    )


def _number(value: int, noun: str) -> str:
    if value == 1:
        return f"1 {noun}"
    return f"{value:,} {noun[:-1]}ies" if noun.endswith("ry") else f"{value:,} {noun}s"  # delivery


def _ledger(files: Sequence[SourceFile]) -> Iterator[Text]:
    """A line a file; many files that were read whole share one."""
    plain = [file for file in files if file.crs in {"", _WGS84}]
    whole = [file for file in plain if file.format and not file.rejected and file.records]
    together = whole if len(files) > _FILES_SHOWN else []
    for file in files:
        if file not in together:
            line = _ledger_line(file.name, file.format or "not recognised", file.records, file.plots, file.rejected)
            if file.crs not in {"", _WGS84}:  # what was converted is said, even where nothing is wrong with it
                line.append(f" · converted from {clean(file.crs)}", style="default")
            yield line
    if together:
        formats = ", ".join(sorted({file.format for file in together}))
        records, plots = sum(file.records for file in together), sum(file.plots for file in together)
        other = "other " if len(together) < len(files) else ""
        yield _ledger_line(_number(len(together), f"{other}file"), formats, records, plots, 0)


def _ledger_line(name: str, kind: str, records: int, plots: int, rejected: int) -> Text:
    line = Text(clean(name), style="bold")
    line.append(f"  {kind} · {_number(records, 'record')} = ", style="default")
    line.append(f"{_number(plots, 'plot')} + {rejected:,} rejected", style="default")
    return line


def _changed(files: Sequence[SourceFile]) -> str:
    """Say how many cells were not understood as they stand, and by what they were."""
    rules = Counter(change.rule for file in files for change in file.changes)
    if not rules:
        return ""
    kinds = ", ".join(f"{_CHANGED[rule]} {count:,}" for rule, count in sorted(rules.items()))
    return f"{_number(rules.total(), 'cell')} read after a change: {kinds} (each of them: --changes FILE.csv)"


def _place(finding: Finding) -> str:
    words = []
    if finding.source:
        words.append(clean(finding.source))
    if finding.record is not None:
        words.append(f"record {finding.record}")
    if finding.plot_id:
        words.append(clean(finding.plot_id))
    if finding.code:
        words.append(f"{finding.subject} {clean(finding.code)}")
    where = ", ".join(words)
    if finding.lon is not None and finding.lat is not None:
        where += f" at {finding.lon:.6f}, {finding.lat:.6f}"
    return where


def _rule_block(findings: list[Finding], all_by: str) -> Iterator[object]:
    first = findings[0]
    head = Text()
    head.append(f"{first.severity.upper():8}", style=_STYLES[first.severity])
    head.append(f"{first.rule}", style="bold")
    head.append(f"  {_where(findings)}")
    if first.repair:
        head.append(
            "  safe repair" if first.repair == "safe" else f"  repair by name: --also {first.rule}",
            style="green",
        )
    yield Padding(head, (0, 0, 0, 0))
    rule = load().get(first.rule)
    if rule is not None:
        yield Padding(Text(rule.fault, style="italic"), (0, 0, 0, 8))
    shown = findings[:_PLACES_SHOWN]
    hints = _distinct(finding.hint for finding in findings)
    for finding in shown:
        # Where each place needs something else, it stands beside it.
        own = f" → {clean(finding.hint)}" if len(hints) > 1 and finding.hint else ""
        yield Padding(Text(f"{_place(finding)}: {clean(finding.message)}{own}"), (0, 0, 0, 8))
    if len(findings) > len(shown):
        more = f"and {len(findings) - len(shown):,} more: {all_by} shows all"
        yield Padding(Text(more, style="dim"), (0, 0, 0, 8))
    if len(hints) == 1:
        yield Padding(Text(f"→ {clean(hints[0])}", style="italic"), (0, 0, 0, 8))


def _where(findings: Sequence[Finding]) -> str:
    """How many, and in which files."""
    kinds = {finding.subject for finding in findings}
    noun = kinds.pop() if len(kinds) == 1 else "finding"
    rows = {(finding.source, finding.record, finding.plot_id, finding.code) for finding in findings}
    text = _number(len(rows), noun if noun != "process" else "step")
    counted = Counter(finding.source for finding in findings if finding.source)
    if noun == "file" or not counted or (len(findings) == 1 and len(counted) == 1):
        return text
    named = [f"{clean(name)} ({n:,})" for name, n in counted.most_common(_FILES_NAMED)]
    others = len(counted) - len(named)
    if len(counted) == 1:
        return f"{text} in {clean(next(iter(counted)))}"
    return f"{text} in {', '.join(named)}" + (f" and {_number(others, 'other file')}" if others else "")


def _distinct(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


def _areas(report: Report) -> Table:
    plots = report.plots
    measured, spherical = plot_area_ha(plots), plot_spherical_area_ha(plots)
    table = Table(box=None, padding=(0, 2, 0, 0), title="Areas in ha", title_justify="left", title_style="bold")
    for column in ("record", "plot"):
        table.add_column(column)
    for column in ("declared", "as the EU system measures", "geodesic"):
        table.add_column(column, justify="right")
    for row in range(len(plots)):
        table.add_row(
            Text(str(plots["record"][row])),
            Text(clean(plots["plot_id"][row]) or "–"),
            *(
                Text(f"{value:,.2f}" if np.isfinite(value) and value > 0 else "–")
                for value in (plots["area_ha"][row], spherical[row], measured[row])
            ),
        )
    return table


def _sum(report: Report) -> Iterator[Text]:
    result = report.result
    counts = result.findings.counts()
    total = Text(_number(result.plots_fit + result.plots_unfit, "plot"), style="bold")
    total.append(f": {result.plots_fit:,} fit, {result.plots_unfit:,} with errors", style="default")
    total.append(" · " + ", ".join(_number(counts[severity], severity) for severity in SEVERITIES), style="default")
    if report.plots or result.files:
        yield total
        if result.eu_version:
            yield Text(f"Rules {RULES_VERSION}, EU documents of {result.eu_version}.", style="dim")
        if result.boundaries not in {"", EDITION}:
            yield Text(f"Outlines of countries: {clean(result.boundaries)}.", style="dim")
    else:
        yield Text(", ".join(_number(counts[severity], severity) for severity in SEVERITIES), style="bold")
    if waived := result.findings.waived():
        yield Text(f"{_number(len(waived), 'finding')} waived: the notes say who answers for them.", style="dim")
    skipped = {outcome.rule: outcome for outcome in result.outcomes if outcome.not_checked}
    if skipped:
        most = max(outcome.not_checked for outcome in skipped.values())
        yield Text(
            f"{_number(len(skipped), 'rule')} could not look at every plot (at most {most:,}) because of the errors"
            " above or missing information: --format json says which.",
            style="dim",
        )
    for error in result.tool_errors:
        yield Text(f"The rule {error.rule} crashed: {clean(error.message)}. Its result is unknown.", style="bold red")
