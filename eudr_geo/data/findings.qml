<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis styleCategories="Symbology|MapTips">
<renderer-v2 type="RuleRenderer"><rules key="r">
<rule key="k0" symbol="0" filter="&quot;kind&quot; = 'finding' AND &quot;severity&quot; = 'error'" label="finding: error"/>
<rule key="k1" symbol="1" filter="&quot;kind&quot; = 'finding' AND &quot;severity&quot; = 'warning'" label="finding: warning"/>
<rule key="k2" symbol="2" filter="&quot;kind&quot; = 'finding' AND &quot;severity&quot; = 'note'" label="finding: note"/>
<rule key="k3" symbol="3" filter="&quot;kind&quot; = 'plot' AND &quot;severity&quot; = 'error'" label="plot: error"/>
<rule key="k4" symbol="4" filter="&quot;kind&quot; = 'plot' AND &quot;severity&quot; = 'warning'" label="plot: warning"/>
<rule key="k5" symbol="5" filter="&quot;kind&quot; = 'plot' AND &quot;severity&quot; = 'note'" label="plot: note"/>
</rules><symbols>
<symbol type="marker" name="0" alpha="1"><layer class="SimpleMarker" enabled="1"><prop k="name" v="diamond"/><prop k="color" v="176,0,32,255"/><prop k="outline_color" v="255,255,255,255"/><prop k="size" v="3.4"/></layer></symbol>
<symbol type="marker" name="1" alpha="1"><layer class="SimpleMarker" enabled="1"><prop k="name" v="triangle"/><prop k="color" v="200,140,20,255"/><prop k="outline_color" v="255,255,255,255"/><prop k="size" v="3.4"/></layer></symbol>
<symbol type="marker" name="2" alpha="1"><layer class="SimpleMarker" enabled="1"><prop k="name" v="circle"/><prop k="color" v="74,90,104,255"/><prop k="outline_color" v="255,255,255,255"/><prop k="size" v="3.4"/></layer></symbol>
<symbol type="fill" name="3" alpha="1"><layer class="SimpleFill" enabled="1"><prop k="color" v="176,0,32,50"/><prop k="outline_color" v="176,0,32,255"/><prop k="outline_style" v="solid"/><prop k="outline_width" v="0.6"/></layer></symbol>
<symbol type="fill" name="4" alpha="1"><layer class="SimpleFill" enabled="1"><prop k="color" v="200,140,20,50"/><prop k="outline_color" v="200,140,20,255"/><prop k="outline_style" v="dash"/><prop k="outline_width" v="0.6"/></layer></symbol>
<symbol type="fill" name="5" alpha="1"><layer class="SimpleFill" enabled="1"><prop k="color" v="74,90,104,50"/><prop k="outline_color" v="74,90,104,255"/><prop k="outline_style" v="dot"/><prop k="outline_width" v="0.6"/></layer></symbol>
</symbols></renderer-v2>
<mapTip>&lt;b>[% replace(coalesce("plot_id", ''), map('&amp;', '&amp;amp;', '&lt;', '&amp;lt;')) %]&lt;/b>&lt;br>[% replace(coalesce("message", ''), map('&amp;', '&amp;amp;', '&lt;', '&amp;lt;')) %]</mapTip>
</qgis>
