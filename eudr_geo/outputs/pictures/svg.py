"""Drawings as SVG: one file or one element, without script, style sheet or link."""

from __future__ import annotations

import html
from collections.abc import Sequence

from eudr_geo.outputs.pictures.panel import STYLES, Panel

_GAP = 16


def svg(panels: Sequence[Panel], *, title: str = "", scale: float = 0.5) -> str:
    """Return the drawings side by side as one SVG element; "" where there is none.

    Parameters
    ----------
    panels
        Drawings, left to right.
    title
        What a person who cannot see it is told; escaped here.
    scale
        Pixels for a unit of the drawing.
    """
    if not panels:
        return ""
    width = sum(panel.frame.width for panel in panels) + _GAP * (len(panels) - 1)
    height = max(panel.frame.height for panel in panels)
    box = f'viewBox="0 0 {width} {height}" width="{width * scale:.0f}" height="{height * scale:.0f}"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img">']
    if title:
        parts.append(f"<title>{html.escape(title)}</title>")
    left = 0
    for panel in panels:
        # An inner svg cuts what sticks out of its drawing.
        parts.append(f'<svg x="{left}" width="{panel.frame.width}" height="{panel.frame.height}">')
        parts.append(f'<path {_style("ground")} d="M0 0h{panel.frame.width}v{panel.frame.height}H0z"/>')
        parts += [f'<path {_style(style)} d="{path}"/>' for style, path in panel.paths]
        parts += [
            f'<text {_style("word")} x="{x}" y="{y}" text-anchor="{anchor}">{html.escape(text)}</text>'
            for x, y, anchor, text in panel.words
        ]
        parts.append("</svg>")
        left += panel.frame.width + _GAP
    return "".join([*parts, "</svg>"])


def _style(name: str) -> str:
    return " ".join(f'{key}="{value}"' for key, value in STYLES[name].items())
