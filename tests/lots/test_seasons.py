"""Seasons are facts: days decide, two years are never added up, and what is carried over is no fault."""

from dataclasses import replace

import pandas as pd
import pytest
from lot_books import book_of, line, lot

from eudr_geo.base.errors import InputError
from eudr_geo.checks.checking import check_lots
from eudr_geo.lots.season_filter import known_season, last_lots, lots_of_season, of_season
from eudr_geo.lots.season_output import season_outputs
from eudr_geo.lots.seasons import runs, seasons_of
from eudr_geo.sources.workbook.sheets import read_cells

VN24 = {"code": "2024/25", "country": "VN", "start": "2024-10-01", "end": "2025-09-30"}
VN25 = {"code": "2025/26", "country": "VN", "start": "2025-10-01", "end": "2026-09-30"}


def receipt(code, lot_code, day, kg=100.0, *, plot="P", form="green", delivered=None, **more):
    own = {"harvested_from": day, "harvested_to": day, "delivered_on": delivered or day, "producer_code": f"H-{plot}"}
    return {"code": code, "lot_code": lot_code, "plot_code": plot, "quantity_kg": kg, "form": form} | own | more


def book(seasons, receipts, lots=(), *, area_ha=0.5, countries=None, **more):
    """Green coffee from plots of Viet Nam, or of the countries named; lots that only receipts name are bulk."""
    plots = sorted({one["plot_code"] for one in receipts})
    named = {one["code"] for one in lots}
    every = [*lots, *(lot(code, "green") for code in sorted({one["lot_code"] for one in receipts} - named))]
    return book_of(
        {
            "producer": [{"code": f"H-{plot}", "name": "Y"} for plot in plots],
            "plot": [
                {"code": plot, "producer_code": f"H-{plot}", "commodity": "coffee", "country": (countries or {}).get(plot, "VN")}
                for plot in plots
            ],
            "plot_version": [{"plot_code": plot, "version": 1, "area_ha": area_ha} for plot in plots],
            "season": list(seasons), "lot": every, "delivery": list(receipts),
        } | more
    )  # fmt: skip


def told(one, *rules):
    found = [(finding.rule, finding.code) for finding in check_lots(one).findings]
    return [pair for pair in found if not rules or pair[0] in rules]


def seasons_told(one):
    return [its.code for its in seasons_of(one).receipts]


def test_border_days_belong_to_the_season_that_holds_them():
    days = ["2024-10-01", "2025-09-30", "2025-10-01", "2026-09-30"]
    found = book([VN24, VN25], [receipt(f"R{i}", f"G{i}", day) for i, day in enumerate(days)])
    assert seasons_told(found) == ["2024/25", "2024/25", "2025/26", "2025/26"]


def test_the_harvest_counts_before_the_delivery():
    found = book([VN24, VN25], [receipt("R", "G", "2025-09-20", delivered="2025-11-20")])
    assert seasons_told(found) == ["2024/25"]
    unknown = receipt("R", "G", "2025-09-20", delivered="2025-11-20", harvested_from=None, harvested_to=None)
    assert seasons_told(book([VN24, VN25], [unknown])) == ["2025/26"]


def test_a_harvest_over_the_border_is_of_the_season_in_which_it_began():
    over = receipt("R", "G", "2025-09-20", harvested_to="2025-10-05", delivered="2025-10-06")
    assert seasons_told(book([VN24, VN25], [over])) == ["2024/25"]
    assert seasons_told(book([VN25], [over])) == ["2025/26"], "where no other season is known, the day within it counts"
    no_day = receipt("R", "G", "2025-11-05", harvested_from="soon")
    assert seasons_told(book([VN24, VN25], [no_day])) == ["2025/26"]


def test_the_season_that_a_lot_states_is_less_than_its_days():
    found = book([VN24, VN25], [receipt("R", "G", "2024-12-01")], [lot("G", "green", crop_year="2025/26")])
    assert seasons_told(found) == ["2024/25"]
    assert told(found, "other-crop-year") == [("other-crop-year", "G")]


def test_each_country_has_its_own_season_of_a_name():
    indonesia = {"code": "2025/26", "country": "ID", "start": "2025-04-01", "end": "2026-03-31"}
    before = indonesia | {"code": "2024/25", "start": "2024-04-01", "end": "2025-03-31"}
    rows = [receipt("R1", "A", "2025-05-10", plot="P"), receipt("R2", "B", "2025-05-10", plot="Q")]
    found = book([VN24, VN25, before, indonesia], rows, countries={"Q": "ID"})
    assert seasons_told(found) == ["2024/25", "2025/26"]
    assert told(found) == [], "seasons of two countries do not overlap"


def test_a_season_of_no_country_is_of_every_country():
    found = book([VN25 | {"country": ""}], [receipt("R", "G", "2025-11-10", plot="Q")], countries={"Q": "CO"})
    assert seasons_told(found) == ["2025/26"]


def test_of_a_day_that_two_seasons_hold_the_lot_says_which():
    both = [VN24 | {"end": "2025-10-31"}, VN25]
    assert told(book(both, [receipt("R", "G", "2025-10-10")]), "overlapping-seasons") == [
        ("overlapping-seasons", "2024/25")
    ]
    assert seasons_told(book(both, [receipt("R", "G", "2025-10-10")])) == [""], "nobody guesses"
    stated = [lot("G", "green", crop_year="25-26")]
    assert seasons_told(book(both, [receipt("R", "G", "2025-10-10")], stated)) == ["2025/26"]


@pytest.mark.parametrize(("day", "is_told"), [("2024-08-17", False), ("2024-08-16", True)])
def test_a_receipt_outside_every_season_is_told(day, is_told):
    """45 days before and after a season are not."""
    found = book([VN24, VN25], [receipt("R", "G", day)])
    assert bool(told(found, "outside-season")) is is_told
    assert seasons_told(found) == [""] if is_told else ["2024/25"]


def test_two_years_of_a_plot_are_not_added_up():
    """1,700 kg each year from half a hectare is an ordinary year; 3,400 kg would be much."""
    rows = [receipt("R1", "G24", "2024-11-20", 1700.0), receipt("R2", "G25", "2025-11-20", 1700.0)]
    for seasons in ([], [VN24, VN25], [{"code": "2025/26", "country": "VN"}], [VN25]):
        assert told(book(seasons, rows), "implausible-yield", "producer-over-capacity") == [], seasons
    one_stream = {"stream": [{"code": "B", "type": "bulk", "season_code": "2025/26"}]}
    lots = [lot(code, "green", stream_code="B") for code in ("G24", "G25")]
    for seasons in ([], [VN24, VN25]):
        assert told(book(seasons, rows, lots, **one_stream), "implausible-yield") == []
    same = [receipt("R1", "G24", "2024-11-20", 1700.0), receipt("R2", "G25", "2025-01-20", 1700.0)]
    for seasons in ([], [VN24, VN25], [{"code": "2025/26", "country": "VN"}]):
        assert told(book(seasons, same), "implausible-yield") == [("implausible-yield", "P")], seasons


def test_two_years_of_a_producer_are_not_added_up():
    rows = [
        receipt(f"R{year}{plot}", f"G{year}", f"{year}-11-20", 1700.0, plot=plot) | {"producer_code": "H-P"}
        for year in (2024, 2025)
        for plot in ("P", "Q")
    ]
    one = book([], rows)
    owned = one.table("plot").assign(producer_code="H-P")
    one = replace(one, frames={**one.frames, "plot": owned})
    assert told(one, "producer-over-capacity") == []
    crowded = one.table("delivery").assign(harvested_from="2025-11-20", harvested_to="2025-11-20")
    now = replace(one, frames={**one.frames, "delivery": crowded})
    assert told(now, "producer-over-capacity") == [("producer-over-capacity", "H-P")]


def test_land_counts_for_who_held_it_at_the_harvest():
    rows = [receipt(f"R{plot}", "G", "2025-11-20", 3400.0, plot=plot) | {"producer_code": "H-P"} for plot in "PQ"]
    one = book([], rows)
    mine = one.table("plot").assign(producer_code="H-P")

    def with_bought(since):
        extra = mine.iloc[[0]].assign(code="S", held_since=since)
        land = replace(one, frames={**one.frames, "plot": pd.concat([mine, extra], ignore_index=True)})
        area = land.land.iloc[[0]].assign(plot_code="S", area_ha=50.0)
        return replace(land, land=pd.concat([land.land, area], ignore_index=True))

    assert told(with_bought("2025-01-01"), "producer-over-capacity") == []
    assert told(with_bought("2026-01-20"), "producer-over-capacity") == [("producer-over-capacity", "H-P")]


def test_a_harvest_ends_after_a_break_or_a_year():
    assert runs(["2024-11-01", "2025-03-31", "2025-08-29"]) == [0, 0, 1]
    monthly = [f"20{25 + month // 12}-{month % 12 + 1:02}-01" for month in range(26)]
    assert runs(monthly) == [0] * 12 + [1] * 12 + [2] * 2, "where coffee comes all the year, a year is a year"
    assert runs(["2025-11-01", "", "no day"]) == [0, 0, 0]


def blend(seasons, *, shipped_kg=500.0, direct=False, **years):
    """200 kg of last year and 300 kg of this, blended and shipped; or last year's shipped as it is."""
    lots = [lot(code, "green", crop_year=years.get(code)) for code in ("OLD", "NEW", "MIX")]
    rows = [receipt("R0", "OLD", "2024-12-01", 200.0), receipt("R1", "NEW", "2025-11-15", 300.0, plot="Q")]
    lines = [line("B", "in", "NEW", 300.0), line("B", "in", "OLD", 200.0), line("B", "out", "MIX", 500.0)]
    sent = [("OLD", 200.0), ("NEW", 300.0)] if direct else [("MIX", shipped_kg)]
    made = (
        {}
        if direct
        else {"process": [{"code": "B", "type": "blend", "date_start": "2025-12-01"}], "process_line": lines}
    )
    return book(
        seasons, rows, lots[:2] if direct else lots,
        consignment=[{"code": "E", "buyer": "B", "ship_date": "2026-03-01"}],
        consignment_line=[{"consignment_code": "E", "lot_code": code, "quantity_kg": kg} for code, kg in sent],
        **made,
    )  # fmt: skip


YEARS = {"OLD": "2024/25", "NEW": "2025/26", "MIX": "2025/26"}


@pytest.mark.parametrize(
    "seasons", [[], [VN24, VN25], [{"code": "2025/26", "country": "VN"}]], ids=["none", "days", "name"]
)
@pytest.mark.parametrize("years", [{}, YEARS], ids=["unstated", "stated"])
@pytest.mark.parametrize("direct", [False, True], ids=["blended", "as it is"])
def test_stock_of_known_origin_that_is_carried_over_is_no_fault(seasons, years, direct):
    assert (
        told(blend(seasons, direct=direct, **years), "season-over-shipped", "other-crop-year", "outside-season") == []
    )


def test_more_than_both_seasons_gave_is_still_told():
    found = blend([VN24, VN25], shipped_kg=900.0)
    lots = found.table("lot").assign(quantity_kg=[None, None, 900.0])
    assert told(
        replace(found, frames={**found.frames, "lot": lots}), "season-over-shipped", "inflow-mismatch", "over-draw"
    )


def test_goods_of_two_seasons_are_told_as_such():
    found = blend([VN24, VN25])
    seasons = seasons_of(found)
    assert seasons.of_lot("MIX") == ["2024/25", "2025/26"]
    assert seasons.of_lot("OLD") == ["2024/25"]
    place = seasons_of(found).codes.index("2024/25")
    assert seasons.shares[2][place] == pytest.approx(0.4)
    assert lots_of_season(found, "2024/25") == ["MIX", "OLD"]
    assert last_lots(found, "2025/26") == last_lots(found, "2024/25") == ["MIX"]


def test_a_season_that_is_asked_for_is_known_or_refused():
    found = blend([VN24, VN25])
    assert known_season(found, "25-26") == "2025/26"
    for text, why in (
        ("2025", "first or the second year"),
        ("main", "no season"),
        ("2023/24", "no goods of season 2023/24"),
    ):
        with pytest.raises(InputError, match=why):
            known_season(found, text)
    with pytest.raises(InputError, match="the seasons are: 2024/25, 2025/26"):
        known_season(found, "2023/24")
    assert of_season(found, ["MIX", "E"], "2024/25") == ["MIX", "E"]
    with pytest.raises(InputError, match="OLD holds nothing of season 2025/26"):
        of_season(found, ["OLD"], "2025/26")


def test_lots_that_feed_each_other_in_a_circle_do_not_stop_it():
    lots = [lot("A", "green", 10.0), lot("B", "green", 10.0)]
    lines = [
        line("X", "in", "A", 5.0),
        line("X", "out", "B", 5.0),
        line("Y", "in", "B", 5.0),
        line("Y", "out", "A", 5.0),
    ]
    found = book([VN25], [receipt("R", "A", "2025-11-11", 10.0)], lots, process_line=lines,
                 process=[{"code": "X", "type": "blend"}, {"code": "Y", "type": "blend"}])  # fmt: skip
    assert "2025/26" in seasons_of(found).of_lot("A")
    assert ("lot-cycle", "A") in told(found)


def milled(micro_kg, bulk_kg, **season):
    """A micro-lot from cherry through a dry mill, its low grade given to bulk, and green coffee of others."""
    lots = [
        lot("C", "cherry", 1000.0, stream_code="ML"), lot("G", "green", micro_kg, stream_code="ML", moisture_percent=14.0),
        lot("LOW", "green", 20.0, stream_code="ML"), lot("B", "green", bulk_kg, stream_code="BULK"),
    ]  # fmt: skip
    rows = [
        receipt("R1", "C", "2025-11-11", 1000.0, form="cherry"),
        receipt("R2", "B", "2025-11-12", bulk_kg, plot="Q"),
    ]
    lines = [line("M", "in", "C", 1000.0), line("M", "out", "G", micro_kg), line("M", "byproduct", "LOW", 20.0)]
    return book(
        [VN25 | season], rows, lots, stream=[{"code": "ML", "type": "micro"}, {"code": "BULK", "type": "bulk"}],
        stream_plot=[{"stream_code": "ML", "plot_code": "P"}], process=[{"code": "M", "type": "dry_mill"}],
        process_line=lines,
    )  # fmt: skip


def test_the_share_of_a_micro_lot_is_green_coffee_at_one_moisture():
    (output,) = season_outputs(milled(150.0, 1500.0))
    dry = 150.0 * 86 / 88
    assert output.micro_kg == {"ML": pytest.approx(dry)}, "low grade is no part of the micro-lot any more"
    assert output.output_kg == pytest.approx(dry + 20.0 + 1500.0)
    assert output.share("ML") == pytest.approx(dry / (dry + 1520.0))
    (moister,) = season_outputs(milled(150.0, 1500.0, standard_moisture_percent=11.0))
    assert moister.micro_kg["ML"] == pytest.approx(150.0 * 86 / 89)
    (stated,) = season_outputs(milled(150.0, 1500.0, output_kg=3000.0))
    assert (stated.output_kg, stated.is_stated) == (3000.0, True)


def test_what_is_destroyed_and_what_has_no_factor_is_not_in_the_output():
    one = milled(150.0, 1500.0)
    lots = one.table("lot")
    gone = replace(one, frames={**one.frames, "lot": lots.assign(status=["open", "open", "open", "destroyed"])})
    assert season_outputs(gone)[0].output_kg == pytest.approx(150.0 * 86 / 88 + 20.0)
    other = replace(one, frames={**one.frames, "lot": lots.assign(form=["cherry", "green", "green", "other"])})
    (output,) = season_outputs(other)
    assert (output.output_kg, output.other_kg) == (pytest.approx(150.0 * 86 / 88 + 20.0), 1500.0)


def test_a_second_season_of_a_micro_lot_may_be_large():
    lots = [
        lot(code, "green", stream_code=stream)
        for code, stream in (("A", "ML"), ("B", "ML"), ("Z", "BULK"), ("Y", "BULK"))
    ]
    rows = [
        receipt("R1", "A", "2024-11-11", 7.0), receipt("R2", "Z", "2024-11-11", 93.0, plot="Q"),
        receipt("R3", "B", "2025-11-11", 30.0), receipt("R4", "Y", "2025-11-11", 70.0, plot="Q"),
    ]  # fmt: skip
    streams = {"stream": [{"code": "ML", "type": "micro"}, {"code": "BULK", "type": "bulk"}]}
    found = book([VN24, VN25], rows, lots, **streams, stream_plot=[{"stream_code": "ML", "plot_code": "P"}])
    first, second = season_outputs(found)
    assert (first.first, second.first) == ({"ML"}, set())
    assert told(found, "micro-lot-share") == []


SHEET = [["Season", "First day", "Last day", "Country", "Currency", "Green coffee made", "Standard moisture"]]


def read(*rows, **more):
    return read_cells({"Seasons": SHEET + [list(row) for row in rows], **more}, country="VN")


def test_the_sheet_is_read_in_one_spelling_with_the_country_of_the_book():
    found = read(["2025-26", "1/10/2025", "30/9/2026", None, "vnd", 1200, 12], ["24/25", None, None, "Indonesia"])
    assert [(row["code"], row["country"], row["start"], row["currency"]) for row in found.tables["season"]] == [
        ("2025/26", "VN", "2025-10-01", "VND"),
        ("2024/25", "ID", None, None),
    ]
    assert {str(change.rule) for change in found.changes} >= {"season"}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["2025", "1/10/2025", "30/9/2026"], "first or the second year"),
        (["harvest", "1/10/2025", "30/9/2026"], "is no season"),
        (["2025/26", "1/10/2026", "30/9/2026"], "ends on 2026-09-30, before it begins"),
        ([None, "1/10/2025", "30/9/2026"], "Season is empty"),
    ],
)
def test_a_row_that_is_no_season_is_refused_with_its_place(row, why):
    found = read(row)
    (issue,) = [one for one in found.issues if one.severity == "error"]
    assert why in issue.why
    assert issue.sheet == "Seasons"
    assert found.tables["season"] == []


def test_a_cell_that_is_none_is_left_out_and_the_season_stays():
    found = read(["2025/26", "1/10/2025", "30/9/2026", "VN", "dong", None, 88])
    assert [one.severity for one in found.issues if one.sheet == "Seasons"] == ["warning", "warning"]
    (row,) = found.tables["season"]
    assert (row["currency"], row["standard_moisture_percent"]) == (None, None)


def test_a_season_stands_once_for_each_country():
    days = ["1/10/2025", "30/9/2026"]
    found = read(["2025/26", *days, "VN"], ["2025-26", *days, "VN"], ["2025/26", *days, "LA"])
    assert [(row["code"], row["country"]) for row in found.tables["season"]] == [("2025/26", "VN"), ("2025/26", "LA")]
    assert any("stands on row 2 as well" in one.why for one in found.issues)


def test_a_crop_year_has_the_same_spelling_or_is_told():
    lots = [["Lot code", "Type", "Form", "Created on", "Crop year"], ["G-1", "bulk", "green", "2025-11-15", "25-26"],
            ["G-2", "bulk", "green", "2025-11-15", "2025"]]  # fmt: skip
    found = read_cells({"Lots": lots})
    assert [row["crop_year"] for row in found.tables["lot"]] == ["2025/26", None]
    assert any("2025 may be the first or the second year" in one.why for one in found.issues)


def test_a_stream_has_the_season_of_the_book_only_where_there_is_one():
    lots = [["Lot code", "Type", "Form", "Created on", "Stream"], ["G-1", "micro", "green", "2025-11-15", "ML"]]
    days = ["1/10/2025", "30/9/2026"]
    one = read(["2025/26", *days], Lots=lots)
    assert one.tables["stream"][0]["season_code"] == "2025/26"
    two = read(["2025/26", *days], ["2024/25", "1/10/2024", "30/9/2025"], Lots=lots)
    assert two.tables["stream"][0]["season_code"] is None


def test_the_hidden_sheet_of_an_older_workbook_gives_way_to_the_seasons_sheet():
    meta = [["season.code", "2025-26"], ["season.country", "VN"], ["season.start", "2025-10-01"]]
    alone = read_cells({"_meta": meta, "Producers": [["Producer code", "Name"], ["H", "Y"]]})
    assert [(row["code"], row["start"]) for row in alone.tables["season"]] == [("2025/26", "2025-10-01")]
    both = read(["2025/26", "1/11/2025", "30/9/2026"], _meta=meta)
    assert [(row["code"], row["start"]) for row in both.tables["season"]] == [("2025/26", "2025-11-01")]
