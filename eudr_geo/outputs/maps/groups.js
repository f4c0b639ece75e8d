"use strict";
// Plots whose symbols would lie on top of each other: one ring with their number, cut by kilograms.
const LotMapGroups = (function () {
  const FEWEST = 3; // two symbols side by side are still told apart

  // Sets of rows that lie within reach of each other on the screen; spots: [{row, x, y, weight}], apart: pixels.
  function together(spots, apart) {
    const cells = new Map(), taken = new Set(), groups = [];
    const key = (x, y) => Math.floor(x / apart) + " " + Math.floor(y / apart);
    for (const spot of spots) {
      const cell = key(spot.x, spot.y);
      if (!cells.has(cell)) cells.set(cell, []);
      cells.get(cell).push(spot);
    }
    const around = (x, y) => {
      const found = [];
      for (const dx of [-apart, 0, apart]) for (const dy of [-apart, 0, apart]) found.push(...(cells.get(key(x + dx, y + dy)) || []));
      return found.filter((one) => !taken.has(one.row) && Math.hypot(one.x - x, one.y - y) < apart);
    };
    for (const seed of spots.slice().sort((a, b) => b.weight - a.weight || a.row - b.row)) {
      if (taken.has(seed.row)) continue;
      let near = around(seed.x, seed.y);
      // Once towards the middle of what was found: rings then stand where the plots are, not where the seed was.
      near = around(mean(near, "x"), mean(near, "y"));
      if (near.length < FEWEST) continue;
      for (const one of near) taken.add(one.row);
      groups.push(near.map((one) => one.row).sort((a, b) => a - b));
    }
    return groups;
  }
  const mean = (list, axis) => list.reduce((sum, one) => sum + one[axis], 0) / list.length;

  function ring(ctx, x, y, parts, count, finding) {
    const outer = radius(count), inner = outer - Math.min(9, outer * 0.42);
    const total = parts.reduce((sum, part) => sum + part.kg, 0);
    ctx.globalAlpha = 1;
    ctx.setLineDash([]);
    if (finding) {
      ctx.beginPath();
      ctx.arc(x, y, outer + 4, 0, 2 * Math.PI);
      LotMapPaint.findingLine(ctx, finding);
    }
    ctx.beginPath();
    ctx.arc(x, y, outer, 0, 2 * Math.PI);
    ctx.fillStyle = "#fff";
    ctx.fill();
    let from = -Math.PI / 2;
    for (const part of parts) {
      const to = from + 2 * Math.PI * (total > 0 ? part.kg / total : 1 / parts.length);
      ctx.beginPath();
      ctx.arc(x, y, outer, from, to);
      ctx.arc(x, y, inner, to, from, true);
      ctx.closePath();
      LotMapPaint.ink(ctx, {...part.look, alpha: 0.92, line: "#fff", width: parts.length > 1 ? 1.2 : 0}, true);
      from = to;
    }
    ctx.lineWidth = 1.2;
    ctx.strokeStyle = "#20242a";
    for (const r of [outer, inner]) {
      ctx.beginPath();
      ctx.arc(x, y, r, 0, 2 * Math.PI);
      ctx.stroke();
    }
    ctx.font = "650 12px system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif";
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillStyle = "#18222b";
    ctx.fillText(String(count), x, y + 0.5);
  }
  const radius = (count) => Math.min(15 + 1.6 * Math.sqrt(count) + 3 * Math.max(0, String(count).length - 2), 34);

  const Group = L.Path.extend({
    initialize: function (group, options) {
      L.setOptions(this, options);
      this.group = group; // {rows, centre, box, parts, finding}
    },
    getBounds: function () { return this.group.box; },
    _project: function () {
      this._at = this._map.latLngToLayerPoint(this.group.centre);
      this._reach = radius(this.group.rows.length) + 8;
      this._pxBounds = L.bounds([[this._at.x - this._reach, this._at.y - this._reach], [this._at.x + this._reach, this._at.y + this._reach]]);
    },
    _update: function () {},
    _updatePath: function () {
      const renderer = this._renderer;
      if (!renderer._drawing || !renderer._bounds || !renderer._bounds.intersects(this._pxBounds)) return;
      ring(renderer._ctx, this._at.x, this._at.y, this.group.parts, this.group.rows.length, this.group.finding);
    },
    _containsPoint: function (p) { return this._at.distanceTo(p) <= this._reach - 6; },
  });

  return {Group, together, ring};
})();
