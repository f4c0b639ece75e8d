"""Findings (the data failed) and outcomes (what was looked at), as every report and package carries them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from eudr_geo.model.plots import SourceFile

if TYPE_CHECKING:
    import pandas as pd

ERROR, WARNING, NOTE = "error", "warning", "note"
FINDINGS_SCHEMA = "eudr-geo.findings/1"
"""Name of the JSON form of findings that scripts rely on."""
SEVERITIES = (ERROR, WARNING, NOTE)
_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}


@dataclass(frozen=True, slots=True)
class Waiver:
    """Somebody looked at a finding and answers for leaving it: who, why, since when, until when.

    Attributes
    ----------
    rule
        Code of the rule.
    code
        Code of the plot, lot or delivery; for a finding about a whole file, the name of the file.
    reason, waived_by
        Why it is left as it is, and who answers for it.
    waived_on, until
        First and last day on which it holds, ISO 8601.
    """

    rule: str
    code: str
    reason: str
    waived_by: str
    waived_on: str
    until: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault at one place, with what was measured and what to do.

    Attributes
    ----------
    rule
        Code of the rule, as ``self-intersection``.
    severity
        ``error``, ``warning`` or ``note``.
    subject
        What it is about: ``plot``, ``record``, ``file``, ``lot``, ``delivery``, ``process``, ``consignment`` …
    message, hint
        What was found, and what to do about it, one sentence each.
    basis
        What the rule rests on: an article, a clause, or ``good practice``.
    source, record
        Name of the file, and the number of the record as a person sees it: feature, sheet row, placemark.
    plot_id, code
        Code of the plot; of the lot, delivery … where the subject is not a plot.
    lon, lat
        Where, degrees, WGS 84.
    repair
        ``safe`` or ``named`` where the rule has a repair, else "".
    measured
        What was measured, by names that carry their unit: ``area_ha``, ``overlap_ha``.
    sheet, column, cell
        Of a lot book: the sheet it came from, the column that is meant, and the cell in the file, like C14, where that
        is known.
    row
        Position in the checked table, from 0; not part of any output.
    waiver, waived_severity
        Who answers for it, and how severe it was; the finding is a note then.

    Examples
    --------
    >>> Finding("null-island", "error", "plot", "at (0, 0)", "walk it again", "good practice", plot_id="P-1").plot_id
    'P-1'
    """

    rule: str
    severity: str
    subject: str
    message: str
    hint: str
    basis: str
    source: str = ""
    record: int | None = None
    plot_id: str = ""
    code: str = ""
    lon: float | None = None
    lat: float | None = None
    repair: str = ""
    measured: Mapping[str, Any] = field(default_factory=dict)
    row: int | None = None
    sheet: str = ""
    column: str = ""
    cell: str = ""
    waiver: Waiver | None = None
    waived_severity: str = ""

    def sort_key(self) -> tuple[Any, ...]:
        """Order of findings everywhere: source, record, severity, rule, then place."""
        return (
            self.source,
            self.record or 0,
            self.code,
            _RANK[self.severity],
            self.rule,
            self.plot_id,
            self.message,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain data, as every JSON output shows it."""
        on_land = self.subject in {"plot", "record"}
        place: dict[str, Any] = {"rule": self.rule, "severity": self.severity, "subject": self.subject}
        if on_land:
            place["plot_id"] = self.plot_id or None
        if self.code:
            place["code"] = self.code
        place |= {"source": self.source, "record": self.record}
        if self.sheet:
            place |= {"sheet": self.sheet, "cell": self.cell or None}
        if on_land:
            place |= {"lon": self.lon, "lat": self.lat}
        told = {
            "message": self.message,
            "hint": self.hint,
            "basis": self.basis,
            "repair": self.repair or None,
            "measured": dict(self.measured),
        }
        return place | told | ({"waiver": self.waiver_to_dict()} if self.waiver else {})

    def waiver_to_dict(self) -> dict[str, Any]:
        """Return the waiver as plain data; call it on a waived finding."""
        waiver = asdict(self.waiver) if self.waiver else {}
        return waiver | {"severity": self.waived_severity}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one rule in a run: how many rows passed, failed or could not be looked at, and why.

    Attributes
    ----------
    rule, severity
        Code of the rule, and its own severity.
    passed, failed, not_checked
        Numbers of rows: plots, files, records or rows of the lot book, as the rule has it.
    because
        Why rows were not looked at: code of the required rule that failed, or words such as ``no country`` → rows.
    """

    rule: str
    severity: str
    passed: int
    failed: int
    not_checked: int
    because: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ToolError:
    """A rule that crashed: the toolkit failed, not the data. The run is then not clean."""

    rule: str
    message: str


class Findings:
    """Findings in one order: by file, record, severity, rule. Iterate over them, count them, add two together.

    Parameters
    ----------
    findings
        In any order.

    Examples
    --------
    >>> finding = Finding("null-island", "error", "plot", "at (0, 0)", "walk it again", "good practice", row=0)
    >>> found = Findings([finding])
    >>> found.counts()
    {'error': 1, 'warning': 0, 'note': 0}
    >>> found.at_or_above("warning")
    1
    """

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._all = tuple(sorted(findings, key=Finding.sort_key))

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def counts(self) -> dict[str, int]:
        """Number of findings of each severity."""
        found = Counter(finding.severity for finding in self._all)
        return {severity: found.get(severity, 0) for severity in SEVERITIES}

    def by_rule(self) -> dict[str, int]:
        """Number of findings of each rule, sorted by code."""
        return dict(sorted(Counter(finding.rule for finding in self._all).items()))

    def at_or_above(self, severity: str) -> int:
        """Number of findings as severe as this or more."""
        return sum(_RANK[finding.severity] <= _RANK[severity] for finding in self._all)

    def errors(self) -> list[Finding]:
        """The findings that stop a package."""
        return [finding for finding in self._all if finding.severity == ERROR]

    def to_dataframe(self) -> pd.DataFrame:
        """Return one row a finding, for notebooks: the columns of :meth:`Finding.to_dict`, and the row of the plot.

        ``row`` is the position of the plot in the checked table, so ``plots.to_geodataframe().iloc[row]`` is its land.
        """
        import pandas as pd

        columns = (
            "severity", "rule", "subject", "plot_id", "code", "source", "record", "lon", "lat", "message", "hint",
            "basis", "repair", "measured", "row",
        )  # fmt: skip
        return pd.DataFrame([[getattr(one, name) for name in columns] for one in self._all], columns=list(columns))

    def waived(self) -> list[Finding]:
        """The findings that somebody answers for."""
        return [finding for finding in self._all if finding.waiver is not None]

    def __add__(self, other: Findings) -> Findings:
        return Findings((*self._all, *other))


@dataclass(frozen=True)
class CheckResult:
    """The result of one run: findings, outcomes, and the ledger of the files.

    Attributes
    ----------
    findings
        Everything that was found.
    outcomes
        One a rule: what passed, failed and was not checked.
    files
        The files, as :class:`~eudr_geo.model.plots.Reading` has them.
    plots_fit, plots_unfit
        Numbers of plots without and with an error.
    tool_errors
        Rules that crashed. The toolkit failed then, and the run is not clean.
    eu_version
        Version of the EU documents that was followed.
    boundaries
        Outlines of countries that were asked.

    Examples
    --------
    >>> CheckResult(Findings(), (), (), plots_fit=3, plots_unfit=0).is_clean()
    True
    """

    findings: Findings
    outcomes: tuple[Outcome, ...]
    files: tuple[SourceFile, ...]
    plots_fit: int
    plots_unfit: int
    tool_errors: tuple[ToolError, ...] = ()
    eu_version: str = ""
    boundaries: str = ""

    def is_clean(self, fail_on: str = ERROR) -> bool:
        """Tell whether no rule crashed and nothing was found at or above ``fail_on``."""
        return not self.tool_errors and not self.findings.at_or_above(fail_on)

    def unfit_rows(self) -> list[int]:
        """Rows of the checked table that carry an error, sorted."""
        return sorted({f.row for f in self.findings if f.row is not None and f.severity == ERROR})
