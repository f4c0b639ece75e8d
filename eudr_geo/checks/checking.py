"""The engine: runs the catalogue in order and says for each rule what passed, what failed and what nobody looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo import law
from eudr_geo.base.cells import clean_code
from eudr_geo.base.errors import EudrGeoError, InputError
from eudr_geo.checks import catalogue
from eudr_geo.checks.catalogue import Problems, Rule
from eudr_geo.law import EU_VERSIONS, EuVersion
from eudr_geo.model.findings import ERROR, CheckResult, Finding, Findings, Outcome, ToolError
from eudr_geo.model.plots import Plots, Reading
from eudr_geo.plots import countries
from eudr_geo.plots.own_outlines import Outlines, using

if TYPE_CHECKING:
    from eudr_geo.model.lot_book import LotBook

Mask = npt.NDArray[np.bool_]

RECORD_CODES = frozenset(
    {"unreadable-record", "missing-geometry", "unsupported-geometry", "nested-point", "not-finite"}
)
"""File rules that speak of rejected records; the others speak of whole files."""

_NOT_MEASURES = frozenset({"why", "subject", "code", "source", "record", "table"})
"""What a rule hands over beside its measures: text for the message, and who the finding is about."""


def check(
    reading: Reading,
    *,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    eu_version: str = "",
    against: Plots | None = None,
    boundaries: Outlines | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> CheckResult:
    """Check everything that was read: files, rejected records, plots and their neighbours.

    Parameters
    ----------
    reading
        What :func:`eudr_geo.sources.reading.read_plots` returned.
    select
        Codes of the rules to report; by default all. Rules they require run too, unreported.
    ignore
        Codes of rules not to run. A rule that requires one of them runs on all plots.
    eu_version
        Version of the EU documents to follow, one of :data:`eudr_geo.law.EU_VERSIONS`; by default the newest.
    against
        Plots known already (a project's). They are not judged; what is new is compared with them too. A known plot
        whose code is among the new ones is taken to be replaced by it.
    boundaries
        Better outlines of some countries (:func:`eudr_geo.sources.outlines.read_boundaries`).
    progress
        Called with the rule's code, the number of rules done, and their total.

    Returns
    -------
    CheckResult
        Findings in the order of files and records, one outcome a rule, tool errors for rules that crashed.

    Raises
    ------
    InputError
        For a code that is not in the catalogue, or an unknown version.

    Examples
    --------
    >>> import shapely
    >>> at_sea = Plots({"record": [1], "geometry": [shapely.Point(0.001, 0.001)], "vertices": [1], "decimals": [6]})
    >>> [finding.rule for finding in check(Reading(at_sea), select=["null-island"]).findings]
    ['null-island']
    """
    rules = _chosen(("file", "plot", "plots"), select, ignore)
    plots = reading.plots
    run = _Run(len(plots), set(ignore), _version(eu_version), _known_besides(plots, against))
    with using(boundaries):
        for number, rule in enumerate(rules):
            if progress is not None:
                progress(rule.code, number, len(rules))
            if rule.scope == "file":
                run.file_rule(rule, reading)
            else:
                run.plot_rule(rule, plots)
        edition = countries.edition()
    reported = set(select) or {rule.code for rule in rules}
    findings = Findings(finding for finding in run.findings if finding.rule in reported)
    unfit = len({finding.row for finding in run.findings if finding.row is not None and finding.severity == ERROR})
    return CheckResult(
        findings=findings,
        outcomes=tuple(sorted((o for o in run.outcomes if o.rule in reported), key=lambda o: o.rule)),
        files=reading.files,
        plots_fit=len(plots) - unfit,
        plots_unfit=unfit,
        tool_errors=tuple(run.tool_errors),
        eu_version=run.eu.name,
        boundaries=edition,
    )


def _version(name: str) -> EuVersion:
    if name and name not in EU_VERSIONS:
        raise InputError(f"{name!r} is no version of the EU documents", fix=f"one of {', '.join(EU_VERSIONS)}")
    return law.eu_version(name)


def _known_besides(plots: Plots, against: Plots | None) -> Plots | None:
    """Known plots that the new ones do not replace and that can be compared with them."""
    if against is None or not len(against):
        return None
    texts = {*plots["plot_id"].tolist(), *against["plot_id"].tolist()}
    cleaned = {text: clean_code(text) for text in texts}
    new = {cleaned[text] for text in plots["plot_id"].tolist()} - {""}
    stays = np.array([cleaned[text] not in new for text in against["plot_id"].tolist()], dtype=bool)
    kept = against.take(stays & shapely.is_valid(against.geometry))
    return kept if len(kept) else None


def check_lots(book: LotBook, *, select: Collection[str] = (), ignore: Collection[str] = ()) -> CheckResult:
    """Check the lot book: every lot and custody rule.

    Parameters
    ----------
    book
        The lot book, of a workbook or a project.
    select
        Codes of the rules to report; by default all.
    ignore
        Codes of rules not to run.

    Returns
    -------
    CheckResult
        Its ``outcomes`` count subjects with a finding; ``plots_fit`` and ``plots_unfit`` are 0.

    Raises
    ------
    InputError
        For a code that is not in the catalogue.

    Examples
    --------
    >>> from eudr_geo.model.workbook import book_of
    >>> check_lots(book_of({"lot": [{"code": "G-1", "form": "green", "quantity_kg": 60.0}]})).findings.by_rule()
    {'orphan-lot': 1}
    """
    run = _Run(0, set(ignore))
    for rule in _chosen(("lot",), select, ignore):
        run.lot_rule(rule, book)
    reported = set(select) or {outcome.rule for outcome in run.outcomes}
    return CheckResult(
        findings=Findings(finding for finding in run.findings if finding.rule in reported),
        outcomes=tuple(sorted((o for o in run.outcomes if o.rule in reported), key=lambda o: o.rule)),
        files=(),
        plots_fit=0,
        plots_unfit=0,
        tool_errors=tuple(run.tool_errors),
    )


def failing(plots: Plots, codes: Collection[str]) -> dict[str, Mask]:
    """Return which plots fail each of these plot rules, no words made.

    Parameters
    ----------
    plots
        The table.
    codes
        Codes of plot rules; what they require is run too, and a plot that fails it does not count as failing.

    Returns
    -------
    dict
        Code → boolean mask, shape (n,). A plot that could not be looked at is not failing.

    Raises
    ------
    EudrGeoError
        When a rule crashes: a repair must not be judged by half a catalogue.
    """
    run = _Run(len(plots), set())
    for rule in _chosen(("plot",), codes, ()):
        run.plot_rule(rule, plots, words=False)
    if run.tool_errors:
        first = run.tool_errors[0]
        raise EudrGeoError(f"the rule {first.rule} crashed: {first.message}", fix="please report it with the file")
    return {code: run.states[code].failed for code in codes}


def _chosen(scopes: Sequence[str], select: Collection[str], ignore: Collection[str]) -> list[Rule]:
    rules = catalogue.load()
    for code in (*select, *ignore):
        catalogue.get(code)
    wanted = set(select) or set(rules)
    # Rules come after what they require, so that walking backwards finds every prerequisite.
    for code in reversed(list(rules)):
        if code in wanted:
            wanted.update(rules[code].requires)
    chosen = [rule for code, rule in rules.items() if code in wanted and code not in ignore and rule.scope in scopes]
    if select and not chosen:
        raise InputError(f"none of the selected rules ({', '.join(sorted(select))}) judges plots or files")
    return chosen


@dataclass
class _State:
    failed: Mask
    not_checked: Mask


class _Run:
    """What one run has found so far; for each rule, which rows failed or were not looked at."""

    def __init__(self, n: int, ignored: set[str], eu: EuVersion | None = None, against: Plots | None = None) -> None:
        self.eu = eu or law.eu_version()
        self.against = against
        self.n = n
        self.ignored = ignored
        self.findings: list[Finding] = []
        self.outcomes: list[Outcome] = []
        self.tool_errors: list[ToolError] = []
        self.states: dict[str, _State] = {}
        self._latest: tuple[Plots, npt.NDArray[np.int64], Plots] | None = None
        self._joined: tuple[Plots, Plots] | None = None

    def plot_rule(self, rule: Rule, plots: Plots, *, words: bool = True) -> None:
        blocked = np.zeros(self.n, dtype=bool)
        because: Counter[str] = Counter()
        for code in rule.requires:
            if code not in self.states:
                continue
            state = self.states[code]
            stopped = (state.failed | state.not_checked) & ~blocked
            if stopped.any():
                because[code] += int(stopped.sum())
                blocked |= stopped
        open_rows = np.flatnonzero(~blocked)
        part = plots if len(open_rows) == self.n else self._part(plots, open_rows)
        problems = self._call(rule, part, plots, open_rows)
        if problems is not None and self._besides(rule):
            problems = _of_the_new(problems, known=0 if self.against is None else len(self.against))
        state = _State(np.zeros(self.n, dtype=bool), blocked)
        self.states[rule.code] = state
        if problems is None:  # crashed: nobody looked
            state.not_checked = np.ones(self.n, dtype=bool)
            self._outcome(rule, 0, 0, self.n, {"tool error": self.n})
            return
        rows = open_rows[np.asarray(problems.rows, dtype=np.int64)]
        state.failed[rows] = True
        unseen = blocked.copy()
        for reason, positions in problems.unseen.items():
            there = open_rows[np.asarray(positions, dtype=np.int64)]
            there = there[~state.failed[there] & ~unseen[there]]
            unseen[there] = True
            if len(there):
                because[reason] += len(there)
        state.not_checked = unseen
        failed, skipped = int(state.failed.sum()), int(unseen.sum())
        self._outcome(rule, self.n - failed - skipped, failed, skipped, dict(because))
        if words and len(rows):
            lons, lats = problems.lon, problems.lat
            if lons is None or lats is None:
                first_lon, first_lat = plots.points_lon_lat()
                lons, lats = first_lon[rows], first_lat[rows]
            # Text is made for failing rows only, one by one.
            for i, row in enumerate(rows.tolist()):
                self.findings.append(
                    _finding(
                        rule,
                        problems,
                        i,
                        subject="plot",
                        source=plots["source"][row],
                        record=int(plots["record"][row]),
                        plot_id=plots["plot_id"][row],
                        lon=_degrees(lons[i]),
                        lat=_degrees(lats[i]),
                        row=row,
                    )
                )

    def _part(self, plots: Plots, rows: npt.NDArray[np.int64]) -> Plots:
        """The table's rows; rules that follow each other and see the same rows share what was measured on them."""
        if self._latest is None or self._latest[0] is not plots or not np.array_equal(self._latest[1], rows):
            self._latest = (plots, rows, plots.take(rows))
        return self._latest[2]

    def _besides(self, rule: Rule) -> bool:
        return self.against is not None and rule.scope == "plots"

    def _with_known(self, part: Plots) -> Plots:
        """The known plots, then the new ones: of a pair the later one is named, which is the new one."""
        if self._joined is None or self._joined[0] is not part:
            self._joined = (part, Plots.concat([self.against or Plots({}), part]))
        return self._joined[1]

    def file_rule(self, rule: Rule, reading: Reading) -> None:
        on_records = rule.code in RECORD_CODES
        total = sum(file.records for file in reading.files) if on_records else len(reading.files)
        problems = self._call(rule, reading)
        if problems is None:
            self._outcome(rule, 0, 0, total, {"tool error": total})
            return
        for i, row in enumerate(np.asarray(problems.rows, dtype=np.int64).tolist()):
            if on_records:
                rejected = reading.rejected[row]
                place: dict[str, Any] = {
                    "subject": "record",
                    "source": rejected.source,
                    "record": rejected.record,
                    "plot_id": rejected.plot_id,
                    "lon": _degrees(rejected.lon),
                    "lat": _degrees(rejected.lat),
                    "is_offered": rejected.offer is not None,
                }
            else:
                place = {"subject": "file", "source": reading.files[row].name}
            self.findings.append(_finding(rule, problems, i, **place))
        failed = len(set(np.asarray(problems.rows).tolist()))
        self._outcome(rule, max(total - failed, 0), failed, 0, {})

    def lot_rule(self, rule: Rule, book: LotBook) -> None:
        problems = self._call(rule, book)
        if problems is None:
            self._outcome(rule, 0, 0, 0, {"tool error": 1})
            return
        given = problems.measured
        count = len(problems.rows)
        for i in range(count):
            record = given["record"][i] if "record" in given else None
            self.findings.append(
                _finding(
                    rule,
                    problems,
                    i,
                    subject=str(given["subject"][i]) if "subject" in given else "lot",
                    code=str(given["code"][i]) if "code" in given else "",
                    source=str(given["source"][i] or "") if "source" in given else "",
                    record=int(record) if record is not None and record == record else None,  # noqa: PLR0124 (NaN)
                )
            )
        self._outcome(rule, 0, count, 0, {})

    def _call(
        self,
        rule: Rule,
        part: Any,
        whole: Plots | None = None,
        open_rows: npt.NDArray[np.int64] | None = None,
    ) -> Problems | None:
        try:
            return rule.run(self._with_known(part) if self._besides(rule) else part, self.eu)
        except Exception as error:  # noqa: BLE001 – a crash in one rule must not hide what the others found
            place = ""
            if whole is not None and open_rows is not None and rule.scope == "plot":
                place = _crashing_plot(rule, part, whole, open_rows, self.eu)
            self.tool_errors.append(ToolError(rule.code, f"{type(error).__name__}: {error}{place}"))
            return None

    def _outcome(self, rule: Rule, passed: int, failed: int, not_checked: int, because: Mapping[str, int]) -> None:
        self.outcomes.append(
            Outcome(rule.code, rule.severity, passed, failed, not_checked, dict(sorted(because.items())))
        )


def _of_the_new(problems: Problems, known: int) -> Problems:
    """What a rule found behind the first ``known`` rows of the table, counted from there."""
    rows = np.asarray(problems.rows, dtype=np.int64)
    kept = np.flatnonzero(rows >= known)

    def some(values: Any) -> Any:
        return values if values is None or isinstance(values, str) else [values[i] for i in kept.tolist()]

    return replace(
        problems,
        rows=rows[kept] - known,
        lon=None if problems.lon is None else problems.lon[kept],
        lat=None if problems.lat is None else problems.lat[kept],
        measured={name: some(values) for name, values in problems.measured.items()},
        severity=some(problems.severity),
        hints=some(problems.hints),
        unseen={
            reason: (np.asarray(there, dtype=np.int64) - known)[np.asarray(there, dtype=np.int64) >= known]
            for reason, there in problems.unseen.items()
        },
    )


def _crashing_plot(rule: Rule, part: Plots, whole: Plots, open_rows: npt.NDArray[np.int64], eu: EuVersion) -> str:
    """Name the first plot on which a rule crashes when it is run on one plot at a time."""
    for position, row in enumerate(open_rows.tolist()):  # a crash is rare; one plot at a time finds the culprit
        try:
            rule.run(part.take([position]), eu)
        except Exception:  # noqa: BLE001 – we are looking for exactly this
            return f" (at {whole['source'][row]}, record {whole['record'][row]})"
    return ""


def _degrees(value: float) -> float | None:
    return round(float(value), 6) if np.isfinite(value) else None


def _repair_of(rule: Rule, severity: str) -> str:
    step = rule.correction
    # What writing corrects by itself is no help where the file is refused for it.
    if step is None or (rule.repair is None and step.safe and severity == ERROR):
        return ""
    return "safe" if step.safe else "named"


def _plain(value: Any) -> Any:
    """Return a measured value as plain data, floats to six decimals, so that reports are the same everywhere."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return round(value, 6) if np.isfinite(value) else None
    return value


def _finding(rule: Rule, problems: Problems, i: int, *, is_offered: bool = True, **place: Any) -> Finding:
    values = {name: values[i] for name, values in problems.measured.items()}
    severity = problems.severity if isinstance(problems.severity, str) else str(problems.severity[i])
    hint = problems.hints[i] if problems.hints is not None else problems.hint
    return Finding(
        rule=rule.code,
        severity=severity or rule.severity,
        message=problems.message.format(**values),
        hint=hint.format(**values) if problems.hints is None else hint,
        basis=rule.basis,
        repair=_repair_of(rule, severity or rule.severity) if is_offered else "",
        measured={name: _plain(value) for name, value in values.items() if name not in _NOT_MEASURES},
        **place,
    )
