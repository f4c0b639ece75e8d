"""The map of a project: its lots, its plots, and what fed what."""

from __future__ import annotations

from collections.abc import Sequence

from eudr_geo.exports.lot_map import draw, map_feeds, map_plots, outlines_of
from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.map_data import MapData, MapLot
from eudr_geo.packaging import Project, audit
from eudr_geo.tracing import traces


def project_map(project: Project, codes: Sequence[str] = (), *, with_names: bool = False) -> str:
    """Return the page of a project's map.

    Parameters
    ----------
    project
        An open store.
    codes
        Lots or a consignment to show; by default every lot that went into no other lot.
    with_names
        Show producers' names; otherwise their codes stand for them.

    Raises
    ------
    InputError
        For a code that is no lot and no consignment.
    RefusedError
        When a lot has kilograms of unknown origin.
    """
    book = project.lot_book()
    chosen = list(codes) or last_lots(book)
    found = traces(book, chosen)
    plots = project.load_plots()
    names = plots["producer"] if with_names else plots["producer_id"]
    producers = [name or code for name, code in zip(names, plots["producer_id"], strict=True)]
    lots = book.table("lot").set_index("code", drop=False)
    streams = dict(zip(book.table("stream")["code"], book.table("stream")["type"], strict=True))
    shown = []
    for code, one in found.items():
        for lot in sorted(set(one.rows["lot_code"])):
            row = lots.loc[lot]
            kg = float(one.rows.loc[one.rows["lot_code"] == lot, "kg_attributed"].sum())
            kind = streams.get(row["stream_code"]) or ""
            shown.append(
                MapLot(
                    lot,
                    row["form"] or "",
                    row["stream_code"] or "",
                    kind,
                    kg,
                    one.custody_model if one.kind == "lot" else "",
                )
            )
    shown.sort(key=lambda lot: (lot.type != "micro", lot.code))
    return draw(
        MapData(
            title=" ".join(codes) or project.meta.get("organisation", "") or "Plots and lots",
            subtitle=f"season {project.meta['season']}" if project.meta.get("season") else "plots and lots",
            plots=map_plots(plots, producers, audit(project).findings),
            lots=tuple(shown),
            feeds=tuple(feed for one in found.values() for feed in map_feeds(one.to_frame().itertuples())),
            outlines=outlines_of(plots),
        )
    )


def last_lots(book: LotBook) -> list[str]:
    """Return the lots that went into no other lot, sorted: what is sold, or still in store."""
    lines = book.table("process_line")
    used = set(lines.loc[lines["direction"] == "in", "lot_code"])
    return sorted(set(book.table("lot")["code"]) - used)
