"""The sheets on organisations and places: read from a real workbook, stored, corrected, read again, written back."""

import json

import openpyxl
import pytest
import shapely

from eudr_geo.checks.checking import check_lots
from eudr_geo.lots.sheets import sheet
from eudr_geo.model.people import Organisation
from eudr_geo.model.places import Location
from eudr_geo.model.trade import Handover
from eudr_geo.outputs.workbook.writing import write_book, write_corrected
from eudr_geo.project.importing import apply_book, preview_book
from eudr_geo.project.importing.questions import GONE
from eudr_geo.project.mapping import project_map
from eudr_geo.sources.workbook.reading import read_book
from eudr_geo.sources.workbook.sheets import read_cells
from eudr_geo.store import create_store
from eudr_geo.words.workbook import word

NOW = "2026-01-15T08:00:00Z"
OWN = {
    "org_code": "EATAM", "org_name": "HTX Ea Tam", "own": "có", "role": "hợp tác xã", "country": "Việt Nam",
    "address": "12 Lê Duẩn, Buôn Ma Thuột", "email": "vanphong@eatam.example", "eori": "de 123 456",
}  # fmt: skip
MILL = {
    "place_code": "X1",
    "place_name": "Xưởng 1",
    "kind": "xưởng",
    "lat": "12.68",
    "lon": "108,05",
    "run_by": "HTX Ea Tam",
}
STORE = {
    "place_code": "K1",
    "place_name": "Kho Một",
    "kind": "nhà kho",
    "lat": "12.70",
    "lon": "108.06",
    "capacity": 5000,
    "part_of": "Xưởng 1",
}


def put(path, *, lang="vi", **rows):
    """A workbook of the first stage with these rows, by sheet."""
    write_book(path, lang=lang, stage=90)
    book = openpyxl.load_workbook(path)
    for key, of_sheet in rows.items():
        spec = sheet(key)
        page = book[spec.title(lang)]
        headings = [cell.value for cell in page[1]]
        for at, row in enumerate(of_sheet, start=2):
            for name, value in row.items():
                heading = spec.field(name).heading(lang)
                if heading not in headings:  # a column of earlier workbooks
                    headings.append(heading)
                    page.cell(1, len(headings), heading)
                page.cell(at, headings.index(heading) + 1, value)
    book.save(path)
    return path


def store_it(store, path):
    reading = read_book(path, country="VN")
    assert reading.errors() == ()
    plan = preview_book(store, reading.book, reading.file, headings=reading.headings)
    apply_book(store, plan, now=NOW, who="thu")
    return plan


@pytest.fixture
def store(tmp_path):
    with create_store(tmp_path / "p.gpkg", organisation="HTX Cũ", country="VN") as made:
        yield made


def test_an_organisation_is_stored_corrected_undone_and_written_back(tmp_path, store):
    path = put(
        tmp_path / "book.xlsx",
        organisations=[OWN, {"org_code": "LAB", "org_name": "Lab A", "role": "phòng kiểm nghiệm"}],
    )
    assert store.lot_book().keeper == "HTX Cũ"
    store_it(store, path)
    own = store.table(Organisation).set_index("code").loc["EATAM"]
    assert (own["country"], own["role"], own["eori"]) == ("VN", "coop", "DE123456")
    assert own["email"] == "vanphong@eatam.example"
    assert store.lot_book().keeper == "HTX Ea Tam", "the project's own organisation is the row that says so"
    put(
        path,
        organisations=[
            OWN | {"org_name": "HTX Ea Tam 2", "address": "14 Lê Duẩn"},
            {"org_code": "LAB", "org_name": "Lab A", "role": "phòng kiểm nghiệm"},
        ],
    )
    plan = store_it(store, path)
    assert {name: len(rows) for name, rows in plan.changed.items()} == {"organisation": 1}
    assert not any(plan.new.values())
    assert store.lot_book().keeper == "HTX Ea Tam 2"
    assert store.log()[-1].action == "book"
    write_book(tmp_path / "back.xlsx", lang="fr", stage=90, book=store.lot_book())
    back = read_book(tmp_path / "back.xlsx")
    assert (back.changes, back.issues) == ((), ())
    assert back.book.table("organisation")["address"].tolist()[0] == "14 Lê Duẩn"
    store.undo(now=NOW, who="thu")
    assert store.lot_book().keeper == "HTX Ea Tam"


def test_an_organisation_that_is_gone_is_asked_about(tmp_path, store):
    path = put(
        tmp_path / "book.xlsx",
        organisations=[OWN, {"org_code": "LAB", "org_name": "Lab A", "role": "phòng kiểm nghiệm"}],
    )
    store_it(store, path)
    reading = read_book(put(path, organisations=[OWN]), country="VN")
    plan = preview_book(store, reading.book, reading.file, headings=reading.headings)
    assert [(one.kind, one.code) for one in plan.left_open] == [(GONE, "organisation LAB")]


@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [
        ("email", "office at example.org", "no e-mail address"),
        ("email", "a@b.example, c@d.example", "no e-mail address"),
        ("eori", "123456", "no EORI number"),
        ("eori", "DE1234567890123456789", "no EORI number"),
    ],
)
def test_forms_of_email_and_eori_are_looked_at(tmp_path, cell, value, said):
    reading = read_book(put(tmp_path / "book.xlsx", organisations=[OWN | {cell: value}]), country="VN")
    (issue,) = reading.issues
    assert said in issue.why
    assert issue.sheet == "Tổ chức"
    assert reading.book.table("organisation")[cell].tolist() == [None], "left out, and told; the row is kept"


def test_one_organisation_is_our_own_and_a_code_stands_once(tmp_path):
    rows = [OWN, OWN | {"org_code": "B"}, OWN | {"own": "không"}]
    reading = read_book(put(tmp_path / "book.xlsx", organisations=rows), country="VN")
    assert [issue.why for issue in reading.errors()] == [
        "EATAM is our own organisation already",
        "EATAM stands in row 2 already",
    ]


def test_an_earlier_workbook_says_on_its_hidden_sheet_who_keeps_it_and_the_sheet_goes_before_it():
    hidden = [["organisation.code", "EATAM"], ["organisation.name", "HTX Ea Tam"], ["organisation.eori", "DE1"]]
    found = read_cells({"_meta": hidden, "Producers": [["Producer code", "Name"], ["NH-1", "Y Blom"]]})
    assert [(row["code"], row["eori"]) for row in found.tables["organisation"]] == [("EATAM", "DE1")]
    own = [["Organisation code", "Organisation name", "Our own"], ["EATAM", "HTX Ea Tam 2", "yes"]]
    found = read_cells({"_meta": hidden, "Organisations": own})
    assert [(row["code"], row["name"], row["is_own"]) for row in found.tables["organisation"]] == [
        ("EATAM", "HTX Ea Tam 2", True)
    ]


LOT = {"code": "G", "type": "đại trà", "form": "nhân xanh", "created": "2025-11-15", "location": "Kho Một"}
STAY = {"lot": "G", "location": "K1", "from": "2025-11-15"}
PORT = {"place_code": "CL", "place_name": "Cảng Cát Lái", "kind": "cảng", "lat": 10.76, "lon": 106.79}
PASSED_ON = {
    "code": "GN1",
    "lot": "G",
    "from": "HTX Ea Tam",
    "to": "Vận tải A",
    "date_sent": "2026-01-05",
    "kg_sent": 50,
    "place": "Cảng Cát Lái",
}


def test_places_are_named_by_code_or_by_name_on_the_other_sheets(tmp_path, store):
    path = put(
        tmp_path / "book.xlsx", organisations=[OWN], places=[STORE, MILL, PORT], lots=[LOT], storage=[STAY], handovers=[PASSED_ON],
        deliveries=[],
    )  # fmt: skip
    store_it(store, path)
    places = store.table(Location).set_index("code")
    assert sorted(places.index) == ["CL", "K1", "X1"], "a name is no further place"
    assert places.loc["X1", "geometry"].equals(shapely.Point(108.05, 12.68))
    assert places.loc["K1", "parent_code"] == "X1"
    assert places.loc["X1", "organisation_code"] == "EATAM"
    book = store.lot_book()
    assert book.table("lot")["location_code"].tolist() == ["K1"]
    assert store.table(Handover)["location_code"].tolist() == ["CL"]
    put(
        path, organisations=[OWN], places=[STORE | {"lat": "12.71"}, MILL, PORT], lots=[LOT], storage=[STAY], handovers=[PASSED_ON],
    )  # fmt: skip
    plan = store_it(store, path)
    assert {name: len(rows) for name, rows in plan.changed.items()} == {"location": 1}
    assert store.table(Location).set_index("code").loc["K1", "geometry"].y == 12.71
    write_book(tmp_path / "back.xlsx", lang="en", stage=90, book=store.lot_book())
    back = read_book(tmp_path / "back.xlsx")
    assert (back.changes, back.issues) == ((), ())
    back = back.book.table("location").set_index("code")
    assert back.loc["K1", "geometry"].equals(shapely.Point(108.06, 12.71))
    store.undo(now=NOW, who="thu")
    assert store.table(Location).set_index("code").loc["K1", "geometry"].y == 12.70


def test_a_place_that_is_gone_is_asked_about_and_one_that_is_named_loses_what_was_said(tmp_path, store):
    path = put(tmp_path / "book.xlsx", places=[MILL, PORT], organisations=[OWN])
    store_it(store, path)
    reading = read_book(put(path, places=[MILL], organisations=[OWN]), country="VN")
    plan = preview_book(store, reading.book, reading.file, headings=reading.headings)
    assert [(one.kind, one.code) for one in plan.left_open] == [(GONE, "location CL")]


def test_latitude_and_longitude_in_the_wrong_columns_are_exchanged_where_the_country_proves_it(tmp_path):
    reading = read_book(put(tmp_path / "book.xlsx", places=[MILL | {"lat": "108.05", "lon": "12.68"}]), country="VN")
    assert reading.book.table("location")["geometry"].tolist() == [shapely.Point(108.05, 12.68)]
    assert [(one.before, one.after) for one in reading.changes if ", " in one.before] == [
        ("108.05, 12.68", "12.68, 108.05")
    ]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"lat": "12.68", "lon": None}, "belong together"),
        ({"lat": "somewhere", "lon": "108"}, "number"),
        ({"part_of": "X1"}, "no part of itself"),
    ],
)
def test_what_cannot_be_a_place_is_left_out_and_told(tmp_path, cells, said):
    reading = read_book(put(tmp_path / "book.xlsx", places=[MILL | cells]), country="VN")
    assert any(said in issue.why for issue in reading.issues)
    assert reading.book.table("location")["code"].tolist() == ["X1"]
    write_corrected(tmp_path / "corrected.xlsx", reading)


def test_a_name_that_two_places_have_names_neither(tmp_path):
    rows = {"places": [MILL, MILL | {"place_code": "X2"}], "lots": [LOT | {"location": "Xưởng 1"}]}
    reading = read_book(put(tmp_path / "book.xlsx", **rows), country="VN")
    assert [issue.why for issue in reading.errors()] == ["Xưởng 1 is the name of X1, X2"]


@pytest.mark.parametrize(
    ("lat", "lon", "kind", "rules"),
    [
        ("0", "0", "xưởng", ["misplaced-place"]),
        ("-20.5", "-47.5", "xưởng", ["misplaced-place"]),
        ("12.68", "108.05", "xưởng", []),
        ("1.26", "103.85", "cảng", []),
    ],
)
def test_a_place_that_cannot_be_there_is_a_finding(tmp_path, lat, lon, kind, rules):
    place = MILL | {"lat": lat, "lon": lon, "kind": kind}
    plots = [{"code": "T-1", "producer": "H-1", "country": "VN"}]
    path = put(tmp_path / "book.xlsx", places=[place], producers=[{"code": "H-1", "name": "Y"}], plots=plots)
    found = check_lots(read_book(path, country="VN").book).findings
    assert [one.rule for one in found if one.code == "X1"] == rules


def test_an_earlier_workbook_says_on_storage_how_a_store_keeps_goods(tmp_path):
    loose = word("storage_mode", "loose", "vi")
    stay = STAY | {"mode": loose, "kind": "silo", "capacity": 900, "emptied": "2025-10-01"}
    reading = read_book(put(tmp_path / "book.xlsx", storage=[stay], lots=[LOT]), country="VN")
    assert reading.errors() == ()
    place = reading.book.table("location").set_index("code").loc["K1"]
    assert (place["storage_mode"], place["kind"], place["capacity_kg"]) == ("loose", "silo", 900.0)
    write_corrected(tmp_path / "corrected.xlsx", reading)
    book = openpyxl.load_workbook(tmp_path / "corrected.xlsx")
    assert sheet("places").field("mode").heading("vi") in [cell.value for cell in book["Địa điểm"][1]]
    assert sheet("storage").field("mode").heading("vi") not in [cell.value for cell in book["Lưu kho"][1]]
    again = read_book(tmp_path / "corrected.xlsx", country="VN").book.table("location").set_index("code").loc["K1"]
    assert again["storage_mode"] == "loose"


def test_the_map_of_a_project_draws_the_way_of_its_lot(tmp_path, store):
    path = put(
        tmp_path / "book.xlsx", organisations=[OWN], places=[STORE, PORT], lots=[LOT], storage=[STAY], handovers=[PASSED_ON],
        producers=[{"code": "H-1", "name": "Y"}], plots=[{"code": "T-1", "producer": "H-1"}],
        deliveries=[{"date": "2025-11-15", "lot": "G", "producer": "H-1", "plot": "T-1", "kg": 50, "receipt": "R1"}],
    )  # fmt: skip
    store_it(store, path)
    page = project_map(store, ["G"], language="vi")
    data = json.loads(page.split('id="lot-map-data">')[1].split("</script>")[0])
    (view,) = data["views"]
    assert [one["code"] for one in data["places"]] == ["CL", "K1"]
    assert view["way"]["legs"] == [[1, 0, 0]]
    assert (view["way"]["steps"], view["way"]["without"]) == (2, 0)
    assert "Kho Một" not in page, "a place is shown by its code: its name may be a person's"
