"use strict";
// What lies under the plots: places on a globe that has no edge, country outlines, a grid of degrees, a small locator.
const LotMapGround = (function () {
  const STEPS = [30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001];
  const SVG = "http://www.w3.org/2000/svg";

  // Longitudes are moved by whole turns so that neighbours across the 180th meridian stay neighbours.
  const near = (lon, wanted) => lon + 360 * Math.round((wanted - lon) / 360);

  // The middle of the shortest stretch of longitudes that holds all of these.
  function middle(lons) {
    if (!lons.length) return 0;
    const sorted = lons.slice().sort((a, b) => a - b);
    let gap = sorted[0] + 360 - sorted[sorted.length - 1], from = sorted[0], to = sorted[sorted.length - 1];
    for (let i = 1; i < sorted.length; i += 1) {
      if (sorted[i] - sorted[i - 1] > gap) {
        gap = sorted[i] - sorted[i - 1];
        from = sorted[i];
        to = sorted[i - 1] + 360;
      }
    }
    const mid = (from + to) / 2;
    return mid > 180 ? mid - 360 : mid;
  }

  function place(ring, wanted) {
    let last = null;
    return ring.map(([lon, lat]) => {
      last = near(lon, last === null ? wanted : last);
      return L.latLng(lat, last);
    });
  }

  // Rings and points of any GeoJSON geometry, in the order of its parts.
  function parts(geometry, wanted, into) {
    const found = into || {rings: [], points: []};
    if (!geometry) return found;
    const {type, coordinates} = geometry;
    if (type === "Point") found.points.push(place([coordinates], wanted)[0]);
    else if (type === "MultiPoint") found.points.push(...coordinates.map((one) => place([one], wanted)[0]));
    else if (type === "LineString") found.rings.push(place(coordinates, wanted));
    else if (type === "Polygon" || type === "MultiLineString") {
      let anchor = wanted;
      for (const ring of coordinates) {
        const line = place(ring, anchor);
        if (line.length) anchor = line[0].lng; // holes stay with their shell
        found.rings.push(line);
      }
    } else if (type === "MultiPolygon") for (const one of coordinates) parts({type: "Polygon", coordinates: one}, wanted, found);
    else if (type === "GeometryCollection") for (const one of geometry.geometries) parts(one, wanted, found);
    return found;
  }

  function degrees(value, positive, negative, digits) {
    let turned = value;
    if (positive === "E") turned = value - 360 * Math.round(value / 360);
    const text = Math.abs(turned).toFixed(digits);
    const side = Number(text) % 180 === 0 ? "" : turned > 0 ? positive : negative;
    return `${text}° ${side}`.trim();
  }

  function grid(map, renderer) {
    const lines = L.layerGroup().addTo(map);
    const labels = document.createElement("div");
    labels.className = "grid-labels";
    labels.setAttribute("aria-hidden", "true");
    map.getContainer().appendChild(labels);

    function values(from, to, step) {
      const all = [];
      for (let i = Math.ceil(from / step); i * step <= to && all.length < 200; i += 1) all.push(i * step);
      return all;
    }
    function step() {
      const box = map.getBounds(), wide = box.getEast() - box.getWest();
      const wanted = (wide * 130) / Math.max(map.getSize().x, 1);
      return STEPS.filter((one) => one >= wanted).pop() || STEPS[0];
    }
    function relabel() {
      const box = map.getBounds(), size = map.getSize(), apart = step();
      const digits = Math.max(0, Math.ceil(-Math.log10(apart) - 1e-9));
      labels.textContent = "";
      const put = (text, side, x, y) => {
        const label = document.createElement("span");
        label.className = side;
        label.textContent = text;
        label.style.left = x + "px";
        label.style.top = y + "px";
        labels.appendChild(label);
      };
      for (const lon of values(box.getWest(), box.getEast(), apart)) {
        const x = map.latLngToContainerPoint([0, lon]).x;
        if (x > 60 && x < size.x - 30) put(degrees(lon, "E", "W", digits), "above", x, 0);
      }
      for (const lat of values(Math.max(box.getSouth(), -85), Math.min(box.getNorth(), 85), apart)) {
        const y = map.latLngToContainerPoint([lat, 0]).y;
        if (y > 26 && y < size.y - 50) put(degrees(lat, "N", "S", digits), "beside", size.x, y);
      }
    }
    function redraw() {
      lines.clearLayers();
      const box = map.getBounds().pad(0.6), apart = step();
      const south = Math.max(box.getSouth(), -85), north = Math.min(box.getNorth(), 85);
      const style = {renderer, interactive: false, color: "#6d8190", weight: 1, opacity: 0.22};
      for (const lon of values(box.getWest(), box.getEast(), apart)) L.polyline([[south, lon], [north, lon]], style).addTo(lines);
      for (const lat of values(south, north, apart)) L.polyline([[lat, box.getWest()], [lat, box.getEast()]], style).addTo(lines);
      relabel();
    }
    map.on("moveend zoomend resize", redraw);
    map.on("move", relabel);
    redraw();
  }

  // The country with a mark for the piece of it that the map shows.
  function locator(map, outlines, wanted, caption) {
    const rings = outlines.length ? parts(outlines[0].geometry, wanted).rings : [];
    const points = rings.flat();
    if (!points.length) return null;
    const box = L.latLngBounds(points);
    const squeeze = Math.cos((box.getCenter().lat * Math.PI) / 180);
    const wide = (box.getEast() - box.getWest()) * squeeze, high = box.getNorth() - box.getSouth();
    const scale = Math.min(96 / Math.max(wide, 1e-6), 128 / Math.max(high, 1e-6));
    const x = (lon) => 6 + (lon - box.getWest()) * squeeze * scale;
    const y = (lat) => 6 + (box.getNorth() - lat) * scale;
    const size = [12 + wide * scale, 12 + high * scale];
    const control = L.control({position: "bottomright"});
    let figure = null;
    control.onAdd = () => {
      if (figure) return figure; // moved to another corner
      figure = document.createElement("figure");
      figure.className = "locator";
      const drawing = document.createElementNS(SVG, "svg");
      drawing.setAttribute("viewBox", `0 0 ${size[0].toFixed(1)} ${size[1].toFixed(1)}`);
      drawing.setAttribute("width", size[0].toFixed(0));
      drawing.setAttribute("height", size[1].toFixed(0));
      drawing.setAttribute("role", "img");
      drawing.setAttribute("aria-label", caption);
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("class", "land");
      path.setAttribute("d", rings.map((ring) => "M" + ring.map((p) => `${x(p.lng).toFixed(1)} ${y(p.lat).toFixed(1)}`).join("L") + "Z").join(""));
      const view = document.createElementNS(SVG, "rect");
      view.setAttribute("class", "view");
      const dot = document.createElementNS(SVG, "circle");
      dot.setAttribute("class", "dot");
      dot.setAttribute("r", "3.5");
      drawing.append(path, view, dot);
      const name = document.createElement("figcaption");
      name.textContent = outlines[0].properties.name;
      figure.append(drawing, name);
      const follow = () => {
        const now = map.getBounds(), centre = now.getCenter();
        const w = Math.min((now.getEast() - now.getWest()) * squeeze * scale, 2000);
        const h = Math.min((now.getNorth() - now.getSouth()) * scale, 2000);
        const cx = x(near(centre.lng, wanted)), cy = y(centre.lat);
        const small = w < 9 && h < 9;
        dot.style.display = small ? "" : "none";
        view.style.display = small ? "none" : "";
        dot.setAttribute("cx", cx.toFixed(1));
        dot.setAttribute("cy", cy.toFixed(1));
        view.setAttribute("x", (cx - w / 2).toFixed(1));
        view.setAttribute("y", (cy - h / 2).toFixed(1));
        view.setAttribute("width", w.toFixed(1));
        view.setAttribute("height", h.toFixed(1));
        figure.hidden = w > size[0] && h > size[1]; // the map shows all of it already
      };
      map.on("moveend zoomend", follow);
      follow();
      return figure;
    };
    return control.addTo(map);
  }

  function lands(map, outlines, wanted, renderer) {
    const names = L.layerGroup();
    for (const one of outlines) {
      const {rings} = parts(one.geometry, wanted);
      if (!rings.length) continue;
      // Even-odd filling: islands and enclaves need no telling apart.
      const polygon = L.polygon(rings, {
        renderer, interactive: false, color: "#a79f8d", weight: 1.2, fillColor: "#f7f4ec", fillOpacity: 1, smoothFactor: 0.8,
      });
      polygon.addTo(map);
      const label = one.properties.label;
      if (!label) continue;
      const text = document.createElement("span");
      text.textContent = one.properties.name;
      L.marker([label[1], near(label[0], wanted)], {
        interactive: false, keyboard: false, pane: "ground", icon: L.divIcon({className: "land-name", html: text, iconSize: [0, 0]}),
      }).addTo(names);
    }
    const show = () => map[map.getZoom() <= 7.5 ? "addLayer" : "removeLayer"](names);
    map.on("zoomend", show);
    show();
  }

  return {middle, near, parts, degrees, grid, locator, lands};
})();
