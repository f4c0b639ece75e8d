"""The workbook as we write it: it reads back the same, is the same bytes, and runs nothing."""

import io
import zipfile

import openpyxl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from lot_books import book_of, reject_into_bulk
from tests_helpers import examples

from eudr_geo.base.cells import clean_text
from eudr_geo.base.errors import InputError
from eudr_geo.lots.sheets import sheets
from eudr_geo.model.lot_book import BOOK_TABLES
from eudr_geo.model.people import ROLES
from eudr_geo.model.places import LOCATION_KINDS, STORAGE_MODES
from eudr_geo.model.plots import Plots
from eudr_geo.model.source import Source
from eudr_geo.model.statements import STATEMENT_STATUSES
from eudr_geo.outputs.workbook.rows import demo_book
from eudr_geo.outputs.workbook.writing import book_bytes, write_book, write_corrected
from eudr_geo.sources.readers import read_sheets
from eudr_geo.sources.workbook.reading import plots_of, read_book
from eudr_geo.sources.workbook.sheets import read_cells
from eudr_geo.words.languages import languages
from eudr_geo.words.workbook import choices

PROVENANCE = ["src_file", "src_sheet", "src_row"]

LANGUAGES = languages("columns")


def same(one, other):
    for name in BOOK_TABLES:
        first, second = (book.table(name).drop(columns=PROVENANCE) for book in (one, other))
        rows, back = first.astype(object).where(first.notna(), None).to_dict("records"), second.to_dict("records")
        if name.startswith("statement"):  # some stand beside the goods, some on their own sheet: in no order
            rows, back = sorted(rows, key=repr), sorted(back, key=repr)
        assert rows == back, name


def cells_of(data, folder):
    path = folder / "book.xlsx"
    path.write_bytes(data)
    return read_sheets(Source(path, "book.xlsx"))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("stage", [90, 180, 360])
def test_the_example_reads_back_the_same_through_the_cage(tmp_path, lang, stage):
    path = tmp_path / "lots.xlsx"
    write_book(path, lang=lang, stage=stage, demo=True)
    reading = read_book(path)
    assert reading.issues == ()
    assert reading.changes == ()
    assert reading.file.adds_up()
    assert reading.file.records == sum(reading.rows.values()) == 25
    assert reading.language == lang
    same(demo_book(), reading.book)


def empty_book(tmp_path, lang):
    return read_cells(cells_of(book_bytes(lang=lang, stage=360), tmp_path))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_empty_workbook_reads_as_an_empty_book(tmp_path, lang):
    found = empty_book(tmp_path, lang)
    assert found.issues == []
    assert found.book().frames == {}


codes = st.from_regex(r"[A-Z]{1,3}[0-9]{1,3}(-[A-Z0-9]{1,4})?", fullmatch=True)
names = (
    st.text(st.characters(categories=["Lu", "Ll", "Nd"], include_characters=" =+-@'"), min_size=1, max_size=20)
    .map(clean_text)
    .filter(lambda text: text and not text.replace(" ", "").isdigit())
)
kilos = st.integers(1, 10**8).map(lambda grams: grams / 1000)
positions = st.builds(
    shapely.Point,
    st.integers(-180 * 10**6, 180 * 10**6).map(lambda n: n / 10**6),
    st.integers(-90 * 10**6, 90 * 10**6).map(lambda n: n / 10**6),
)
days = st.dates(
    min_value=__import__("datetime").date(1990, 1, 1), max_value=__import__("datetime").date(2090, 1, 1)
).map(str)


def _statements(draw, tables, lots, maybe, kilos, days):
    """Statements of our own, of which numbers or more are known, and a supplier's."""
    tables["statement"], tables["statement_lot"] = [], []
    for number in range(draw(st.integers(0, 3))):
        code = draw(st.sampled_from([f"26DE000000000{number}", f"S26DE00000000{number}"]))
        kind = "sd" if code.startswith("S") else "dds"
        row = {
            "code": code,
            "reference": code,
            "verification": maybe(st.just("AB12CD34")),
            "kind": kind,
            "source": "own",
        }
        if draw(st.booleans()):
            row |= {
                "status": draw(st.sampled_from(STATEMENT_STATUSES)),
                "submitted_at": draw(days),
                "replaces": maybe(st.just("C-1")),
            }
            if draw(st.booleans()):
                row |= {
                    "reference": None,
                    "verification": None,
                    "code": f"OWN-{number}",
                    "internal_reference": f"OWN-{number}",
                    "kind": "dds",
                }
        tables["statement"].append(row)
        for consignment in draw(
            st.lists(st.sampled_from([one["code"] for one in tables["consignment"]] or [None]), max_size=2, unique=True)
        ):
            for lot in draw(st.lists(st.sampled_from([*lots, None] if consignment else lots), max_size=2, unique=True)):
                tables["statement_lot"].append(
                    {
                        "statement_code": row["code"],
                        "consignment_code": consignment,
                        "lot_code": lot,
                        "quantity_kg": maybe(kilos),
                    }
                )
    if draw(st.booleans()):
        tables["statement"].append(
            {
                "code": "25FR0000000000",
                "reference": "25FR0000000000",
                "verification": maybe(st.just("ZZ12CD34")),
                "kind": "dds",
                "source": "supplier",
            }
        )
        draw(st.sampled_from(tables["lot"]))["upstream_reference"] = "25FR0000000000"


@st.composite
def books(draw):
    """Books of everything that the workbook can hold, in the order in which it is read."""
    producers = draw(st.lists(codes, min_size=1, max_size=4, unique=True))
    plots = draw(st.lists(codes, min_size=1, max_size=4, unique=True))
    streams = draw(st.lists(codes, max_size=2, unique=True))
    lots = draw(st.lists(codes, min_size=1, max_size=5, unique=True))
    maybe = lambda what: draw(st.none() | what)  # noqa: E731
    tables = {
        "producer": [{"code": code, "name": draw(names), "village": maybe(names), "consent_date": maybe(days), "country": maybe(st.sampled_from(["VN", "CI"]))} for code in producers],
        "season": [{"code": code, "country": draw(st.sampled_from(["VN", "CI"])), "start": start, "end": draw(st.sampled_from([None, f"{int(start[:4]) + 1}-03-31"])), "currency": maybe(st.sampled_from(["VND", "XOF"])), "output_kg": maybe(kilos), "target_kg": maybe(kilos), "standard_moisture_percent": maybe(st.sampled_from([11.5, 12.0]))} for code, start in draw(st.lists(st.sampled_from([("2024/25", "2024-10-01"), ("2025/26", "2025-10-01")]), max_size=2, unique=True))],
        "plot": [{"code": code, "producer_code": draw(st.sampled_from(producers)), "commodity": maybe(st.sampled_from(["coffee", "oil-palm"])), "planted_year": maybe(st.integers(1950, 2026)), "place": maybe(names)} for code in plots],
        "stream_plot": [],
        "stream": [],
        "lot": [],
    }  # fmt: skip
    for plot in plots:
        tables["stream_plot"] += [
            {"stream_code": stream, "plot_code": plot} for stream in streams if draw(st.booleans())
        ]
    for code in lots:
        stream = draw(st.sampled_from([None, *streams]))
        tables["lot"].append(
            {
                "code": code, "stream_code": stream, "form": draw(st.sampled_from(["cherry", "dry_parchment", "green", "other"])),
                "quantity_kg": maybe(kilos), "created_on": draw(days), "sealed_on": maybe(days), "status": draw(st.sampled_from(["open", "sealed"])),
                "variety": maybe(names), "moisture_percent": maybe(st.integers(80, 200).map(lambda n: n / 10)), "hs_code": maybe(st.just("090111")),
                "bags": maybe(st.integers(1, 500)), "opening_stock": draw(st.booleans()), "crop_year": maybe(st.just("2025/26")), "grade": maybe(names), "gtin": maybe(st.just("09521234543213")),
            }
        )  # fmt: skip
    used = dict.fromkeys(row["stream_code"] for row in tables["lot"] if row["stream_code"])
    declared = dict.fromkeys(row["stream_code"] for row in tables["stream_plot"] if row["stream_code"] not in used)
    tables["stream"] = [{"code": code, "type": "micro"} for code in [*used, *declared]]
    receipts = draw(st.lists(codes, max_size=4, unique=True))
    tables["delivery"] = []
    for code in receipts:
        harvested = maybe(days)
        plot = maybe(st.sampled_from(plots))
        producer = draw(st.sampled_from(producers)) if plot else maybe(st.sampled_from(producers))
        tables["delivery"].append({"code": code, "lot_code": draw(st.sampled_from(lots)), "producer_code": producer, "plot_code": plot, "quantity_kg": draw(kilos), "delivered_on": draw(days), "form": maybe(st.just("cherry")), "harvested_from": harvested, "harvested_to": maybe(days) if harvested else None, "price": maybe(st.integers(1, 10**6).map(float)), "currency": maybe(st.just("VND")), "amount_paid": maybe(st.just(250.5)), "second_payment": maybe(st.just(75.25)), "quantity_gross_kg": maybe(kilos), "tare_kg": maybe(kilos), "bags": maybe(st.integers(1, 90)), "collection_group": maybe(names)})  # fmt: skip
    tables["process"], tables["process_line"] = [], []
    for code in draw(st.lists(codes, max_size=3, unique=True)):
        tables["process"].append(
            {
                "code": code,
                "type": draw(st.sampled_from(["merge", "dry_mill"])),
                "moisture_in_percent": maybe(st.just(14.5)),
                "operator": maybe(names),
                "cleaned_on": maybe(days),
                "date_start": draw(days),
                "date_end": maybe(days),
            }
        )
        ins = draw(st.lists(st.sampled_from(lots), max_size=3, unique=True))
        outs = draw(st.lists(st.sampled_from(lots), min_size=1, max_size=3, unique=True))
        tables["process_line"] += [
            {"process_code": code, "direction": "in", "lot_code": lot, "quantity_kg": draw(kilos)} for lot in ins
        ]
        tables["process_line"] += [
            {
                "process_code": code,
                "direction": draw(st.sampled_from(["out", "byproduct"])),
                "lot_code": lot,
                "quantity_kg": draw(kilos),
            }
            for lot in outs
        ]
        if draw(st.booleans()):
            tables["process_line"].append({"process_code": code, "direction": "loss", "quantity_kg": draw(kilos)})
    tables["consignment"], tables["consignment_line"] = [], []
    for code in draw(st.lists(codes, max_size=2, unique=True)):
        tables["consignment"].append(
            {
                "code": code,
                "buyer": draw(names),
                "buyer_country": maybe(st.just("DE")),
                "ship_date": draw(days),
                "incoterm": maybe(st.just("FOB")),
                "bill_of_lading": maybe(names),
                "ico_mark": maybe(st.just("15/123/45")),
            }
        )
        tables["consignment_line"] += [
            {
                "consignment_code": code,
                "lot_code": lot,
                "quantity_kg": draw(kilos),
                "hs_code": maybe(st.just("090111")),
                "sscc": maybe(st.just("106141411234567897")),
                "container": box,
                "seal": maybe(names),
                "bags": maybe(st.integers(1, 300)),
            }  # fmt: skip
            for lot in draw(st.lists(st.sampled_from(lots), min_size=1, max_size=2, unique=True))
            for box in draw(st.sampled_from([(None,), ("MSKU1234565",), ("MSKU1234565", "MSCU1234566")]))
        ]
    _statements(draw, tables, lots, maybe, kilos, days)
    lot = st.sampled_from(lots)
    places = draw(st.lists(st.sampled_from(["KHO-1", "SILO-2"]), unique=True))
    tables["location"] = [
        {"code": code, "name": code, "kind": maybe(st.sampled_from(LOCATION_KINDS)), "storage_mode": maybe(st.sampled_from(STORAGE_MODES)), "capacity_kg": maybe(kilos), "last_emptied": maybe(days), "geometry": maybe(positions), "organisation_code": maybe(st.just("MILL-1")), "parent_code": maybe(st.sampled_from(places[:at])) if at else None}
        for at, code in enumerate(places)
    ]  # fmt: skip
    tables["storage_stay"] = [
        {"lot_code": draw(lot), "location_code": place, "from_date": "2025-11-20", "to_date": maybe(st.just("2025-12-01")), "quantity_kg": maybe(kilos), "bags": maybe(st.integers(1, 9)), "label": maybe(names), "seal": maybe(names)}
        for place in places
    ]  # fmt: skip
    for stay in tables["storage_stay"]:
        stay["quantity_out_kg"] = maybe(st.just(stay["quantity_kg"])) if stay["quantity_kg"] else None
    tables["organisation"] = [{"code": "HTX EA TAM", "name": "HTX Ea Tam", "is_own": draw(st.booleans()), "address": maybe(names), "email": maybe(st.just("office@example.org")), "eori": maybe(st.just("DE1234567")), "role": maybe(st.sampled_from(ROLES))}, {"code": "MILL-1", "name": "MILL-1", "is_own": False}]  # fmt: skip
    tables["handover"] = [
        {"code": code, "lot_code": draw(lot), "from_org": "HTX EA TAM", "to_org": "MILL-1", "date_sent": draw(days), "quantity_sent_kg": draw(kilos), "date_received": maybe(days), "quantity_received_kg": maybe(kilos), "vehicle": maybe(names), "seal_sent": maybe(names), "seal_received": maybe(names), "signed_by_sender": maybe(names), "signed_by_receiver": maybe(names), "location_code": maybe(st.sampled_from(places)) if places else None, "moisture_percent": maybe(st.just(11.5))}
        for code in draw(st.lists(codes, min_size=1, max_size=2, unique=True))
    ]  # fmt: skip
    tables["measurement"] = [
        {"lot_code": lots[0], "indicator": "moisture", "unit": "%", "date": "2026-01-02", "laboratory": maybe(names), "number": number, **draw(st.sampled_from([{"value": 11.5, "is_below": False}, {"value": 0.01, "is_below": True}, {"value": None, "is_below": True}, {"value": 18.0, "is_below": False, "out_of": 20.0}])), "sample": maybe(names), "method": maybe(names), "limit_low": maybe(kilos), "limit_value": maybe(kilos), "file": maybe(names), "pair": maybe(names)}
        for number in range(1, draw(st.integers(1, 3)))
    ]  # fmt: skip
    tables["offer"] = [
        {"code": code, "lot_code": draw(lot), "buyer": draw(names), "date": draw(days), "price": draw(kilos), "currency": "USD", "unit": draw(st.sampled_from(["kg", "lb"])), "incoterm": maybe(st.just("FOB")), "quantity_kg": maybe(kilos), "status": draw(st.sampled_from(["offered", "accepted"])), "accepted_price": maybe(kilos), "accepted_on": maybe(days), "contract": maybe(names)}
        for code in draw(st.lists(codes, max_size=2, unique=True))
    ]  # fmt: skip
    tables["cost"] = [
        {"code": code, "stream_code": tables["stream"][0]["code"], "category": draw(names), "amount": draw(kilos), "currency": "VND", "date": draw(days), "incremental": maybe(st.booleans()), "variability": maybe(st.sampled_from(["fixed", "variable"]))}
        for code in draw(st.lists(codes, max_size=2, unique=True))
        if tables["stream"]
    ]  # fmt: skip
    if len(tables["season"]) == 1:  # the season of a stream is that of its workbook, where there is only one
        tables["stream"] = [row | {"season_code": tables["season"][0]["code"]} for row in tables["stream"]]
    return {name: rows for name, rows in tables.items() if rows}


@settings(max_examples=examples(40))
@given(books(), st.sampled_from(LANGUAGES), st.sampled_from([90, 180, 360]))
def test_any_book_reads_back_the_same(tmp_path_factory, tables, lang, stage):
    book = book_of(tables)
    found = read_cells(cells_of(book_bytes(lang=lang, stage=stage, book=book), tmp_path_factory.mktemp("book")))
    assert [str(issue) for issue in found.issues] == []
    assert found.changes == []
    same(book, found.book())


def test_land_goes_out_and_comes_back(tmp_path):
    square = shapely.from_wkt(
        "POLYGON ((108.056789 12.712345, 108.057789 12.712345, 108.057789 12.713345, 108.056789 12.712345))"
    )
    plots = Plots(
        {
            "plot_id": ["P1", "P2"],
            "geometry": [shapely.Point(108.05, 12.7), square],
            "area_ha": [1.35, float("nan")],
            "mapped_on": ["2025-06-01", ""],
            "decimals": [6, 6],
        }
    )
    found = read_cells(cells_of(book_bytes(book=book_of(reject_into_bulk()), plots=plots), tmp_path))
    back, issues = plots_of(found, "book.xlsx")
    assert issues == []
    assert back["plot_id"].tolist() == ["P1", "P2"]
    assert back["producer_id"].tolist() == ["H-P1", "H-P2"]
    assert shapely.equals_exact(back.geometry, plots.geometry, 1e-9).all()
    assert back["area_ha"][0] == 1.35
    assert back["mapped_on"].tolist() == ["2025-06-01", ""]
    assert (back["short_lons"] + back["short_lats"]).tolist() == [0, 0], "the zeros that tell the precision are kept"


@pytest.mark.parametrize(
    ("lat", "lon", "wkt", "why"),
    [
        ("12.7", "", "", "belong together"),
        ("12.7 or so", "108.05", "", "number"),
        ("", "", "LINESTRING (1 2, 3 4)", "not WKT of a point or polygon"),
        ("", "", "POLYGON ((1 2, 3 4", "brackets"),
        ("", "", "POLYGON ((1 2, 3 4)))))", "behind"),
        ("", "", "POLYGON " + "(" * 2000 + ")" * 2000, "brackets"),
    ],
)
def test_land_that_cannot_be_held_is_an_issue_and_the_plot_stays(lat, lon, wkt, why):
    rows = [["Plot code", "Producer code", "lat", "lon", "WKT"], ["P1", "H-1", lat or None, lon or None, wkt or None]]
    found = read_cells({"Plots": rows})
    plots, issues = plots_of(found, "book.xlsx")
    assert len(plots) == 0
    assert len(found.tables["plot"]) == 1
    assert why in issues[0].why
    assert issues[0].sheet == "Plots"


def test_the_same_book_gives_the_same_bytes():
    data = book_bytes(lang="vi", stage=360, demo=True)
    assert data == book_bytes(lang="vi", stage=360, demo=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert core.count("2020-01-01T00:00:00Z") == 2


HOSTILE = ["=1+1", "=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "'x", "＝1+1"]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.fault(63)
def test_text_that_looks_like_a_formula_stays_text(tmp_path, name):
    tables = {"producer": [{"code": "H-1", "name": name}]}
    data = book_bytes(book=book_of(tables))
    cell = openpyxl.load_workbook(io.BytesIO(data))["Producers"]["B2"]
    assert (cell.data_type, cell.value) == ("s", name)
    assert cell.quotePrefix or name.startswith("＝")
    found = read_cells(cells_of(data, tmp_path))
    assert found.tables["producer"][0]["name"] == name


def test_control_characters_cannot_break_the_file(tmp_path):
    tables = {"producer": [{"code": "H-1", "name": "a\x00b\x07c"}]}
    assert read_cells(cells_of(book_bytes(book=book_of(tables)), tmp_path)).tables["producer"][0]["name"] == "abc"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_empty_workbook_helps_to_fill_it_in(lang):
    book = openpyxl.load_workbook(io.BytesIO(book_bytes(lang=lang, stage=90)))
    shown = [one for one in sheets() if one.stage == 90]
    visible = [sheet.title for sheet in book if sheet.sheet_state == "visible"]
    assert visible[1 : 1 + len(shown)] == [one.title(lang) for one in shown]
    assert book["_meta"].sheet_state == "hidden"
    for spec in shown:
        sheet = book[spec.title(lang)]
        assert sheet.freeze_panes == "B2"
        headings = [cell.value for cell in sheet[1]]
        fields = [field for field in spec.fields if not field.is_earlier]
        assert [text.endswith("*") for text in headings] == [field.required for field in fields]
        listed = {
            str(rule.sqref).split(":")[0] for rule in sheet.data_validations.dataValidation if rule.type == "list"
        }
        wanted = {
            f"{openpyxl.utils.get_column_letter(i)}2"
            for i, field in enumerate(fields, start=1)
            if field.kind.startswith(("choice", "yesno"))
            or field.refers
            or (spec.key, field.key) in {("lots", "process"), ("deliveries", "unit")}
        }
        assert listed == wanted
    assert {"codes_producers", "codes_plots", "codes_lots"} <= set(book.defined_names)


def test_stages_grow():
    titles = [set(openpyxl.load_workbook(io.BytesIO(book_bytes(stage=stage))).sheetnames) for stage in (90, 180, 360)]
    assert titles[0] < titles[1] < titles[2]
    assert "Shipments" in titles[2] - titles[1]
    assert {"Measurements", "Offers"} == titles[1] - titles[0]
    assert {"Organisations", "Places", "Storage", "Handovers"} <= titles[0], "gate 90 asks for them"


@pytest.mark.parametrize("options", [{"lang": "xx"}, {"stage": 100}, {"demo": True, "book": demo_book()}])
def test_wrong_wishes_are_told(tmp_path, options):
    with pytest.raises(InputError):
        write_book(tmp_path / "x.xlsx", **options)
    assert not list(tmp_path.iterdir())


def test_a_corrected_copy_shows_each_issue_at_its_cell(tmp_path):
    path, corrected = tmp_path / "mine.xlsx", tmp_path / "corrected.xlsx"
    write_book(path, lang="en", demo=True)
    book = openpyxl.load_workbook(path)
    book["Deliveries"]["E3"] = "many"
    book["Deliveries"]["A4"] = "16/11/2025"
    book["Lots"]["I2"] = "wet"
    book.save(path)
    before = path.read_bytes()
    reading = read_book(path)
    assert {(issue.cell, issue.severity) for issue in reading.issues} >= {("E3", "error")}
    write_corrected(corrected, reading)
    assert path.read_bytes() == before, "the user's file is never written to"
    copy = openpyxl.load_workbook(corrected)
    issues, deliveries = copy["Issues"], copy["Deliveries"]
    linked = {row[2].hyperlink.location: row[4].value for row in issues.iter_rows(min_row=2) if row[2].hyperlink}
    assert linked["'Deliveries'!E4"] == "many is no number", "the row left out stands below the good ones"
    assert deliveries["E4"].value == "many"
    assert "many is no number" in deliveries["E4"].comment.text
    assert deliveries["E2"].comment is None
    assert [cell.value for cell in copy["Changes"][2]][2:] == ["16/11/2025", "2025-11-16", "date"]
    again = read_book(corrected)
    assert [issue.why for issue in again.errors()] == [issue.why for issue in reading.errors()]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK\x03\x04 no zip", b"code,name\nNH-1,Y Blom\n"])
def test_a_file_that_is_no_workbook_is_named(tmp_path, content):
    path = tmp_path / "mine.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match="mine"):
        read_book(path)


def test_wrong_options_of_reading_are_told(tmp_path):
    with pytest.raises(InputError):
        read_book(tmp_path / "absent.xlsx")
    path = tmp_path / "lots.xlsx"
    write_book(path)
    with pytest.raises(InputError):
        read_book(path, lang="de")
    with pytest.raises(InputError):
        read_book(path, country="Vietnam")


def test_no_heading_means_two_columns_of_a_sheet_in_any_language():
    from eudr_geo.base.cells import match_heading

    for spec in sheets():
        for lang in LANGUAGES:
            for one in spec.fields:
                assert match_heading(one.heading(lang), spec.dictionary()) == (one.key,), (spec.key, lang, one.key)


def test_no_word_means_two_values_of_a_list():
    from eudr_geo.base.cells import fold

    for name, values in choices().items():
        meanings: dict[str, set[str]] = {}
        for value, words in values.items():
            for word in words:
                meanings.setdefault(fold(word), set()).add(value)
        assert {word: found for word, found in meanings.items() if len(found) > 1} == {}, name


def test_what_is_known_of_organisation_and_season_comes_back_numbers_too(tmp_path):
    tables = {
        "organisation": [
            {"code": "DL", "name": "Sample", "eori": "DE1", "gln": "9521234000006", "tax_id": "7", "is_own": True}
        ],
        "season": [{"code": "2025/26", "country": "VN", "target_kg": 1234567.5, "output_kg": 900.0}],
    }
    found = read_cells(cells_of(book_bytes(book=book_of(tables)), tmp_path))
    assert found.issues == []
    same(book_of(tables), found.book())


def test_what_the_hidden_sheet_says_and_nobody_knows_is_told():
    meta = [["season.code", "2025/26"], ["season.colour", "red"], ["season.target_kg", "much"]]
    found = read_cells({"_meta": meta, "Producers": [["Producer code", "Name"], ["NH-1", "Y Blom"]]})
    assert found.tables["season"][0]["code"] == "2025/26"
    why = [issue.why for issue in found.issues if issue.sheet == "_meta"]
    assert why == ["a season has no colour; left out", "'much' is no number; left out"]


def test_the_command_offers_every_stage():
    from eudr_geo.cli.workbook import command
    from eudr_geo.lots.sheets import STAGES

    (stage,) = [option for option in command.commands["new"].params if option.name == "stage"]
    assert [int(choice) for choice in stage.type.choices] == list(STAGES)
