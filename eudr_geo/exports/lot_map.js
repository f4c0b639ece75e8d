"use strict";
/* Draws the page's data on the map. Every name is set as text, never as markup. */
function eudrGeoMap(map) {
  const data = JSON.parse(document.getElementById("eudr-geo-data").textContent);
  const RAMP = ["#fbe3a8", "#f7b45c", "#e87f2c", "#b94a12", "#6d2207"];
  const LOTS = ["#0072b2", "#d98200", "#00876c", "#b9539b", "#4aa3d8", "#c04a00", "#6a6a00", "#5a4fcf"];
  const DASHES = [null, "9 4", "2 4", "9 4 2 4"];
  const FINDING = { error: { color: "#a3211b", dashArray: "7 5", weight: 3.5 }, warning: { color: "#8a5a00", dashArray: "2 5", weight: 3 } };
  const by = (id) => document.getElementById(id);
  const make = (tag, text, className) => {
    const node = document.createElement(tag);
    if (text !== undefined && text !== null) node.textContent = text;
    if (className) node.className = className;
    return node;
  };
  const number = (value, digits) => value === null ? "–" : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();
  const percent = (share) => number(share * 100, share < 0.1 ? 1 : 0) + " %";

  const feedsOf = data.plots.map(() => []);
  data.feeds.forEach((feed) => feedsOf[feed[1]].push(feed));
  feedsOf.forEach((feeds) => feeds.sort((a, b) => b[2] - a[2]));
  let chosen = data.lots.length === 1 ? 0 : -1;

  map.createPane("land").style.zIndex = 250;
  L.control.zoom({ position: "topright" }).addTo(map);
  L.control.scale({ position: "bottomright", imperial: false, maxWidth: 160 }).addTo(map);
  data.outlines.forEach((rings) => rings.forEach((ring) => L.polygon(ring.map((p) => [p[1], p[0]]), {
    pane: "land", renderer: L.canvas({ pane: "land" }), interactive: false, color: "#b9c3b4", weight: 1, fillColor: "#f6f4ec", fillOpacity: 1,
  }).addTo(map)));

  const layers = data.plots.map((plot, index) => {
    const layer = plot[4]
      ? L.circleMarker([plot[5][1], plot[5][0]], { radius: 7 })
      : L.polygon(plot[5].map((ring) => ring.map((p) => [p[1], p[0]])));
    layer.on("click", () => open(index));
    return layer;
  });

  function feedOf(index) {
    const feeds = feedsOf[index];
    return chosen < 0 ? feeds[0] : feeds.find((feed) => feed[0] === chosen);
  }
  function steps() {
    const shares = data.feeds.filter((feed) => feed[0] === chosen).map((feed) => feed[3]);
    const top = Math.max(...shares, 0);
    return RAMP.map((_, i) => top * (i + 1) / RAMP.length);
  }
  function classOf(share, limits) {
    const found = limits.findIndex((limit) => share <= limit + 1e-9);
    return found < 0 ? RAMP.length - 1 : found;
  }
  function worst(plot) {
    return plot[6].some((one) => one[0] === "error") ? "error" : plot[6].length ? "warning" : null;
  }
  function style(index, limits) {
    const plot = data.plots[index], feed = feedOf(index), finding = worst(plot);
    let look;
    if (!feed) look = { color: "#8c9a94", weight: 1, fillColor: "#c3ccc7", fillOpacity: 0.35, dashArray: null };
    else if (chosen < 0) look = { color: LOTS[feed[0] % LOTS.length], weight: 2, fillColor: LOTS[feed[0] % LOTS.length], fillOpacity: 0.55, dashArray: DASHES[feed[0] % DASHES.length] };
    else look = { color: "#5c2a0c", weight: 1.2, fillColor: RAMP[classOf(feed[3], limits)], fillOpacity: 0.9, dashArray: null };
    return finding ? Object.assign(look, FINDING[finding]) : look;
  }
  function swatch(look) {
    const ns = "http://www.w3.org/2000/svg", svg = document.createElementNS(ns, "svg"), box = document.createElementNS(ns, "rect");
    svg.setAttribute("width", 24); svg.setAttribute("height", 16); svg.setAttribute("aria-hidden", "true");
    Object.entries({ x: 2, y: 2, width: 20, height: 12, rx: 2, fill: look.fillColor, "fill-opacity": look.fillOpacity, stroke: look.color, "stroke-width": Math.min(look.weight, 2.5) })
      .forEach(([key, value]) => box.setAttribute(key, value));
    if (look.dashArray) box.setAttribute("stroke-dasharray", look.dashArray.split(" ").map((part) => part * 0.6).join(" "));
    svg.appendChild(box);
    return svg;
  }
  function row(table, look, label, plots, kg) {
    const line = table.insertRow();
    line.insertCell().appendChild(swatch(look));
    [label, plots, kg].forEach((text) => { line.insertCell().textContent = text; });
  }
  function legend(limits) {
    const holder = by("eg-legend"), table = make("table"), head = table.insertRow();
    holder.replaceChildren(make("h2", chosen < 0 ? "Colour: the lot a plot gave most to" : "Colour: share of " + data.lots[chosen][0]), table);
    ["", chosen < 0 ? "lot" : "share", "plots", "kg"].forEach((text) => head.appendChild(make("th", text)));
    if (chosen < 0) data.lots.forEach((lot, i) => {
      const most = data.plots.map((_, index) => feedOf(index)).filter((feed) => feed && feed[0] === i);
      row(table, { fillColor: LOTS[i % LOTS.length], fillOpacity: 0.55, color: LOTS[i % LOTS.length], weight: 2, dashArray: DASHES[i % DASHES.length] }, lot[0], most.length, number(most.reduce((sum, feed) => sum + feed[2], 0), 1));
    });
    else limits.forEach((limit, i) => {
      const own = data.feeds.filter((feed) => feed[0] === chosen && classOf(feed[3], limits) === i);
      row(table, { fillColor: RAMP[i], fillOpacity: 0.9, color: "#5c2a0c", weight: 1.2 }, (i ? percent(limits[i - 1]) : "0 %") + " – " + percent(limit), own.length, number(own.reduce((sum, feed) => sum + feed[2], 0), 1));
    });
    const found = data.plots.map(worst);
    ["error", "warning"].forEach((kind) => {
      const count = found.filter((one) => one === kind).length;
      if (count) row(table, Object.assign({ fillColor: "#fff", fillOpacity: 0 }, FINDING[kind]), kind === "error" ? "with an error" : "with a warning", count, "");
    });
    const rest = data.plots.filter((_, index) => !feedOf(index)).length;
    by("eg-rest").hidden = !rest;
    if (rest) row(table, { fillColor: "#c3ccc7", fillOpacity: 0.35, color: "#8c9a94", weight: 1 }, "fed none of these", rest, "");
  }
  function totals() {
    const fed = data.plots.filter((_, index) => data.lots.length === 0 || feedOf(index));
    const kg = chosen < 0 ? data.lots.reduce((sum, lot) => sum + lot[4], 0) : data.lots[chosen][4];
    const pairs = [["plots", number(fed.length, 0)], ["producers", number(new Set(fed.map((plot) => plot[1])).size, 0)],
      ["ha", number(fed.reduce((sum, plot) => sum + (plot[3] || 0), 0), 1)], ["kg", data.lots.length ? number(kg, 1) : "–"]];
    by("eg-totals").replaceChildren(...pairs.map(([name, value]) => { const box = make("div"); box.append(make("dt", name), make("dd", value)); return box; }));
  }
  function show(zoom) {
    const limits = chosen < 0 ? [] : steps(), withOthers = by("eg-others").checked, bounds = L.latLngBounds([]);
    layers.forEach((layer, index) => {
      const feed = feedOf(index), visible = feed || withOthers;
      if (!visible) { layer.remove(); return; }
      layer.setStyle(style(index, limits));
      if (!map.hasLayer(layer)) layer.addTo(map);
      if (feed) { layer.bringToFront(); }
      if (feed || !data.feeds.length) bounds.extend(layer.getBounds ? layer.getBounds() : layer.getLatLng());
    });
    legend(limits);
    totals();
    const room = window.innerWidth > 640 ? { paddingTopLeft: [344, 24], paddingBottomRight: [40, 40] } : { paddingTopLeft: [16, 16], paddingBottomRight: [16, window.innerHeight * 0.48] };
    if (zoom && bounds.isValid()) map.fitBounds(bounds, Object.assign({ maxZoom: 16, animate: false }, room));
    return bounds;
  }
  function card(index) {
    const plot = data.plots[index], holder = make("div", null, "eg-card"), table = make("table");
    const line = (name, value, className) => { const tr = table.insertRow(); if (className) tr.className = className; tr.appendChild(make("th", name)); tr.appendChild(make("td", value, className)); };
    holder.append(make("h3", plot[0] || "plot without a code"), table);
    line("producer", plot[1] || "–");
    line("area", plot[3] === null ? "–" : number(plot[3], 2) + " ha" + (plot[4] ? " (declared; a point)" : ""));
    if (plot[2]) line("country", plot[2]);
    feedsOf[index].filter((feed) => chosen < 0 || feed[0] === chosen).forEach((feed) => {
      line(data.lots[feed[0]][0], number(feed[2], 1) + " kg, " + percent(feed[3]) + " of the lot", "lot");
      line("at least, at most", number(feed[4], 1) + " – " + number(feed[5], 1) + " kg");
      line("harvested", feed[7] ? feed[7] + (feed[8] && feed[8] !== feed[7] ? " to " + feed[8] : "") : "not stated");
      line("evidence", feed[6]);
    });
    if (!feedsOf[index].length) line("lots", "fed none of these");
    plot[6].forEach((one) => line(one[0], one[1], one[0]));
    return holder;
  }
  function open(index) {
    const layer = layers[index];
    if (!map.hasLayer(layer)) layer.setStyle(style(index, chosen < 0 ? [] : steps())).addTo(map);
    const at = layer.getBounds ? layer.getBounds().getCenter() : layer.getLatLng();
    L.popup({ maxWidth: 340, minWidth: 240, autoPanPaddingTopLeft: window.innerWidth > 640 ? [344, 20] : [12, 12] }).setLatLng(at).setContent(card(index)).openOn(map);
  }

  by("eg-title").textContent = data.title;
  by("eg-subtitle").textContent = data.subtitle;
  const lots = by("eg-lots");
  const choice = (index, name, kg, about) => {
    const label = make("label"), input = make("input");
    Object.assign(input, { type: "radio", name: "eg-lot", value: index, checked: index === chosen });
    input.addEventListener("change", () => { chosen = index; map.closePopup(); show(true); });
    label.append(input, make("b", name), make("span", kg, "kg"), make("small", about));
    lots.appendChild(label);
  };
  if (data.lots.length > 1) choice(-1, "All lots", "", data.lots.length + " lots, coloured by lot");
  data.lots.forEach((lot, index) => choice(index, lot[0], number(lot[4], 1) + " kg", [lot[3] && lot[3] + "-lot", lot[1].replace(/_/g, " "), lot[5]].filter(Boolean).join(" · ").replace("bulk-lot", "bulk")));
  lots.hidden = data.lots.length === 0;
  by("eg-others").addEventListener("change", () => show(false));
  if (window.innerWidth <= 640) by("eg-more").open = false;

  const keys = data.plots.map((plot) => fold(plot[0] + " " + plot[1]));
  let hits = [];
  const go = (index) => {
    const layer = layers[index];
    map.fitBounds(layer.getBounds ? layer.getBounds().pad(1.5) : layer.getLatLng().toBounds(400), { maxZoom: 17, animate: false, paddingTopLeft: window.innerWidth > 640 ? [344, 0] : [0, 0] });
    open(index);
  };
  by("eg-search").addEventListener("input", (event) => {
    const wanted = fold(event.target.value.trim());
    hits = wanted ? keys.map((key, index) => key.includes(wanted) ? index : -1).filter((index) => index >= 0) : [];
    const items = hits.slice(0, 30).map((index) => {
      const item = make("li"), button = make("button", data.plots[index][0] + " · " + data.plots[index][1]);
      button.type = "button";
      button.addEventListener("click", () => go(index));
      item.appendChild(button);
      return item;
    });
    if (wanted && !hits.length) items.push(make("li", "nothing found"));
    if (hits.length > 30) items.push(make("li", "… and " + (hits.length - 30) + " more"));
    by("eg-hits").replaceChildren(...items);
  });
  by("eg-search").addEventListener("keydown", (event) => { if (event.key === "Enter" && hits.length) go(hits[0]); });

  by("eg-empty").hidden = data.plots.length > 0;
  const bounds = show(true);
  if (!bounds.isValid()) map.setView([12, 20], 3);
}
