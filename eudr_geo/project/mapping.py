"""The map of a project: its lots, its plots, and what fed what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from eudr_geo.lots.routes import positions_of, routes
from eudr_geo.lots.season_filter import known_season, last_lots, of_season
from eudr_geo.lots.season_output import SeasonOutput, season_outputs
from eudr_geo.lots.seasons import seasons_of
from eudr_geo.lots.tracing import traces
from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.plots import Plots
from eudr_geo.outputs.maps.data import MapLot, MapPlace
from eudr_geo.outputs.maps.making import lot_map, map_data
from eudr_geo.project.auditing import audit
from eudr_geo.project.declared_land import mapped_land_of
from eudr_geo.project.port import Project
from eudr_geo.words.saying import joined, say

if TYPE_CHECKING:
    import pandas as pd

    from eudr_geo.model.trace import Trace


def project_map(
    project: Project,
    codes: Sequence[str] = (),
    *,
    with_names: bool = False,
    on: str = "",
    language: str = "en",
    season: str = "",
) -> str:
    """Return the page of a project's map.

    Parameters
    ----------
    project
        An open store.
    codes
        Lots or a consignment to show; by default every lot that went into no other lot.
    with_names
        Show producers' names; otherwise their codes stand for them.
    on
        Day on which the project's waivers must hold, ISO 8601; without it none is heeded.
    language
        Language of the page.
    season
        Only lots with goods of this season, in any spelling.

    Raises
    ------
    InputError
        For a code that is no lot and no consignment, and for a season of which there are no goods.
    RefusedError
        When a lot has kilograms of unknown origin.
    """
    import pandas as pd

    book = project.lot_book()
    chosen = known_season(book, season) if season else ""
    found = list(traces(book, of_season(book, codes, chosen) if codes else last_lots(book, chosen)).values())
    rows = pd.concat([one.to_frame() for one in found], ignore_index=True) if found else None
    plots, versions = _land(project, book, rows)
    shown = _lots(book, found)
    known = positions_of(book)
    kinds = dict(zip(book.table("location")["code"], book.table("location")["kind"], strict=True))
    names = plots["producer"] if with_names else plots["producer_id"]
    data = map_data(
        plots,
        title=" ".join(codes) or book.keeper or say("packages:map.title"),
        subtitle=_seasons(book, found, project.meta.get("season", "")),
        lots=shown,
        producers=[name or code for name, code in zip(names, plots["producer_id"], strict=True)],
        versions=versions,
        feeds=rows,
        findings=audit(project, on=on, season=season, land=_pairs(plots, versions)).findings,
        language=language,
        places=[MapPlace(code, kinds.get(code) or "", *known[code]) for code in sorted(known)],
        routes=routes(book, [lot.code for lot in shown]) if known else {},
    )
    return lot_map(data)


def _land(project: Project, book: LotBook, rows: pd.DataFrame | None) -> tuple[Plots, list[int]]:
    """The land that the traces name, as it was when the goods grew, beside the other plots as they are now."""
    now = project.load_plots()
    numbers = project.plot_versions().set_index("plot_code")["version"]
    if rows is None:
        return now, [int(numbers[code]) for code in now["plot_id"]]
    fed, versions = mapped_land_of(project, book, rows)
    others = now.take(np.flatnonzero(~np.isin(now["plot_id"].astype(str), fed["plot_id"].astype(str))))
    both = Plots.concat([others, fed])
    order = np.argsort(both["plot_id"].astype(str), kind="stable")
    shown = [*(int(numbers[code]) for code in others["plot_id"]), *(int(one) for one in versions["version"])]
    return both.take(order), [shown[row] for row in order.tolist()]


def _pairs(plots: Plots, versions: Sequence[int]) -> list[tuple[str, int]]:
    return list(zip(plots["plot_id"].tolist(), versions, strict=True))


def _seasons(book: LotBook, found: Sequence[Trace], stated: str) -> str:
    """The seasons of the goods that are shown; where no receipt or lot tells, that of the project."""
    seasons = seasons_of(book).of_lots([str(code) for one in found for code in one.rows["lot_code"].unique()])
    if len(seasons) > 1:
        return say("packages:map.seasons", seasons=", ".join(seasons))
    one = seasons[0] if seasons else stated
    return say("packages:map.season", season=one) if one else ""


def _lots(book: LotBook, found: Sequence[Trace]) -> list[MapLot]:
    """The lots of the traces, with the kilograms that are shown."""
    table = book.table("lot").set_index("code", drop=False)
    streams = dict(zip(book.table("stream")["code"], book.table("stream")["type"], strict=True))
    outputs, shown = season_outputs(book), []
    for one in found:
        rows: pd.DataFrame = one.rows
        for code, kg in rows.groupby("lot_code")["kg_attributed"].sum().items():
            lot = table.loc[code]
            kind = streams.get(lot["stream_code"]) or ""
            remark = _share(outputs, lot["stream_code"] or "", seasons_of(book).of_lot(str(code)))
            shown.append(MapLot(str(code), lot["form"] or "", lot["stream_code"] or "", kind, float(kg), remark))
    return shown


def _share(outputs: Sequence[SeasonOutput], stream: str, seasons: Sequence[str]) -> str:
    """Which part of its seasons a micro-lot is."""
    parts = [
        say("seasons:share", share=one.share(stream), season=one.code, goods=say(f"nouns:reference.{one.commodity}"))
        for one in outputs
        if one.code in seasons and stream in one.micro_kg
    ]
    return joined(parts, ", ")
