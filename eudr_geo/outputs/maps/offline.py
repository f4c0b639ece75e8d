"""A folium map that needs nothing but its own file, and the page of a lot map around it."""

from __future__ import annotations

import html
from functools import cache
from importlib import resources
from typing import Any

import folium
from branca.element import Element, Figure
from folium.template import Template

from eudr_geo.outputs.maps.vendored import leaflet_css, leaflet_js, policy

_MAP_ID = "lot_map"
_TITLE, _DATA, _POLICY = "@@title@@", "@@data@@", "@@policy@@"
_ASSETS = "eudr_geo.outputs.maps"
SCRIPTS = ("text.js", "paint.js", "groups.js", "ground.js", "ways.js", "card.js", "search.js", "panel.js")
"""Our own, in the order in which they need each other."""


class _Verbatim(Element):
    """Text that goes into the page as it is: branca would read an ordinary element's text as a template."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class OfflineMap(folium.Map):
    """A folium map with Leaflet inside the page: no network, no tiles, the same bytes every time.

    Takes the options of ``folium.Map``. Elements that bring scripts of their own (markers with icons, clusters,
    draw tools) would link to other hosts: do not add them.
    """

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 – folium's way of naming what a map links to: nothing
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"tiles": None, "prefer_canvas": True, **options})
        self._id = _MAP_ID  # folium draws a random one

    def render(self, **kwargs: Any) -> str:
        """Render into the figure, with Leaflet's text where folium would put links; the text is the figure's."""
        figure: Any = self.get_root()
        figure.header.add_child(_Verbatim(f"<style>{leaflet_css()}</style>"), name="leaflet_css")
        figure.header.add_child(_Verbatim(f"<script>{leaflet_js()}</script>"), name="leaflet_js")
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        # folium's own header forbids zooming with two fingers and sets the size of a map that fills the window.
        figure.header.add_child(
            _Verbatim('<meta name="viewport" content="width=device-width, initial-scale=1" />'), name=self.get_name()
        )
        return ""


def _asset(name: str) -> str:
    return resources.files(_ASSETS).joinpath(name).read_text(encoding="utf-8")


@cache
def _shell() -> tuple[str, str, str]:
    """The page without data, in three pieces between which title and data go.

    No value of a user is in it, so the policy can allow exactly its scripts and styles, by their hashes: a script
    that came in with the data would not run even if it were not escaped.
    """
    figure = Figure(title=_TITLE)
    figure.header.add_child(_Verbatim(_POLICY), name="policy")
    figure.header.add_child(
        _Verbatim('<meta name="referrer" content="no-referrer" />\n<link rel="icon" href="data:," />'), name="quiet"
    )
    figure.html.add_child(_Verbatim(_asset("page.html").replace("{data}", _DATA)), name="panel")
    chart = OfflineMap(
        zoom_control=False,
        control_scale=False,  # the page places its own
        attribution_control=False,
        zoom_snap=0.25,
        zoom_delta=1,
        min_zoom=1,
        max_zoom=20,
        world_copy_jump=False,
    )
    chart.add_to(figure)
    chart.render()
    figure.header.add_child(_Verbatim(f"<style>{_asset('panel.css')}</style>"), name="panel_css")
    for name in SCRIPTS:
        figure.script.add_child(_Verbatim(_asset(name)), name=name)
    figure.script.add_child(_Verbatim(f"LotMap.start({chart.get_name()});"), name="start")
    # Figure.render would render the map once more; it has only to put the pieces together.
    page = str(figure._template.render(this=figure, kwargs={}))  # noqa: SLF001
    page = page.replace("<html>", '<html lang="en">', 1).replace(_POLICY, policy(page), 1)
    before, rest = page.split(_TITLE)
    middle, after = rest.split(_DATA)
    return before, middle, after


def page(title: str, data: str) -> str:
    """Return the page of a lot map.

    Parameters
    ----------
    title
        Title of the window; escaped here.
    data
        JSON text that is safe inside a script element.
    """
    before, middle, after = _shell()
    return before + html.escape(title.replace("\0", "\ufffd")) + middle + data + after
