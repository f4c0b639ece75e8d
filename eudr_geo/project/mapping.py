"""The map of a project: its lots, its plots, and what fed what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eudr_geo.lots.tracing import traces
from eudr_geo.model.lot_book import LotBook
from eudr_geo.outputs.maps.data import MapLot
from eudr_geo.outputs.maps.making import lot_map, map_data
from eudr_geo.project.auditing import audit
from eudr_geo.project.port import Project
from eudr_geo.words.saying import say

if TYPE_CHECKING:
    import pandas as pd

    from eudr_geo.model.trace import Trace


def project_map(project: Project, codes: Sequence[str] = (), *, with_names: bool = False, on: str = "") -> str:
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

    Raises
    ------
    InputError
        For a code that is no lot and no consignment.
    RefusedError
        When a lot has kilograms of unknown origin.
    """
    import pandas as pd

    book = project.lot_book()
    found = list(traces(book, list(codes) or last_lots(book)).values())
    rows = pd.concat([one.to_frame() for one in found], ignore_index=True) if found else None
    plots = project.load_plots()
    names = plots["producer"] if with_names else plots["producer_id"]
    data = map_data(
        plots,
        title=" ".join(codes) or project.meta.get("organisation", "") or say("packages:map.title"),
        subtitle=say("packages:map.season", season=project.meta["season"]) if project.meta.get("season") else "",
        lots=_lots(book, found),
        producers=[name or code for name, code in zip(names, plots["producer_id"], strict=True)],
        versions=project.plot_versions().set_index("plot_code")["version"],
        feeds=rows,
        findings=audit(project, on=on).findings,
    )
    return lot_map(data)


def _lots(book: LotBook, found: Sequence[Trace]) -> list[MapLot]:
    """The lots of the traces, with the kilograms that are shown."""
    table = book.table("lot").set_index("code", drop=False)
    streams = dict(zip(book.table("stream")["code"], book.table("stream")["type"], strict=True))
    shown = []
    for one in found:
        rows: pd.DataFrame = one.rows
        for code, kg in rows.groupby("lot_code")["kg_attributed"].sum().items():
            lot = table.loc[code]
            kind = streams.get(lot["stream_code"]) or ""
            shown.append(MapLot(str(code), lot["form"] or "", lot["stream_code"] or "", kind, float(kg)))
    return shown


def last_lots(book: LotBook) -> list[str]:
    """Return the lots that went into no other lot, sorted: what is sold, or still in store."""
    lines = book.table("process_line")
    used = set(lines.loc[lines["direction"] == "in", "lot_code"])
    return sorted(set(book.table("lot")["code"]) - used)
