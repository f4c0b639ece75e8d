"""What lot rules, tracing and packing say: by key, in every language, and no row of the tables that nobody says."""

import json
import re
from dataclasses import replace
from functools import cache

import pytest
from lot_books import book_of, delivery, land, line, lot
from test_lot_cases import LOT_RULES, book_of_case, case_files

from eudr_geo.base.errors import EudrGeoError
from eudr_geo.base.said import Said
from eudr_geo.checks.checking import check_lots
from eudr_geo.law import PRODUCERS_MAX_PER_STATEMENT
from eudr_geo.law import table as law_table
from eudr_geo.lots.declared import declared_set
from eudr_geo.lots.drilling import drill_record, recall_record
from eudr_geo.lots.recalling import recall
from eudr_geo.lots.tracing import trace
from eudr_geo.words import tables
from eudr_geo.words.languages import languages
from eudr_geo.words.saying import from_plain, in_language, to_plain

OTHERS = [language for language in languages() if language != "en"]
LETTER = re.compile(r"[^\W\d_]")
PLACE = re.compile(r"\{[^{}]*\}")
SHARED = re.compile(r"\b(?:kg|lot)\b")  # words of several languages


def handover(code, giver, taker, **more):
    own = {"code": code, "lot_code": "L", "from_org": giver, "to_org": taker, "date_sent": "2025-12-01"}
    return own | {"date_received": "2025-12-02", "quantity_sent_kg": 100.0} | more


def one_lot(**more):
    return land("P1") | {"lot": [lot("L", "cherry", 100.0)], "delivery": [delivery("R-1", "L", "P1", 100.0)]} | more


def handed(*handovers, **more):
    return one_lot(handover=list(handovers), **more)


def received(**more):
    return one_lot(delivery=[delivery("R-1", "L", "P1", 100.0) | more])


def without_plots(count, **more):
    """Deliveries of a producer with two plots that name neither of them."""
    tables = land("P1", "P2")
    producers = [{"code": "H", "name": "Y", "collection_group": "Ea Tul"}]
    plots = [row | {"producer_code": "H"} for row in tables["plot"]]
    rows = [delivery(f"R-{i}", "L", None, 50.0) | more for i in range(count)]
    return {"producer": producers, "plot": plots, "lot": [lot("L", "cherry", 50.0 * count)], "delivery": rows}


def poured(others, emptied):
    """Two lots in one silo; the earlier one is of so many other plots."""
    plots = [f"P{i}" for i in range(others + 1)]
    return land(*plots) | {
        "location": [{"code": "S", "kind": "silo", "last_emptied": emptied}],
        "lot": [lot("A", "cherry", 100.0 * others), lot("L", "cherry", 100.0)],
        "delivery": [*(delivery(f"R-{p}", "A", p, 100.0) for p in plots[1:]), delivery("R-0", "L", "P0", 100.0)],
        "storage_stay": [
            {"lot_code": "A", "location_code": "S", "from_date": "2025-11-16", "to_date": "2025-11-20"},
            {"lot_code": "L", "location_code": "S", "from_date": "2025-11-18", "to_date": "2025-11-25"},
        ],
    }


def micro(*lots):
    return {"stream": [{"code": "ML", "type": "micro"}], "lot": [lot(code, "cherry", 1.0, **own) for code, own in lots]}


def surveyed(*spans, area_ha=2.0, **more):
    versions = [
        {"plot_code": "P1", "version": i, "area_ha": area_ha, "valid_from": first, "valid_to": last}
        for i, (first, last) in enumerate(spans, start=1)
    ]
    return one_lot(plot_version=versions) | more


def in_season(*plots, kg):
    return land("P1", "P2") | {
        "producer": [{"code": "H", "name": "Y"}],
        "plot": [{"code": p, "producer_code": "H", "commodity": "coffee", "country": "VN"} for p in ("P1", "P2")],
        "plot_version": [
            {"plot_code": p, "version": 1, "area_ha": 0.1, "valid_from": "2025-01-01"} for p in ("P1", "P2")
        ],
        "lot": [lot("L", "cherry", kg * len(plots), crop_year="2025/26")],
        "delivery": [delivery(f"R-{i}", "L", p, kg) | {"producer_code": "H"} for i, p in enumerate(plots)],
    }


def milled(machine="M"):
    """Goods of unknown origin, then a micro-lot on one machine."""
    steps = [
        {"code": "M-1", "type": "dry_mill", "equipment": machine, "date_start": "2026-01-09"},
        {"code": "M-2", "type": "dry_mill", "equipment": machine, "date_start": "2026-01-10"},
    ]
    return land("P1") | {
        "stream": [{"code": "ML", "type": "micro"}],
        "stream_plot": [{"stream_code": "ML", "plot_code": "P1"}],
        "lot": [
            lot("X", "cherry", 100.0, opening_stock=True), lot("XG", "green", 17.0),
            lot("L", "cherry", 100.0, stream_code="ML"), lot("LG", "green", 17.0, stream_code="ML"),
        ],
        "delivery": [delivery("R-1", "L", "P1", 100.0)],
        "process": steps,
        "process_line": [
            line("M-1", "in", "X", 100.0), line("M-1", "out", "XG", 17.0),
            line("M-2", "in", "L", 100.0), line("M-2", "out", "LG", 17.0),
        ],
    }  # fmt: skip


def shipped_without_season():
    """Cherry and parchment in one entry of the mill, in a season which nobody names."""
    return land("P1") | {
        "lot": [lot("A", "cherry", 500.0), lot("B", "dry_parchment", 500.0), lot("G", "green", 800.0)],
        "delivery": [
            delivery("R-A", "A", "P1", 500.0), delivery("R-B", "B", "P1", 500.0, form="dry_parchment"),
        ],
        "process": [{"code": "M-1", "type": "dry_mill", "date_start": "2026-01-10"}],
        "process_line": [
            line("M-1", "in", "A", 500.0), line("M-1", "in", "B", 500.0), line("M-1", "out", "G", 800.0),
        ],
        "consignment": [{"code": "E", "ship_date": "2026-02-01"}],
        "consignment_line": [{"consignment_code": "E", "lot_code": "G", "quantity_kg": 800.0}],
    }  # fmt: skip


def shipped(one):
    """A lot in a shipment, without an HS code."""
    return one_lot(
        lot=[one],
        consignment=[{"code": "E-1", "buyer": "B", "ship_date": "2026-03-01"}],
        consignment_line=[{"consignment_code": "E-1", "lot_code": "L", "quantity_kg": 10.0}],
    )


def lay_together(count):
    codes = [f"L{i}" for i in range(count)]
    return {
        "location": [{"code": "S", "storage_mode": "exclusive"}],
        "lot": [lot(code, "cherry", 1.0) for code in codes],
        "storage_stay": [{"lot_code": code, "location_code": "S", "from_date": "2025-12-01"} for code in codes],
    }


GROUP = {"producer_code": None, "collection_group": "Ea Tul"}
RARE = {
    **{
        f"hs-code.{one['hs']}": shipped(lot("L", one["form"], 100.0))
        for one in law_table("hs_proposals.csv")
        if one["commodity"] != "coffee"
    },
    "codes.more": lay_together(5),
    "custody-gap.why.early": handed(handover("H-1", "A", "B", date_received="2025-11-30")),
    "custody-gap.why.gained": handed(handover("H-1", "A", "B", quantity_received_kg=110.0)),
    "custody-gap.why.no-arrival": handed(
        handover("H-1", "A", "B", date_received=None), handover("H-2", "B", "C", date_sent="2025-12-05")
    ),
    "custody-gap.why.nothing-left": handed(
        handover("H-1", "A", "B"), handover("H-2", "A", "C", date_sent="2025-12-05")
    ),
    "dates-out-of-order.done.harvested": received(
        harvested_from="2026-03-01", harvested_to="2026-03-02", delivered_on=None
    ),
    "dates-out-of-order.done.sent": handed(handover("H-1", "A", "B", date_sent="2026-03-01", date_received=None)),
    "dates-out-of-order.why.harvest": received(harvested_from="2025-11-15", harvested_to="2025-11-14"),
    "dates-out-of-order.why.left-store": one_lot(
        storage_stay=[{"lot_code": "L", "location_code": "S", "from_date": "2025-12-02", "to_date": "2025-12-01"}]
    ),
    "declared-in-excess.why.receipts": without_plots(2, producer_code="H"),
    "declared-in-excess.why.silo-emptied": poured(2, "2025-11-16"),
    "declared-in-excess.why.silo-emptied.one": poured(1, "2025-11-16"),
    "declared-in-excess.why.silo-not-seen-empty": poured(2, None),
    "drawn-before-sealed.why.added": one_lot(lot=[lot("L", "cherry", 100.0, sealed_on="2025-11-01")]),
    "group-level-excess.why.receipts": without_plots(2, **GROUP),
    "mixed-stream.why.process": micro(
        ("A", {"stream_code": "ML", "process": "washed"}), ("B", {"stream_code": "ML", "process": "natural"})
    ),
    "mixed-stream.why.species": micro(
        ("A", {"stream_code": "ML", "species": "Coffea arabica"}),
        ("B", {"stream_code": "ML", "species": "Coffea canephora"}),
    ),
    "plot-version-not-valid.why.gap": surveyed(("2025-01-01", "2025-02-01"), ("2025-12-01", None)),
    "producer-over-capacity.in-season": in_season("P1", "P2", kg=9_000.0),
    "regional-declaration.why.large-group": without_plots(1, **GROUP)
    | {
        "producer": [
            {"code": f"H-{i}", "name": "Y", "collection_group": "Ea Tul"}
            for i in range(PRODUCERS_MAX_PER_STATEMENT + 1)
        ]
    },
    "season-over-shipped.whole-book": shipped_without_season(),
    "stock-mismatch.some-day": one_lot(
        measurement=[{"lot_code": "L", "indicator": "stock", "value": 7.0, "unit": "kg"}]
    ),
    "stock-mismatch.unknown-day": None,
    "uncleaned-equipment.unknown-before-micro": milled(),
    "unknown-origin.why.group": one_lot(
        producer=[{"code": "H-9", "name": "Y", "collection_group": "Ea Tul"}],
        delivery=[delivery("R-1", "L", None, 100.0) | GROUP],
    ),
    "unknown-origin.why.producer": one_lot(
        producer=[{"code": "H-9", "name": "Y"}],
        delivery=[delivery("R-1", "L", None, 100.0) | {"producer_code": "H-9"}],
    ),
    "wrong-check-digit.why.gln": {"organisation": [{"code": "COOP", "gln": "1234567890123"}]},
}
"""Sentences that no case of a rule says, each with a book that does."""
IN_MEASURES_ONLY = {"stock-mismatch.unknown-day"}


def sentences(said):
    """A sentence and those that stand in its places."""
    if isinstance(said, Said):
        yield said
        for value in said.values.values():
            for one in value if isinstance(value, tuple) else (value,):
                yield from sentences(one)


def findings_of(book):
    """On a day before everything in the book, so that days still to come are told as well."""
    result = check_lots(replace(book, today="2024-01-01"))
    assert not result.tool_errors
    return result.findings


@cache
def findings_of_cases():
    found = []
    for path in case_files():
        found += findings_of(book_of_case(json.loads(path.read_text(encoding="utf-8"))))
    return tuple(found)


def is_said(text):
    """Check that a text is a sentence of the tables, whole, in every language, also after it was kept."""
    assert isinstance(text, Said), f"{text!r} is said in English only"
    assert from_plain(json.loads(json.dumps(to_plain(text)))) == text
    for language in OTHERS:
        assert in_language(text, language) != str(text), f"{text.key} is English in {language}"
    for one in sentences(text):
        for name, value in one.values.items():
            words = isinstance(value, str) and not isinstance(value, Said) and re.search(r"[^\W\d_]{2,} [a-z]", value)
            assert not words or name in {"value", "first", "group", "names"}, (
                f"{one.key} {name}: {value!r} is said in English only"
            )


@pytest.mark.parametrize("code", LOT_RULES)
def test_what_a_lot_rule_finds_is_said_in_every_language(code):
    own = [finding for finding in findings_of_cases() if finding.rule == code]
    assert own
    for finding in own:
        is_said(finding.message)
        is_said(finding.hint)
        assert type(finding.subject) is str, "a noun for machines"


@pytest.mark.parametrize("key", sorted(set(RARE) - IN_MEASURES_ONLY))
def test_what_is_rarely_found_is_said_in_every_language(key):
    said = set()
    for finding in findings_of(book_of(RARE[key])):
        is_said(finding.message)
        is_said(finding.hint)
        said |= {one.key for text in (finding.message, finding.hint) for one in sentences(text)}
    assert f"lot_findings:{key}" in said


def test_no_sentence_of_lot_rules_is_said_by_nobody():
    said = {
        one.key
        for finding in findings_of_cases()
        for text in (finding.message, finding.hint)
        for one in sentences(text)
    }
    rows = {f"lot_findings:{key}" for key in tables.words("lot_findings", "en")}
    assert rows - said == {f"lot_findings:{key}" for key in RARE}


@pytest.mark.parametrize("table", ["lot_findings", "lots", "nouns", "packages"])
def test_no_row_is_english_in_another_language(table):
    english = tables.table(table)["en"]
    for language in OTHERS:
        for key, text in tables.table(table)[language].items():
            if table != "nouns" and LETTER.search(SHARED.sub("", PLACE.sub("", english[key]))):
                assert text != english[key], f"{table}:{key} is English in {language}"


def test_a_form_and_a_sheet_are_called_as_in_the_workbook():
    told = [finding for finding in findings_of_cases() if finding.rule == "form-mismatch"]
    assert any("quả tươi" in in_language(finding.message, "vi") for finding in told)
    told = [finding for finding in findings_of_cases() if finding.rule == "plot-outside-stream"]
    assert all("trang Thửa đất" in in_language(finding.hint, "vi") for finding in told)


@pytest.mark.parametrize(
    ("ask", "spanish", "advice"),
    [
        (lambda book: trace(book, "QQ9"), "no hay lote ni embarque con el código QQ9", "los códigos son los del libro"),
        (lambda book: trace(book, "E"), "el embarque E no tiene lotes", "en la hoja Embarques"),
        (lambda book: recall(book, "L", kind="plot"), "no hay parcela con el código L", "¿quiso decir"),
        (lambda book: recall(book, "Q9"), "no hay parcela, productor, entrega, lote,", "los códigos son los del libro"),
        (lambda book: recall(book, "R-1"), "R-1 nombra varias cosas: entrega y proceso", "diga cuál con --kind"),
        (lambda book: recall(book, "P1", since="2025-01-01"), "de tipo parcela", "quite --since y --until"),
    ],
)
def test_a_refusal_says_what_and_how_in_the_language(ask, spanish, advice):
    book = book_of(one_lot(process=[{"code": "R-1"}], consignment=[{"code": "E"}]))
    with pytest.raises(EudrGeoError) as caught:
        ask(book)
    assert spanish in in_language(caught.value.message, "es")
    assert advice in in_language(caught.value.fix, "es")


def test_the_record_of_an_exercise_is_said_in_every_language():
    book = book_of(without_plots(2, producer_code="H"))
    found = trace(book, "L")
    lines = [*drill_record(book, found), *recall_record(recall(book, "H"))]
    for label, text in lines:
        is_said(label)
        assert isinstance(text, Said)
    told = {str(label): in_language(text, "vi") for label, text in drill_record(book, found)}
    assert told["missing"] == "phiếu không ghi thửa: 2: R-0, R-1"
    its = declared_set(book, found)
    for text in (*(one.why for one in its.excess), *its.advice()):
        is_said(text)
