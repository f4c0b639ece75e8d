"""What a code names, and which command follows it: one place for every command that takes a code."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from eudr_geo.base.cells import clean_code
from eudr_geo.base.errors import InputError
from eudr_geo.model.lot_book import LotBook
from eudr_geo.words.saying import say

NAMED = ("lot", "consignment", "plot", "producer", "delivery", "process", "location", "stream")
"""Nouns that have codes, in the order in which they are looked for."""


def kinds_of(book: LotBook, code: str) -> tuple[str, ...]:
    """Return the nouns that a code names, in the order of :data:`NAMED`; none for an unknown code.

    Examples
    --------
    >>> import pandas as pd
    >>> kinds_of(LotBook({"plot": pd.DataFrame({"code": ["P-1"]})}), "p-1")
    ('plot',)
    """
    named = {noun: _codes(book, noun) for noun in NAMED}
    return tuple(noun for noun, codes in named.items() if known_code(code, codes) in codes)


def refuse_other(book: LotBook, code: str, wanted: Collection[str]) -> None:
    """Refuse a code that names something, but nothing that is wanted: say what it is and which command follows it.

    An unknown code is left to the caller, who knows what it looks like.

    Parameters
    ----------
    book
        The lot book.
    code
        As the user wrote it.
    wanted
        Nouns of :data:`NAMED` that the command takes.

    Raises
    ------
    InputError
        When the code is that of another noun.
    """
    kinds = kinds_of(book, code)
    if not kinds or set(kinds) & set(wanted):
        return
    kind = kinds[0]
    code = known_code(code, _codes(book, kind))
    if kind == "stream":
        lots = book.table("lot")
        own = sorted(lots.loc[lots["stream_code"] == code, "code"])
        fix = say("doors:code.lots", lots=some(own)) if own else say("doors:code.no-lots")
    elif kind == "consignment":
        fix = say("doors:code.back", code=code)
    else:
        fix = say("doors:code.forward", code=code)
    raise InputError(say("doors:code", code=code, kind=say(f"nouns:{kind}")), fix=fix)


def _codes(book: LotBook, noun: str) -> set[str]:
    return {code for code in book.table(noun)["code"] if isinstance(code, str)}


def known_code(code: str, known: Collection[str]) -> str:
    """Return a code as it is known: as it was typed, else as codes are kept (capitals, no stray blanks).

    Examples
    --------
    >>> known_code("kho - 1", ["KHO-1"]), known_code("kho-2", ["KHO-1"])
    ('KHO-1', 'kho-2')
    """
    kept = clean_code(code)
    return kept if code not in known and kept in known else code


def near(code: str, known: Sequence[str]) -> str:
    """Say which codes look like one that nobody knows."""
    from difflib import get_close_matches

    if not known:
        return say("lots:near.empty")
    found = get_close_matches(clean_code(code), sorted(known), n=3)
    return say("lots:near", codes=", ".join(found)) if found else say("lots:near.none")


def some(codes: Sequence[str], shown: int = 5) -> str:
    """Return the first codes, and how many more there are.

    Examples
    --------
    >>> some(["A", "B", "C"], shown=2), some(["A", "B"])
    ('A, B and 1 more', 'A, B')
    """
    named = ", ".join(codes[:shown])
    return say("lots:codes.more", named=named, more=len(codes) - shown) if len(codes) > shown else named
