"""The engine: runs rules in order and says for each what passed, what failed and what nobody looked at."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from eudr_geo import law
from eudr_geo.checks.catalogue import Problems, Rule
from eudr_geo.checks.found import finding, listed
from eudr_geo.law import EuVersion
from eudr_geo.model.findings import Finding, Outcome, ToolError
from eudr_geo.model.plots import PLOT_COLUMNS, Plots, Reading

if TYPE_CHECKING:
    from eudr_geo.model.lot_book import LotBook

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Earlier:
    """What a check found while the files were there, for a table that lacks some of what they said.

    A finding of a rule that asks for a column the table does not have cannot be made again. It stands, as if the rule
    had found it now: until the plot is replaced.

    Attributes
    ----------
    findings
        What was found then, each with the row of its plot in the table.
    columns
        Columns that the table has as the file said them.
    """

    findings: Sequence[Finding] = ()
    columns: frozenset[str] = frozenset(PLOT_COLUMNS)


@dataclass
class State:
    """Which rows of the table failed a rule, and at which it did not look."""

    failed: Mask
    not_checked: Mask


class Run:
    """What one run has found so far; for each rule, which rows failed or were not looked at."""

    def __init__(
        self, n: int, eu: EuVersion | None = None, against: Plots | None = None, earlier: Earlier | None = None
    ) -> None:
        self.eu = eu or law.eu_version()
        self.against = against
        self.earlier = earlier or Earlier()
        self.here: Mask = np.ones(n, dtype=bool)  # the rows that findings are wanted of
        self.only_here: frozenset[str] = frozenset()  # rules whose answer on other rows nobody needs
        self.n = n
        self.findings: list[Finding] = []
        self.outcomes: list[Outcome] = []
        self.tool_errors: list[ToolError] = []
        self.states: dict[str, State] = {}
        self._latest: tuple[Plots, npt.NDArray[np.int64], Plots] | None = None
        self._joined: tuple[Plots, Plots] | None = None

    def plot_rule(self, rule: Rule, plots: Plots, *, words: bool = True) -> None:
        """Run a rule on the plots that passed what it requires; ``words`` left out, only which of them fail."""
        blocked = np.zeros(self.n, dtype=bool)
        because: Counter[str] = Counter()
        for code in rule.requires:
            if code not in self.states:
                continue
            state = self.states[code]
            stopped = (state.failed | state.not_checked) & ~blocked
            if stopped.any():
                because[code] += int((stopped & self.here).sum())
                blocked |= stopped
        open_rows = np.flatnonzero(~blocked if rule.code not in self.only_here else ~blocked & self.here)
        part = plots if len(open_rows) == self.n else self._part(plots, open_rows)
        with part.watching() as asked:
            problems = self._call(rule, part, plots, open_rows)
        if problems is not None and self._besides(rule):
            problems = _of_the_new(problems, known=0 if self.against is None else len(self.against))
        state = State(np.zeros(self.n, dtype=bool), blocked)
        self.states[rule.code] = state
        if problems is None:  # crashed: nobody looked, and what was found before stands
            self._let_stand(rule, state)
            state.not_checked = ~state.failed
            self._outcome(rule, 0, 0, self.n, {"tool error": self.n})
            return
        rows = open_rows[np.asarray(problems.rows, dtype=np.int64)]
        state.failed[rows] = True
        if rule.reads or asked - self.earlier.columns:
            self._let_stand(rule, state)
        unseen = blocked & ~state.failed  # what stands from before has been looked at
        for reason, positions in problems.unseen.items():
            there = open_rows[np.asarray(positions, dtype=np.int64)]
            there = there[~state.failed[there] & ~unseen[there]]
            unseen[there] = True
            if len(there):
                because[reason] += int(self.here[there].sum())
        state.not_checked = unseen
        failed, skipped = int((state.failed & self.here).sum()), int((unseen & self.here).sum())
        because = +because  # those of no plot that was asked for are left out
        self._outcome(rule, int(self.here.sum()) - failed - skipped, failed, skipped, because)
        told = self.here[rows]
        if words and told.any():
            lons, lats = problems.lon, problems.lat
            if lons is None or lats is None:
                first_lon, first_lat = plots.points_lon_lat()
                lons, lats = first_lon[rows], first_lat[rows]
            problems = listed(problems)
            chosen = np.flatnonzero(told)
            places = (plots[name][rows[chosen]].tolist() for name in ("source", "record", "plot_id"))
            on_map = (np.asarray(values, dtype=np.float64)[chosen].tolist() for values in (lons, lats))
            # Text is made for failing rows only, one by one.
            for i, row, source, record, code, lon, lat in zip(
                chosen.tolist(), rows[chosen].tolist(), *places, *on_map, strict=True
            ):
                self.findings.append(
                    finding(
                        rule,
                        problems,
                        i,
                        subject="plot",
                        source=source,
                        record=record,
                        plot_id=code,
                        lon=_degrees(lon),
                        lat=_degrees(lat),
                        row=row,
                    )
                )

    def _let_stand(self, rule: Rule, state: State) -> None:
        """Keep the earlier findings of a rule that has not found them itself."""
        standing = [
            one
            for one in self.earlier.findings
            if one.rule == rule.code and one.row is not None and not state.failed[one.row]
        ]
        self.findings += [one for one in standing if self.here[one.row]]
        state.failed[[one.row for one in standing if one.row is not None]] = True

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
        """Run a rule on the files of a reading, or on its rejected records."""
        on_records = rule.scope == "record"
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
            self.findings.append(finding(rule, problems, i, **place))
        failed = len(set(np.asarray(problems.rows).tolist()))
        self._outcome(rule, max(total - failed, 0), failed, 0, {})

    def lot_rule(self, rule: Rule, book: LotBook) -> None:
        """Run a rule on a lot book."""
        problems = self._call(rule, book)
        if problems is None:
            self._outcome(rule, 0, 0, 0, {"tool error": 1})
            return
        given = problems.measured
        count = len(problems.rows)
        for i in range(count):
            record = given["record"][i] if "record" in given else None
            self.findings.append(
                finding(
                    rule,
                    problems,
                    i,
                    subject=str(given["subject"][i]) if "subject" in given else "lot",
                    code=str(given["code"][i]) if "code" in given else "",
                    source=str(given["source"][i] or "") if "source" in given else "",
                    record=int(record) if record is not None and record == record else None,  # noqa: PLR0124 (NaN)
                    sheet=str(given["src_sheet"][i]) if "src_sheet" in given else "",
                    column=_column(rule, given, i),
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


_CODES = ("code", "lot_code", "consignment_code", "process_code", "statement_code", "stream_code", "plot_code")
"""Columns that say what a row is about."""


def _column(rule: Rule, given: Mapping[str, Any], i: int) -> str:
    """The column of a row of the lot book that a finding is about."""
    if "held" not in given:
        return ""
    stated, held = str(given["column"][i]), given["held"][i]
    return stated or next((name for name in (*rule.at, *_CODES) if name in held), "")


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
        case=some(problems.case),
        messages=some(problems.messages),
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
    return round(float(value), 6) if math.isfinite(value) else None
