"""What was paid for deliveries: read with its currency, corrected, asked where no currency is known, and in no output."""

from datetime import date

import pytest
from clerk import LAND, Clerk

from eudr_geo.store import open_store

SUMS = {"price": 73219.5, "amount": 58137462.25, "second": 4418273.75}
MARKS = ("73219", "73,219", "58137462", "58,137,462", "4418273", "4,418,273", "XTS", "2026-04-13", "13/04/2026")
HEAD = [*LAND["Deliveries"][0], "Price per kg", "Currency", "Amount paid", "Second payment", "Second payment on"]
SEASON = [["Season", "Country", "Currency"], ["2025/26", "VN", "VND"]]
LATER = date(2026, 4, 13)


def paid(*first, second=()):
    rows = LAND["Deliveries"]
    return [HEAD, [*rows[1], *first], [*rows[2], *second]]


@pytest.fixture
def clerk(tmp_path):
    return Clerk(tmp_path)


def money(clerk):
    return clerk.rows("delivery", "price", "currency", "amount_paid", "second_payment", "second_payment_on")[0]


def test_money_is_read_corrected_and_read_again(clerk):
    clerk.read(Deliveries=paid(12000, "VND", 12000000, None, None))
    assert money(clerk) == (12000.0, "VND", 12000000.0, None, "")
    said = clerk.read(Deliveries=paid(12500, "VND", 12500000, 800000, LATER))
    assert money(clerk) == (12500.0, "VND", 12500000.0, 800000.0, "2026-04-13")
    assert "Price per kg 12000 → 12500" in said
    assert clerk.run("undo", "--yes").exit_code == 0
    assert money(clerk) == (12000.0, "VND", 12000000.0, None, "")


def test_money_paid_after_shipping_is_no_correction(clerk):
    ship = [["Shipment code", "Lot code", "Net weight (kg)", "Ship date", "Buyer"], ["EX1", "G", 1800, date(2026, 3, 1), "B"]]  # fmt: skip
    clerk.read(Deliveries=paid(12000, "VND", 12000000, None, None), Shipments=ship)
    clerk.read(Deliveries=paid(12000, "VND", 12000000, 800000, LATER))
    assert money(clerk)[3:] == (800000.0, "2026-04-13")


@pytest.mark.parametrize("column", [0, 2, 3], ids=["price", "amount paid", "second payment"])
def test_a_sum_without_currency_is_asked_once_and_nothing_is_stored(clerk, column):
    values = [None] * 5
    values[column] = 12000
    said = clerk.read(Deliveries=paid(*values, second=values), code=1)
    assert "2 receipts have a sum of money and no currency, the first of them R1, R2" in said
    assert "write Currency once for the season, on the sheet Seasons, or in each row of the sheet Deliveries" in said
    assert clerk.rows("delivery", "code") == []


def test_the_currency_of_the_season_counts(clerk):
    clerk.read(Seasons=SEASON, Deliveries=paid(12000, None, None, None, None))
    assert money(clerk)[:2] == (12000.0, ""), "what the row says stays what it says"


@pytest.mark.parametrize(
    ("cells", "currency"),
    [(("12,500.50 VND", None, None), "VND"), ((None, "đồng", "12000000"), "VND"), (("$3.10", "usd", None), "USD")],
    ids=["beside the price", "as people say it", "a sign of many"],
)
def test_currencies_as_people_write_them(clerk, cells, currency):
    clerk.read(Deliveries=paid(*cells, None, None))
    assert money(clerk)[1] == currency


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (("12000 VND", None, "500 USD", None, None), "one row has amounts in USD, VND"),
        ((12000, "money", None, None, None), "money is no currency"),
        ((12000, "VND", None, None, LATER), "a second payment, 2026-04-13, and no amount"),
        ((-5, "VND", None, None, None), "is no price"),
    ],
    ids=["two currencies", "no currency", "a day without an amount", "below nothing"],
)
def test_money_that_makes_no_sense_is_named(clerk, cells, why):
    assert why in clerk.read(Deliveries=paid(*cells), code=1)


def test_a_project_of_before_currencies_is_read_again_as_it_was(clerk):
    clerk.read(Deliveries=paid(12000, "VND", None, None, None))
    with open_store(clerk.path, write=True) as store, store._backend.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE delivery SET currency = ''")
    rows = paid(12000, None, None, None, None)
    rows[0] = [one for one in rows[0] if one != "Currency"]
    rows[1:] = [row[:9] + row[10:] for row in rows[1:]]
    clerk.read(Deliveries=rows)


def test_no_money_leaves_the_house(clerk, tmp_path):
    """Everything that is made for others: packages of both profiles, traces, maps, audits, the boundaries."""
    ship = [["Shipment code", "Lot code", "Net weight (kg)", "Ship date", "Buyer", "Container"], ["EX1", "G", 1800, date(2026, 3, 1), "B", "MSCU1234566"]]  # fmt: skip
    clerk.read(Deliveries=paid(SUMS["price"], "XTS", SUMS["amount"], SUMS["second"], LATER), Shipments=ship)
    assert money(clerk) == (SUMS["price"], "XTS", SUMS["amount"], SUMS["second"], "2026-04-13")
    made = []
    for profile in ("traces", "buyer"):
        done = clerk.run("package", "EX1", "--profile", profile, "--with-names", "-o", tmp_path / profile)
        assert done.exit_code == 0, done.output
    assert clerk.run("map", "-o", tmp_path / "map.html").exit_code == 0
    assert clerk.run("map", "--lot", "EX1", "-o", tmp_path / "lot.html").exit_code == 0
    for words in (("trace", "EX1"), ("trace", "G"), ("trace", "R1", "--forward"), ("trace", "T-1", "--forward")):
        made += [clerk.run(*words, "--format", how).output.encode() for how in ("table", "csv", "json")]
    for how in ("table", "json", "csv", "geojson", "html"):
        out = tmp_path / f"audit.{how}"
        assert clerk.run("audit", "--format", how, "-o", out).exit_code in {0, 1}
    made += [
        path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.suffix not in {".gpkg", ".xlsx"}
    ]
    assert len(made) > 20
    for mark in MARKS:
        assert not any(mark.encode() in one for one in made), mark
