"""What a person reads in the terminal: by rule, how many, where, what to do; nothing left out in silence."""

from report_samples import a_report, village_report

from eudr_geo.model.findings import Finding, Findings
from eudr_geo.model.plots import SourceFile
from eudr_geo.model.report import Report
from eudr_geo.outputs.reports.as_table import render


def found(n, *, rule="sliver", hints=("walk it again",), files=("a.kml",)):
    return [
        Finding(
            rule, "error", "plot", "too thin", hints[i % len(hints)], "x", files[i % len(files)], i + 1, f"P-{i + 1}"
        )
        for i in range(n)
    ]


def test_twenty_places_then_how_many_more():
    text = render(a_report(found(332)))
    assert text.count("too thin") == 20
    assert "and 312 more: --format csv shows all" in text
    assert "332 plots in a.kml" in text
    assert "332 errors" in text


def test_one_hint_for_all_stands_once_and_different_ones_beside_their_place():
    assert render(a_report(found(3))).count("walk it again") == 1
    text = render(a_report(found(4, hints=("write 1.8", "write 2.5"))))
    assert text.count("→ write 1.8") == 2
    assert text.count("→ write 2.5") == 2


def test_where_names_the_files():
    files = ("a.kml", "b.kml", "c.kml", "d.kml", "e.kml")
    text = render(a_report(found(11, files=files)))
    assert "11 plots in a.kml (3), b.kml (2), c.kml (2) and 2 other files" in text


def test_the_fault_is_said_in_plain_words():
    text = render(a_report(found(1, rule="self-intersection")))
    assert "Sides that cross" in text


def test_many_files_share_a_line_and_the_records_still_add_up():
    files = tuple(
        SourceFile(f"f{i}.kml", "", 1, "KML", records=4, plots=4 - (i == 3), rejected=int(i == 3)) for i in range(30)
    )
    result = a_report([]).result
    result = type(result)(Findings([]), (), files, 119, 0)
    text = render(Report(result, village_report(0).plots))
    assert "f3.kml  KML · 4 records = 3 plots + 1 rejected" in text
    assert "29 other files  KML · 116 records = 116 plots + 0 rejected" in text
    assert "f4.kml" not in text


def test_versions_stand_at_the_end():
    assert "EU documents of 2026-08" in render(a_report(found(1)))


def test_a_conversion_is_said_in_the_ledger():
    file = SourceFile("a.gpkg", "", 1, "GeoPackage", crs="EPSG:9218", records=2, plots=2)
    result = a_report([]).result
    result = type(result)(Findings([]), (), (file,), 2, 0)
    text = render(Report(result, village_report(0).plots))
    assert "a.gpkg  GeoPackage · 2 records = 2 plots + 0 rejected · converted from EPSG:9218" in text
