/* What surrounds a place, in words: ranges under location errors, local ownership, hot spots, clusters, its areas. */
"use strict";

((A) => {
  const { el } = A;

  /* The 5-95 % range of a park's figure when points are moved within their errors, "10.9–14.1"; null where there is none. */
  A.rangeOf = (table, data, row, name, decimals = A.decimalsOf(data.byName.get(name))) => {
    if (table !== "parks") return null;
    const ranges = A.table("sensitivity");
    const found = ranges.size ? ranges.find(data.value(row, "park_id")) : -1;
    const low = ranges.byName.get(`${name}_low`), high = ranges.byName.get(`${name}_high`);
    if (found < 0 || !low || !high) return null;
    const unit = data.byName.get(name).unit;
    const [from, to] = [low, high].map((column) => A.format({ ...column, unit: unit === "share" ? "share" : null, decimals }, ranges.value(found, column.name)));
    return from === null || to === null || from === to ? null : from.startsWith("-") ? A.t("range", { low: from, high: to }) : `${from}–${to}`;
  };

  const pWords = (p) => (p === null ? "" : p < 0.001 ? `p < ${A.number(0.001, 3)}` : `p = ${A.number(p, 3)}`);
  const plain = (text, range) => (range ? `${text} (${range})` : text);

  function entry(title, words, ...more) {
    return el("div", { class: "finding" }, el("h4", {}, title), el("p", {}, words), more);
  }

  function ownership(data, row) {
    const says = (name) => data.value(row, name);
    const excess = says("owner_excess_25km"), known = says("owner_known_share_25km");
    const share = known === null ? null : el("p", { class: "note" }, A.t("excess_known", { share: A.number(known, 0, { style: "percent" }) }));
    if (excess === null) return entry(A.t("excess_title"), A.t("excess_none"), share);
    const key = !says("owner_excess_significant") ? "excess_chance" : excess > 0 ? "excess_more" : "excess_less";
    const value = plain(A.number(excess, 2), A.rangeOf("parks", data, row, "owner_excess_25km", 2));
    const low = says("owner_hhi_25km_low"), high = says("owner_hhi_25km_high");
    return entry(A.t("excess_title"), el("strong", {}, A.t(key)),
      el("p", {}, A.t("excess_value", { value, p: pWords(says("owner_excess_p")) })), share,
      low === null || high === null ? null : el("div", { class: "measure-row" },
        el("span", {}, A.t("local_hhi")), el("span", {}, A.t("range", { low: A.number(low, 1, { style: "percent" }), high: A.number(high, 1, { style: "percent" }) })), A.intervalBar(low, high)));
  }

  function hotSpot(table, data, row) {
    const z = data.value(row, "gi_star_z");
    if (z === null) return entry(A.t("hot_title"), A.t("hot_none"));
    const key = !data.value(row, "gi_star_significant") ? "hot_chance" : z > 0 ? "hot_hot" : "hot_cold";
    const value = plain(A.number(z, 1), A.rangeOf(table, data, row, "gi_star_z", 1));
    return entry(A.t("hot_title"), el("strong", {}, A.t(key)),
      el("p", {}, A.t(table === "parks" ? "hot_value_park" : "hot_value_town", { value, p: pWords(data.value(row, "gi_star_p")) })));
  }

  function cluster(data, row) {
    const id = data.value(row, "cluster_id");
    if (id === null) return entry(A.t("cluster_title"), A.t("cluster_none"));
    return entry(A.t("cluster_title"), A.t(A.about.bounds ? "cluster_part" : "cluster_one", { id, n: A.number(data.where("cluster_id", id).length) }));
  }

  function surroundings(data, row) {
    if (data.value(row, "lon") === null) return el("p", { class: "note" }, A.t("around_no_point"));
    if (!data.value(row, "study_set")) return el("p", { class: "note" }, A.t("around_no_study"));
    return [ownership(data, row), hotSpot("parks", data, row), cluster(data, row),
      A.table("sensitivity").size ? el("p", { class: "note" }, A.t("range_note")) : null];
  }

  /* The areas a thing lies in, each a way to its card. */
  function areasOf({ table, row }) {
    const data = A.table(table);
    const own = (name) => (data.byName.has(name) ? data.value(row, name) : null);
    const found = [];
    const push = (other, at) => at >= 0 && !(other === table && at === row) && found.push({ table: other, row: at });
    const towns = A.table("municipalities"), metros = A.table("metro_areas");
    const town = table === "metro_areas" || table === "states" ? -1 : towns.find(own("cvegeo"));
    push("municipalities", town);
    if (town >= 0 && towns.value(town, "metro_area_code") !== null) push("metro_areas", metros.find(towns.value(town, "metro_area_code")));
    push("states", A.table("states").find(own("cve_ent")));
    if (table === "corridor" || found.length || table === "states" || table === "metro_areas") push("national", A.table("national").size ? 0 : -1);
    return found;
  }

  A.areasSection = (thing) => {
    if (thing.table === "national" || thing.table === "developers" || thing.table === "border") return null;
    const found = areasOf(thing);
    if (!found.length) return null;
    return A.cardSection("section_areas", el("ul", { class: "ways" }, found.map((each) => el("li", {},
      el("button", { type: "button", class: "way", onclick: () => A.select(each, { zoom: true, focus: true }) },
        el("span", { class: "way-kind" }, A.kindOf(each)), el("span", {}, A.nameOf(each)))))));
  };

  /* What lies within 25, 50 and 100 km of a branch. */
  A.branchSection = ({ table, row }) => {
    const near = A.table("corridor_areas");
    if (table !== "corridor" || !near.size) return null;
    const rows = near.where("branch", A.table(table).value(row, "branch"));
    const names = ["parks", "parks_study_set", "manufacturing_establishments", "auto_parts_plants", "assembly_plants", "developers", "controller_known_share", "owner_hhi_count", "lq_3363"];
    return A.cardSection("section_branch", el("table", { class: "side-by-side" },
      el("thead", {}, el("tr", {}, el("td", {}, ""), rows.map((each) => el("th", { scope: "col" }, `${A.number(near.value(each, "within_km"))} km`)))),
      el("tbody", {}, names.map((name) => {
        const facts = rows.map((each) => A.factOf(table, near, each, name));
        return facts[0] ? el("tr", { "data-column": name }, el("th", { scope: "row" }, facts[0].label), facts.map(({ value, bar }) =>
          el("td", value === null ? { class: "missing" } : {}, value === null ? A.t("no_data") : value, value === null ? null : bar))) : null;
      }))), el("p", { class: "note" }, A.t("compare_near_all")));
  };

  A.aroundSection = ({ table, row }) => {
    const data = A.table(table);
    if (table === "parks") return A.cardSection("section_around", surroundings(data, row));
    if (table === "municipalities" && data.byName.has("gi_star_z")) return A.cardSection("section_around", hotSpot(table, data, row));
    return null;
  };
})(Corredor);
