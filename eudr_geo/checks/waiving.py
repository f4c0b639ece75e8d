"""Waivers: findings that somebody looked at and answers for. They stay in every report, as notes that say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from eudr_geo.base.cells import clean_code
from eudr_geo.base.errors import InputError
from eudr_geo.checks.catalogue import load
from eudr_geo.model.findings import ERROR, CheckResult, Finding, Findings, Waiver
from eudr_geo.words.saying import say

_OURS_TO_WAIVE = "good practice"


def may_be_waived(rule: str) -> bool:
    """Tell whether a person can answer for a rule: not for an error that the law or the EU system makes one.

    Examples
    --------
    >>> may_be_waived("overlapping-plots"), may_be_waived("self-intersection"), may_be_waived("nonsense")
    (True, False, False)
    """
    known = load().get(rule)
    return known is not None and (ERROR not in known.severities or known.basis.startswith(_OURS_TO_WAIVE))


def waive(result: CheckResult, waivers: Iterable[Waiver], on: str) -> CheckResult:
    """Return a result in which waived findings are notes that say who answers for them, and until when.

    Parameters
    ----------
    result
        What was found.
    waivers
        At most one for a rule and code.
    on
        The day that counts, ISO 8601: a waiver that ended before it, or begins after it, changes nothing but the
        message.

    Raises
    ------
    InputError
        For a day that is none.

    Examples
    --------
    >>> found = Finding("sliver", "warning", "plot", "0.9 m wide", "walk it again", "good practice", plot_id="P-1")
    >>> waiver = Waiver("sliver", "p-1", "a hedge", "Field office", "2026-01-01", "2026-12-31")
    >>> result = CheckResult(Findings([found]), (), (), 1, 0)
    >>> [(one.severity, one.message) for one in waive(result, [waiver], "2026-06-01").findings]
    [('note', '0.9 m wide; waived until 2026-12-31 by Field office: a hedge (was a warning)')]
    >>> [(one.severity, one.message) for one in waive(result, [waiver], "2027-06-01").findings]
    [('warning', '0.9 m wide; the waiver of Field office ended on 2026-12-31')]
    """
    by_key = {_key(one.rule, one.code): one for one in waivers}
    if not by_key:
        return result
    try:
        date.fromisoformat(on)
    except ValueError:
        raise InputError(f"{on!r} is no day", fix="write it as 2026-12-31") from None
    findings = Findings(_waived(one, _waiver_of(one, by_key), on) for one in result.findings)
    waived = replace(result, findings=findings)
    freed = len(result.unfit_rows()) - len(waived.unfit_rows())
    return replace(waived, plots_fit=result.plots_fit + freed, plots_unfit=result.plots_unfit - freed)


def without_finding(result: CheckResult, waivers: Iterable[Waiver]) -> list[Waiver]:
    """Return the waivers that speak of nothing that was found: a code may be mistyped, or the fault is gone."""
    found = {_key(one.rule, name) for one in result.findings for name in _names(one)}
    return [one for one in waivers if _key(one.rule, one.code) not in found]


def _waived(finding: Finding, waiver: Waiver | None, on: str) -> Finding:
    if waiver is None or not may_be_waived(finding.rule):
        return finding
    about = {"message": finding.message, "waived_by": waiver.waived_by}
    if on < waiver.waived_on:
        return replace(finding, message=say("waivers:begins", waived_on=waiver.waived_on, **about))
    if on > waiver.until:
        return replace(finding, message=say("waivers:ended", until=waiver.until, **about))
    told = say(f"waivers:holds.{finding.severity}", until=waiver.until, reason=waiver.reason, **about)
    return replace(
        finding,
        severity="note",
        message=told,
        hint=say("waivers:holds.do"),
        waiver=waiver,
        waived_severity=finding.severity,
    )


def _waiver_of(finding: Finding, by_key: dict[tuple[str, str], Waiver]) -> Waiver | None:
    return next((by_key[key] for name in _names(finding) if (key := _key(finding.rule, name)) in by_key), None)


def _names(finding: Finding) -> Sequence[str]:
    """What a waiver may call it: the code of what it is about; the file where it is about a file."""
    return [name for name in (finding.plot_id, finding.code) if name] or [finding.source]


def _key(rule: str, code: str) -> tuple[str, str]:
    return rule, clean_code(code)
