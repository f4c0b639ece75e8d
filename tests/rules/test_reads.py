"""What a rule read of the file, and that an audit of the project tells what the check of the file told."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import shapely
from test_cases import case_files, is_twin, name_of, read

from eudr_geo.base.cells import clean_code
from eudr_geo.base.errors import RefusedError
from eudr_geo.checks import catalogue, engine
from eudr_geo.checks.checking import check
from eudr_geo.checks.repairing import repair
from eudr_geo.model.workbook import book_of
from eudr_geo.project.auditing import audit
from eudr_geo.project.importing import apply_book, apply_plots, preview_book, preview_plots
from eudr_geo.project.packaging import build_package, gather
from eudr_geo.store import create_store

RULES = catalogue.load()
NOW = "2026-11-01T00:00:00Z"


def cases(prefix):
    return [
        path
        for path in case_files()
        if path.name.startswith(prefix) and not is_twin(path) and RULES[path.parent.name].scope in {"plot", "plots"}
    ]


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    path = tmp_path_factory.mktemp("empty") / "project.gpkg"
    create_store(path, organisation="Sample", country="VN").close()
    return path


@pytest.fixture
def project(empty, tmp_path):
    from shutil import copyfile

    from eudr_geo.store import open_store

    copyfile(empty, tmp_path / "project.gpkg")
    with open_store(tmp_path / "project.gpkg", write=True) as store:
        yield store


def told_of(finding):
    """Rule, plot and severity; which of two neighbours is named depends on the order of the table."""
    alone = RULES[finding.rule].scope == "plot"
    return finding.rule, clean_code(finding.plot_id) if alone else "", finding.severity


@pytest.mark.parametrize("path", cases("fail"), ids=name_of)
def test_what_was_told_of_a_plot_is_told_by_the_audit(path, project):
    """For good or bad: same rule, same severity, and a plot that had an error is unfit in the project too."""
    reading = repair(read(path)).reading  # as `add` does
    result = check(reading)
    plan = preview_plots(project, reading, result)
    apply_plots(project, plan, now=NOW, who="test")
    # Of a plot that stands twice in the file one is stored: it has no double any more.
    once = {code for code, times in Counter(plan.codes).items() if times == 1}
    stored = set(project.load_plots()["plot_id"].tolist()) & once - {one.code for one in plan.refused}
    told = {told_of(one) for one in result.findings if one.subject == "plot" and clean_code(one.plot_id) in stored}
    again = audit(project)
    assert {told_of(one) for one in again.findings} >= told
    errors = {code for _, code, severity in told if severity == "error" and code}
    assert again.plots_unfit >= len(errors)


ONE_OF_EACH = list({path.parent.name: path for path in reversed(cases("fail"))}.values())


@pytest.mark.parametrize("path", ONE_OF_EACH, ids=name_of)
def test_what_was_told_of_a_plot_is_told_by_the_package_and_an_error_refuses_it(path, project):
    """From the file into the project, into a lot, into its package: no finding is lost on the way."""
    reading = repair(read(path)).reading
    result = check(reading)
    plan = preview_plots(project, reading, result)
    apply_plots(project, plan, now=NOW, who="test")
    once = {code for code, times in Counter(plan.codes).items() if times == 1}
    stored = sorted(set(project.load_plots()["plot_id"].tolist()) & once - {one.code for one in plan.refused})
    told = {told_of(one) for one in result.findings if one.subject == "plot" and clean_code(one.plot_id) in stored}
    if not told:
        return
    days = {"delivered_on": "2026-10-15", "harvested_from": "2026-10-14", "harvested_to": "2026-10-15"}
    tables = {
        "lot": [{"code": "G", "form": "other", "created_on": "2026-10-15"}],
        "delivery": [
            {"code": f"R-{n}", "lot_code": "G", "plot_code": code, "quantity_kg": 1.0, "form": "other", **days}
            for n, code in enumerate(stored)
        ],
    }
    apply_book(project, preview_book(project, book_of(tables)), now=NOW, who="test")
    packed = gather(project, ["G"]).check.findings
    assert {told_of(one) for one in packed} >= told
    if any(severity == "error" for *_, severity in told):
        with pytest.raises(RefusedError, match="no package while"):
            build_package(project, ["G"])


def test_a_rule_names_what_it_reads_of_the_file_and_no_project_keeps(monkeypatch, project):
    """Otherwise an audit would find nothing and end a finding of which nothing was mended."""
    asked = {code: set() for code in RULES}
    call = engine.Run._call

    def watched(self, rule, part, *rest):
        problems = call(self, rule, part, *rest)
        asked[rule.code] |= getattr(getattr(part, "_watch", None), "asked", set())
        return problems

    monkeypatch.setattr(engine.Run, "_call", watched)
    for path in (*cases("fail"), *cases("pass")):
        check(read(path))
    for code, names in asked.items():
        lost = names - project.plot_columns
        assert lost <= RULES[code].reads <= names, f"say in the decorator of {code}: reads={sorted(lost)}"


def test_an_earlier_finding_stops_the_rules_that_require_it():
    """An open boundary is closed in the project: nobody then says that it is self-intersecting because of that."""
    from tests_helpers import BOW_TIE, plots_of

    from eudr_geo.model.plots import Reading

    plots = plots_of(BOW_TIE, open_rings=[1])
    first = check(Reading(plots))
    assert "unclosed-ring" in first.findings.by_rule()
    kept = frozenset({"geometry", "plot_id"})
    later = plots.with_columns(open_rings=np.zeros(1, dtype=int), geometry=np.array([shapely.box(1, 1, 1, 1)]))
    again = check(Reading(later), earlier=engine.Earlier(tuple(first.findings), kept))
    assert "unclosed-ring" in again.findings.by_rule()
    assert "zero-area" not in again.findings.by_rule()
    outcome = next(one for one in again.outcomes if one.rule == "zero-area")
    assert outcome.because == {"unclosed-ring": 1}


def test_an_earlier_finding_stands_when_its_rule_crashes_and_counts_once(monkeypatch):
    from tests_helpers import plots_of

    from eudr_geo.model.plots import Reading

    first = check(Reading(plots_of(shapely.box(108, 12, 108.001, 12.001), open_rings=[1])))
    run = catalogue.Rule.run

    def crashing(rule, given, eu):
        if rule.code == "unclosed-ring":
            raise ZeroDivisionError
        return run(rule, given, eu)

    monkeypatch.setattr(catalogue.Rule, "run", crashing)
    kept = frozenset({"geometry", "plot_id"})
    plots = plots_of(*[shapely.box(108, 12, 108.001, 12.001)] * 2)
    again = check(Reading(plots), earlier=engine.Earlier(tuple(first.findings), kept))
    assert again.tool_errors
    assert again.plots_unfit == 1
    assert again.findings.by_rule()["unclosed-ring"] == 1
    for outcome in again.outcomes:
        if RULES[outcome.rule].scope in {"plot", "plots"}:
            assert outcome.passed + outcome.failed + outcome.not_checked == len(plots), outcome


def test_what_stands_though_its_rule_must_wait_is_counted_once():
    """A finding of the file on a plot that fails, in the project, what the rule requires: failed, and nothing else."""
    from tests_helpers import plots_of

    from eudr_geo.model.plots import Reading

    plots = plots_of(shapely.Point(400_000, 1_200_000))  # fails projected-coordinates
    blocked = next(rule for rule in RULES.values() if rule.reads and "projected-coordinates" in rule.requires)
    finding = next(iter(check(Reading(plots)).findings))
    earlier = engine.Earlier((replace(finding, rule=blocked.code, row=0),), frozenset({"geometry"}))
    outcome = next(one for one in check(Reading(plots), earlier=earlier).outcomes if one.rule == blocked.code)
    assert (outcome.passed, outcome.failed, outcome.not_checked) == (0, 1, 0)
