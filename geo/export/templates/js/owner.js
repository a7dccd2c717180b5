/* Ownership: what part of the parks a party controls, whether they stand together, and a list of parties to pick from. */
"use strict";

((A) => {
  const { el } = A;
  const ROLES = ["owner", "developer", "promoter", "administrator"];
  const MOST_CITIES = 5;

  const percent = (value) => A.number(value, value < 0.1 ? 1 : 0, { style: "percent" });
  const parksOfStudy = (metro) => A.holdings.study((row) => metro === null || A.table("parks").value(row, "metro_area") === metro);

  /* Metropolitan areas where the party controls most parks of the study set. */
  function cities(id) {
    const parks = A.table("parks"), found = new Map();
    for (const row of A.holdings.study()) {
      const metro = parks.value(row, "metro_area");
      const mine = A.holdings.of(row).find((each) => each.id === id);
      if (metro !== null && mine) found.set(metro, (found.get(metro) || 0) + mine.share);
    }
    return [...found.entries()].sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1)).slice(0, MOST_CITIES).map(([metro]) => metro);
  }

  function shareRow(id, name, metro) {
    const { own, all, unknown, low, high } = A.holdings.share(id, parksOfStudy(metro));
    return el("li", { class: "share" },
      el("span", { class: "share-name" }, name),
      el("span", { class: "share-value" }, low === high ? percent(low) : A.t("range", { low: percent(low), high: percent(high) })),
      A.intervalBar(low, high),
      el("span", { class: "share-note" }, A.t("share_note", { own: A.number(own, 1), all: A.number(all), unknown: A.number(unknown) })));
  }

  /* What all the parks of the file are: of the country, or of the part it was cut to. */
  A.wholeName = () => A.t(A.about.bounds ? "whole_of_part" : "whole_of_mexico");

  A.shareSection = (row) => {
    const data = A.table("developers"), id = data.value(row, "developer_id");
    const national = A.holdings.share(id, parksOfStudy(null));
    if (!national.own) return A.cardSection("section_share", el("p", {}, A.t(data.value(row, "parks_study_set") ? "share_none" : "share_no_parks")), el("p", { class: "note" }, A.t("roles_note")));
    return A.cardSection("section_share",
      el("ul", { class: "shares" }, shareRow(id, A.wholeName(), null), cities(id).map((metro) => shareRow(id, `ZM ${metro}`, metro))),
      el("p", { class: "note" }, A.t("share_words")), el("p", { class: "note" }, A.t("roles_note")));
  };

  /* Rows of M(r): the party's own curve, else all owners' together. */
  function curveOf(id) {
    const data = A.table("curves");
    const rows = Array.from({ length: data.size }, (_, row) => row).filter((row) => data.value(row, "statistic") === "m");
    const own = rows.filter((row) => data.value(row, "subject") === "owner" && data.value(row, "name") === id);
    return { data, own: own.length > 0, rows: own.length ? own : rows.filter((row) => data.value(row, "subject") === "owners_pooled") };
  }

  function curveWords(data, rows) {
    const out = rows.filter((row) => data.value(row, "outside") && data.value(row, "observed") > data.value(row, "high"));
    const first = rows.find((row) => data.value(row, "r_km") >= 25) ?? rows[0];
    const at = (name) => A.number(data.value(first, name), 1);
    const told = A.t("curve_at", { km: A.number(data.value(first, "r_km")), m: at("observed"), low: at("low"), high: at("high") });
    const test = out.length ? A.t("curve_together", { from: A.number(data.value(out[0], "r_km")), to: A.number(data.value(out.at(-1), "r_km")) }) : A.t("curve_chance");
    const p = data.value(first, "p");
    return [told, `${test} ${p < 0.001 ? `p < ${A.number(0.001, 3)}` : `p = ${A.number(p, 2)}`}.`];
  }

  A.curveSection = (row) => {
    const developers = A.table("developers");
    const id = developers.value(row, "developer_id");
    const { data, rows, own } = curveOf(id);
    if (!rows.length || !A.holdings.share(id, parksOfStudy(null)).own) return null;
    const value = (each, name) => data.value(each, name);
    const points = (name) => rows.map((each) => [value(each, "r_km"), value(each, name)]).filter(([, y]) => y !== null);
    const radii = rows.map((each) => value(each, "r_km"));
    const most = Math.max(2, ...["observed", "high"].flatMap((name) => points(name).map(([, y]) => y)));
    const [told, test] = curveWords(data, rows);
    const title = own ? A.t("curve_own", { name: developers.value(row, "name"), n: A.number(value(rows[0], "points")) })
      : A.t("curve_pooled", { name: developers.value(row, "name"), n: A.number(value(rows[0], "points")) });
    const chart = A.chart.frame({ title, says: `${told} ${test}`,
      x: { low: radii[0], high: radii.at(-1), scale: "log", ticks: radii, label: A.t("axis_distance") },
      y: { low: 0, high: most * 1.06, label: A.t("axis_m") } });
    A.chart.band(chart, points("low"), points("high"));
    A.chart.line(chart, [[radii[0], 1], [radii.at(-1), 1]], { class: "reference", stroke: null });
    A.chart.line(chart, points("observed"), { stroke: A.seriesColour(0) });
    for (const [x, y] of points("observed")) A.chart.dot(chart, x, y, { fill: A.seriesColour(0) });
    return A.cardSection("section_curve", A.figure(title, chart.node,
      el("p", {}, told), el("p", {}, el("strong", {}, test)), el("p", { class: "note" }, A.t("curve_note"))));
  };

  /* "since 2019", "until 2003", "from 1969 to 2019"; nothing where no year is known. */
  function spell(from, to) {
    if (from === null) return to === null ? null : A.t("until_year", { year: to });
    return to === null ? A.t("since_year", { year: from }) : A.t("from_to_year", { from, to });
  }

  /* To whom the party belongs, to whom it sold, and who belongs to it, each with its years and sources. */
  A.belongsSection = (row) => {
    const data = A.table("party_relations"), parties = A.table("developers");
    const id = parties.value(row, "developer_id");
    const line = (each, column, words) => {
      const value = (name) => data.value(each, name), other = parties.find(value(column));
      const years = value("relation") === "assets_to" && value("from_year") !== null ? String(value("from_year")) : spell(value("from_year"), value("to_year"));
      const share = value("share_pct") === null ? null : A.t("share_of_party", { share: A.number(value("share_pct") / 100, 2, { style: "percent" }) });
      const said = [A.t(words(value("relation"))), years, share].filter(Boolean).join(" · ");
      return el("li", { "data-relation": value("relation") },
        other < 0 ? el("span", {}, value(column)) : A.thingButton({ table: "developers", row: other }, said),
        value("note") === null ? null : el("p", { class: "note" }, value("note")),
        el("p", { class: "note" }, A.t("says_source", { titles: A.sourceTitles(value("source_ids")) })));
    };
    const lines = [...data.where("developer_id", id).map((each) => line(each, "parent_id", (relation) => `party_${relation}`)),
      ...data.where("parent_id", id).map((each) => line(each, "developer_id", (relation) => `other_${relation}`))];
    return lines.length ? A.cardSection("section_belongs", el("ul", { class: "things" }, lines)) : null;
  };

  /* The party's parks, role by role: what it administers or promotes is not what it owns. */
  A.partyParks = (row) => {
    const id = A.table("developers").value(row, "developer_id");
    const parks = A.table("parks"), links = A.table("park_developers");
    const mine = A.parksOf(id);
    if (!mine.length) return null;
    const located = mine.filter((each) => parks.value(each, "lon") !== null).length;
    const rolesIn = (each) => ROLES.filter((role) => links.where("park_id", parks.value(each, "park_id"))
      .some((link) => links.value(link, "developer_id") === id && links.value(link, "role") === role));
    const placeNote = (each) => [...rolesIn(each).slice(1).map((role) => A.t(`also_${role}`)), A.placeOf({ table: "parks", row: each }),
      parks.value(each, "lon") === null ? A.t("not_located") : null].filter(Boolean).join(" · ");
    return A.cardSection("section_its_parks",
      el("p", { class: "note" }, A.t("parks_located", { n: A.number(located), all: A.number(mine.length) })),
      ROLES.map((role) => [role, mine.filter((each) => rolesIn(each)[0] === role)]).filter(([, rows]) => rows.length).map(([role, rows]) => [
        el("h4", { class: "list-head" }, A.t(`as_${role}`), el("span", { class: "layer-count" }, A.number(rows.length))),
        el("ul", { class: "things", "data-role": role }, rows.map((each) => el("li", {}, A.thingButton({ table: "parks", row: each }, placeNote(each)))))]));
  };

  let filter = "";

  function drawList(list, all) {
    const words = A.plain(filter).split(/\s+/).filter(Boolean);
    const kept = all.filter(({ name }) => words.every((word) => A.plain(name).includes(word)));
    const most = Math.max(1, ...all.map((each) => each.controlled));
    A.replace(list, kept.map(({ row, controlled, parks }) => el("li", {},
      A.thingButton({ table: "developers", row }, A.t("owner_line", { controlled: A.number(controlled), parks: A.number(parks) })), A.intervalBar(0, controlled, most))));
    A.say(A.t("search_count", { n: A.number(kept.length) }));
  }

  /* The list of parties in the side panel, those that control most first. */
  A.drawOwners = () => {
    const view = A.byId("owners");
    if (view.hidden) return;
    const data = A.table("developers");
    const all = Array.from({ length: data.size }, (_, row) => ({ row, name: data.value(row, "name"), controlled: data.value(row, "parks_controlled") || 0, parks: data.value(row, "parks") || 0 }))
      .filter((each) => each.parks > 0).sort((one, other) => other.controlled - one.controlled || other.parks - one.parks || one.name.localeCompare(other.name, "es"));
    const { owners, unknown } = A.holdings.sizes(A.holdings.study());
    const list = el("ul", { class: "things owners" });
    A.replace(view,
      el("header", { class: "view-head" },
        el("button", { type: "button", class: "icon back", "aria-label": A.t("back"), onclick: () => A.showView("layers") }, "‹"),
        el("h2", { tabindex: "-1" }, A.t("owners_title")), el("span", { class: "layer-count" }, A.number(all.length))),
      el("p", { class: "note" }, A.t(A.about.bounds ? "owners_note_part" : "owners_note", { owners: A.number(owners.size), unknown: A.number(unknown), all: A.number(A.holdings.study().length) })),
      el("p", { class: "note" }, A.t("roles_note")),
      el("div", { class: "filter" }, el("label", { for: "owners-filter", class: "visually-hidden" }, A.t("filter_list")),
        el("input", { id: "owners-filter", type: "search", value: filter, placeholder: A.t("filter_list"), oninput: (event) => {
          filter = event.target.value;
          drawList(list, all);
        } })), list);
    drawList(list, all);
  };
  A.on("language", () => A.drawOwners());
})(Corredor);
