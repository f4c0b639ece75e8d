"""Small drawings of a plot and the spot where something is wrong: measured in Python, drawn alike everywhere."""

from eudr_geo.outputs.pictures.frame import Frame
from eudr_geo.outputs.pictures.panel import STYLES, Panel
from eudr_geo.outputs.pictures.scene import change_panels, overlay_panel, spot_panels
from eudr_geo.outputs.pictures.svg import svg

__all__ = ["STYLES", "Frame", "Panel", "change_panels", "overlay_panel", "spot_panels", "svg"]
