"""The season as a filter: which one is meant, and which lots hold goods of it."""

from __future__ import annotations

from collections.abc import Sequence

from eudr_geo.base.errors import InputError
from eudr_geo.base.season_codes import is_year_alone, season_code
from eudr_geo.lots.graph import graph_of
from eudr_geo.lots.seasons import seasons_of
from eudr_geo.model.lot_book import LotBook
from eudr_geo.words.saying import say


def last_lots(book: LotBook, season: str = "") -> list[str]:
    """Return the lots that went into no other lot, sorted: what is sold, or still in store.

    Parameters
    ----------
    book
        The lot book.
    season
        Only lots with goods of this season; "" for every lot.

    Examples
    --------
    >>> from eudr_geo.model.workbook import book_of
    >>> lines = [{"direction": "in", "lot_code": "C"}, {"direction": "out", "lot_code": "G"}]
    >>> last_lots(book_of({"lot": [{"code": "C"}, {"code": "G"}], "process_line": lines}))
    ['G']
    """
    lines = book.table("process_line")
    used = set(lines.loc[lines["direction"] == "in", "lot_code"])
    found = sorted(set(book.table("lot")["code"]) - used)
    return [lot for lot in found if season in seasons_of(book).of_lot(lot)] if season else found


def known_season(book: LotBook, text: str) -> str:
    """Return the season of a book that a text names.

    Parameters
    ----------
    book
        The lot book.
    text
        A season in any spelling.

    Raises
    ------
    InputError
        When it cannot be read, or the book has no goods of it; names those it has.

    Examples
    --------
    >>> known_season(LotBook(), "2025")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    eudr_geo.base.errors.InputError: '2025' may be the first or the second year of a season – write its two years, ...
    """
    code = season_code(text)
    if code is None:
        raise InputError(
            say("errors:no_season.year" if is_year_alone(text) else "errors:no_season", value=text),
            fix=say("errors:no_season.do"),
        )
    seasons = seasons_of(book)
    known = seasons.of_lots(graph_of(book).lots)
    if code not in known:
        raise InputError(
            say("lots:no-such-season", season=code),
            fix=say("lots:no-such-season.do", seasons=", ".join(known)) if known else say("lots:no-such-season.none"),
        )
    return code


def lots_of_season(book: LotBook, season: str) -> list[str]:
    """Return the lots that hold goods of a season, sorted.

    Examples
    --------
    >>> from eudr_geo.model.workbook import book_of
    >>> lots_of_season(book_of({"lot": [{"code": "G", "crop_year": "25-26"}, {"code": "OLD"}]}), "2025/26")
    ['G']
    """
    seasons = seasons_of(book)
    return sorted(lot for lot in graph_of(book).lots if season in seasons.of_lot(lot))


def of_season(book: LotBook, codes: Sequence[str], season: str) -> list[str]:
    """Return codes of lots or consignments, refused where a season is asked of which one of them holds nothing.

    Parameters
    ----------
    book
        The lot book.
    codes
        The codes; what is neither is not looked at.
    season
        A season as it is kept; "" for any.

    Raises
    ------
    InputError
        Naming the code.

    Examples
    --------
    >>> from eudr_geo.model.workbook import book_of
    >>> of_season(book_of({"lot": [{"code": "G", "crop_year": "25-26"}]}), ["G"], "2024/25")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    eudr_geo.base.errors.InputError: G holds nothing of season 2024/25 – leave out --season, ...
    """
    lines, seasons = book.table("consignment_line"), seasons_of(book)
    known = set(graph_of(book).lots) | set(lines["consignment_code"])
    for code in codes if season else ():
        lots = [code, *lines.loc[lines["consignment_code"] == code, "lot_code"]]
        if code in known and season not in seasons.of_lots(lots):
            raise InputError(say("lots:not-of-season", code=code, season=season), fix=say("lots:not-of-season.do"))
    return list(codes)
