"""One maker of what a map shows, for the map of a project and the map of a package."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from eudr_geo.law import country_names
from eudr_geo.lots.routes import Route
from eudr_geo.model.findings import Finding
from eudr_geo.model.land_names import place_of
from eudr_geo.model.plots import Plots
from eudr_geo.outputs.maps.data import LotMapData, MapLot, MapPlace, MapPlots
from eudr_geo.plots import countries
from eudr_geo.plots.geodesy import plot_area_ha
from eudr_geo.words.saying import in_language

_FIRST = {"micro": 0, "bulk": 1}  # kinds of lots in the order of the layer switch, those of no kind behind


def map_data(
    plots: Plots,
    *,
    title: str,
    subtitle: str,
    lots: Iterable[MapLot],
    producers: Sequence[str],
    versions: Sequence[Any],
    feeds: Any,
    findings: Iterable[Finding],
    language: str = "en",
    places: Sequence[MapPlace] = (),
    routes: Mapping[str, Route] | None = None,
) -> LotMapData:
    """Return what a map shows of some plots and lots.

    Parameters
    ----------
    plots
        The plots to draw, n of them.
    title, subtitle
        Heading of the page, and what stands small above it.
    lots
        The lots; micro-lots come first.
    producers
        The producer of each plot as it may be shown: a name, or a code where names must not leave, n of them.
    versions
        Number of the version of each plot, n of them. A plot that is there in several versions is shown in each.
    feeds
        Rows of the traces (:data:`eudr_geo.outputs.maps.data.FEED_COLUMNS`), or None where nothing fed anything.
    findings
        About the plots or the lots.
    language
        Language of the page.
    places, routes
        Places whose position is known, and the way of each lot past them, by lot code.
    """
    measured, stated = plot_area_ha(plots), plots["area_ha"]
    names = country_names()
    pairs = list(zip(plots["plot_id"].tolist(), versions, strict=True))
    several = {code for code, count in Counter(code for code, _ in pairs).items() if count > 1}
    codes = [place_of(code, version) if code in several else code for code, version in pairs]
    of_several = {code: [place_of(*pair) for pair in pairs if pair[0] == code] for code in several}
    if feeds is not None and several:
        named = zip(feeds["plot_code"], feeds["plot_version"], strict=True)
        feeds = feeds.assign(plot_code=[place_of(*pair) if pair[0] in several else pair[0] for pair in named])
    land = sorted(code for code in set(plots["country"].tolist()) if countries.is_known(code))
    return LotMapData(
        title=title,
        subtitle=subtitle,
        lots=sorted(lots, key=lambda lot: (_FIRST.get(lot.type, len(_FIRST)), lot.code)),
        plots=MapPlots(
            code=codes,
            producer=producers,
            country=plots["country"],
            area_ha=np.where(measured > 0, measured, stated),
            geometry=plots.geometry,
            version=versions,
            producer_code=plots["producer_id"],
        ),
        findings=[
            one if one.plot_id not in of_several else replace(one, plot_id=label)
            for one in findings
            for label in of_several.get(one.plot_id, [one.plot_id])
        ],
        outlines=[(names.get(code, code), countries.outline(code)) for code in land],
        language=language,
        places=places,
        routes=routes or {},
        **({} if feeds is None else {"feeds": feeds}),
    )


def lot_map(data: LotMapData) -> str:
    """Return the map as the text of one HTML file that asks nothing of any other.

    Parameters
    ----------
    data
        What to show. Nothing else is read: no clock, no network, no file but the toolkit's own.
    """
    from eudr_geo.outputs.maps.offline import page  # folium takes half a second to import
    from eudr_geo.outputs.maps.payload import clean, payload

    return page(clean(in_language(data.title, data.language)), payload(data))
