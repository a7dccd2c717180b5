/* "About the data": what this is, what is missing, who is to be credited, and what others have published. */
"use strict";

((A) => {
  const { el } = A;

  function counts() {
    const parks = A.table("parks"), national = A.table("national");
    let study = 0, missing = 0;
    for (let row = 0; row < parks.size; row++) {
      if (parks.value(row, "study_set")) study++;
      if (parks.value(row, "lon") === null) missing++;
    }
    const known = national.size ? national.value(0, "parks_controller_known") : null;
    const share = national.size ? national.value(0, "controller_known_share") : null;
    const cell = (value, words) => el("div", {}, el("dt", {}, words), el("dd", {}, A.number(value)));
    return el("dl", { class: "numbers" },
      cell(parks.size, A.t("count_parks")), cell(study, A.t("count_study")), cell(missing, A.t("count_not_located")),
      known === null || share === null ? null :
        cell(known, A.t("count_known", { share: A.number(share, 0, { style: "percent" }) })));
  }

  function layerRows() {
    const titles = A.about.layers;
    return el("ul", { class: "row-counts" }, Object.entries(A.about.counts || {}).map(([name, rows]) =>
      el("li", {}, el("span", {}, titles[name] ? A.words(titles[name]) : name), el("span", { class: "layer-count" }, A.number(rows)))));
  }

  function controller() {
    const { controller_roles: roles, seed, ownership_year: year, ultimate_owners: ultimate } = A.about.parameters || {};
    if (!roles) return null;
    return el("p", { class: "note", id: "about-controller" }, year ? `${A.t("about_year", { year })} ` : null, ultimate ? `${A.t("about_ultimate")} ` : null, A.t("about_controller", { roles: roles.map((role) => A.valueLabel("role", role).toLowerCase()).join(", "), seed }));
  }

  function licences() {
    return el("ul", { class: "plain-list" }, (A.about.licences || []).map((each) => el("li", {},
      each.name, each.id ? ` (${each.id}) ` : " ", each.url ? A.linked(each.url) : null)));
  }

  /* Which layers are not the shipped ones: fetched from an official source, or a file of the reader's own. */
  function origins() {
    const given = A.about.origins || [], titles = A.about.layers;
    const said = (each) => {
      if (!each.source) return A.t("about_origin_own", { file: each.file });
      const words = { source: A.words(each.source), publisher: each.publisher, date: each.fetched };
      return each.fetched ? A.t("about_origin_fetched", words) : A.t("about_origin_given", words);
    };
    return given.length ? [el("p", {}, A.t("about_origins_some")), el("ul", { class: "plain-list", id: "origins" }, given.map((each) =>
      el("li", {}, el("strong", {}, titles[each.layer] ? A.words(titles[each.layer]) : each.layer), ": ", said(each),
        each.licence && each.licence.id ? ` (${each.licence.id})` : "")))] : el("p", { id: "origins" }, A.t("about_origins_shipped"));
  }

  /* Figures of one place in one unit stand together; the first word of a unit is the unit ("parks (more than)"). */
  function groups(rows) {
    const data = A.table("claims");
    const found = new Map();
    for (const row of rows) {
      const unit = (data.value(row, "unit") || "").split(" ")[0];
      const key = JSON.stringify([data.value(row, "place"), unit]);
      if (!found.has(key)) found.set(key, { place: data.value(row, "place"), unit, rows: [] });
      found.get(key).rows.push(row);
    }
    return [...found.values()].map((group) => ({ ...group, clashes: clashes(data, group.rows) }));
  }

  /* Rows that say the same thing with another value for the same date, or another date for the same value. */
  function clashes(data, rows) {
    const found = new Map();
    for (const one of rows) {
      for (const other of rows) {
        if (one === other || data.value(one, "what") !== data.value(other, "what")) continue;
        const sameYear = data.value(one, "year") === data.value(other, "year") && data.value(one, "year") !== null;
        const sameValue = data.value(one, "value") === data.value(other, "value") && data.value(one, "value") !== null;
        if (sameYear && !sameValue) found.set(one, "claims_same_year");
        else if (sameValue && !sameYear) found.set(one, "claims_same_value");
      }
    }
    return found;
  }

  function claimRow(data, row, clash) {
    const says = (name) => data.value(row, name);
    const value = says("value");
    const address = says("source_url");
    const linked = address && /^https?:\/\//.test(address);
    return el("tr", clash ? { class: "clash" } : {},
      el("th", { scope: "row" }, says("what"), says("note") ? el("span", { class: "claim-note" }, says("note")) : null),
      el("td", { class: "claim-year" }, says("year") === null ? "–" : says("year")),
      el("td", { class: "claim-value" }, value === null ? "–" : A.number(value, 2), says("unit") ? el("span", { class: "claim-unit" }, says("unit")) : null,
        clash ? el("span", { class: "badge warn" }, A.t(clash)) : null),
      el("td", { class: "claim-source" }, linked ?
        el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, says("source_title") || address) : says("source_title") || address || "–"));
  }

  function claimTable(group, own = ownRow(group)) {
    const data = A.table("claims");
    const rows = [...group.rows].sort((one, other) => String(data.value(one, "year")).localeCompare(String(data.value(other, "year"))));
    const heads = ["what", "year", "value", "source_title"].map((name) => el("th", { scope: "col" }, A.label(data.byName.get(name))));
    return el("table", { class: "claims" },
      el("caption", {}, [group.place, group.unit].filter(Boolean).join(" · ")),
      el("thead", {}, el("tr", {}, heads)),
      el("tbody", { lang: "en" }, rows.map((row) => claimRow(data, row, group.clashes.get(row))), own));
  }

  /* This inventory's own count, beside the published counts of the country's parks. */
  function ownRow(group) {
    const national = A.table("national");
    if (group.unit !== "parks" || !A.countryClaims.includes(group.place) || !national.size) return null;
    const study = national.value(0, "parks_study_set"), all = national.value(0, "parks");
    if (study === null || all === null) return null;
    return el("tr", { class: "own", lang: A.lang },
      el("th", { scope: "row" }, A.t("claims_here"), el("span", { class: "claim-note" }, A.t("claims_here_note", { n: A.number(all) }))),
      el("td", { class: "claim-year" }, "2018"),
      el("td", { class: "claim-value" }, A.number(study)),
      el("td", { class: "claim-source" }, A.words(A.about.title)));
  }

  A.claimGroups = groups;
  A.claimTable = claimTable;

  function claims() {
    const data = A.table("claims");
    if (!data.size) return null;
    const all = groups(Array.from({ length: data.size }, (_, row) => row));
    const clashing = all.filter((group) => group.clashes.size);
    clashing.sort((one, other) => Number(other.unit === "parks") - Number(one.unit === "parks") || other.rows.length - one.rows.length);
    const rest = all.filter((group) => !group.clashes.size);
    return el("section", { id: "claims" },
      el("h3", {}, A.t("claims_title")), el("p", {}, A.t("claims_intro")),
      clashing.map(claimTable),
      rest.length ? el("details", {}, el("summary", {}, `${A.t("claims_other")} (${A.number(rest.reduce((sum, group) => sum + group.rows.length, 0))})`),
        rest.map(claimTable)) : null);
  }

  function draw() {
    const dialog = A.byId("about");
    if (!dialog.open) return;
    const notes = (A.about.notes || {})[A.lang] || [];
    A.replace(dialog, el("header", { class: "view-head" },
      el("h2", { id: "about-title" }, A.t("about")),
      el("button", { type: "button", class: "icon close", "aria-label": A.t("close"), onclick: () => dialog.close() }, "×")),
    el("div", { class: "about-body" },
      el("p", { class: "lead" }, A.t("about_intro")),
      el("p", { class: "callout" }, A.t("about_not_crea")),
      counts(),
      notes.length ? [el("h3", {}, A.t("about_notes")), el("ul", { class: "plain-list" }, notes.map((note) => el("li", {}, note)))] : null,
      claims(),
      el("h3", {}, A.t("about_origins")), origins(),
      el("h3", {}, A.t("about_licences")), el("p", {}, A.t("about_credits")), licences(),
      Object.keys(A.about.counts || {}).length ? el("details", {}, el("summary", {}, A.t("about_rows")), layerRows()) : null,
      controller(),
      el("p", { class: "note" }, A.t("about_languages")),
      el("p", { class: "note" }, A.t("about_version", { date: A.about.date, version: A.about.version }))));
  }

  A.openAbout = () => {
    const dialog = A.byId("about");
    if (!dialog.open) dialog.showModal();
    draw();
    dialog.scrollTop = 0;
  };
  A.on("language", draw);
})(Corredor);
