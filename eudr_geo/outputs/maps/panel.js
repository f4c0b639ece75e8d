"use strict";
// The page: what is shown now, the map that follows, the panel beside it. Every value goes in by textContent.
const LotMap = (function () {
  const {THIN, RANK, byId, make, number, kilos, hectares, bare, edge, percent} = LotMapText;
  const MOST_LISTED = 40;

  function start(map) {
    const data = JSON.parse(byId("lot-map-data").textContent);
    const say = (key, ...values) => (data.words[key] || key).split("{}").map((part, i) => (i ? String(values[i - 1] ?? "") : "") + part).join("");
    const counted = (n, one, many) => number(n, 0) + THIN + data.words[n === 1 ? one : many];
    const still = window.matchMedia("(prefers-reduced-motion: reduce)");
    document.documentElement.lang = data.language;
    byId("panel").setAttribute("aria-label", say("show"));
    map.getContainer().setAttribute("aria-label", data.words.map);
    map.getContainer().setAttribute("role", "application");

    // -- plots --------------------------------------------------------------------------------------------------
    const features = data.plots.features;
    const firsts = features.map((one) => firstPosition(one.geometry)).filter(Boolean);
    const wanted = LotMapGround.middle((firsts.length ? firsts : data.outlines.features.map((one) => firstPosition(one.geometry)).filter(Boolean)).map((place) => place[0]));
    const feeds = features.map(() => []); // of each plot: rows of data.feeds
    data.feeds.plot.forEach((plot, row) => feeds[plot].push(row));
    const findings = features.map(() => []);
    for (const one of data.findings) findings[one.plot].push(one);
    for (const list of findings) list.sort((a, b) => (RANK[a.severity] ?? 9) - (RANK[b.severity] ?? 9));
    const worst = findings.map((list) => list.map((one) => one.severity).find((one) => one === "error" || one === "warning") || "");
    const lots = data.views.filter((view) => view.lot !== null);
    const largest = feeds.map((rows) => rows.reduce((best, row) => (best === -1 || (data.feeds.share[row] || 0) > (data.feeds.share[best] || 0) ? row : best), -1));
    const fedCount = feeds.filter((rows) => rows.length).length;

    map.createPane("ground").style.zIndex = 250;
    map.getPane("ground").style.pointerEvents = "none";
    const groundRenderer = L.canvas({pane: "ground", padding: 0.6});
    const renderer = L.canvas({padding: 0.4, tolerance: L.Browser.touch ? 8 : 3});
    LotMapGround.lands(map, data.outlines.features, wanted, groundRenderer);

    const symbol = features.length <= 400 ? 6.5 : features.length <= 2000 ? 5 : 3.6;
    const shapes = features.map((feature, row) => {
      const {rings, points} = LotMapGround.parts(feature.geometry, wanted);
      const all = rings.length ? rings.flat() : points;
      if (!all.length) return null;
      const box = L.latLngBounds(all);
      const area = feature.properties.area_ha;
      const land = {rings, box, centre: rings.length ? box.getCenter() : points[0], radius_m: rings.length ? 0 : Math.sqrt(((area || 0) * 1e4) / Math.PI)};
      const shape = new LotMapPaint.Plot(row, land, feature.properties.plot, {renderer, interactive: true, bubblingMouseEvents: false});
      shape.symbol = symbol;
      shape.on("click", () => choose(row, false));
      shape.on("mouseover", (event) => hover(row, event));
      shape.on("mousemove", (event) => hover(row, event));
      shape.on("mouseout", () => hover(-1));
      return shape;
    });
    const showWay = LotMapWays.ways(map, data.places || [], wanted, (row) => shapes[row] && shapes[row].land.centre);
    const undrawn = shapes.reduce((all, shape, row) => (shape ? all : all.concat(features[row].properties.plot)), []);

    function firstPosition(geometry) {
      let found = geometry && (geometry.coordinates || (geometry.geometries && geometry.geometries[0] && geometry.geometries[0].coordinates));
      while (Array.isArray(found) && Array.isArray(found[0])) found = found[0];
      return Array.isArray(found) && found.length ? found : null;
    }

    // -- state --------------------------------------------------------------------------------------------------
    const state = {view: 0, others: true, chosen: -1};
    const feedIn = (row) => {
      const lot = data.views[state.view].lot;
      return lot === null ? largest[row] : feeds[row].find((one) => data.feeds.lot[one] === lot) ?? -1;
    };
    const classOf = (view, share) => view.breaks.filter((limit) => share >= limit).length;

    function look(row) {
      const view = data.views[state.view], feed = feedIn(row);
      if (feed === -1) return state.others || state.chosen === row ? {...LotMapPaint.OTHER, finding: worst[row]} : null;
      const base = view.lot === null ? LotMapPaint.lotLook(data.feeds.lot[feed]) : classLook(view, data.feeds.share[feed] || 0);
      return {...base, finding: worst[row], several: view.lot === null && feeds[row].length > 1};
    }
    function classLook(view, share) {
      const at = view.classes.findIndex((one) => one.class === classOf(view, share));
      return LotMapPaint.shade(Math.max(at, 0), view.classes.length);
    }

    function paint() {
      const order = shapes.map((_, row) => row).filter((row) => shapes[row]);
      // Drawn last, on top: plots with findings, then the largest shares.
      const weight = features.map((_, row) => {
        const feed = feedIn(row);
        return feed === -1 ? -1 : (data.feeds.share[feed] || 0) + (worst[row] ? 2 : 0);
      });
      order.sort((a, b) => weight[a] - weight[b] || a - b);
      for (const row of order) {
        const shape = shapes[row], now = look(row);
        shape.look = now;
        if (now && !map.hasLayer(shape)) map.addLayer(shape);
        if (!now && map.hasLayer(shape)) map.removeLayer(shape);
        if (now) shape.bringToFront();
      }
      regroup();
    }

    // From afar, plots of one village lie on top of each other: a ring then stands for them.
    const groups = L.layerGroup();
    function regroup() {
      groups.clearLayers();
      const spots = [];
      shapes.forEach((shape, row) => {
        if (!shape) return;
        shape.grouped = false;
        const feed = shape.look && !shape.chosen && !shape.near && map.hasLayer(shape) ? feedIn(row) : -1;
        if (feed === -1) return;
        const {x, y} = map.latLngToLayerPoint(shape.land.centre);
        spots.push({row, x, y, weight: data.feeds.share[feed] || 0});
      });
      for (const rows of LotMapGroups.together(spots, features.length <= 400 ? 36 : features.length <= 2000 ? 46 : 58)) {
        const box = L.latLngBounds([]), one = {rows, box, parts: partsOf(rows), finding: ""};
        let lat = 0, lng = 0;
        for (const row of rows) {
          const {land} = shapes[row];
          shapes[row].grouped = true;
          box.extend(land.box);
          lat += land.centre.lat / rows.length;
          lng += land.centre.lng / rows.length;
          if (worst[row] && one.finding !== "error") one.finding = worst[row];
        }
        one.centre = L.latLng(lat, lng);
        const layer = new LotMapGroups.Group(one, {renderer, interactive: true, bubblingMouseEvents: false});
        layer.on("click", () => { close(); map.fitBounds(box, {padding: [60, 60], maxZoom: 17, animate: !still.matches}); });
        layer.on("mouseover mousemove", (event) => hoverGroup(one, event));
        layer.on("mouseout", () => hover(-1));
        groups.addLayer(layer);
      }
      if (!map.hasLayer(groups)) map.addLayer(groups);
      const sign = byId("group-sign");
      if (sign) sign.hidden = !groups.getLayers().length;
      if (renderer._map) {
        renderer._redrawBounds = null; // all of it: any plot may have come or gone
        renderer._redraw();
      }
    }
    // Kilograms of a group by lot, or, when one lot is shown, by class of share.
    function partsOf(rows) {
      const view = data.views[state.view], sums = new Map();
      for (const row of rows) {
        for (const feed of view.lot === null ? feeds[row] : [feedIn(row)]) {
          const at = view.lot === null ? data.feeds.lot[feed] : classOf(view, data.feeds.share[feed] || 0);
          const sum = sums.get(at) || {at, kg: 0, look: view.lot === null ? LotMapPaint.lotLook(at) : classLook(view, data.feeds.share[feed] || 0)};
          sum.kg += data.feeds.kg[feed] || 0;
          sums.set(at, sum);
        }
      }
      return [...sums.values()].sort((a, b) => a.at - b.at);
    }

    function viewBox() {
      const box = L.latLngBounds([]);
      shapes.forEach((shape, row) => { if (shape && feedIn(row) !== -1) box.extend(shape.land.box); });
      if (!box.isValid()) for (const shape of shapes) if (shape) box.extend(shape.land.box);
      if (!box.isValid()) for (const one of data.outlines.features) for (const ring of LotMapGround.parts(one.geometry, wanted).rings) box.extend(ring);
      return box;
    }
    function fit(animate) {
      const box = viewBox();
      if (!box.isValid()) return map.setView([0, wanted], 2, {animate: false});
      map.fitBounds(box, {padding: [36, 36], maxZoom: 16, animate: Boolean(animate) && !still.matches});
      if (inset) clear(inset);
      return map;
    }
    let way = null; // what the way of the lot shown covers
    function drawWay() {
      way = showWay(data.views[state.view]);
      const button = byId("show-way");
      if (button) button.hidden = !way;
    }
    function fitWay() {
      close();
      sheet(false); // on a phone the panel lies over the map
      map.fitBounds(way, {padding: [50, 50], maxZoom: 16, animate: !still.matches});
    }
    // The locator goes to the corner where it hides fewer plots.
    let inset = null;
    function clear(control) {
      const size = map.getSize(), box = control.getContainer();
      const wide = box.offsetWidth + 24, high = box.offsetHeight + 24;
      const hidden = (top) => shapes.filter((shape, row) => {
        if (!shape || feedIn(row) === -1) return false;
        const {x, y} = map.latLngToContainerPoint(shape.land.centre);
        return x > size.x - wide && x < size.x && (top ? y > 0 && y < high : y > size.y - high && y < size.y);
      }).length;
      control.setPosition(hidden(true) < hidden(false) ? "topright" : "bottomright");
    }

    function show(view) {
      state.view = view;
      close();
      panel();
      paint();
      drawWay();
      fit(false);
      regroup();
    }

    // -- hover and card -----------------------------------------------------------------------------------------
    const tip = L.tooltip({direction: "top", offset: [0, -8], opacity: 1, className: "plot-tip"});
    let tipped = -1;
    function hover(row, event) {
      if (row === -1 || row === state.chosen || L.Browser.mobile) {
        tipped = -1;
        map.removeLayer(tip);
        return;
      }
      if (row !== tipped) {
        tipped = row;
        const {properties} = features[row], feed = feedIn(row), body = make("div");
        body.append(make("strong", "value", properties.plot), make("span", "value", properties.producer));
        if (feed !== -1) {
          body.append(make("span", "value", `${kilos(data.feeds.kg[feed])} kg · ${percent(data.feeds.share[feed])} · ${lots[data.feeds.lot[feed]].code}`));
        }
        if (worst[row]) body.append(make("span", worst[row], say(worst[row] + "_sign")));
        tip.setContent(body);
      }
      tip.setLatLng(event.latlng);
      if (!map.hasLayer(tip)) map.addLayer(tip);
    }

    function hoverGroup(one, event) {
      if (L.Browser.mobile) return;
      if (tipped !== one) {
        tipped = one;
        const view = data.views[state.view], body = make("div");
        const total = one.parts.reduce((sum, part) => sum + part.kg, 0);
        body.append(make("strong", "", counted(one.rows.length, "plot", "plots")));
        if (view.lot === null) for (const part of one.parts) body.append(make("span", "value", `${lots[part.at].code}: ${kilos(part.kg)} kg`));
        else body.append(make("span", "value", `${kilos(total)} kg · ${view.quantity_kg ? percent(total / view.quantity_kg) : "–"}`));
        if (one.finding) body.append(make("span", one.finding, say(one.finding + "_sign")));
        body.append(make("span", "quiet", say("group_hint")));
        tip.setContent(body);
      }
      tip.setLatLng(event.latlng);
      if (!map.hasLayer(tip)) map.addLayer(tip);
    }

    const {card, findingList} = LotMapCard.cards({
      data, say, lots, feeds, findings, classLook, landOf: (row) => shapes[row] && shapes[row].land, shown: () => data.views[state.view].lot,
    });

    function mark(row) {
      const before = state.chosen;
      state.chosen = row;
      for (const one of [before, row]) {
        if (one === -1 || !shapes[one]) continue;
        shapes[one].chosen = one === row;
        shapes[one].look = look(one);
        if (shapes[one].look && !map.hasLayer(shapes[one])) map.addLayer(shapes[one]);
        if (!shapes[one].look) map.removeLayer(shapes[one]);
        else if (one === row) shapes[one].bringToFront();
      }
      if (before !== row) regroup();
    }

    const narrow = window.matchMedia("(max-width: 760px)");
    let popup = null;
    function choose(row, fly) {
      const shape = shapes[row], size = map.getSize(), body = card(row);
      close();
      hover(-1);
      mark(row);
      if (fly && shape) {
        const now = map.getZoom(), wide = map.getBoundsZoom(shape.land.box.pad(1.5));
        map.setView(shape.land.centre, Math.min(Math.max(wide, Math.max(now, 12)), 15), {animate: false});
      }
      if (narrow.matches || !shape) { // no room beside the plot: the card lies over the lower half of the page
        const sheet = byId("card-sheet");
        sheet.append(body);
        sheet.hidden = false;
        if (shape) map.panTo(shape.land.centre, {animate: !still.matches});
      } else {
        popup = L.popup({
          className: "plot-card", autoPanPadding: [14, 14], maxWidth: Math.min(330, size.x - 44),
          minWidth: Math.min(290, size.x - 44), maxHeight: Math.max(140, size.y - 70), offset: [0, -4],
        });
        popup.setContent(body).setLatLng(shape.land.centre).openOn(map);
      }
      if (fly) body.focus({preventScroll: true});
    }
    function close() {
      const sheet = byId("card-sheet");
      sheet.hidden = true;
      for (const old of sheet.querySelectorAll(".card")) old.remove();
      popup = null;
      map.closePopup();
      mark(-1);
    }
    map.on("popupclose", (event) => { if (event.popup === popup) close(); });
    map.on("click", () => { if (state.chosen !== -1) close(); });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || state.chosen === -1) return;
      close();
      byId("find").focus({preventScroll: true});
      byId("find").dispatchEvent(new Event("blur"));
    });
    const closer = make("button", "close", "×");
    closer.type = "button";
    closer.setAttribute("aria-label", say("close"));
    closer.addEventListener("click", close);
    byId("card-sheet").append(closer);

    // -- panel --------------------------------------------------------------------------------------------------
    byId("subtitle").textContent = data.subtitle;
    byId("subtitle").hidden = !data.subtitle;
    byId("title").textContent = data.title;

    function panel() {
      const view = data.views[state.view];
      const about = byId("lot-line");
      about.textContent = "";
      if (view.lot !== null) {
        about.append(make("strong", "value", view.code));
        const stream = view.stream && say("stream", view.stream);
        const harvest = view.harvest_from && (view.harvest_from === view.harvest_to ? say("harvested_on", view.harvest_from) : say("harvested", view.harvest_from, view.harvest_to));
        for (const text of [view.form, kindOf(view), stream, harvest, view.remark].filter(Boolean)) about.append(" · ", make("span", "value", text));
      }
      about.hidden = view.lot === null;
      const totals = byId("totals");
      totals.textContent = "";
      for (const [value, name, key] of [
        [number(view.plots, 0), say(view.plots === 1 ? "plot" : "plots"), "plots"],
        [number(view.producers, 0), say(view.producers === 1 ? "producer" : "producers"), "producers"],
        [hectares(view.area_ha), say("hectares"), "area_ha"],
        ...(view.forms || [["", view.quantity_kg]]).map(([form, kg]) => [kilos(kg), [say("kilograms"), form].filter(Boolean).join(" · "), "kg"]),
      ]) {
        const cell = make("div");
        cell.dataset.total = key;
        cell.append(make("dt", "", name), make("dd", "", value));
        totals.append(cell);
      }
      const remarks = byId("remarks");
      remarks.textContent = "";
      const say_so = (text) => remarks.append(make("li", "value", text));
      if (view.unknown_forms) for (const [form, kg] of view.unknown_forms) say_so([say("unknown_kg", kilos(kg)), form].filter(Boolean).join(" · "));
      else if (view.unknown_kg > 0) say_so(say("unknown_kg", kilos(view.unknown_kg)));
      if (view.referenced_kg > 0) say_so(say("referenced_kg", kilos(view.referenced_kg)));
      if (view.without_area > 0) say_so(say("without_area", counted(view.without_area, "plot", "plots")));
      if (undrawn.length) say_so(say("not_drawn", undrawn.slice(0, 5).join(", ") + (undrawn.length > 5 ? " " + say("more", undrawn.length - 5) : "")));
      wayLine(view);
      legend(view);
      found(view);
    }
    function wayLine(view) {
      const box = byId("way");
      box.textContent = "";
      box.hidden = !view.way;
      if (!view.way) return;
      const {steps, without} = view.way;
      box.append(make("span", "", say(without ? "way_some" : "way_all", number(steps, 0), number(without, 0))));
      const button = make("button", "", say("way_show"));
      button.type = "button";
      button.id = "show-way";
      button.addEventListener("click", fitWay);
      box.append(" ", button);
    }
    const kindOf = (view) => (view.type === "micro" || view.type === "bulk" ? say(view.type) : view.type);

    function radios() {
      const box = byId("lots");
      if (data.views.length < 2) return;
      box.hidden = false;
      box.append(make("legend", "", say("legend_lots")));
      const list = make("div", "lot-list");
      data.views.forEach((view, at) => {
        const label = make("label", "lot"), input = make("input");
        input.type = "radio";
        input.name = "view";
        input.checked = at === state.view;
        input.value = String(at);
        input.addEventListener("change", () => show(at));
        const text = make("span", "lot-text");
        if (view.lot === null) {
          label.append(input, make("span", "all-sign"), text);
          text.append(make("span", "lot-code", say("all_lots")), make("span", "lot-kind", say("all_lots_hint")));
        } else {
          label.append(input, LotMapPaint.swatch(LotMapPaint.lotLook(view.lot)), text);
          const kinds = [kindOf(view), view.form].filter(Boolean).join(" · ");
          text.append(make("span", "lot-code value", view.code), make("span", "lot-kind value", kinds));
        }
        const sums = make("span", "lot-sum");
        if (view.forms) for (const [form, kg] of view.forms) sums.append(make("b", "", [kilos(kg) + THIN + "kg", form].filter(Boolean).join(" ")));
        else sums.append(make("b", "", kilos(view.quantity_kg) + THIN + "kg"));
        sums.append(make("span", "", counted(view.plots, "plot", "plots")));
        label.append(sums);
        list.append(label);
      });
      box.append(list);
    }

    function legend(view) {
      const box = byId("legend");
      box.textContent = "";
      if (view.classes.length) {
        box.append(make("h2", "", say("legend_share")));
        const table = make("table", "classes"), head = make("tr");
        for (const text of ["", "%", say("legend_per_plot"), say("plots")]) head.append(make("th", "", text));
        table.append(head);
        const last = view.classes.length - 1;
        view.classes.forEach((one, at) => {
          const row = make("tr"), sample = make("td");
          sample.append(LotMapPaint.swatch(LotMapPaint.shade(at, view.classes.length), "area"));
          let range = one.from === null ? say("under", edge(one.to ?? 0)) : one.to === null ? say("and_more", edge(one.from)) : `${bare(one.from * 100)}–${edge(one.to)}`;
          if (last === 0) range = one.share_min === one.share_max ? percent(one.share_min) : `${percent(one.share_min)} – ${percent(one.share_max)}`;
          const kg = one.kg_min === one.kg_max ? kilos(one.kg_min) : `${kilos(one.kg_min)} – ${kilos(one.kg_max)}`;
          row.append(sample, make("td", "range", range), make("td", "kg", kg + THIN + "kg"), make("td", "count", number(one.plots, 0)));
          table.append(row);
        });
        box.append(table);
      } else if (view.lot === null && view.plots) {
        box.append(make("p", "quiet", say("legend_lots_hint")));
      }
      const signs = make("ul", "signs");
      const sign = (look, key, n) => {
        const item = make("li");
        item.append(LotMapPaint.swatch(look), make("span", "", say(key)), make("b", "", number(n, 0)));
        signs.append(item);
      };
      const fed = features.map((_, row) => row).filter((row) => feedIn(row) !== -1);
      const blank = {fill: "#fff", line: "#6d7680", alpha: 1, width: 1, shape: "circle", scale: 0.8};
      for (const severity of ["error", "warning"]) {
        const n = fed.filter((row) => worst[row] === severity).length;
        if (n) sign({...blank, finding: severity}, severity + "_sign", n);
      }
      const many = fed.filter((row) => feeds[row].length > 1).length;
      if (many && view.lot === null) sign({...blank, fill: "#6d7680", scale: 1, several: true}, "several_sign", many);
      if (fed.length > 2) {
        const item = make("li"), text = make("span", "", say("group_sign"));
        item.id = "group-sign";
        item.append(LotMapPaint.sample([26, 26], (ctx, w, h) => {
          ctx.scale(0.62, 0.62);
          LotMapGroups.ring(ctx, w / 1.24, h / 1.24, [{look: {...LotMapPaint.OTHER, fill: "#6d7680"}, kg: 2}, {look: {...LotMapPaint.OTHER, fill: "#b4bbc2"}, kg: 1}], 9, "");
        }), text);
        signs.append(item);
      }
      const lines = view.way ? [...view.way.plots, ...view.way.legs] : [];
      for (const [gap, key] of [[0, "way_sign"], [1, "way_gap"]]) {
        if (!lines.some((leg) => leg[2] === gap)) continue;
        const item = make("li");
        item.append(LotMapWays.sample(gap), make("span", "", say(key)));
        signs.append(item);
      }
      const others = features.length - fed.length;
      if (others) {
        const item = make("li"), label = make("label"), input = make("input");
        input.type = "checkbox";
        input.id = "others";
        input.checked = state.others;
        input.addEventListener("change", () => { state.others = input.checked; paint(); });
        label.append(input, LotMapPaint.swatch({...LotMapPaint.OTHER, scale: 0.9}), make("span", "", say("other_sign")), make("b", "", number(others, 0)));
        item.append(label);
        signs.append(item);
      }
      if (signs.children.length) box.append(signs);
    }

    function found(view) {
      const box = byId("found");
      box.textContent = "";
      const about = view.lot === null ? [] : data.lot_findings.filter((one) => one.lot === view.lot);
      if (about.length) {
        const details = make("details");
        details.append(make("summary", "", say("lot_findings", number(about.length, 0))), findingList(about));
        box.append(details);
      }
      const rows = features.map((_, row) => row).filter((row) => worst[row] && feedIn(row) !== -1);
      rows.sort((a, b) => RANK[worst[a]] - RANK[worst[b]] || a - b);
      if (!rows.length) return;
      const details = make("details"), list = make("ul", "plot-list");
      details.append(make("summary", "", say("plot_findings", number(rows.length, 0))), list);
      for (const row of rows.slice(0, MOST_LISTED)) {
        const item = make("li"), button = make("button", worst[row]);
        button.type = "button";
        button.append(make("b", "value", features[row].properties.plot), make("span", "value", findings[row][0].message));
        button.addEventListener("click", () => choose(row, true));
        item.append(button);
        list.append(item);
      }
      if (rows.length > MOST_LISTED) list.append(make("li", "quiet", say("more", rows.length - MOST_LISTED)));
      box.append(details);
    }

    // -- the rest -----------------------------------------------------------------------------------------------
    function sheet(bigger) {
      document.body.classList.toggle("big-sheet", bigger);
      const toggle = byId("sheet-toggle");
      toggle.textContent = say(bigger ? "smaller" : "bigger");
      toggle.setAttribute("aria-expanded", String(bigger));
      map.invalidateSize({animate: false});
    }
    byId("sheet-toggle").addEventListener("click", () => sheet(!document.body.classList.contains("big-sheet")));

    function controls() {
      L.control.zoom({position: "topleft", zoomInTitle: say("zoom_in"), zoomOutTitle: say("zoom_out")}).addTo(map);
      const home = L.control({position: "topleft"});
      home.onAdd = () => {
        const bar = make("div", "leaflet-bar home"), button = make("button", "", "⤢");
        button.type = "button";
        button.title = say("fit");
        button.setAttribute("aria-label", say("fit"));
        button.addEventListener("click", () => { close(); fit(true); });
        L.DomEvent.disableClickPropagation(bar);
        bar.append(button);
        return bar;
      };
      home.addTo(map);
      L.control.scale({position: "bottomleft", imperial: false, maxWidth: 140}).addTo(map);
      LotMapGround.grid(map, groundRenderer);
      inset = LotMapGround.locator(map, data.outlines.features, wanted, say("locator"));
    }

    const notes = byId("notes");
    notes.append(make("p", "", say("proportion")));
    byId("claim").textContent = say("claim");
    notes.append(make("p", "credits", say("credits", data.toolkit) + (data.outlines.features.length ? " " + say("credits_outline") : "")));
    sheet(false);
    radios();
    fit(false);
    controls();
    LotMapSearch.start({data, say, feedIn, look, choose: (row) => { sheet(false); choose(row, true); }});
    show(0);
    map.on("moveend", (() => {
      let zoom = map.getZoom();
      return () => {
        if (zoom !== map.getZoom()) regroup();
        zoom = map.getZoom();
      };
    })());
    if (!features.length || !fedCount) {
      const empty = make("div", "empty"), box = make("div");
      box.append(make("strong", "", say("no_plots")), make("span", "", say("no_plots_hint")));
      empty.append(box);
      map.getContainer().append(empty);
    }
    let width = window.innerWidth;
    map.on("resize", () => { // a turned phone: show all of it again; a changed height (keyboard) is left alone
      if (Math.abs(window.innerWidth - width) > 40 && state.chosen === -1) fit(false);
      width = window.innerWidth;
    });
    const paper = window.matchMedia("print");
    paper.addEventListener("change", () => {
      map.invalidateSize({animate: false});
      if (state.chosen === -1) fit(false);
    });
    return {map, state, shapes};
  }

  return {start};
})();
