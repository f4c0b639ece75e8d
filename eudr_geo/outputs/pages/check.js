"use strict";
// The list of findings: choices, rows made as they come into view. Every value goes in by textContent.
(function () {
  const {make, number, byId, fold} = LotMapText;
  const source = byId("check-data");
  const data = JSON.parse(source.textContent), {words} = data;
  if (!data.findings.length) return;
  const SEVERITY = 0, RULE = 1, SOURCE = 2, RECORD = 3, CODE = 4, MESSAGE = 5, HINT = 6, LON = 7, LAT = 8, PLOT = 9, PICTURE = 10, SPOT = 11;
  const BATCH = 40, MOST_GROUPS = 7;
  const say = (key, ...values) => words[key].split("{}").map((part, i) => (i ? String(values[i - 1] ?? "") : "") + part).join("");
  byId("work").hidden = false;

  const worst = data.land.map(() => 9);
  for (const one of data.findings) if (one[PLOT] !== -1) worst[one[PLOT]] = Math.min(worst[one[PLOT]], one[SEVERITY]);
  const groupOf = (one) => (data.grouped === "file" || one[PLOT] === -1 ? data.sources[one[SOURCE]] : data.plots.group[one[PLOT]]);
  const producerOf = (one) => (one[PLOT] === -1 ? "" : data.producers[data.plots.producer[one[PLOT]]]);
  // Made once, on the first search: letters without marks.
  let texts = null;
  const textOf = (at) => {
    if (!texts) texts = data.findings.map((one) => fold([one[CODE], producerOf(one), groupOf(one), data.sources[one[SOURCE]], one[MESSAGE], data.rules[one[RULE]].code, data.rules[one[RULE]].fault].join("\n")));
    return texts[at];
  };

  // -- choices --------------------------------------------------------------------------------------------------
  const state = {plot: -1, at: null, shown: [], made: 0};
  const counted = (key) => {
    const counts = new Map();
    for (const one of data.findings) counts.set(key(one), (counts.get(key(one)) || 0) + 1);
    return counts;
  };
  function option(select, value, text) {
    const one = make("option", "", text);
    one.value = value;
    select.append(one);
  }
  option(byId("rule"), "", words.all_faults);
  const rules = counted((one) => one[RULE]);
  for (const [rule, n] of [...rules].sort((a, b) => b[1] - a[1])) option(byId("rule"), String(rule), `${data.rules[rule].fault} (${number(n, 0)})`);
  byId("place-name").textContent = words[data.grouped];
  option(byId("place"), "", words.all_places);
  const places = [...counted(groupOf)].sort((a, b) => (a[0] < b[0] ? -1 : 1));
  places.forEach(([place, n], at) => option(byId("place"), String(at), `${place.length > 60 ? place.slice(0, 60) + "…" : place || "– " + words.not_stated} (${number(n, 0)})`));
  // Where plots are grouped by village, files are a choice of their own.
  if (data.grouped !== "file" && data.sources.length > 1) {
    byId("file-choice").hidden = false;
    option(byId("file"), "", words.all_places);
    for (const [file, n] of [...counted((one) => one[SOURCE])].sort((a, b) => a[0] - b[0])) option(byId("file"), String(file), `${data.sources[file].slice(0, 60)} (${number(n, 0)})`);
  }
  const severities = counted((one) => one[SEVERITY]);
  data.severities.forEach((severity, at) => {
    if (!severities.get(at)) return;
    const label = make("label"), box = make("input");
    box.type = "checkbox";
    box.checked = box.defaultChecked = true;
    box.value = String(at);
    label.append(box, make("span", "tag " + severity, words[severity]), make("span", "", number(severities.get(at), 0)));
    byId("severities").append(label);
  });

  byId("legend").hidden = !data.pictures.length;
  if (data.pictures_left_out) {
    const note = make("p", "more", say("pictures_end", number(data.pictures.length, 0)));
    byId("findings").before(note);
  }

  const hasMap = data.land.some(Boolean);
  byId("ground").hidden = !hasMap;
  byId("work").classList.toggle("alone", !hasMap);
  const map = !hasMap ? {has: () => false, show: () => {}, choose: () => {}} : CheckMap.start(data, worst.map((rank) => data.severities[rank]), (plot) => {
    state.plot = plot;
    choose();
    byId("findings-title").scrollIntoView({block: "start"});
    map.choose(plot, null);
  });

  const ORDERS = {
    worst: () => 0,
    plot: (a, b) => compare(a[CODE], b[CODE]),
    village: (a, b) => compare(groupOf(a), groupOf(b)) || compare(producerOf(a), producerOf(b)) || compare(a[CODE], b[CODE]),
  };
  const compare = (a, b) => (a === b ? 0 : a < b ? -1 : 1);

  function choose() {
    const wanted = new Set([...byId("severities").querySelectorAll("input")].filter((box) => box.checked).map((box) => Number(box.value)));
    const rule = byId("rule").value, place = byId("place").value, file = byId("file").value;
    const parts = fold(byId("find").value).split(/\s+/).filter(Boolean);
    const at = [];
    data.findings.forEach((one, i) => {
      if (!wanted.has(one[SEVERITY])) return;
      if (rule !== "" && one[RULE] !== Number(rule)) return;
      if (place !== "" && groupOf(one) !== places[Number(place)][0]) return;
      if (file !== "" && one[SOURCE] !== Number(file)) return;
      if (state.plot !== -1 && one[PLOT] !== state.plot) return;
      if (state.at && (data.sources[one[SOURCE]] !== state.at.file || one[RECORD] !== state.at.record)) return;
      if (parts.length && !parts.every((part) => textOf(i).includes(part))) return;
      at.push(i);
    });
    const order = ORDERS[byId("sort").value];
    at.sort((a, b) => order(data.findings[a], data.findings[b]) || a - b);
    state.shown = at;
    state.made = 0;
    byId("findings").textContent = "";
    byId("count").textContent = at.length ? say("shown", number(at.length, 0), number(data.findings.length, 0)) : words.none_left;
    const all = at.length === data.findings.length;
    byId("clear").hidden = all;
    map.show(all ? null : new Set(at.map((i) => data.findings[i][PLOT]).filter((plot) => plot !== -1)));
    more(BATCH);
  }
  function more(n) {
    const rows = state.shown.slice(state.made, state.made + n);
    byId("findings").append(...rows.map((i) => row(data.findings[i])));
    state.made += rows.length;
  }

  // -- one finding ----------------------------------------------------------------------------------------------
  function row(one) {
    const rule = data.rules[one[RULE]], severity = data.severities[one[SEVERITY]];
    const item = make("li", "finding " + severity), line = make("div", "line");
    line.append(make("span", "tag " + severity, words[severity]), make("h3", "value", rule.fault));
    const who = make("p", "who");
    const name = one[CODE] || (one[PLOT] !== -1 ? words.no_code : one[RECORD] === null ? words.whole_file : "");
    if (name) who.append(make("b", "value", name));
    const places = [producerOf(one), data.grouped === "file" ? "" : groupOf(one), data.sources[one[SOURCE]] + (one[RECORD] === null ? "" : ", " + say("record", one[RECORD]))];
    for (const text of places) if (text) who.append(make("span", "value", text));
    item.append(line, who, make("p", "said value", one[MESSAGE]));
    if (one[HINT]) item.append(make("p", "do value", one[HINT]));
    if (one[PICTURE] !== -1) {
      const box = make("div", "pictures");
      box.append(...CheckPicture.panels(data.pictures[one[PICTURE]], data.styles, say("picture", name)));
      item.append(box);
      item.classList.add("drawn");
    }
    const tools = make("div", "tools");
    if (one[PLOT] !== -1 && map.has(one[PLOT])) {
      const show = make("button", "", words.on_map);
      show.type = "button";
      show.addEventListener("click", () => {
        for (const other of byId("findings").querySelectorAll(".chosen")) other.classList.remove("chosen");
        item.classList.add("chosen");
        map.choose(one[PLOT], one[SPOT] ? [one[LAT], one[LON]] : null);
      });
      tools.append(show);
    }
    if (one[LON] !== null) {
      const text = `${one[LAT].toFixed(6)}, ${one[LON].toFixed(6)}`; // the order in which phones' maps take it
      const copy = make("button", "", words.copy);
      copy.type = "button";
      copy.addEventListener("click", () => copyText(text, copy));
      tools.append(copy, make("span", "", text));
    }
    tools.append(make("code", "fault-code", rule.code));
    item.append(tools);
    return item;
  }
  function copyText(text, button) {
    const area = make("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy"); // navigator.clipboard does not work in a page opened from a file
    area.remove();
    if (done) button.textContent = words.copied;
    button.focus();
  }

  // A long list of faults is folded, so that the findings are not far below.
  const groups = [...document.querySelectorAll(".group")];
  if (groups.length > MOST_GROUPS + 2) {
    const hidden = groups.slice(MOST_GROUPS), open = make("button", "all-groups", say("all_groups", number(hidden.length, 0)));
    open.type = "button";
    for (const one of hidden) one.hidden = true;
    const unfold = () => {
      for (const one of hidden) one.hidden = false;
      open.remove();
    };
    open.addEventListener("click", unfold);
    window.addEventListener("beforeprint", unfold);
    groups[0].parentNode.append(open);
  }

  // -- what makes it move ---------------------------------------------------------------------------------------
  let waiting = 0;
  byId("find").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(choose, 120);
  });
  byId("choices").addEventListener("change", choose);
  byId("choices").addEventListener("submit", (event) => { event.preventDefault(); choose(); });
  byId("clear").addEventListener("click", () => {
    byId("choices").reset();
    state.plot = -1;
    state.at = null;
    choose();
  });
  for (const only of document.querySelectorAll(".only")) {
    only.hidden = false;
    only.addEventListener("click", () => {
      byId("choices").reset();
      state.plot = -1;
      state.at = null;
      byId("rule").value = String(data.rules.findIndex((rule) => rule.code === only.dataset.rule));
      choose();
      byId("findings-title").scrollIntoView({block: "start"});
    });
  }
  new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) more(BATCH); }, {rootMargin: "1200px"}).observe(byId("end"));
  const everything = () => more(state.shown.length); // paper shows all that was chosen
  window.addEventListener("beforeprint", everything);
  byId("print").addEventListener("click", () => { everything(); window.print(); });
  // A worklist leads here: #at=2-17 is record 17 of the second file.
  function follow() {
    const found = /^#at=(\d+)-(\d+)$/.exec(window.location.hash);
    if (!found) return;
    state.at = {file: data.files[Number(found[1]) - 1], record: Number(found[2])};
    state.plot = -1;
    choose();
    const plot = state.shown.length ? data.findings[state.shown[0]][PLOT] : -1;
    if (plot !== -1 && map.has(plot)) map.choose(plot, null);
    byId("findings-title").scrollIntoView({block: "start"});
  }
  window.addEventListener("hashchange", follow);
  choose();
  follow();
})();
