/* The card of the selected thing. */
"use strict";

((A) => {
  const { el } = A;
  const ROLES = ["owner", "developer", "promoter", "administrator"];
  let past = [];

  function thingButton(thing, note) {
    return el("button", { type: "button", class: "thing", onclick: () => open(thing) },
      el("span", { class: "thing-name" }, A.nameOf(thing)),
      el("span", { class: "thing-note" }, note === undefined ? A.placeOf(thing) : note));
  }
  A.thingButton = thingButton;

  function open(thing) {
    A.select(thing, { zoom: true, focus: true });
  }

  /* The parties of a park, role by role: nobody is shown as an owner who is not one. */
  function ownership(row) {
    const parks = A.table("parks"), links = A.table("park_developers"), parties = A.table("developers");
    const rows = links.where("park_id", parks.value(row, "park_id"));
    const roles = ROLES.map((role) => {
      const mine = rows.filter((each) => links.value(each, "role") === role);
      const names = mine.map((each) => {
        const year = links.value(each, "as_of_year");
        const party = parties.find(links.value(each, "developer_id"));
        const basis = A.valueLabel("basis", links.value(each, "basis"));
        const until = links.value(each, "until_year");
        const note = [basis, year === null ? null : A.t("as_of", { year }), until === null ? null : A.t("until_year", { year: until })].filter(Boolean).join(" · ");
        if (party < 0) return el("span", {}, links.value(each, "developer_id"));
        return thingButton({ table: "developers", row: party }, note);
      });
      return el("div", { "data-role": role },
        el("dt", {}, A.valueLabel("role", role)),
        el("dd", names.length ? {} : { class: "missing" }, names.length ? names : A.t("role_none")));
    });
    const kind = parks.byName.get("owner_kind");
    const value = kind ? A.format(kind, parks.value(row, "owner_kind")) : null;
    return A.cardSection("section_ownership",
      el("dl", { class: "facts roles" }, roles,
        kind ? el("div", { "data-column": "owner_kind" }, el("dt", {}, A.label(kind)),
          el("dd", value ? {} : { class: "missing" }, value || A.t("unknown"))) : null),
      el("p", { class: "note" }, A.t("roles_note")));
  }

  function locationNote({ table, row }) {
    const data = A.table(table);
    if (!data.byName.has("lon")) return null;
    if (data.value(row, "lon") === null) {
      const municipality = data.value(row, "municipality");
      return el("p", { class: "callout" }, municipality ? A.t("no_point_words", { municipality }) : A.t("no_point_plain"));
    }
    if (table === "ports_of_entry" && data.value(row, "quality") === "bad") return el("p", { class: "callout" }, A.t("bad_port_words"));
    const error = data.value(row, "location_error_m");
    return el("p", { class: "callout quiet" }, error === null ? A.t("error_unknown") : A.t("error_words", { error: A.metres(error) }));
  }

  function youngNote({ table, row }) {
    if (table !== "municipalities") return null;
    const data = A.table(table);
    const parent = data.find(data.value(row, "parent_cvegeo"));
    return parent < 0 ? null : el("p", { class: "callout" }, A.t("young_words", { parent: data.value(parent, "name") }));
  }

  function badges({ table, row }) {
    if (table !== "parks") return null;
    const data = A.table(table);
    const confidence = A.valueLabel("confidence", data.value(row, "confidence"));
    return el("p", { class: "badges" },
      data.value(row, "study_set") ? el("span", { class: "badge" }, A.t("in_study_set")) : null,
      confidence ? el("span", { class: "badge plain" }, A.t("confidence_is", { value: confidence })) : null,
      data.value(row, "lon") === null ? el("span", { class: "badge warn" }, A.t("not_located")) : null);
  }

  function areaParks({ table, row }) {
    if (table !== "municipalities") return null;
    const rows = A.table("parks").where("cvegeo", A.table(table).value(row, "cvegeo"));
    if (!rows.length) return null;
    return A.cardSection("section_its_parks",
      el("ul", { class: "things" }, rows.map((each) => {
        const thing = { table: "parks", row: each };
        const missing = A.table("parks").value(each, "lon") === null ? ` · ${A.t("not_located")}` : "";
        return el("li", {}, thingButton(thing, A.kindOf(thing) + missing));
      })));
  }

  function head(kind, title, place, swatch) {
    return el("header", { class: "card-head" },
      el("div", { class: "card-bar" },
        past.length ? el("button", { type: "button", class: "icon back", "aria-label": A.t("back"), onclick: back }, "‹") : null,
        el("p", { class: "card-kind" }, swatch, kind),
        el("button", { type: "button", class: "icon close", "aria-label": A.t("close"), onclick: () => A.select(null) }, "×")),
      el("h2", { id: "card-title", tabindex: "-1" }, title),
      place ? el("p", { class: "card-place" }, place) : null);
  }

  function swatchOf({ table, row }) {
    const layer = A.layers.get(table);
    if (table === "developers" || !layer || !A.isPoints(layer)) return null;
    const found = layer.classOf(row);
    return found ? A.swatch(found.shape || layer.style.shape, found.fill, layer.style.size) : null;
  }

  function content(thing) {
    const metro = A.table(thing.table).value(thing.row, "metro_area");
    const place = [A.placeOf(thing), metro === null ? null : `ZM ${metro}`].filter(Boolean).join(" · ");
    return [
      head(A.kindOf(thing), A.nameOf(thing), place, swatchOf(thing)),
      el("div", { class: "card-body" },
        badges(thing), locationNote(thing), youngNote(thing),
        thing.table === "parks" ? ownership(thing.row) : null,
        actions(thing),
        A.factSections(thing, thing.table === "developers" ? [A.belongsSection(thing.row), A.shareSection(thing.row), A.curveSection(thing.row)] : [A.aroundSection(thing), A.branchSection(thing)]),
        thing.table === "developers" ? A.partyParks(thing.row) : null,
        areaParks(thing), A.areasSection(thing), A.claimsSection(thing),
        A.sourceSection(thing)),
    ];
  }

  function actions(thing) {
    const button = A.compareButton(thing);
    return button ? el("div", { class: "row actions" }, button) : null;
  }

  let current = null;

  function back() {
    const thing = past.pop();
    current = null;
    A.select(thing, { zoom: true, focus: true, back: true });
  }

  function draw(focus) {
    const card = A.byId("card");
    card.hidden = !current;
    document.body.classList.toggle("has-card", Boolean(current));
    if (!current) return;
    if (Array.isArray(current)) {
      A.replace(card, head(A.number(current.length), A.t("several_here"), null, null),
        el("div", { class: "card-body" }, el("ul", { class: "things" }, current.map((thing) =>
          el("li", {}, thingButton(thing, `${A.kindOf(thing)} · ${A.placeOf(thing)}`))))));
    } else A.replace(card, content(current));
    card.scrollTop = 0;
    if (focus) A.byId("card-title").focus({ preventScroll: true });
  }

  A.on("selection", ({ thing, focus, back: returning }) => {
    if (!thing) past = [];
    else if (current && !Array.isArray(current) && !returning) past.push(current);
    current = thing;
    draw(focus);
    if (thing) A.say(`${A.kindOf(thing)}: ${A.nameOf(thing)}`);
  });

  /* Several things under one click: a list to choose from. */
  A.choose = (things) => {
    A.select(null);
    current = things;
    draw(false);
  };

  A.on("language", () => draw(false));
})(Corredor);
