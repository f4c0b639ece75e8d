"use strict";
// The way of a lot: lines from its plots past stations, mills and stores to the port. Dashed: a step between is not known.
const LotMapWays = (function () {
  const WIDE = 150, HIGH = 44; // pixels within which two signs would touch
  const LINE = {color: "#7b2d8b", halo: "#fff", dash: "7 6"};

  // show(view) draws the way of a view, and returns what it covers, or null where there is none.
  function ways(map, places, wanted, centreOf) {
    map.createPane("ways").style.zIndex = 390; // under the plots, over the ground
    map.getPane("ways").style.pointerEvents = "none";
    map.createPane("places").style.zIndex = 620;
    const renderer = L.canvas({pane: "ways", padding: 0.6});
    const layer = L.layerGroup().addTo(map), signs = L.layerGroup().addTo(map);
    const spots = places.map((one) => LotMapGround.parts({type: "Point", coordinates: one.at}, wanted).points[0]);

    function line(from, to, wide, gap) {
      const dash = gap ? LINE.dash : null, common = {renderer, pane: "ways", interactive: false};
      if (wide > 2) layer.addLayer(L.polyline([from, to], {...common, color: LINE.halo, weight: wide + 2, opacity: 0.8}));
      layer.addLayer(L.polyline([from, to], {...common, color: LINE.color, weight: wide, opacity: 0.95, dashArray: dash}));
    }
    // Places whose signs would lie on each other share one, a line each.
    let seen = [];
    function relabel() {
      signs.clearLayers();
      const left = seen.map((at) => ({at, p: map.latLngToLayerPoint(spots[at])}));
      while (left.length) {
        const {p} = left[0];
        const near = left.filter((one) => Math.abs(one.p.x - p.x) < WIDE && Math.abs(one.p.y - p.y) < HIGH);
        for (const one of near) left.splice(left.indexOf(one), 1);
        const top = near.reduce((best, one) => (one.p.y < best.p.y ? one : best));
        const body = document.createElement("span");
        for (const {at} of near) {
          const row = document.createElement("span"), code = document.createElement("b");
          code.textContent = places[at].code;
          row.append(code, places[at].kind ? " · " + places[at].kind : "");
          body.append(row);
        }
        const icon = L.divIcon({className: "place-sign", html: body, iconSize: null});
        signs.addLayer(L.marker(spots[top.at], {icon, pane: "places", interactive: false, keyboard: false}));
      }
    }
    map.on("zoomend", relabel);
    function show(view) {
      layer.clearLayers();
      seen = [];
      relabel();
      const way = view.way;
      if (!way || !(way.plots.length || way.legs.length)) return null;
      const box = L.latLngBounds([]), used = new Set();
      for (const [plot, place, gap] of way.plots) {
        const centre = centreOf(plot);
        if (!centre) continue;
        line(centre, spots[place], 1.2, gap);
        box.extend(centre);
        used.add(place);
      }
      for (const [from, to, gap] of way.legs) {
        line(spots[from], spots[to], 3, gap);
        used.add(from).add(to);
      }
      seen = [...used].sort((a, b) => a - b);
      for (const at of seen) {
        layer.addLayer(L.circleMarker(spots[at], {renderer, pane: "ways", radius: 5, color: LINE.halo, weight: 2, fillColor: LINE.color, fillOpacity: 1, interactive: false}));
        box.extend(spots[at]);
      }
      relabel();
      return box.isValid() ? box : null;
    }
    return show;
  }

  // A sample for the legend.
  function sample(gap) {
    return LotMapPaint.sample([26, 20], (ctx, w, h) => {
      ctx.beginPath();
      ctx.moveTo(2, h / 2);
      ctx.lineTo(w - 2, h / 2);
      ctx.setLineDash(gap ? [7, 6] : []);
      ctx.lineWidth = 3;
      ctx.strokeStyle = LINE.color;
      ctx.stroke();
    });
  }

  return {ways, sample};
})();
