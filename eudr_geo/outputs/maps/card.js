"use strict";
// The card of a plot: a small table of what it is, what it gave to which lot, and what was found on it.
const LotMapCard = (function () {
  const {RANK, make, number, exactly, percent} = LotMapText;
  const EVIDENCE = {exact: "exact", producer: "producer_evidence", group: "group", unknown: "unknown", silo: "silo_evidence"};

  // data, say, lots; feeds and findings of each plot; landOf(row): what is drawn; shown(): lot, or null for all; classLook.
  function cards({data, say, lots, feeds, findings, landOf, shown, classLook}) {
    const features = data.plots.features;

    function line(table, name, value, className) {
      const row = make("tr");
      const head = make("th", "", name);
      head.scope = "row";
      row.append(head, make("td", "value " + (className || ""), value));
      table.append(row);
    }
    const dates = (from, to) => (from && to && from !== to ? `${from} – ${to}` : from || to || "–");

    function card(row) {
      const {properties} = features[row], land = landOf(row), body = make("div", "card");
      body.tabIndex = -1;
      body.append(make("h2", "value", properties.plot));
      const facts = make("table");
      line(facts, say("row_producer"), properties.producer || "–");
      const area = [properties.area_ha === null ? "–" : `${number(properties.area_ha, 2)} ha`, properties.country, properties.version && say("version", properties.version)];
      line(facts, say("row_area"), area.filter(Boolean).join(" · "));
      if (land) {
        const {lat, lng} = land.centre;
        line(facts, say("row_place"), `${LotMapGround.degrees(lat, "N", "S", 5)}, ${LotMapGround.degrees(lng, "E", "W", 5)}`);
        if (!land.rings.length) line(facts, "", say(properties.area_ha ? "point" : "point_no_area"), "quiet");
      }
      body.append(facts);
      const chosen = shown();
      const rows = feeds[row].slice().sort((a, b) => (data.feeds.lot[b] === chosen) - (data.feeds.lot[a] === chosen) || data.feeds.lot[a] - data.feeds.lot[b]);
      if (!rows.length) body.append(make("p", "quiet", say("fed_nothing")));
      for (const one of rows) {
        const lot = lots[data.feeds.lot[one]], table = make("table", "feed"), title = make("caption");
        title.append(LotMapPaint.swatch(chosen === null ? LotMapPaint.lotLook(data.feeds.lot[one]) : data.feeds.lot[one] === chosen ? classLook(lot, data.feeds.share[one] || 0) : LotMapPaint.OTHER));
        title.append(make("span", "value", lot.code));
        table.append(title);
        line(table, say("row_given"), `${exactly(data.feeds.kg[one])} kg`, "strong");
        line(table, say("row_share"), percent(data.feeds.share[one]), "strong");
        line(table, say("row_bounds"), say("bounds", exactly(data.feeds.kg_min[one]), exactly(data.feeds.kg_max[one])));
        line(table, say("row_harvest"), dates(data.feeds.from[one], data.feeds.to[one]));
        const evidence = data.feeds.evidence[one];
        line(table, say("row_evidence"), evidence ? evidence.split("; ").map((one) => EVIDENCE[one] ? say(EVIDENCE[one]) : one).join("; ") : "–");
        body.append(table);
      }
      if (findings[row].length) body.append(findingList(findings[row]));
      return body;
    }

    function findingList(list) {
      const items = make("ul", "findings");
      for (const one of list) {
        const item = make("li", RANK[one.severity] === undefined ? "note" : one.severity);
        item.append(make("b", "", RANK[one.severity] === undefined ? one.severity : say(one.severity)), make("span", "value", one.message), make("code", "value", one.rule));
        items.append(item);
      }
      return items;
    }

    return {card, findingList};
  }

  return {cards};
})();
