"""Checking: the catalogue over what was read, over a project, over a lot book."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely

from eudr_geo import law
from eudr_geo.base.cells import clean_code
from eudr_geo.base.errors import EudrGeoError, InputError
from eudr_geo.checks import catalogue
from eudr_geo.checks.catalogue import Rule
from eudr_geo.checks.engine import Earlier, Mask, Run
from eudr_geo.law import EU_VERSIONS, EuVersion
from eudr_geo.model.findings import ERROR, CheckResult, Findings
from eudr_geo.model.plots import Plots, Reading
from eudr_geo.plots import countries
from eudr_geo.plots.own_outlines import Outlines, using
from eudr_geo.words.saying import say

if TYPE_CHECKING:
    from eudr_geo.model.lot_book import LotBook


def check(
    reading: Reading,
    *,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    eu_version: str = "",
    against: Plots | None = None,
    boundaries: Outlines | None = None,
    earlier: Earlier | None = None,
    only: Mask | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> CheckResult:
    """Check everything that was read: files, rejected records, plots and their neighbours.

    Parameters
    ----------
    reading
        What :func:`eudr_geo.read_plots` returned.
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
    earlier
        What a check of the files themselves found, where the plots come from a project that does not keep all of them.
    only
        The plots that findings are wanted of, shape (n,); by default all. The others are looked at as neighbours, and
        findings are the same as without it. Counts are of the plots asked for.
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
    rules = _chosen(("file", "record", "plot", "plots"), select, ignore)
    plots = reading.plots
    run = Run(len(plots), _version(eu_version), _known_besides(plots, against), earlier)
    if only is not None:
        run.here, run.only_here = only, _alone(rules)
    with using(boundaries):
        for number, rule in enumerate(rules):
            if progress is not None:
                progress(rule.code, number, len(rules))
            if rule.scope in {"file", "record"}:
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
        plots_fit=int(run.here.sum()) - unfit,
        plots_unfit=unfit,
        tool_errors=tuple(run.tool_errors),
        eu_version=run.eu.name,
        boundaries=edition,
    )


def _alone(rules: Sequence[Rule]) -> frozenset[str]:
    """Rules that look at each plot alone, and that no rule about neighbours waits for."""
    waited_for = {code for rule in rules if rule.scope == "plots" for code in rule.requires}
    for rule in reversed(rules):  # each comes after those it requires
        if rule.code in waited_for:
            waited_for.update(rule.requires)
    return frozenset(rule.code for rule in rules if rule.scope == "plot") - waited_for


def _version(name: str) -> EuVersion:
    if name and name not in EU_VERSIONS:
        raise InputError(
            say("errors:no_version", value=name), fix=say("commands:one_of", values=", ".join(EU_VERSIONS))
        )
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
    run = Run(0)
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
    run = Run(len(plots))
    for rule in _chosen(("plot",), codes, ()):
        run.plot_rule(rule, plots, words=False)
    if run.tool_errors:
        first = run.tool_errors[0]
        raise EudrGeoError(
            say("errors:rule_crashed", rule=first.rule, message=first.message), fix=say("errors:rule_crashed.do")
        )
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
        raise InputError(say("errors:none_selected", values=", ".join(sorted(select))))
    return chosen
