import numpy as np
import pytest
import shapely

from eudr_geo.base.errors import InputError
from eudr_geo.checks import catalogue, checking
from eudr_geo.checks.catalogue import Problems
from eudr_geo.model.plots import Plots, Reading, Rejected, SourceFile
from eudr_geo.sources.reading import read_plots


def plots_of(*geometries, **columns):
    n = len(geometries)
    given = {"record": range(1, n + 1), "source": ["a.geojson"] * n, "plot_id": [f"P-{i + 1}" for i in range(n)]}
    given |= {
        "vertices": [5] * n,
        "decimals": [6] * n,
        "producer": ["x"] * n,
        "country": ["VN"] * n,
        "area_ha": [1.0] * n,
    }
    return Plots({**given, "geometry": list(geometries), **columns})


BOW_TIE = shapely.Polygon([(108.05, 12.68), (108.052, 12.682), (108.052, 12.68), (108.05, 12.682), (108.05, 12.68)])


def test_a_good_plot_gives_nothing(walked):
    result = checking.check(Reading(plots_of(walked)))
    assert list(result.findings) == []
    assert (result.plots_fit, result.plots_unfit) == (1, 0)


def test_what_was_not_looked_at_never_looks_fine(square):
    open_bow_tie = plots_of(square, BOW_TIE, open_rings=[0, 1])
    result = checking.check(Reading(open_bow_tie))
    outcomes = {outcome.rule: outcome for outcome in result.outcomes}
    assert [finding.rule for finding in result.findings if finding.severity == "error"] == ["unclosed-ring"]
    crossing = outcomes["self-intersection"]
    assert (crossing.passed, crossing.failed, crossing.not_checked) == (1, 0, 1)
    assert sum(crossing.because.values()) == 1


def test_a_crashing_rule_hides_nothing_and_names_the_plot(square, monkeypatch):
    def crash(plots):
        if (plots["plot_id"] == "P-2").any():
            raise ZeroDivisionError("boom")
        return Problems.none()

    rule = catalogue.get("null-island")
    monkeypatch.setitem(catalogue._RULES, "null-island", rule)
    broken = catalogue.Rule(**{**{f: getattr(rule, f) for f in rule.__dataclass_fields__}, "function": crash})
    rules = {**catalogue.load(), "null-island": broken}
    monkeypatch.setattr(catalogue, "load", lambda: rules)
    result = checking.check(Reading(plots_of(square, BOW_TIE)))
    assert [error.rule for error in result.tool_errors] == ["null-island"]
    assert "record 2" in result.tool_errors[0].message
    assert not result.is_clean()
    assert "self-intersection" in result.findings.by_rule()


def test_findings_are_ordered_by_file_record_and_severity(square):
    plots = plots_of(BOW_TIE, square, BOW_TIE, source=["b", "a", "a"], record=[1, 2, 1], has_z=[True, True, True])
    order = [(f.source, f.record, f.severity) for f in checking.check(Reading(plots)).findings]
    rank = {"error": 0, "warning": 1, "note": 2}
    assert order == sorted(order, key=lambda row: (row[0], row[1], rank[row[2]]))
    assert len({row[:2] for row in order}) == 3


def test_selecting_a_rule_runs_what_it_requires_but_reports_it_alone():
    plots = plots_of(BOW_TIE, open_rings=[1])
    result = checking.check(Reading(plots), select=["self-intersection"])
    assert list(result.findings) == []
    assert [(o.rule, o.not_checked) for o in result.outcomes] == [("self-intersection", 1)]


def test_an_unknown_rule_is_refused_with_a_suggestion(square):
    with pytest.raises(InputError, match="swapped-axes"):
        checking.check(Reading(plots_of(square)), select=["swaped-axes"])


def test_rejected_records_are_findings_of_their_record():
    rejected = Rejected("a.geojson", 7, "missing-geometry", "it has no geometry", "walk it", plot_id="P-7")
    file = SourceFile("a.geojson", "0" * 64, 10, "GeoJSON", records=1, plots=0, rejected=1)
    (finding,) = checking.check(Reading(Plots({}), (rejected,), (file,))).findings
    assert (finding.rule, finding.subject, finding.record, finding.plot_id) == ("missing-geometry", "record", 7, "P-7")


def test_a_partition_gives_the_same_plot_findings_as_the_whole(square):
    rng = np.random.default_rng(3)
    shapes = [shapely.transform(square, lambda xy: xy + rng.random(2) * 0.01) for _ in range(9)] + [BOW_TIE]
    plots = plots_of(*shapes, has_z=rng.random(10) < 0.5, open_rings=rng.integers(0, 2, 10))
    rules = [rule for rule in catalogue.load().values() if rule.scope == "plot"]
    for rule in rules:
        whole = set(np.asarray(rule.function(plots).rows).tolist())
        parts = {i for i in range(10) if len(rule.function(plots.take([i])).rows)}
        assert whole == parts, rule.code


@pytest.mark.parametrize("seed", range(6))
def test_of_some_plots_is_told_what_is_told_of_them_among_all(samples, seed):
    reading = read_plots(sorted((samples / "messy").glob("*.geojson")), country="VN")
    only = np.random.default_rng(seed).random(len(reading.plots)) < (0.02, 0.1, 0.3, 0.6, 0.9, 1.0)[seed]
    whole, part = checking.check(reading), checking.check(reading, only=only)
    wanted = [one for one in whole.findings if one.row is None or only[one.row]]
    assert list(part.findings) == wanted
    assert part.plots_fit + part.plots_unfit == only.sum()
    assert part.plots_unfit == len({one.row for one in wanted if one.row is not None and one.severity == "error"})
    for outcome in part.outcomes:
        if catalogue.get(outcome.rule).scope in {"plot", "plots"}:
            assert outcome.passed + outcome.failed + outcome.not_checked == only.sum(), outcome
