"""Seasons as a clerk meets them: `init`, the Seasons sheet, and `--season` of trace, audit and map."""

import json
import re

import pytest
from click.testing import CliRunner

from eudr_geo.cli import app
from eudr_geo.model.workbook import book_of
from eudr_geo.outputs.workbook.writing import write_book
from eudr_geo.project.importing import apply_book, preview_book
from eudr_geo.project.packaging import gather
from eudr_geo.sources.workbook.reading import read_book
from eudr_geo.store import create_store, open_store
from eudr_geo.words.languages import languages

EVENT = {"now": "2026-02-01T08:00:00Z", "who": "lan"}
SEASONS = [
    {"code": "2024/25", "country": "VN", "start": "2024-10-01", "end": "2025-09-30"},
    {"code": "2025/26", "country": "VN", "start": "2025-10-01", "end": "2026-09-30"},
]


def run(*words):
    return CliRunner().invoke(app, list(map(str, words)))


def two_seasons():
    """Old green coffee alone and in a blend, a micro-lot of this year, cherry that waits."""
    lots = [
        ("OLD", "green", None),
        ("NEW", "green", None),
        ("MIX", "green", None),
        ("ML-G", "green", "ML"),
        ("C", "cherry", None),
    ]
    came = [
        ("OLD", "P1", 200.0, "2024-12-01"),
        ("NEW", "P2", 300.0, "2025-11-15"),
        ("ML-G", "P3", 30.0, "2025-11-16"),
        ("C", "P2", 50.0, "2025-11-17"),
    ]
    return {
        "season": SEASONS,
        "producer": [{"code": f"H-{n}", "name": "Invented"} for n in (1, 2, 3)],
        "plot": [{"code": f"P{n}", "producer_code": f"H-{n}", "commodity": "coffee", "country": "VN"} for n in (1, 2, 3)],
        "stream": [{"code": "ML", "type": "micro"}],
        "stream_plot": [{"stream_code": "ML", "plot_code": "P3"}],
        "lot": [{"code": code, "form": form, "stream_code": stream} for code, form, stream in lots],
        "delivery": [
            {"code": f"R-{lot}", "lot_code": lot, "plot_code": plot, "producer_code": f"H-{plot[1]}", "quantity_kg": kg,
             "delivered_on": day, "harvested_from": day, "harvested_to": day}
            for lot, plot, kg, day in came
        ],
        "process": [{"code": "B", "type": "blend", "date_start": "2025-12-01"}],
        "process_line": [
            {"process_code": "B", "direction": way, "lot_code": lot, "quantity_kg": kg}
            for way, lot, kg in (("in", "OLD", 150.0), ("in", "NEW", 300.0), ("out", "MIX", 450.0))
        ],
        "consignment": [{"code": "E", "buyer": "Importer", "ship_date": "2026-03-01"}],
        "consignment_line": [
            {"consignment_code": "E", "lot_code": lot, "quantity_kg": kg} for lot, kg in (("MIX", 450.0), ("C", 50.0))
        ],
    }  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    path = tmp_path_factory.mktemp("seasons") / "coop.gpkg"
    with create_store(path, organisation="Invented", country="VN", season="25/26") as store:
        apply_book(store, preview_book(store, book_of(two_seasons())), **EVENT)
    return path


@pytest.mark.parametrize("spelling", ["2025/26", "2025-26", "25/26", "2025/2026"])
def test_init_makes_a_row_of_the_season_in_one_spelling(tmp_path, spelling):
    path = tmp_path / "coop.gpkg"
    assert run("init", "-p", path, "--name", "Coop", "--country", "vn", "--season", spelling).exit_code == 0
    with open_store(path) as store:
        assert store.meta["season"] == "2025/26"
        rows = store.lot_book().table("season")
        assert rows[["code", "country", "start"]].to_numpy().tolist() == [["2025/26", "VN", ""]]
        assert store.log() == [], "nothing that undo could take back"


def test_init_proposes_the_usual_days_and_takes_none(tmp_path):
    for commodity, said in (("coffee", "2025-10-01 to 2026-09-30"), ("wood", "write them on the Seasons sheet")):
        path = tmp_path / f"{commodity}.gpkg"
        done = run("init", "-p", path, "--name", "C", "--country", "VN", "--season", "25/26", "--commodity", commodity)
        assert said in done.output
        with open_store(path) as store:
            assert store.lot_book().table("season")["start"].tolist() == [""]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--name", "Coop", "--season", "2025"), "first or the second year of a season – write its two years, like 2025/26"),
        (("--name", "Coop", "--season", "vụ chính"), "is no season"),
        (("--name", ""), "needs the name of its organisation"),
        (("--name", "   "), "needs the name of its organisation"),
    ],
)  # fmt: skip
def test_init_refuses_what_it_cannot_read_and_makes_nothing(tmp_path, words, why):
    done = run("init", "-p", tmp_path / "coop.gpkg", "--country", "VN", *words)
    assert done.exit_code != 0
    assert why in str(done.exception)
    assert list(tmp_path.iterdir()) == []


def test_the_seasons_sheet_gives_the_row_of_init_its_days(tmp_path):
    path, book = tmp_path / "coop.gpkg", tmp_path / "book.xlsx"
    run("init", "-p", path, "--name", "Coop", "--country", "VN", "--season", "2025-26")
    write_book(book, lang="vi", book=book_of({"season": [SEASONS[1] | {"currency": "VND", "output_kg": 9000.0}]}))
    assert run("book", book, "-p", path, "--yes").exit_code == 0
    with open_store(path) as store:
        (row,) = store.lot_book().table("season").to_dict("records")
    assert (row["code"], row["start"], row["currency"], row["output_kg"]) == ("2025/26", "2025-10-01", "VND", 9000.0)
    again = run("book", book, "-p", path, "--yes")
    assert "nothing new" in again.output.lower() or "không có gì mới" in again.output.lower()


def test_a_season_that_the_workbook_no_longer_names_is_asked_about(tmp_path):
    path, book = tmp_path / "coop.gpkg", tmp_path / "book.xlsx"
    run("init", "-p", path, "--name", "Coop", "--country", "VN")
    for seasons, answers, code, left in (
        (SEASONS, (), 0, ["2024/25", "2025/26"]),
        (SEASONS[1:], (), 1, ["2024/25", "2025/26"]),
        (SEASONS[1:], ("--remove-missing",), 0, ["2025/26"]),
    ):
        book.unlink(missing_ok=True)
        write_book(book, book=book_of({"season": seasons}))
        done = run("book", book, "-p", path, "--yes", *answers)
        assert done.exit_code == code, done.output
        with open_store(path) as store:
            assert sorted(store.lot_book().table("season")["code"]) == left, (answers, done.output)


def test_the_seasons_of_a_project_stand_in_its_next_workbook(project, tmp_path):
    out = tmp_path / "next.xlsx"
    assert run("workbook", "new", "-o", out, "-p", project, "--lang", "fr").exit_code == 0
    rows = read_book(out).book.table("season")
    assert rows[["code", "start", "end"]].to_numpy().tolist() == [
        ["2025/26", "2025-10-01", "2026-09-30"], ["2024/25", "2024-10-01", "2025-09-30"],
    ]  # fmt: skip


def test_a_lot_says_of_which_seasons_its_goods_are(project):
    assert "goods of several seasons: 2024/25, 2025/26" in run("trace", "MIX", "-p", project).output
    assert "goods of season 2024/25" in run("trace", "OLD", "-p", project).output
    assert json.loads(run("trace", "MIX", "-p", project, "--format", "json").output)["seasons"] == [
        "2024/25",
        "2025/26",
    ]


def test_a_season_is_traced_lot_by_lot(project):
    done = run("trace", "--season", "25/26", "-p", project)
    assert done.output.startswith("season 2025/26: 3 lots, each traced by itself")
    assert re.findall(r"^lot (\S+):", done.output, re.MULTILINE) == ["C", "MIX", "ML-G"]
    document = json.loads(run("trace", "--season", "25/26", "-p", project, "--format", "json").output)
    assert [one["code"] for one in document["traces"]] == ["C", "MIX", "ML-G"]
    rows = run("trace", "--season", "2024/25", "-p", project, "--format", "csv").output.splitlines()
    assert {row.split(",")[0] for row in rows[1:]} == {"MIX"}


def test_a_lot_of_another_season_is_refused_by_name(project):
    assert run("trace", "MIX", "--season", "2024/25", "-p", project).exit_code == 0
    refused = run("trace", "OLD", "--season", "2025/26", "-p", project)
    assert "OLD holds nothing of season 2025/26" in str(refused.exception)
    assert "the seasons are: 2024/25, 2025/26" in str(run("trace", "--season", "2020/21", "-p", project).exception)
    assert "name a lot or consignment" in str(run("trace", "-p", project).exception)


def test_a_plot_is_followed_by_season(project):
    whole = run("trace", "P2", "--forward", "-p", project).output
    assert "P2: 50.0 kg cherry, 300.0 kg green went into" in whole
    of_season = run("trace", "P2", "--forward", "--season", "2025/26", "-p", project).output
    assert of_season == whole
    assert "0.0 kg went into 0 lots" in run("trace", "P2", "--forward", "--season", "2024/25", "-p", project).output
    of_lot = run("trace", "MIX", "--forward", "--season", "2024/25", "-p", project)
    assert "only a plot, producer or delivery is followed by season" in str(of_lot.exception)


def test_cherry_and_green_coffee_are_never_added_up(project):
    done = run("trace", "E", "-p", project)
    assert "consignment E: 50.0 kg cherry, 450.0 kg green from 2 plots" in done.output
    assert "500.0 kg from" not in done.output
    document = json.loads(run("trace", "E", "-p", project, "--format", "json").output)
    assert document["quantity_kg_by_form"] == {"cherry": 50.0, "green": 450.0}
    recalled = run("trace", "P2", "--forward", "-p", project, "--format", "json").output
    assert json.loads(recalled)["quantity_kg_by_form"] == {"cherry": 50.0, "green": 300.0}


def test_records_of_exercises_tell_weights_form_by_form(project):
    drilled = run("trace", "E", "--drill", "-p", project).output
    assert "consignment E, 50.0 kg cherry, 450.0 kg green, segregated" in drilled
    assert "50.0 of 50.0 kg (100.0%) cherry, 450.0 of 450.0 kg (100.0%) green" in drilled
    recalled = run("trace", "P2", "--forward", "--drill", "-p", project).output
    assert "plot P2, 50.0 kg cherry, 300.0 kg green" in recalled
    one_form = run("trace", "MIX", "--drill", "-p", project).output
    assert "lot MIX, 450.0 kg, segregated" in one_form
    assert "450.0 of 450.0 kg (100.0%)" in one_form


def test_audit_says_which_part_of_the_season_the_micro_lot_is(project):
    done = run("audit", "-p", project)
    cherry_kg = 50.0 * (0.13 + 0.25) / 2
    output_kg = 300.0 + 30.0 + cherry_kg
    assert f"season 2025/26: {output_kg:,.0f} kg of green coffee" in done.output
    assert f"micro-lot ML: 30 kg, {30 / output_kg:.1%}" in done.output
    assert (
        f"30 kg of {output_kg:,.0f} kg of green coffee of season 2025/26" in run("trace", "ML-G", "-p", project).output
    )
    document = json.loads(run("audit", "-p", project, "--format", "json").output)
    assert document["summary"], "a machine's report stays one document"


def told(project, *words):
    document = json.loads(run("audit", "-p", project, "--format", "json", *words).output)
    return {(one["rule"], one["code"] or one["plot_id"]) for one in document["findings"]}


def test_an_audit_of_a_season_leaves_out_what_is_of_another(tmp_path):
    path, tables = tmp_path / "coop.gpkg", two_seasons()
    tables["lot"] += [{"code": f"X{year}", "form": "green", "quantity_kg": 100.0} for year in (24, 25)]
    tables["delivery"] += [
        {**tables["delivery"][0], "code": f"R-X{year}", "lot_code": f"X{year}", "quantity_kg": 50.0,
         "harvested_from": f"20{year}-11-20", "harvested_to": f"20{year}-11-20", "delivered_on": f"20{year}-11-20"}
        for year in (24, 25)
    ]  # fmt: skip
    with create_store(path, organisation="Invented", country="VN") as store:
        apply_book(store, preview_book(store, book_of(tables)), **EVENT)
    both = {("inflow-mismatch", "X24"), ("inflow-mismatch", "X25")}
    assert both <= told(path)
    assert both & told(path, "--season", "2024/25") == {("inflow-mismatch", "X24")}
    assert both & told(path, "--season", "25-26") == {("inflow-mismatch", "X25")}


def subtitle(page):
    return json.loads(re.search(r'"subtitle":("(?:[^"\\]|\\.)*")', page.read_text(encoding="utf-8"))[1])


def test_the_map_is_titled_by_the_seasons_of_what_it_shows(project, tmp_path):
    page = tmp_path / "map.html"
    for words, title in (
        ((), "Seasons 2024/25, 2025/26"),
        (("--lot", "OLD"), "Season 2024/25"),
        (("--lot", "ML-G"), "Season 2025/26"),
        (("--season", "25/26"), "Seasons 2024/25, 2025/26"),  # the blend holds both
    ):
        assert run("map", "-p", project, *words, "-o", page).exit_code == 0
        assert subtitle(page) == title, words
    assert "of the green coffee of season 2025/26" in page.read_text(encoding="utf-8")
    refused = run("map", "-p", project, "--lot", "OLD", "--season", "2025/26", "-o", tmp_path / "none.html")
    assert "holds nothing of season 2025/26" in str(refused.exception)
    assert not (tmp_path / "none.html").exists()


def test_a_package_names_the_seasons_of_its_goods(project):
    with open_store(project) as store, pytest.raises(Exception, match="no boundary"):
        gather(store, ["OLD"])


@pytest.mark.parametrize("language", languages())
def test_what_is_said_of_seasons_has_no_english_in_it(project, language):
    said = run("audit", "-p", project, "--lang", language).output
    assert ("worked out from" in said) is (language == "en")
    said = run("trace", "ML-G", "-p", project, "--lang", language).output
    assert ("goods of season" in said) is (language == "en")
