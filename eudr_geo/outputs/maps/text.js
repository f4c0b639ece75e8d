"use strict";
// How the page says things: elements with text in them, numbers, shares, letters without their marks.
const LotMapText = (function () {
  const THIN = "\u202f";
  const RANK = {error: 0, warning: 1, note: 2};
  const byId = (id) => document.getElementById(id);

  function make(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined && text !== null) node.textContent = text;
    return node;
  }

  // Groups of three with a thin space: a comma or a point would be read differently in different countries.
  function number(value, digits) {
    if (value === null || value === undefined) return "–";
    const [whole, part] = Math.abs(value).toFixed(digits).split(".");
    const sign = value < 0 && Number(value.toFixed(digits)) !== 0 ? "−" : "";
    return sign + whole.replace(/\B(?=(\d{3})+$)/g, THIN) + (part ? "." + part : "");
  }
  const kilos = (kg) => number(kg, kg === 0 ? 0 : kg !== null && Math.abs(kg) < 1 ? 3 : kg !== null && kg >= 1000 ? 0 : 1);
  const exactly = (kg) => number(kg, kg !== null && kg !== 0 && Math.abs(kg) < 1 ? 3 : 1); // as in the trace, to 0.1 kg
  const hectares = (ha) => number(ha, ha === 0 || (ha !== null && ha >= 100) ? 0 : 2);
  const bare = (value) => String(Number(value.toPrecision(6)));
  const edge = (share) => bare(share * 100) + THIN + "%"; // limits are round numbers
  function percent(share) {
    if (share === null) return "–";
    const value = share * 100;
    if (value > 0 && value < 0.01) return "<" + THIN + "0.01" + THIN + "%";
    return number(value, value < 10 ? 2 : 1) + THIN + "%";
  }
  // Letters without their marks, so that "dak" finds "Đắk".
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/đ/g, "d").replace(/ı/g, "i").replace(/ł/g, "l").replace(/ø/g, "o");

  return {THIN, RANK, byId, make, number, kilos, exactly, hectares, bare, edge, percent, fold};
})();
