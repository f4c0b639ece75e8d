"use strict";
// How a plot looks: colours, symbols, hatches, and a Leaflet path that is a symbol from afar and its boundary from near.
const LotMapPaint = (function () {
  // Light to dark in even steps: readable without telling hues apart, and in grey print.
  const RAMP = ["#c3e6cf", "#83cbbd", "#41a3ad", "#22719a", "#193f70"];
  const RAMP_OF = {1: [3], 2: [1, 3], 3: [0, 2, 4], 4: [0, 1, 3, 4], 5: [0, 1, 2, 3, 4]};
  // Hues that stay apart for the common kinds of colour blindness; shape and hatch say the same once more.
  const HUES = ["#0a6ebd", "#e08e0b", "#12886a", "#b8578f", "#4b4f58", "#6a4fb3", "#b5482a"];
  const SHAPES = ["circle", "square", "triangle", "diamond", "down", "hexagon"];
  const HATCHES = ["", "/", "-", "\\", ".", "x"];
  const FINDING = {
    error: {line: "#b00020", dash: [7, 4], width: 3},
    warning: {line: "#7a4b00", dash: [2, 3.5], width: 2.5},
  };
  const OTHER = {fill: "#9aa0a6", line: "#8a8f96", alpha: 0.14, width: 1, shape: "circle", scale: 0.6};
  const EARTH_M = 40075016.7; // equator, WGS 84, as Leaflet's projection has it

  function shade(number, of) {
    const pick = RAMP_OF[Math.min(Math.max(of, 1), 5)];
    return {fill: RAMP[pick[Math.min(number, pick.length - 1)]], line: "#10334f", alpha: 0.82, width: 1.2, shape: "circle", scale: 1};
  }

  function lotLook(lot) {
    return {
      fill: HUES[lot % HUES.length], line: "#20242a", alpha: 0.78, width: 1.2,
      shape: SHAPES[lot % SHAPES.length], hatch: HATCHES[lot % HATCHES.length], scale: 1,
    };
  }

  function outline(ctx, shape, x, y, r) {
    const corners = {square: [4, 0.25, 1.2], triangle: [3, 0.5, 1.4], diamond: [4, 0, 1.3], down: [3, 0, 1.4], hexagon: [6, 0, 1.1]}[shape];
    ctx.beginPath();
    if (!corners) {
      ctx.arc(x, y, r, 0, 2 * Math.PI);
      return;
    }
    const [n, turn, grow] = corners;
    const from = shape === "triangle" ? -Math.PI / 2 : shape === "down" ? Math.PI / 2 : turn * Math.PI;
    for (let i = 0; i < n; i += 1) {
      const angle = from + (2 * Math.PI * i) / n;
      ctx[i ? "lineTo" : "moveTo"](x + r * grow * Math.cos(angle), y + r * grow * Math.sin(angle));
    }
    ctx.closePath();
  }

  const hatchTiles = new Map();
  function hatch(ctx, kind) {
    if (!hatchTiles.has(kind)) {
      const tile = document.createElement("canvas");
      tile.width = tile.height = 16;
      const pen = tile.getContext("2d");
      pen.strokeStyle = pen.fillStyle = "rgba(255,255,255,0.75)";
      pen.lineWidth = 2;
      const line = (x1, y1, x2, y2) => { pen.beginPath(); pen.moveTo(x1, y1); pen.lineTo(x2, y2); pen.stroke(); };
      if (kind === "/" || kind === "x") for (const d of [-16, 0, 16]) line(d - 2, 18, d + 18, -2);
      if (kind === "\\" || kind === "x") for (const d of [-16, 0, 16]) line(d - 2, -2, d + 18, 18);
      if (kind === "-") { line(0, 4, 16, 4); line(0, 12, 16, 12); }
      if (kind === ".") for (const [x, y] of [[4, 4], [12, 12]]) { pen.beginPath(); pen.arc(x, y, 2, 0, 7); pen.fill(); }
      hatchTiles.set(kind, ctx.createPattern(tile, "repeat"));
    }
    return hatchTiles.get(kind);
  }

  // Fills and strokes the current path.
  function ink(ctx, look, hatched, dash) {
    ctx.setLineDash([]);
    ctx.globalAlpha = look.alpha;
    ctx.fillStyle = look.fill;
    ctx.fill("evenodd");
    if (hatched && look.hatch) {
      ctx.globalAlpha = 1;
      ctx.fillStyle = hatch(ctx, look.hatch);
      ctx.fill("evenodd");
    }
    ctx.globalAlpha = 1;
    if (!look.width) return;
    ctx.setLineDash(dash || []);
    ctx.lineWidth = look.width;
    ctx.strokeStyle = look.line;
    ctx.stroke();
    ctx.setLineDash([]);
  }

  function findingLine(ctx, severity) {
    const sign = FINDING[severity];
    ctx.globalAlpha = 1;
    ctx.setLineDash([]);
    ctx.lineWidth = sign.width + 2.5;
    ctx.strokeStyle = "#fff";
    ctx.stroke();
    ctx.setLineDash(sign.dash);
    ctx.lineWidth = sign.width;
    ctx.strokeStyle = sign.line;
    ctx.stroke();
    ctx.setLineDash([]);
  }

  function severalMark(ctx, x, y) {
    ctx.globalAlpha = 1;
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.arc(x, y, 2.6, 0, 2 * Math.PI);
    ctx.fillStyle = "#fff";
    ctx.fill();
    ctx.lineWidth = 1;
    ctx.strokeStyle = "#20242a";
    ctx.stroke();
  }

  function mark(ctx, look, x, y, r) {
    if (look.finding) {
      outline(ctx, look.shape, x, y, r + 3.5);
      findingLine(ctx, look.finding);
    }
    outline(ctx, look.shape, x, y, r);
    ink(ctx, look, false);
    if (look.several) severalMark(ctx, x, y);
  }

  // A sample for the legend, drawn by the same hand as the map.
  function swatch(look, kind) {
    return sample(kind === "area" ? [30, 20] : [26, 22], (ctx, w, h) => {
      if (kind !== "area") {
        mark(ctx, look, w / 2, h / 2, 6.5 * look.scale);
        return;
      }
      ctx.beginPath();
      ctx.rect(2.5, 2.5, w - 5, h - 5);
      ink(ctx, look, true);
      if (look.finding) findingLine(ctx, look.finding);
    });
  }

  function sample([w, h], draw) {
    const box = document.createElement("canvas");
    const dense = Math.max(1, window.devicePixelRatio || 1);
    box.width = w * dense;
    box.height = h * dense;
    box.className = "swatch";
    box.style.width = w + "px";
    box.style.height = h + "px";
    box.setAttribute("aria-hidden", "true");
    const ctx = box.getContext("2d");
    ctx.scale(dense, dense);
    draw(ctx, w, h);
    return box;
  }

  const Plot = L.Path.extend({
    // land: {rings: [[L.LatLng]], centre: L.LatLng, box: L.LatLngBounds, radius_m: 0 for areas}
    initialize: function (row, land, label, options) {
      L.setOptions(this, options);
      Object.assign(this, {row, land, label, look: null, chosen: false, near: false, grouped: false, symbol: 6});
    },

    getBounds: function () { return this.land.box; },

    setLook: function (look) {
      this.look = look;
      return this.redraw();
    },

    _project: function () {
      const map = this._map, land = this.land;
      const at = this._at = map.latLngToLayerPoint(land.centre);
      const metre = (256 * Math.pow(2, map.getZoom())) / (EARTH_M * Math.cos((land.centre.lat * Math.PI) / 180));
      this._circle = land.radius_m * metre;
      let low = at, high = at;
      if (land.rings.length) {
        low = map.latLngToLayerPoint(land.box.getNorthWest());
        high = map.latLngToLayerPoint(land.box.getSouthEast());
      }
      const wide = land.rings.length ? Math.max(high.x - low.x, high.y - low.y) : 2 * this._circle;
      this._wide = wide;
      this.near = wide > 2.4 * this.symbol;
      this._lines = this.near ? land.rings.map((ring) => ring.map((place) => map.latLngToLayerPoint(place))) : [];
      const spread = (this.near ? this._circle : 1.5 * this.symbol) + 8;
      this._pxBounds = L.bounds([
        [Math.min(low.x, at.x - spread) - 8, Math.min(low.y, at.y - spread) - 8],
        [Math.max(high.x, at.x + spread) + 8, Math.max(high.y, at.y + spread) + 8],
      ]);
    },

    _update: function () {}, // the renderer calls _updatePath when it draws

    _trace: function (ctx) {
      ctx.beginPath();
      if (!this._lines.length) ctx.arc(this._at.x, this._at.y, this._circle, 0, 2 * Math.PI);
      for (const line of this._lines) {
        line.forEach((p, i) => ctx[i ? "lineTo" : "moveTo"](p.x, p.y));
        ctx.closePath();
      }
    },

    _updatePath: function () {
      const renderer = this._renderer;
      if (!renderer._drawing || !this.look || this.grouped || !renderer._bounds || !renderer._bounds.intersects(this._pxBounds)) return;
      const ctx = renderer._ctx, at = this._at, look = this.look;
      ctx.lineJoin = ctx.lineCap = "round";
      if (this.chosen) {
        if (this.near) this._trace(ctx);
        else outline(ctx, look.shape, at.x, at.y, this.symbol * look.scale + (look.finding ? 6 : 3));
        ctx.setLineDash([]);
        ctx.globalAlpha = 1;
        for (const [width, colour] of [[11, "#fff"], [7, "#111"]]) {
          ctx.lineWidth = this.near ? width : width - 4;
          ctx.strokeStyle = colour;
          ctx.stroke();
        }
      }
      if (!this.near) {
        mark(ctx, this.symbol < 5 ? {...look, width: 0.8} : look, at.x, at.y, this.symbol * look.scale);
      } else {
        this._trace(ctx);
        ink(ctx, look, true, this._lines.length ? null : [5, 4]); // a circle around a point is no walked border
        if (look.finding) findingLine(ctx, look.finding);
        if (look.several) severalMark(ctx, at.x, at.y);
        this._name(ctx);
      }
      ctx.setLineDash([]);
      ctx.globalAlpha = 1;
    },

    // The plot code, where it fits inside. Text on a canvas is never read as anything but text.
    _name: function (ctx) {
      if (this._wide < 64) return;
      ctx.font = "600 12px system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif";
      const text = this.label.length > 40 ? this.label.slice(0, 39) + "…" : this.label;
      const room = this._lines.length ? this._pxBounds.getSize().x - 32 : 2 * this._circle;
      if (ctx.measureText(text).width > room * 0.9) return;
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.globalAlpha = 1;
      ctx.lineWidth = 3.5;
      ctx.strokeStyle = "rgba(255,255,255,0.9)";
      const y = this._at.y + (this.look.several ? 14 : 0);
      ctx.strokeText(text, this._at.x, y);
      ctx.fillStyle = "#16202a";
      ctx.fillText(text, this._at.x, y);
    },

    _containsPoint: function (p) {
      if (!this.look || this.grouped || !this._pxBounds.contains(p)) return false;
      const far = this._at.distanceTo(p), slack = this._clickTolerance();
      if (!this.near) return far <= this.symbol * this.look.scale + 2 + slack;
      if (!this._lines.length) return far <= this._circle + slack;
      let inside = false;
      for (const line of this._lines) {
        for (let i = 0, j = line.length - 1; i < line.length; j = i, i += 1) {
          const a = line[i], b = line[j];
          if (a.y > p.y !== b.y > p.y && p.x < ((b.x - a.x) * (p.y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
        }
      }
      return inside;
    },
  });

  return {Plot, OTHER, shade, lotLook, swatch, sample, ink, findingLine};
})();
