"""Lots and custody: seasons that are no facts yet, lots that name another one, and how large the micro-lots are."""

from __future__ import annotations

from collections.abc import Iterator

from eudr_geo.base.season_codes import as_season
from eudr_geo.checks.catalogue import NOTE, WARNING, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, because, by_code, problems, rows
from eudr_geo.lots.crop_years import usual_days
from eudr_geo.lots.season_output import is_unusual, season_outputs
from eudr_geo.lots.seasons import day_of, seasons_of
from eudr_geo.model.lot_book import LotBook
from eudr_geo.words.saying import say
from eudr_geo.words.workbook import say_word

FIRST_SHARE = (0.05, 0.10)
"""Good practice: the part of a season's output that is kept apart as micro-lots to begin with."""
_ALL = 0.9995
_FACTS = "good practice: a season is a first and a last day, not a spelling"


@lot_rule(severity=WARNING, basis=_FACTS, ids=("LOT-TIME",), at=("start",))
def overlapping_seasons(book: LotBook) -> Problems:
    """Two seasons of one country share a day.

    **Why it matters** A receipt belongs to the season that holds its harvest. Of a day that two seasons hold nobody can
    say whose kilograms it brought, and yields and shipments of both are judged without them.

    **Example** Season 2024/25 ends on 2025-10-31 and season 2025/26 begins on 2025-10-01.

    **How to correct it** End the earlier season on the day before the later one begins.

    **Trap** A second harvest of one year is no season of its own: the first and last day of the season hold both.
    """
    return problems(
        Fault(
            "season",
            one.code,
            next((row for row in rows(book, "season") if as_season(row["code"]) == one.code), {}),
            because(
                "overlapping-seasons.why",
                first=other.first.isoformat(),
                last=min(one.last, other.last).isoformat(),
            ),
            {"other": other.code},
        )
        for one, other in seasons_of(book).overlaps()
    )


@lot_rule(severity=NOTE, basis=_FACTS, ids=("LOT-TIME",), at=("start",))
def season_without_days(book: LotBook) -> Problems:
    """A season has no first and last day.

    **Why it matters** Without days nobody can tell by the harvest which season a receipt is of. What the lot says is
    taken instead, and receipts of two years are kept apart only where months lie between them.

    **Example** The project was made with season 2025/26, and no workbook says when it begins.

    **How to correct it** Write the first and the last day of harvest on the Seasons sheet. Where the crop year of a
    country is known it is proposed, and used only once somebody wrote it down.

    **Trap** The crop year of the trade is longer than the harvest of a village, and that is right: every receipt of the
    year then has its season.
    """
    return problems(_without_days(book))


def _without_days(book: LotBook) -> Iterator[Fault]:
    if not rows(book, "delivery"):
        return
    seasons = seasons_of(book)
    grown = {row["commodity"] for row in rows(book, "plot") if row["commodity"]}
    for row in seasons.undated:
        code, country = as_season(row["code"]), row["country"] or ""
        if any(one.code == code and one.is_of(country) for one in seasons.spans):
            continue
        first, last = day_of(row["start"]), day_of(row["end"])
        if first and last:
            yield Fault("season", code, row, values={"value": row["end"], "other": row["start"]}, case="backwards")
            continue
        usual = usual_days(code, country, next(iter(grown))) if len(grown) == 1 else None
        if usual is None:
            yield Fault("season", code, row)
            continue
        what = say_word("commodity", next(iter(grown)))
        begins, ends = (day.isoformat() for day in usual)
        why = because("season-without-days.why", commodity=what, country=country, first=begins, last=ends)
        yield Fault("season", code, row, why, case="proposed")


@lot_rule(severity=WARNING, basis=_FACTS, ids=("LOT-TIME",), at=("crop_year",))
def other_crop_year(book: LotBook) -> Problems:
    """A lot states a crop year in which none of its goods were harvested.

    **Why it matters** The crop year on the label is what the buyer reads. Old coffee sold as new is a claim that the
    receipts disprove.

    **Example** Lot G-7 is labelled 2025/26; all its receipts were harvested between October 2024 and March 2025.

    **How to correct it** Correct the crop year of the lot, or the dates of its receipts.

    **Trap** A blend of two seasons may state either of them; it is the buyer who has to know of both.
    """
    return problems(_other_year(book))


def _other_year(book: LotBook) -> Iterator[Fault]:
    seasons = seasons_of(book)
    dated = {one.code for one in seasons.receipts if one.is_dated}
    for row in rows(book, "lot"):
        stated, found = as_season(row["crop_year"]), seasons.of_lot(row["code"])
        if stated and found and stated not in found and set(found) <= dated:
            yield Fault("lot", row["code"], row, values={"value": stated, "other": ", ".join(found)})


@lot_rule(
    severity=NOTE, basis="good practice: a micro-lot begins as 5 to 10 % of the season's output", ids=("LOT-SEG",)
)
def micro_lot_share(book: LotBook) -> Problems:
    """A micro-lot in its first season is far larger or smaller than a beginning should be, or nothing else is left.

    **Why it matters** What is kept apart costs, and nobody has paid for it yet. Too much of it is a risk for all
    members; too little is no test. Where everything is a micro-lot there is no bulk to compare prices with.

    **Example** ML03 is made into 450 kg of green coffee of a season that gives 1,800 kg: 25 % in its first season.

    **How to correct it** Keep more of the coffee as bulk next time, or less. If lots of the bulk are missing in the
    book, enter them, or the output of the season on the Seasons sheet.

    **Trap** Several small micro-lots are judged together: three of 2 % each are 6 %. In the middle of a season the bulk
    may not be milled yet; it counts as the green coffee that it will usually become.
    """
    return problems(_shares(book))


def _shares(book: LotBook) -> Iterator[Fault]:
    facts = {one.code for one in seasons_of(book).spans}
    streams = by_code(book, "stream")
    for output in season_outputs(book):
        if output.output_kg <= 0 or not (output.code in facts or output.is_stated):
            continue
        for stream, kg in output.micro_kg.items():
            if output.micro_share >= _ALL:
                case = "all"
            elif is_unusual(output, stream, *FIRST_SHARE):
                case = "large" if output.share(stream) > FIRST_SHARE[1] else "small"
            else:
                continue
            share = because("micro-lot-share.why", share=output.share(stream))
            values = {"quantity_kg": kg, "expected_kg": output.output_kg, "other": output.code}
            values |= {"goods": say(f"nouns:reference.{output.commodity}")}
            yield Fault("stream", stream, streams.get(stream, {}), share, values, case=case)
