"use strict";
// The search box: a list of matches that mouse, fingers and keyboard can walk through.
const LotMapSearch = (function () {
  const {THIN, byId, make, number, kilos, fold} = LotMapText;
  const MOST_MATCHES = 40, MOST_LISTED = 8;

  // data, say; feedIn(row): row of the feeds that counts now, or -1; look(row); choose(row): called with what was taken.
  function start({data, say, feedIn, look, choose}) {
    const features = data.plots.features;
    if (!features.length) return;
    const texts = features.map(({properties}) => fold(properties.plot + " " + properties.producer));
    const label = make("label", "", say("find")), input = make("input"), list = make("ul", "matches"), status = make("p", "visually-hidden");
    label.htmlFor = input.id = "find";
    Object.assign(input, {type: "search", autocomplete: "off", spellcheck: false});
    const example = features[0].properties.plot;
    input.placeholder = say("find_hint", example.length > 24 ? example.slice(0, 23) + "…" : example);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", "matches");
    input.setAttribute("aria-autocomplete", "list");
    list.id = "matches";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", say("find"));
    list.hidden = true;
    status.setAttribute("role", "status");
    byId("search").append(label, input, list, status);
    let hits = [], active = -1;

    function matches(query) {
      const wordsWanted = fold(query).split(/\s+/).filter(Boolean);
      if (!wordsWanted.length) {
        return features.map((_, row) => row).filter((row) => feedIn(row) !== -1)
          .sort((a, b) => (data.feeds.share[feedIn(b)] || 0) - (data.feeds.share[feedIn(a)] || 0) || a - b).slice(0, MOST_LISTED);
      }
      const whole = wordsWanted.join(" ");
      const rank = (row) => (texts[row].startsWith(whole) ? 0 : (" " + texts[row]).includes(" " + wordsWanted[0]) ? 1 : 2) + (feedIn(row) === -1 ? 3 : 0);
      return features.map((_, row) => row).filter((row) => wordsWanted.every((word) => texts[row].includes(word))).sort((a, b) => rank(a) - rank(b) || a - b);
    }
    function offer() {
      const query = input.value.trim(), every = matches(query);
      hits = every.slice(0, MOST_MATCHES);
      active = hits.length && query ? 0 : -1;
      list.textContent = "";
      if (!query && hits.length) list.append(heading(say("largest")));
      hits.forEach((row, at) => {
        const {properties} = features[row], feed = feedIn(row), item = make("li");
        item.id = "match-" + at;
        item.setAttribute("role", "option");
        item.append(LotMapPaint.swatch(look(row) || LotMapPaint.OTHER), make("b", "value", properties.plot), make("span", "value", properties.producer));
        item.append(make("span", "amount", feed === -1 ? "" : kilos(data.feeds.kg[feed]) + THIN + "kg"));
        item.addEventListener("mousedown", (event) => event.preventDefault());
        item.addEventListener("click", () => take(at));
        list.append(item);
      });
      if (!hits.length) list.append(heading(say("find_none")));
      if (every.length > hits.length) list.append(heading(say("find_more", number(every.length - hits.length, 0))));
      status.textContent = query ? say("find_count", number(every.length, 0)) : "";
      open(true);
    }
    function heading(text) {
      const item = make("li", "quiet", text);
      item.setAttribute("role", "presentation");
      return item;
    }
    function open(yes) {
      list.hidden = !yes;
      input.setAttribute("aria-expanded", String(yes));
      light();
    }
    function light() {
      list.querySelectorAll("[role=option]").forEach((item, at) => {
        item.setAttribute("aria-selected", String(at === active));
        if (at === active) item.scrollIntoView({block: "nearest"});
      });
      if (active === -1 || list.hidden) input.removeAttribute("aria-activedescendant");
      else input.setAttribute("aria-activedescendant", "match-" + active);
    }
    function take(at) {
      open(false);
      choose(hits[at]);
    }
    input.addEventListener("input", offer);
    input.addEventListener("focus", offer);
    input.addEventListener("blur", () => open(false));
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (list.hidden) offer();
        else if (hits.length) active = (active + (event.key === "ArrowDown" ? 1 : active === -1 ? 0 : -1) + hits.length) % hits.length;
        light();
        event.preventDefault();
      } else if (event.key === "Enter") {
        if (list.hidden) offer();
        if (hits.length && (active !== -1 || input.value.trim())) take(Math.max(active, 0));
        event.preventDefault();
      } else if (event.key === "Escape" && !list.hidden) {
        open(false);
        event.stopPropagation();
      }
    });
  }

  return {start};
})();
