"""``--format table``: what a person reads in the terminal."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from eudr_geo.base.said import Said
from eudr_geo.checks.catalogue import RULES_VERSION, load
from eudr_geo.model.findings import SEVERITIES, Finding
from eudr_geo.model.plots import SourceFile
from eudr_geo.model.report import Report
from eudr_geo.outputs.pages.words import fault_in
from eudr_geo.outputs.saying import in_its_language
from eudr_geo.plots.atlas import EDITION
from eudr_geo.plots.geodesy import plot_area_ha, plot_spherical_area_ha
from eudr_geo.words.saying import THIN_SPACE, counted, in_language, joined, knows, say

SUMMARY = "for people, in the terminal"

_PLACES_SHOWN = 20  # of each rule; the number of the others is printed
_FILES_SHOWN = 12  # with more files than this, those that were read whole share a line
_WGS84 = "EPSG:4326"
_FILES_NAMED = 3  # in which a rule found something
_AREAS_SHOWN = 12  # with more plots than this the areas are in the other formats
_STYLES = {"error": "bold red", "warning": "yellow", "note": "cyan"}


def render(report: Report) -> str:
    """Return the report as text in its language: the ledger, the findings by rule, the sum."""
    report, language = in_its_language(report), report.language
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
    for entry in _ledger(report.result.files, language):
        console.print(entry, soft_wrap=True)
    if told := _changed(report.result.files, language):
        console.print(told, soft_wrap=True)
    console.print()
    for severity in SEVERITIES:
        of_severity = [finding for finding in report.result.findings if finding.severity == severity]
        for _, group in groupby(sorted(of_severity, key=lambda finding: finding.rule), key=lambda f: f.rule):
            for line in _rule_block(list(group), report.all_by, language):
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


def _told(language: str, key: str, /, **values: Any) -> str:
    return in_language(say(f"reports:{key}", **values), language)


def _number(value: int, noun: str) -> Said:
    """So many of something: a noun of the words of reports."""
    return counted(f"reports:count.{noun}", value)


def _ledger(files: Sequence[SourceFile], language: str) -> Iterator[Text]:
    """A line a file; many files that were read whole share one."""
    plain = [file for file in files if file.crs in {"", _WGS84}]
    whole = [file for file in plain if file.format and not file.rejected and file.records]
    together = whole if len(files) > _FILES_SHOWN else []
    for file in files:
        if file not in together:
            kind = file.format or say("page:not_recognised")
            line = _ledger_line(file.name, kind, (file.records, file.plots, file.rejected), language)
            if file.crs not in {"", _WGS84}:  # what was converted is said, even where nothing is wrong with it
                line.append(f" · {_told(language, 'ledger.converted', crs=clean(file.crs))}", style="default")
            yield line
    if together:
        formats = ", ".join(sorted({file.format for file in together}))
        records, plots = sum(file.records for file in together), sum(file.plots for file in together)
        noun = "other_file" if len(together) < len(files) else "file"
        yield _ledger_line(in_language(_number(len(together), noun), language), formats, (records, plots, 0), language)


def _ledger_line(name: str, kind: str, numbers: tuple[int, int, int], language: str) -> Text:
    line = Text(clean(name), style="bold")
    records, plots = _number(numbers[0], "record"), _number(numbers[1], "plot")
    told = _told(language, "ledger", kind=kind, records=records, plots=plots, rejected=numbers[2])
    line.append(f"  {told}", style="default")
    return line


def _changed(files: Sequence[SourceFile], language: str) -> str:
    """Say how many cells were not understood as they stand, and by what they were."""
    rules = Counter(change.rule for file in files for change in file.changes)
    if not rules:
        return ""
    # Rules of eudr_geo.sources.records.cell_log.
    kinds = [
        say("reports:changed.kind", what=say(f"reports:changed.{rule}"), count=count)
        for rule, count in sorted(rules.items())
    ]
    cells = rules.total()
    told = counted("reports:changed", cells, cells=_number(cells, "cell"), kinds=joined(kinds, ", "))
    return in_language(told, language)


def _place(finding: Finding, language: str) -> str:
    words = []
    if finding.source:
        words.append(clean(finding.source))
    if finding.cell:
        words.append(f"{clean(finding.sheet)}!{finding.cell}")
    elif finding.sheet and finding.record is not None:
        words.append(in_language(say("imports:row.place", sheet=clean(finding.sheet), row=finding.record), language))
    elif finding.record is not None:
        words.append(_told(language, "record", record=finding.record))
    if finding.plot_id:
        words.append(clean(finding.plot_id))
    if finding.code:
        words.append(_told(language, "named", noun=_noun(finding.subject), code=clean(finding.code)))
    where = ", ".join(words)
    if finding.lon is not None and finding.lat is not None:
        return _told(language, "at", place=where, lon=finding.lon, lat=finding.lat)
    return where


def _noun(subject: str) -> str:
    key = f"reports:noun.{subject}"
    return say(key) if knows(key) else subject


def _rule_block(findings: list[Finding], all_by: str, language: str) -> Iterator[object]:
    first = findings[0]
    head = Text()
    severity = in_language(say(f"page:{first.severity}"), language).upper()
    head.append(f"{severity:7} ", style=_STYLES[first.severity])
    head.append(f"{first.rule}", style="bold")
    head.append(f"  {_where(findings, language)}")
    if first.repair:
        head.append(
            "  "
            + (
                _told(language, "safe_repair")
                if first.repair == "safe"
                else _told(language, "repair_by_name", rule=first.rule)
            ),
            style="green",
        )
    yield Padding(head, (0, 0, 0, 0))
    if first.rule in load():
        yield Padding(Text(fault_in(first.rule, language), style="italic"), (0, 0, 0, 8))
    shown = findings[:_PLACES_SHOWN]
    hints = _distinct(finding.hint for finding in findings)
    for finding in shown:
        # Where each place needs something else, it stands beside it.
        own = f" → {clean(finding.hint)}" if len(hints) > 1 and finding.hint else ""
        yield Padding(Text(f"{_place(finding, language)}: {clean(finding.message)}{own}"), (0, 0, 0, 8))
    if len(findings) > len(shown):
        more = _told(language, "more", count=len(findings) - len(shown), option=all_by)
        yield Padding(Text(more, style="dim"), (0, 0, 0, 8))
    if len(hints) == 1:
        yield Padding(Text(f"→ {clean(hints[0])}", style="italic"), (0, 0, 0, 8))


def _where(findings: Sequence[Finding], language: str) -> str:
    """How many, and in which files."""
    kinds = {finding.subject for finding in findings}
    noun = kinds.pop() if len(kinds) == 1 else "finding"
    rows = {(finding.source, finding.record, finding.plot_id, finding.code) for finding in findings}
    text = _number(len(rows), noun if knows(f"reports:count.{noun}") else "finding")
    by_file = Counter(finding.source for finding in findings if finding.source)
    if noun == "file" or not by_file or (len(findings) == 1 and len(by_file) == 1):
        return in_language(text, language)
    if len(by_file) == 1:
        return _told(language, "in", count=text, file=clean(next(iter(by_file))))
    named = [say("reports:in.file", file=clean(name), count=n) for name, n in by_file.most_common(_FILES_NAMED)]
    files, others = joined(named, ", "), len(by_file) - len(named)
    if others:
        return _told(language, "in.others", count=text, file=files, others=_number(others, "other_file"))
    return _told(language, "in", count=text, file=files)


def _distinct(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


def _areas(report: Report) -> Table:
    plots = report.plots
    measured, spherical = plot_area_ha(plots), plot_spherical_area_ha(plots)
    said = report.language
    title = _told(said, "areas")
    table = Table(box=None, padding=(0, 2, 0, 0), title=title, title_justify="left", title_style="bold")
    for column in ("record", "plot"):
        table.add_column(_told(said, f"areas.{column}"))
    for column in ("declared", "eu", "geodesic"):
        table.add_column(_told(said, f"areas.{column}"), justify="right")
    for row in range(len(plots)):
        table.add_row(
            Text(str(plots["record"][row])),
            Text(clean(plots["plot_id"][row]) or "–"),
            *(
                Text(_told(said, "area", area_ha=value) if np.isfinite(value) and value > 0 else "–")
                for value in (plots["area_ha"][row], spherical[row], measured[row])
            ),
        )
    return table


def _sum(report: Report) -> Iterator[Text]:
    result, language = report.result, report.language
    counts = result.findings.counts()
    severities = in_language(joined([_number(counts[severity], severity) for severity in SEVERITIES], ", "), language)
    if report.plots or result.files:
        total = Text(in_language(_number(result.plots_fit + result.plots_unfit, "plot"), language), style="bold")
        fit = _told(language, "sum.fit", fit=result.plots_fit, unfit=result.plots_unfit)
        yield total.append(f"{fit} · {severities}", style="default")
        if result.eu_version:
            yield Text(_told(language, "versions", rules=RULES_VERSION, eu=result.eu_version), style="dim")
        if result.boundaries not in {"", EDITION}:
            yield Text(_told(language, "outlines", name=clean(result.boundaries)), style="dim")
    else:
        yield Text(severities, style="bold")
    if waived := result.findings.waived():
        yield Text(_told(language, "waived", findings=_number(len(waived), "finding")), style="dim")
    skipped = {outcome.rule: outcome for outcome in result.outcomes if outcome.not_checked}
    if skipped:
        most, rules = max(outcome.not_checked for outcome in skipped.values()), _number(len(skipped), "rule")
        told = counted("reports:not_checked", len(skipped), rules=rules, most=most)
        yield Text(in_language(told, language), style="dim")
    for error in result.tool_errors:
        yield Text(_told(language, "crashed", rule=error.rule, message=clean(error.message)), style="bold red")
