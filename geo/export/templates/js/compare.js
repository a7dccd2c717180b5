/* Two areas or two parties side by side: one table of numbers. The charts stand in contrast.js. */
"use strict";

((A) => {
  const { el } = A;
  const AREA = ["parks", "parks_study_set", "parks_not_located", "area_ha_known", "plants_in_parks", "manufacturing_establishments",
    "auto_parts_plants", "assembly_plants", "developers", "controller_known_share", "owner_hhi_count", "owner_cr4_count", "lq_3361", "lq_3363"];
  const KINDS = {
    states: { columns: ["pop_2020", "wage_daily_mxn", ...AREA] },
    metro_areas: { columns: ["pop_2020", ...AREA] },
    municipalities: { columns: ["pop_2020", ...AREA] },
    corridor: { columns: ["length_road_km", ...AREA] },
    developers: { columns: ["kind", "headquarters", "founded_year", "reported_parks", "reported_ha", "reported_year", "parks", "parks_study_set", "parks_controlled", "area_ha_known"] },
  };
  let kind = "states";
  const pair = {};

  const keyOf = ({ table, row }) => A.table(table).value(row, A.table(table).key);
  const rank = (table, row) => A.table(table).value(row, table === "developers" ? "parks_controlled" : "parks_study_set") || 0;

  /* Rows one may choose: of municipalities and parties only those with a park or a plant, and any already chosen. */
  function choices(table) {
    const data = A.table(table);
    const busy = (row) => ["parks", "auto_parts_plants", "assembly_plants"].some((name) => data.value(row, name) > 0);
    return Array.from({ length: data.size }, (_, row) => row)
      .filter((row) => !["municipalities", "developers"].includes(table) || busy(row) || (pair[table] || []).includes(row));
  }

  /* The two at first: the study's own examples, else the two with most parks. */
  function first(table) {
    const rows = (A.compared[table] || []).map((key) => A.table(table).find(key)).filter((row) => row >= 0);
    if (rows.length === 2) return rows;
    return choices(table).sort((one, other) => rank(table, other) - rank(table, one)).slice(0, 2);
  }

  /* Kinds of things of which the file carries two. */
  const available = () => Object.keys(KINDS).filter((table) => choices(table).length > 1);

  const things = () => pair[kind].map((row) => ({ table: kind, row }));

  function pick(at) {
    const data = A.table(kind), rows = choices(kind);
    const name = (row) => A.nameOf({ table: kind, row });
    const option = (row) => el("option", { value: row, selected: row === pair[kind][at] }, name(row));
    const sorted = kind === "corridor" ? rows : rows.sort((one, other) => name(one).localeCompare(name(other), "es"));
    const states = kind === "municipalities" ? [...new Set(sorted.map((row) => data.value(row, "state")))].sort((one, other) => one.localeCompare(other, "es")) : null;
    const id = `compare-${at}`;
    return el("div", { class: "pick" },
      el("label", { for: id }, A.swatch("line", A.seriesColour(at), 4), A.t(at ? "compare_second" : "compare_first")),
      el("select", { id, onchange: (event) => {
        pair[kind][at] = Number(event.target.value);
        draw(id);
      } }, states ? states.map((state) => el("optgroup", { label: state }, sorted.filter((row) => data.value(row, "state") === state).map(option))) : sorted.map(option)));
  }

  /* The row whose columns are compared: of a branch, what lies within 25 km of it. */
  function figures({ table, row }, name) {
    const data = A.table(table);
    if (table !== "corridor" || data.byName.has(name)) return [data, row];
    const near = A.table("corridor_areas");
    return [near, near.where("branch", data.value(row, "branch")).find((each) => near.value(each, "within_km") === 25) ?? -1];
  }

  function cell(thing, name) {
    const [data, row] = figures(thing, name);
    const found = row < 0 ? null : A.factOf(thing.table, data, row, name);
    if (!found || found.value === null) return el("td", { class: "missing" }, A.t("no_data"));
    return el("td", {}, found.value, found.bar || null);
  }

  function shareCells() {
    const { study, share } = A.holdings, rows = study();
    const percent = (value) => A.number(value, 1, { style: "percent" });
    return el("tr", { "data-column": "share" }, el("th", { scope: "row" }, A.t("compare_share")), things().map(({ row }) => {
      const { low, high } = share(A.table("developers").value(row, "developer_id"), rows);
      return el("td", {}, A.t("range", { low: percent(low), high: percent(high) }), A.intervalBar(low, high));
    }));
  }

  function numbers() {
    const both = things();
    const rows = KINDS[kind].columns.map((name) => {
      const [data, row] = figures(both[0], name);
      const found = row < 0 ? null : A.factOf(kind, data, row, name);
      return found ? el("tr", { "data-column": name }, el("th", { scope: "row" }, found.label), both.map((thing) => cell(thing, name))) : null;
    });
    return el("table", { class: "side-by-side" },
      el("caption", { class: "visually-hidden" }, A.t("compare")),
      el("thead", {}, el("tr", {}, el("td", {}, ""), both.map((thing) => el("th", { scope: "col" }, A.nameOf(thing))))),
      el("tbody", {}, rows, kind === "developers" ? shareCells() : null));
  }

  function draw(focus) {
    const dialog = A.byId("compare");
    if (!dialog.open) return;
    pair[kind] = pair[kind] || first(kind);
    const body = dialog.querySelector(".about-body"), top = body ? dialog.scrollTop : 0;
    A.replace(dialog,
      el("header", { class: "view-head" }, el("h2", { id: "compare-title", tabindex: "-1" }, A.t("compare")),
        el("button", { type: "button", class: "icon close", "aria-label": A.t("close"), onclick: () => dialog.close() }, "×")),
      el("div", { class: "about-body" },
        el("div", { class: "picks" },
          el("div", { class: "pick" }, el("label", { for: "compare-kind" }, A.t("compare_kind")),
            el("select", { id: "compare-kind", onchange: (event) => {
              kind = event.target.value;
              draw("compare-kind");
            } }, available().map((table) => el("option", { value: table, selected: table === kind }, A.t(`compare_${table}`))))),
          pick(0), pick(1)),
        numbers(),
        el("p", { class: "note" }, A.t(kind === "developers" ? "share_words" : "interval_note")),
        kind === "corridor" ? el("p", { class: "note" }, A.t("compare_near")) : null,
        el("div", { class: "charts" }, A.contrastCharts(things()))));
    dialog.scrollTop = top;
    if (focus) A.byId(focus).focus();
    A.link.changed();
  }

  /* Opens the comparison, with a thing as its first half where one is given. */
  A.compare = (thing) => {
    const kinds = available();
    if (!kinds.length) {
      A.toast(A.t("compare_none"));
      return;
    }
    if (!kinds.includes(kind)) kind = kinds[0];
    if (thing && kinds.includes(thing.table)) {
      kind = thing.table;
      const other = first(kind).find((row) => row !== thing.row);
      pair[kind] = [thing.row, other ?? thing.row];
    }
    const dialog = A.byId("compare");
    if (!dialog.open) dialog.showModal();
    draw("compare-title");
    dialog.scrollTop = 0;
  };

  A.compareButton = (thing) => (available().includes(thing.table) ? el("button", { type: "button", class: "small", "data-action": "compare", onclick: () => A.compare(thing) }, A.icon("compare"), A.t("compare_with")) : null);

  A.link.register("compare", {
    get: () => (A.byId("compare").open ? [kind, ...things().map(keyOf)].join("/") : null),
    set(value) {
      const [table, one, other] = (value || "").split("/");
      const rows = KINDS[table] ? [one, other].map((key) => A.table(table).find(key)) : [];
      if (rows.length && rows.every((row) => row >= 0)) {
        kind = table;
        pair[kind] = rows;
        A.compare();
      } else if (A.byId("compare").open) A.byId("compare").close();
    },
  });

  A.startCompare = () => {
    const dialog = A.byId("compare");
    dialog.addEventListener("close", () => A.link.changed());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    A.addTool("compare", { run: () => A.compare(A.selected) });
    for (const event of ["language", "theme", "filters"]) A.on(event, () => draw());
  };
})(Corredor);
