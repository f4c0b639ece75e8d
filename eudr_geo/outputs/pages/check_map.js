"use strict";
// The map beside the list: plots with findings, coloured and dashed by the worst of them.
const CheckMap = (function () {
  const LOOKS = {
    error: {color: "#b00020", weight: 2.4, dashArray: null, fillColor: "#d1001f", fillOpacity: 0.32},
    warning: {color: "#8a5a00", weight: 2.2, dashArray: "6 4", fillColor: "#f0b429", fillOpacity: 0.32},
    note: {color: "#4a5a68", weight: 1.8, dashArray: "2 4", fillColor: "#8fa3b3", fillOpacity: 0.25},
  };
  const PAPER = ["702px", "340px"]; // 186 by 90 mm: A4 between its margins, as check.css has it
  const CHOSEN = {color: "#0b3d91", weight: 4.5, dashArray: null};
  const button = (text, name) => {
    const one = document.createElement("button");
    one.type = "button";
    one.textContent = text;
    one.title = name;
    one.setAttribute("aria-label", name);
    return one;
  };

  // worst: severity of each plot; pick(plot): a plot was clicked.
  function start(data, worst, pick) {
    const {words} = data, {make} = LotMapText;
    const map = L.map("map", {zoomControl: false, attributionControl: false, preferCanvas: true, zoomSnap: 0.25, minZoom: 1, maxZoom: 22, worldCopyJump: false});
    map.getContainer().setAttribute("aria-label", words.map);
    map.getContainer().setAttribute("role", "application");
    const firsts = data.land.map(first).filter(Boolean);
    const wanted = LotMapGround.middle((data.usual.length ? data.usual.map((plot) => first(data.land[plot])).filter(Boolean) : firsts).map((place) => place[0]));
    map.setView([0, wanted], 2);
    map.createPane("ground").style.zIndex = 250;
    map.getPane("ground").style.pointerEvents = "none";
    const under = L.canvas({pane: "ground", padding: 0.6});
    LotMapGround.lands(map, data.outlines, wanted, under);
    LotMapGround.grid(map, under);
    L.control.zoom({zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out}).addTo(map);
    L.control.scale({imperial: false}).addTo(map);

    const renderer = L.canvas({padding: 0.4, tolerance: L.Browser.touch ? 8 : 3});
    const tip = L.tooltip({direction: "top", offset: [0, -8], opacity: 1, className: "tip"});
    const shapes = data.land.map((geometry, plot) => shape(geometry, plot));
    function first(geometry) {
      let found = geometry && (geometry.coordinates || (geometry.geometries && geometry.geometries[0] && geometry.geometries[0].coordinates));
      while (Array.isArray(found) && Array.isArray(found[0])) found = found[0];
      return Array.isArray(found) && found.length ? found : null;
    }
    function shape(geometry, plot) {
      const {rings, points} = LotMapGround.parts(geometry, wanted);
      const look = {...LOOKS[worst[plot]], renderer, bubblingMouseEvents: false};
      if (!rings.length && !points.length) return null;
      const centre = rings.length ? L.latLngBounds(rings.flat()).getCenter() : points[0];
      const whole = L.featureGroup();
      if (rings.length) whole.addLayer(L.polygon(rings, {...look, smoothFactor: 0.6}));
      for (const point of points) whole.addLayer(L.circleMarker(point, {...look, radius: 5.5}));
      // From afar a plot is smaller than a pixel: a dot stands for it.
      const dot = rings.length ? L.circleMarker(centre, {...look, radius: 4, dashArray: null, weight: 1.5, fillOpacity: 0.55}) : null;
      for (const layer of dot ? [whole, dot] : [whole]) {
        layer.on("click", () => pick(plot));
        layer.on("mouseover", (event) => hover(plot, event.latlng));
        layer.on("mouseout", () => map.removeLayer(tip));
      }
      return {whole, dot, centre, box: rings.length ? L.latLngBounds(rings.flat()) : L.latLngBounds(points), hidden: false};
    }
    function hover(plot, at) {
      const body = make("div");
      body.append(make("b", "value", data.plots.code[plot] || words.no_code), make("span", "value", data.producers[data.plots.producer[plot]]));
      tip.setContent(body).setLatLng(at);
      if (!map.hasLayer(tip)) map.addLayer(tip);
    }
    const order = shapes.map((_, plot) => plot).filter((plot) => shapes[plot]);
    const rank = {note: 0, warning: 1, error: 2};
    order.sort((a, b) => rank[worst[a]] - rank[worst[b]] || a - b); // the worst are drawn last, on top

    let visible = null; // plots that the list shows; null for all
    function paint() {
      for (const plot of order) {
        const one = shapes[plot], wantedNow = !visible || visible.has(plot);
        const a = map.project(one.box.getNorthWest()), b = map.project(one.box.getSouthEast());
        const small = one.dot && Math.max(b.x - a.x, b.y - a.y) < 9;
        toggle(one.whole, wantedNow && (!small || !one.dot));
        if (one.dot) toggle(one.dot, wantedNow && small);
      }
    }
    function toggle(layer, on) {
      if (on && !map.hasLayer(layer)) map.addLayer(layer);
      if (!on && map.hasLayer(layer)) map.removeLayer(layer);
    }
    map.on("zoomend", paint);

    function fit(all) {
      const box = L.latLngBounds([]);
      const near = new Set(data.usual);
      const some = order.filter((plot) => !visible || visible.has(plot)), usual = some.filter((plot) => near.has(plot));
      for (const plot of usual.length && !all ? usual : some) box.extend(shapes[plot].box);
      if (box.isValid()) map.fitBounds(box, {padding: [28, 28], maxZoom: 17, animate: false});
      paint();
    }
    let chosen = -1, ring = null;
    function choose(plot, at) {
      if (ring) map.removeLayer(ring);
      ring = null;
      chosen = plot;
      const one = shapes[plot];
      if (!one) return;
      map.setView(at ? L.latLng(at[0], LotMapGround.near(at[1], one.centre.lng)) : one.centre, Math.min(Math.max(map.getBoundsZoom(one.box.pad(0.6)), 3), 19), {animate: false});
      ring = L.featureGroup(at ? [L.circleMarker([at[0], LotMapGround.near(at[1], one.centre.lng)], {radius: 13, fill: false, interactive: false, renderer, ...CHOSEN})] : []);
      one.whole.eachLayer((layer) => {
        if (layer instanceof L.Polygon) ring.addLayer(L.polygon(layer.getLatLngs(), {...CHOSEN, fill: false, interactive: false, renderer}));
        else ring.addLayer(L.circleMarker(layer.getLatLng(), {...CHOSEN, radius: 9, fill: false, interactive: false, renderer}));
      });
      ring.addTo(map);
    }
    const home = L.control({position: "topleft"});
    home.onAdd = () => {
      const box = make("div", "leaflet-bar home"), most = button("⌂", words.fit_map), all = button("⤢", words.fit_all);
      most.addEventListener("click", () => fit(false));
      all.addEventListener("click", () => fit(true));
      L.DomEvent.disableClickPropagation(box);
      box.append(most, all);
      return box;
    };
    home.addTo(map);
    const lost = shapes.filter((one) => !one).length, far = order.length - data.usual.filter((plot) => shapes[plot]).length;
    const say = (key, value) => words[key].replace("{}", () => value);
    document.getElementById("map-notes").textContent = [far && data.usual.length ? say("far_away", far) : "", lost ? say("not_drawn", lost) : ""].filter(Boolean).join(" · ");
    paint();
    fit(false);
    // Paper has another size, and nothing is drawn later there: the same view is drawn again at once.
    const resize = (width, height) => {
      const frame = map.getContainer(), view = map.getBounds();
      frame.style.width = width;
      frame.style.height = height;
      map.invalidateSize({animate: false, pan: false});
      map.fitBounds(view, {animate: false});
      for (const one of [under, renderer]) if (one._redraw) one._redraw();
    };
    let screen = null; // the view to come back to
    window.addEventListener("beforeprint", () => {
      screen = screen || [map.getCenter(), map.getZoom()];
      resize(...PAPER);
    });
    window.addEventListener("afterprint", () => {
      resize("", "");
      if (screen) map.setView(...screen, {animate: false});
      screen = null;
    });
    return {
      map, choose,
      has: (plot) => Boolean(shapes[plot]),
      show: (plots) => {
        visible = plots;
        const view = map.getBounds();
        if (order.some((plot) => (!plots || plots.has(plot)) && view.intersects(shapes[plot].box))) paint();
        else fit(false); // what was chosen lies elsewhere
      },
      chosen: () => chosen,
    };
  }

  return {start};
})();
