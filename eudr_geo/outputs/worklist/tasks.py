"""What has to be done at each plot or record: its findings together, in the words of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from eudr_geo.model.findings import NOTE, SEVERITIES, Finding
from eudr_geo.model.report import Report
from eudr_geo.outputs.pages.villages import villages
from eudr_geo.outputs.pages.words import fault_in
from eudr_geo.words.saying import in_language


@dataclass
class Task:
    """One row of a worklist."""

    row: int | None  # in the plots of the report; None for a record that was rejected
    source: str
    record: int | None
    plot_id: str
    producer: str = ""
    group: str = ""
    findings: list[Finding] = field(default_factory=list)
    number: int = 0

    @property
    def severity(self) -> str:
        """The worst of its findings."""
        return min((finding.severity for finding in self.findings), key=SEVERITIES.index)

    @property
    def spot(self) -> tuple[float, float] | None:
        """Where to go, lon lat: the place of the worst finding that has one on the globe."""
        for finding in sorted(self.findings, key=lambda one: SEVERITIES.index(one.severity)):
            if finding.lon is not None and finding.lat is not None:
                lon, lat = float(finding.lon), float(finding.lat)
                if abs(lon) <= 180 and abs(lat) <= 90:
                    return lon, lat
        return None

    def wrong(self, language: str) -> str:
        """Its faults: what is wrong in general, in a language, and below it what was found here."""
        lines: list[str] = []
        for one in self.findings:
            lines += [fault_in(one.rule, language), f"– {in_language(one.message, language)}"]
        return "\n".join(dict.fromkeys(lines))

    def hints(self, language: str) -> str:
        """What to do, a line each."""
        lines = [in_language(one.hint, language) for one in self.findings if one.hint]
        return "\n".join(dict.fromkeys(lines))


def tasks(report: Report) -> tuple[str, list[Task]]:
    """Return what plots are grouped by (``village``, ``collector``, ``file``) and a task for each plot that needs work.

    A plot needs work when it has an error or a warning; its notes are left out. Tasks come by group, then in the
    order of their files, and are numbered from 1.
    """
    found: dict[tuple[str, int | None, int | None], Task] = {}
    plots = report.plots
    for finding in report.result.findings:
        if finding.severity == NOTE or finding.subject not in {"plot", "record"}:
            continue
        key = (finding.source, finding.record, finding.row)
        task = found.get(key)
        if task is None:
            task = found[key] = Task(finding.row, finding.source, finding.record, finding.plot_id)
            if finding.row is not None:
                row = finding.row
                task.producer = str(plots["producer"][row] or plots["producer_id"][row])
        task.findings.append(finding)
    ordered = list(found.values())
    kind, groups = villages(plots, [task.row for task in ordered if task.row is not None], report.by)
    stated = iter(groups)
    for task in ordered:
        task.group = next(stated) if task.row is not None else task.source if kind == "file" else ""
    # Those who do not say where they belong stand at the end.
    ordered.sort(key=lambda task: (task.group == "", task.group, task.source, task.record or 0, task.row or 0))
    for number, task in enumerate(ordered, start=1):
        task.number = number
    return kind, ordered


def about_files(findings: Sequence[Finding]) -> list[Finding]:
    """The findings about files as a whole."""
    return [finding for finding in findings if finding.subject == "file"]
