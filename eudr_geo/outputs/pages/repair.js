"use strict";
// The list of repaired plots: before and after. Every value goes in by textContent.
(function () {
  const {make, number, byId, fold} = LotMapText;
  const data = JSON.parse(byId("repair-data").textContent), {words} = data;
  if (!data.plots.length) return;
  const RULE = 0, WHAT = 1, FIELD = 2, BEFORE = 3, AFTER = 4, BY = 5;
  const BATCH = 40;
  const say = (key, ...values) => words[key].split("{}").map((part, i) => (i ? String(values[i - 1] ?? "") : "") + part).join("");
  const state = {shown: [], made: 0};
  byId("choices").hidden = byId("print").hidden = false;

  const counts = new Map();
  for (const plot of data.plots) for (const rule of new Set(plot.changes.map((one) => one[RULE]))) counts.set(rule, (counts.get(rule) || 0) + 1);
  function option(value, text) {
    const one = make("option", "", text);
    one.value = value;
    byId("rule").append(one);
  }
  option("", words.all_faults);
  for (const [rule, n] of [...counts].sort((a, b) => b[1] - a[1])) option(rule, `${data.rules[rule]} (${number(n, 0)})`);

  const changed = (plot) => (plot.before_ha === null || plot.after_ha === null ? 0 : Math.abs(plot.after_ha - plot.before_ha));
  const ORDERS = {file: () => 0, move: (a, b) => (b.move_m || 0) - (a.move_m || 0), area: (a, b) => changed(b) - changed(a)};
  const textOf = (plot) => fold([plot.plot, plot.source, ...plot.changes.flatMap((one) => [one[RULE], data.rules[one[RULE]], one[WHAT], one[BEFORE], one[AFTER]])].join("\n"));

  function choose() {
    const rule = byId("rule").value, parts = fold(byId("find").value).split(/\s+/).filter(Boolean);
    const order = ORDERS[byId("sort").value];
    state.shown = data.plots
      .map((plot, i) => [plot, i])
      .filter(([plot]) => rule === "" || plot.changes.some((one) => one[RULE] === rule))
      .filter(([plot]) => !parts.length || parts.every((part) => textOf(plot).includes(part)))
      .sort((a, b) => order(a[0], b[0]) || a[1] - b[1])
      .map(([plot]) => plot);
    state.made = 0;
    byId("repairs").textContent = "";
    byId("count").textContent = say("rp_shown", number(state.shown.length, 0), number(data.plots.length, 0));
    more(BATCH);
  }
  function more(n) {
    const some = state.shown.slice(state.made, state.made + n);
    byId("repairs").append(...some.map(row));
    state.made += some.length;
  }
  function row(plot) {
    const item = make("li", "finding repair" + (plot.unfit ? " unfit" : "")), line = make("div", "line"), who = make("p", "who");
    const name = plot.plot || words.no_code;
    line.append(make("h3", "value", name));
    who.append(make("span", "value", `${plot.source}, ${say("record", plot.record)}`));
    item.append(line, who);
    const sums = make("p", "sums");
    const sum = (key, text) => {
      const one = make("span", "", words[key] + " ");
      one.append(make("b", "", text));
      sums.append(one);
    };
    if (plot.before_ha !== null || plot.after_ha !== null) sum("rp_area_change", `${number(plot.before_ha, 4)} → ${number(plot.after_ha, 4)} ha`);
    if (plot.move_m !== null) sum("rp_move", `${number(plot.move_m, plot.move_m < 10 ? 2 : 0)} m`);
    if (sums.childNodes.length) item.append(sums);
    const list = make("ul", "made");
    for (const one of plot.changes) {
      const entry = make("li", "value", one[WHAT]);
      if (one[FIELD]) {
        const values = make("span", "values");
        values.append(make("small", "", one[FIELD] + " "), make("del", "", one[BEFORE] || "–"), " → ", make("ins", "", one[AFTER] || "–"));
        entry.append(values);
      }
      entry.append(" ", make("small", "value", `${one[RULE]} · ${one[BY]}`));
      list.append(entry);
    }
    item.append(list);
    if (plot.unfit) item.append(make("p", "still", words.rp_still));
    if (plot.pictures.length) {
      const box = make("div", "pictures");
      box.append(...CheckPicture.panels(plot.pictures, data.styles, say("rp_picture", name)));
      item.append(box);
      item.classList.add("drawn");
      if (plot.pictures.length > 1) item.classList.add("two");
    }
    return item;
  }

  let waiting = 0;
  byId("find").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(choose, 120);
  });
  byId("choices").addEventListener("change", choose);
  byId("choices").addEventListener("submit", (event) => { event.preventDefault(); choose(); });
  new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) more(BATCH); }, {rootMargin: "1200px"}).observe(byId("end"));
  const everything = () => more(state.shown.length);
  window.addEventListener("beforeprint", everything);
  byId("print").addEventListener("click", () => { everything(); window.print(); });
  choose();
})();
