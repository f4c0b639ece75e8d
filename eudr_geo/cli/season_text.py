"""Seasons as text for the terminal: what each gave, and which part of it the micro-lots are. No command."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from eudr_geo.cli import speech
from eudr_geo.words.saying import say

if TYPE_CHECKING:
    from eudr_geo.base.said import Said
    from eudr_geo.lots.season_output import SeasonOutput
    from eudr_geo.model.lot_book import LotBook

_ALL = 0.9995


def season_text(book: LotBook, season: str = "") -> str:
    """Return a line a season and a line a micro-lot of it; nothing where no season has a micro-lot.

    Parameters
    ----------
    book
        The lot book.
    season
        Only this one, as it is kept.
    """
    from eudr_geo.lots.season_output import season_outputs

    lines: list[str] = []
    for output in season_outputs(book):
        if output.micro_kg and season in {"", output.code}:
            lines += ["", *(speech.spoken(line) for line in _output(output))]
    return "\n".join([*lines, ""]) if lines else ""


def _output(output: SeasonOutput) -> list[str]:
    stated = "seasons:output.stated" if output.is_stated else "seasons:output"
    lines: list[str] = [say(stated, season=output.code, output_kg=output.output_kg, goods=_goods(output))]
    if output.other_kg > 0.5:
        lines.append(say("seasons:other_forms", quantity_kg=output.other_kg, goods=_goods(output)))
    for stream, kg in output.micro_kg.items():
        lines.append(say("seasons:micro", stream=stream, quantity_kg=kg, share=output.share(stream)))
    if output.micro_share >= _ALL:
        lines.append(say("seasons:micro.all"))
    elif len(output.micro_kg) > 1:
        lines.append(say("seasons:micro.together", share=output.micro_share))
    return lines


def _goods(output: SeasonOutput) -> Said:
    """What the output is counted as."""
    return say(f"nouns:reference.{output.commodity}")


def lots_text(book: LotBook, lots: Sequence[str]) -> list[str]:
    """Return of which seasons some lots are, and the share of the season's output that their micro-lots are.

    Parameters
    ----------
    book
        The lot book.
    lots
        Codes of the lots that are traced.
    """
    from eudr_geo.lots.season_output import season_outputs
    from eudr_geo.lots.seasons import seasons_of

    seasons = seasons_of(book).of_lots(lots)
    if not seasons:
        return []
    one = len(seasons) == 1
    told = say("seasons:goods", season=seasons[0]) if one else say("seasons:goods.several", seasons=", ".join(seasons))
    table = book.table("lot")
    streams: Collection[str] = set(table.loc[table["code"].isin(list(lots)), "stream_code"])
    lines: list[str] = [told]
    for output in season_outputs(book):
        for stream in sorted(output.micro_kg.keys() & set(streams)) if output.code in seasons else ():
            values: dict[str, Any] = {
                "stream": stream,
                "quantity_kg": output.micro_kg[stream],
                "share": output.share(stream),
            }
            values |= {"season": output.code, "output_kg": output.output_kg, "goods": _goods(output)}
            lines.append(say("seasons:micro.of", **values))
            if output.micro_share >= _ALL:
                lines.append(say("seasons:micro.all"))
    return [speech.spoken(line) for line in lines]
