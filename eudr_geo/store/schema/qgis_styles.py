"""How QGIS draws the layers for people when it opens a project; colours that the colour-blind can tell apart, and dashes."""

from __future__ import annotations

_QML = """<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'><qgis styleCategories="Symbology"><renderer-v2
 type="RuleRenderer"><rules key="r">{}</rules><symbols>{}</symbols></renderer-v2></qgis>"""
_RULE = """<rule key="k{0}" symbol="{0}" filter="{1}" label="{2}"/>"""
_FILL = """<symbol type="fill" name="{}" alpha="1"><layer class="SimpleFill" enabled="1"><prop k="color" v="{},90"/>
<prop k="outline_color" v="{},255"/><prop k="outline_style" v="{}"/><prop k="outline_width" v="0.5"/></layer></symbol>"""
_LINE = """<symbol type="line" name="{}" alpha="1"><layer class="SimpleLine" enabled="1"><prop k="line_color" v="{},255"/>
<prop k="line_style" v="{}"/><prop k="line_width" v="{}"/></layer></symbol>"""

_PLOTS = (
    ("errors &gt; 0", "with errors", "179,38,30", "179,38,30", "dash"),
    ("errors = 0 AND warnings &gt; 0", "with warnings", "200,140,20", "138,90,0", "dot"),
    ("ELSE", "no finding", "46,125,90", "30,90,60", "solid"),
)
_SHARES = (
    ("share &gt;= 0.25", "a quarter of the lot or more", "8,69,148", "8,48,107", "solid"),
    ("share &gt;= 0.05 AND share &lt; 0.25", "5 to 25 %", "66,146,198", "8,69,148", "solid"),
    ("share &gt; 0 AND share &lt; 0.05", "below 5 %", "198,219,239", "66,146,198", "solid"),
    ("ELSE", "possible, no kg attributed", "240,240,240", "120,120,120", "dash"),
)
_FLOWS = (
    ("kind = 'delivery'", "from plot to site", "46,125,90", "solid", "0.3"),
    ("ELSE", "from site to site", "8,69,148", "solid", "0.8"),
)


def _style(rules: tuple[tuple[str, ...], ...], symbol: str) -> str:
    drawn = "".join(_RULE.format(number, *rule[:2]) for number, rule in enumerate(rules))
    return _QML.format(drawn, "".join(symbol.format(number, *rule[2:]) for number, rule in enumerate(rules)))


STYLES = {"plots": _style(_PLOTS, _FILL), "lot_plots": _style(_SHARES, _FILL), "lot_flows": _style(_FLOWS, _LINE)}
"""View → its style in the words of QGIS."""
